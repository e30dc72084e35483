package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

func brokenForfeits() []broken {
	return []broken{
		{mistake: "forfeits are saved whatever their revision", open: with(func(tx store.Tx) store.Tx { return lastForfeitsWin{tx} }), killers: list(
			"forfeits/forfeits are saved with the revision above the stored one and any other is ErrStale", "forfeits/stale forfeits keep the others of their call from being saved")},
		{mistake: "forfeits are due a microsecond early", open: with(func(tx store.Tx) store.Tx { return earlyForfeits{tx} }), killers: list(
			"forfeits/forfeits are due at their Due, and not a microsecond before")},
		{mistake: "forfeits that are not due are", open: with(func(tx store.Tx) store.Tx { return allForfeitsDue{tx} }), killers: list(
			"forfeits/forfeits are due at their Due, and not a microsecond before", "forfeits/forfeits that are saved again are due by what they are now")},
		{mistake: "DueForfeits goes by id", open: with(func(tx store.Tx) store.Tx { return forfeitsByID{tx} }), killers: list(
			"forfeits/DueForfeits goes by Due, then id, at most limit of them, and leaves out what is to be skipped")},
		{mistake: "forfeits forget up to where rows were looked through", open: with(func(tx store.Tx) store.Tx { return unseen{tx} }), killers: list(
			"values/forfeits come back as they were, field by field")},
	}
}

type lastForfeitsWin struct{ store.Tx }

func (l lastForfeitsWin) SaveForfeits(ctx context.Context, forfeits []settlement.Forfeits) error {
	for _, f := range forfeits {
		stored, err := l.Tx.Forfeits(ctx, list(f.Partner))
		if err != nil {
			return err
		}
		f.Revision = stored[0].Revision + 1
		if err := l.Tx.SaveForfeits(ctx, list(f)); err != nil {
			return err
		}
	}
	return nil
}

type earlyForfeits struct{ store.Tx }

func (e earlyForfeits) DueForfeits(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	return e.Tx.DueForfeits(ctx, instant.Add(time.Microsecond), skip, limit)
}

type allForfeitsDue struct{ store.Tx }

func (a allForfeitsDue) DueForfeits(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	all, err := a.Tx.ScanForfeits(ctx, "", 1000)
	var partners []partner.ID
	for _, f := range all {
		if !f.Due.After(instant) && !slices.Contains(skip, f.Partner) && len(partners) < limit {
			partners = append(partners, f.Partner)
		}
	}
	return partners, err
}

type forfeitsByID struct{ store.Tx }

func (f forfeitsByID) DueForfeits(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	partners, err := f.Tx.DueForfeits(ctx, instant, skip, 1000)
	slices.Sort(partners)
	return partners[:min(len(partners), max(limit, 0))], err
}

type unseen struct{ store.Tx }

func (u unseen) SaveForfeits(ctx context.Context, forfeits []settlement.Forfeits) error {
	bare := slices.Clone(forfeits)
	for i := range bare {
		bare[i].Seen = settlement.Place{}
	}
	return u.Tx.SaveForfeits(ctx, bare)
}
