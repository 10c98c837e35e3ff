package bench

import (
	_ "embed"
	"strconv"
	"strings"

	"github.com/cortx-platform/terraform-provider-cortx/tools/internal/install"
)

// template is what is measured, with COUNT and SOURCE to be replaced.
//
//go:embed configuration.tf.tmpl
var template string

// configuration is a channel, n policies and n dashboards, no two alike. The
// dashboards have eight tiles each, like one that people use, and come in three
// flavours that have every kind of tile between them.
func configuration(n int) string {
	return strings.NewReplacer("COUNT", strconv.Itoa(n), "SOURCE", install.Sources()[0]).Replace(template)
}
