package storetest

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

// What everybody has.

// oracleWithdrawal is a withdrawal, in minor units.
type oracleWithdrawal struct {
	partner         partner.ID
	gross, tax, fee int64
	state           settlement.State
}

// oracleBalance is a balance, in minor units.
type oracleBalance struct {
	pending, available, withdrawing, paid, taxed, fees, debt int64
}

// earned is what a balance says that somebody has earned in all.
func (b oracleBalance) earned() int64 {
	return b.pending + b.available + b.withdrawing + b.paid + b.taxed + b.fees - b.debt
}

// balance adds up what somebody's orders pay and what his withdrawals took: available and debt are the two sides of one number.
func (o *oracle) balance(id partner.ID) oracleBalance {
	var b oracleBalance
	net := int64(0)
	for _, x := range o.orders {
		if earned := o.earnedOn(x, id); x.released {
			net += earned
		} else {
			b.pending += earned
		}
	}
	net += o.granted(id)
	for _, w := range o.withdrawn {
		if w.partner != id {
			continue
		}
		switch w.state {
		case settlement.Requested, settlement.Approved:
			net -= w.gross
			b.withdrawing += w.gross
		case settlement.Paid:
			net -= w.gross
			b.paid += w.gross - w.tax - w.fee
			b.taxed += w.tax
			b.fees += w.fee
		}
	}
	b.available, b.debt = max(net, 0), max(-net, 0)
	return b
}

// earnedOn is what somebody has of an order as it stands.
func (o *oracle) earnedOn(x *oracleOrder, id partner.ID) int64 {
	if x.lost[id] != "" {
		return 0
	}
	sum := int64(0)
	for key, amount := range o.standing(x) {
		if key.payee == id {
			sum += amount
		}
	}
	return sum
}

// standing is what an order pays now. It is worked out once for each state of what has come back.
func (o *oracle) standing(x *oracleOrder) map[oracleKey]int64 {
	if x.posted && x.stands == nil {
		x.stands, x.uses = o.pay(x)
	}
	return x.stands
}

// exact returns an amount in minor units, and whether it has no more decimals than the currency.
func (o *oracle) exact(d decimal.Decimal) (int64, bool) {
	minor := o.minor(d)
	return oracleInt(minor), minor.IsInt()
}

// The reasons why an amount cannot be withdrawn.
const (
	oracleNoPlan       = "no plan is in force"
	oracleNoAmount     = "no amount above 0 of the currency"
	oracleBelowMinimum = "below the minimum"
	oracleStranger     = "no partner"
	oracleInsufficient = "more than is available"
	oracleClosed       = "he is frozen, or his last window is over"
)

// cannotWithdraw returns every reason why an amount cannot be withdrawn at an instant.
func (o *oracle) cannotWithdraw(id partner.ID, amount decimal.Decimal, at time.Time) (reasons []string) {
	version := o.planAt(at)
	if version == 0 {
		return []string{oracleNoPlan}
	}
	gross, whole := o.exact(amount)
	if !whole || gross <= 0 {
		reasons = append(reasons, oracleNoAmount)
	}
	if least := o.plan(version).Settlement.MinWithdrawal; least.Valid && o.minor(amount).Cmp(o.minor(least.Decimal)) < 0 {
		reasons = append(reasons, oracleBelowMinimum)
	}
	if o.people[id] == nil {
		reasons = append(reasons, oracleStranger)
	}
	waits := o.plan(version).Joining.Frozen == partner.FrozenAccrues && o.says(id, partner.FactEarning, at) == partner.Frozen
	if o.status(id, at) != "" && (o.over(id, partner.FactPayableUntil, at) || o.says(id, partner.FactWithdrawal, at) == partner.Frozen || waits) {
		reasons = append(reasons, oracleClosed)
	}
	if o.balance(id).available < gross {
		reasons = append(reasons, oracleInsufficient)
	}
	return reasons
}

// oracleMoves are the moves of a withdrawal: from which states each can be made, and to which it leads.
var oracleMoves = map[string]struct {
	from []settlement.State
	to   settlement.State
}{
	"approve": {[]settlement.State{settlement.Requested}, settlement.Approved},
	"reject":  {[]settlement.State{settlement.Requested, settlement.Approved}, settlement.Rejected},
	"fail":    {[]settlement.State{settlement.Approved}, settlement.Failed},
	"pay":     {[]settlement.State{settlement.Approved}, settlement.Paid},
}

func (w *oracleWithdrawal) can(move string) bool {
	return slices.Contains(oracleMoves[move].from, w.state)
}

// ids returns everybody whom the oracle knows, in order.
func (o *oracle) ids() []partner.ID {
	var ids []partner.ID
	for id := range o.people {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// orderIDs returns the orders for which keep says so, in order.
func (o *oracle) orderIDs(keep func(*oracleOrder) bool) []commission.OrderID {
	var ids []commission.OrderID
	for id, x := range o.orders {
		if keep(x) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// withdrawalIDs returns the withdrawals for which keep says so, in order.
func (o *oracle) withdrawalIDs(keep func(*oracleWithdrawal) bool) []settlement.WithdrawalID {
	var ids []settlement.WithdrawalID
	for id, w := range o.withdrawn {
		if keep(w) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, cmp.Compare)
	return ids
}
