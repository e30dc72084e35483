package storetest

import (
	"maps"
	"slices"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// What must hold after every step.

// check compares all that the tenant who acted has with the oracle, and looks that the other has what he had.
func (m *model) check(t *rapid.T) {
	m.active.check(t)
	m.active.checkRows(t)
	// I15: whatever one tenant does, the other keeps what he has.
	for _, other := range m.shops {
		if other != m.active {
			other.unchanged(t, "I15: another tenant", func() {})
		}
	}
}

// check compares all that a tenant has with the oracle, and with itself.
func (s *modelShop) check(t require.TestingT) {
	s.compare(t)
	// I12, and the programme's own view of the rest.
	report, err := s.prog.Audit(s.ctx)
	modelNoError(t, err)
	modelHolds(t, report.OK(), "%s", report)
}

// compare compares all that a tenant has with the oracle.
func (s *modelShop) compare(t require.TestingT) {
	earned := map[partner.ID]int64{} // by the orders
	for _, id := range s.oracle.orderIDs(func(*oracleOrder) bool { return true }) {
		for payee, amount := range s.checkOrder(t, id) {
			earned[payee] += amount
		}
	}
	s.checkBalances(t, earned)
	s.checkGrants(t)
	s.checkBudgets(t)
	s.checkMirror(t)
	s.checkWithdrawals(t)
}

// checkOrder compares an order with the oracle and returns what it pays each payee as it stands.
func (s *modelShop) checkOrder(t require.TestingT, id commission.OrderID) map[partner.ID]int64 {
	x := s.oracle.orders[id]
	entries, err := s.prog.Orders.ExplainAll(s.ctx, id)
	if !x.posted {
		var missing *program.NotFoundError
		require.ErrorAs(t, err, &missing, "an order that waits is not known")
		return nil
	}
	modelNoError(t, err)
	entries = s.mirrored(t, id, entries)
	pays, lines, payees := map[oracleKey]int64{}, map[commission.LineID]int64{}, map[partner.ID]int64{}
	for _, e := range entries {
		n := modelUnits(t, e.Entry.Amount)
		modelHolds(t, n != 0, "an entry of nothing")
		modelSame(t, e.ID.Payee, e.Entry.Payee, "whose entry it is")
		modelSame(t, x.version, e.Plan, "the plan in force at payment, for ever")
		if e.Entry.Rule == commission.RuleForfeit {
			modelSame(t, x.lost[e.Entry.Payee], e.Entry.Reason, "why %s forfeits what %s pays him", e.Entry.Payee, id)
		}
		key := oracleKey{e.Entry.Line, e.Entry.Rule, e.Entry.Slot, e.Entry.Payee}
		pays[key] += n
		lines[key.line] += n
		payees[key.payee] += n
	}
	maps.DeleteFunc(pays, func(_ oracleKey, amount int64) bool { return amount == 0 })

	// I7, and I6 too: the oracle pays on what is left, whatever the portions in which the rest came back.
	if want := s.oracle.booked(x); !maps.Equal(want, pays) {
		require.Equal(t, want, pays, "I7: what %s pays", id)
	}
	plan, left := s.oracle.plan(x.version), false
	for i := range x.lines {
		l := &x.lines[i]
		left = left || l.left().Sign() > 0
		// I14: the cap, of what is left of the line.
		modelHolds(t, lines[l.id] <= oracleLimit(plan, l), "I14: line %s of %s", l.id, id)
	}
	// I6: a full refund leaves nothing.
	modelHolds(t, left || len(pays) == 0, "I6: %s is all refunded and pays %v", id, pays)

	out, err := s.prog.Orders.Outcome(s.ctx, id)
	modelNoError(t, err)
	s.sameOutcome(t, id, out)
	return payees
}

// sameOutcome compares an outcome with what the oracle says that the order paid at first.
func (s *modelShop) sameOutcome(t require.TestingT, id commission.OrderID, out program.Outcome) {
	x := s.oracle.orders[id]
	s.samePays(t, id, x, out)
	modelSame(t, x.promoted, out.Promoted, "whether %s makes its buyer a partner", id)
	modelHolds(t, x.releaseAt.Equal(out.ReleaseAt), "I10: %s is released at %s", id, x.releaseAt)
	modelHolds(t, !out.Repeated, "%s says that it came again", id)
	modelHolds(t, slices.EqualFunc(x.dropped, out.Unparked, func(dropped bool, u settlement.Unparked) bool { return dropped == (u.Refused != "") }),
		"what became of the early events of %s: %v, and not %v", id, x.dropped, out.Unparked)
}

// samePays compares who is paid what by an order, before anything has come back.
func (s *modelShop) samePays(t require.TestingT, id commission.OrderID, x *oracleOrder, out program.Outcome) {
	pays, total := map[oracleKey]int64{}, int64(0)
	for _, e := range out.Entries {
		n := modelUnits(t, e.Amount)
		pays[oracleKey{e.Line, e.Rule, e.Slot, e.Payee}] += n
		total += n
	}
	want := maps.Clone(s.oracle.first(x))
	maps.DeleteFunc(want, func(key oracleKey, _ int64) bool { return x.lost[key.payee] != "" })
	if !maps.Equal(want, pays) {
		require.Equal(t, want, pays, "I7: what %s paid at first", id)
	}
	s.sameUses(t, id, x, out)
	modelSame(t, total, modelUnits(t, out.Commission), "the sum of the entries of %s", id)
	goods := oracleRat(0)
	for i := range x.lines {
		goods.Add(goods, x.lines[i].net)
		goods.Sub(goods, x.lines[i].giveUp)
	}
	modelHolds(t, goods.Cmp(s.oracle.minor(out.Goods.Decimal())) == 0, "what was paid for the goods of %s", id)
	modelSame(t, x.version, out.Plan, "the plan of %s", id)
	modelSame(t, x.whose, out.Attributed, "whose order %s is", id)
}

// checkBalances compares what everybody has, given what his orders pay him.
func (s *modelShop) checkBalances(t require.TestingT, earned map[partner.ID]int64) {
	ids := s.oracle.ids()
	balances, err := s.prog.Wallet.Balances(s.ctx, ids...)
	modelNoError(t, err)
	partners, shop, losses := int64(0), int64(0), false
	for _, x := range s.oracle.orders {
		losses = losses || x.posted && s.oracle.plan(x.version).Commission.Loss == commission.Signed
	}
	for i, b := range balances {
		modelSame(t, ids[i], b.Partner, "whose balance it is")
		has := oracleBalance{
			pending: modelUnits(t, b.Pending), available: modelUnits(t, b.Available), withdrawing: modelUnits(t, b.Withdrawing),
			paid: modelUnits(t, b.Paid), taxed: modelUnits(t, b.Taxed), fees: modelUnits(t, b.Fees), debt: modelUnits(t, b.Debt),
		}
		// I7: and so I9, I10 and the debts, since the oracle knows what is open, released and owed.
		if want := s.oracle.balance(b.Partner); want != has {
			require.Equal(t, want, has, "I7: what %s has", b.Partner)
		}
		// I2: against the entries.
		modelSame(t, earned[b.Partner]+s.oracle.granted(b.Partner), has.earned(), "I2: what %s has earned", b.Partner)
		shop -= s.oracle.granted(b.Partner)
		// I3: only losses bring pending below 0.
		modelHolds(t, has.pending >= 0 || losses, "I3: pending of %s", b.Partner)
		modelHolds(t, min(has.available, has.withdrawing, has.paid, has.taxed, has.fees, has.debt) >= 0, "I3: %+v", has)
		modelHolds(t, has.available == 0 || has.debt == 0, "I3: available and debt of %s", b.Partner)
		partners += has.earned()
	}
	// I1: the shop's side of every order.
	for _, x := range s.oracle.orders {
		for _, amount := range s.oracle.shares(x) {
			shop -= amount
		}
	}
	modelSame(t, 0, partners+shop, "I1: partners and shop")
}

// checkRows reads everybody's rows, two at a time: together they are what he has earned.
func (s *modelShop) checkRows(t *rapid.T) {
	for _, id := range s.oracle.ids() {
		earned := s.oracle.granted(id)
		for _, x := range s.oracle.orders {
			earned += s.oracle.earnedOn(x, id)
		}
		for after, more := (store.RowCursor{}), true; more; {
			rows, err := s.prog.Wallet.Rows(s.ctx, id, after, 2)
			modelNoError(t, err)
			for _, row := range rows {
				if !mirrors(row.Amount) {
					earned -= modelUnits(t, row.Amount)
				}
				after = program.CursorOf(row)
			}
			more = len(rows) > 0
		}
		modelSame(t, 0, earned, "I2: the rows of %s", id)
	}
}

// explained compares each entry of an order, asked for by its id, with the list of all.
func (s *modelShop) explained(t *rapid.T, id commission.OrderID) {
	all, err := s.prog.Orders.ExplainAll(s.ctx, id)
	modelNoError(t, err)
	for _, x := range all {
		one, err := s.prog.Orders.Explain(s.ctx, x.ID)
		modelNoError(t, err)
		require.Equal(t, x.Explanation, one)
	}
}

// checkWithdrawals compares every withdrawal.
func (s *modelShop) checkWithdrawals(t require.TestingT) {
	for _, id := range s.oracle.withdrawalIDs(func(*oracleWithdrawal) bool { return true }) {
		got, err := s.prog.Wallet.Withdrawal(s.ctx, id)
		modelNoError(t, err)
		s.sameWithdrawal(t, got) // I8, I9
	}
}
