package emulator

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/containeranalysis/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	containerAnalysisHost = "containeranalysis.googleapis.com"
	kindNote              = "notes"
)

// noteKind serves the notes of Container Analysis that attestors stand on, in v1
// and, for hashicorp/google, in v1beta1.
var noteKind = kind{
	name: kindNote, host: containerAnalysisHost, collection: true,
	permissions: map[string]string{
		"CreateNote": "containeranalysis.notes.create", "GetNote": "containeranalysis.notes.get",
		"UpdateNote": "containeranalysis.notes.update", "DeleteNote": "containeranalysis.notes.delete", "ListNotes": "containeranalysis.notes.list",
	},
	routes: func(s *Server) []route {
		var routes []route
		for _, version := range []string{"v1", "v1beta1"} {
			n := notes{s: s, beta: version == "v1beta1"}
			one := "/" + version + "/{name=projects/*/notes/*}"
			all := "/" + version + "/{parent=projects/*}/notes"
			routes = append(routes,
				route{method: "POST", path: all, rpc: "CreateNote", query: []string{"noteId"}, handle: n.create},
				route{method: "GET", path: one, rpc: "GetNote", handle: n.get},
				route{method: "GET", path: all, rpc: "ListNotes", query: []string{"pageSize", "pageToken"}, handle: n.list},
				route{method: "PATCH", path: one, rpc: "UpdateNote", query: []string{"updateMask"}, handle: n.patch},
				route{method: "DELETE", path: one, rpc: "DeleteNote", handle: n.delete},
			)
			policy := s.policyRoutes("/"+version+"/{resource=projects/*/notes/*}", func(ctx context.Context, ref string) (string, string, error) {
				note, _, parent, err := n.existing(ctx, ref)
				if err != nil {
					return "", "", err
				}
				return parent, containerAnalysisHost + "/" + note.Name, nil
			})
			// This API reads policies by POST, with the options in the body.
			policy[0].method = "POST"
			routes = append(routes, policy...)
		}
		return routes
	},
}

// notes serves one version of the API. The two name an attestation note's field
// differently, and nothing else of what is modelled.
type notes struct {
	s    *Server
	beta bool
}

// betaNote is a note as v1beta1 has it.
type betaNote struct {
	containeranalysis.Note

	AttestationAuthority *containeranalysis.AttestationNote `json:"attestationAuthority,omitempty"`
}

var noteID = regexp.MustCompile(`^[a-zA-Z0-9._~%+-]{1,128}$`)

func (n notes) project(ctx context.Context, ref string) (string, error) {
	project, err := n.s.useProject(ctx, projectOf(ref), containerAnalysisHost)
	return "projects/" + project, err
}

func (n notes) existing(ctx context.Context, ref string) (note *containeranalysis.Note, version int64, parent string, err error) {
	if parent, err = n.project(ctx, ref); err != nil {
		return nil, 0, "", err
	}
	note = &containeranalysis.Note{}
	name := parent + "/notes/" + lastPart(ref)
	version, err = n.s.load(kindNote, name, note)
	if status.Code(err) == codes.NotFound {
		err = notFound("note with name %q does not exist", name)
	}
	return note, version, parent, err
}

// read decodes a note of the version.
func (n notes) read(r *restRequest) (*containeranalysis.Note, error) {
	if !n.beta {
		note := &containeranalysis.Note{}
		return note, r.decode(note)
	}
	beta := &betaNote{}
	if err := r.decode(beta); err != nil {
		return nil, err
	}
	if beta.Attestation != nil {
		return nil, badRequest([]string{`Invalid JSON payload received. Unknown name "attestation" at 'note': Cannot find field.`}, nil)
	}
	beta.Attestation = beta.AttestationAuthority
	return &beta.Note, nil
}

// show renders a note in the version.
func (n notes) show(note *containeranalysis.Note) any {
	if !n.beta {
		return note
	}
	shown := *note
	shown.Attestation = nil
	return struct {
		*plainNote

		AttestationAuthority *containeranalysis.AttestationNote `json:"attestationAuthority,omitempty"`
	}{(*plainNote)(&shown), note.Attestation}
}

// plainNote is a note without the methods that would hide the fields next to it.
type plainNote containeranalysis.Note

func (n notes) create(ctx context.Context, r *restRequest) (any, error) {
	parent, err := n.project(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	id := r.query.Get("noteId")
	if !noteID.MatchString(id) {
		return nil, invalid("invalid note id %q", id)
	}
	note, err := n.read(r)
	if err != nil {
		return nil, err
	}
	if err := checkNote(note); err != nil {
		return nil, err
	}
	note.Name, note.Kind = parent+"/notes/"+id, "ATTESTATION"
	note.CreateTime = n.s.now().Format(time.RFC3339Nano)
	note.UpdateTime = note.CreateTime
	if err := n.s.create(kindNote, parent, note.Name, note); err != nil {
		if status.Code(err) == codes.AlreadyExists {
			err = apiError(codes.AlreadyExists, "note with name \""+note.Name+"\" already exists")
		}
		return nil, err
	}
	return n.show(note), nil
}

// checkNote refuses other notes than those of attestations.
func checkNote(note *containeranalysis.Note) error {
	switch {
	case note.Vulnerability != nil, note.Build != nil, note.Image != nil, note.Package != nil, note.Deployment != nil, note.Discovery != nil,
		note.Upgrade != nil, note.Compliance != nil, note.DsseAttestation != nil, note.VulnerabilityAssessment != nil, note.SbomReference != nil, note.Secret != nil:
		return notModelled("notes of another kind than ATTESTATION")
	case note.Kind != "" && note.Kind != "ATTESTATION":
		return notModelled("notes of the kind %s", note.Kind)
	case note.Attestation == nil:
		return invalid("a note needs a type, such as attestation")
	case note.Attestation.Hint == nil || note.Attestation.Hint.HumanReadableName == "":
		return invalid("attestation.hint.human_readable_name is required")
	}
	return nil
}

func (n notes) get(ctx context.Context, r *restRequest) (any, error) {
	note, _, _, err := n.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	return n.show(note), nil
}

func (n notes) list(ctx context.Context, r *restRequest) (any, error) {
	parent, err := n.project(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	all, err := listInto(n.s, kindNote, parent, func() *containeranalysis.Note { return &containeranalysis.Note{} })
	if err != nil {
		return nil, err
	}
	page, next, err := pageOf(all, r.query, "notes/"+parent, 20, 1000)
	out := map[string]any{}
	if next != "" {
		out["nextPageToken"] = next
	}
	var shown []any
	for _, note := range page {
		shown = append(shown, n.show(note))
	}
	if len(shown) > 0 {
		out["notes"] = shown
	}
	return out, err
}

// patch changes the fields of the mask.
func (n notes) patch(ctx context.Context, r *restRequest) (any, error) {
	note, version, _, err := n.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	sent, err := n.read(r)
	if err != nil {
		return nil, err
	}
	attestation := "attestation"
	if n.beta {
		attestation = "attestationAuthority"
	}
	for _, path := range strings.FieldsFunc(r.query.Get("updateMask"), func(c rune) bool { return c == ',' }) {
		switch camelPath(path) {
		case "shortDescription":
			note.ShortDescription = sent.ShortDescription
		case "longDescription":
			note.LongDescription = sent.LongDescription
		case "relatedUrl":
			note.RelatedUrl = sent.RelatedUrl
		case "expirationTime":
			note.ExpirationTime = sent.ExpirationTime
		case "relatedNoteNames":
			note.RelatedNoteNames = slices.Clone(sent.RelatedNoteNames)
		case attestation:
			note.Attestation = sent.Attestation
		default:
			return nil, invalid("Field update_mask had an invalid value of %q: Note has no such field.", path)
		}
	}
	if err := checkNote(note); err != nil {
		return nil, err
	}
	note.UpdateTime = n.s.now().Format(time.RFC3339Nano)
	return n.show(note), n.s.update(kindNote, note.Name, version, note)
}

func (n notes) delete(ctx context.Context, r *restRequest) (any, error) {
	note, version, _, err := n.existing(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	if err := n.s.dropPolicy(containerAnalysisHost + "/" + note.Name); err != nil {
		return nil, err
	}
	return nil, n.s.store.Delete(kindNote, note.Name, version)
}
