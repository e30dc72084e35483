package program

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// tally counts by one batch of events what teams have sold, for every series that a plan asks for. An order counts for those who stand above its seller as of
// its payment, by what is known when it is first counted: a later move takes nothing along. What was counted of each order is kept, so that it changes sums
// by the difference to what it comes to now, and counting again changes nothing. A series that no plan asked for before counts from the first event on, and
// is known once it has come to the last.
func (r *dueRun) tally(ctx context.Context) (more bool, err error) {
	err = r.store.Update(ctx, r.tenant, func(tx store.Tx) error {
		more = false
		c := r.call(ctx, tx)
		all, err := c.countedSeries(c.edgeFrom())
		if err != nil || len(all) == 0 {
			return err
		}
		names := make([]string, 2*len(all))
		for i := range all {
			names[i], names[len(all)+i] = all[i].reader(), all[i].caughtUp()
		}
		locked, err := tx.LockReaders(ctx, names)
		if err != nil {
			return err
		}
		read, caughtUp := locked[:len(all)], locked[len(all):]
		last := slices.Min(read)
		events, err := tx.Events(ctx, last, r.config.Batch)
		if err != nil {
			return err
		}
		if len(events) > 0 {
			last = events[len(events)-1].Number
		}
		more = len(events) == r.config.Batch
		orders, err := c.ordersCounted(events)
		if err != nil {
			return err
		}
		var readers []store.Reader
		for i := range all {
			if read[i] < last {
				if err := c.countSales(&all[i], orders); err != nil {
					return err
				}
				readers = append(readers, store.Reader{Name: names[i], Number: last})
			}
			if !more && caughtUp[i] < last {
				readers = append(readers, store.Reader{Name: names[len(all)+i], Number: last})
			}
		}
		slices.SortFunc(readers, func(a, b store.Reader) int { return strings.Compare(a.Name, b.Name) })
		return tx.SaveReaders(ctx, readers)
	})
	return more, err
}

// ordersCounted reads the orders of events that can change what they come to, each once, in order of id.
func (c *call) ordersCounted(events []store.Event) ([]settlement.Order, error) {
	var ids []commission.OrderID
	for _, e := range events {
		if counts(e) {
			ids = append(ids, commission.OrderID(e.Subject))
		}
	}
	slices.Sort(ids)
	return c.tx.Orders(c.ctx, slices.Compact(ids))
}

// countSales counts orders as they are now in a series.
func (c *call) countSales(s *series, orders []settlement.Order) error {
	keys := make([]store.CountedKey, len(orders))
	for i := range orders {
		keys[i] = store.CountedKey{Series: s.id, Order: orders[i].ID}
	}
	before, err := c.tx.Counted(c.ctx, keys)
	if err != nil {
		return err
	}
	changes := map[store.TallyKey]store.Tally{}
	var written []store.Counted
	var sold []*settlement.Order // those of which it must be found for whom they count
	var at []int                 // where in written each of them is
	for i := range orders {
		after, err := s.comesTo(&orders[i])
		if err != nil {
			return err
		}
		if after.sameAs(before[i]) {
			continue
		}
		if after.Seller == before[i].Seller {
			after.Partners = before[i].Partners
		} else if after.Seller != "" {
			sold, at = append(sold, &orders[i]), append(at, len(written))
		}
		if err := addCounted(changes, before[i], true); err != nil {
			return err
		}
		written = append(written, after.Counted)
	}
	lines, err := c.countFor(s, sold)
	if err != nil {
		return err
	}
	for i, line := range lines {
		written[at[i]].Partners = line
	}
	for _, w := range written {
		if err := addCounted(changes, w, false); err != nil {
			return err
		}
	}
	if err := c.tx.SaveCounted(c.ctx, written); err != nil {
		return err
	}
	return c.addTallies(changes)
}

// comingTo is what an order comes to in a series.
type comingTo struct{ store.Counted }

// comesTo returns what an order comes to in the series, without for whom: nothing, and nobody's, where it does not count.
func (s *series) comesTo(o *settlement.Order) (comingTo, error) {
	x := comingTo{store.Counted{CountedKey: store.CountedKey{Series: s.id, Order: o.ID}, PaidAt: o.PaidAt, Amount: s.currency.Minor(0)}}
	if o.Came(s.metric.Node).IsZero() || o.Attributed.Partner == "" {
		return x, nil
	}
	value, counts, err := o.Measure(s.metric, s.currency)
	if err != nil {
		return x, err
	}
	x.Seller = o.Attributed.Partner
	if !counts {
		return x, nil
	}
	if s.metric.Unit() == partner.Money {
		x.Amount = value.Amount
	} else {
		x.Number = value.Number
	}
	return x, nil
}

// sameAs reports whether nothing changes by counting it instead of what was counted before. What comes to nothing and never came to anything is not counted.
func (x comingTo) sameAs(before store.Counted) bool {
	nothing := x.Amount.IsZero() && x.Number == 0
	return nothing && before.Seller == "" || x.Seller == before.Seller && x.Amount.Units() == before.Amount.Units() && x.Number == before.Number
}

// addCounted adds what was counted of an order to sums, or takes it back.
func addCounted(sums map[store.TallyKey]store.Tally, x store.Counted, back bool) error {
	amount, number := x.Amount, x.Number
	if back {
		amount, number = amount.Neg(), -number
	}
	for _, id := range x.Partners {
		key := store.TallyKey{Series: x.Series, Partner: id, Day: dayOf(x.PaidAt)}
		sum := sums[key]
		var err error
		if sum.Amount, err = sum.Amount.Add(amount); err != nil {
			return err
		}
		sum.TallyKey, sum.Number = key, sum.Number+number
		sums[key] = sum
	}
	return nil
}

// addTallies adds to sums.
func (c *call) addTallies(changes map[store.TallyKey]store.Tally) error {
	var keys []store.TallyKey
	for key, change := range changes {
		if !change.Amount.IsZero() || change.Number != 0 {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, compareTallies)
	sums, err := c.tx.Tallies(c.ctx, keys)
	if err != nil {
		return err
	}
	for i, key := range keys {
		sums[i].TallyKey = key
		sums[i].Number += changes[key].Number
		if sums[i].Amount, err = sums[i].Amount.Add(changes[key].Amount); err != nil {
			return err
		}
	}
	return c.tx.SaveTallies(c.ctx, sums)
}

func compareTallies(a, b store.TallyKey) int {
	return cmp.Or(cmp.Compare(a.Series, b.Series), cmp.Compare(a.Partner, b.Partner), cmp.Compare(a.Day, b.Day))
}

// countFor returns for whom orders count in a series: those of the line above each seller, he first, to whose scope he belongs as of the payment. Who leads is
// said by the plan that judged the order.
func (c *call) countFor(s *series, orders []*settlement.Order) ([][]partner.ID, error) {
	queries := make([]store.UplineQuery, len(orders))
	for i, o := range orders {
		queries[i] = store.UplineQuery{Start: o.Attributed.Partner, At: o.PaidAt}
		if s.metric.Scope == partner.Direct {
			queries[i].Depth = 2
		}
	}
	lines, err := c.tx.Uplines(c.ctx, queries)
	if err != nil {
		return nil, err
	}
	for i, line := range lines {
		switch s.metric.Scope {
		case partner.Direct:
			lines[i] = line[min(1, len(line)):]
		case partner.UntilLeader:
			if lines[i], err = c.untilLeader(line, orders[i]); err != nil {
				return nil, err
			}
		}
	}
	return lines, nil
}

// untilLeader returns the line up to the first leader in it, whose team it is.
func (c *call) untilLeader(line []partner.ID, o *settlement.Order) ([]partner.ID, error) {
	v, err := c.planOf(o.Plan)
	if err != nil {
		return nil, err
	}
	facts, err := c.tx.Facts(c.ctx, line)
	if err != nil {
		return nil, err
	}
	for i := range line {
		if v.plan.Levels.Leads(partner.At(facts[i], o.PaidAt).Level) {
			return line[:i+1], nil
		}
	}
	return line, nil
}
