package emulator

// usersOfCompute names the objects of other APIs that need an object of Compute
// Engine, by its full name, or a secondary range of a subnetwork, by the
// subnetwork's name with the range's after it. Each API adds a function.
func (s *Server) usersOfCompute(name string) []string {
	var users []string
	for _, find := range []func(s *Server, name string) []string{
		clustersUsing,
		zonesOfNetwork,
	} {
		users = append(users, find(s, name)...)
	}
	return users
}
