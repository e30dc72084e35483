package commission

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Calculate works out what an order pays. uplines is the line of people above the sale as of its payment: the attributed partner first (the buyer
// himself where his own line is paid), then his recruiter, and so on, at least [Calculator.Reach] of them or all there are; empty where the order is
// nobody's. into is a Result to use again, or nil. seats are those of [Calculator.Seats], as of the payment too; one who is left out earns, without a
// level.
//
// An order that makes no sense is an [*OrderError] with all its problems, and into is then empty. Uplines who earn nothing, excluded goods and the like
// are no errors: [Result.Unpaid] names them with the reason.
//
// The stages are: discount over lines, excluded goods, rules (who, at which rate), campaign factor, rounding in its scope, caps of campaigns, floor of
// losses, cap of each line, cap of the order.
func (c *Calculator) Calculate(order *Order, uplines []Upline, into *Result, seats ...Upline) (*Result, error) {
	if into == nil {
		into = &Result{}
	}
	into.reset(c, order, uplines)
	if len(c.seats) > 0 {
		into.sit(seats)
	}
	if err := into.takeLines(); err != nil {
		into.reset(c, nil, nil)
		return into, err
	}
	into.askRules()
	if err := into.settle(); err != nil {
		into.reset(c, nil, nil)
		return into, err
	}
	return into, nil
}

func (r *Result) reset(c *Calculator, order *Order, uplines []Upline) {
	r.calc, r.order, r.uplines, r.failed = c, order, uplines, nil
	r.lines, r.sets, r.shares, r.skips, r.coefficients = r.lines[:0], r.sets[:0], r.shares[:0], r.skips[:0], r.coefficients[:0]
	r.runs, r.amounts, r.cuts, r.gone, r.rates, r.capped = r.runs[:0], r.amounts[:0], r.cuts[:0], r.gone[:0], r.rates[:0], false
}

// sit puts everybody whom the plan names on his seat.
func (r *Result) sit(given []Upline) {
	r.seats = r.seats[:0]
	for _, id := range r.calc.seats {
		seat := Upline{Partner: id}
		if i := slices.IndexFunc(given, func(u Upline) bool { return u.Partner == id }); i >= 0 {
			seat = given[i]
		}
		r.seats = append(r.seats, seat)
	}
}

// line is a line of an order while it is calculated. It lies in a buffer that keeps the last order's, so that every field is assigned.
type line struct {
	id       LineID
	reason   partner.Reason // why it pays nothing
	quantity int64
	net      money.Units // at the price scale, the order's discount taken off
	cost     money.Units // at the price scale
	costed   bool        // whether a cost was given
	set      int         // which set of shares it pays
	whole    int64       // all that there is to know of what is left, where that is the net, it is the base too, and it fits; else -1
	left     left        // what is left, where whole is -1
}

// thaw takes a line as it was frozen.
func (l *line) thaw(f *FrozenLine) {
	l.id, l.quantity, l.net, l.reason, l.set = f.ID, f.Quantity, f.Net.Units(), f.Reason, f.Set
	if l.costed = f.Cost != nil; l.costed {
		l.cost = f.Cost.Units()
	}
}

// takeLines checks the order and turns it into lines in whole units of the price scale, the order's discount spread over them.
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
	small, differ, profit := true, true, r.calc.plan.Base == Profit
	for i := range lines {
		l, out := &lines[i], &r.lines[i]
		net, err := money.Scaled(l.Amount, scale)
		n, fits := net.Int64()
		if err != nil || !fits || n < 0 || l.Quantity < 1 || l.Quantity > MaxQuantity || l.Cost.Valid || len(l.Rates) > 0 {
			net = r.checkLine(i)
			n, fits = net.Int64()
		}
		out.id, out.reason, out.quantity, out.net, out.costed, out.set = l.ID, "", l.Quantity, net, l.Cost.Valid, 0
		if out.whole = n; (!fits || profit) && r.failed == nil {
			r.calc.leave(out, &Returned{})
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
	// Lines that fit an int64 make no total that is too large.
	if !small || !r.order.Discount.IsZero() {
		r.takeDiscount()
	}
	if r.failed != nil {
		return r.failed
	}
	return nil
}

// checkLine looks at a line that is more than an amount and a quantity, or is wrong: it names its problems, takes its cost, and returns its amount.
func (r *Result) checkLine(i int) money.Units {
	l, scale := &r.order.Lines[i], r.calc.plan.PriceScale
	if l.Quantity < 1 || l.Quantity > MaxQuantity {
		r.fail(linePath(i, "quantity"), "from 1 to %d units, not %d", MaxQuantity, l.Quantity)
	}
	net, err := positive(l.Amount, scale)
	if err != nil {
		r.fail(linePath(i, "amount"), "%s", err)
	}
	if l.Cost.Valid {
		if r.lines[i].cost, err = positive(l.Cost.Decimal, scale); err != nil {
			r.fail(linePath(i, "cost"), "%s", err)
		}
	}
	if len(l.Rates) > maxSlots {
		r.fail(linePath(i, "rates"), "rates for %d slots are more than %d", len(l.Rates), maxSlots)
	}
	for slot, rate := range l.Rates {
		if problem := r.calc.plan.bears(rate, slot+1); problem != "" {
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

// takeDiscount checks the order's discount against the total of the lines and takes it off them.
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
	case r.failed == nil:
		r.spread(discount)
	}
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

// spread takes the discount off the lines, in proportion to their amounts; the discount is not above their sum, so that the weights bear it.
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

// askRules asks every rule once for each set of lines that have the same rates and campaigns.
func (r *Result) askRules() {
	c := r.calc
	vacant, reason := r.selfPurchase()
	plain := -1 // the set of the lines without rates of their own
	goods := c.campaigns != nil && r.openCampaigns()
	for i := range r.lines {
		line, source := &r.lines[i], &r.order.Lines[i]
		if reason := c.lineReason(source, line, reason); reason != "" {
			line.reason = reason
			continue
		}
		if !goods && !c.ownRates(source) {
			if plain < 0 {
				plain = r.ask(source, vacant, &c.plainRates)
			}
			line.set = plain
			continue
		}
		rates := c.ratesOf(source)
		if goods {
			rates.campaigns = r.campaignsFor(source)
			r.counting = rates.campaigns
		}
		if line.set = r.findSet(&rates); line.set < 0 {
			r.rates = append(r.rates, rates)
			own := &r.rates[len(r.rates)-1]
			own.set = r.ask(source, vacant, own)
			line.set = own.set
		}
	}
}

// ask asks every rule about a line and returns the set of what they answered.
func (r *Result) ask(source *Line, vacant int, rates *lineRates) int {
	r.openSet()
	r.out.result = r
	in := &r.in
	in.Order, in.Line, in.Uplines, in.Vacant, in.Seats, in.rates = r.order, source, r.uplines, vacant, r.seats, rates
	start := len(r.shares)
	for i := range r.calc.rules {
		named := &r.calc.rules[i]
		r.out.rule, in.Paid = named.name, r.shares[start:len(r.shares):len(r.shares)]
		named.rule.Shares(in, &r.out)
	}
	r.closeSet()
	return len(r.sets) - 1
}

// selfPurchase applies the plan's policy where the line of uplines begins with the buyer: it drops him, keeps his place vacant, or pays nobody.
func (r *Result) selfPurchase() (vacant int, reason partner.Reason) {
	if len(r.uplines) == 0 {
		return 0, ""
	}
	if string(r.uplines[0].Partner) != string(r.order.Customer) {
		return 0, ""
	}
	switch r.calc.plan.SelfPurchase {
	case ShiftUp:
		r.uplines = r.uplines[1:]
	case SkipSlot:
		return 1, ""
	case Nobody:
		return 0, SelfPurchased
	}
	return 0, ""
}

// lineReason is why a line pays nothing whoever stands above.
func (c *Calculator) lineReason(source *Line, line *line, order partner.Reason) partner.Reason {
	switch {
	case order != "":
		return order
	case c.excludes(source):
		return ExcludedGoods
	case line.net.IsZero():
		return NothingPaid
	case c.plan.Base == Profit && !line.costed:
		return NoCost
	}
	return ""
}

// setSearch is how many sets back a line looks for one with its rates.
const setSearch = 16

func (r *Result) findSet(rates *lineRates) int {
	for i := len(r.rates) - 1; i >= max(0, len(r.rates)-setSearch); i-- {
		if r.rates[i].same(rates) {
			return r.rates[i].set
		}
	}
	return -1
}
