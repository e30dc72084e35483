package storetest

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// What an order pays on what is left of it.

// oracleKey says for what somebody is paid.
type oracleKey struct {
	line  commission.LineID
	rule  string
	slot  int
	payee partner.ID
}

// oracleCell is one share of one line: its exact amount in minor units, and the whole number that becomes of it.
type oracleCell struct {
	line  *oracleLine
	share *oracleShare
	exact *big.Rat
	whole int64
	paid  int64 // under the cap
}

func oracleFloor(x *big.Rat) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Div(x.Num(), x.Denom()))
}

func oracleInt(x *big.Rat) int64 { return oracleFloor(x).Num().Int64() }

// oracleSplit gives each its exact part cut off downwards, and what is left of the total, one each, to the largest remainders, ties to the earlier.
func oracleSplit(total int64, exact []*big.Rat) []int64 {
	parts, rests, order := make([]int64, len(exact)), make([]*big.Rat, len(exact)), make([]int, len(exact))
	for i, x := range exact {
		parts[i] = oracleInt(x)
		rests[i], order[i] = new(big.Rat).Sub(x, oracleFloor(x)), i
		total -= parts[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return rests[b].Cmp(rests[a]) })
	for _, i := range order[:total] {
		parts[i]++
	}
	return parts
}

// discounts divides the order's discount over its lines in proportion to their amounts, in steps of the plan's prices.
func (o *oracle) discounts(plan *program.Plan, in *program.Order) []*big.Rat {
	fine, total := o.fine(plan), new(big.Rat)
	discount := new(big.Rat).Mul(o.minor(in.Discount), fine)
	for i := range in.Lines {
		total.Add(total, in.Lines[i].Amount.Rat())
	}
	parts := make([]*big.Rat, len(in.Lines))
	for i := range parts {
		parts[i] = new(big.Rat)
		if total.Sign() > 0 {
			parts[i].Mul(discount, new(big.Rat).Quo(in.Lines[i].Amount.Rat(), total))
		}
	}
	for i, n := range oracleSplit(oracleInt(discount), parts) {
		parts[i] = new(big.Rat).Quo(oracleRat(n), fine)
	}
	return parts
}

// pay returns what an order pays, by line, rule, slot and payee, on what is left of it.
func (o *oracle) pay(x *oracleOrder) map[oracleKey]int64 {
	plan := o.plan(x.version)
	var cells []*oracleCell
	for i := range x.lines {
		for j := range x.lines[i].shares {
			c := &oracleCell{line: &x.lines[i], share: &x.lines[i].shares[j]}
			cells = append(cells, c)
		}
	}
	o.addCampaigns(plan, cells)
	floors := plan.Commission.Base == commission.Profit && plan.Commission.Loss == commission.FloorOrder
	if floors {
		oracleDropLosers(cells)
	}
	for dropped := true; dropped; {
		oracleCap(plan, cells)
		oracleOrderCap(plan, x.lines, cells)
		dropped = floors && oracleDropLosers(cells)
	}
	pays := map[oracleKey]int64{}
	for _, c := range cells {
		if c.paid != 0 {
			pays[oracleKey{c.line.id, c.share.rule, c.share.slot, c.share.payee}] += c.paid
		}
	}
	return pays
}

// first returns what an order paid before anything came back.
func (o *oracle) first(x *oracleOrder) map[oracleKey]int64 {
	if x.pays != nil {
		return x.pays
	}
	whole := &oracleOrder{version: x.version, lines: slices.Clone(x.lines)}
	for i := range whole.lines {
		whole.lines[i].back = oracleBack{}
	}
	x.pays = o.pay(whole)
	return x.pays
}

// oracleExact is a share, multiplied by the factor of campaigns, of what is left of a line's net or profit, or an amount for each unit that is left. What nothing is paid for pays nothing and is
// no loss.
func oracleExact(plan *program.Plan, l *oracleLine, s *oracleShare, factor *big.Rat) *big.Rat {
	base, units, rate := l.left(), oracleRat(l.quantity-l.back.units), new(big.Rat).Mul(s.rate, factor)
	switch {
	case base.Sign() == 0:
		return base
	case s.perUnit:
		return units.Mul(units, rate)
	case plan.Commission.Base == commission.Profit:
		cost := new(big.Rat).Mul(l.cost, new(big.Rat).Quo(units, oracleRat(l.quantity)))
		if base.Sub(base, cost); base.Sign() < 0 && plan.Commission.Loss == commission.FloorLine {
			base.SetInt64(0)
		}
	}
	return base.Mul(base, rate)
}

// oracleRound rounds to a whole number: the size of it, whatever its sign.
func oracleRound(plan *program.Plan, x *big.Rat) int64 {
	size := new(big.Rat).Abs(x)
	n := oracleInt(size)
	switch half := size.Sub(size, oracleRat(n)).Cmp(big.NewRat(1, 2)); plan.Commission.Rounding.Mode {
	case money.HalfUp:
		if half >= 0 {
			n++
		}
	case money.HalfEven:
		if half > 0 || half == 0 && n%2 == 1 {
			n++
		}
	}
	return n * int64(x.Sign())
}

// oracleGroups puts together what one rule pays one payee in one slot over the whole order.
func oracleGroups(cells []*oracleCell) [][]*oracleCell {
	var groups [][]*oracleCell
next:
	for _, c := range cells {
		for i, g := range groups {
			if s := g[0].share; s.rule == c.share.rule && s.slot == c.share.slot && s.place == c.share.place {
				groups[i] = append(g, c)
				continue next
			}
		}
		groups = append(groups, []*oracleCell{c})
	}
	return groups
}

// oracleRoundOnce rounds the sum of a group once and lays it on the lines by largest remainder.
func oracleRoundOnce(plan *program.Plan, group []*oracleCell) {
	sum, parts := new(big.Rat), make([]*big.Rat, len(group))
	for i, c := range group {
		parts[i] = c.exact
		sum.Add(sum, c.exact)
	}
	for i, n := range oracleSplit(oracleRound(plan, sum), parts) {
		group[i].whole = n
	}
}

// oracleDropLosers takes out everything of a group whose losses exceed its profits over the order, in fractions, in whole amounts or in what is paid of
// them, and reports whether there was any: without its losses the others have less room.
func oracleDropLosers(cells []*oracleCell) (dropped bool) {
	for _, group := range oracleGroups(cells) {
		exact, whole, paid := new(big.Rat), int64(0), int64(0)
		for _, c := range group {
			exact.Add(exact, c.exact)
			whole, paid = whole+c.whole, paid+c.paid
		}
		if exact.Sign() < 0 || whole < 0 || paid < 0 {
			for _, c := range group {
				c.exact, c.whole = new(big.Rat), 0
			}
			dropped = true
		}
	}
	return dropped
}

// oracleLimit is the most that a line may pay: the plan's share of what is left of its net, cut off downwards.
func oracleLimit(plan *program.Plan, l *oracleLine) int64 {
	share := oracleRat(1)
	if plan.Commission.Cap.IsSet() {
		share = plan.Commission.Cap.Decimal().Rat()
	}
	return oracleInt(share.Mul(share, l.left()))
}

// oracleCap cuts the gains of each line so that gains and losses together are not above its limit.
func oracleCap(plan *program.Plan, cells []*oracleCell) {
	byLine := map[*oracleLine][]*oracleCell{}
	for _, c := range cells {
		byLine[c.line] = append(byLine[c.line], c)
	}
	for line, own := range byLine {
		room, gains := oracleLimit(plan, line), int64(0)
		var winners []*oracleCell
		for _, c := range own {
			c.paid = c.whole
			if c.whole < 0 {
				room -= c.whole
			} else {
				gains += c.whole
				winners = append(winners, c)
			}
		}
		if gains <= room {
			continue
		}
		if plan.Commission.Overflow == commission.CutFarthest {
			slices.SortStableFunc(winners, func(a, b *oracleCell) int { return cmp.Compare(a.share.place, b.share.place) })
			for _, c := range winners {
				c.paid = min(c.whole, room)
				room -= c.paid
			}
			continue
		}
		parts := make([]*big.Rat, len(winners))
		for i, c := range winners {
			parts[i] = big.NewRat(c.whole*room, gains)
		}
		for i, n := range oracleSplit(room, parts) {
			winners[i].paid = n
		}
	}
}
