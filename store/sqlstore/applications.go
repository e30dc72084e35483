package sqlstore

import (
	"context"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

func scanApplication(scan func(...any) error) (partner.Application, error) {
	var a partner.Application
	var id, applicant, text string
	var revision, open, format int64
	if err := scan(&id, &applicant, &revision, &open, &format, &text); err != nil {
		return a, err
	}
	return a, read(format, text, &a)
}

// LockApplications locks the applicants, beside the applications that they have.
func (t *tx) LockApplications(ctx context.Context, applicants []partner.ID) ([][]partner.Application, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	ids := make([]string, len(applicants))
	for i, id := range applicants {
		ids[i] = string(id)
	}
	if _, err := t.head(ctx, "applications", ids); err != nil {
		return nil, err
	}
	return t.applicationsOf(ctx, applicants, true)
}

func (t *tx) SaveApplications(ctx context.Context, applications []partner.Application) error {
	if err := t.writes(ctx); err != nil || len(applications) == 0 {
		return err
	}
	ids, applicants := make([]partner.ApplicationID, len(applications)), make([]string, len(applications))
	for i, a := range applications {
		ids[i], applicants[i] = a.ID, string(a.Applicant)
	}
	if _, err := t.head(ctx, "applications", applicants); err != nil {
		return err
	}
	stored, err := t.findApplications(ctx, ids, true)
	if err != nil {
		return err
	}
	last := map[string][]any{}
	for _, a := range applications {
		if a.Revision != stored[a.ID].Revision+1 {
			return store.ErrStale
		}
		stored[a.ID] = a
		text, err := document(a)
		if err != nil {
			return err
		}
		key := []any{string(a.ID)}
		last[keyText(key)] = append(key, string(a.Applicant), a.Revision, flag(!a.Decided()), currentFormat, text)
	}
	t.wrote = true
	return t.insert(ctx, &applicationsTable, latest(singles(ids), last), upsert)
}

func (t *tx) findApplications(ctx context.Context, ids []partner.ApplicationID, lock bool) (map[partner.ApplicationID]partner.Application, error) {
	found := map[partner.ApplicationID]partner.Application{}
	err := t.selecting(ctx, &applicationsTable, sortedKeys(singles(ids)), lock, func(scan func(...any) error) error {
		a, err := scanApplication(scan)
		found[a.ID] = a
		return err
	})
	return found, err
}

func (t *tx) ApplicationsOf(ctx context.Context, applicants []partner.ID) ([][]partner.Application, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return t.applicationsOf(ctx, applicants, false)
}

func (t *tx) applicationsOf(ctx context.Context, applicants []partner.ID, lock bool) ([][]partner.Application, error) {
	found := map[partner.ID][]partner.Application{}
	err := t.owned(ctx, &applicationsTable, applicationsTable.rest[:1], singles(applicants), "id", lock, func(scan func(...any) error) error {
		a, err := scanApplication(scan)
		found[a.Applicant] = append(found[a.Applicant], a)
		return err
	})
	out := inOrder(applicants, found)
	for i := range out {
		out[i] = clones(append([]partner.Application(nil), out[i]...))
	}
	return out, err
}

func (t *tx) Applications(ctx context.Context, ids []partner.ApplicationID) ([]partner.Application, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found, err := t.findApplications(ctx, ids, false)
	return clones(inOrder(ids, found)), err
}

func (t *tx) ScanApplications(ctx context.Context, after partner.ApplicationID, limit int) ([]partner.Application, error) {
	return t.scanApplications(ctx, "", after, limit)
}

func (t *tx) OpenApplications(ctx context.Context, after partner.ApplicationID, limit int) ([]partner.Application, error) {
	return t.scanApplications(ctx, " AND undecided = 1", after, limit)
}

func (t *tx) scanApplications(ctx context.Context, where string, after partner.ApplicationID, limit int) ([]partner.Application, error) {
	var out []partner.Application
	err := t.scanning(ctx, &applicationsTable, where, []any{string(after)}, limit, func(scan func(...any) error) error {
		a, err := scanApplication(scan)
		out = append(out, a)
		return err
	})
	return out, err
}
