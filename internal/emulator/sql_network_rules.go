package emulator

import (
	"net/netip"

	"google.golang.org/api/sqladmin/v1"
)

// checkIP checks how an instance is reached. A private network is checked by its
// form alone: private services access is not modelled.
func checkIP(ip *sqladmin.IpConfiguration) error {
	psc := ip.PscConfig != nil && ip.PscConfig.PscEnabled
	switch {
	case ip.ServerCaMode != "" && ip.ServerCaMode != "GOOGLE_MANAGED_INTERNAL_CA":
		return notModelled("the server CA mode %s", ip.ServerCaMode)
	case ip.ServerCaPool != "" || len(ip.CustomSubjectAlternativeNames) > 0 || ip.ServerCertificateRotationMode != "":
		return notModelled("a customer's certificate authority")
	case !ip.Ipv4Enabled && ip.PrivateNetwork == "" && !psc:
		return sqlInvalid("At least one of Public IP or Private IP or PSC connectivity must be enabled..")
	case psc && ip.Ipv4Enabled:
		return sqlInvalid("Public IP can not be enabled for an instance with Private Service Connect.")
	case ip.RequireSsl && ip.SslMode == "ALLOW_UNENCRYPTED_AND_ENCRYPTED":
		return sqlInvalid("The value of requireSsl conflicts with the value of sslMode.")
	case ip.PrivateNetwork != "" && !sqlNetworkName.MatchString(ip.PrivateNetwork):
		return sqlInvalid("Invalid private network: %s.", ip.PrivateNetwork)
	case ip.PrivateNetwork == "" && (ip.AllocatedIpRange != "" || ip.EnablePrivatePathForGoogleCloudServices):
		return sqlInvalid("An allocated range or a private path needs a private network.")
	}
	for _, n := range ip.AuthorizedNetworks {
		if !isNetwork(n.Value) {
			return sqlInvalid("Invalid authorized network: %q.", n.Value)
		}
		if n.ExpirationTime != "" {
			return notModelled("the expiration of an authorized network")
		}
	}
	return checkPSC(ip.PscConfig)
}

func isNetwork(text string) bool {
	if _, err := netip.ParseAddr(text); err == nil {
		return true
	}
	_, err := netip.ParsePrefix(text)
	return err == nil
}

func checkPSC(psc *sqladmin.PscConfig) error {
	switch {
	case psc == nil:
		return nil
	case psc.NetworkAttachmentUri != "":
		return notModelled("outbound Private Service Connect")
	case len(psc.PscAutoConnections) > 0 || psc.PscAutoConnectionPolicyEnabled || psc.PscAutoDnsEnabled || psc.PscWriteEndpointDnsEnabled:
		return notModelled("automatic connections of Private Service Connect")
	case !psc.PscEnabled && len(psc.AllowedConsumerProjects) > 0:
		return sqlInvalid("Consumer projects can only be allowed when Private Service Connect is enabled.")
	}
	for _, p := range psc.AllowedConsumerProjects {
		if !projectIDPattern.MatchString(p) && !projectNumberPattern.MatchString(p) {
			return sqlInvalid("Invalid consumer project: %q.", p)
		}
	}
	return nil
}

// checkSettingsChange refuses what can't be changed once an instance stands.
// Private Service Connect can be switched only where there is private services
// access too, as the service's own samples have it; an instance can't leave its
// private network.
func checkSettingsChange(inst *sqlInstance, next map[string]any) error {
	var before, after sqladmin.Settings
	if err := typedSettings(inst.Settings, &before); err != nil {
		return err
	}
	if err := typedSettings(next, &after); err != nil {
		return err
	}
	old, ip := before.IpConfiguration, after.IpConfiguration
	psc := func(c *sqladmin.IpConfiguration) bool { return c.PscConfig != nil && c.PscConfig.PscEnabled }
	switch {
	case psc(old) != psc(ip) && (old.PrivateNetwork == "" || ip.PrivateNetwork == ""):
		return sqlInvalid("Private Service Connect can not be enabled or disabled for an existing instance without private services access.")
	case psc(old) && old.PrivateNetwork == "" && ip.PrivateNetwork != "":
		return sqlInvalid("Private services access can not be added to an instance that was created with Private Service Connect.")
	case old.PrivateNetwork != "" && ip.PrivateNetwork != old.PrivateNetwork:
		return sqlInvalid("The private network of an instance can not be changed or removed.")
	case after.DataDiskSizeGb < before.DataDiskSizeGb:
		return sqlInvalid("The disk size of an instance can not be decreased.")
	case after.DataDiskType != before.DataDiskType:
		return sqlInvalid("The disk type of an instance can not be changed.")
	}
	return nil
}
