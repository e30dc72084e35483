package commission

import (
	"math/big"
	"math/bits"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// settle turns shares into entries on what is left of the lines: amounts, rounding in its scope, caps of campaigns, floor of losses, caps.
func (r *Result) settle() error {
	if r.calc.overOrder || r.capped {
		return r.settleGroups()
	}
	for i := r.payFast(0); i < len(r.lines); i = r.payFast(i + 1) {
		if err := r.pay(i); err != nil {
			return r.tooLarge(&r.lines[i], err)
		}
	}
	if !r.calc.orderCapped {
		return nil
	}
	return r.capOrder()
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

// pay adds the entries of a line.
func (r *Result) pay(index int) error {
	line := &r.lines[index]
	rest, set, start, sum := r.restOf(line), &r.sets[line.set], len(r.amounts), money.Units{}
	for i := set.shares; i < set.sharesEnd; {
		amount, err := r.amountOf(line, &rest, i)
		if err != nil {
			return err
		}
		end := r.dividers(i, set.sharesEnd)
		if end == i+1 && r.shares[i].Weight == 0 {
			r.addEntry(index, i, amount)
		} else if amount, err = r.divide(index, i, end, amount); err != nil {
			return err
		}
		if sum, err = sum.Add(amount); err != nil {
			return err
		}
		i = end
	}
	return r.applyCap(start, &rest.net, sum)
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
	mode, set := r.calc.plan.Rounding.Mode, &r.sets[line.set]
	base := rest.of(&r.shares[share])
	n, exact := base.int64()
	if r.shares[share].Rate.kind == perUnit {
		n, exact = rest.units, true
	} else if r.calc.plan.Loss == FloorLine && base.sign() < 0 {
		return money.Units{}, nil
	}
	if exact && !set.wide {
		if amount, ok := mode.MulPow10(n, r.coefficients[share], set.shift); ok {
			return money.UnitsOf(amount), nil
		}
	}
	num, den := r.calc.exactAmount(&r.shares[share], rest)
	return money.UnitsFromBig(mode.Quo(num, den))
}

// exactAmount is the amount before rounding, as num/den in minor units.
func (c *Calculator) exactAmount(s *Share, l *left) (num, den *big.Int) {
	if s.Rate.kind == perUnit {
		num, den = big.NewInt(l.units), big.NewInt(1)
	} else {
		base := l.of(s)
		num, den = new(big.Int).Set(base.num()), big.NewInt(base.den)
		if num.Sign() < 0 && c.plan.Loss == FloorLine {
			num.SetInt64(0)
		}
	}
	num.Mul(num, big.NewInt(s.Rate.coefficient))
	num.Mul(num, big.NewInt(s.Campaign.factor().coefficient))
	if shift := c.shift(s); shift < 0 {
		num.Mul(num, money.Pow10(-shift))
	} else {
		den.Mul(den, money.Pow10(shift))
	}
	return num, den
}

// group is what one rule pays one payee in one slot over the whole order.
type group struct {
	rule     string
	slot     int32
	position int32
	payee    partner.ID // the first of those who divide it
	cells    []groupCell
}

type groupCell struct {
	line, share int
	exact       *big.Rat
	units       money.Units
	cut         bool // whether a campaign's cap lowered it
}

func (g *group) is(s *Share) bool {
	return g.rule == s.Rule && g.slot == s.Slot && g.position == s.Position && g.payee == s.Payee
}

// settleGroups is settle where something is decided over the whole order: rounding per order, or the floor of losses per order.
func (r *Result) settleGroups() error {
	r.groups = r.groups[:0]
	for i := range r.lines {
		line := &r.lines[i]
		if line.reason != "" {
			continue
		}
		set, rest := &r.sets[line.set], r.restOf(line)
		for j := set.shares; j < set.sharesEnd; j = r.dividers(j, set.sharesEnd) {
			u, err := r.amountOf(line, &rest, j)
			if err != nil {
				return r.tooLarge(line, err)
			}
			num, den := r.calc.exactAmount(&r.shares[j], &rest)
			g := &r.groups[r.groupIndex(&r.shares[j])]
			g.cells = append(g.cells, groupCell{line: i, share: j, exact: new(big.Rat).SetFrac(num, den), units: u})
		}
	}
	for i := range r.groups {
		if err := r.roundGroup(&r.groups[i]); err != nil {
			return r.tooLarge(&r.lines[r.groups[i].cells[0].line], err)
		}
	}
	all := r.groupCells()
	for {
		if err := r.capGroups(all); err != nil {
			return err
		}
		if again, err := r.dropLosers(); err != nil || !again {
			return err
		}
	}
}

// groupCells returns the cells of all groups in the order of entries.
func (r *Result) groupCells() []*groupCell {
	var all []*groupCell
	for i := range r.groups {
		for j := range r.groups[i].cells {
			all = append(all, &r.groups[i].cells[j])
		}
	}
	slices.SortFunc(all, func(a, b *groupCell) int {
		if a.line != b.line {
			return a.line - b.line
		}
		return a.share - b.share
	})
	return all
}

// capGroups makes entries of the cells of all groups and applies the cap of each line and of the order.
func (r *Result) capGroups(all []*groupCell) error {
	r.removeEntries(0)
	r.cuts, r.gone = r.cuts[:0], r.gone[:0]
	for len(all) > 0 {
		index, start, sum := all[0].line, len(r.amounts), money.Units{}
		for ; len(all) > 0 && all[0].line == index; all = all[1:] {
			c := all[0]
			var err error
			units, first, end := c.units, len(r.amounts), r.dividers(c.share, r.sets[r.lines[index].set].sharesEnd)
			if r.shares[c.share].Weight == 0 {
				r.addEntry(index, c.share, units)
			} else if units, err = r.divide(index, c.share, end, units); err != nil {
				return r.tooLarge(&r.lines[index], err)
			}
			if c.cut {
				r.mark(first, campaignCap)
				for share := c.share; share < end && units.IsZero(); share++ {
					r.gone = append(r.gone, gone{place{index, share}, campaignCap})
				}
			}
			if sum, err = sum.Add(units); err != nil {
				return r.tooLarge(&r.lines[index], err)
			}
		}
		rest := r.lines[index].rest()
		if err := r.applyCap(start, &rest.net, sum); err != nil {
			return r.tooLarge(&r.lines[index], err)
		}
	}
	return r.capOrder()
}

// floorsOrder reports whether losses are netted within an order but never beyond it.
func (c *Calculator) floorsOrder() bool { return c.plan.Base == Profit && c.plan.Loss == FloorOrder }

// dropLosers empties the groups whose losses exceed what the caps have left of their profits, and reports whether there are any: without their losses
// the others have less room under the caps.
func (r *Result) dropLosers() (bool, error) {
	if !r.calc.floorsOrder() {
		return false, nil
	}
	paid := make([]money.Units, len(r.groups))
	for i := range r.amounts {
		_, payer := r.at(i)
		sum := &paid[r.groupIndex(r.head(payer))]
		var err error
		if *sum, err = sum.Add(r.amounts[i]); err != nil {
			return false, err
		}
	}
	dropped := false
	for i := range paid {
		if paid[i].Sign() < 0 {
			r.groups[i].empty()
			dropped = true
		}
	}
	return dropped, nil
}

func (g *group) empty() {
	for i := range g.cells {
		g.cells[i].units, g.cells[i].cut = money.Units{}, false
	}
}

// groupIndex finds the group of a share, and makes it if there is none yet.
func (r *Result) groupIndex(s *Share) int {
	for i := range r.groups {
		if r.groups[i].is(s) {
			return i
		}
	}
	r.groups = append(r.groups, group{rule: s.Rule, slot: s.Slot, position: s.Position, payee: s.Payee})
	return len(r.groups) - 1
}

// roundGroup rounds a group's exact sum once and lays it on the lines, applies the caps of campaigns, and empties the group where losses exceed profits.
func (r *Result) roundGroup(g *group) (err error) {
	exact, rounded := new(big.Rat), money.Units{}
	amounts := make([]*big.Rat, len(g.cells))
	for i := range g.cells {
		amounts[i] = g.cells[i].exact
		exact.Add(exact, amounts[i])
	}
	if r.calc.plan.Rounding.Scope == PerOrder {
		units, err := r.layOrder(amounts, exact)
		if err != nil {
			return err
		}
		for i := range g.cells {
			g.cells[i].units = units[i]
		}
	}
	if r.capped {
		if err := r.capCampaigns(g); err != nil {
			return err
		}
	}
	for i := range g.cells {
		if rounded, err = rounded.Add(g.cells[i].units); err != nil {
			return err
		}
	}
	// The rounded sum counts too: cents rounded on many lines must not make somebody owe for an order that made a profit.
	if r.calc.floorsOrder() && (exact.Sign() < 0 || rounded.Sign() < 0) {
		g.empty()
	}
	return nil
}

// layOrder rounds the sum of amounts once and lays it on them: each is cut off downwards, and the units left over go to the largest remainders, ties to
// the earlier.
func (r *Result) layOrder(amounts []*big.Rat, sum *big.Rat) ([]money.Units, error) {
	left := r.calc.plan.Rounding.Mode.Quo(sum.Num(), sum.Denom())
	units, rests, order := make([]money.Units, len(amounts)), make([]*big.Rat, len(amounts)), make([]int, len(amounts))
	for i, x := range amounts {
		floor, rest := new(big.Int).DivMod(x.Num(), x.Denom(), new(big.Int))
		var err error
		if units[i], err = money.UnitsFromBig(floor); err != nil {
			return nil, err
		}
		rests[i], order[i] = new(big.Rat).SetFrac(rest, x.Denom()), i
		left.Sub(left, floor)
	}
	slices.SortStableFunc(order, func(a, b int) int { return rests[b].Cmp(rests[a]) })
	for _, i := range order[:left.Int64()] {
		var err error
		if units[i], err = units[i].Add(money.UnitsOf(1)); err != nil {
			return nil, err
		}
	}
	return units, nil
}
