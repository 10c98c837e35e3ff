package emulator

import (
	"context"
	"fmt"
	"strconv"

	"google.golang.org/grpc/codes"
)

// checkProject tells whether a project can be used with an API: it stands, and
// the API is enabled in it and has been for long enough.
func (s *Server) checkProject(_ context.Context, id, host string) error {
	p, ready, err := s.findProject(id)
	if err != nil {
		return err
	}
	if !ready || p.Deleted != nil {
		return apiError(codes.PermissionDenied, fmt.Sprintf("Permission denied on resource project %s.", id),
			helpLink("Google developers console", "https://console.developers.google.com"),
			errorInfo("CONSUMER_INVALID", "googleapis.com", map[string]string{
				"consumer": "projects/" + id, "containerInfo": id, "service": host,
			}))
	}
	if !s.serviceUsable(id, host) {
		return serviceDisabled(id, host)
	}
	return s.checkBilled(id, host)
}

// serviceDisabled is the 403 of a call to an API that is not enabled in the
// project, or not usable yet.
func serviceDisabled(id, host string) error {
	number := strconv.FormatInt(projectNumber(id), 10)
	title := serviceTitle(host)
	activate := "https://console.developers.google.com/apis/api/" + host + "/overview?project=" + number
	return apiError(codes.PermissionDenied,
		fmt.Sprintf("%s has not been used in project %s before or it is disabled. Enable it by visiting %s then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.", title, number, activate),
		errorInfo("SERVICE_DISABLED", "googleapis.com", map[string]string{
			"activationUrl": activate, "consumer": "projects/" + number, "containerInfo": number,
			"service": host, "serviceTitle": title,
		}),
		helpLink("Google developers console API activation", activate))
}
