package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/cortx-platform/terraform-provider-cortx/internal/acctest"
	"github.com/cortx-platform/terraform-provider-cortx/internal/clock"
	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
	"github.com/cortx-platform/terraform-provider-cortx/internal/provider"
)

// world is an emulator and what stands for Terraform, on one virtual clock.
type world struct {
	server *emulator.Server
	clk    *clock.Virtual
	core   *acctest.Core
}

// epoch is when every world begins.
var epoch = time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)

func newWorld() (*world, error) {
	clk := clock.NewVirtual(epoch)
	// Grants on keys take as long to be in force as Google says they mostly do.
	server, err := emulator.New(emulator.Options{Quota: "none", Seed: 1, LROScale: 1, Clock: clk, GrantDelay: 2 * time.Minute})
	if err != nil {
		return nil, err
	}
	if err := server.Listen("127.0.0.1:0"); err != nil {
		return nil, errors.Join(err, server.Close())
	}
	core := &acctest.Core{
		Options:  provider.Options{Clock: clk, Seed: 1, FirstPoll: time.Second, Getenv: func(string) string { return "" }},
		Provider: map[string]any{"project": acctest.Project, "region": region, "emulator_host": server.Addr()},
		Type:     "cortx_environment",
	}
	return &world{server: server, clk: clk, core: core}, nil
}

func (w *world) close() error { return w.server.Close() }

// moment is a world that can be gone back to.
type moment struct {
	snapshot emulator.Snapshot
	now      time.Time
	state    *acctest.CoreState
}

func (w *world) keep() moment {
	return moment{snapshot: w.server.Snapshot(), now: w.clk.Now(), state: w.core.Clone().State}
}

func (w *world) back(to moment) error {
	w.clk.Set(to.now)
	w.core.State = to.state
	return w.server.Restore(to.snapshot)
}

// pause lets time pass between two runs, as it does for people: leases of the
// dead expire.
func (w *world) pause() { w.clk.Advance(2 * time.Minute) }

// call is a call by somebody else. An error status is an error.
func (w *world) call(ctx context.Context, method, at string, body any) error {
	var payload io.Reader = http.NoBody
	switch typed := body.(type) {
	case nil:
	case string:
		payload = bytes.NewBufferString(typed)
	default:
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+w.server.Addr()+"/"+at, payload)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	raw, err := io.ReadAll(resp.Body)
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	if err == nil && resp.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %d: %s", method, at, resp.StatusCode, raw)
	}
	return err
}
