package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/emu"
)

// recordFile tells a later run which process is the demo's emulator.
const recordFile = "emulator.json"

// record is what recordFile holds.
type record struct {
	PID    int    `json:"pid"`
	Addr   string `json:"addr"`
	SHA256 string `json:"sha256"`
}

func (d *Demo) stateFile() string { return d.dir("emulator.db") }

// ensureEmulator makes an emulator of the binary just installed run on the
// demo's state file, at the address asked for.
func (d *Demo) ensureEmulator(ctx context.Context) error {
	sum, err := fileSum(d.installed.Binary)
	if err != nil {
		return err
	}
	running, old := d.running(ctx)
	if d.Addr == "" {
		d.Addr = DefaultAddr
		if old.Addr != "" {
			d.Addr = old.Addr
		}
	}
	if running && old.SHA256 == sum && old.Addr == d.Addr && (emu.Client{Addr: d.Addr}).Healthy(ctx) {
		d.say("• the emulator runs on %s", d.Addr)
		return nil
	}
	if !running || old.Addr != d.Addr {
		if taken, who := emu.Taken(ctx, d.Addr); taken {
			return portTaken(d.Addr, who, (emu.Client{Addr: d.Addr}).Healthy(ctx))
		}
	}
	if running {
		d.say("• stop the emulator of an earlier build (process %d); its state is kept", old.PID)
		if err := emu.Stop(ctx, old.PID); err != nil {
			return err
		}
	}
	d.say("• start the emulator on %s", d.Addr)
	process, err := emu.Start(ctx, d.installed.Binary, d.Addr, d.dir("emulator.log"), "--state", d.stateFile(), "--verbose")
	if err != nil {
		return err
	}
	raw, err := json.Marshal(record{PID: process.PID, Addr: d.Addr, SHA256: sum})
	if err == nil {
		err = os.WriteFile(d.dir(recordFile), raw, 0o600)
	}
	if err != nil {
		// Unrecorded, nobody would ever stop it.
		return errors.Join(err, emu.Stop(ctx, process.PID))
	}
	return nil
}

// running tells whether the recorded emulator still runs. A process id alone
// proves nothing, since it may have been given to another process: the command
// line has to name the demo's own state file as well.
func (d *Demo) running(ctx context.Context) (bool, record) {
	var r record
	raw, err := os.ReadFile(d.dir(recordFile))
	if err != nil || json.Unmarshal(raw, &r) != nil || r.PID <= 0 {
		return false, record{}
	}
	line := emu.CommandLine(ctx, r.PID)
	return strings.Contains(line, " emulator ") && strings.Contains(line, " --state "+d.stateFile()), r
}

// EmulatorPID returns the process id of the demo's emulator, or 0 when it does
// not run.
func (d *Demo) EmulatorPID(ctx context.Context) int {
	running, r := d.running(ctx)
	if !running {
		return 0
	}
	return r.PID
}

// stopEmulator stops the demo's own emulator and no other process.
func (d *Demo) stopEmulator(ctx context.Context) error {
	running, r := d.running(ctx)
	if !running {
		return nil
	}
	d.say("• stop the emulator (process %d)", r.PID)
	return emu.Stop(ctx, r.PID)
}

func portTaken(addr, who string, isEmulator bool) error {
	if who == "" {
		who = "a process that the operating system does not show"
	}
	what := ""
	if isEmulator {
		what = ", an emulator that this folder's demo did not start"
	}
	return fmt.Errorf("%s is taken by %s%s: stop it, or choose another port, such as make demo ADDR=%s", addr, who, what, nextPort(addr))
}

// nextPort is the address with the port that follows.
func nextPort(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	n, errPort := strconv.Atoi(port)
	if err != nil || errPort != nil {
		return DefaultAddr
	}
	return net.JoinHostPort(host, strconv.Itoa(n+1))
}

func fileSum(path string) (string, error) {
	data, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
