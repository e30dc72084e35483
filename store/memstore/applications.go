package memstore

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

// LockApplications reads: one Update runs at a time.
func (t *tx) LockApplications(ctx context.Context, applicants []partner.ID) ([][]partner.Application, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	return t.ApplicationsOf(ctx, applicants)
}

func (t *tx) SaveApplications(ctx context.Context, applications []partner.Application) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, a := range applications {
		before := t.applications.values[a.ID]
		if a.Revision != before.Revision+1 {
			return store.ErrStale
		}
		if before.Revision == 0 {
			ids := t.applicants[a.Applicant]
			at, _ := slices.BinarySearch(ids, a.ID)
			put(t, t.applicants, a.Applicant, slices.Insert(slices.Clone(ids), at, a.ID))
		}
		t.applications.set(t, a.ID, a.Clone())
		if a.Decided() {
			t.undecided.unset(t, a.ID)
		} else {
			t.undecided.set(t, a.ID, true)
		}
	}
	return nil
}

func (t *tx) ApplicationsOf(ctx context.Context, applicants []partner.ID) ([][]partner.Application, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([][]partner.Application, len(applicants))
	for i, id := range applicants {
		out[i] = t.applicationsOf(t.applicants[id])
	}
	return out, nil
}

func (t *tx) Applications(ctx context.Context, ids []partner.ApplicationID) ([]partner.Application, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return t.applicationsOf(ids), nil
}

func (t *tx) applicationsOf(ids []partner.ApplicationID) []partner.Application {
	out := make([]partner.Application, len(ids))
	for i, id := range ids {
		out[i] = t.applications.values[id].Clone()
	}
	return out
}

func (t *tx) ScanApplications(ctx context.Context, after partner.ApplicationID, limit int) ([]partner.Application, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return t.applicationsOf(t.applications.after(after, limit)), nil
}

func (t *tx) OpenApplications(ctx context.Context, after partner.ApplicationID, limit int) ([]partner.Application, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return t.applicationsOf(t.undecided.after(after, limit)), nil
}
