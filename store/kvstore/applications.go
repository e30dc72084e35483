package kvstore

import (
	"context"

	"github.com/fenrun/fenrun/partner"
)

var applications = kind[partner.Application, partner.ApplicationID]{
	table:    "applications",
	id:       func(a *partner.Application) partner.ApplicationID { return a.ID },
	revision: func(a *partner.Application) int64 { return a.Revision },
	indexes: func(t *tx, a *partner.Application) []path {
		all := []path{t.applicationsOf(a.Applicant).text(string(a.ID))}
		if !a.Decided() {
			all = append(all, t.undecidedKey(a.ID))
		}
		return all
	},
}

func (t *tx) applicationsOf(applicant partner.ID) path {
	return t.at("applicants").text(string(applicant))
}

func (t *tx) undecidedKey(id partner.ApplicationID) path {
	return t.at("undecided applications").text(string(id))
}

// applicantHeadKey is of a record that changes with every application of somebody's.
func (t *tx) applicantHeadKey(applicant partner.ID) path {
	return t.at("applicant heads").text(string(applicant))
}

func (t *tx) LockApplications(ctx context.Context, applicants []partner.ID) ([][]partner.Application, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	if _, err := t.lock(ctx, keys(applicants, t.applicantHeadKey)); err != nil {
		return nil, err
	}
	return t.ApplicationsOf(ctx, applicants)
}

func (t *tx) SaveApplications(ctx context.Context, all []partner.Application) error {
	if err := applications.save(ctx, t, all, nil); err != nil {
		return err
	}
	for _, a := range all {
		if err := write(t, t.applicantHeadKey(a.Applicant), a.Applicant); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) ApplicationsOf(ctx context.Context, applicants []partner.ID) ([][]partner.Application, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return applications.eachOf(ctx, t, ranges(applicants, t.applicationsOf))
}

func (t *tx) Applications(ctx context.Context, ids []partner.ApplicationID) ([]partner.Application, error) {
	return applications.load(ctx, t, ids)
}

func (t *tx) ScanApplications(ctx context.Context, after partner.ApplicationID, limit int) ([]partner.Application, error) {
	return applications.scan(ctx, t, after, limit)
}

func (t *tx) OpenApplications(ctx context.Context, after partner.ApplicationID, limit int) ([]partner.Application, error) {
	return applications.of(ctx, t, t.at("undecided applications").page(t.undecidedKey(after), limit))
}
