package component

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/api/sqladmin/v1"

	"github.com/cortx-platform/terraform-provider-cortx/internal/gcp"
	"github.com/cortx-platform/terraform-provider-cortx/internal/policy"
	"github.com/cortx-platform/terraform-provider-cortx/internal/reconcile"
)

// database is the instance of Cloud SQL for PostgreSQL. The name of a deleted
// instance is blocked for a week, so a number follows the configured one, and
// the instance is found by its owner labels.
type database struct{ base }

func newDatabase(e *Env) reconcile.Component {
	return &database{base{Env: e, name: policy.ComponentDatabase, needs: []string{policy.ComponentKMS, "services"}}}
}

const (
	// instanceNote is the name of the instance, noted before it is created.
	instanceNote = "instance"
	// createdNote is the name of the instance whose creation ended well.
	createdNote = "created"
	// resettingNote is the database that is being dropped and remade.
	resettingNote = "resetting"
	// mostGenerations bounds the search for a name that is free.
	mostGenerations = 100
)

// States of an instance.
const (
	instancePendingCreate = "PENDING_CREATE"
	instancePendingDelete = "PENDING_DELETE"
	instanceFailed        = "FAILED"
	instanceSuspended     = "SUSPENDED"
)

func (e *Env) instancePath(name string) string {
	return "projects/" + e.spec.Project + "/instances/" + name
}

// instances are all of the project: the labels that tell ours are in the reply.
func (e *Env) instances(ctx context.Context) ([]*sqladmin.DatabaseInstance, error) {
	return once(ctx, "instances", e.listInstances)
}

func (e *Env) listInstances(ctx context.Context) ([]*sqladmin.DatabaseInstance, error) {
	return gcp.Pages(func(token string) ([]*sqladmin.DatabaseInstance, string, error) {
		page, err := e.apis().SQL.Instances.List(e.spec.Project).PageToken(token).Context(gcp.Reading(ctx, "ListInstances", "projects/"+e.spec.Project)).Do()
		if err != nil {
			return nil, "", err
		}
		return page.Items, page.NextPageToken, nil
	})
}

func instanceOwner(inst *sqladmin.DatabaseInstance) (reconcile.Owner, bool) {
	if inst.Settings == nil {
		return reconcile.Owner{}, false
	}
	return reconcile.OwnerOfLabels(inst.Settings.UserLabels)
}

// instance finds the environment's instance, or nil. foreign says whose the one
// is that stands in its place.
func (e *Env) instance(ctx context.Context) (found *sqladmin.DatabaseInstance, foreign string, err error) {
	all, err := e.instances(ctx)
	if err != nil {
		return nil, "", err
	}
	for _, inst := range all {
		// One that is on its way out is only of interest while no other stands.
		if owner, marked := instanceOwner(inst); marked && owner.Key == e.spec.Owner && (found == nil || found.State == instancePendingDelete) {
			found = inst
		}
	}
	if found != nil {
		return found, "", nil
	}
	at := slices.IndexFunc(all, func(i *sqladmin.DatabaseInstance) bool { return i.Name == e.spec.Database.Name })
	if at < 0 {
		return nil, "", nil
	}
	o := object[*sqladmin.DatabaseInstance]{
		Env: e, noun: "Cloud SQL instance", name: e.instancePath(all[at].Name), adoptable: true, owner: instanceOwner,
	}
	if foreign := o.foreign(all[at]); foreign != "" {
		return nil, foreign, nil
	}
	return all[at], "", nil
}

// Observe implements [reconcile.Component].
func (d *database) Observe(ctx context.Context) (reconcile.Observation, error) {
	inst, foreign, err := d.instance(ctx)
	if err != nil || inst == nil {
		return reconcile.Observation{Presence: reconcile.Absent, Foreign: foreign}, err
	}
	seen := reconcile.Observation{
		Presence: reconcile.Present, Values: seenDatabase(inst),
		Outputs: map[string]string{
			"database_id": d.instancePath(inst.Name), "database_instance": inst.Name,
			"database_connection_name": inst.ConnectionName, "database_dns_name": inst.DnsName,
		},
		Differs: d.inputsDiffer(inst), Fixed: d.fixed(inst),
	}
	if instanceKey(inst) != d.spec.DataKey() {
		seen.Differs = append(seen.Differs, difference(policy.EncryptionData, "its key is %s", instanceKey(inst)))
	}
	if inst.Region != d.spec.Region {
		seen.Differs = append(seen.Differs, difference("", "its region is %s", inst.Region))
	}
	switch inst.State {
	case instancePendingCreate, instancePendingDelete, instanceFailed, instanceSuspended:
		seen.Presence = reconcile.Partial
		seen.Differs = append(seen.Differs, difference("", "its state is %s", inst.State))
	}
	return seen, nil
}

// Converge implements [reconcile.Component].
func (d *database) Converge(ctx context.Context, s *reconcile.Step) error {
	inst, err := d.settled(ctx, s)
	if err != nil {
		return err
	}
	if inst != nil {
		if fixed := d.fixed(inst); len(fixed) > 0 {
			if !d.spec.mayRecreate(d.name) {
				return fmt.Errorf("the instance %s can't be changed in place (%s): revert the setting, or add %q to allow_recreate, which loses all data", inst.Name, reconcile.Words(fixed), d.name)
			}
			if err := d.drop(ctx, s, inst); err != nil {
				return err
			}
			inst = nil
		}
	}
	name := ""
	if inst == nil {
		if name, err = d.create(ctx, s); err != nil {
			return err
		}
	} else {
		name = inst.Name
	}
	// An instance that was adopted is noted too.
	for _, note := range []string{instanceNote, createdNote} {
		if noted, _ := s.Note(ctx, note); noted != name {
			if err := s.Record(ctx, note, name); err != nil {
				return err
			}
		}
	}
	if err := d.update(ctx, s, name); err != nil {
		return err
	}
	return d.reset(ctx, s, resetNote, func(ctx context.Context) error { return d.remake(ctx, s, name) })
}

// settled finds the instance and waits until it is neither being made nor being
// deleted. One whose creation failed, which holds nothing, is deleted.
func (d *database) settled(ctx context.Context, s *reconcile.Step) (*sqladmin.DatabaseInstance, error) {
	var found *sqladmin.DatabaseInstance
	find := func(ctx context.Context) (err error) {
		var foreign string
		if found, foreign, err = d.instance(ctx); err == nil && foreign != "" {
			err = fmt.Errorf("%w: %s", reconcile.ErrForeign, foreign)
		}
		return err
	}
	if err := find(ctx); err != nil || found == nil {
		return nil, err
	}
	pending := func() bool {
		return found != nil && (found.State == instancePendingCreate || found.State == instancePendingDelete)
	}
	if pending() {
		err := d.client.Await(ctx, "GetInstance", d.instancePath(found.Name), waiting(s, "the instance "+found.Name), func(ctx context.Context) (bool, error) {
			err := find(ctx)
			return !pending(), err
		})
		if err != nil || found == nil {
			return nil, err
		}
	}
	if found.State != instanceFailed {
		return found, nil
	}
	begun, _ := s.Note(ctx, instanceNote)
	if created, _ := s.Note(ctx, createdNote); begun != found.Name || created == found.Name {
		return nil, fmt.Errorf("the instance %s is in the state %s and may hold data: see what Cloud SQL says about it, and repair or delete it", found.Name, found.State)
	}
	s.Progress(ctx, "deleting the instance %s, whose creation failed", found.Name)
	return nil, d.drop(ctx, s, found)
}

// create makes the instance under the first name that is free, and waits for it.
func (d *database) create(ctx context.Context, s *reconcile.Step) (string, error) {
	generation := 1
	if noted, ok := s.Note(ctx, instanceNote); ok {
		if _, err := fmt.Sscanf(strings.TrimPrefix(noted, d.spec.Database.Name+"-"), "%d", &generation); err != nil {
			generation = 1 // It was adopted, or had another name.
		}
	}
	for ; generation <= mostGenerations; generation++ {
		name := fmt.Sprintf("%s-%d", d.spec.Database.Name, generation)
		if err := s.Record(ctx, instanceNote, name); err != nil {
			return "", err
		}
		s.Progress(ctx, "creating the instance %s", name)
		// Not sent again after a conflict: the name may be blocked, or taken by
		// an attempt whose reply was lost.
		var op *sqladmin.Operation
		err := d.whenGranted(ctx, s, "CreateInstance", d.instancePath(name), d.spec.DataKey(), func(ctx context.Context) (err error) {
			op, err = d.apis().SQL.Instances.Insert(d.spec.Project, d.made(name, s.Owner())).
				Context(gcp.UnderEtag(ctx, "CreateInstance", d.instancePath(name))).Do()
			return err
		})
		switch {
		case err == nil:
			return name, d.client.AwaitSQL(ctx, d.spec.Project, op, waiting(s, "the instance "+name))
		case !gcp.IsConflict(err) || gcp.IsPreconditionFailed(err): // It is not about the name.
			return "", err
		}
		standing, err := d.settled(ctx, s)
		if err != nil {
			return "", err
		}
		if standing != nil {
			return standing.Name, nil
		}
	}
	return "", fmt.Errorf("the names %s-1 to %s-%d are all taken: give database.name another value", d.spec.Database.Name, d.spec.Database.Name, mostGenerations)
}

// update patches the instance until nothing differs.
func (d *database) update(ctx context.Context, s *reconcile.Step, name string) error {
	const most = 5 // a version, fewer logs, an edition, the settings, and a look
	for range most {
		changed, err := d.edit(ctx, s, name, func(inst *sqladmin.DatabaseInstance) *sqladmin.DatabaseInstance { return d.change(inst, s.Owner()) })
		if err != nil || !changed {
			return err
		}
	}
	inst, err := d.get(ctx, name)
	if err != nil {
		return err
	}
	if differs := append(d.settingsDiffer(inst), d.inputsDiffer(inst)...); len(differs) > 0 {
		return fmt.Errorf("the instance %s still differs after it was updated: %s", name, reconcile.Words(differs))
	}
	return nil
}

func (d *database) get(ctx context.Context, name string) (*sqladmin.DatabaseInstance, error) {
	return d.apis().SQL.Instances.Get(d.spec.Project, name).Context(gcp.Reading(ctx, "GetInstance", d.instancePath(name))).Do()
}

// edit makes one patch, when it is its turn, and waits for it. change returns
// nil when there is nothing to change. The version of the settings refuses what
// somebody else changed meanwhile, and a second of two attempts.
func (d *database) edit(ctx context.Context, s *reconcile.Step, name string, change func(*sqladmin.DatabaseInstance) *sqladmin.DatabaseInstance) (changed bool, err error) {
	resource := d.instancePath(name)
	var op *sqladmin.Operation
	err = d.client.EditUnderEtag(ctx, "UpdateInstance", resource, func(ctx context.Context) error {
		return d.client.WhenFree(ctx, "UpdateInstance", resource, waiting(s, "another operation on "+name), func(ctx context.Context) error {
			inst, err := d.get(ctx, name)
			if err != nil {
				return err
			}
			wanted := change(inst)
			if wanted == nil {
				return nil
			}
			s.Progress(ctx, "updating the instance %s", name)
			op, err = d.apis().SQL.Instances.Patch(d.spec.Project, name, wanted).Context(gcp.UnderEtag(ctx, "UpdateInstance", resource)).Do()
			return err
		})
	})
	if err != nil || op == nil {
		return false, err
	}
	return true, d.client.AwaitSQL(ctx, d.spec.Project, op, waiting(s, "the instance "+name))
}

// drop deletes an instance, with a final backup where the tier keeps one, and
// waits until it is gone.
func (d *database) drop(ctx context.Context, s *reconcile.Step, inst *sqladmin.DatabaseInstance) error {
	name := inst.Name
	if inst.State != instanceFailed {
		_, err := d.edit(ctx, s, name, func(inst *sqladmin.DatabaseInstance) *sqladmin.DatabaseInstance {
			set := completeSettings(inst.Settings)
			if !set.DeletionProtectionEnabled {
				return nil
			}
			return &sqladmin.DatabaseInstance{Settings: &sqladmin.Settings{
				DeletionProtectionEnabled: false, SettingsVersion: set.SettingsVersion, ForceSendFields: []string{"DeletionProtectionEnabled"},
			}}
		})
		if err != nil && !gcp.IsNotFound(err) {
			return err
		}
	}
	resource := d.instancePath(name)
	days := d.spec.Settings.Int(policy.DatabaseFinalBackupDays)
	var op *sqladmin.Operation
	err := d.client.WhenFree(ctx, "DeleteInstance", resource, waiting(s, "another operation on "+name), func(ctx context.Context) (err error) {
		call := d.apis().SQL.Instances.Delete(d.spec.Project, name)
		if days > 0 && inst.State != instanceFailed {
			call = call.EnableFinalBackup(true).FinalBackupTtlDays(days).FinalBackupDescription(fmt.Sprintf("The last of environment %s.", d.spec.Name))
		}
		s.Progress(ctx, "deleting the instance %s", name)
		op, err = call.Context(gcp.UnderEtag(ctx, "DeleteInstance", resource)).Do()
		return err
	})
	switch {
	case gcp.IsNotFound(err): // An attempt whose reply was lost.
	case err != nil:
		return err
	default:
		if err := d.client.AwaitSQL(ctx, d.spec.Project, op, waiting(s, "the instance "+name+" to go")); err != nil {
			return err
		}
	}
	return d.client.Await(ctx, "DeleteInstance", resource, waiting(s, "the instance "+name+" to go"), func(ctx context.Context) (bool, error) {
		all, err := d.instances(ctx)
		return err == nil && !slices.ContainsFunc(all, func(i *sqladmin.DatabaseInstance) bool { return i.Name == name }), err
	})
}

// remake drops every database but the one that every instance has, and makes it
// again. The one under way is noted: it is remade if the run is killed between.
func (d *database) remake(ctx context.Context, s *reconcile.Step, name string) error {
	if text, ok := s.Note(ctx, resettingNote); ok {
		var dropped sqladmin.Database
		if err := json.Unmarshal([]byte(text), &dropped); err != nil {
			return fmt.Errorf("the ledger's note on a database can't be read: %w", err)
		}
		if err := d.makeDatabase(ctx, s, name, &dropped); err != nil {
			return err
		}
	}
	list, err := d.apis().SQL.Databases.List(d.spec.Project, name).Context(gcp.Reading(ctx, "ListDatabases", d.instancePath(name))).Do()
	if err != nil {
		return err
	}
	for _, standing := range list.Items {
		if slices.Contains([]string{"postgres", "template0", "template1", "cloudsqladmin"}, standing.Name) {
			continue
		}
		made := &sqladmin.Database{Name: standing.Name, Charset: standing.Charset, Collation: standing.Collation}
		text, err := json.Marshal(made)
		if err != nil {
			return err
		}
		if err := s.Record(ctx, resettingNote, string(text)); err != nil {
			return err
		}
		s.Progress(ctx, "dropping the database %s", standing.Name)
		err = d.operate(ctx, s, name, func(ctx context.Context) (*sqladmin.Operation, error) {
			return d.apis().SQL.Databases.Delete(d.spec.Project, name, standing.Name).
				Context(gcp.UnderEtag(ctx, "DeleteDatabase", d.instancePath(name)+"/databases/"+standing.Name)).Do()
		})
		if err != nil && !gcp.IsNotFound(err) {
			return fmt.Errorf("drop the database %s (it has to have no sessions): %w", standing.Name, err)
		}
		if err := d.makeDatabase(ctx, s, name, made); err != nil {
			return err
		}
	}
	return nil
}

// makeDatabase makes a database that was dropped, unless it stands.
func (d *database) makeDatabase(ctx context.Context, s *reconcile.Step, instance string, wanted *sqladmin.Database) error {
	resource := d.instancePath(instance) + "/databases/" + wanted.Name
	err := d.operate(ctx, s, instance, func(ctx context.Context) (*sqladmin.Operation, error) {
		_, err := d.apis().SQL.Databases.Get(d.spec.Project, instance, wanted.Name).Context(gcp.Reading(ctx, "GetDatabase", resource)).Do()
		if !gcp.IsNotFound(err) {
			return nil, err
		}
		return d.apis().SQL.Databases.Insert(d.spec.Project, instance, wanted).Context(gcp.UnderEtag(ctx, "CreateDatabase", resource)).Do()
	})
	if err != nil {
		return err
	}
	return s.Forget(ctx, resettingNote)
}

// operate begins an operation when it is its turn, and waits for it; call
// returns nil when there is none to wait for.
func (d *database) operate(ctx context.Context, s *reconcile.Step, instance string, call func(ctx context.Context) (*sqladmin.Operation, error)) error {
	var op *sqladmin.Operation
	err := d.client.WhenFree(ctx, "Operation", d.instancePath(instance), waiting(s, "another operation on "+instance), func(ctx context.Context) (err error) {
		op, err = call(ctx)
		return err
	})
	if err != nil || op == nil {
		return err
	}
	return d.client.AwaitSQL(ctx, d.spec.Project, op, waiting(s, "the databases of "+instance))
}

// Remove implements [reconcile.Component].
func (d *database) Remove(ctx context.Context, s *reconcile.Step) error {
	inst, foreign, err := d.instance(ctx)
	if err != nil || inst == nil || foreign != "" {
		return err
	}
	if owner, marked := instanceOwner(inst); !marked || owner.Key != d.spec.Owner {
		return nil // It would have been adopted, and was not.
	}
	if inst.State == instancePendingCreate || inst.State == instancePendingDelete {
		if inst, err = d.settled(ctx, s); err != nil || inst == nil {
			return err
		}
	}
	return d.drop(ctx, s, inst)
}

// Discover implements [reconcile.Discoverer].
func (d *database) Discover(ctx context.Context) (ownerKey string, incarnation int64, notes map[string]string, found bool, err error) {
	inst, _, err := d.instance(ctx)
	if err != nil || inst == nil {
		return "", 0, nil, false, err
	}
	owner, marked := instanceOwner(inst)
	return owner.Key, owner.Incarnation, map[string]string{instanceNote: inst.Name, createdNote: inst.Name}, marked, nil
}
