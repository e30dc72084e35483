package storetest

import (
	"math/big"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
)

// oracleOrder is an order: what it saw when it was paid, and what has come since. One that has not come yet has nothing but what waits for it.
type oracleOrder struct {
	posted   bool
	recorded time.Time // when it was told of
	in       program.Order
	customer partner.Customer
	kind     commission.OrderKind
	version  int // of the plan
	whose    commission.Attributed
	owner    partner.ID     // whose the buyer was
	payment  *oracleBinding // what its payment tells of that; nil: nothing
	binds    bool           // whether it binds him
	people   []oracleUpline // the line above the sale
	seats    map[partner.ID]oracleUpline
	lines    []oracleLine
	promoted bool

	received   bool
	releaseAt  time.Time // zero: not fixed
	released   bool
	releasedAt time.Time
	exchanges  map[string]bool // that were opened: whether it waits for one to be closed
	waiting    []oracleEarly   // in order of arrival
	dropped    []bool          // of each event that waited, whether it could not be applied

	lost map[partner.ID]partner.Reason // who has forfeited what it pays him, and why
	paid map[partner.ID]bool           // to whom it has ever paid something

	pays, stands   map[oracleKey]int64 // see first and standing
	without        map[string]bool     // the campaigns without which it is: their budgets had too little left
	reserved, uses map[string]int64    // what it uses of the budgets of campaigns: as it was judged, and as it stands
}

// oracleEarly is a receipt (no lines) or a refund that came before its order.
type oracleEarly struct {
	receivedAt time.Time
	refund     []program.RefundLine
}

// oracleLine is a line of an order. Its amounts are in minor units of the currency.
type oracleLine struct {
	id        commission.LineID
	quantity  int64
	net, cost *big.Rat
	list      *big.Rat // nil: none was given
	giveUp    *big.Rat // what the seller gives up, at most net; nil: nothing
	free      bool     // whether the buyer paid nothing for it: a gift, or goods in exchange for others
	sells     bool     // whether it is a sale of the programme: goods that take part, in an order that does
	shares    []oracleShare
	off       *big.Rat // the fees that come before the split, of what is left; nil: none

	back oracleBack
}

// oracleBack is what has come back of a line: units, those of them for which no sum of money was named, and money.
type oracleBack struct {
	units, valued int64
	money         *big.Rat
}

func (o *oracle) order(id commission.OrderID) *oracleOrder {
	if o.orders[id] == nil {
		o.orders[id] = &oracleOrder{}
	}
	return o.orders[id]
}

// oracleRat is a whole number as a fraction.
func oracleRat(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

func oraclePow10(n int) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil))
}

// minor is an amount in minor units of the currency.
func (o *oracle) minor(d decimal.Decimal) *big.Rat {
	return new(big.Rat).Mul(d.Rat(), oraclePow10(o.scale))
}

// fine is how many of the smallest steps of a plan's prices make a minor unit of the currency.
func (o *oracle) fine(plan *program.Plan) *big.Rat {
	return oraclePow10(max(plan.Commission.PriceScale, o.scale) - o.scale)
}

// judge freezes what an order sees: the plan, whose it is, who stands above.
func (o *oracle) judge(in *program.Order) *oracleOrder {
	x := o.order(in.ID)
	x.posted, x.in, x.customer, x.kind, x.version, x.recorded = true, *in, in.Customer, in.Kind, o.planAt(in.PaidAt), o.clock
	x.seats, x.lost, x.paid = map[partner.ID]oracleUpline{}, map[partner.ID]partner.Reason{}, map[partner.ID]bool{}
	plan := o.plan(x.version)
	x.payment, x.binds, x.owner = o.payment(in, o.owner(in.Customer, oracleAt(plan.Commission.AttributionAt, in)))
	x.whose = o.attribute(plan, in, x.owner)
	if owner := o.ownerInGrace(x, o.known(in.Customer)); owner != "" {
		x.owner, x.whose = owner, commission.Attributed{Partner: owner, By: commission.Owner}
	}
	if hold, anchor := oracleHold(plan, in.Kind); anchor == settlement.AnchorPaid {
		x.releaseAt = in.PaidAt.Add(hold)
	}
	x.people = o.lineOf(x.whose.Partner, plan, in.PaidAt)
	o.takeWithin(x, plan)
	o.forfeit(x, o.clock)
	return x
}

// paid takes an order.
func (o *oracle) paid(in *program.Order, recorded time.Time) {
	x := o.judge(in)
	plan := o.plan(x.version)
	if x.payment != nil {
		o.bindings = append(o.bindings, *x.payment)
		if x.binds {
			o.graced(*x.payment)
		}
		o.noteLate(*x.payment)
	}
	o.spend(x, plan, in.PaidAt, recorded)
	for _, early := range x.waiting {
		fits := true
		if early.refund == nil {
			x.receive(early.receivedAt, plan)
		} else if fits = o.fits(x, early.refund); fits {
			o.refund(x, early.refund)
		}
		x.dropped = append(x.dropped, !fits)
	}
	x.waiting = nil
}

// spend counts what somebody has spent himself, in whole units of the currency. Who reaches by it what the plan asks for is a partner from now on, and
// stands below his owner if he stood nowhere before.
func (o *oracle) spend(x *oracleOrder, plan *program.Plan, paidAt, recorded time.Time) {
	o.spent[x.customer] += o.spentOn(x)
	asked, id := plan.Joining.Spend, partner.ID(x.customer)
	if !asked.Valid || oracleRat(o.spent[x.customer]).Cmp(o.minor(asked.Decimal)) < 0 {
		return
	}
	if has := o.status(id, paidAt); has != "" && has != partner.Candidate {
		return
	}
	x.promoted = true
	stranger := o.people[id] == nil
	o.add(id, "", false, plan, paidAt)
	if stranger && x.owner != "" && o.recruits(x.owner, paidAt, recorded) == "" {
		o.recruit(id, x.owner, plan, paidAt, recorded)
	}
}

// oracleHold is how long commission of a kind of order is held, and from when on.
func oracleHold(plan *program.Plan, kind commission.OrderKind) (time.Duration, settlement.Anchor) {
	days, anchor := 7, plan.Settlement.Anchor
	if plan.Settlement.HoldDays != nil {
		days = *plan.Settlement.HoldDays
	}
	own := plan.Settlement.Kinds[kind]
	if own.HoldDays != nil {
		days = *own.HoldDays
	}
	if own.Anchor != nil {
		anchor = *own.Anchor
	}
	return time.Duration(days) * 24 * time.Hour, anchor
}

// receive takes a receipt; only the first one counts.
func (x *oracleOrder) receive(at time.Time, plan *program.Plan) {
	if hold, anchor := oracleHold(plan, x.kind); !x.received && anchor == settlement.AnchorReceived {
		x.releaseAt = at.Add(hold)
	}
	x.received = true
}

// paid is what a return leaves of what the buyer paid for a line: the part of the units that stay, less the money that went back, never below 0.
func (l *oracleLine) paid() *big.Rat {
	paid := new(big.Rat).Set(l.net)
	if l.giveUp != nil {
		paid.Sub(paid, l.giveUp)
	}
	paid.Mul(paid, big.NewRat(l.quantity-l.back.valued, l.quantity))
	if l.back.money != nil {
		paid.Sub(paid, l.back.money)
	}
	if paid.Sign() < 0 {
		paid.SetInt64(0)
	}
	return paid
}

// left is what a return leaves of a line's net: what the buyer paid and, if that is anything, what the seller gave up of the units that stay.
func (l *oracleLine) left() *big.Rat {
	net := l.paid()
	if net.Sign() > 0 {
		net.Add(net, l.givenUp())
	}
	return net
}

// givenUp is what the seller gives up of the units that stay.
func (l *oracleLine) givenUp() *big.Rat {
	if l.giveUp == nil {
		return new(big.Rat)
	}
	return new(big.Rat).Mul(l.giveUp, big.NewRat(l.quantity-l.back.units, l.quantity))
}

// refundable is the most money that can still go back for a line: what is left of it, cut off downwards to the steps of the plan's prices.
func (o *oracle) refundable(x *oracleOrder, l *oracleLine) *big.Rat {
	fine := o.fine(o.plan(x.version))
	return new(big.Rat).Quo(oracleFloor(new(big.Rat).Mul(l.paid(), fine)), fine)
}

// oracleReasonable reports whether a refund makes sense whatever its order.
func oracleReasonable(lines []program.RefundLine) bool {
	for _, r := range lines {
		if r.Quantity < 0 || r.Quantity == 0 && !r.Amount.Valid || r.Amount.Valid && r.Amount.Decimal.Sign() <= 0 {
			return false
		}
	}
	return len(lines) > 0
}

// fits reports whether a refund is of lines that there are, and of no more than is left of them.
func (o *oracle) fits(x *oracleOrder, lines []program.RefundLine) bool {
	trial := &oracleOrder{version: x.version, lines: append([]oracleLine(nil), x.lines...)}
	for _, r := range lines {
		l := trial.line(r.Line)
		if l == nil || r.Quantity > l.quantity-l.back.units {
			return false
		}
		if r.Amount.Valid {
			money := o.minor(r.Amount.Decimal)
			if !new(big.Rat).Mul(money, o.fine(o.plan(x.version))).IsInt() || money.Cmp(o.refundable(trial, l)) > 0 {
				return false
			}
		}
		o.give(l, r)
	}
	return true
}

func (x *oracleOrder) line(id commission.LineID) *oracleLine {
	for i := range x.lines {
		if x.lines[i].id == id {
			return &x.lines[i]
		}
	}
	return nil
}

func (o *oracle) give(l *oracleLine, r program.RefundLine) {
	l.back.units += r.Quantity
	if !r.Amount.Valid {
		l.back.valued += r.Quantity
		return
	}
	money := o.minor(r.Amount.Decimal)
	if l.back.money != nil {
		money.Add(money, l.back.money)
	}
	l.back.money = money
}

// refund takes back what fits. What was refunded was not spent.
func (o *oracle) refund(x *oracleOrder, lines []program.RefundLine) {
	before := o.spentOn(x)
	for _, r := range lines {
		o.give(x.line(r.Line), r)
	}
	x.stands = nil
	o.forfeit(x, o.clock)
	o.markUnsettled(x)
	o.spent[x.customer] -= before - o.spentOn(x)
}

// spentOn is what the buyer has spent on an order and has not got back, in whole units of the currency.
func (o *oracle) spentOn(x *oracleOrder) int64 {
	total := new(big.Rat)
	for i := range x.lines {
		if x.lines[i].free {
			continue
		}
		total.Add(total, o.refundable(x, &x.lines[i]))
	}
	return oracleInt(total)
}
