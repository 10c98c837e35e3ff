package component_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/byhand"
	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest/componenttest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/component"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// theirs are objects of somebody else's that have a name of the environment's,
// by what they are. Each returns once it stands.
func theirs(w *componenttest.World, world byhand.World) map[string]func() {
	spec := w.Spec
	post := func(path string, body byhand.Doc) func() {
		return func() {
			world.Call(http.MethodPost, path, body)
			w.Clock.Advance(time.Hour)
		}
	}
	// network is a network of theirs, with a subnetwork, for what has to lie in one.
	region := "compute.googleapis.com/compute/v1/projects/" + spec.Project + "/regions/" + spec.Region
	const network = "theirs"
	networkPath := "projects/" + spec.Project + "/global/networks/" + network
	networked := func(then func()) func() {
		return func() {
			post("compute.googleapis.com/compute/v1/projects/"+spec.Project+"/global/networks", byhand.Doc{"name": network, "autoCreateSubnetworks": false})()
			post(region+"/subnetworks", byhand.Doc{"name": network, "network": networkPath, "ipCidrRange": "10.100.0.0/20"})()
			then()
		}
	}
	project := "projects/" + spec.Project
	storage := func(name string) func() {
		return post("storage.googleapis.com/storage/v1/b?project="+spec.Project, byhand.Doc{"name": name, "location": strings.ToUpper(spec.Region)})
	}
	zone := func(id, domain string) func() {
		return networked(post("dns.googleapis.com/dns/v1/"+project+"/managedZones", byhand.Doc{
			"name": spec.Prefix() + "-" + id, "dnsName": domain, "description": "theirs", "visibility": "private",
			"privateVisibilityConfig": byhand.Doc{"networks": []byhand.Doc{{"networkUrl": "https://www.googleapis.com/compute/v1/" + networkPath}}},
		}))
	}
	logParent, logID, _ := strings.Cut(spec.LogBucket(), "/buckets/")
	sink := func(name string) func() {
		return post("logging.googleapis.com/v2/"+project+"/sinks", byhand.Doc{"name": name, "destination": "logging.googleapis.com/" + project + "/locations/global/buckets/_Default"})
	}
	clusterParent, _, _ := strings.Cut(spec.ClusterPath(), "/clusters/")
	ringParent, ring, _ := strings.Cut(spec.KeyRing(), "/keyRings/")
	key := spec.Key("environment", policy.KeySoftware)
	if level := spec.Settings.String(policy.EncryptionData); level != policy.KeyGoogle {
		key = spec.Key("environment", level)
	}
	protection := policy.KeySoftware
	if strings.Contains(key, "-hsm-") {
		protection = policy.KeyHSM
	}
	all := map[string]func(){
		"ledger":          storage(spec.LedgerBucket()),
		"data bucket":     storage(spec.DataBucket()),
		"network":         post("compute.googleapis.com/compute/v1/"+project+"/global/networks", byhand.Doc{"name": spec.NetworkName(), "autoCreateSubnetworks": false}),
		"subnetwork":      networked(post(region+"/subnetworks", byhand.Doc{"name": spec.SubnetworkName(), "network": networkPath, "ipCidrRange": "10.101.0.0/20"})),
		"router":          networked(post(region+"/routers", byhand.Doc{"name": spec.RouterName(), "network": networkPath})),
		"firewall policy": post("compute.googleapis.com/compute/v1/"+project+"/global/firewallPolicies", byhand.Doc{"name": spec.FirewallName()}),
		"address": networked(post(region+"/addresses", byhand.Doc{
			"name": spec.Prefix() + "-database", "addressType": "INTERNAL", "subnetwork": project + "/regions/" + spec.Region + "/subnetworks/" + network,
		})),
		"zone of googleapis.com": zone("googleapis", "googleapis.com."),
		"zone of gke.goog":       zone("gke-goog", "gke.goog."),
		"zone of the database":   zone("sql", spec.Region+".sql.goog."),
		"log bucket":             post("logging.googleapis.com/v2/"+logParent+"/buckets?bucketId="+logID, byhand.Doc{"retentionDays": 30}),
		"sink":                   sink(spec.Prefix()),
		"service account":        post("iam.googleapis.com/v1/"+project+"/serviceAccounts", byhand.Doc{"accountId": spec.NodeAccountID(), "serviceAccount": byhand.Doc{"displayName": "theirs"}}),
		"key": func() {
			post("cloudkms.googleapis.com/v1/"+ringParent+"/keyRings?keyRingId="+ring, byhand.Doc{})()
			post("cloudkms.googleapis.com/v1/"+spec.KeyRing()+"/cryptoKeys?cryptoKeyId="+key[strings.LastIndex(key, "/")+1:], byhand.Doc{
				"purpose": "ENCRYPT_DECRYPT", "versionTemplate": byhand.Doc{"algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION", "protectionLevel": protection},
			})()
		},
		"cluster": networked(post("container.googleapis.com/v1/"+clusterParent+"/clusters", byhand.Doc{"cluster": byhand.Doc{
			"name": spec.Cluster.Name, "initialNodeCount": 1, "network": networkPath, "subnetwork": project + "/regions/" + spec.Region + "/subnetworks/" + network,
			"ipAllocationPolicy": byhand.Doc{"useIpAliases": true},
		}})),
		"instance": post("sqladmin.googleapis.com/v1/"+project+"/instances", byhand.Doc{
			"name": spec.Database.Name, "region": spec.Region, "databaseVersion": "POSTGRES_17",
			"settings": byhand.Doc{"tier": "db-custom-2-8192", "edition": "ENTERPRISE", "ipConfiguration": byhand.Doc{"ipv4Enabled": false, "pscConfig": byhand.Doc{"pscEnabled": true}}},
		}),
	}
	if spec.Settings.Int(policy.LoggingArchiveDays) > 0 {
		all["archive"] = storage(spec.ArchiveBucket())
		all["sink into the archive"] = sink(spec.Prefix() + "-audit-archive")
	}
	return all
}

// TestForeignOfEveryKind puts something of somebody else's in the way, of every
// kind that has a name, in every tier: an environment is not begun, nothing is
// written, and the error names it.
func TestForeignOfEveryKind(t *testing.T) {
	t.Parallel()
	for _, tier := range policy.Tiers() {
		sample := componenttest.Spec(t, tier)
		for what := range theirs(&componenttest.World{Spec: sample}, byhand.World{TB: t}) {
			t.Run(string(tier)+"/"+what, func(t *testing.T) {
				t.Parallel()
				w := componenttest.New(t, tier)
				w.MustConverge("services")
				w.Clock.Advance(goneBy)
				theirs(w, byhand.World{TB: t, Addr: w.Server.Addr()})[what]()
				engine, err := component.NewEngine(w.Client, w.Spec, nil)
				if err != nil {
					t.Fatal(err)
				}
				w.Server.ResetRequests()
				result := engine.Converge(t.Context(), reconcile.Spec{Hash: "spec"})
				if !errors.Is(result.Err, reconcile.ErrForeign) {
					t.Errorf("a run over it ended with %v", result.Err)
				}
				if wrote := w.Writes(); len(wrote) > 0 {
					t.Errorf("it wrote: %v", wrote)
				}
			})
		}
	}
}
