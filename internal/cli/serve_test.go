package cli_test

import (
	"bufio"
	"context"
	"maps"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/cli"
)

// asPlugin makes this test binary run as the plugin, which takes standard output
// over and so can't run inside a test.
const asPlugin = "CORTX_CLI_TEST_AS_PLUGIN"

func TestMain(m *testing.M) {
	if os.Getenv(asPlugin) != "" {
		os.Exit(cli.Run(context.Background(), "1.2.3", nil, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// TestWithoutACommandItIsThePlugin reads the handshake line, as Terraform does.
func TestWithoutACommandItIsThePlugin(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this test binary
	cmd.Env = append(os.Environ(), asPlugin+"=1",
		"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		"PLUGIN_PROTOCOL_VERSIONS=6")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "1|6|unix|") {
		t.Errorf("first line %q, %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the plugin had ended by itself")
	}
}

func TestLogsAreMadeOnlyForThoseWhoAskForThem(t *testing.T) {
	t.Parallel()
	off := map[string]string{"TF_LOG_SDK": "OFF", "TF_LOG_PROVIDER": "OFF"}
	for name, test := range map[string]struct {
		environ []string
		want    map[string]string
	}{
		"nobody asks":          {[]string{"PATH=/bin"}, off},
		"an empty variable":    {[]string{"TF_LOG="}, off},
		"only where they go":   {[]string{"TF_LOG_PATH=terraform.log"}, off},
		"all logs":             {[]string{"TF_LOG=TRACE"}, nil},
		"those of providers":   {[]string{"TF_LOG_PROVIDER=DEBUG"}, nil},
		"those of this":        {[]string{"TF_LOG_PROVIDER_CORTX=DEBUG", "TF_LOG_PATH=x"}, nil},
		"those of the toolkit": {[]string{"TF_LOG_SDK_FRAMEWORK=TRACE"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got map[string]string
			err := cli.Quieten(test.environ, func(name, value string) error {
				if got == nil {
					got = map[string]string{}
				}
				got[name] = value
				return nil
			})
			if err != nil || !maps.Equal(got, test.want) {
				t.Errorf("set %v (%v), want %v", got, err, test.want)
			}
		})
	}
}
