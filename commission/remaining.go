package commission

import (
	"cmp"
	"math/big"

	"github.com/fenrun/fenrun/commission/money"
)

// ratio is an exact number at the price scale: units and part/den more, part being smaller than den and of the sign of the units; 0 for a whole number. den
// is at least 1.
type ratio struct {
	units     money.Units
	part, den int64
}

func whole(u money.Units) ratio { return ratio{units: u, den: 1} }

// whole returns the number and whether it is a whole one.
func (r *ratio) whole() (money.Units, bool) { return r.units, r.part == 0 }

func (r *ratio) num() *big.Int {
	num := r.units.Big(nil)
	return num.Mul(num, big.NewInt(r.den)).Add(num, big.NewInt(r.part))
}

func (r *ratio) sign() int {
	if r.units.IsZero() {
		return cmp.Compare(r.part, 0)
	}
	return r.units.Sign()
}

// minus returns r - s; both have the same denominator or one of them is whole. Numbers of an order and their differences have at most 38 digits.
func (r *ratio) minus(s *ratio) ratio {
	units, _ := r.units.Sub(s.units)
	d := ratio{units: units, part: r.part - s.part, den: max(r.den, s.den)}
	switch {
	case d.part >= d.den:
		d.carry(1)
	case d.part <= -d.den:
		d.carry(-1)
	}
	switch sign := d.units.Sign(); {
	case sign < 0 && d.part > 0:
		d.carry(1)
	case sign > 0 && d.part < 0:
		d.carry(-1)
	}
	return d
}

// carry turns so many times den parts into units.
func (r *ratio) carry(n int64) {
	r.units, _ = r.units.Add(money.UnitsOf(n))
	r.part -= n * r.den
}

// times returns u × n / den, for n up to den.
func times(u money.Units, n, den int64) ratio {
	if n == den {
		return whole(u)
	}
	units, part, _ := u.MulDiv(money.UnitsOf(n), money.UnitsOf(den))
	rest, _ := part.Int64()
	return ratio{units: units, part: rest, den: den}
}

// scaled returns r × coefficient / 10^shift in whole units, and whether they could be worked out without large numbers.
func (r *ratio) scaled(mode money.Mode, coefficient int64, shift int) (money.Units, bool) {
	return mode.MulFraction(r.units, r.part, r.den, coefficient, shift)
}

// rounded returns the number in whole units, half-up; it is for showing only.
func (r *ratio) rounded() money.Units {
	u, _ := r.scaled(money.HalfUp, 1, 0)
	return u
}

// left is what is left of a line after refunds, exactly.
type left struct {
	units int64
	net   ratio // what was paid, and what the seller gave up of it
	base  ratio // what shares are taken of: net, net less cost, or the list price, without the fees that come before the split
}

// rest is what is left of a line.
func (l *line) rest() left {
	switch {
	case l.whole < 0:
		return l.left
	case l.whole == 0:
		return left{net: whole(money.Units{}), base: whole(money.Units{})}
	}
	paid := whole(money.UnitsOf(l.whole))
	return left{units: l.quantity, net: paid, base: paid}
}

// of is what a share is taken of: a fee of what was paid, any other of the base.
func (l *left) of(s *Share) *ratio {
	if s.Rule == RuleFee {
		return &l.net
	}
	return &l.base
}

// takeOff takes fees in units of the currency off the base of a line, at most all that was paid for it. Only a profit becomes a loss by them: of a list
// price below them nothing is left.
func (r *Result) takeOff(line *line, fees money.Units) {
	if fees.IsZero() {
		return
	}
	rest := line.rest()
	taken := rest.net
	if units, _, ok := fees.MulDiv(money.UnitsOf(int64(tens[r.calc.price.Scale()-r.calc.currency.Scale()])), money.UnitsOf(1)); ok {
		all := whole(units)
		if under := rest.net.minus(&all); under.sign() > 0 {
			taken = all
		}
	}
	rest.base = rest.base.minus(&taken)
	if r.calc.plan.Base != Profit && rest.base.sign() < 0 {
		rest.base = whole(money.Units{})
	}
	line.whole, line.left = -1, rest
}

// leaveAll is leave where nothing has come back.
func (c *Calculator) leaveAll(line *line) {
	n, fits := line.net.Int64()
	switch line.whole = n; {
	case c.plan.Base != Amount || line.givesUp():
		c.leave(line, &Returned{})
	case !fits:
		paid := whole(line.net)
		line.whole, line.left = -1, left{units: line.quantity, net: paid, base: paid}
	}
}

// leave works out what a refund leaves of a line: the units that stay, and of the net their part less the money that went back without units.
func (c *Calculator) leave(line *line, back *Returned) {
	l := &line.left
	line.whole = -1
	l.units, l.net = line.quantity-back.Units, times(line.net, line.quantity-back.Valued, line.quantity)
	if !back.Money.IsZero() {
		returned := whole(back.Money.Units())
		l.net = l.net.minus(&returned)
	}
	paid := l.net
	if line.givesUp() && paid.sign() > 0 {
		// Units that came back for money were paid without their part of what is given up, which goes with them.
		gone := times(line.facts.giveUp, back.Units-back.Valued, line.quantity)
		l.net = l.net.minus(&gone)
		paid = l.paid(line)
	}
	if paid.sign() <= 0 {
		// What nothing is paid for pays nothing and is no loss either.
		l.units, l.net, l.base = 0, whole(money.Units{}), whole(money.Units{})
		return
	}
	l.base = l.net
	switch {
	case line.facts == nil:
	case c.plan.Base == Profit && line.facts.costed:
		cost := times(line.facts.cost, l.units, line.quantity)
		l.base = l.net.minus(&cost)
	case c.plan.Base == ListPrice && line.facts.listed:
		l.base = times(line.facts.list, l.units, line.quantity)
	}
}

// givenUp is the part of what the seller gives up that belongs to the units that are left.
func (l *left) givenUp(line *line) ratio { return times(line.facts.giveUp, l.units, line.quantity) }

// paid is what the buyer has paid for what is left: net without what the seller gives up.
func (l *left) paid(line *line) ratio {
	if !line.givesUp() {
		return l.net
	}
	part := l.givenUp(line)
	return l.net.minus(&part)
}

// Left returns what is left of what was paid for a line when so much has come back, cut off downwards at the price scale: the most that another refund of
// money can give back.
func (c *Calculator) Left(frozen *FrozenLine, back Returned) money.Amount {
	l := c.lineLeft(frozen, &back)
	return c.price.Of(l.left.paid(l).units)
}

func (c *Calculator) lineLeft(frozen *FrozenLine, back *Returned) *line {
	var l line
	new(Result).thaw(&l, frozen)
	c.leave(&l, back)
	return &l
}
