package emulator

import (
	"context"
	"net/http"
	"strings"
	"time"

	"google.golang.org/api/sqladmin/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const kindSQLUser = "sqlUsers"

// sqlUserKind serves the users of instances. Their passwords are checked and
// forgotten: nothing here ever asks for them.
var sqlUserKind = kind{
	name: kindSQLUser, host: sqlHost, collection: true, inventory: sqlMadeByUser, errorForm: oldForm,
	denied: sqlDenied,
	permissions: map[string]string{
		"InsertSqlUser": "cloudsql.users.create",
		"UpdateSqlUser": "cloudsql.users.update",
		"DeleteSqlUser": "cloudsql.users.delete",
	},
	routes: func(s *Server) []route {
		q := sqlService{s: s}
		const all = "{parent=projects/*/instances/*}/users"
		return sqlRoutes([]route{
			{method: "POST", path: all, rpc: "InsertSqlUser", handle: q.insertUser},
			{method: "GET", path: all, rpc: "ListSqlUsers", handle: q.listUsers},
			{method: "GET", path: "{parent=projects/*/instances/*}/users/{user}", rpc: "GetSqlUser", query: []string{"host"}, handle: q.getUser},
			{method: "PUT", path: all, rpc: "UpdateSqlUser", query: []string{"host", "name", "databaseRoles", "revokeExistingRoles"}, handle: q.updateUser},
			{method: "DELETE", path: all, rpc: "DeleteSqlUser", query: []string{"host", "name"}, handle: q.deleteUser},
		})
	},
}

// sqlUser is a user of an instance.
type sqlUser struct {
	Name string `json:"name"`
	Host string `json:"host"`
	Type string `json:"type,omitempty"`
	// Policy is the password policy as it was sent, Expires when the password
	// does.
	Policy  map[string]any `json:"policy,omitempty"`
	Expires *time.Time     `json:"expires,omitempty"`
	// Initial is the user that an instance is born with.
	Initial bool  `json:"initial,omitempty"`
	Changes int64 `json:"changes"`
}

// userHost is the host as the service keeps it: it shows the wildcard as "",
// as recorded.
func userHost(host string) string {
	if host == "%" {
		return ""
	}
	return host
}

func sqlUserName(inst *sqlInstance, name, host string) string {
	return inst.fullName() + "/users/" + name + "@" + userHost(host)
}

// makeFirstUser makes the administrator and the database that every instance
// has. They come into being with it, and are seen only when it runs.
func (q sqlService) makeFirstUser(inst *sqlInstance, version *sqlVersion) error {
	name := "root"
	if version.postgres() {
		name = "postgres"
		db := &sqlDatabase{Name: "postgres", Charset: "UTF8", Collation: "en_US.UTF8", Initial: true}
		if err := q.s.create(kindSQLDatabase, inst.fullName(), inst.fullName()+"/databases/postgres", db); err != nil {
			return err
		}
	}
	return q.s.create(kindSQLUser, inst.fullName(), sqlUserName(inst, name, ""), &sqlUser{Name: name, Initial: true})
}

func (q sqlService) renderUser(inst *sqlInstance, u *sqlUser) map[string]any {
	out := map[string]any{"kind": "sql#user", "name": u.Name, "host": u.Host, "instance": inst.Name, "project": inst.Project}
	if u.Type != "" {
		out["type"] = u.Type
	}
	if !sqlVersionByName(inst.Version).postgres() {
		policy := cloneJSON(u.Policy)
		state := map[string]any{}
		if u.Expires != nil {
			state["passwordExpirationTime"] = u.Expires.UTC().Format(time.RFC3339)
		}
		policy["status"] = state
		out["passwordPolicy"] = policy
	}
	out["etag"] = sqlEtag(u)
	return out
}

func (q sqlService) listUsers(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.made(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	users, err := listInto(q.s, kindSQLUser, inst.fullName(), func() *sqlUser { return &sqlUser{} })
	if err != nil {
		return nil, err
	}
	var items []any
	for _, u := range users {
		items = append(items, q.renderUser(inst, u))
	}
	return sqlList("sql#usersList", items, ""), nil
}

// made returns an instance that has been created, for calls that read.
func (q sqlService) made(ctx context.Context, ref string) (*sqlInstance, error) {
	inst, err := q.instance(ctx, ref)
	if err != nil {
		return nil, err
	}
	if state := inst.state(q.s.now()); state == "PENDING_CREATE" {
		return nil, sqlBusy()
	} else if state == "FAILED" {
		return nil, sqlWrongState()
	}
	if inst.Settings["activationPolicy"] == "NEVER" {
		return nil, sqlInvalid("Invalid request since instance is not running.")
	}
	return inst, nil
}

func (q sqlService) findUser(inst *sqlInstance, name, host string) (*sqlUser, int64, error) {
	u := &sqlUser{}
	version, err := q.s.load(kindSQLUser, sqlUserName(inst, name, host), u)
	if status.Code(err) == codes.NotFound {
		return nil, 0, sqlError(http.StatusNotFound, codes.NotFound, "userDoesNotExist", "The specified SQL user does not exist.")
	}
	return u, version, err
}

func (q sqlService) getUser(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.made(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	u, _, err := q.findUser(inst, r.vars["user"], r.query.Get("host"))
	if err != nil {
		return nil, err
	}
	return q.renderUser(inst, u), nil
}

func (q sqlService) insertUser(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.running(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	in := &sqladmin.User{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if err := checkUser(inst, in); err != nil {
		return nil, err
	}
	u := &sqlUser{Name: in.Name, Host: userHost(in.Host), Type: in.Type}
	if u.Type == "BUILT_IN" {
		u.Type = ""
	}
	if err := q.setPolicy(inst, u, r, in); err != nil {
		return nil, err
	}
	full := sqlUserName(inst, in.Name, in.Host)
	if _, err := q.s.store.Get(kindSQLUser, full); err == nil {
		return nil, sqlInvalid("failed to create user %q: role %q already exists.", in.Name, in.Name)
	}
	return q.within(ctx, r, inst, "CREATE_USER", func() error { return q.s.create(kindSQLUser, inst.fullName(), full, u) })
}

// within runs an operation on what lies in an instance. It is done when the
// call is answered, unless a fault says otherwise.
func (q sqlService) within(ctx context.Context, r *restRequest, inst *sqlInstance, opType string, do func() error) (any, error) {
	doneAt, failure := q.s.operationFate(ctx, 0)
	if doneAt.Equal(never) {
		inst.Busy = doneAt
		if err := q.save(inst); err != nil {
			return nil, err
		}
	} else if failure == nil {
		if err := do(); err != nil {
			return nil, err
		}
	}
	return q.start(r, inst, opType, doneAt, failure)
}

// setPolicy takes over the password policy of a request.
func (q sqlService) setPolicy(inst *sqlInstance, u *sqlUser, r *restRequest, in *sqladmin.User) error {
	if in.PasswordPolicy != nil {
		if sqlVersionByName(inst.Version).postgres() {
			return notModelled("the password policy of a user of PostgreSQL")
		}
		policy, err := bodyObject(r, "passwordPolicy")
		if err != nil {
			return err
		}
		delete(policy, "status")
		u.Policy = mergeJSON(map[string]any{}, policy)
	}
	text, _ := u.Policy["passwordExpirationDuration"].(string)
	if text == "" {
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return sqlInvalid("Invalid password expiration duration %q.", text)
	}
	expires := q.s.now().Add(d)
	u.Expires = &expires
	return nil
}

func (q sqlService) updateUser(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.running(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	// That no role is to be revoked goes without saying, and is said by
	// hashicorp/google.
	if revoke := r.query.Get("revokeExistingRoles"); r.query.Get("databaseRoles") != "" || revoke != "" && revoke != "false" {
		return nil, notModelled("database roles of a user")
	}
	in := &sqladmin.User{}
	if err := r.decode(in); err != nil {
		return nil, err
	}
	name := r.query.Get("name")
	if name == "" {
		name = in.Name
	}
	u, version, err := q.findUser(inst, name, r.query.Get("host"))
	if err != nil {
		return nil, err
	}
	switch {
	case in.Name != "" && in.Name != u.Name:
		return nil, sqlInvalid("A user can not be renamed.")
	case in.Type != "" && in.Type != u.Type && (in.Type != "BUILT_IN" || u.Type != ""):
		return nil, sqlInvalid("The type of a user can not be changed.")
	case len(in.DatabaseRoles) > 0:
		return nil, notModelled("database roles of a user")
	}
	if err := checkPassword(inst, u.Name, u.Type, in.Password, true); err != nil {
		return nil, err
	}
	if err := q.setPolicy(inst, u, r, in); err != nil {
		return nil, err
	}
	u.Changes++
	return q.within(ctx, r, inst, "UPDATE_USER", func() error {
		return q.s.update(kindSQLUser, sqlUserName(inst, u.Name, u.Host), version, u)
	})
}

func (q sqlService) deleteUser(ctx context.Context, r *restRequest) (any, error) {
	inst, err := q.running(ctx, r.vars["parent"])
	if err != nil {
		return nil, err
	}
	u, version, err := q.findUser(inst, r.query.Get("name"), r.query.Get("host"))
	if err != nil {
		return nil, err
	}
	return q.within(ctx, r, inst, "DELETE_USER", func() error {
		return q.s.store.Delete(kindSQLUser, sqlUserName(inst, u.Name, u.Host), version)
	})
}

// checkUser checks a new user.
func checkUser(inst *sqlInstance, in *sqladmin.User) error {
	const longest = 63 // bytes of a role's name in PostgreSQL
	postgres := sqlVersionByName(inst.Version).postgres()
	switch {
	case in.Name == "" || postgres && len(in.Name) > longest || !postgres && len(in.Name) > 32 || strings.ContainsAny(in.Name, "\x00/"):
		return sqlInvalid("User name %q is not valid.", in.Name)
	case in.SqlserverUserDetails != nil || len(in.ServerRoles) > 0:
		return notModelled("users of SQL Server")
	case len(in.DatabaseRoles) > 0:
		return notModelled("database roles of a user")
	case in.DualPasswordType != "":
		return notModelled("dual passwords of a user")
	case postgres && in.Host != "":
		return sqlInvalid("Host field is only supported for MySQL instances.")
	case in.Instance != "" && in.Instance != inst.Name:
		return sqlInvalid("The instance %s of the user does not match that of the request.", in.Instance)
	}
	switch in.Type {
	case "", "BUILT_IN":
		return checkPassword(inst, in.Name, in.Type, in.Password, false)
	case "CLOUD_IAM_USER", "CLOUD_IAM_SERVICE_ACCOUNT", "CLOUD_IAM_GROUP":
	default:
		return badRequest([]string{"Invalid value at 'type' (type.googleapis.com/google.cloud.sql.v1.User.SqlUserType), \"" + in.Type + "\""}, []string{"type"})
	}
	if !postgres {
		return notModelled("IAM users of MySQL")
	}
	switch {
	case in.Password != "":
		return sqlInvalid("A password can not be set for an IAM user.")
	case in.Type == "CLOUD_IAM_SERVICE_ACCOUNT" && strings.HasSuffix(in.Name, ".gserviceaccount.com"):
		return sqlInvalid("Database username for Cloud IAM service account should be created without \".gserviceaccount.com\" suffix.")
	case in.Type == "CLOUD_IAM_SERVICE_ACCOUNT" && !strings.HasSuffix(in.Name, ".iam"), !strings.Contains(in.Name, "@"):
		return sqlInvalid("User name %q is not the address of an IAM principal.", in.Name)
	case flagsOf(inst.Settings)["cloudsql.iam_authentication"] != "on":
		// The role comes into being with the flag.
		return sqlInvalid("failed to create user %q: role \"cloudsqliamuser\" does not exist.", in.Name)
	}
	return nil
}

// checkPassword checks a password against the instance's policy.
func checkPassword(inst *sqlInstance, name, userType, password string, empty bool) error {
	if strings.HasPrefix(userType, "CLOUD_IAM") {
		if password != "" {
			return sqlInvalid("A password can not be set for an IAM user.")
		}
		return nil
	}
	if password == "" && empty {
		return nil
	}
	policy, _ := inst.Settings["passwordValidationPolicy"].(map[string]any)
	if policy["enablePasswordPolicy"] != true {
		return nil
	}
	length, _ := policy["minLength"].(float64)
	classes := 0
	for _, class := range []string{"abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"} {
		if strings.ContainsAny(password, class) {
			classes++
		}
	}
	if strings.ContainsFunc(password, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", r)
	}) {
		classes++
	}
	switch {
	case len(password) < int(length),
		policy["complexity"] == "COMPLEXITY_DEFAULT" && classes < 4,
		policy["disallowUsernameSubstring"] == true && strings.Contains(strings.ToLower(password), strings.ToLower(name)):
		return sqlInvalid("The password does not satisfy the instance's password validation policy.")
	}
	return nil
}
