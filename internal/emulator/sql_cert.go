package emulator

import (
	"context"
	"regexp"
	"strings"
	"time"

	"google.golang.org/api/sqladmin/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const kindSQLCert = "sqlCerts"

// sqlCertKind serves the client certificates of instances. The private key is
// in the reply to the creation and nowhere else.
var sqlCertKind = kind{
	name: kindSQLCert, host: sqlHost, collection: true, errorForm: oldForm,
	denied: sqlDenied,
	permissions: map[string]string{
		"InsertSslCert": "cloudsql.sslCerts.create",
		"DeleteSslCert": "cloudsql.sslCerts.delete",
	},
	routes: func(s *Server) []route {
		q := sqlService{s: s}
		const one, all = "{name=projects/*/instances/*/sslCerts/*}", "{parent=projects/*/instances/*}/sslCerts"
		return sqlRoutes([]route{
			{method: "POST", path: all, rpc: "InsertSslCert", handle: q.insertCert},
			{method: "GET", path: all, rpc: "ListSslCerts", handle: q.listCerts},
			{method: "GET", path: one, rpc: "GetSslCert", handle: q.getCert},
			{method: "DELETE", path: one, rpc: "DeleteSslCert", handle: q.deleteCert},
		})
	},
}

var sqlCertCommonName = regexp.MustCompile(`^[A-Za-z0-9._-]([A-Za-z0-9 ._-]{0,62}[A-Za-z0-9._-])?$`)

// sqlCertTime is what making or removing a certificate takes, by a sober guess.
const sqlCertTime = 5 * time.Second

func (q sqlService) renderCert(inst *sqlInstance, c *sqlCert, api string) map[string]any {
	out := c.render(inst.Name)
	out["selfLink"] = sqlBase + api + "/" + inst.fullName() + "/sslCerts/" + c.SHA1
	return out
}

func (q sqlService) insertCert(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.running(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	in := &sqladmin.SslCertsInsertRequest{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if !sqlCertCommonName.MatchString(in.CommonName) {
		return nil, sqlError(400, codes.InvalidArgument, "errorSslCertificateCommonName",
			"Common name must be composed of alphanumerics, periods, dashes, spaces and underscores. It must not start or end with a space, and must be at most 64 characters.")
	}
	for _, e := range q.s.store.List(kindSQLCert, inst.fullName()) {
		var have sqlCert
		if err := decode(e.Value, &have); err != nil {
			return nil, err
		}
		if have.CommonName == in.CommonName {
			return nil, sqlError(400, codes.InvalidArgument, "errorSslCertificateCommonNameAlreadyExists", "Another certificate with the same common name already exists.")
		}
	}
	const years = 10
	cert, key, err := q.newCert(in.CommonName, years)
	if err != nil {
		return nil, err
	}
	op, err := q.run(ctx, r, inst, "CREATE", sqlCertTime, nil)
	if err != nil {
		return nil, err
	}
	if err := q.s.create(kindSQLCert, inst.fullName(), inst.fullName()+"/sslCerts/"+cert.SHA1, &cert); err != nil {
		return nil, err
	}
	return map[string]any{
		"kind": "sql#sslCertsInsert", "operation": op, "serverCaCert": inst.Assigned.ServerCA.render(inst.Name),
		"clientCert": map[string]any{"certInfo": q.renderCert(inst, &cert, r.vars["api"]), "certPrivateKey": key},
	}, nil
}

func (q sqlService) listCerts(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.made(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	all, err := listInto(q.s, kindSQLCert, inst.fullName(), func() *sqlCert { return &sqlCert{} })
	if err != nil {
		return nil, err
	}
	var items []any
	for _, c := range all {
		items = append(items, q.renderCert(inst, c, r.vars["api"]))
	}
	return sqlList("sql#sslCertsList", items, ""), nil
}

func (q sqlService) cert(inst *sqlInstance, ref string) (*sqlCert, error) {
	_, sha1, _ := strings.Cut(ref, "/sslCerts/")
	c := &sqlCert{}
	if _, err := q.s.load(kindSQLCert, inst.fullName()+"/sslCerts/"+sha1, c); err != nil {
		if status.Code(err) == codes.NotFound {
			err = sqlError(404, codes.NotFound, "sslCertificateDoesNotExist", "The SSL certificate does not exist.")
		}
		return nil, err
	}
	return c, nil
}

func (q sqlService) getCert(ctx context.Context, r *restRequest) (any, error) {
	parent, _, _ := strings.Cut(r.vars["name"], "/sslCerts/")
	inst, err := q.made(ctx, parent)
	if err != nil {
		return nil, err
	}
	c, err := q.cert(inst, r.vars["name"])
	if err != nil {
		return nil, err
	}
	return q.renderCert(inst, c, r.vars["api"]), nil
}

func (q sqlService) deleteCert(ctx context.Context, r *restRequest) (any, error) {
	parent, _, _ := strings.Cut(r.vars["name"], "/sslCerts/")
	inst, err := q.running(ctx, parent)
	if err != nil {
		return nil, err
	}
	c, err := q.cert(inst, r.vars["name"])
	if err != nil {
		return nil, err
	}
	op, err := q.run(ctx, r, inst, "DELETE", sqlCertTime, nil)
	if err != nil {
		return nil, err
	}
	return op, q.s.store.Delete(kindSQLCert, inst.fullName()+"/sslCerts/"+c.SHA1, 0)
}
