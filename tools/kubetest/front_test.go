//go:build kubeapiserver

package kubetest_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"k8s.io/client-go/rest"
)

// blow is what happens to a request to the cluster.
type blow int

const (
	// through lets it pass.
	through blow = iota
	// lost cuts the connection before the cluster sees the request.
	lost
	// unanswered lets it take effect and cuts the connection then.
	unanswered
)

// front is where our client finds its emulated Google Cloud: it passes on to the
// emulator what is Google's, and to a real cluster what goes to the endpoint that
// an emulated one reports.
type front struct {
	// addr is host and port.
	addr string

	mu sync.Mutex
	// writes are the requests so far that change something in the cluster, as
	// METHOD PATH.
	writes []string
	// strike decides about each of them; nil lets all pass.
	strike func(write int) blow
	// reading is told the path of each read, if it is set.
	reading func(path string)
	// asked says that something was asked of the cluster since it was last
	// looked at.
	asked atomic.Bool
}

// endpointPrefix is a cluster's endpoint as the emulator has it in paths.
var endpointPrefix = regexp.MustCompile(`^/gke-[0-9a-f]+-[0-9]+\.[a-z0-9-]+\.gke\.goog`)

func newFront(t *testing.T, c *cluster, emulator string) *front {
	t.Helper()
	toCluster, err := rest.TransportFor(c.config)
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(c.config.Host)
	if err != nil {
		t.Fatal(err)
	}
	f := &front{}
	cluster := &httputil.ReverseProxy{Transport: toCluster, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.URL.Path = endpointPrefix.ReplaceAllString(r.In.URL.Path, "")
		r.Out.URL.RawPath = ""
	}}
	google := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: emulator})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !endpointPrefix.MatchString(r.URL.Path) {
			google.ServeHTTP(w, r)
			return
		}
		switch f.note(r) {
		case through:
			cluster.ServeHTTP(w, r)
		case unanswered:
			cluster.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		case lost:
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(server.Close)
	f.addr = strings.TrimPrefix(server.URL, "http://")
	return f
}

// note writes a request down if it changes something.
func (f *front) note(r *http.Request) blow {
	f.asked.Store(true)
	path := endpointPrefix.ReplaceAllString(r.URL.Path, "")
	f.mu.Lock()
	if r.Method == http.MethodGet {
		reading := f.reading
		f.mu.Unlock()
		if reading != nil {
			reading(path)
		}
		return through
	}
	f.writes = append(f.writes, r.Method+" "+path)
	strike, n := f.strike, len(f.writes)-1
	f.mu.Unlock()
	if strike == nil {
		return through
	}
	return strike(n)
}

// reset forgets the writes so far and sets what strikes those to come.
func (f *front) reset(strike func(write int) blow) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writes, f.strike = nil, strike
}

// read sets what is told the path of each read to come.
func (f *front) read(reading func(path string)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reading = reading
}

// wrote returns the writes since the last reset.
func (f *front) wrote() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.writes...)
}
