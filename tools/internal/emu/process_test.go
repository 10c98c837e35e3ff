package emu_test

import (
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/emu"
)

func TestTakenNamesTheProcess(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	listener, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	taken, who := emu.Taken(t.Context(), addr)
	if !taken {
		t.Error("a port that is listened on is not taken")
	}
	if want := "process " + strconv.Itoa(os.Getpid()); runtime.GOOS == "linux" && !strings.HasPrefix(who, want) {
		t.Errorf("taken by %q, want %q", who, want)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if taken, who := emu.Taken(t.Context(), addr); taken {
		t.Errorf("a free port is taken by %q", who)
	}
}

func TestStopEndsTheProcessAndNoOther(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "cat", "-")
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	// Once it has answered it is no longer a fork of this process.
	_, errIn = in.Write([]byte("x"))
	_, errOut = io.ReadFull(out, make([]byte, 1))
	if err := errors.Join(errIn, errOut); err != nil {
		t.Fatal(err)
	}
	if line := emu.CommandLine(t.Context(), pid); line != "cat -" {
		t.Errorf("command line %q", line)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	if err := emu.Stop(t.Context(), pid); err != nil {
		t.Error(err)
	}
	<-ended
	if err := emu.Stop(t.Context(), pid); err != nil {
		t.Errorf("stopping what has ended: %v", err)
	}
	if line := emu.CommandLine(t.Context(), pid); line != "" {
		t.Errorf("command line of what has ended: %q", line)
	}
}

func TestStartSaysWhyItFailed(t *testing.T) {
	t.Parallel()
	log := t.TempDir() + "/log"
	// A binary that is no emulator prints its arguments and ends.
	_, err := emu.Start(t.Context(), "/bin/echo", "127.0.0.1:1", log, "--state", "here")
	if err == nil || !strings.Contains(err.Error(), "ended right after") || !strings.Contains(err.Error(), "--state here") {
		t.Errorf("error %v", err)
	}
}
