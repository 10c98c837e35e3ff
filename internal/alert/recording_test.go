package alert_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/internal/alert"
)

func TestRecordings(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^cortx:[a-z0-9_]+:[a-z0-9_]+$`)
	seen := map[string]bool{}
	for _, r := range append(alert.Recordings(), alert.GlobalRecordings()...) {
		if err := alert.ValidatePromQL(r.Expr); err != nil {
			t.Errorf("%s: %s: %v", r.Record, r.Expr, err)
		}
		if !name.MatchString(r.Record) || seen[r.Record] {
			t.Errorf("the name %s is taken or none", r.Record)
		}
		seen[r.Record] = true
	}
	for _, r := range alert.Recordings() {
		// The operator refuses matchers of what it sets itself.
		if !strings.Contains(r.Expr, "by (") || !strings.Contains(r.Expr, "namespace") || strings.Contains(r.Expr, "cluster") {
			t.Errorf("%s is not by tenant: %s", r.Record, r.Expr)
		}
	}
}
