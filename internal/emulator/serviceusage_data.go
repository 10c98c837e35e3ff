package emulator

// cloudService is an API that a project can enable.
type cloudService struct {
	name  string
	title string
	// initial says that a new project has it enabled.
	initial bool
}

// cloudServices are the APIs that the product and its users enable, with those
// that every new project has. Another name is refused like one that Google
// does not have.
func cloudServices() []cloudService {
	return []cloudService{
		{"accesscontextmanager.googleapis.com", "Access Context Manager API", false},
		{"aiplatform.googleapis.com", "Vertex AI API", false},
		{"apikeys.googleapis.com", "API Keys API", false},
		{"artifactregistry.googleapis.com", "Artifact Registry API", false},
		{"bigquery.googleapis.com", "BigQuery API", true},
		{"bigquerymigration.googleapis.com", "BigQuery Migration API", true},
		{"bigquerystorage.googleapis.com", "BigQuery Storage API", true},
		{"billingbudgets.googleapis.com", "Cloud Billing Budget API", false},
		{"binaryauthorization.googleapis.com", "Binary Authorization API", false},
		{"certificatemanager.googleapis.com", "Certificate Manager API", false},
		{"cloudapis.googleapis.com", "Google Cloud APIs", true},
		{"cloudasset.googleapis.com", "Cloud Asset API", false},
		{"cloudbilling.googleapis.com", "Cloud Billing API", false},
		{"cloudbuild.googleapis.com", "Cloud Build API", false},
		{"clouddeploy.googleapis.com", "Cloud Deploy API", false},
		{"cloudfunctions.googleapis.com", "Cloud Functions API", false},
		{"cloudidentity.googleapis.com", "Cloud Identity API", false},
		{"cloudkms.googleapis.com", "Cloud Key Management Service (KMS) API", false},
		{"cloudresourcemanager.googleapis.com", "Cloud Resource Manager API", true},
		{"cloudscheduler.googleapis.com", "Cloud Scheduler API", false},
		{"cloudtasks.googleapis.com", "Cloud Tasks API", false},
		{"cloudtrace.googleapis.com", "Cloud Trace API", true},
		{"compute.googleapis.com", "Compute Engine API", false},
		{"container.googleapis.com", "Kubernetes Engine API", false},
		{"containeranalysis.googleapis.com", "Container Analysis API", false},
		{"containerscanning.googleapis.com", "Container Scanning API", false},
		{"containersecurity.googleapis.com", "Container Security API", false},
		{"datastore.googleapis.com", "Cloud Datastore API", true},
		{"dns.googleapis.com", "Cloud DNS API", false},
		{"essentialcontacts.googleapis.com", "Essential Contacts API", false},
		{"eventarc.googleapis.com", "Eventarc API", false},
		{"gkebackup.googleapis.com", "Backup for GKE API", false},
		{"gkehub.googleapis.com", "GKE Hub API", false},
		{"iam.googleapis.com", "Identity and Access Management (IAM) API", false},
		{"iamcredentials.googleapis.com", "IAM Service Account Credentials API", false},
		{"iap.googleapis.com", "Cloud Identity-Aware Proxy API", false},
		{"logging.googleapis.com", "Cloud Logging API", true},
		{"monitoring.googleapis.com", "Cloud Monitoring API", true},
		{"networkconnectivity.googleapis.com", "Network Connectivity API", false},
		{"networkmanagement.googleapis.com", "Network Management API", false},
		{"networksecurity.googleapis.com", "Network Security API", false},
		{"networkservices.googleapis.com", "Network Services API", false},
		{"orgpolicy.googleapis.com", "Organization Policy API", false},
		{"oslogin.googleapis.com", "Cloud OS Login API", false},
		{"policysimulator.googleapis.com", "Policy Simulator API", false},
		{"privateca.googleapis.com", "Certificate Authority API", false},
		{"pubsub.googleapis.com", "Cloud Pub/Sub API", false},
		{"recommender.googleapis.com", "Recommender API", false},
		{"redis.googleapis.com", "Google Cloud Memorystore for Redis API", false},
		{"run.googleapis.com", "Cloud Run Admin API", false},
		{"secretmanager.googleapis.com", "Secret Manager API", false},
		{"securitycenter.googleapis.com", "Security Command Center API", false},
		{"servicemanagement.googleapis.com", "Service Management API", true},
		{"servicenetworking.googleapis.com", "Service Networking API", false},
		{"serviceusage.googleapis.com", "Service Usage API", true},
		{"sql-component.googleapis.com", "Cloud SQL", true},
		{"sqladmin.googleapis.com", "Cloud SQL Admin API", false},
		{"storage-api.googleapis.com", "Google Cloud Storage JSON API", true},
		{"storage-component.googleapis.com", "Cloud Storage", true},
		{"storage.googleapis.com", "Cloud Storage API", true},
		{"sts.googleapis.com", "Security Token Service API", false},
		{"vpcaccess.googleapis.com", "Serverless VPC Access API", false},
	}
}

func cloudServiceByName(name string) (cloudService, bool) {
	for _, c := range cloudServices() {
		if c.name == name {
			return c, true
		}
	}
	return cloudService{}, false
}

func serviceTitle(name string) string {
	if c, ok := cloudServiceByName(name); ok {
		return c.title
	}
	return name
}
