package emulator

import (
	"context"
	"slices"
	"strings"

	"cloud.google.com/go/container/apiv1/containerpb"
)

// gkeChannel is a release channel with the versions that it offers, the
// default first.
type gkeChannel struct {
	channel  containerpb.ReleaseChannel_Channel
	versions []string
}

// gkeChannels are the channels in the summer of 2026. The versions of STABLE and
// REGULAR are from recorded clusters; those of RAPID and EXTENDED are stand-ins.
func gkeChannels() []gkeChannel {
	return []gkeChannel{
		{containerpb.ReleaseChannel_RAPID, []string{"1.36.1-gke.1034000", "1.35.6-gke.1250000"}},
		{containerpb.ReleaseChannel_REGULAR, []string{"1.35.6-gke.1127000", "1.35.5-gke.1241004", "1.34.9-gke.1131000"}},
		{containerpb.ReleaseChannel_STABLE, []string{"1.34.9-gke.1131000", "1.34.9-gke.1065000", "1.34.8-gke.1278000"}},
		{containerpb.ReleaseChannel_EXTENDED, []string{"1.35.6-gke.1127000", "1.34.9-gke.1131000", "1.30.14-gke.2100000"}},
	}
}

// channelVersions are the versions of a channel; without one, those of all.
func channelVersions(channel containerpb.ReleaseChannel_Channel) []string {
	var all []string
	for _, c := range gkeChannels() {
		if c.channel == channel {
			return c.versions
		}
		if c.channel == containerpb.ReleaseChannel_REGULAR || c.channel == containerpb.ReleaseChannel_STABLE {
			all = append(all, c.versions...)
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return compareVersions(b, a) })
	return slices.Compact(all)
}

// compareVersions orders versions such as 1.35.6-gke.1127000 by their numbers.
func compareVersions(a, b string) int {
	split := func(r rune) bool { return r == '.' || r == '-' }
	x, y := strings.FieldsFunc(a, split), strings.FieldsFunc(b, split)
	for i := range min(len(x), len(y)) {
		if len(x[i]) != len(y[i]) {
			return len(x[i]) - len(y[i])
		}
		if c := strings.Compare(x[i], y[i]); c != 0 {
			return c
		}
	}
	return len(x) - len(y)
}

// resolveVersion finds the version that a request means: one by its full name,
// "1.X" and "1.X.Y" for the newest of those, "latest", and "" or "-" for the
// channel's default.
func resolveVersion(asked string, channel containerpb.ReleaseChannel_Channel) (string, bool) {
	offered := channelVersions(channel)
	if asked == "" || asked == "-" {
		return offered[0], true
	}
	newest := ""
	for _, v := range offered {
		if asked == v || asked == "latest" || strings.HasPrefix(v, asked+".") || strings.HasPrefix(v, asked+"-") {
			if newest == "" || compareVersions(v, newest) > 0 {
				newest = v
			}
		}
	}
	return newest, newest != ""
}

// gkeImageTypes are the node images that the service offers.
func gkeImageTypes() []string {
	return []string{"COS_CONTAINERD", "UBUNTU_CONTAINERD", "WINDOWS_LTSC_CONTAINERD"}
}

// GetServerConfig implements google.container.v1.ClusterManager.
func (m *clusterManager) GetServerConfig(ctx context.Context, req *containerpb.GetServerConfigRequest) (*containerpb.ServerConfig, error) {
	name := strings.TrimSuffix(req.GetName(), "/serverConfig")
	if _, _, err := m.place(ctx, name, req.GetProjectId(), req.GetZone(), ""); err != nil { //nolint:staticcheck // deprecated, and still sent
		return nil, err
	}
	all := channelVersions(containerpb.ReleaseChannel_UNSPECIFIED) //nolint:staticcheck // deprecated, and still sent
	out := &containerpb.ServerConfig{
		DefaultClusterVersion: channelVersions(containerpb.ReleaseChannel_REGULAR)[0],
		ValidMasterVersions:   all, ValidNodeVersions: all,
		DefaultImageType: "COS_CONTAINERD", ValidImageTypes: gkeImageTypes(),
	}
	for _, c := range gkeChannels() {
		out.Channels = append(out.Channels, &containerpb.ServerConfig_ReleaseChannelConfig{
			Channel: c.channel, DefaultVersion: c.versions[0], ValidVersions: c.versions,
		})
	}
	return out, nil
}
