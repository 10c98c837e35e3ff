package emulator

import (
	"context"
	"strings"
)

// monitoringParent resolves "projects/ID_OR_NUMBER" for a call to Monitoring
// and returns it with the project's id.
func (s *Server) monitoringParent(ctx context.Context, ref string) (string, error) {
	id, ok := strings.CutPrefix(ref, "projects/")
	if !ok || strings.Contains(id, "/") {
		return "", invalid("Name must begin with '{resource_container_type}/{resource_container_id}', got: %s", ref)
	}
	project, err := s.useProject(ctx, id, monitoringHost)
	if err != nil {
		return "", err
	}
	return "projects/" + project, nil
}

// monitoringName resolves "projects/ID_OR_NUMBER/COLLECTION/REST" and returns it
// with the project's id. REST may hold slashes, as a metric type does.
func (s *Server) monitoringName(ctx context.Context, ref, collection string) (parent, rest string, err error) {
	parts := strings.SplitN(ref, "/", 4)
	if len(parts) < 4 || parts[0] != "projects" || parts[2] != collection || parts[3] == "" {
		return "", "", invalid("Invalid name %q: it must be projects/[PROJECT_ID_OR_NUMBER]/%s/[ID].", ref, collection)
	}
	parent, err = s.monitoringParent(ctx, "projects/"+parts[1])
	return parent, parts[3], err
}
