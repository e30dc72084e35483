package commission

import (
	"math/big"
	"math/bits"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
)

// settle turns shares into entries on what is left of the lines: amounts, rounding in its scope, caps of campaigns, floor of losses, caps, what the seller
// gives up.
func (r *Result) settle() error {
	if len(r.limits) > 0 && r.meetsLimits() {
		return r.settleLimited()
	}
	return r.settleAll()
}

// settleAll is settle without regard to what campaigns add over many orders.
func (r *Result) settleAll() error {
	if r.calc.overOrder || r.capped {
		return r.settleGroups()
	}
	if r.calc.offTop {
		if err := r.takeFees(); err != nil {
			return err
		}
	}
	for i := r.payFast(0); i < len(r.lines); i = r.payFast(i + 1) {
		if r.payWide(i) {
			continue
		}
		if err := r.pay(i); err != nil {
			return r.tooLarge(&r.lines[i], err)
		}
	}
	if !r.calc.orderCapped {
		return nil
	}
	if err := r.capOrder(); err != nil {
		return err
	}
	return r.giveUpAll()
}

// capOrder applies the cap of the order, which comes last.
func (r *Result) capOrder() error {
	if r.calc.orderCapped {
		if err := r.applyOrderCap(); err != nil {
			return r.tooLarge(&r.lines[0], err)
		}
	}
	if len(r.gone) > 1 {
		slices.SortFunc(r.gone, func(a, b gone) int { return a.cmp(b.place) })
	}
	return nil
}

// payFast is pay for as many lines as are the common case, and returns the next that is not: one of which the base is whole, products and sums have at
// most 62 bits, no amount rounds to zero, and the cap cuts none.
func (r *Result) payFast(from int) int {
	amounts, runs := r.amounts, r.runs
	for ; from < len(r.lines); from++ {
		line := &r.lines[from]
		if line.reason != "" {
			continue
		}
		set, base := &r.sets[line.set], uint64(line.whole)
		hi, most := bits.Mul64(base, set.sum)
		if !set.fast || hi != 0 || most >= money.DividerLimit || set.divider.Quo(base*set.least) == 0 {
			break
		}
		coefficients := r.coefficients[set.shares:set.sharesEnd]
		start := len(amounts)
		end := start + len(coefficients)
		if end > cap(amounts) {
			amounts = slices.Grow(amounts, len(coefficients))
		}
		limit := base
		if !r.calc.capWhole {
			limit = r.calc.smallCap(base)
		}
		if set.divider.MulAll(amounts[start:end], base, coefficients) > limit {
			break
		}
		amounts, runs = amounts[:end], append(runs, run{line: from, share: set.shares, entry: start})
	}
	r.amounts, r.runs = amounts, runs
	return from
}

// payWide is payFast for a line of which the base or the products have more bits, and reports whether it could pay it.
func (r *Result) payWide(index int) bool {
	line := &r.lines[index]
	set, base := &r.sets[line.set], whole(money.UnitsOf(line.whole))
	if line.whole < 0 {
		if base = line.left.base; base != line.left.net || line.givesUp() {
			return false
		}
	}
	// Shares that are together at most the whole keep all numbers within their bits, and of a base of one unit or more none of them rounds to zero.
	if !set.fast || set.least == 0 || 2*set.shift > maxRateScale || set.sum > tens[set.shift] || base.part != 0 ||
		base.units.Cmp(money.UnitsOf(int64(tens[set.shift]))) < 0 {
		return false
	}
	start := len(r.amounts)
	end := start + int(set.sharesEnd-set.shares)
	amounts := slices.Grow(r.amounts, end-start)[:end]
	sum := set.divider.MulAllUnits(amounts[start:], base.units, r.coefficients[set.shares:set.sharesEnd])
	if limit, err := r.calc.capOf(&base); err != nil || sum.Cmp(limit) > 0 {
		return false
	}
	r.amounts, r.runs = amounts, append(r.runs, run{line: index, share: set.shares, entry: start})
	return true
}

// pay adds the entries of a line.
func (r *Result) pay(index int) error {
	line := &r.lines[index]
	rest, set, start, sum := line.rest(), &r.sets[line.set], len(r.amounts), money.Units{}
	for i := set.shares; i < set.sharesEnd; {
		amount, err := r.amountOf(line, &rest, i)
		if err != nil {
			return err
		}
		end := r.dividers(i, set.sharesEnd)
		if r.shares[i].Weight == 0 {
			r.addEntry(index, i, amount)
		} else if amount, err = r.divide(index, i, end, amount); err != nil {
			return err
		}
		if sum, err = sum.Add(amount); err != nil {
			return err
		}
		i = end
	}
	if err := r.applyCap(start, &rest.net, sum); err != nil || !line.givesUp() || r.calc.orderCapped || r.keepsAll {
		return err
	}
	return r.giveUp(start)
}

func (r *Result) tooLarge(line *line, err error) error {
	id := OrderID("")
	if r.order != nil {
		id = r.order.ID
	}
	return &OrderError{Order: id, Problems: []Problem{{Path: "lines." + string(line.id), Message: err.Error()}}}
}

// amountOf is base × rate × factor or units × amount × factor, rounded once; rest is what is left of the line.
func (r *Result) amountOf(line *line, rest *left, share int) (money.Units, error) {
	mode, set, s := r.calc.plan.Rounding.Mode, &r.sets[line.set], &r.shares[share]
	base := r.calc.baseOf(s, rest)
	if !set.wide {
		if amount, ok := base.scaled(mode, r.coefficients[share], set.shift); ok {
			return amount, nil
		}
	}
	num, den := r.calc.exactAmount(s, rest)
	return money.UnitsFromBig(mode.Quo(num, den))
}

// baseOf is what the rate of a share is taken of: units, or a part of the money, of which a loss can count as nothing.
func (c *Calculator) baseOf(s *Share, l *left) ratio {
	if s.Rate.kind == perUnit {
		return whole(money.UnitsOf(l.units))
	}
	base := l.of(s)
	if c.plan.Loss == FloorLine && base.sign() < 0 {
		return whole(money.Units{})
	}
	return *base
}

// exactAmount is the amount before rounding, as num/den in minor units.
func (c *Calculator) exactAmount(s *Share, l *left) (num, den *big.Int) {
	base := c.baseOf(s, l)
	num, den = base.num(), big.NewInt(base.den)
	num.Mul(num, big.NewInt(s.Rate.coefficient))
	num.Mul(num, big.NewInt(s.Campaign.factor().coefficient))
	num.Mul(num, big.NewInt(s.Promotion.factor().coefficient))
	if shift := c.shift(s); shift < 0 {
		num.Mul(num, money.Pow10(-shift))
	} else {
		den.Mul(den, money.Pow10(shift))
	}
	return num, den
}

// floorsOrder reports whether losses are netted within an order but never beyond it.
func (c *Calculator) floorsOrder() bool { return c.plan.Base == Profit && c.plan.Loss == FloorOrder }
