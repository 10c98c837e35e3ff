package emulator

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"google.golang.org/api/cloudkms/v1"
)

const kmsHost = "cloudkms.googleapis.com"

// kmsLocationKind serves the locations of Cloud KMS, with what they can do.
var kmsLocationKind = kind{
	name: "kms-locations", host: kmsHost,
	permissions: map[string]string{"GetLocation": "cloudkms.locations.get", "ListLocations": "cloudkms.locations.list"},
	routes: func(s *Server) []route {
		l := kmsLocations{s: s}
		return []route{
			{method: "GET", path: "/v1/{name=projects/*/locations/*}", rpc: "GetLocation", handle: l.get},
			{method: "GET", path: "/v1/{name=projects/*}/locations", rpc: "ListLocations", query: []string{"filter", "pageSize", "pageToken"}, handle: l.list},
		}
	},
}

type kmsLocations struct{ s *Server }

// kmsMultiRegions are the locations that are none of the regions
// (https://cloud.google.com/kms/docs/locations).
var kmsMultiRegions = []string{"asia", "asia1", "ca", "eur3", "eur4", "eur5", "eur6", "europe", "global", "nam3", "nam4", "nam6", "nam7", "nam8", "nam9", "us"}

func isKeyLocation(id string) bool { return slices.Contains(kmsMultiRegions, id) || isCloudRegion(id) }

// hsmAvailable tells where keys with the protection level HSM can be made: in
// most locations, says the documentation, whose table changes every few months.
// That the youngest region of Europe is the exception is a guess.
func hsmAvailable(location string) bool { return location != "europe-north2" }

// location resolves a name of the form projects/P/locations/L to its canonical
// form.
func (s *Server) kmsLocation(ctx context.Context, ref string) (name string, err error) {
	project, location, _ := strings.Cut(strings.TrimPrefix(ref, "projects/"), "/locations/")
	if project, err = s.useProject(ctx, project, kmsHost); err != nil {
		return "", err
	}
	if !isKeyLocation(location) {
		return "", notFound("The location '%s' was not found.", location)
	}
	return "projects/" + project + "/locations/" + location, nil
}

func (l kmsLocations) render(project, id string) (*cloudkms.Location, error) {
	metadata := map[string]any{"@type": "type.googleapis.com/google.cloud.kms.v1.LocationMetadata"}
	if hsmAvailable(id) {
		metadata["hsmAvailable"] = true
	}
	raw, err := json.Marshal(metadata)
	if err != nil {
		return nil, err
	}
	out := &cloudkms.Location{Name: project + "/locations/" + id, LocationId: id, Metadata: raw}
	for _, r := range cloudRegions() {
		if r.id == id {
			out.DisplayName = r.city
			out.Labels = map[string]string{"cloud.googleapis.com/region": id}
		}
	}
	return out, nil
}

func (l kmsLocations) get(ctx context.Context, r *restRequest) (any, error) {
	name, err := l.s.kmsLocation(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	project, id, _ := strings.Cut(name, "/locations/")
	return l.render(project, id)
}

func (l kmsLocations) list(ctx context.Context, r *restRequest) (any, error) {
	project, err := l.s.useProject(ctx, projectOf(r.vars["name"]), kmsHost)
	if err != nil {
		return nil, err
	}
	if r.query.Get("filter") != "" {
		return nil, notModelled("the filter of a list of locations")
	}
	ids := slices.Clone(kmsMultiRegions)
	for _, region := range cloudRegions() {
		ids = append(ids, region.id)
	}
	slices.Sort(ids)
	page, next, err := pageOf(ids, r.query, "kms locations "+project, 300, 300)
	if err != nil {
		return nil, err
	}
	out := &cloudkms.ListLocationsResponse{NextPageToken: next}
	for _, id := range page {
		one, err := l.render("projects/"+project, id)
		if err != nil {
			return nil, err
		}
		out.Locations = append(out.Locations, one)
	}
	return out, nil
}
