package emulator

import (
	"strconv"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// kindServiceAgent is the kind of the service accounts that Google makes for
// itself in a project, of which Monitoring's notification agent is the one that
// is modelled: it comes into being with the project's first Pub/Sub channel, and
// IAM refuses it before.
const kindServiceAgent = "serviceAgents"

func monitoringAgentEmail(project string) string {
	return "service-" + strconv.FormatInt(projectNumber(project), 10) + "@gcp-sa-monitoring-notification.iam.gserviceaccount.com"
}

// noteMonitoringAgent makes the agent of the channel's project exist.
func (s *Server) noteMonitoringAgent(parent string, c *monitoringpb.NotificationChannel) error {
	if c.GetType() != "pubsub" {
		return nil
	}
	email := monitoringAgentEmail(projectOf(parent))
	err := s.create(kindServiceAgent, parent, email, map[string]string{"email": email})
	if status.Code(err) == codes.AlreadyExists {
		return nil
	}
	return err
}

// checkAgent refuses Monitoring's agent of a project that has none. Other
// service accounts are taken to exist: they live in projects outside of here.
func (s *Server) checkAgent(email string) error {
	if !monitoringAgent.MatchString(email) {
		return nil
	}
	if _, err := s.store.Get(kindServiceAgent, email); err != nil {
		return invalid("Service account %s does not exist.", email)
	}
	return nil
}
