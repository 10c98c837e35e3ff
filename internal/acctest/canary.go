package acctest

import (
	"archive/zip"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Trace makes every later command write a TRACE log, which [CLI.NoSecrets]
// searches.
func (c *CLI) Trace() {
	c.Env = append(c.Env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(c.Dir, "trace.log"))
}

// NoSecrets searches all that was written anywhere for canaries: what the
// commands printed, the state, plan.bin, the trace and the emulator's request
// log. It fails the test for every one that it finds, and when the trace doesn't
// mention call, since it would prove nothing then.
func (c *CLI) NoSecrets(env *Env, printed, call string, canaries map[string]string) {
	c.t.Helper()
	requests, err := json.Marshal(env.Server.Requests())
	if err != nil {
		c.t.Fatal(err)
	}
	searched := map[string]string{"output": printed, "request log": string(requests)}
	err = filepath.WalkDir(c.Dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || strings.Contains(path, ".terraform/") {
			return err
		}
		raw, err := os.ReadFile(path) //nolint:gosec // The test's own directory.
		searched[filepath.Base(path)] = string(raw)
		if entry.Name() == "plan.bin" {
			searched[entry.Name()] = c.unzipped(path)
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	delete(searched, "main.tf")
	for _, wanted := range []string{"trace.log", "terraform.tfstate", "plan.bin"} {
		if searched[wanted] == "" {
			c.t.Errorf("%s was not searched", wanted)
		}
	}
	if !strings.Contains(searched["trace.log"], call) {
		c.t.Error("the trace shows no call, so it proves nothing")
	}
	for where, text := range searched {
		for name, canary := range canaries {
			if at := strings.Index(text, canary); at >= 0 {
				c.t.Errorf("the secret %s is in %s: …%s…", name, where, text[max(0, at-200):at])
			}
		}
	}
}

// unzipped returns all that a plan file holds: it is an archive.
func (c *CLI) unzipped(path string) string {
	c.t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	var all strings.Builder
	for _, file := range archive.File {
		reader, err := file.Open()
		if err != nil {
			c.t.Fatal(err)
		}
		raw, err := io.ReadAll(reader)
		_ = reader.Close()
		if err != nil {
			c.t.Fatal(err)
		}
		all.Write(raw)
	}
	return all.String()
}
