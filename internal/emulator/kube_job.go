package emulator

import (
	"context"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// jobTakes is about what a small Job takes: its pod is scheduled, its image
// pulled, it runs.
const jobTakes = 20 * time.Second

// prepareJob sets what the server fills in of a Job and checks it. Its pods are
// not modelled: the clock completes it.
func prepareJob(k *kubeRequest, o, old kubeObject) (problems field.ErrorList) {
	j := must[*batchv1.Job](o)
	was, changing := as[*batchv1.Job](old)
	jobDefaults(j)
	if changing {
		return checkJobChange(j, was)
	}
	if j.Spec.ManualSelector == nil || !*j.Spec.ManualSelector {
		own := map[string]string{
			"batch.kubernetes.io/controller-uid": string(j.UID), "batch.kubernetes.io/job-name": j.Name,
			"controller-uid": string(j.UID), "job-name": j.Name,
		}
		j.Spec.Template.Labels = mergeText(j.Spec.Template.Labels, own)
		j.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"batch.kubernetes.io/controller-uid": string(j.UID)}}
	}
	_ = k
	return append(problems, checkJob(j)...)
}

func fillPtr[T any](p **T, v T) {
	if *p == nil {
		*p = &v
	}
}

func jobDefaults(j *batchv1.Job) {
	s := &j.Spec
	if s.Completions == nil && s.Parallelism == nil {
		fillPtr(&s.Completions, 1)
	}
	fillPtr(&s.Parallelism, 1)
	fillPtr(&s.BackoffLimit, 6)
	fillPtr(&s.CompletionMode, batchv1.NonIndexedCompletion)
	fillPtr(&s.Suspend, false)
	fillPtr(&s.PodReplacementPolicy, batchv1.TerminatingOrFailed)
	fillPtr(&s.ManualSelector, false)
	p := &s.Template.Spec
	if p.DNSPolicy == "" {
		p.DNSPolicy = corev1.DNSClusterFirst
	}
	if p.SchedulerName == "" {
		p.SchedulerName = corev1.DefaultSchedulerName
	}
	fillPtr(&p.TerminationGracePeriodSeconds, int64(corev1.DefaultTerminationGracePeriodSeconds))
	if p.SecurityContext == nil {
		p.SecurityContext = &corev1.PodSecurityContext{}
	}
	if p.ServiceAccountName != "" {
		p.DeprecatedServiceAccount = p.ServiceAccountName
	}
	for _, list := range [][]corev1.Container{p.Containers, p.InitContainers} {
		for i := range list {
			containerDefaults(&list[i])
		}
	}
}

func containerDefaults(c *corev1.Container) {
	if c.TerminationMessagePath == "" {
		c.TerminationMessagePath = corev1.TerminationMessagePathDefault
	}
	if c.TerminationMessagePolicy == "" {
		c.TerminationMessagePolicy = corev1.TerminationMessageReadFile
	}
	if c.ImagePullPolicy == "" {
		c.ImagePullPolicy = corev1.PullIfNotPresent
		if tag := c.Image[lastIndexOf(c.Image, ":")+1:]; tag == "latest" || tag == c.Image {
			c.ImagePullPolicy = corev1.PullAlways
		}
	}
	for i := range c.Ports {
		if c.Ports[i].Protocol == "" {
			c.Ports[i].Protocol = corev1.ProtocolTCP
		}
	}
	for i := range c.Env {
		if from := c.Env[i].ValueFrom; from != nil && from.FieldRef != nil && from.FieldRef.APIVersion == "" {
			from.FieldRef.APIVersion = "v1"
		}
	}
}

// lastIndexOf is where the last of a separator lies in the last part of an
// image's name, or -1.
func lastIndexOf(image, sep string) int {
	for i := len(image) - 1; i >= 0 && image[i] != '/'; i-- {
		if image[i:i+1] == sep {
			return i
		}
	}
	return -1
}

func checkJob(j *batchv1.Job) (problems field.ErrorList) {
	at := field.NewPath("spec", "template", "spec")
	p := j.Spec.Template.Spec
	if len(p.Containers) == 0 {
		problems = append(problems, field.Required(at.Child("containers"), ""))
	}
	switch p.RestartPolicy {
	case corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure:
	case "":
		problems = append(problems, field.Required(at.Child("restartPolicy"), `valid values: "OnFailure", "Never"`))
	default:
		problems = append(problems, field.NotSupported(at.Child("restartPolicy"), p.RestartPolicy, []corev1.RestartPolicy{corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure}))
	}
	names := map[string]bool{}
	for i, c := range p.Containers {
		here := at.Child("containers").Index(i)
		if c.Name == "" {
			problems = append(problems, field.Required(here.Child("name"), ""))
		}
		if names[c.Name] {
			problems = append(problems, field.Duplicate(here.Child("name"), c.Name))
		}
		names[c.Name] = true
		if c.Image == "" {
			problems = append(problems, field.Required(here.Child("image"), ""))
		}
	}
	for name, n := range map[string]*int32{"parallelism": j.Spec.Parallelism, "completions": j.Spec.Completions, "backoffLimit": j.Spec.BackoffLimit, "ttlSecondsAfterFinished": j.Spec.TTLSecondsAfterFinished} {
		if n != nil && *n < 0 {
			problems = append(problems, field.Invalid(field.NewPath("spec", name), *n, "must be greater than or equal to 0"))
		}
	}
	return problems
}

func checkJobChange(j, was *batchv1.Job) (problems field.ErrorList) {
	at := field.NewPath("spec")
	if j.Spec.Selector == nil {
		j.Spec.Selector = was.Spec.Selector
	}
	if !same(j.Spec.Selector, was.Spec.Selector) {
		problems = append(problems, field.Invalid(at.Child("selector"), j.Spec.Selector, "field is immutable"))
	}
	// The server's labels may be left out.
	for key, value := range was.Spec.Template.Labels {
		if _, ok := j.Spec.Template.Labels[key]; !ok && (key == "controller-uid" || key == "job-name" || key == "batch.kubernetes.io/controller-uid" || key == "batch.kubernetes.io/job-name") {
			j.Spec.Template.Labels = mergeText(j.Spec.Template.Labels, map[string]string{key: value})
		}
	}
	if !same(j.Spec.Template, was.Spec.Template) {
		problems = append(problems, field.Invalid(at.Child("template"), "", "field is immutable"))
	}
	if !same(j.Spec.Completions, was.Spec.Completions) {
		problems = append(problems, field.Invalid(at.Child("completions"), j.Spec.Completions, "field is immutable"))
	}
	return problems
}

// jobCreated decides when the Job ends, and how: as a fault of the call wants
// it, or well.
func jobCreated(k *kubeRequest, r *kubeRecord) error {
	s := k.s
	ctx := k.fate
	if ctx == nil {
		ctx = context.Background()
	}
	doneAt, failure := s.operationFate(ctx, jobTakes)
	end := doneAt.Format(time.RFC3339)
	started := s.kubeTime()
	r.Object["status"] = map[string]any{"startTime": started, "active": int64(1), "ready": int64(0), "terminating": int64(0), "uncountedTerminatedPods": map[string]any{}}
	condition := func(kind, reason, message string) map[string]any {
		return map[string]any{"type": kind, "status": "True", "reason": reason, "message": message, "lastProbeTime": end, "lastTransitionTime": end}
	}
	r.Outcome = map[string]any{"startTime": started, "ready": int64(0), "terminating": int64(0), "uncountedTerminatedPods": map[string]any{}}
	if failure == nil {
		r.Outcome["succeeded"], r.Outcome["completionTime"] = int64(1), end
		r.Outcome["conditions"] = []any{
			condition("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods"),
			condition("Complete", "CompletionsReached", "Reached expected number of succeeded pods"),
		}
	} else {
		r.Outcome["failed"] = int64(1)
		r.Outcome["conditions"] = []any{
			condition("FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit"),
			condition("Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit"),
		}
	}
	r.OutcomeAt = &doneAt
	spec, _ := r.Object["spec"].(map[string]any)
	if ttl, ok := spec["ttlSecondsAfterFinished"].(int64); ok && doneAt != never {
		gone := doneAt.Add(time.Duration(ttl) * time.Second)
		r.GoneAt = &gone
	}
	return s.kubeSave(k.cluster, k.kind, r)
}
