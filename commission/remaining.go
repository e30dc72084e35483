package commission

import (
	"math"
	"math/big"
	"math/bits"

	"github.com/fenrun/fenrun/commission/money"
)

// ratio is an exact number n/den at the price scale: n in wide where it does not fit n. den is at least 1.
type ratio struct {
	n    int64
	den  int64
	wide *big.Int
}

func whole(n int64) ratio { return ratio{n: n, den: 1} }

func wholeUnits(u money.Units) ratio {
	if n, ok := u.Int64(); ok {
		return whole(n)
	}
	return ratio{den: 1, wide: u.Big(nil)}
}

// int64 returns the number and whether it is a whole one that fits.
func (r *ratio) int64() (n int64, ok bool) { return r.n, r.wide == nil && r.den == 1 }

func (r *ratio) num() *big.Int {
	if r.wide != nil {
		return r.wide
	}
	return big.NewInt(r.n)
}

func (r *ratio) sign() int {
	if r.wide != nil {
		return r.wide.Sign()
	}
	switch {
	case r.n < 0:
		return -1
	case r.n > 0:
		return 1
	}
	return 0
}

// minus returns r - s; both have the same denominator or one of them 1.
func (r *ratio) minus(s *ratio) ratio {
	den := max(r.den, s.den)
	if r.wide == nil && s.wide == nil && r.den == s.den {
		if d := r.n - s.n; (d < r.n) == (s.n > 0) {
			return ratio{n: d, den: den}
		}
	}
	a := new(big.Int).Mul(r.num(), big.NewInt(den/r.den))
	b := new(big.Int).Mul(s.num(), big.NewInt(den/s.den))
	return shrink(a.Sub(a, b), den)
}

// shrink returns num/den in its smallest form.
func shrink(num *big.Int, den int64) ratio {
	if den != 1 {
		quotient, rest := new(big.Int).QuoRem(num, big.NewInt(den), new(big.Int))
		if rest.Sign() == 0 {
			num, den = quotient, 1
		}
	}
	if num.IsInt64() {
		return ratio{n: num.Int64(), den: den}
	}
	return ratio{den: den, wide: num}
}

// times returns u × n / den.
func times(u money.Units, n, den int64) ratio {
	if small, ok := u.Int64(); ok && small >= 0 {
		if hi, lo := bits.Mul64(uint64(small), uint64(n)); hi == 0 && lo <= math.MaxInt64 {
			if lo%uint64(den) == 0 {
				return whole(int64(lo) / den)
			}
			return ratio{n: int64(lo), den: den}
		}
	}
	return shrink(new(big.Int).Mul(u.Big(nil), big.NewInt(n)), den)
}

// rounded returns the number in whole units, half-up; it is for showing only. Orders keep it within range.
func (r *ratio) rounded() money.Units {
	if r.den == 1 && r.wide == nil {
		return money.UnitsOf(r.n)
	}
	u, _ := money.UnitsFromBig(money.HalfUp.Quo(r.num(), big.NewInt(r.den)))
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
		return left{net: whole(0), base: whole(0)}
	}
	return left{units: l.quantity, net: whole(l.whole), base: whole(l.whole)}
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
	taken := ratio{den: 1, wide: fees.Big(nil)}
	taken.wide.Mul(taken.wide, money.Pow10(r.calc.price.Scale()-r.calc.currency.Scale()))
	if over := taken.minus(&rest.net); over.sign() > 0 {
		taken = rest.net
	}
	rest.base = rest.base.minus(&taken)
	if r.calc.plan.Base != Profit && rest.base.sign() < 0 {
		rest.base = whole(0)
	}
	line.whole, line.left = -1, rest
}

// leaveAll is leave where nothing has come back.
func (c *Calculator) leaveAll(line *line) {
	n, fits := line.net.Int64()
	if line.whole = n; !fits || c.plan.Base != Amount || line.givesUp() {
		c.leave(line, &Returned{})
	}
}

// leave works out what a refund leaves of a line: the units that stay, and of the net their part less the money that went back without units.
func (c *Calculator) leave(line *line, back *Returned) {
	l := &line.left
	line.whole = -1
	l.units, l.net = line.quantity-back.Units, times(line.net, line.quantity-back.Valued, line.quantity)
	if !back.Money.IsZero() {
		returned := wholeUnits(back.Money.Units())
		l.net = l.net.minus(&returned)
	}
	paid := l.net
	if line.givesUp() {
		// Units that came back for money were paid without their part of what is given up, which goes with them.
		gone := times(line.facts.giveUp, back.Units-back.Valued, line.quantity)
		l.net = l.net.minus(&gone)
		paid = l.paid(line)
	}
	if paid.sign() <= 0 {
		// What nothing is paid for pays nothing and is no loss either.
		l.units, l.net, l.base = 0, whole(0), whole(0)
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
	paid := l.left.paid(l)
	u, _ := money.UnitsFromBig(money.Down.Quo(paid.num(), big.NewInt(paid.den)))
	return c.price.Of(u)
}

func (c *Calculator) lineLeft(frozen *FrozenLine, back *Returned) *line {
	var l line
	new(Result).thaw(&l, frozen)
	c.leave(&l, back)
	return &l
}
