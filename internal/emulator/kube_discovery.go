package emulator

import (
	"net/http"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"
)

// discover answers what is no object: the version, the groups and their
// resources. known are the kinds that the cluster has.
func (k *kubeRequest) discover(c *gkeCluster, known []*kubeType) (any, error) {
	if k.method != http.MethodGet {
		return nil, k.unknownPath()
	}
	switch path := strings.TrimSuffix(k.path, "/"); path {
	case "/healthz", "/livez", "/readyz":
		return &rawReply{status: http.StatusOK, header: map[string]string{"Content-Type": "text/plain; charset=utf-8"}, body: []byte("ok")}, nil
	case "/version":
		return kubeVersion(c), nil
	case "/api":
		return metav1.APIVersions{
			TypeMeta: metav1.TypeMeta{Kind: "APIVersions"}, Versions: []string{"v1"},
			ServerAddressByClientCIDRs: []metav1.ServerAddressByClientCIDR{{ClientCIDR: "0.0.0.0/0", ServerAddress: c.value.GetEndpoint() + ":443"}},
		}, nil
	case "/apis":
		return kubeGroups(known), nil
	default:
		return k.discoverGroup(path, known)
	}
}

func (k *kubeRequest) discoverGroup(path string, known []*kubeType) (any, error) {
	if path == "/api/v1" {
		return kubeResources("", "v1", known), nil
	}
	parts := strings.Split(strings.TrimPrefix(path, "/apis/"), "/")
	if !strings.HasPrefix(path, "/apis/") || len(parts) > 2 {
		return nil, k.unknownPath()
	}
	for _, g := range kubeGroups(known).Groups {
		switch {
		case g.Name != parts[0]:
		case len(parts) == 1:
			g.TypeMeta = metav1.TypeMeta{Kind: "APIGroup", APIVersion: "v1"}
			return g, nil
		case parts[1] == g.PreferredVersion.Version:
			return kubeResources(g.Name, parts[1], known), nil
		}
	}
	return nil, k.unknownPath()
}

// unknownPath tells what every cluster has, and is not modelled, from what none
// has.
func (k *kubeRequest) unknownPath() error {
	group, rest := "", ""
	switch {
	case strings.HasPrefix(k.path, "/openapi/"):
		return notModelled("the OpenAPI documents of a cluster's Kubernetes API")
	case strings.HasPrefix(k.path, "/api/v1/"):
		rest = strings.TrimPrefix(k.path, "/api/v1/")
	case strings.HasPrefix(k.path, "/apis/"):
		group, rest, _ = strings.Cut(strings.TrimPrefix(k.path, "/apis/"), "/")
		_, rest, _ = strings.Cut(rest, "/")
	default:
		return kubePathNotFound()
	}
	listed, known := kubeUnmodelled[group]
	if known && listed == nil {
		return notModelled("the group %s of a cluster's Kubernetes API", group)
	}
	for i, part := range strings.Split(rest, "/") {
		if slices.Contains(listed, part) {
			return notModelled("%s of a cluster's Kubernetes API", part)
		}
		if i > 1 && slices.Contains([]string{"status", "finalize", "token", "scale"}, part) { //nolint:misspell // its name in Kubernetes
			return notModelled("the subresource %s of a cluster's Kubernetes API", part)
		}
	}
	if !known {
		return kubePathNotFound()
	}
	return kubePageNotFound()
}

func kubeVersion(c *gkeCluster) *version.Info {
	full := c.value.GetCurrentMasterVersion()
	parts := strings.SplitN(full, ".", 3)
	info := &version.Info{
		GitVersion: "v" + full, GitTreeState: "clean", Compiler: "gc", Platform: "linux/amd64", GoVersion: "go1.24.9 X:boringcrypto",
		GitCommit: strings.Repeat("0", 40), BuildDate: "2026-06-01T00:00:00Z",
	}
	if len(parts) == 3 {
		info.Major, info.Minor = parts[0], parts[1]
	}
	return info
}

func kubeGroups(known []*kubeType) metav1.APIGroupList {
	list := metav1.APIGroupList{TypeMeta: metav1.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}}
	for _, t := range known {
		if t.group == "" || slices.ContainsFunc(list.Groups, func(g metav1.APIGroup) bool { return g.Name == t.group }) {
			continue
		}
		v := metav1.GroupVersionForDiscovery{GroupVersion: t.apiVersion(), Version: t.version}
		list.Groups = append(list.Groups, metav1.APIGroup{Name: t.group, Versions: []metav1.GroupVersionForDiscovery{v}, PreferredVersion: v})
	}
	return list
}

func kubeResources(group, version string, known []*kubeType) metav1.APIResourceList {
	list := metav1.APIResourceList{TypeMeta: metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"}}
	for _, t := range known {
		if t.group != group || t.version != version {
			continue
		}
		list.GroupVersion = t.apiVersion()
		list.APIResources = append(list.APIResources, metav1.APIResource{
			Name: t.plural, SingularName: t.singular, Namespaced: t.namespaced, Kind: t.kind, ShortNames: t.short,
			Verbs: metav1.Verbs{"create", "delete", "deletecollection", "get", "list", "patch", "update"},
		})
	}
	return list
}
