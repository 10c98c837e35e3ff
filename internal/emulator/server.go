package emulator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"

	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator/series"
	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator/store"
)

// Options configures a Server. The zero value is a server in memory without
// latency, quotas or faults.
type Options struct {
	// StateFile keeps the objects in a file that survives kill -9. Empty:
	// they live in memory.
	StateFile string
	// Latency is added to every API call.
	Latency time.Duration
	// Quota is "gcp" for Google's default quotas, or "none", which "" means too.
	Quota string
	// AlertPolicyLimit is the number of alerting policies that a project may
	// hold. 0 means 2000 with Quota "gcp" and no limit without; the real
	// limit differs between documents and projects.
	AlertPolicyLimit int
	// LROScale multiplies the time that long-running operations and
	// propagation take on Google Cloud. 0 makes them immediate.
	LROScale float64
	// GrantDelay is what passes, scaled by LROScale, until a new grant lets a
	// service agent use a key, though the key's policy shows it at once: some
	// two minutes on Google Cloud, and seven or more at times, see
	// https://cloud.google.com/iam/docs/access-change-propagation. 0 makes
	// grants immediate.
	GrantDelay time.Duration
	// Faults are injected from the start.
	Faults []Fault
	// DeniedPermissions are withheld from the caller from the start, as
	// DenyPermissions does.
	DeniedPermissions []string
	// Seed determines the ids that the server assigns and the draws of
	// faults with a probability.
	Seed int64
	// Clock is the server's time; nil means the machine's.
	Clock clock.Clock
	// Logger gets one line a call; nil means silence.
	Logger *slog.Logger
}

// Server is an emulated Google Cloud.
type Server struct {
	opts  Options
	clk   clock.Clock
	log   *slog.Logger
	store *store.Store

	grpc     *grpc.Server
	services []registeredService
	api      *router
	requests *requestLog
	faults   *faultSet
	quotas   *quotas
	editing  editLocks
	// kube makes a request to a cluster's Kubernetes API one step.
	kube    sync.Mutex
	denied  deniedPermissions
	grants  grantTimes
	compute computeState

	randMu sync.Mutex
	rand   *rand.Rand

	mu       sync.Mutex
	http     *http.Server
	listener net.Listener
	served   chan struct{}

	projectRefs projectRefs
	// storageMu makes what Cloud Storage checks and then writes one step.
	storageMu sync.Mutex
	// accountsMu does the same for service accounts.
	accountsMu sync.Mutex
	// lastGeneration is that of the object that was written last.
	lastGeneration int64
	// series are the time series that queries find.
	series *series.Source
}

// New returns a server that does not listen yet. It fails on a wrong option and
// on a state file that can't be opened.
func New(opts Options) (*Server, error) {
	switch opts.Quota {
	case "", "none", "gcp":
	default:
		return nil, fmt.Errorf("quota must be gcp or none, not %q", opts.Quota)
	}
	if opts.Latency < 0 || opts.LROScale < 0 || opts.AlertPolicyLimit < 0 {
		return nil, errors.New("latency, the operation scale and the policy limit must not be negative")
	}
	if opts.Clock == nil {
		opts.Clock = clock.System()
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	faults, err := newFaultSet(opts.Seed, opts.Faults)
	if err != nil {
		return nil, err
	}
	st, err := store.Open(opts.StateFile)
	if err != nil {
		return nil, err
	}
	s := &Server{
		opts: opts, clk: opts.Clock, log: opts.Logger, store: st,
		requests: &requestLog{}, faults: faults, quotas: newQuotas(opts.Quota == "gcp"),
		series: series.New(opts.Seed),
	}
	// The sequence is mixed in, so that a server that is started again on its
	// state file does not assign the same ids from the start.
	s.rand = rand.New(rand.NewPCG(uint64(opts.Seed), st.Sequence())) //nolint:gosec // reproducible ids, no secret
	s.grpc = grpc.NewServer(
		grpc.ChainUnaryInterceptor(s.interceptGRPC),
		grpc.UnknownServiceHandler(s.unknownGRPC),
	)
	s.denied.set(opts.DeniedPermissions)
	s.api = &router{}
	// Projects of an earlier run can be named by number again.
	for _, kindName := range st.Kinds() {
		for _, e := range st.List(kindName, "") {
			s.canonicalProject(projectOf(e.Name))
			s.canonicalProject(projectOf(e.Parent))
		}
	}
	if err := s.registerKinds(); err != nil {
		_ = st.Close()
		return nil, err
	}
	return s, nil
}

// Listen starts serving on addr, such as "127.0.0.1:9010", or port 0 for a free
// one. Only a loopback address is accepted: the server authenticates nobody.
func (s *Server) Listen(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("listen address %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("listen address %q is not a loopback address: the emulator authenticates nobody, so it is for this machine only; use 127.0.0.1", addr)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil {
		return fmt.Errorf("the emulator listens on %s already", s.listener.Addr())
	}
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return err
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	s.listener = l
	s.http = &http.Server{
		Handler:           s.Handler(),
		Protocols:         &protocols,
		ReadHeaderTimeout: 30 * time.Second,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
	}
	s.served = make(chan struct{})
	go func(srv *http.Server, done chan struct{}) {
		defer close(done)
		if err := srv.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("serve", "error", err)
		}
	}(s.http, s.served)
	return nil
}

// Addr returns the host and port that the server listens on, or "".
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return ""
	}
	return s.listener.Addr().String()
}

// Close stops serving, cutting the calls in flight, and releases the state file.
func (s *Server) Close() error {
	s.mu.Lock()
	srv, served := s.http, s.served
	s.http = nil
	s.mu.Unlock()
	var err error
	if srv != nil {
		err = srv.Close()
		<-served
	}
	s.grpc.Stop()
	return errors.Join(err, s.store.Close())
}

// Reset removes every object, fault, withheld permission and log entry.
func (s *Server) Reset() {
	if err := s.store.Reset(); err != nil {
		s.log.Error("reset", "error", err)
	}
	s.faults.clear()
	s.denied.set(nil)
	s.requests.reset()
	s.quotas.reset()
	s.projectRefs.reset()
}

// Inventory returns the full names of what users made, by kind, oldest first.
// Kinds without objects are left out, so that an empty cloud is an empty map.
func (s *Server) Inventory() map[string][]string {
	inventory := map[string][]string{}
	for _, k := range s.kinds() {
		if k.sweep != nil {
			k.sweep(s)
		}
	}
	for _, k := range s.kinds() {
		if !k.collection {
			continue
		}
		for _, e := range s.store.List(k.name, "") {
			if (k.inventory == nil || k.inventory(e.Value)) && (k.standing == nil || k.standing(s, e.Value)) {
				inventory[k.name] = append(inventory[k.name], e.Name)
			}
		}
	}
	return inventory
}

// now returns the server's time in UTC, in the microseconds that the APIs show.
func (s *Server) now() time.Time { return s.clk.Now().UTC().Truncate(time.Microsecond) }

// scaled returns how long something takes here that takes d on Google Cloud.
func (s *Server) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) * s.opts.LROScale)
}

// newNumericID returns prefix and a random number such as Monitoring assigns,
// one that no object of the kind uses.
func (s *Server) newNumericID(kindName, prefix string) string {
	s.randMu.Lock()
	defer s.randMu.Unlock()
	for {
		id := prefix + strconv.FormatUint(1e18+s.rand.Uint64N(17e18), 10)
		if _, err := s.store.Get(kindName, id); err != nil {
			return id
		}
	}
}

// newSignedID returns a random number of nineteen digits such as Compute Engine
// and Cloud DNS assign. Their fields are unsigned, and no number has been seen that
// a signed one could not hold: hashicorp/google reads them so.
func (s *Server) newSignedID() string {
	const least = 1e18
	s.randMu.Lock()
	defer s.randMu.Unlock()
	return strconv.FormatUint(least+s.rand.Uint64N(math.MaxInt64-least), 10)
}

type connKey struct{}
