package program

import (
	"maps"
	"slices"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// seriesToAudit returns the series that are counted and have counted every event that there is: of which it can be said what they should come to.
func (a *audit) seriesToAudit(now time.Time) ([]series, error) {
	all, err := a.countedSeries(now)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	waiting, err := a.tx.UnnumberedEvents(a.ctx, "", 1)
	if err != nil || len(waiting) > 0 {
		return nil, err
	}
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].reader()
	}
	read, err := a.tx.Readers(a.ctx, names)
	if err != nil {
		return nil, err
	}
	left, err := a.tx.Events(a.ctx, slices.Min(read), 1)
	if len(left) > 0 {
		return nil, err
	}
	return all, err
}

// counted compares what was counted of orders with what they come to. For whom it was counted was decided then: what is told later of those above the seller
// changes nothing.
func (a *audit) counted(orders []settlement.Order) error {
	for i := range a.series {
		s := &a.series[i]
		keys := make([]store.CountedKey, len(orders))
		for k := range orders {
			keys[k] = store.CountedKey{Series: s.id, Order: orders[k].ID}
		}
		counted, err := a.tx.Counted(a.ctx, keys)
		if err != nil {
			return err
		}
		for k := range orders {
			x, err := s.comesTo(&orders[k])
			if err != nil {
				return err
			}
			if a.derived(x.sameAs(counted[k]), "I12", string(orders[k].ID), "counted %s and %d of it for the team of %q, it comes to %s and %d for that of %q",
				counted[k].Amount, counted[k].Number, counted[k].Seller, x.Amount, x.Number, x.Seller) {
				a.mends.count(s, orders[k].ID)
			}
			if whom := counted[k].Partners; len(whom) > 0 {
				first := slices.Index(whom, counted[k].Seller) == 0
				a.check(first != (s.metric.Scope == partner.Direct), "I12", string(orders[k].ID), "counted for %q, of scope %q of its seller %q", whom, s.metric.Scope, counted[k].Seller)
			}
		}
	}
	return nil
}

// tallies compares every sum with what was counted of orders.
func (a *audit) tallies() error {
	sums := map[store.TallyKey]store.Tally{}
	err := pages(a.ctx, a.tx.ScanCounted, func(x *store.Counted) store.CountedKey { return x.CountedKey }, func(page []store.Counted) error {
		for _, x := range page {
			if err := addCounted(sums, x, false); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	check := func(t store.Tally) {
		sum := sums[t.TallyKey]
		same := sum.Amount.Units() == t.Amount.Units() && sum.Number == t.Number
		if a.derived(same, "I12", string(t.Partner), "his team sold %s and %d on %s, its orders come to %s and %d",
			t.Amount, t.Number, startOf(t.Day).Format(time.DateOnly), sum.Amount, sum.Number) {
			a.mends.tally(t.TallyKey, store.Tally{Amount: missing(sum.Amount, t.Amount), Number: sum.Number - t.Number})
		}
		delete(sums, t.TallyKey)
	}
	err = pages(a.ctx, a.tx.ScanTallies, func(t *store.Tally) store.TallyKey { return t.TallyKey }, func(page []store.Tally) error {
		for _, t := range page {
			check(t)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range slices.SortedFunc(maps.Keys(sums), compareTallies) {
		check(store.Tally{TallyKey: key})
	}
	return nil
}
