package emulator

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"cloud.google.com/go/monitoring/dashboard/apiv1/dashboardpb"
	"google.golang.org/api/pubsub/v1"
)

// The page, its style and its script. They are sent as one document: nothing is
// loaded from anywhere but this server.
var (
	//go:embed console.html
	consoleHTML string
	//go:embed console.css
	consoleCSS string
	//go:embed console.js
	consoleJS string
)

// consoleTemplate escapes everything that it is given: the page shows what
// clients sent. It is parsed when somebody looks at the page.
var consoleTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("console").Parse(consoleHTML))
})

// consolePolicyHeader lets the page run its own script and style, told by their
// hashes, and speak to this server, and nothing else.
var consolePolicyHeader = sync.OnceValue(func() string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; script-src " + hash(consoleJS) + "; style-src " + hash(consoleCSS) +
		"; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
})

// consoleRequests is how many requests the page shows.
const consoleRequests = 50

// consolePage is what the page at "/" shows.
type consolePage struct {
	Style        template.CSS
	Script       template.JS
	Addr, Now    string
	Empty        bool
	Dashboards   []consoleEntry
	Objectives   []consoleObjective
	Grafana      []consoleGrafana
	Projects     []consoleProject
	Policies     []consolePolicy
	Channels     []consoleChannel
	Topics       []consoleTopic
	Requests     []consoleRequest
	RequestCount int
}

type consoleProject struct {
	ID                         string
	Number                     int64
	Made, Deleted              bool
	Policies, Channels, Topics int
	Services                   []consoleService
}

// consoleEntry names a dashboard.
type consoleEntry struct{ Name, Title, Project string }

// consoleGrafana is a dashboard in Grafana.
type consoleGrafana struct {
	UID, Title, Folder string
	Version            int64
	Panels             int
}

type consoleService struct {
	Name, Note string
	On         bool
}

type consoleTopic struct {
	Name     string
	Bindings []string
}

type consoleRequest struct {
	Time, Method, Transport, Resource, Class, Fault, Took string
	Status                                                string
}

// consolePair is a label.
type consolePair struct{ Key, Value string }

// serveConsole is the page at "/": what stands, and the latest requests. Its
// script draws the dashboards; the rest is there without it.
func (s *Server) serveConsole(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "The console page takes GET only.", http.StatusMethodNotAllowed)
		return
	}
	page, err := s.consolePage()
	var out bytes.Buffer
	if err == nil {
		err = consoleTemplate().Execute(&out, page)
	}
	if err != nil {
		s.log.Error("console", "error", err)
		http.Error(w, "The console page could not be made. The log of the emulator says why.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", consolePolicyHeader())
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(out.Bytes())
}

func (s *Server) consolePage() (*consolePage, error) {
	page := &consolePage{
		Addr: s.Addr(), Now: s.now().Format("2006-01-02 15:04:05 MST"),
		Style: template.CSS(consoleCSS), Script: template.JS(consoleJS), //nolint:gosec // the files of this package, which hold nothing from outside
	}
	policies, err := listInto(s, kindAlertPolicy, "", func() *monitoringpb.AlertPolicy { return &monitoringpb.AlertPolicy{} })
	if err != nil {
		return nil, err
	}
	channels, err := listInto(s, kindNotificationChannel, "", func() *monitoringpb.NotificationChannel { return &monitoringpb.NotificationChannel{} })
	if err != nil {
		return nil, err
	}
	for _, p := range policies {
		page.Policies = append(page.Policies, newConsolePolicy(p, channels))
	}
	for _, c := range channels {
		page.Channels = append(page.Channels, newConsoleChannel(c, policies))
	}
	if page.Dashboards, err = s.consoleDashboards(); err != nil {
		return nil, err
	}
	if page.Objectives, err = s.consoleObjectives(); err != nil {
		return nil, err
	}
	if page.Grafana, err = s.consoleGrafana(); err != nil {
		return nil, err
	}
	if page.Topics, err = s.consoleTopics(); err != nil {
		return nil, err
	}
	if page.Projects, err = s.consoleProjects(); err != nil {
		return nil, err
	}
	page.Empty = len(policies)+len(channels)+len(page.Topics)+len(page.Dashboards)+len(page.Objectives)+len(page.Grafana) == 0
	page.Requests, page.RequestCount = s.consoleRequests()
	return page, nil
}

func (s *Server) consoleDashboards() ([]consoleEntry, error) {
	all, err := listInto(s, kindDashboard, "", func() *dashboardpb.Dashboard { return &dashboardpb.Dashboard{} })
	if err != nil {
		return nil, err
	}
	out := make([]consoleEntry, 0, len(all))
	for _, d := range all {
		out = append(out, consoleEntry{Name: d.GetName(), Title: d.GetDisplayName(), Project: projectOf(d.GetName())})
	}
	return out, nil
}

func (s *Server) consoleObjectives() ([]consoleObjective, error) {
	services, err := listInto(s, kindMonitoringService, "", func() *monitoringpb.Service { return &monitoringpb.Service{} })
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, service := range services {
		names[service.GetName()] = service.GetDisplayName()
	}
	all, err := listInto(s, kindSLO, "", func() *monitoringpb.ServiceLevelObjective { return &monitoringpb.ServiceLevelObjective{} })
	if err != nil {
		return nil, err
	}
	out := make([]consoleObjective, 0, len(all))
	for _, slo := range all {
		out = append(out, newConsoleObjective(slo, names))
	}
	return out, nil
}

func (s *Server) consoleGrafana() ([]consoleGrafana, error) {
	var out []consoleGrafana
	for _, e := range s.store.List(kindGrafanaDashboard, "") {
		d := &grafanaDashboard{}
		if err := decode(e.Value, d); err != nil {
			return nil, err
		}
		row := consoleGrafana{UID: e.Name, Title: d.title(), Folder: grafanaGeneral, Version: d.Version}
		if panels, ok := d.Data["panels"].([]any); ok {
			row.Panels = len(panels)
		}
		if d.FolderUID != "" {
			f := &grafanaFolder{}
			if _, err := s.load(kindGrafanaFolder, d.FolderUID, f); err == nil {
				row.Folder = f.Title
			}
		}
		out = append(out, row)
	}
	return out, nil
}

func (s *Server) consoleTopics() ([]consoleTopic, error) {
	topics, err := listInto(s, kindTopic, "", func() *pubsub.Topic { return &pubsub.Topic{} })
	if err != nil {
		return nil, err
	}
	out := make([]consoleTopic, 0, len(topics))
	for _, t := range topics {
		policy, _, err := s.getIamPolicy(pubsubHost + "/" + t.Name)
		if err != nil {
			return nil, err
		}
		row := consoleTopic{Name: t.Name}
		for _, b := range policy.Bindings {
			row.Bindings = append(row.Bindings, b.Role+": "+strings.Join(b.Members, ", "))
		}
		out = append(out, row)
	}
	return out, nil
}

func (s *Server) consoleProjects() ([]consoleProject, error) {
	all, err := s.allProjects()
	if err != nil {
		return nil, err
	}
	out := make([]consoleProject, 0, len(all))
	for _, p := range all {
		parent := "projects/" + p.ID
		row := consoleProject{
			ID: p.ID, Number: projectNumber(p.ID), Made: p.Made, Deleted: p.Deleted != nil,
			Policies: len(s.store.List(kindAlertPolicy, parent)), Channels: len(s.store.List(kindNotificationChannel, parent)),
			Topics: len(s.store.List(kindTopic, parent)),
		}
		for _, e := range s.store.List(kindService, parent) {
			_, name, _ := strings.Cut(e.Name, "/services/")
			shown, met, _, err := s.serviceState(p.ID, name)
			if err != nil {
				return nil, err
			}
			row.Services = append(row.Services, consoleService{Name: name, On: met == serviceEnabled, Note: serviceNote(shown, met)})
		}
		out = append(out, row)
	}
	return out, nil
}

func serviceNote(shown, met string) string {
	switch {
	case shown != met && shown == serviceEnabled:
		return "enabled, not usable yet"
	case shown == serviceEnabled:
		return "enabled"
	case shown != met:
		return "disabled, still answering"
	default:
		return "disabled"
	}
}

// consoleRequests returns the latest requests, newest first, and how many there
// are.
func (s *Server) consoleRequests() ([]consoleRequest, int) {
	all := s.Requests()
	var out []consoleRequest
	for i := len(all) - 1; i >= 0 && len(out) < consoleRequests; i-- {
		r := all[i]
		row := consoleRequest{
			Time: r.Time.Format("15:04:05.000"), Transport: r.Transport, Fault: r.Fault, Method: r.RPC, Resource: r.Resource,
			Status: http.StatusText(r.Status), Took: r.Duration.Round(100 * time.Microsecond).String(),
		}
		if row.Method == "" {
			row.Method = r.Method
		}
		if row.Resource == "" {
			row.Resource = maskText(r.Host + r.Path)
		}
		switch {
		case r.Status == 0:
			row.Status, row.Class = "no reply", "bad"
		case r.Status >= http.StatusInternalServerError:
			row.Status, row.Class = r.Code, "bad"
		case r.Status >= http.StatusBadRequest:
			row.Status, row.Class = r.Code, "warn"
		default:
			row.Class = "good"
		}
		out = append(out, row)
	}
	return out, len(all)
}
