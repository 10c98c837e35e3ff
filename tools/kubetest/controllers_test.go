//go:build kubeapiserver

package kubetest_test

import (
	"context"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apiserver/pkg/quota/v1/generic"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/restmapper"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller"
	"k8s.io/kubernetes/pkg/controller/certificates/rootcacertpublisher"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
	"k8s.io/kubernetes/pkg/controller/namespace/deletion"
	"k8s.io/kubernetes/pkg/controller/resourcequota"
	"k8s.io/kubernetes/pkg/controller/serviceaccount"
	quotainstall "k8s.io/kubernetes/pkg/quota/v1/install"
)

// resync is how soon controllers learn of kinds that came later.
const resync = time.Second

// startControllers runs those of Kubernetes' own controllers that our objects
// need, as its controller manager does: the garbage collector, without which
// nothing is ever gone that is deleted in the foreground, the emptying of
// namespaces, quotas, and what every namespace gets.
func (c *cluster) startControllers(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	client := kubernetes.NewForConfigOrDie(c.config)
	meta := metadata.NewForConfigOrDie(c.config)
	shared := informers.NewSharedInformerFactory(client, 0)
	objects := informerfactory.NewInformerFactory(shared, metadatainformer.NewSharedInformerFactory(meta, 0))
	started := make(chan struct{})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}

	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(client.Discovery()))
	collector, err := garbagecollector.NewGarbageCollector(ctx, client, meta, mapper, garbagecollector.DefaultIgnoredResources(), objects, started)
	must(err)

	lister := generic.ListerFuncForResourceFunc(shared.ForResource)
	quotas, err := quotainstall.NewQuotaConfigurationForControllers(lister, shared)
	must(err)
	discover := client.Discovery().ServerPreferredNamespacedResources
	quota, err := resourcequota.NewController(ctx, &resourcequota.ControllerOptions{
		QuotaClient: client.CoreV1(), ResourceQuotaInformer: shared.Core().V1().ResourceQuotas(),
		ResyncPeriod: controller.StaticResyncPeriodFunc(time.Minute), ReplenishmentResyncPeriod: controller.StaticResyncPeriodFunc(time.Minute),
		InformerFactory: objects, InformersStarted: started, DiscoveryFunc: discover, IgnoredResourcesFunc: quotas.IgnoredResources,
		Registry: generic.NewRegistry(quotas.Evaluators()), UpdateFilter: quotainstall.DefaultUpdateFilter(),
	})
	must(err)
	accounts, err := serviceaccount.NewServiceAccountsController(
		klog.FromContext(ctx), shared.Core().V1().ServiceAccounts(), shared.Core().V1().Namespaces(), client, serviceaccount.DefaultServiceAccountsControllerOptions())
	must(err)
	roots, err := rootcacertpublisher.NewPublisher(shared.Core().V1().ConfigMaps(), shared.Core().V1().Namespaces(), client, []byte("no certificate"))
	must(err)
	deleter := deletion.NewNamespacedResourcesDeleter(ctx, client.CoreV1().Namespaces(), meta, client.CoreV1(), discover, corev1.FinalizerKubernetes)

	objects.Start(ctx.Done())
	close(started)
	for _, run := range []func(){
		func() { collector.Run(ctx, 2, resync) },
		func() { collector.Sync(ctx, client.Discovery(), resync) },
		func() { quota.Run(ctx, 1) },
		func() { accounts.Run(ctx, 1) },
		func() { roots.Run(ctx, 1) },
		func() { emptyNamespaces(ctx, client, deleter, mapper.Reset) },
	} {
		running.Go(run)
	}
}

// emptyNamespaces does what the namespace controller does, without the five
// seconds for which that waits before it begins.
func emptyNamespaces(ctx context.Context, client kubernetes.Interface, deleter deletion.NamespacedResourcesDeleterInterface, learn func()) {
	for ticks := 0; ctx.Err() == nil; ticks++ {
		if ticks%20 == 0 {
			learn()
		}
		all, err := client.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
		if err == nil {
			for _, ns := range all.Items {
				if ns.DeletionTimestamp != nil {
					// What is left is tried again, as by the controller.
					_ = deleter.Delete(ctx, ns.Name)
				}
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}
