package program

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// Rebuild sets every number that is derived from records to what they make, and returns what was wrong: balances, which rows and withdrawals make; counters
// of campaigns, what customers have spent and what teams have sold, which orders make. Where nothing is wrong it writes nothing and returns nothing. Each
// thing that was set right is told by an event "rebuilt".
//
// The programme needs it never; it is for what others did to the tables, such as a restore of some of them. It compares as Audit does, in one view, and adds
// the differences in one transaction: others may write meanwhile, unless the store's views are not of one instant. Two at once do not add them twice.
func (p *Program) Rebuild(ctx context.Context) ([]Finding, error) {
	var found []Finding // what may have been set right already
	for try := 1; ; try++ {
		a, err := p.audited(ctx)
		if err != nil || len(a.mends.found) == 0 {
			return found, err
		}
		err = p.store.Update(ctx, p.tenant, func(tx store.Tx) error {
			now := p.now()
			c := &call{shell: p.shell, ctx: ctx, tx: tx, at: now, token: p.config.NewID(), record: partner.Record{Recorded: now}}
			return c.mend(&a.mends, a.series)
		})
		again := errors.Is(err, store.ErrStale) || errors.Is(err, store.ErrUnknown)
		if !again || p.joined || try == attempts {
			return a.mends.found, err
		}
		if errors.Is(err, store.ErrUnknown) {
			found = a.mends.found
		}
	}
}

// rebuilder is the name of who rebuilds, whose number is how often that was done: what a view found wrong is added only if nobody has added it since.
const rebuilder = "rebuild"

// mends is what sets derived numbers right: differences, so that it does not matter what others add meanwhile.
type mends struct {
	rebuilt  int64 // how often it was done when the differences were found
	found    []Finding
	balances []settlement.Change
	counters []store.CounterChange
	spent    []store.Spend
	tallies  map[store.TallyKey]store.Tally
	orders   map[string][]commission.OrderID // by series: those that are counted wrong
}

func (a *audit) rebuilt() error {
	numbers, err := a.tx.Readers(a.ctx, []string{rebuilder})
	if err == nil {
		a.mends.rebuilt = numbers[0]
	}
	return err
}

func (m *mends) balance(b *settlement.Balance, x *expectation) {
	m.balances = append(m.balances, settlement.Change{
		Partner: b.Partner, Pending: missing(x.pending, b.Pending), Net: missing(x.net, missing(b.Available, b.Debt)), Withdrawing: missing(x.withdrawing, b.Withdrawing),
		Paid: missing(x.paid, b.Paid), Taxed: missing(x.taxed, b.Taxed), Fees: missing(x.fees, b.Fees),
	})
}

func (m *mends) tally(key store.TallyKey, by store.Tally) {
	if m.tallies == nil {
		m.tallies = map[store.TallyKey]store.Tally{}
	}
	m.tallies[key] = by
}

func (m *mends) count(s *series, id commission.OrderID) {
	if m.orders == nil {
		m.orders = map[string][]commission.OrderID{}
	}
	m.orders[s.id] = append(m.orders[s.id], id)
}

// missing is by how much a number has to change. Amounts of one subject have one currency and are within range: else the audit that found them has failed.
func missing(should, is money.Amount) money.Amount {
	by, _ := should.Sub(is)
	return by
}

// mend adds what is missing, unless somebody has done so since it was found.
func (c *call) mend(m *mends, counted []series) error {
	readers := []string{rebuilder}
	for i := range counted {
		readers = append(readers, counted[i].reader()) // "tally …", which comes after
	}
	locked, err := c.tx.LockReaders(c.ctx, readers)
	if err != nil {
		return err
	}
	if locked[0] != m.rebuilt {
		return store.ErrStale
	}
	if err := c.tx.ChangeCounters(c.ctx, m.counters); err != nil {
		return err
	}
	if _, err := c.tx.AddSpend(c.ctx, m.spent); err != nil {
		return err
	}
	if err := c.addTallies(m.tallies); err != nil {
		return err
	}
	for i := range counted {
		orders, err := c.tx.Orders(c.ctx, m.orders[counted[i].id])
		if err != nil {
			return err
		}
		if err := c.countSales(&counted[i], orders); err != nil {
			return err
		}
	}
	slices.SortFunc(m.balances, func(a, b settlement.Change) int {
		return cmp.Or(cmp.Compare(a.Partner, b.Partner), a.Currency().Cmp(b.Currency()))
	})
	if err := c.tx.ChangeBalances(c.ctx, m.balances); err != nil {
		return err
	}
	if err := c.tx.SaveReaders(c.ctx, []store.Reader{{Name: rebuilder, Number: m.rebuilt + 1}}); err != nil {
		return err
	}
	for _, f := range m.found {
		if err := c.emit("rebuilt", f.Subject, map[string]any{"was": f.Message}); err != nil {
			return err
		}
	}
	return c.tx.AppendEvents(c.ctx, c.events)
}
