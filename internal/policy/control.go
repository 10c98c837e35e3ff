package policy

import (
	"slices"
	"strings"
)

// Source says where a mapping of a setting to a control was read. It is shown
// wherever a control is.
type Source string

// The sources. Every control has at least one.
const (
	// SourceHardened is the hardened dataset of cloud-foundation-fabric, whose
	// README maps controls.
	SourceHardened Source = "H"
	// SourceSteampipe is steampipe-mod-gcp-compliance.
	SourceSteampipe Source = "S"
	// SourceProwler is prowler's compliance/gcp.
	SourceProwler Source = "P"
	// SourceBaseline is membership read in the OSCAL catalogues of NIST 800-53
	// revision 5 and FedRAMP revision 5.
	SourceBaseline Source = "N"
	// SourceDerived is our own mapping from the control's text.
	SourceDerived Source = "D"
)

// Sources lists the classes of sources in the order in which they are explained.
func Sources() []Source {
	return []Source{SourceHardened, SourceSteampipe, SourceProwler, SourceBaseline, SourceDerived}
}

// Describe says in a sentence what the source is.
func (s Source) Describe() string {
	switch s {
	case SourceHardened:
		return "The hardened dataset of cloud-foundation-fabric, whose README maps controls."
	case SourceSteampipe:
		return "The benchmarks of steampipe-mod-gcp-compliance."
	case SourceProwler:
		return "The compliance files for Google Cloud of prowler."
	case SourceBaseline:
		return "Membership of the baseline, read in the OSCAL catalogues of NIST 800-53 revision 5 and FedRAMP revision 5."
	case SourceDerived:
		return "Our own mapping from the control's text: nobody else vouches for it."
	default:
		return ""
	}
}

// Control is one control that a row of settings is mapped to.
type Control struct {
	// ID is the control as its framework cites it: "SC-7(3)", "164.312(b)",
	// "CC6.1", "CIS-GKE 5.6.5".
	ID string
	// Source is where the mapping was read, the first if there are several.
	Source Source
	// Also are further sources of the same mapping.
	Also []Source
	// HighOnly is true for what is in FedRAMP's High baseline alone. Such a
	// control is claimed for tiers of that level only.
	HighOnly bool
	// Needs is what one setting of the row has to be for the control to be
	// claimed; nil where any setting of the row that is on will do.
	Needs *Need
}

// Need is a value that a setting has to have, or a stricter one.
type Need struct {
	// Path is the setting's.
	Path string
	// Least is the weakest value that will do.
	Least any
}

// AllSources are the sources of the mapping in the order of the catalogue.
func (c Control) AllSources() []Source { return append([]Source{c.Source}, c.Also...) }

// String is the control with its mark, such as "SC-7(21)[Hi]".
func (c Control) String() string {
	if c.HighOnly {
		return c.ID + "[Hi]"
	}
	return c.ID
}

// Framework names the set of controls that the control is of.
func (c Control) Framework() string {
	switch {
	case strings.HasPrefix(c.ID, "CIS-GKE "):
		return "CIS GKE Benchmark"
	case strings.HasPrefix(c.ID, "164."):
		return "HIPAA Security Rule"
	case aicpa(c.ID):
		return "AICPA Trust Services Criteria"
	default:
		return "NIST 800-53"
	}
}

// aicpa tells CC6.1 and A1.2 from AC-4.
func aicpa(id string) bool {
	series := strings.TrimRight(id, "0123456789.")
	return (series == "CC" || series == "A") && strings.Contains(id, ".")
}

// cite makes controls of the ids, separated by commas, with the sources that
// they share. "[Hi]" after an id marks it as High only.
func cite(ids string, source Source, also ...Source) []Control {
	var controls []Control
	for id := range strings.SplitSeq(ids, ", ") {
		name, high := strings.CutSuffix(id, "[Hi]")
		controls = append(controls, Control{ID: name, Source: source, Also: also, HighOnly: high})
	}
	return controls
}

// needing makes the controls depend on one setting of their row.
func needing(path string, least any, controls []Control) []Control {
	for i := range controls {
		controls[i].Needs = &Need{Path: path, Least: least}
	}
	return controls
}

// join puts citations one after the other.
func join(parts ...[]Control) []Control { return slices.Concat(parts...) }

// Cite writes controls on one line, those of the same sources together:
// "CIS-GKE 5.5.4 (H); SI-2 (D)". It is empty without controls.
func Cite(controls []Control) string {
	var b strings.Builder
	for i, control := range controls {
		switch {
		case i == 0:
		case slices.Equal(control.AllSources(), controls[i-1].AllSources()):
			b.WriteString(", ")
		default:
			b.WriteString(citation(controls[i-1]) + "; ")
		}
		b.WriteString(control.String())
	}
	if len(controls) > 0 {
		b.WriteString(citation(controls[len(controls)-1]))
	}
	return b.String()
}

func citation(control Control) string {
	var letters []string
	for _, source := range control.AllSources() {
		letters = append(letters, string(source))
	}
	return " (" + strings.Join(letters, ",") + ")"
}

// Claimed are the controls that a tier may claim: those of the High baseline
// alone only at that level.
func Claimed(controls []Control, tier Tier) []Control {
	var kept []Control
	for _, control := range controls {
		if !control.HighOnly || tier.Level() == High {
			kept = append(kept, control)
		}
	}
	return kept
}
