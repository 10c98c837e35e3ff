package emulator

import (
	"encoding/json"
	"slices"
	"time"
)

// attachedInstance is what a stored instance of Cloud SQL tells of the service
// attachment that Private Service Connect reaches it by.
type attachedInstance struct {
	Settings pscSettings `json:"settings"`
	Next     *struct {
		Settings pscSettings `json:"settings"`
	} `json:"next"`
	Ready    time.Time  `json:"ready"`
	Busy     time.Time  `json:"busy"`
	Failed   bool       `json:"failed"`
	Gone     *time.Time `json:"gone"`
	Assigned struct {
		PscLink string
	} `json:"assigned"`
}

type pscSettings struct {
	IPConfiguration struct {
		PscConfig struct {
			AllowedConsumerProjects []string `json:"allowedConsumerProjects"`
		} `json:"pscConfig"`
	} `json:"ipConfiguration"`
}

// findServiceAttachment looks for the service attachment of a name, such as
// projects/t/regions/r/serviceAttachments/a, and returns which projects may
// connect to it. The only ones are those that Cloud SQL makes, in projects of
// its own, for the instances that Private Service Connect reaches.
func (s *Server) findServiceAttachment(name string) (accepts func(project string) bool, ok bool) {
	now := s.now()
	for _, e := range s.store.List("sqlInstances", "") {
		var i attachedInstance
		if json.Unmarshal(e.Value, &i) != nil || i.Assigned.PscLink == "" || computeName(i.Assigned.PscLink) != name {
			continue
		}
		if now.Before(i.Ready) || i.Failed || i.Gone != nil && !now.Before(*i.Gone) {
			return nil, false
		}
		settings := i.Settings
		if i.Next != nil && !now.Before(i.Busy) {
			settings = i.Next.Settings
		}
		return func(project string) bool {
			return slices.ContainsFunc(settings.IPConfiguration.PscConfig.AllowedConsumerProjects, func(p string) bool {
				return s.canonicalProject(p) == project
			})
		}, true
	}
	return nil, false
}
