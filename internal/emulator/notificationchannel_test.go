package emulator_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"cloud.google.com/go/monitoring/apiv3/v2/monitoringpb"
	"google.golang.org/api/iterator"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/cortx-platform/terraform-provider-cortx/internal/emulator"
)

func createChannel(c *monitoringpb.NotificationChannel) *monitoringpb.CreateNotificationChannelRequest {
	return &monitoringpb.CreateNotificationChannelRequest{Name: "projects/p", NotificationChannel: c}
}

func pagerduty(key string) *monitoringpb.NotificationChannel {
	return &monitoringpb.NotificationChannel{
		Type: "pagerduty", DisplayName: "On call", Labels: map[string]string{"service_key": key},
		UserLabels: map[string]string{"team": "platform"},
	}
}

func TestChannelIsCompletedByTheServer(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	client := e.channels()
	got, err := client.CreateNotificationChannel(t.Context(), createChannel(&monitoringpb.NotificationChannel{
		Type: "email", DisplayName: "Mail", Labels: map[string]string{"email_address": "ops@example.com"},
	}))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(got.GetName(), "projects/p/notificationChannels/") || !got.GetEnabled().GetValue() {
		t.Errorf("name %q, enabled %v", got.GetName(), got.GetEnabled())
	}
	if len(got.GetMutationRecords()) != 1 || got.GetCreationRecord().GetMutateTime() == nil {
		t.Errorf("records: %v, %v", got.GetCreationRecord(), got.GetMutationRecords())
	}
	if got.GetVerificationStatus() != monitoringpb.NotificationChannel_VERIFICATION_STATUS_UNSPECIFIED {
		t.Errorf("an email channel needs no verification here, it has %v", got.GetVerificationStatus())
	}
	sms, err := client.CreateNotificationChannel(t.Context(), createChannel(&monitoringpb.NotificationChannel{
		Type: "sms", Labels: map[string]string{"number": "+15005550006"}, Enabled: wrapperspb.Bool(false),
	}))
	if err != nil {
		t.Fatal(err)
	}
	if sms.GetVerificationStatus() != monitoringpb.NotificationChannel_UNVERIFIED || sms.GetEnabled().GetValue() {
		t.Errorf("sms channel: status %v, enabled %v", sms.GetVerificationStatus(), sms.GetEnabled())
	}
	_, err = client.GetNotificationChannelVerificationCode(t.Context(), &monitoringpb.GetNotificationChannelVerificationCodeRequest{Name: sms.GetName()})
	wantGRPC(t, err, codes.FailedPrecondition, "not verified")
	err = client.SendNotificationChannelVerificationCode(t.Context(), &monitoringpb.SendNotificationChannelVerificationCodeRequest{Name: sms.GetName()})
	wantGRPC(t, err, codes.Unimplemented, "delivery of verification codes")
	_, err = client.VerifyNotificationChannel(t.Context(), &monitoringpb.VerifyNotificationChannelRequest{Name: sms.GetName(), Code: "G-123456"})
	wantGRPC(t, err, codes.Unimplemented, "verification")
}

func TestChannelValidation(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	client := e.channels()
	many := map[string]string{}
	for i := range 65 {
		many["l"+strings.Repeat("x", i%60)+string(rune('a'+i%26))+string(rune('a'+i/26))] = "v"
	}
	cases := []struct {
		name    string
		channel *monitoringpb.NotificationChannel
		want    string
	}{
		{"no type", &monitoringpb.NotificationChannel{}, "Request was missing field notification_channel.type."},
		{"unknown type", &monitoringpb.NotificationChannel{Type: "hipchat"}, `Field notification_channel.type had an invalid value of "hipchat"`},
		{"missing label", &monitoringpb.NotificationChannel{Type: "email"}, "Request was missing field notification_channel.labels[email_address]."},
		{"empty label", pagerduty(""), "Field notification_channel.labels[service_key] had an invalid value: Value must NOT be empty if provided."},
		{"foreign label", &monitoringpb.NotificationChannel{Type: "email", Labels: map[string]string{"email_address": "a@b.co", "number": "1"}}, "labels[number]"},
		{"bad number", &monitoringpb.NotificationChannel{Type: "sms", Labels: map[string]string{"number": "123"}}, `Field labels[number] had an invalid value of "123": Phone number is not valid`},
		{"bad address", &monitoringpb.NotificationChannel{Type: "email", Labels: map[string]string{"email_address": "Ops <a@b.co>"}}, "Email address is not valid"},
		{"bad URL", &monitoringpb.NotificationChannel{Type: "webhook_tokenauth", Labels: map[string]string{"url": "ftp://x"}}, "URL is not valid"},
		{"bad topic", &monitoringpb.NotificationChannel{Type: "pubsub", Labels: map[string]string{"topic": "alerts"}}, "Topic name is not valid"},
		{"own id", &monitoringpb.NotificationChannel{Type: "email", Name: "projects/p/notificationChannels/mine"}, `Field notification_channel.name.channel_id_part had an invalid value of "mine": Field must be empty.`},
		{"status", &monitoringpb.NotificationChannel{Type: "email", VerificationStatus: monitoringpb.NotificationChannel_VERIFIED}, "verification_status"},
		{"long name", &monitoringpb.NotificationChannel{Type: "email", DisplayName: strings.Repeat("é", 513)}, "512"},
		{"long description", &monitoringpb.NotificationChannel{Type: "email", Description: strings.Repeat("é", 1025)}, "1024"},
		{"upper-case user label", &monitoringpb.NotificationChannel{Type: "email", Labels: map[string]string{"email_address": "a@b.co"}, UserLabels: map[string]string{"Team": "x"}}, "user_labels"},
		{"upper-case user value", &monitoringpb.NotificationChannel{Type: "email", Labels: map[string]string{"email_address": "a@b.co"}, UserLabels: map[string]string{"team": "X"}}, "user_labels[team]"},
		{"too many user labels", &monitoringpb.NotificationChannel{Type: "email", Labels: map[string]string{"email_address": "a@b.co"}, UserLabels: many}, "At most 64 labels"},
	}
	for _, tc := range cases {
		_, err := client.CreateNotificationChannel(t.Context(), createChannel(tc.channel))
		t.Log(tc.name)
		wantGRPC(t, err, codes.InvalidArgument, tc.want)
	}
	if len(e.srv.Inventory()) != 0 {
		t.Errorf("refused channels were stored: %v", e.srv.Inventory())
	}
}

func TestChannelSecretsAreHidden(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	client := e.channels()
	const key = "0123456789abcdef0123456789abcdef"
	created, err := client.CreateNotificationChannel(t.Context(), createChannel(pagerduty(key)))
	if err != nil {
		t.Fatal(err)
	}
	hidden := strings.Repeat("*", 28) + "cdef"
	if got := created.GetLabels()["service_key"]; got != hidden {
		t.Errorf("service_key = %q, want %q", got, hidden)
	}

	created.DisplayName = "Renamed"
	_, err = client.UpdateNotificationChannel(t.Context(), &monitoringpb.UpdateNotificationChannelRequest{NotificationChannel: created})
	wantGRPC(t, err, codes.InvalidArgument, "labels[service_key]")
	if err != nil && strings.Contains(err.Error(), "cdef") {
		t.Errorf("the error quotes the value: %v", err)
	}

	renamed, err := client.UpdateNotificationChannel(t.Context(), &monitoringpb.UpdateNotificationChannelRequest{
		NotificationChannel: created, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"display_name"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if renamed.GetDisplayName() != "Renamed" || renamed.GetLabels()["service_key"] != hidden {
		t.Errorf("after a masked update: %v", renamed)
	}

	created.Labels = map[string]string{"service_key": "ffff6789abcdef0123456789abc-new"}
	rotated, err := client.UpdateNotificationChannel(t.Context(), &monitoringpb.UpdateNotificationChannelRequest{
		NotificationChannel: created, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"labels.service_key"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := rotated.GetLabels()["service_key"]; !strings.HasPrefix(got, "****") || !strings.HasSuffix(got, "-new") {
		t.Errorf("after the rotation: service_key = %q", got)
	}
}

func TestChannelUpdateMasks(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	client := e.channels()
	created, err := client.CreateNotificationChannel(t.Context(), createChannel(pagerduty("0123456789abcdef")))
	if err != nil {
		t.Fatal(err)
	}
	update := func(in *monitoringpb.NotificationChannel, paths ...string) (*monitoringpb.NotificationChannel, error) {
		in.Name = created.GetName()
		return client.UpdateNotificationChannel(t.Context(), &monitoringpb.UpdateNotificationChannelRequest{
			NotificationChannel: in, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths},
		})
	}
	got, err := update(&monitoringpb.NotificationChannel{UserLabels: map[string]string{"tier": "prod"}, DisplayName: "ignored"}, "user_labels.tier")
	if err != nil {
		t.Fatal(err)
	}
	if got.GetUserLabels()["tier"] != "prod" || got.GetUserLabels()["team"] != "platform" || got.GetDisplayName() != "On call" {
		t.Errorf("user_labels.tier: %v", got)
	}
	if got, err = update(&monitoringpb.NotificationChannel{Enabled: wrapperspb.Bool(false)}, "enabled", "user_labels"); err != nil {
		t.Fatal(err)
	}
	if got.GetEnabled().GetValue() || len(got.GetUserLabels()) != 0 {
		t.Errorf("enabled,user_labels: %v", got)
	}
	for _, path := range []string{"name", "verification_status", "nonsense", "display_name.x", "creation_record"} {
		_, err = update(&monitoringpb.NotificationChannel{}, path)
		wantGRPC(t, err, codes.InvalidArgument, "")
	}
	_, err = update(&monitoringpb.NotificationChannel{Type: "email"}, "type")
	wantGRPC(t, err, codes.InvalidArgument, "labels[email_address]")
	if got, err = update(&monitoringpb.NotificationChannel{Type: "email", Labels: map[string]string{"email_address": "a@b.co"}}, "type", "labels"); err != nil {
		t.Fatal(err)
	}
	if got.GetType() != "email" || len(got.GetLabels()) != 1 {
		t.Errorf("type,labels: %v", got)
	}
}

func TestChannelInUse(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	client, policies := e.channels(), e.policies()
	var names []string
	for range 2 {
		ch, err := client.CreateNotificationChannel(t.Context(), createChannel(pagerduty("0123456789abcdef")))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, ch.GetName())
	}
	policy, err := policies.CreateAlertPolicy(t.Context(), &monitoringpb.CreateAlertPolicyRequest{
		Name: "projects/p", AlertPolicy: &monitoringpb.AlertPolicy{
			DisplayName: "Errors", Combiner: monitoringpb.AlertPolicy_OR, NotificationChannels: slices.Clone(names),
			Conditions: []*monitoringpb.AlertPolicy_Condition{{
				DisplayName: "c",
				Condition: &monitoringpb.AlertPolicy_Condition_ConditionPrometheusQueryLanguage{
					ConditionPrometheusQueryLanguage: &monitoringpb.AlertPolicy_Condition_PrometheusQueryLanguageCondition{Query: "up == 0", DisableMetricValidation: true},
				},
			}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = client.DeleteNotificationChannel(t.Context(), &monitoringpb.DeleteNotificationChannelRequest{Name: names[0]})
	wantGRPC(t, err, codes.FailedPrecondition, `Could not delete "`+names[0]+`" because it is still being referenced by: "`+policy.GetName()+`"`)
	if err := client.DeleteNotificationChannel(t.Context(), &monitoringpb.DeleteNotificationChannelRequest{Name: names[0], Force: true}); err != nil {
		t.Fatal(err)
	}
	policy, err = policies.GetAlertPolicy(t.Context(), &monitoringpb.GetAlertPolicyRequest{Name: policy.GetName()})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(policy.GetNotificationChannels(), names[1:]) {
		t.Errorf("channels of the policy = %v, want %v", policy.GetNotificationChannels(), names[1:])
	}
	_, err = client.GetNotificationChannel(t.Context(), &monitoringpb.GetNotificationChannelRequest{Name: names[0]})
	wantGRPC(t, err, codes.NotFound, names[0])
	if got := e.rest("DELETE", "monitoring.googleapis.com/v3/"+names[1], "").err(t, 400).Error.Status; got != "FAILED_PRECONDITION" {
		t.Errorf("status of the REST delete = %s", got)
	}
}

func TestChannelList(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	client := e.channels()
	for _, team := range []string{"a", "b", "a"} {
		ch := pagerduty("0123456789abcdef")
		ch.UserLabels["team"] = team
		if _, err := client.CreateNotificationChannel(t.Context(), createChannel(ch)); err != nil {
			t.Fatal(err)
		}
	}
	count := 0
	it := client.ListNotificationChannels(t.Context(), &monitoringpb.ListNotificationChannelsRequest{
		Name: "projects/p", Filter: `user_labels.team="a" AND type="pagerduty"`, PageSize: 1,
	})
	for {
		ch, err := it.Next()
		if err == iterator.Done { //nolint:errorlint // the sentinel of the client library
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if ch.GetUserLabels()["team"] != "a" {
			t.Errorf("listed %v", ch)
		}
		count++
	}
	if count != 2 {
		t.Errorf("listed %d channels, want 2", count)
	}
	_, err := client.ListNotificationChannels(t.Context(), &monitoringpb.ListNotificationChannelsRequest{Name: "projects/p", PageToken: "x"}).Next()
	wantGRPC(t, err, codes.InvalidArgument, "")
}

func TestChannelDescriptors(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	client := e.channels()
	var types []string
	it := client.ListNotificationChannelDescriptors(t.Context(), &monitoringpb.ListNotificationChannelDescriptorsRequest{Name: "projects/p", PageSize: 3})
	for {
		d, err := it.Next()
		if err == iterator.Done { //nolint:errorlint // the sentinel of the client library
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		types = append(types, d.GetType())
	}
	want := []string{"email", "google_chat", "pagerduty", "pubsub", "slack", "sms", "webhook_basicauth", "webhook_tokenauth"}
	if !slices.Equal(types, want) {
		t.Errorf("types = %v, want %v", types, want)
	}
	d, err := client.GetNotificationChannelDescriptor(t.Context(), &monitoringpb.GetNotificationChannelDescriptorRequest{Name: "projects/p/notificationChannelDescriptors/slack"})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.GetLabels()) != 3 || d.GetName() != "projects/p/notificationChannelDescriptors/slack" {
		t.Errorf("slack: %v", d)
	}
	_, err = client.GetNotificationChannelDescriptor(t.Context(), &monitoringpb.GetNotificationChannelDescriptorRequest{Name: "projects/p/notificationChannelDescriptors/campfire"})
	wantGRPC(t, err, codes.NotFound, "campfire")
}

func TestChannelNamesTakeTheProjectNumber(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	made, err := e.channels().CreateNotificationChannel(t.Context(), createChannel(pagerduty("0123456789abcdef")))
	if err != nil {
		t.Fatal(err)
	}
	p, err := e.crm1().Projects.Get("p").Do()
	if err != nil {
		t.Fatal(err)
	}
	byNumber := strings.Replace(made.GetName(), "projects/p/", "projects/"+strconv.FormatInt(p.ProjectNumber, 10)+"/", 1)
	got, err := e.channels().GetNotificationChannel(t.Context(), &monitoringpb.GetNotificationChannelRequest{Name: byNumber})
	if err != nil || got.GetName() != made.GetName() {
		t.Errorf("by number: %v, %v", got.GetName(), err)
	}
}

func TestChannelURLInAnErrorHidesItsToken(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Options{})
	_, err := e.channels().CreateNotificationChannel(t.Context(), createChannel(&monitoringpb.NotificationChannel{
		Type: "webhook_tokenauth", Labels: map[string]string{"url": "example.com/h?auth_token=" + secret("q")},
	}))
	wantGRPC(t, err, codes.InvalidArgument, "URL is not valid")
	if strings.Contains(err.Error(), canary) {
		t.Errorf("the error shows the token: %v", err)
	}
}
