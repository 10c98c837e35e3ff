package emulator

import (
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/intstr"
	utilvalidation "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func prepareNetworkPolicy(_ *kubeRequest, o, _ kubeObject) (problems field.ErrorList) {
	p := must[*networkingv1.NetworkPolicy](o)
	if len(p.Spec.PolicyTypes) == 0 {
		p.Spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
		if len(p.Spec.Egress) > 0 {
			p.Spec.PolicyTypes = append(p.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		}
	}
	at := field.NewPath("spec")
	problems = append(problems, checkSelector(&p.Spec.PodSelector, at.Child("podSelector"))...)
	for i, t := range p.Spec.PolicyTypes {
		if t != networkingv1.PolicyTypeIngress && t != networkingv1.PolicyTypeEgress {
			problems = append(problems, field.NotSupported(at.Child("policyTypes").Index(i), t, []networkingv1.PolicyType{networkingv1.PolicyTypeEgress, networkingv1.PolicyTypeIngress}))
		}
	}
	for i, r := range p.Spec.Ingress {
		here := at.Child("ingress").Index(i)
		problems = append(problems, checkPolicyPorts(r.Ports, here.Child("ports"))...)
		problems = append(problems, checkPeers(r.From, here.Child("from"))...)
	}
	for i, r := range p.Spec.Egress {
		here := at.Child("egress").Index(i)
		problems = append(problems, checkPolicyPorts(r.Ports, here.Child("ports"))...)
		problems = append(problems, checkPeers(r.To, here.Child("to"))...)
	}
	return problems
}

func checkSelector(s *metav1.LabelSelector, at *field.Path) field.ErrorList {
	return metavalidation.ValidateLabelSelector(s, metavalidation.LabelSelectorValidationOptions{}, at)
}

func checkPolicyPorts(ports []networkingv1.NetworkPolicyPort, at *field.Path) (problems field.ErrorList) {
	for i := range ports {
		p, here := &ports[i], at.Index(i)
		if p.Protocol == nil {
			tcp := corev1.ProtocolTCP
			p.Protocol = &tcp
		}
		switch *p.Protocol {
		case corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP:
		default:
			problems = append(problems, field.NotSupported(here.Child("protocol"), *p.Protocol, []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP}))
		}
		if p.Port == nil {
			if p.EndPort != nil {
				problems = append(problems, field.Required(here.Child("port"), "must be specified when `endPort` is specified"))
			}
			continue
		}
		problems = append(problems, checkPolicyPort(p, here)...)
	}
	return problems
}

func checkPolicyPort(p *networkingv1.NetworkPolicyPort, at *field.Path) (problems field.ErrorList) {
	var texts []string
	if p.Port.Type == intstr.Int {
		texts = utilvalidation.IsValidPortNum(p.Port.IntValue())
		if p.EndPort != nil && int(*p.EndPort) < p.Port.IntValue() {
			problems = append(problems, field.Invalid(at.Child("endPort"), *p.EndPort, "must be greater than or equal to `port`"))
		}
	} else {
		texts = utilvalidation.IsValidPortName(p.Port.StrVal)
		if p.EndPort != nil {
			problems = append(problems, field.Invalid(at.Child("endPort"), *p.EndPort, "may not be specified when `port` is non-numeric"))
		}
	}
	for _, text := range texts {
		problems = append(problems, field.Invalid(at.Child("port"), p.Port.String(), text))
	}
	return problems
}

func checkPeers(peers []networkingv1.NetworkPolicyPeer, at *field.Path) (problems field.ErrorList) {
	for i, p := range peers {
		here := at.Index(i)
		if p.PodSelector == nil && p.NamespaceSelector == nil && p.IPBlock == nil {
			problems = append(problems, field.Required(here, "must specify a peer"))
		}
		if p.PodSelector != nil {
			problems = append(problems, checkSelector(p.PodSelector, here.Child("podSelector"))...)
		}
		if p.NamespaceSelector != nil {
			problems = append(problems, checkSelector(p.NamespaceSelector, here.Child("namespaceSelector"))...)
		}
		if p.IPBlock == nil {
			continue
		}
		if p.PodSelector != nil || p.NamespaceSelector != nil {
			problems = append(problems, field.Forbidden(here, "may not specify both ipBlock and another peer"))
		}
		problems = append(problems, checkIPBlock(p.IPBlock, here.Child("ipBlock"))...)
	}
	return problems
}

func checkIPBlock(b *networkingv1.IPBlock, at *field.Path) (problems field.ErrorList) {
	block, err := netip.ParsePrefix(b.CIDR)
	if err != nil {
		return field.ErrorList{field.Invalid(at.Child("cidr"), b.CIDR, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")}
	}
	for i, text := range b.Except {
		here := at.Child("except").Index(i)
		except, err := netip.ParsePrefix(text)
		switch {
		case err != nil:
			problems = append(problems, field.Invalid(here, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"))
		case !block.Contains(except.Addr()) || block.Bits() >= except.Bits():
			problems = append(problems, field.Invalid(here, text, "must be a strict subset of `cidr`"))
		}
	}
	return problems
}
