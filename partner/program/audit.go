package program

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// Report is what an audit found.
type Report struct {
	Checks   int       // how many comparisons were made
	Broken   []Finding // those that failed
	Orders   int
	Runs     int // period runs
	Grants   int // one-off bonuses
	Rows     int
	Partners int
}

// Finding is one broken rule.
type Finding struct {
	Invariant string // "I1" …: see Audit
	Subject   string // the id of what it was found on
	Message   string
}

// String returns "invariant subject: message".
func (f Finding) String() string { return fmt.Sprintf("%s %s: %s", f.Invariant, f.Subject, f.Message) }

// OK reports whether nothing is broken.
func (r Report) OK() bool { return len(r.Broken) == 0 }

// String says it in one line, or a line a finding.
func (r Report) String() string {
	if r.OK() {
		return fmt.Sprintf("entries and balances agree: %d checks on %d orders, %d rows and %d partners", r.Checks, r.Orders, r.Rows, r.Partners)
	}
	lines := make([]string, 0, len(r.Broken)+1)
	lines = append(lines, fmt.Sprintf("%d of %d checks failed:", len(r.Broken), r.Checks))
	for _, f := range r.Broken {
		lines = append(lines, "  "+f.String())
	}
	return strings.Join(lines, "\n")
}

// Audit reads everything and compares it with itself, writing nothing:
//
//	I1   the rows of an order, of a committed run or of a user's one-off bonuses sum to what stands on it, and a row's entries to the row
//	I2   earned = pending + available + withdrawing + paid + taxed + fees − debt, per partner and currency, against the sum of his rows
//	I3   nothing is below 0 but what losses may bring; available and debt are never both above 0
//	I6   what stands on an order is what its frozen terms pay on what is left of it; a one-off bonus stands if the user has a settled order,
//	     or gets it himself; who has forfeited what an order pays him has nothing of it
//	I8   net + tax + fee = gross for every withdrawal that was paid
//	I9   withdrawing is the sum of open withdrawals, which are of cash
//	I10  nothing is released before its time, and all rows of a released order or part of a run are
//	I12  every balance is what its rows and withdrawals make, every counter of a campaign what the orders use of it, what a customer has spent and
//	     teams have sold what the orders come to ([Program.Rebuild] sets these right); every one-off bonus is what the plan gives for it, once, and none is
//	     missing
//	I13  nobody stands above himself
//	I14  the entries of a line are together not above its cap
func (p *Program) Audit(ctx context.Context) (Report, error) {
	a, err := p.audited(ctx)
	return a.report, err
}

// audited checks everything, as of one instant where the store can.
func (s *shell) audited(ctx context.Context) (*audit, error) {
	a := &audit{}
	err := s.view(ctx, func(tx store.Tx) error {
		*a = audit{
			call: &call{shell: s, ctx: ctx, tx: tx}, expected: map[account]*expectation{}, uses: map[store.CounterKey]money.Amount{},
			spends: map[partner.Customer]money.Amount{},
		}
		var err error
		if a.series, err = a.seriesToAudit(s.now()); err != nil {
			return err
		}
		for _, step := range []func() error{a.rebuilt, a.orders, a.counters, a.spent, a.tallies, a.runs, a.grants, a.withdrawals, a.balances} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	return a, err
}

type audit struct {
	*call
	report   Report
	mends    mends
	expected map[account]*expectation
	uses     map[store.CounterKey]money.Amount // what the orders use of campaigns
	spends   map[partner.Customer]money.Amount // what customers have spent on the orders
	series   []series                          // of what teams sold: those that have counted everything
}

// expectation is what a partner's rows and withdrawals make in one currency.
type expectation struct {
	earned, pending, net, withdrawing, paid, taxed, fees money.Amount
	losses                                               bool
}

func (a *audit) of(of account) *expectation {
	if a.expected[of] == nil {
		a.expected[of] = &expectation{}
	}
	return a.expected[of]
}

// check counts a comparison and keeps it if it failed.
func (a *audit) check(ok bool, invariant, subject, format string, args ...any) {
	a.report.Checks++
	if !ok {
		a.report.Broken = append(a.report.Broken, Finding{Invariant: invariant, Subject: subject, Message: fmt.Sprintf(format, args...)})
	}
}

// sum adds to *to, which an audit of records that the library wrote cannot exceed; where it does the sum shows as a difference.
// derived checks a number that is derived from records, and reports whether it has to be set right.
func (a *audit) derived(ok bool, invariant, subject, format string, args ...any) (wrong bool) {
	a.check(ok, invariant, subject, format, args...)
	if !ok {
		a.mends.found = append(a.mends.found, a.report.Broken[len(a.report.Broken)-1])
	}
	return !ok
}

func sum(to *money.Amount, by money.Amount) { *to, _ = to.Add(by) }

func (a *audit) orders() error {
	return pages(a.ctx, a.tx.ScanOrders, func(o *settlement.Order) commission.OrderID { return o.ID }, func(orders []settlement.Order) error {
		sources := make([]settlement.Source, len(orders))
		for i, o := range orders {
			sources[i] = settlement.OfOrder(o.ID)
		}
		rows, err := a.tx.Rows(a.ctx, sources)
		if err != nil {
			return err
		}
		for i := range orders {
			if err := a.order(&orders[i], rows[i]); err != nil {
				return err
			}
		}
		return a.counted(orders)
	})
}

func (a *audit) order(o *settlement.Order, rows []settlement.Row) error {
	if !o.Posted {
		a.check(len(rows) == 0, "I1", string(o.ID), "%d rows for an order that is not posted", len(rows))
		return nil
	}
	a.report.Orders++
	v, err := a.planOf(o.Plan)
	if err != nil {
		return err
	}
	if err := a.shortfalls(o, v.plan.Settlement); err != nil {
		return err
	}
	if err := a.forfeitsOfOrder(o, rows); err != nil {
		return err
	}
	in := map[money.Currency][]commission.Entry{}
	for i := range rows {
		row := &rows[i]
		a.row(string(o.ID), row)
		a.check(row.Released.IsZero() == o.Released.IsZero(), "I10", string(o.ID), "row %d of %s is not released with its order", row.Revision, row.Payee)
		in[row.Amount.Currency()] = append(in[row.Amount.Currency()], row.Entries...)
		a.expect(row)
	}
	a.use(o, v)
	if err := a.spend(o, v); err != nil {
		return err
	}
	early := !o.Released.IsZero() && (o.ReleaseAt.IsZero() || o.Released.Before(o.ReleaseAt))
	a.check(!early, "I10", string(o.ID), "released at %s, due at %s", o.Released.Format(time.RFC3339), o.ReleaseAt.Format(time.RFC3339))
	paid := []paidPart{{o.Total, &o.Frozen, o.Returned, v.calc}}
	for i := range o.Assets {
		x := &o.Assets[i]
		asset := v.assetFor(x.Total.Currency())
		if asset == nil {
			a.check(false, "I1", string(o.ID), "it pays %s, which plan version %d does not", x.Total.Currency(), o.Plan)
			continue
		}
		returned, err := asset.Returned(o.Returned)
		if err != nil {
			return err
		}
		paid = append(paid, paidPart{x.Total, &x.Frozen, returned, asset.Calculator})
	}
	for _, p := range paid {
		if err := a.part(o, p, in[p.total.Currency()]); err != nil {
			return err
		}
		delete(in, p.total.Currency())
	}
	for _, currency := range slices.SortedFunc(maps.Keys(in), money.Currency.Cmp) {
		a.check(false, "I1", string(o.ID), "rows of %s, which it does not pay", currency)
	}
	return nil
}

// paidPart is what an order pays in one currency.
type paidPart struct {
	total    money.Amount
	frozen   *commission.Frozen
	returned []commission.Returned
	calc     *commission.Calculator
}

// part compares what stands on an order in one currency with its total, with its frozen terms and with its caps.
func (a *audit) part(o *settlement.Order, p paidPart, standing []commission.Entry) error {
	var total money.Amount
	losses := p.calc.Plan().Base == commission.Profit && p.calc.Plan().Loss == commission.Signed
	for i := range standing {
		sum(&total, standing[i].Amount)
		x := a.of(account{standing[i].Payee, p.total.Currency()})
		x.losses = x.losses || losses
	}
	a.check(total.Units() == p.total.Units(), "I1", string(o.ID), "rows sum to %s, the order has %s", total, p.total)
	return a.target(o, p, standing)
}

// row compares a row with its entries.
func (a *audit) row(subject string, row *settlement.Row) {
	a.report.Rows++
	var entries money.Amount
	for _, e := range row.Entries {
		sum(&entries, e.Amount)
		a.check(e.Payee == row.Payee, "I1", subject, "an entry of %s in a row of %s", e.Payee, row.Payee)
	}
	a.check(entries.Units() == row.Amount.Units(), "I1", subject, "entries of %s sum to %s, the row has %s", row.Payee, entries, row.Amount)
}

// target compares what stands on an order with what its frozen terms pay on what is left of it, and the order and each line with its cap.
func (a *audit) target(o *settlement.Order, p paidPart, standing []commission.Entry) error {
	target, err := p.calc.Target(*p.frozen, p.returned, nil)
	if err != nil {
		return err
	}
	difference, err := commission.Difference(standing, target)
	if err != nil {
		return err
	}
	a.check(len(difference) == 0, "I6", string(o.ID), "%d entries differ from what is left of the order", len(difference))
	if p.frozen == &o.Frozen { // campaigns of assets are not counted
		a.usesOf(o, target.Uses())
	}
	lines := map[commission.LineID]money.Amount{}
	for _, e := range standing {
		total := lines[e.Line]
		sum(&total, e.Amount)
		lines[e.Line] = total
	}
	for i := range p.frozen.Lines {
		line := &p.frozen.Lines[i]
		limit, err := p.calc.CapOf(line, p.returned[i])
		if err != nil {
			return err
		}
		a.check(lines[line.ID].Units().Cmp(limit.Units()) <= 0, "I14", string(o.ID), "line %s pays %s, its cap is %s", line.ID, lines[line.ID], limit)
	}
	if !p.calc.Plan().OrderCap.IsSet() {
		return nil // the lines' caps say it
	}
	var total money.Amount
	for _, e := range standing {
		sum(&total, e.Amount)
	}
	limit, err := p.calc.OrderCapOf(p.frozen, p.returned)
	if err != nil {
		return err
	}
	a.check(total.Units().Cmp(limit.Units()) <= 0, "I14", string(o.ID), "the order pays %s, its cap is %s", total, limit)
	return nil
}

// expect adds a row to what its payee should have.
func (a *audit) expect(row *settlement.Row) {
	x := a.of(accountOf(row))
	sum(&x.earned, row.Amount)
	if row.Released.IsZero() {
		sum(&x.pending, row.Amount)
	} else {
		sum(&x.net, row.Amount)
	}
}

func (a *audit) withdrawals() error {
	cash, err := a.currency()
	if err != nil {
		return err
	}
	return pages(a.ctx, a.tx.ScanWithdrawals, func(w *settlement.Withdrawal) settlement.WithdrawalID { return w.ID }, func(page []settlement.Withdrawal) error {
		for _, w := range page {
			x := a.of(account{w.Partner, w.Gross.Currency()})
			if w.Gross.Currency() != cash {
				a.check(false, "I9", string(w.ID), "a withdrawal of %s, which is not cash", w.Gross)
			}
			switch {
			case w.State.Open():
				sum(&x.net, w.Gross.Neg())
				sum(&x.withdrawing, w.Gross)
			case w.State == settlement.Paid:
				net, err := w.Net()
				a.check(err == nil && net.Sign() >= 0 && w.Tax.Sign() >= 0 && w.Fee.Sign() >= 0, "I8", string(w.ID), "gross %s, tax %s, fee %s", w.Gross, w.Tax, w.Fee)
				sum(&x.net, w.Gross.Neg())
				sum(&x.paid, net)
				sum(&x.taxed, w.Tax)
				sum(&x.fees, w.Fee)
			}
			a.check(len(w.Steps) > 0 && w.Steps[len(w.Steps)-1].State == w.State, "I9", string(w.ID), "its last step is not its state, %s", w.State)
		}
		return nil
	})
}

func (a *audit) balances() error {
	cash, err := a.currency()
	if err != nil {
		return err
	}
	currencies, err := a.assets()
	if err != nil {
		return err
	}
	currencies = append([]money.Currency{cash}, currencies...)
	trees, err := a.trees()
	if err != nil {
		return err
	}
	return pages(a.ctx, a.tx.ScanPartners, func(p *partner.Partner) partner.ID { return p.ID }, func(page []partner.Partner) error {
		ids := make([]partner.ID, len(page))
		for i, p := range page {
			ids[i] = p.ID
		}
		balances, err := a.tx.Balances(a.ctx, ids)
		if err != nil {
			return err
		}
		for i, id := range ids {
			a.report.Partners++
			a.balancesOf(id, balances[i], currencies)
		}
		for _, name := range trees {
			if err := a.acyclic(name, ids); err != nil {
				return err
			}
		}
		return nil
	})
}

// balancesOf compares what somebody has in each currency of the programme, and looks that he has nothing in another.
func (a *audit) balancesOf(id partner.ID, all []settlement.Balance, currencies []money.Currency) {
	for _, currency := range currencies {
		b := balanceIn(currency, id, all)
		a.balance(&b, currency)
	}
	for _, b := range all {
		if !slices.Contains(currencies, b.Currency()) {
			a.check(false, "I12", string(id), "a balance in %s, which no plan pays", b.Currency())
		}
	}
}

func (a *audit) balance(b *settlement.Balance, currency money.Currency) {
	x, id := a.of(account{b.Partner, currency}), string(b.Partner)
	available, debt := settlement.SplitNet(x.net)
	wrong := false
	for _, c := range []struct {
		name        string
		invariant   string
		has, should money.Amount
	}{
		{"pending", "I12", b.Pending, x.pending}, {"available", "I12", b.Available, available}, {"debt", "I12", b.Debt, debt},
		{"withdrawing", "I9", b.Withdrawing, x.withdrawing}, {"paid", "I12", b.Paid, x.paid}, {"taxed", "I12", b.Taxed, x.taxed}, {"fees", "I12", b.Fees, x.fees},
	} {
		wrong = a.derived(c.has.Units() == c.should.Units(), c.invariant, id, "%s is %s, rows and withdrawals make %s", c.name, c.has, c.should) || wrong
		a.check(c.has.Sign() >= 0 || c.name == "pending" && x.losses, "I3", id, "%s is %s", c.name, c.has)
	}
	if wrong {
		a.mends.balance(b, x)
	}
	a.check(b.Available.IsZero() || b.Debt.IsZero(), "I3", id, "available %s and debt %s at once", b.Available, b.Debt)
	earned, err := b.Earned()
	a.check(err == nil && earned.Units() == x.earned.Units(), "I2", id, "the balance makes %s earned, the rows %s", earned, x.earned)
}

// acyclic looks for somebody who comes twice in a line upwards of a tree, whenever it was or is going to be so: a ring is closed by the edge in it that
// begins last.
func (a *audit) acyclic(name partner.Tree, ids []partner.ID) error {
	edges, err := a.tx.Edges(a.ctx, inTree(name, ids...))
	if err != nil {
		return err
	}
	var queries []store.UplineQuery
	for i, id := range ids {
		for _, e := range edges[i] {
			queries = append(queries, store.UplineQuery{Tree: name, Start: id, At: e.From})
		}
		if len(edges[i]) == 0 {
			queries = append(queries, store.UplineQuery{Tree: name, Start: id, At: tree.Ever})
		}
	}
	lines, err := a.tx.Uplines(a.ctx, queries)
	if err != nil {
		return err
	}
	for _, line := range lines {
		seen := make(map[partner.ID]bool, len(line))
		twice := partner.ID("")
		for _, id := range line {
			if seen[id] {
				twice = id
			}
			seen[id] = true
		}
		where := ""
		if name != "" {
			where = fmt.Sprintf(" in tree %s", name)
		}
		a.check(twice == "", "I13", string(line[0]), "%s stands above himself%s", twice, where)
	}
	return nil
}
