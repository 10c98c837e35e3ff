package gcptest_test

import (
	"slices"
	"testing"
	"time"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
)

func TestDeleteChannelInUse(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{Faults: []emulator.Fault{
		{RPC: "UpdateAlertPolicy", Status: 409},
		{RPC: "DeleteNotificationChannel", Nth: 2, Drop: true, After: true},
	}})
	create := func() string {
		ch, err := e.NotificationChannels().Create(t.Context(), project, email())
		if err != nil {
			t.Fatal(err)
		}
		return ch.GetName()
	}
	doomed, kept := create(), create()
	both := policy(doomed, kept)
	both.AlertStrategy = &monitoringpb.AlertPolicy_AlertStrategy{
		AutoClose: durationpb.New(time.Hour),
		NotificationChannelStrategy: []*monitoringpb.AlertPolicy_AlertStrategy_NotificationChannelStrategy{
			{NotificationChannelNames: []string{doomed}, RenotifyInterval: durationpb.New(time.Hour)},
			{NotificationChannelNames: []string{kept}, RenotifyInterval: durationpb.New(2 * time.Hour)},
		},
	}
	var names []string
	for _, p := range []*monitoringpb.AlertPolicy{both, policy(doomed), policy(kept)} {
		made, err := e.AlertPolicies().Create(t.Context(), project, p)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, made.GetName())
	}
	e.server.ResetRequests()

	detached, err := e.NotificationChannels().Delete(t.Context(), doomed)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(detached)
	want := slices.Sorted(slices.Values(names[:2]))
	if !slices.Equal(detached, want) {
		t.Errorf("detached from %v, want %v", detached, want)
	}
	if got := e.standing("notificationChannels"); !slices.Equal(got, []string{kept}) {
		t.Errorf("%v stand", got)
	}
	p, err := e.AlertPolicies().Get(t.Context(), names[0])
	if err != nil {
		t.Fatal(err)
	}
	strategies := p.GetAlertStrategy().GetNotificationChannelStrategy()
	if !slices.Equal(p.GetNotificationChannels(), []string{kept}) || len(strategies) != 1 || p.GetAlertStrategy().GetAutoClose().AsDuration() != time.Hour || p.GetDisplayName() != "errors" {
		t.Errorf("the policy is now %v", p)
	}

	if detached, err := e.NotificationChannels().Delete(t.Context(), doomed); err != nil || len(detached) != 0 {
		t.Errorf("deleting it again: %v, %v", detached, err)
	}
}

func TestDeleteChannelThatNothingUses(t *testing.T) {
	t.Parallel()
	e := newEnv(t, emulator.Options{})
	ch, err := e.NotificationChannels().Create(t.Context(), project, email())
	if err != nil {
		t.Fatal(err)
	}
	e.server.ResetRequests()
	if detached, err := e.NotificationChannels().Delete(t.Context(), ch.GetName()); err != nil || len(detached) != 0 || e.requests("") != 1 {
		t.Errorf("got %v, %v after %d requests", detached, err, e.requests(""))
	}
	if _, err := e.NotificationChannels().Get(t.Context(), ch.GetName()); !gcp.IsNotFound(err) {
		t.Errorf("got %v", err)
	}
}

func TestSecretLabelIsMaskedInErrors(t *testing.T) {
	t.Parallel()
	const key = "canary-5f2b"
	e := newEnv(t, emulator.Options{Faults: []emulator.Fault{{RPC: "CreateNotificationChannel", Status: 400, Message: "the key " + key + " is refused"}}})
	_, err := e.NotificationChannels().Create(t.Context(), project, &monitoringpb.NotificationChannel{
		Type: "pagerduty", DisplayName: "on call", Labels: map[string]string{"service_key": key},
	})
	want := "CreateNotificationChannel projects/gcp-test: INVALID_ARGUMENT: the key (sensitive value) is refused"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
