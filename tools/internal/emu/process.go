package emu

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process is an emulator that this program started.
type Process struct {
	// PID is its process id.
	PID int
	// Ended is closed when it has ended.
	Ended <-chan struct{}
}

// Start starts the emulator of a provider binary in the background, in a
// session of its own, so that it outlives this program and no Ctrl-C in the
// terminal reaches it. Its output goes to the file log. It returns when the
// emulator answers.
func Start(ctx context.Context, binary, addr, log string, args ...string) (Process, error) {
	out, err := os.OpenFile(filepath.Clean(log), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return Process{}, err
	}
	defer func() { _ = out.Close() }() // The emulator has its own descriptor.
	offset, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return Process{}, err
	}
	args = append([]string{"emulator", "--listen", addr}, args...)
	cmd := exec.Command(binary, args...) //nolint:noctx // it has to outlive ctx
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return Process{}, err
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // Its exit code matters to nobody; its words are in the log.
		close(ended)
	}()
	p := Process{PID: cmd.Process.Pid, Ended: ended}
	if err := (Client{Addr: addr}).WaitHealthy(ctx, ended); err != nil {
		_ = cmd.Process.Kill()
		<-ended
		return Process{}, fmt.Errorf("the emulator did not start: %w\n%s", err, tail(log, offset))
	}
	return p, nil
}

func tail(path string, offset int64) string {
	data, err := os.ReadFile(filepath.Clean(path))
	if err != nil || int64(len(data)) < offset {
		return ""
	}
	return strings.TrimSpace(string(data[offset:]))
}

// Stop asks a process to end and waits until it has, ten seconds at most. The
// caller makes sure beforehand that the process is the one that it means.
func Stop(ctx context.Context, pid int) error {
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		if errors.Is(err, syscall.ESRCH) {
			return nil
		}
		return fmt.Errorf("process %d could not be asked to stop: %w", pid, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("process %d has not stopped: %w; end it by hand with kill %d", pid, ctx.Err(), pid)
		case <-ticker.C:
		}
	}
}

// CommandLine returns the command line of a process, its arguments separated by
// spaces, or "" when there is no such process.
func CommandLine(ctx context.Context, pid int) string {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err == nil {
		return strings.TrimSpace(strings.ReplaceAll(string(raw), "\x00", " "))
	}
	// No /proc, as on macOS.
	out, err := exec.CommandContext(ctx, "ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// Taken reports whether something listens on an address, and who, where the
// operating system tells.
func Taken(ctx context.Context, addr string) (taken bool, who string) {
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return false, ""
	}
	_ = conn.Close()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return true, ""
	}
	pid := listener(port)
	if pid == 0 {
		return true, ""
	}
	return true, fmt.Sprintf("process %d (%s)", pid, CommandLine(ctx, pid))
}

// listener returns the id of the process that listens on a TCP port, or 0 when
// it can't be told: Linux alone has /proc/net/tcp, and it shows the owners of
// one's own sockets only.
func listener(port string) int {
	inode := ""
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		raw, err := os.ReadFile(filepath.Clean(table))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(raw)) {
			// The columns: sl local_address rem_address st … inode; state 0A is LISTEN.
			fields := strings.Fields(line)
			if len(fields) < 10 || fields[3] != "0A" {
				continue
			}
			_, hex, _ := strings.Cut(fields[1], ":")
			if n, err := strconv.ParseUint(hex, 16, 16); err == nil && strconv.FormatUint(n, 10) == port {
				inode = fields[9]
			}
		}
	}
	if inode == "" {
		return 0
	}
	links, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return 0
	}
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && target == "socket:["+inode+"]" {
			pid, err := strconv.Atoi(strings.Split(link, "/")[2])
			if err != nil {
				return 0
			}
			return pid
		}
	}
	return 0
}

// FreeAddr is a loopback address with a port that nothing listened on a moment
// ago.
func FreeAddr(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
