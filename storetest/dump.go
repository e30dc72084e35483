package storetest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// dumpPage is how many records a dump reads at a time.
const dumpPage = 500

// Dump returns everything that the tenants have (none: the default tenant) as text: a line a record, sorted, each with its kind and its content as
// canonical JSON. Equal content gives equal bytes, in any store. It reads each tenant in one View. Facts, edges and balances are those of everybody whom
// a partner's, a customer's, a row's or a withdrawal's record names, edges those of the trees that a stored plan names; no method of the contract finds
// others.
func Dump(ctx context.Context, st store.Store, tenants ...store.Tenant) ([]byte, error) {
	if len(tenants) == 0 {
		tenants = []store.Tenant{""}
	}
	var out bytes.Buffer
	for _, tenant := range tenants {
		err := st.View(ctx, tenant, func(tx store.Tx) error {
			text, err := dumpTenant(ctx, tx)
			fmt.Fprintf(&out, "tenant %q\n%s", tenant, text)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// dumpTenant is what Dump says of the tenant of a transaction.
func dumpTenant(ctx context.Context, tx store.Tx) ([]byte, error) {
	d := &dumper{ctx: ctx, tx: tx, people: map[partner.ID]bool{}, buyers: map[partner.Customer]bool{}, rows: map[rowKey]settlement.Row{}, series: map[string]bool{}}
	steps := []func() error{
		d.partners, d.applications, d.customers, d.plans, d.orders, d.counters, d.settled, d.runs, d.grants, d.forfeits, d.withdrawals, d.queued, d.tallies, d.everybody, d.ledger, d.claims, d.events, d.readers,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return d.out.Bytes(), nil
}

type dumper struct {
	ctx    context.Context
	tx     store.Tx
	out    bytes.Buffer
	people map[partner.ID]bool       // everybody who is named anywhere
	trees  []partner.Tree            // that of recruiters, and those that plans name
	buyers map[partner.Customer]bool // everybody who has bought something
	rows   map[rowKey]settlement.Row
	series map[string]bool // those of what teams sold
}

type rowKey struct {
	source   settlement.Source
	payee    partner.ID
	currency money.Currency
	revision int64
}

func (d *dumper) line(kind string, record any) error {
	text, err := canonical(record)
	if err == nil {
		fmt.Fprintf(&d.out, "%s %s\n", kind, text)
	}
	return err
}

// lines writes a line for each record.
func lines[R any](d *dumper, kind string, records []R) error {
	for _, r := range records {
		if err := d.line(kind, r); err != nil {
			return err
		}
	}
	return nil
}

// each calls visit with every page of a scan.
func each[A, R any](d *dumper, method func(context.Context, A, int) ([]R, error), place func(R) A, visit func([]R) error) error {
	var after A
	for {
		page, err := method(d.ctx, after, dumpPage)
		if err != nil || len(page) == 0 {
			return err
		}
		if err := visit(page); err != nil {
			return err
		}
		after = place(page[len(page)-1])
	}
}

func (d *dumper) partners() error {
	return each(d, d.tx.ScanPartners, func(p partner.Partner) partner.ID { return p.ID }, func(page []partner.Partner) error {
		for _, p := range page {
			d.people[p.ID] = true
		}
		return lines(d, "partner", page)
	})
}

func (d *dumper) applications() error {
	return each(d, d.tx.ScanApplications, applicationPlace, func(page []partner.Application) error {
		for _, a := range page {
			d.people[a.Applicant] = true
		}
		return lines(d, "application", page)
	})
}

func (d *dumper) customers() error {
	return each(d, d.tx.ScanCustomers, func(s store.Spend) partner.Customer { return s.Customer }, func(page []store.Spend) error {
		customers := make([]partner.Customer, len(page))
		for i, s := range page {
			customers[i] = s.Customer
			d.people[partner.ID(s.Customer)] = true
		}
		attempts, err := d.tx.Bindings(d.ctx, customers)
		if err != nil {
			return err
		}
		for i, s := range page {
			for _, b := range attempts[i] {
				d.people[b.Owner] = true
			}
			s.Amount = bare(s.Amount)
			if err := d.line("customer", s); err != nil {
				return err
			}
			if err := lines(d, "binding", attempts[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *dumper) plans() error {
	plans, err := d.tx.Plans(d.ctx, 1)
	if err != nil {
		return err
	}
	d.trees = treesOf(plans)
	return lines(d, "plan", plans)
}

func (d *dumper) orders() error {
	return each(d, d.tx.ScanOrders, func(o settlement.Order) commission.OrderID { return o.ID }, func(page []settlement.Order) error {
		sources := make([]settlement.Source, len(page))
		for i, o := range page {
			sources[i] = settlement.OfOrder(o.ID)
		}
		rows, err := d.tx.Rows(d.ctx, sources)
		if err != nil {
			return err
		}
		for _, of := range rows {
			d.keep(of)
		}
		for _, o := range page {
			d.buyers[o.Customer] = true
		}
		return lines(d, "order", page)
	})
}

// settled writes who has settled orders, and the one that was released first.
func (d *dumper) settled() error {
	customers := slices.Sorted(maps.Keys(d.buyers))
	orders, err := d.tx.SettledOrders(d.ctx, customers)
	if err != nil {
		return err
	}
	for i, o := range orders {
		if o.ID != "" {
			if err := d.line("settled", []string{string(customers[i]), string(o.ID)}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *dumper) runs() error {
	return each(d, d.tx.ScanRuns, func(r settlement.Run) settlement.RunID { return r.ID }, func(page []settlement.Run) error {
		for i := range page {
			rows, err := d.tx.Rows(d.ctx, page[i].Sources())
			if err != nil {
				return err
			}
			for _, of := range rows {
				d.keep(of)
			}
		}
		return lines(d, "run", page)
	})
}

func (d *dumper) grants() error {
	return each(d, d.tx.ScanGrants, func(g settlement.Grants) partner.ID { return g.User }, func(page []settlement.Grants) error {
		sources := make([]settlement.Source, len(page))
		for i, g := range page {
			d.people[g.User] = true
			sources[i] = settlement.OfGrants(g.User)
		}
		rows, err := d.tx.Rows(d.ctx, sources)
		if err != nil {
			return err
		}
		for _, of := range rows {
			d.keep(of)
		}
		return lines(d, "grants", page)
	})
}

func (d *dumper) forfeits() error {
	return each(d, d.tx.ScanForfeits, func(f settlement.Forfeits) partner.ID { return f.Partner }, func(page []settlement.Forfeits) error {
		for _, f := range page {
			d.people[f.Partner] = true
		}
		return lines(d, "forfeits", page)
	})
}

func (d *dumper) counters() error {
	return each(d, d.tx.ScanCounters, func(c store.Counter) store.CounterKey { return c.CounterKey },
		func(page []store.Counter) error { return lines(d, "counter", page) })
}

func (d *dumper) keep(rows []settlement.Row) {
	for _, r := range rows {
		d.people[r.Payee] = true
		d.rows[rowKey{r.Source, r.Payee, r.Amount.Currency(), r.Revision}] = r
	}
}

func (d *dumper) withdrawals() error {
	return each(d, d.tx.ScanWithdrawals, func(w settlement.Withdrawal) settlement.WithdrawalID { return w.ID }, func(page []settlement.Withdrawal) error {
		for _, w := range page {
			d.people[w.Partner] = true
		}
		return lines(d, "withdrawal", page)
	})
}

// everybody writes what hangs on people: facts, edges and balances, and keeps the rows of each.
func (d *dumper) everybody() error {
	ids := slices.Sorted(maps.Keys(d.people))
	facts, err := d.tx.Facts(d.ctx, ids)
	if err != nil {
		return err
	}
	edges := map[partner.Tree][][]tree.Edge{}
	for _, name := range d.trees {
		if edges[name], err = d.tx.Edges(d.ctx, edgesIn(name, ids...)); err != nil {
			return err
		}
	}
	balances, err := d.tx.Balances(d.ctx, ids)
	if err != nil {
		return err
	}
	for i, id := range ids {
		if err := lines(d, "fact", facts[i]); err != nil {
			return err
		}
		for _, name := range d.trees {
			if err := lines(d, "edge", edges[name][i]); err != nil {
				return err
			}
		}
		for _, b := range balances[i] {
			if err := d.line("balance", plainBalance(b)); err != nil {
				return err
			}
		}
		err := each(d, func(ctx context.Context, after store.RowCursor, limit int) ([]settlement.Row, error) {
			return d.tx.PartnerRows(ctx, id, after, limit)
		}, program.CursorOf, func(page []settlement.Row) error { d.keep(page); return nil })
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *dumper) ledger() error {
	rows := slices.SortedFunc(maps.Values(d.rows), func(a, b settlement.Row) int {
		return cmp.Or(cmp.Compare(a.Source.Kind, b.Source.Kind), cmp.Compare(a.Source.ID, b.Source.ID), cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Payee, b.Payee),
			a.Amount.Currency().Cmp(b.Amount.Currency()))
	})
	return lines(d, "row", rows)
}

func (d *dumper) claims() error {
	return each(d, d.tx.ScanClaims, func(c store.Claim) store.ClaimKey { return c.ClaimKey }, func(page []store.Claim) error { return lines(d, "claim", page) })
}

func (d *dumper) events() error {
	write := func(page []store.Event) error { return lines(d, "event", page) }
	if err := each(d, d.tx.Events, func(e store.Event) int64 { return e.Number }, write); err != nil {
		return err
	}
	return each(d, d.tx.UnnumberedEvents, func(e store.Event) string { return e.ID }, write)
}

// readers writes how far those who read events have come: the programme's own, and those of the suite.
func (d *dumper) readers() error {
	names := []string{"reached", "r-1", "r-2"}
	for _, series := range slices.Sorted(maps.Keys(d.series)) {
		names = append(names, "tally "+series, "tallied "+series)
	}
	numbers, err := d.tx.Readers(d.ctx, names)
	if err != nil {
		return err
	}
	for i, n := range numbers {
		if n > 0 {
			if err := d.line("reader", store.Reader{Name: names[i], Number: n}); err != nil {
				return err
			}
		}
	}
	return nil
}

// bare is an amount without its currency where it is 0: a sum of nothing may have one or none.
func bare(a money.Amount) money.Amount {
	if a.IsZero() {
		return money.Amount{}
	}
	return a
}

// plainBalance is a balance whose zeros are bare.
func plainBalance(b settlement.Balance) settlement.Balance {
	for _, a := range []*money.Amount{&b.Pending, &b.Available, &b.Withdrawing, &b.Paid, &b.Taxed, &b.Fees, &b.Debt} {
		*a = bare(*a)
	}
	return b
}
