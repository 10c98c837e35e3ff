package emulator

import "context"

// checkProject tells whether a project can be used with an API.
//
// PLACEHOLDER until the project and service kinds are in: every project is.
func (s *Server) checkProject(_ context.Context, _, _ string) error { return nil }
