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

// nets is what counts of each line: its amount without its part of the order's discount, then without its part of the tenders that do not count, as far
// as these pay for goods.
func (o *oracle) nets(plan *program.Plan, in *program.Order) []*big.Rat {
	nets, goods := make([]*big.Rat, len(in.Lines)), new(big.Rat)
	for i := range nets {
		nets[i] = o.minor(in.Lines[i].Amount)
		goods.Add(goods, nets[i])
	}
	o.takeOff(plan, nets, o.minor(in.Discount))
	goods.Sub(goods, o.minor(in.Discount))
	excluded, tendered := plan.Commission.Tenders.Excluded, new(big.Rat)
	if excluded == nil {
		excluded = []string{"points", "gift-card"}
	}
	for _, tender := range in.Tenders {
		if slices.Contains(excluded, tender.Kind) {
			tendered.Add(tendered, o.minor(tender.Amount))
		}
	}
	if tendered.Cmp(goods) > 0 {
		tendered = goods
	}
	o.takeOff(plan, nets, tendered)
	return nets
}

// takeOff divides a total over amounts in proportion to them, in steps of the plan's prices, and takes it off them.
func (o *oracle) takeOff(plan *program.Plan, amounts []*big.Rat, total *big.Rat) {
	if total.Sign() == 0 {
		return
	}
	sum, parts, steps := new(big.Rat), make([]*big.Rat, len(amounts)), new(big.Rat).Mul(total, o.fine(plan))
	for _, amount := range amounts {
		sum.Add(sum, amount)
	}
	for i, amount := range amounts {
		parts[i] = new(big.Rat).Mul(steps, new(big.Rat).Quo(amount, sum))
	}
	for i, n := range oracleSplit(oracleInt(steps), parts) {
		amounts[i] = new(big.Rat).Sub(amounts[i], new(big.Rat).Quo(oracleRat(n), o.fine(plan)))
	}
}

// settle works out what each cell is paid with the first so many campaigns of the plan, under all caps.
func (o *oracle) settle(plan *program.Plan, lines []oracleLine, cells []*oracleCell, first int) {
	o.takeFees(plan, lines, cells, first)
	o.addCampaigns(plan, cells, first)
	floors := oracleFloorsOrder(plan)
	if floors {
		oracleDropLosers(cells)
	}
	for dropped := true; dropped; {
		oracleCap(plan, cells)
		oracleOrderCap(plan, lines, cells)
		dropped = floors && oracleDropLosers(cells)
	}
}

// oracleFloorsOrder reports whether losses are netted within an order.
func oracleFloorsOrder(plan *program.Plan) bool {
	return plan.Commission.Base == commission.Profit && plan.Commission.Loss == commission.FloorOrder
}

// pay returns what an order pays, by line, rule, slot and payee, on what is left of it, and what it uses of the budgets of campaigns.
func (o *oracle) pay(x *oracleOrder) (pays map[oracleKey]int64, uses map[string]int64) {
	plan := o.plan(x.version)
	var cells []*oracleCell
	for i := range x.lines {
		for j := range x.lines[i].shares {
			c := &oracleCell{line: &x.lines[i], share: &x.lines[i].shares[j]}
			cells = append(cells, c)
		}
	}
	o.settle(plan, x.lines, cells, len(plan.Campaigns))
	uses = o.useBudgets(plan, x, cells)
	oracleGiveUp(plan, cells, oracleFloorsOrder(plan))
	pays = map[oracleKey]int64{}
	for _, c := range cells {
		if c.paid != 0 {
			pays[oracleKey{c.line.id, c.share.rule, c.share.slot, c.share.payee}] += c.paid
		}
	}
	return pays, uses
}

// first returns what an order paid before anything came back.
func (o *oracle) first(x *oracleOrder) map[oracleKey]int64 {
	if x.pays != nil {
		return x.pays
	}
	x.pays, _ = o.pay(o.whole(x))
	return x.pays
}

// whole is an order as if nothing had come back.
func (o *oracle) whole(x *oracleOrder) *oracleOrder {
	whole := &oracleOrder{version: x.version, lines: slices.Clone(x.lines), reserved: x.reserved}
	for i := range whole.lines {
		whole.lines[i].back = oracleBack{}
	}
	return whole
}

// oracleExact is a share, multiplied by the factor of campaigns, of what is left of a line's net, profit or list price without the fees that come before
// the split, or an amount for each unit that is left. A fee is a share of the net. What nothing is paid for pays nothing and is no loss.
func oracleExact(plan *program.Plan, l *oracleLine, s *oracleShare, factor *big.Rat) *big.Rat {
	base, units, rate := l.left(), oracleRat(l.quantity-l.back.units), new(big.Rat).Mul(s.rate, factor)
	switch {
	case base.Sign() == 0:
		return base
	case s.perUnit:
		return units.Mul(units, rate)
	case s.rule == commission.RuleFee:
		return base.Mul(base, rate)
	case plan.Commission.Base == commission.Profit:
		base.Sub(base, new(big.Rat).Mul(l.cost, new(big.Rat).Quo(units, oracleRat(l.quantity))))
	case plan.Commission.Base == commission.ListPrice:
		base.Mul(l.list, new(big.Rat).Quo(units, oracleRat(l.quantity)))
	}
	if l.off != nil {
		base.Sub(base, l.off)
	}
	if base.Sign() < 0 && (plan.Commission.Loss == commission.FloorLine || plan.Commission.Base != commission.Profit) {
		base.SetInt64(0)
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
			if s := g[0].share; s.rule == c.share.rule && s.slot == c.share.slot && s.payee == c.share.payee {
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
			slices.SortStableFunc(winners, func(a, b *oracleCell) int { return cmp.Compare(a.share.distance(plan), b.share.distance(plan)) })
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
