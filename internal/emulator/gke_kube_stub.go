package emulator

func (s *Server) removeKubeObjects(string) error { return nil }
