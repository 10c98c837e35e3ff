package emulator

import (
	"regexp"
	"strconv"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// kindServiceAgent is the kind of the service accounts that Google makes for
// itself in a project. IAM refuses them as members before they exist.
const kindServiceAgent = "serviceAgents"

// serviceAgent is the agent of one API: service-NUMBER@DOMAIN.iam.gserviceaccount.com
// (https://cloud.google.com/iam/docs/service-agents).
type serviceAgent struct {
	host, domain string
	// atEnabling says that it exists as soon as its API is enabled. The others
	// come into being with what first needs them, or when somebody asks for
	// them: by services:generateServiceIdentity, or by a method of their API.
	atEnabling bool
}

var serviceAgents = []serviceAgent{
	{host: "artifactregistry.googleapis.com", domain: "gcp-sa-artifactregistry"},
	{host: "binaryauthorization.googleapis.com", domain: "gcp-sa-binaryauthorization"},
	{host: "compute.googleapis.com", domain: "compute-system", atEnabling: true},
	{host: "container.googleapis.com", domain: "container-engine-robot", atEnabling: true},
	{host: "logging.googleapis.com", domain: "gcp-sa-logging"},
	{host: monitoringHost, domain: "gcp-sa-monitoring-notification"},
	{host: "pubsub.googleapis.com", domain: "gcp-sa-pubsub"},
	{host: "secretmanager.googleapis.com", domain: "gcp-sa-secretmanager"},
	{host: "sqladmin.googleapis.com", domain: "gcp-sa-cloud-sql"},
	{host: storageHost, domain: "gs-project-accounts"},
}

func serviceAgentByHost(host string) (serviceAgent, bool) {
	for _, a := range serviceAgents {
		if a.host == host {
			return a, true
		}
	}
	return serviceAgent{}, false
}

// serviceAgentEmail is the address of an API's agent in a project, or "" for an
// API without one.
func serviceAgentEmail(project, host string) string {
	a, ok := serviceAgentByHost(host)
	if !ok {
		return ""
	}
	return "service-" + strconv.FormatInt(projectNumber(project), 10) + "@" + a.domain + ".iam.gserviceaccount.com"
}

// serviceAgentExists tells whether an API's agent is there in a project.
func (s *Server) serviceAgentExists(project, host string) bool {
	a, ok := serviceAgentByHost(host)
	if !ok {
		return false
	}
	var made madeAgent
	if _, err := s.load(kindServiceAgent, serviceAgentEmail(project, host), &made); err == nil && !s.now().Before(made.Ready) {
		return true
	}
	if !a.atEnabling {
		return false
	}
	shown, _, _, err := s.serviceState(project, host)
	return err == nil && shown == serviceEnabled
}

// madeAgent is the record of an agent.
type madeAgent struct {
	Email string `json:"email"`
	// Ready is when the operation that makes it is done.
	Ready time.Time `json:"ready,omitzero"`
}

// makeServiceAgent has an API's agent exist in a project and returns its address.
func (s *Server) makeServiceAgent(project, host string) (string, error) {
	return serviceAgentEmail(project, host), s.makeServiceAgentAt(project, host, s.now())
}

func (s *Server) makeServiceAgentAt(project, host string, ready time.Time) error {
	email := serviceAgentEmail(project, host)
	next := madeAgent{Email: email, Ready: ready}
	var have madeAgent
	version, err := s.load(kindServiceAgent, email, &have)
	switch {
	case status.Code(err) == codes.NotFound:
		err = s.create(kindServiceAgent, "projects/"+project, email, next)
	case err == nil && ready.Before(have.Ready):
		err = s.update(kindServiceAgent, email, version, next)
	}
	if c := status.Code(err); c == codes.AlreadyExists || c == codes.Aborted {
		return nil // another call made it just now
	}
	return err
}

// noteMonitoringAgent makes the agent of the channel's project exist.
func (s *Server) noteMonitoringAgent(parent string, c *monitoringpb.NotificationChannel) error {
	if c.GetType() != "pubsub" {
		return nil
	}
	_, err := s.makeServiceAgent(projectOf(parent), monitoringHost)
	return err
}

var serviceAgentAddress = regexp.MustCompile(`^service-([0-9]+)@([a-z0-9-]+)\.iam\.gserviceaccount\.com$`)

// checkAgent refuses an agent of a project that doesn't have it yet. Those of
// APIs that are not listed are taken to exist.
func (s *Server) checkAgent(email string) error {
	found := serviceAgentAddress.FindStringSubmatch(email)
	if found == nil {
		return nil
	}
	for _, a := range serviceAgents {
		if a.domain == found[2] && !s.serviceAgentExists(s.canonicalProject(found[1]), a.host) {
			return invalid("Service account %s does not exist.", email)
		}
	}
	return nil
}
