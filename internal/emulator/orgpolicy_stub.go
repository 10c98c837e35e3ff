package emulator

func (s *Server) enforced(project, constraint string) bool     { return false }
func (s *Server) checkLocation(project, location string) error { return nil }
