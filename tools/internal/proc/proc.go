// Package proc runs the steps of long work and shows how far they are.
package proc

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// tick is how often a step that takes long says that it is still at work.
const tick = 10 * time.Second

// Step is one command of a longer piece of work.
type Step struct {
	// Title says what is being done, such as "apply examples/stacks/dev".
	Title string
	// Dir is the working directory; empty means the current one.
	Dir string
	// Env is the whole environment; nil means this process's own.
	Env []string
	// Name and Args are the command.
	Name string
	Args []string
	// Unit names what a line of the command's output stands for, such as
	// "packages", so that progress counts them; empty means time alone.
	Unit string
	// Log keeps the output in a file as well; empty means nowhere.
	Log string
}

// ExitError is a step whose command ran and failed.
type ExitError struct {
	// Title is the step's.
	Title string
	// Code is the command's exit code; -1 when a signal ended it.
	Code int
	// Output is what it printed, on both streams.
	Output string
}

// Error implements error.
func (e *ExitError) Error() string {
	return fmt.Sprintf("%s: exit status %d\n%s", e.Title, e.Code, strings.TrimRight(e.Output, "\n"))
}

// Run runs a step and returns its standard output. Progress goes to progress: a
// line at the start, one every ten seconds, one at the end. A command that exits
// with another code than 0 yields an *ExitError with its output.
func Run(ctx context.Context, progress io.Writer, step Step) (stdout string, err error) {
	start := time.Now()
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(progress, format+"\n", args...) }
	say("• %s", step.Title)

	var out, all bytes.Buffer
	var lines atomic.Int64
	both := &lockedWriter{w: &all}
	count := &lineCounter{n: &lines}
	cmd := exec.CommandContext(ctx, step.Name, step.Args...)
	cmd.Dir, cmd.Env = step.Dir, step.Env
	cmd.Stdout = io.MultiWriter(&out, both, count)
	cmd.Stderr = io.MultiWriter(both, count)
	// A gentle end first: Terraform saves its state when it is interrupted.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second

	done := make(chan struct{})
	var ticking sync.WaitGroup
	ticking.Go(func() {
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				say("  … %s", soFar(start, lines.Load(), step.Unit))
			}
		}
	})
	err = cmd.Run()
	close(done)
	ticking.Wait()
	if step.Log != "" {
		if logErr := appendTo(step.Log, step.Title, all.Bytes()); logErr != nil && err == nil {
			err = logErr
		}
	}
	if cmd.ProcessState != nil && !cmd.ProcessState.Success() {
		return out.String(), &ExitError{Title: step.Title, Code: cmd.ProcessState.ExitCode(), Output: all.String()}
	}
	if err != nil {
		return out.String(), fmt.Errorf("%s: %w", step.Title, err)
	}
	if took := time.Since(start); took > tick {
		say("  done, %s", soFar(start, lines.Load(), step.Unit))
	}
	return out.String(), nil
}

func soFar(start time.Time, lines int64, unit string) string {
	took := time.Since(start).Round(time.Second)
	if unit == "" {
		return took.String()
	}
	return fmt.Sprintf("%d %s, %s", lines, unit, took)
}

func appendTo(path, title string, output []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	_, _ = fmt.Fprintf(w, "==> %s\n%s\n", title, output)
	if err := w.Flush(); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

// lockedWriter lets standard output and standard error share one buffer.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

type lineCounter struct{ n *atomic.Int64 }

func (c *lineCounter) Write(p []byte) (int, error) {
	c.n.Add(int64(bytes.Count(p, []byte("\n"))))
	return len(p), nil
}
