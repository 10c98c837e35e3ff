package bench
import ("context";"io";"github.com/cortx-platform/terraform-provider-cortx/tools/internal/tfcli")
type Bench struct { Root string; Out, Progress io.Writer; CLI tfcli.CLI; Counts, Latencies, Markdown string }
func (b Bench) Run(ctx context.Context) error { return nil }
