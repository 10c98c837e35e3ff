package emulator

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const adminPrefix = "/_emulator/"

// serveAdmin answers the paths below /_emulator/ and reports whether the
// request was one of them.
func (s *Server) serveAdmin(w http.ResponseWriter, r *http.Request) bool {
	name, ok := strings.CutPrefix(r.URL.Path, adminPrefix)
	if !ok {
		return false
	}
	if what, ok := strings.CutPrefix(name, "console/"); ok {
		s.serveConsoleData(w, r, what)
		return true
	}
	switch r.Method + " " + name {
	case "GET requests":
		list := s.requests.all(r.URL.Query().Get("reset") == "true")
		writeJSON(w, http.StatusOK, map[string]any{"requests": list})
	case "DELETE requests":
		s.ResetRequests()
		writeJSON(w, http.StatusOK, struct{}{})
	case "GET inventory":
		writeJSON(w, http.StatusOK, s.Inventory())
	case "GET faults":
		writeJSON(w, http.StatusOK, map[string]any{"faults": s.faults.list()})
	case "DELETE faults":
		s.ClearFaults()
		writeJSON(w, http.StatusOK, struct{}{})
	case "POST faults":
		faults, err := ParseFaults(http.MaxBytesReader(w, r.Body, maxBody))
		if err == nil {
			err = s.faults.inject(faults)
		}
		if err != nil {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return true
		}
		writeJSON(w, http.StatusOK, map[string]any{"faults": s.faults.list()})
	case "GET permissions":
		writeJSON(w, http.StatusOK, map[string][]string{"denied": s.denied.list()})
	case "POST permissions":
		names, err := parseDenied(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
			return true
		}
		s.denied.set(names)
		writeJSON(w, http.StatusOK, map[string][]string{"denied": s.denied.list()})
	case "DELETE permissions":
		s.denied.set(nil)
		writeJSON(w, http.StatusOK, struct{}{})
	case "POST reset":
		s.Reset()
		writeJSON(w, http.StatusOK, struct{}{})
	case "GET healthz":
		writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	default:
		writeJSON(w, http.StatusNotFound, map[string]string{
			"error": fmt.Sprintf("no admin call %s %s; there are GET and DELETE requests, GET inventory, GET, POST and DELETE faults, GET, POST and DELETE permissions, POST reset, GET healthz", r.Method, r.URL.Path),
		})
	}
	return true
}

// ParseFaults reads the body of POST /_emulator/faults, which is also the format
// of a faults file: {"faults": [ … ]}. An unknown field is an error, so that a
// typing mistake does not become a fault that matches everything.
func ParseFaults(r io.Reader) ([]Fault, error) {
	var doc struct {
		Faults []Fault `json:"faults"`
	}
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("faults: %w", err)
	}
	return doc.Faults, nil
}

func writeJSON(w http.ResponseWriter, httpStatus int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(httpStatus)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v)
}
