package gcp

import (
	"context"
	"strings"

	container "cloud.google.com/go/container/apiv1"
	"google.golang.org/api/accesscontextmanager/v1"
	"google.golang.org/api/billingbudgets/v1"
	"google.golang.org/api/binaryauthorization/v1"
	"google.golang.org/api/cloudbilling/v1"
	"google.golang.org/api/cloudkms/v1"
	"google.golang.org/api/cloudresourcemanager/v3"
	"google.golang.org/api/compute/v1"
	"google.golang.org/api/containeranalysis/v1"
	"google.golang.org/api/dns/v1"
	"google.golang.org/api/iam/v1"
	"google.golang.org/api/logging/v2"
	"google.golang.org/api/option"
	"google.golang.org/api/orgpolicy/v2"
	"google.golang.org/api/serviceusage/v1"
	agents "google.golang.org/api/serviceusage/v1beta1"
	"google.golang.org/api/sqladmin/v1"
	"google.golang.org/api/storage/v1"
)

// APIs are Google's own clients over the chain of one [Client]: whatever is
// called through them is logged, retried, limited and authenticated as all else.
// What the chain has to know of a call beyond its method comes on the context:
// see [Reading], [Named], [UnderEtag] and [Assigned]. Errors are an [*Error]
// inside of the clients' own; [NewError] and the Is functions find it.
type APIs struct {
	AccessContext   *accesscontextmanager.Service
	Analysis        *containeranalysis.Service
	Billing         *cloudbilling.APIService
	BinaryAuth      *binaryauthorization.Service
	Budgets         *billingbudgets.Service
	Clusters        *container.ClusterManagerClient
	Compute         *compute.Service
	DNS             *dns.Service
	IAM             *iam.Service
	KMS             *cloudkms.Service
	Logging         *logging.Service
	OrgPolicy       *orgpolicy.Service
	ResourceManager *cloudresourcemanager.Service
	ServiceUsage    *serviceusage.Service
	ServiceAgents   *agents.APIService
	SQL             *sqladmin.Service
	Storage         *storage.Service
}

// APIsOf returns the clients of c, which are made at the first use and dial
// nothing before their first call. It is no method, and what it returns is no
// typed field: a Client travels in interfaces, and the linker keeps every method
// of every type that reflection could come to from there. Those of Compute
// Engine's client alone are a tenth of the binary.
func APIsOf(c *Client) (*APIs, error) {
	c.apisOnce.Do(c.makeAPIs)
	return (*APIs)(c.apis), c.apisErr
}

func (c *Client) newAPIs(ctx context.Context) (*APIs, error) {
	a := &APIs{}
	return a, firstError(
		assign(&a.AccessContext, func() (*accesscontextmanager.Service, error) {
			return accesscontextmanager.NewService(ctx, c.restOptions("accesscontextmanager")...)
		}),
		assign(&a.Analysis, func() (*containeranalysis.Service, error) {
			return containeranalysis.NewService(ctx, c.restOptions("containeranalysis")...)
		}),
		assign(&a.Billing, func() (*cloudbilling.APIService, error) {
			return cloudbilling.NewService(ctx, c.restOptions("cloudbilling")...)
		}),
		assign(&a.BinaryAuth, func() (*binaryauthorization.Service, error) {
			return binaryauthorization.NewService(ctx, c.restOptions("binaryauthorization")...)
		}),
		assign(&a.Budgets, func() (*billingbudgets.Service, error) {
			return billingbudgets.NewService(ctx, c.restOptions("billingbudgets")...)
		}),
		assign(&a.Clusters, func() (*container.ClusterManagerClient, error) { return c.newClusterManager(ctx) }),
		assign(&a.Compute, func() (*compute.Service, error) {
			return compute.NewService(ctx, c.versionedOptions("compute", "v1/")...)
		}),
		assign(&a.DNS, func() (*dns.Service, error) { return dns.NewService(ctx, c.restOptions("dns")...) }),
		assign(&a.IAM, func() (*iam.Service, error) { return iam.NewService(ctx, c.restOptions("iam")...) }),
		assign(&a.KMS, func() (*cloudkms.Service, error) { return cloudkms.NewService(ctx, c.restOptions("cloudkms")...) }),
		assign(&a.Logging, func() (*logging.Service, error) { return logging.NewService(ctx, c.restOptions("logging")...) }),
		assign(&a.OrgPolicy, func() (*orgpolicy.Service, error) {
			return orgpolicy.NewService(ctx, c.restOptions("orgpolicy")...)
		}),
		assign(&a.ResourceManager, func() (*cloudresourcemanager.Service, error) {
			return cloudresourcemanager.NewService(ctx, c.restOptions("cloudresourcemanager")...)
		}),
		assign(&a.ServiceUsage, func() (*serviceusage.Service, error) {
			return serviceusage.NewService(ctx, c.restOptions("serviceusage")...)
		}),
		assign(&a.ServiceAgents, func() (*agents.APIService, error) {
			return agents.NewService(ctx, c.restOptions("serviceusage")...)
		}),
		assign(&a.SQL, func() (*sqladmin.Service, error) { return sqladmin.NewService(ctx, c.restOptions("sqladmin")...) }),
		assign(&a.Storage, func() (*storage.Service, error) {
			return storage.NewService(ctx, c.versionedOptions("storage", "v1/")...)
		}),
	)
}

func assign[T any](to *T, build func() (T, error)) error {
	made, err := build()
	*to = made
	return err
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// newClusterManager makes GKE's own client, over REST, with its retries and
// timeouts off: the chain is the only one.
func (c *Client) newClusterManager(ctx context.Context) (*container.ClusterManagerClient, error) {
	client, err := container.NewClusterManagerRESTClient(ctx, append(c.restOptions("container"),
		option.WithEndpoint(strings.TrimSuffix(c.endpoints["container"].rest, "/")), // Its paths begin with a slash.
	)...)
	if err != nil {
		return nil, err
	}
	// The options are shared with the client inside, which a new set of them
	// would not reach.
	*client.CallOptions = container.ClusterManagerCallOptions{}
	return client, nil
}

// versionedOptions are restOptions for the clients whose endpoint holds the
// version.
func (c *Client) versionedOptions(service, version string) []option.ClientOption {
	return append(c.restOptions(service), option.WithEndpoint(c.endpoints[service].rest+version))
}
