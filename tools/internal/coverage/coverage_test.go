package coverage_test

import (
	"strings"
	"testing"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/coverage"
)

func TestReadCountsABlockOnceAndAsCoveredWhenAnyBinaryRanIt(t *testing.T) {
	t.Parallel()
	packages, total, err := coverage.Read(strings.NewReader(`mode: set
m/a/one.go:1.1,3.2 3 0
m/a/one.go:5.1,6.2 1 1
m/b/two.go:1.1,9.2 4 0
m/a/one.go:1.1,3.2 3 1
m/a/one.go:5.1,6.2 1 0
m/b/two.go:1.1,9.2 4 0
`))
	if err != nil {
		t.Fatal(err)
	}
	if want := (coverage.Share{Covered: 4, Statements: 8}); total != want || total.Percent() != 50 {
		t.Errorf("total %+v, %v %%; want %+v, 50 %%", total, total.Percent(), want)
	}
	want := []coverage.Share{{Name: "m/b", Statements: 4}, {Name: "m/a", Covered: 4, Statements: 4}}
	if len(packages) != 2 || packages[0] != want[0] || packages[1] != want[1] {
		t.Errorf("packages %+v, want %+v, the least covered first", packages, want)
	}
}

func TestReadRefusesWhatIsNoProfile(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"hello", "m/a/one.go:1.1,3.2 many 1"} {
		if _, _, err := coverage.Read(strings.NewReader(profile)); err == nil || !strings.Contains(err.Error(), profile) {
			t.Errorf("%q: error %v", profile, err)
		}
	}
}
