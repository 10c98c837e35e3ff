package modulestest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

var variableBlock = regexp.MustCompile(`(?ms)^variable "(\w+)" \{\n.*?^\}\n`)

// variablesOf are the declarations of a module's variables, by name.
func variablesOf(t *testing.T, root, module string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "modules", module, "variables.tf"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string]string{}
	for _, found := range variableBlock.FindAllStringSubmatch(string(text), -1) {
		blocks[found[1]] = found[0]
	}
	return blocks
}

// TestTiersTakeEverySetting: Terraform drops in silence what an object has and its
// variable's type has not, so a setting that a tier's module leaves out would look
// as if it were in force. And what errors of the provider ask for has to have a
// place in each module.
func TestTiersTakeEverySetting(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	// What a tier fixes, or takes in a form of its own.
	own := []string{"tier", "zone", "access", "reset_trigger", "ttl", "name", "deletion_policy"}
	all := variablesOf(t, root, "environment")
	if len(all) < 20 {
		t.Fatalf("the module environment has %d variables", len(all))
	}
	for _, module := range []string{"stack", "dev", "staging", "prod", "sandbox"} {
		given := variablesOf(t, root, module)
		for name, block := range all {
			switch {
			case slices.Contains(own, name) && module != "stack":
			case given[name] == "":
				t.Errorf("the module %s has no variable %s", module, name)
			case name != "notification_channels" && given[name] != block:
				t.Errorf("the module %s declares %s in another way than the module environment", module, name)
			}
		}
	}
}
