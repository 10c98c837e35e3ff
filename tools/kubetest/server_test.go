//go:build kubeapiserver

package kubetest_test

import (
	"flag"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/storage/storagebackend"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app/testing"
)

var (
	podKind        = schema.GroupVersionResource{Version: "v1", Resource: "pods"}
	namespaceKind  = schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	limitRangeKind = schema.GroupVersionResource{Version: "v1", Resource: "limitranges"}
	definitionKind = schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"}
	podMonitorings = schema.GroupVersionResource{Group: "monitoring.googleapis.com", Version: "v1", Resource: "clusterpodmonitorings"}
	clusterRules   = schema.GroupVersionResource{Group: "monitoring.googleapis.com", Version: "v1", Resource: "clusterrules"}
	globalRules    = schema.GroupVersionResource{Group: "monitoring.googleapis.com", Version: "v1", Resource: "globalrules"}
)

// cluster is a real kube-apiserver over an etcd of its own, with the controllers
// that bring about what a deletion, a quota or a new namespace asks for.
type cluster struct {
	config *rest.Config
	// theirs writes as somebody else does who may do anything.
	theirs dynamic.Interface
	// installed says that it has the kinds of Managed Service for Prometheus.
	installed bool
}

// TestMain keeps the server's own log to itself.
func TestMain(m *testing.M) {
	flags := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(flags)
	for name, value := range map[string]string{"logtostderr": "false", "alsologtostderr": "false", "stderrthreshold": "FATAL"} {
		if err := flags.Set(name, value); err != nil {
			panic(err)
		}
	}
	klog.SetOutput(io.Discard)
	os.Exit(m.Run())
}

// quiet is a test whose server keeps its log to itself.
type quiet struct{ *testing.T }

func (quiet) Log(...any)          {}
func (quiet) Logf(string, ...any) {}

// TestKubernetes runs everything in one cluster: each test leaves it as it found
// it. The first of them brings the kinds of Managed Service for Prometheus.
func TestKubernetes(t *testing.T) {
	c := start(t)
	t.Run("KindsComeLater", func(t *testing.T) { testKindsComeLater(t, c) })
	c.install(t)
	for _, test := range []struct {
		name string
		run  func(t *testing.T, c *cluster)
	}{
		{"Environments", testEnvironments},
		{"Enforced", testEnforced},
		{"Drift", testDrift},
		{"Foreign", testForeign},
		{"Reset", testReset},
		{"Interrupted", testInterrupted},
		{"EmulatorIsTrue", testEmulatorIsTrue},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, c) })
	}
}

func start(t *testing.T) *cluster {
	t.Helper()
	storage := storagebackend.NewDefaultConfig("kubetest", nil)
	storage.Transport.ServerList = []string{startEtcd(t)}
	server := apiserver.StartTestServerOrDie(quiet{t}, nil, []string{
		// As in a cluster of GKE: what may be privileged is for pod security to say.
		"--allow-privileged=true",
		// What makes tokens is not here, so that pods can't be given one.
		"--disable-admission-plugins=ServiceAccount",
	}, storage)
	t.Cleanup(server.TearDownFn)
	config := rest.CopyConfig(server.ClientConfig)
	config.UserAgent = "somebody/1"
	theirs, err := dynamic.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{config: config, theirs: theirs}
	c.startControllers(t)
	return c
}

// startEtcd returns the address of an etcd that forgets everything at the end.
func startEtcd(t *testing.T) string {
	t.Helper()
	config := embed.NewConfig()
	config.Dir = filepath.Join(t.TempDir(), "etcd")
	config.LogLevel = "fatal"
	loopback := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	config.ListenClientUrls, config.ListenPeerUrls = []url.URL{loopback}, []url.URL{loopback}
	config.UnsafeNoFsync = true
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(etcd.Close)
	select {
	case <-etcd.Server.ReadyNotify():
	case <-time.After(time.Minute):
		t.Fatal("etcd is not ready after a minute")
	}
	return "http://" + etcd.Clients[0].Addr().String()
}

// install brings the kinds of Managed Service for Prometheus, unless it has them,
// and returns when all of them are served.
func (c *cluster) install(t *testing.T) {
	t.Helper()
	if c.installed {
		return
	}
	c.installed = true
	for _, definition := range definitions() {
		if _, err := c.theirs.Resource(definitionKind).Create(t.Context(), definition, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		kind := schema.GroupVersionResource{Group: monitoringGroup, Version: "v1", Resource: nested(t, definition.Object, "spec", "names", "plural")}
		eventually(t, kind.Resource+" to be served", func() error {
			_, err := c.theirs.Resource(kind).List(t.Context(), metav1.ListOptions{})
			return err
		})
	}
}

// eventually waits for what a controller brings about: try succeeds within half
// a minute. It is the one place here that knows real time, since the server's
// own controllers go by it.
func eventually(t *testing.T, what string, try func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if err = try(); err == nil {
			return
		}
	}
	t.Fatalf("waited half a minute for %s: %v", what, err)
}
