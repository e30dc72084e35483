package commission

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// line is a line of an order while it is calculated. It lies in a buffer that keeps the last order's, so that every field is assigned.
type line struct {
	id       LineID
	reason   partner.Reason // why it pays nothing
	quantity int64
	net      money.Units // at the price scale, the order's discount taken off
	facts    *lineFacts  // what there is more to know of it; nil for most lines
	set      int         // which set of shares it pays
	whole    int64       // all that there is to know of what is left, where that is the net, it is the base too, and it fits; else -1
	left     left        // what is left, where whole is -1
}

// lineFacts is what there can be to know of a line besides what was paid for it.
type lineFacts struct {
	cost   money.Units // at the price scale
	costed bool        // whether a cost was given
	list   money.Units // the list price, at the price scale
	listed bool        // whether a list price was given
	giveUp money.Units // at the price scale, not above the line's net
	taken  money.Units // what the seller's entry bore of it
}

// givesUp reports whether the seller gives up something of the line.
func (l *line) givesUp() bool { return l.facts != nil && !l.facts.giveUp.IsZero() }

// taken is what the seller's entry bore of what he gives up.
func (l *line) taken() money.Units {
	if l.facts == nil {
		return money.Units{}
	}
	return l.facts.taken
}

// thaw takes a line as it was frozen.
func (r *Result) thaw(l *line, f *FrozenLine) {
	l.id, l.quantity, l.net, l.reason, l.set, l.facts = f.ID, f.Quantity, f.Net.Units(), f.Reason, f.Set, nil
	if f.Cost == nil && f.List == nil && f.GiveUp == nil {
		return
	}
	l.facts = r.newFacts()
	if l.facts.costed = f.Cost != nil; l.facts.costed {
		l.facts.cost = f.Cost.Units()
	}
	if l.facts.listed = f.List != nil; l.facts.listed {
		l.facts.list = f.List.Units()
	}
	if f.GiveUp != nil {
		l.facts.giveUp = f.GiveUp.Units()
	}
}

// newFacts returns facts that lie in a buffer with those of the other lines.
func (r *Result) newFacts() *lineFacts {
	r.facts = append(r.facts, lineFacts{})
	return &r.facts[len(r.facts)-1]
}

// takeLines checks the order and turns it into lines in whole units of the price scale, the order's discount and the excluded tenders spread over them.
func (r *Result) takeLines() error {
	lines, scale := r.order.Lines, r.calc.plan.PriceScale
	if len(lines) == 0 || len(lines) > MaxLines {
		r.fail("lines", "an order has 1 to %d lines, not %d", MaxLines, len(lines))
	}
	if len(r.uplines) > MaxUplines {
		r.fail("uplines", "%d are more than %d", len(r.uplines), MaxUplines)
	}
	if r.failed != nil {
		return r.failed
	}
	if len(lines) > cap(r.lines) {
		r.lines = make([]line, len(lines))
	}
	r.lines = r.lines[:len(lines)]
	var ends uint64 // the last bytes of the ids so far: where these differ, so do the ids
	small, differ, ownBase := true, true, r.calc.plan.Base != Amount
	given := false // whether somebody gives something up
	for i := range lines {
		l, out := &lines[i], &r.lines[i]
		out.facts = nil
		net, err := money.Scaled(l.Amount, scale)
		n, fits := net.Int64()
		if err != nil || net.Sign() < 0 || l.Quantity < 1 || l.Quantity > MaxQuantity || len(l.Rates) > 0 || l.hasFacts() {
			net = r.checkLine(i)
			n, fits = net.Int64()
			given = given || out.givesUp()
		}
		out.id, out.reason, out.quantity, out.net, out.set = l.ID, "", l.Quantity, net, 0
		if out.whole = n; (!fits || ownBase) && r.failed == nil {
			r.calc.leaveAll(out)
		}
		end := lastByte(l.ID)
		differ, ends = differ && ends&end == 0, ends|end
		small = small && fits
	}
	if !differ {
		r.checkIDs()
	}
	if !r.order.Freight.IsZero() {
		if _, err := positive(r.order.Freight, scale); err != nil {
			r.fail("freight", "%s", err)
		}
	}
	if o := r.order; !o.CreatedAt.IsZero() && o.CreatedAt.After(o.PaidAt) && !o.PaidAt.IsZero() {
		r.fail("createdAt", "%s is after the payment, %s", r.order.CreatedAt.Format(timeFormat), r.order.PaidAt.Format(timeFormat))
	}
	if r.order.Bar != "" {
		if err := partner.CheckID("bar", r.order.Bar); err != nil {
			r.fail("bar", "%s", err)
		}
	}
	// Lines that fit an int64 make no total that is too large.
	if !small || !r.order.Discount.IsZero() || len(r.order.Tenders) > 0 {
		r.takeDiscount()
	}
	if r.failed != nil {
		return r.failed
	}
	if given {
		r.limitGiveUps()
	}
	return nil
}

// limitGiveUps keeps what is given up of a line within what is paid for it: nobody's commission is more, so that nobody can bear more.
func (r *Result) limitGiveUps() {
	for i := range r.lines {
		l := &r.lines[i]
		if l.facts != nil && l.facts.giveUp.Cmp(l.net) > 0 {
			l.facts.giveUp = l.net
		}
		r.calc.leaveAll(l)
	}
}

// checkLine looks at a line that is more than an amount and a quantity, or is wrong: it names its problems, takes its cost, list price and what is given
// up, and returns its amount.
func (r *Result) checkLine(i int) money.Units {
	l, scale := &r.order.Lines[i], r.calc.plan.PriceScale
	if l.Quantity < 1 || l.Quantity > MaxQuantity {
		r.fail(linePath(i, "quantity"), "from 1 to %d units, not %d", MaxQuantity, l.Quantity)
	}
	net, err := positive(l.Amount, scale)
	counted := err == nil
	if !counted {
		r.fail(linePath(i, "amount"), "%s", err)
	}
	if l.hasFacts() {
		facts := r.newFacts()
		facts.costed, facts.listed = l.Cost.Valid, l.List.Valid
		if facts.cost, err = positive(l.Cost.Decimal, scale); err != nil {
			r.fail(linePath(i, "cost"), "%s", err)
		}
		if facts.list, err = positive(l.List.Decimal, scale); err != nil {
			r.fail(linePath(i, "list"), "%s", err)
		}
		if facts.giveUp, err = positive(l.GiveUp, scale); err != nil {
			r.fail(linePath(i, "giveUp"), "%s", err)
		} else if counted && facts.giveUp.Cmp(net) > 0 {
			r.fail(linePath(i, "giveUp"), "%s is more than the line costs, %s", l.GiveUp, l.Amount)
		}
		r.lines[i].facts = facts
	}
	if len(l.Rates) > maxSlots {
		r.fail(linePath(i, "rates"), "rates for %d slots are more than %d", len(l.Rates), maxSlots)
	}
	for slot, rate := range l.Rates {
		if problem := r.calc.plan.bears(rate, slot+1); problem != "" && r.calc.plan.LineRates == AllowLineRates {
			r.fail(linePath(i, fmt.Sprintf("rates[%d]", slot)), "%s %s", rate, problem)
		}
	}
	return net
}

// lastByte is a bit for the last byte of an id. Ids with different bits differ.
func lastByte(id LineID) uint64 {
	if id == "" {
		return 1
	}
	return 1 << (id[len(id)-1] & 63)
}

// checkIDs looks for two lines with the same id.
func (r *Result) checkIDs() {
	if r.ids == nil {
		r.ids = make(map[LineID]int)
	}
	clear(r.ids)
	for i := range r.order.Lines {
		id := r.order.Lines[i].ID
		if j, ok := r.ids[id]; ok {
			r.fail(linePath(i, "id"), "lines %d and %d have the same id %q", j, i, id)
			return
		}
		r.ids[id] = i
	}
}

// takeDiscount checks the order's discount and tenders against the total of the lines and takes off them what does not count.
func (r *Result) takeDiscount() {
	var total money.Units
	var err error
	for i := range r.lines {
		if total, err = total.Add(r.lines[i].net); err != nil {
			r.fail(linePath(i, "amount"), "the order's total: %s", err)
		}
	}
	discount, err := positive(r.order.Discount, r.calc.plan.PriceScale)
	switch {
	case err != nil:
		r.fail("discount", "%s", err)
	case r.failed == nil && discount.Cmp(total) > 0:
		r.fail("discount", "%s is more than the lines together, %s", r.order.Discount, r.calc.price.Of(total).Plain())
	case r.failed == nil && !discount.IsZero():
		r.spread(discount)
	}
	if len(r.order.Tenders) > 0 {
		rest, _ := total.Sub(discount)
		r.takeTenders(rest)
	}
}

// takeTenders takes the tenders that do not count off the lines, of which so much is left after the discount. They pay for the goods first: only what
// they are more than the goods is freight.
func (r *Result) takeTenders(rest money.Units) {
	tenders := r.order.Tenders
	if len(tenders) > MaxTenders {
		r.fail("tenders", "%d are more than %d", len(tenders), MaxTenders)
		return
	}
	freight, err := positive(r.order.Freight, r.calc.plan.PriceScale)
	due, _ := rest.Add(freight)
	off, most := money.Units{}, due
	for i := range tenders {
		path := func(field string) string { return fmt.Sprintf("tenders[%d].%s", i, field) }
		t := &tenders[i]
		if t.Kind == "" || slices.ContainsFunc(tenders[:i], func(other Tender) bool { return other.Kind == t.Kind }) {
			r.fail(path("kind"), "every tender has a kind of its own, not %q", t.Kind)
		}
		amount, problem := positive(t.Amount, r.calc.plan.PriceScale)
		switch {
		case problem != nil:
			r.fail(path("amount"), "%s", problem)
		case err != nil || r.failed != nil || !r.calc.tenders[t.Kind]:
		case amount.Cmp(most) > 0:
			r.fail(path("amount"), "%s is more than there is to be paid with it, %s", t.Amount, r.calc.price.Of(most).Plain())
		default:
			most, _ = most.Sub(amount)
			off, _ = off.Add(amount)
		}
	}
	if r.failed != nil {
		return
	}
	if off.Cmp(rest) > 0 {
		off = rest
	}
	r.spread(off)
}

// fail notes a problem of the order; all of them are reported together.
func (r *Result) fail(path, format string, args ...any) {
	if r.failed == nil {
		r.failed = &OrderError{Order: r.order.ID}
	}
	r.failed.add(path, format, args...)
}

// linePath is only built for an error.
func linePath(i int, field string) string { return fmt.Sprintf("lines[%d].%s", i, field) }

// positive returns d in whole units of the scale, 0 with an error.
func positive(d decimal.Decimal, scale int) (money.Units, error) {
	u, err := money.Scaled(d, scale)
	if err == nil && u.Sign() < 0 {
		return money.Units{}, fmt.Errorf("%s is below 0", d)
	}
	return u, err
}

// spread takes a discount off the lines, in proportion to their amounts; the discount is not above their sum, so that the weights bear it.
func (r *Result) spread(discount money.Units) {
	r.weights, r.parts = r.weights[:0], r.parts[:0]
	for i := range r.lines {
		r.weights = append(r.weights, r.lines[i].net)
	}
	r.parts, _ = money.Split(r.parts, discount, r.weights)
	for i := range r.lines {
		r.lines[i].net, _ = r.weights[i].Sub(r.parts[i])
		r.calc.leaveAll(&r.lines[i])
	}
}
