package tfkit

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

// An object that another tool made lacks the labels that this provider puts on
// its own. Adding them would be the only thing that the first plan after an
// import or a move has to say, and nobody asked for it. So such an object is
// marked in its private state, and while it is, the labels wait for an update
// that is wanted for another reason.

// adoptedKey marks, in private state, an object that came by import or by move
// and has not been written since.
const adoptedKey = "adopted"

// Private is the private state of a resource, as it stands in the framework's
// requests and responses.
type Private interface {
	// GetKey returns the JSON under a key, nil if there is none.
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	// SetKey sets the JSON under a key; nil removes it.
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// MarkAdopted marks an object as one that came from elsewhere. ImportState calls
// it with its response's Private; the movers of [NamedCollection.Movers] call it
// themselves.
func MarkAdopted(ctx context.Context, private Private, diags *diag.Diagnostics) {
	diags.Append(private.SetKey(ctx, adoptedKey, []byte("true"))...)
}

// Adopted reports whether the mark is there.
func Adopted(ctx context.Context, private Private, diags *diag.Diagnostics) bool {
	value, d := private.GetKey(ctx, adoptedKey)
	diags.Append(d...)
	return len(value) > 0
}

// ClearAdopted removes the mark. Update calls it with its response's Private once
// it has written the object.
func ClearAdopted(ctx context.Context, private Private, diags *diag.Diagnostics) {
	diags.Append(private.SetKey(ctx, adoptedKey, nil)...)
}

// SettleAdopted removes the mark from an object that bears the labels of this
// provider: it is one of ours that was imported again, and a label that somebody
// takes off it is drift. Read calls it with its response's Private and the
// labels of the object; mine are the labels of which any one proves that.
func SettleAdopted(ctx context.Context, private Private, labels, mine map[string]string, diags *diag.Diagnostics) {
	ours := labels[gcp.CreateIDLabel] != ""
	for key, value := range mine {
		ours = ours || labels[key] == value
	}
	if ours && Adopted(ctx, private, diags) {
		ClearAdopted(ctx, private, diags)
	}
}

// Deferral is what may wait, on an adopted object, for an update that is wanted
// for another reason.
type Deferral struct {
	// Own tells the labels that the provider itself sets, of those in the
	// attribute effective_labels.
	Own func(key string) bool
	// Attributes lead to further attributes that the configuration doesn't say,
	// each as names from the resource on.
	Attributes [][]string
}

// KeepAdopted returns what to plan for an adopted object: prior, the state, when
// planned differs from it in what may wait and in nothing else; planned, which
// then writes all of it, otherwise. It is the last step of ModifyPlan, and does
// nothing for an object without the mark.
func (d Deferral) KeepAdopted(ctx context.Context, private Private, prior, planned tftypes.Value, diags *diag.Diagnostics) tftypes.Value {
	if prior.IsNull() || planned.IsNull() || !Adopted(ctx, private, diags) {
		return planned
	}
	deferred, err := tftypes.Transform(planned, func(at *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		names, ok := attributeNames(at)
		if !ok {
			return value, nil
		}
		labels := slices.Equal(names, []string{"effective_labels"})
		if !labels && !slices.ContainsFunc(d.Attributes, func(a []string) bool { return slices.Equal(a, names) }) {
			return value, nil
		}
		before, ok := valueAt(prior, names)
		switch {
		case !ok:
			return value, nil
		case labels:
			return d.withoutOwn(before, value)
		default:
			return before, nil
		}
	})
	if err != nil {
		diags.AddError("The provider could not compare the plan with the state.", "This is a bug in the provider; please report it.\n\n"+err.Error())
		return planned
	}
	if deferred.Equal(prior) {
		return prior
	}
	return planned
}

// withoutOwn returns the planned labels with our own as they stand.
func (d Deferral) withoutOwn(before, planned tftypes.Value) (tftypes.Value, error) {
	if !before.IsKnown() || !planned.IsKnown() || planned.IsNull() {
		return planned, nil
	}
	standing, wanted := map[string]tftypes.Value{}, map[string]tftypes.Value{}
	if !before.IsNull() {
		if err := before.As(&standing); err != nil {
			return planned, err
		}
	}
	if err := planned.As(&wanted); err != nil {
		return planned, err
	}
	for key := range wanted {
		if d.Own(key) {
			delete(wanted, key)
		}
	}
	for key, value := range standing {
		if d.Own(key) {
			wanted[key] = value
		}
	}
	if len(wanted) == 0 && before.IsNull() {
		return before, nil
	}
	return tftypes.NewValue(planned.Type(), wanted), nil
}

// attributeNames returns a path that leads through attributes only.
func attributeNames(at *tftypes.AttributePath) ([]string, bool) {
	var names []string
	for _, step := range at.Steps() {
		name, ok := step.(tftypes.AttributeName)
		if !ok {
			return nil, false
		}
		names = append(names, string(name))
	}
	return names, len(names) > 0
}

func valueAt(v tftypes.Value, names []string) (tftypes.Value, bool) {
	for _, name := range names {
		if v.IsNull() || !v.IsKnown() {
			return v, false
		}
		next, ok := child(v, name)
		if !ok {
			return v, false
		}
		v = next
	}
	return v, true
}
