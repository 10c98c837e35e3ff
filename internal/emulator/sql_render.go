package emulator

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the API names certificates by their SHA-1 fingerprint
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// sqlAssigned is what the service assigns to an instance at its creation.
type sqlAssigned struct {
	PublicIP, OutgoingIP, PrivateIP string
	ServiceAccount                  string
	// PscLink and DNSName are for Private Service Connect.
	PscLink, DNSName string
	ServerCA         sqlCert
}

// sqlCert is a certificate, by the fields that the API shows.
type sqlCert struct {
	PEM, Serial, CommonName, SHA1 string
	Created, Expires              time.Time
}

func (q sqlService) assign(inst *sqlInstance, _ *sqlVersion) (sqlAssigned, error) {
	number := projectNumber(inst.Project)
	a := sqlAssigned{ServiceAccount: fmt.Sprintf("p%d-%s@gcp-sa-cloud-sql.iam.gserviceaccount.com", number, q.hex(6))}
	a.PublicIP = fmt.Sprintf("34.%d.%d.%d", 64+q.draw(64), q.draw(256), 1+q.draw(254))
	a.OutgoingIP = fmt.Sprintf("34.%d.%d.%d", 64+q.draw(64), q.draw(256), 1+q.draw(254))
	a.PrivateIP = fmt.Sprintf("10.%d.%d.%d", q.draw(256), q.draw(256), 2+q.draw(252))
	tenant := q.hex(12)
	a.PscLink = fmt.Sprintf("projects/%s-tp/regions/%s/serviceAttachments/a-%s-psc-service-attachment-%s", q.hex(16), inst.Region, tenant, q.hex(16))
	a.DNSName = fmt.Sprintf("%s.%s.%s.sql.goog.", tenant, q.hex(12), inst.Region)
	const years = 10
	ca, _, err := q.newCert("Google Cloud SQL Server CA,O=Google\\, Inc,C=US", years)
	a.ServerCA = ca
	return a, err
}

// newCert makes a certificate that signs itself, and its key in PEM. No server
// ever shows it, so what it lacks is a use, not a form.
func (q sqlService) newCert(commonName string, years int) (cert sqlCert, key string, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return sqlCert{}, "", err
	}
	now := q.s.now().Truncate(time.Second)
	serial := q.draw(1 << 31)
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetUint64(serial), Subject: pkix.Name{CommonName: commonName},
		NotBefore: now, NotAfter: now.AddDate(years, 0, 0), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return sqlCert{}, "", err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return sqlCert{}, "", err
	}
	sum := sha1.Sum(der) //nolint:gosec // the API names certificates by their SHA-1 fingerprint
	cert = sqlCert{
		PEM: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), Serial: fmt.Sprint(serial),
		CommonName: commonName, SHA1: hex.EncodeToString(sum[:]), Created: now, Expires: template.NotAfter,
	}
	return cert, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})), nil
}

func (c *sqlCert) render(instance string) map[string]any {
	return map[string]any{
		"kind": "sql#sslCert", "cert": c.PEM, "certSerialNumber": c.Serial, "commonName": c.CommonName,
		"createTime": sqlTime(c.Created), "expirationTime": sqlTime(c.Expires), "instance": instance, "sha1Fingerprint": c.SHA1,
	}
}

// render shows an instance as it stands. What is assigned shows once it is
// created.
func (q sqlService) render(inst *sqlInstance, api string) map[string]any {
	state := inst.state(q.s.now())
	version := sqlVersionByName(inst.Version)
	out := map[string]any{
		"kind": "sql#instance", "name": inst.Name, "project": inst.Project, "region": inst.Region, "state": state,
		"backendType": "SECOND_GEN", "instanceType": "CLOUD_SQL_INSTANCE", "databaseVersion": inst.Version,
		"connectionName": inst.Project + ":" + inst.Region + ":" + inst.Name, "createTime": sqlTime(inst.Created),
		"selfLink": sqlBase + api + "/" + inst.fullName(), "settings": renderSettings(inst),
		"serviceAccountEmailAddress": inst.Assigned.ServiceAccount,
	}
	if inst.KmsKey != "" {
		out["diskEncryptionConfiguration"] = map[string]any{"kind": "sql#diskEncryptionConfiguration", "kmsKeyName": inst.KmsKey}
	}
	if state == "RUNNABLE" || state == "PENDING_DELETE" && !inst.Failed {
		q.renderRunning(inst, version, out)
	}
	out["etag"] = sqlEtag(out)
	return out
}

func (q sqlService) renderRunning(inst *sqlInstance, version *sqlVersion, out map[string]any) {
	out["databaseInstalledVersion"] = version.installed
	if version.maintenance != "" {
		out["maintenanceVersion"] = version.maintenance
	}
	out["sqlNetworkArchitecture"] = "NEW_NETWORK_ARCHITECTURE"
	location, _ := inst.Settings["locationPreference"].(map[string]any)
	out["gceZone"] = location["zone"]
	out["serverCaCert"] = inst.Assigned.ServerCA.render(inst.Name)
	gemini := map[string]any{"activeQueryEnabled": false, "entitled": false, "indexAdvisorEnabled": false}
	if version.postgres() {
		gemini["googleVacuumMgmtEnabled"], gemini["oomSessionCancelEnabled"] = false, false
	} else {
		gemini["flagRecommenderEnabled"] = true
		out["includeReplicasForMajorVersionUpgrade"], out["satisfiesPzi"] = false, true
	}
	out["geminiConfig"] = gemini
	if addresses := q.addresses(inst, version); len(addresses) > 0 {
		out["ipAddresses"] = addresses
	}
	if inst.psc() {
		out["pscServiceAttachmentLink"], out["dnsName"] = inst.Assigned.PscLink, inst.Assigned.DNSName
		out["dnsNames"] = []any{map[string]any{"name": inst.Assigned.DNSName, "connectionType": "PRIVATE_SERVICE_CONNECT", "dnsScope": "INSTANCE"}}
	}
	var upgrades []any
	for _, u := range version.upgrades {
		upgrades = append(upgrades, map[string]any{"displayName": u.title, "majorVersion": u.major, "name": u.name})
	}
	if len(upgrades) > 0 {
		out["upgradableDatabaseVersions"] = upgrades
	}
}

func (inst *sqlInstance) psc() bool {
	ip, _ := inst.Settings["ipConfiguration"].(map[string]any)
	psc, _ := ip["pscConfig"].(map[string]any)
	return psc["pscEnabled"] == true
}

// addresses lists the addresses of an instance: none with Private Service
// Connect alone.
func (*sqlInstance) address(kindOf, ip string) any {
	return map[string]any{"ipAddress": ip, "type": kindOf}
}

func (sqlService) addresses(inst *sqlInstance, version *sqlVersion) []any {
	ip, _ := inst.Settings["ipConfiguration"].(map[string]any)
	var out []any
	if ip["ipv4Enabled"] == true {
		out = append(out, inst.address("PRIMARY", inst.Assigned.PublicIP))
		if version.postgres() {
			out = append(out, inst.address("OUTGOING", inst.Assigned.OutgoingIP))
		}
	}
	if network, _ := ip["privateNetwork"].(string); network != "" {
		out = append(out, inst.address("PRIVATE", inst.Assigned.PrivateIP))
	}
	return out
}

func (q sqlService) connectSettings(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.instance(ctx, r.vars["name"])
	if err != nil {
		return nil, err
	}
	if inst.state(q.s.now()) != "RUNNABLE" {
		return nil, sqlWrongState()
	}
	if r.query.Get("readTime") != "" {
		return nil, notModelled("connect settings of another time")
	}
	shown := q.render(inst, r.vars["api"])
	out := map[string]any{"kind": "sql#connectSettings"}
	for _, key := range []string{"serverCaCert", "ipAddresses", "region", "databaseVersion", "backendType", "dnsName", "dnsNames"} {
		if v, ok := shown[key]; ok {
			out[key] = v
		}
	}
	if inst.psc() {
		out["pscEnabled"] = true
	}
	return out, nil
}

// checkKey refuses a key that is not there or that Cloud SQL may not use.
func (q sqlService) checkKey(inst *sqlInstance) error {
	if inst.KmsKey == "" {
		return nil
	}
	agent := fmt.Sprintf("service-%d@gcp-sa-cloud-sql.iam.gserviceaccount.com", projectNumber(inst.Project))
	if err := q.s.checkServiceKey(inst.KmsKey, agent); err != nil {
		switch status.Code(err) {
		case codes.NotFound:
			return sqlInvalid("KMS key %s does not exist.", inst.KmsKey)
		case codes.FailedPrecondition:
			return sqlInvalid("The primary version of the KMS key %s is not enabled.", inst.KmsKey)
		case codes.PermissionDenied:
			return sqlInvalid("The service account %s does not have permission to encrypt and decrypt with the KMS key %s.", agent, inst.KmsKey)
		default:
			return err
		}
	}
	return nil
}
