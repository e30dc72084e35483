package commission_test

import (
	"math/big"
	"slices"

	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// The oracle's campaigns: which of them multiply a share, what several make together, what each may add, and the cap of the order.

// genCampaignCaps draws what a plan says about campaigns, and the cap of an order.
func genCampaignCaps(t *rapid.T, p *commission.Plan) {
	p.Stacking = commission.Stacking(rapid.IntRange(0, 2).Draw(t, "stacking"))
	if often(t, "order cap", 30) {
		p.OrderCap = commission.MustRate(rapid.SampledFrom([]string{"100%", "50%", "20%", "9.99%", "0.1%", "0%"}).Draw(t, "order cap"))
	}
}

// genCampaignLimits draws for which goods and levels a campaign is, and how much it adds at most.
func genCampaignLimits(t *rapid.T, c *commission.Campaign, scale int) {
	if often(t, "names goods", 40) {
		for _, list := range []*[]string{&c.Products, &c.Categories, &c.SKUs} {
			if often(t, "this kind", 50) {
				*list = []string{rapid.SampledFrom(genGoods[1:]).Draw(t, "goods")}
			}
		}
	}
	if often(t, "names levels", 30) {
		c.Levels = []partner.Level{partner.Level(rapid.SampledFrom(genLevels).Draw(t, "level")), "g2"}
	}
	if c.Factor.GreaterThan(dec("1")) && often(t, "per order", 40) {
		c.PerOrder.Decimal = genAmount(t, "per order", scale)
		c.PerOrder.Valid = c.PerOrder.Decimal.Sign() > 0
	}
}

// campaignsFor are the campaigns that run at payment and are for the goods, the rule and slot, and the level: where the plan takes one, the one with the
// largest factor.
func (o oracle) campaignsFor(order *commission.Order, line *commission.Line, s *oracleShare) []commission.Campaign {
	var found []commission.Campaign
	for _, c := range o.campaigns {
		running := (c.From == nil || !order.PaidAt.Before(*c.From)) && (c.To == nil || order.PaidAt.Before(*c.To))
		rule := len(c.Rules) == 0 && s.rule == commission.RuleSlots
		for _, name := range c.Rules {
			rule = rule || name == s.rule
		}
		slot := len(c.Slots) == 0 || s.rule != commission.RuleSlots
		for _, n := range c.Slots {
			slot = slot || n == s.slot
		}
		goods := len(c.Products) == 0 && len(c.Categories) == 0 && len(c.SKUs) == 0
		goods = goods || slices.Contains(c.Products, line.Product) || slices.Contains(c.Categories, line.Category) || slices.Contains(c.SKUs, line.SKU)
		divided := s.part != nil && s.part.Cmp(big.NewRat(1, 1)) != 0
		level := len(c.Levels) == 0 || !divided && slices.Contains(c.Levels, s.level)
		capped := c.PerOrder.Valid && divided // not of an amount that several divide
		if running && rule && slot && goods && level && !capped {
			found = append(found, c)
		}
	}
	if o.plan.Stacking != commission.StackMax || len(found) == 0 {
		return found
	}
	largest := found[0]
	for _, c := range found {
		if c.Factor.GreaterThan(largest.Factor) {
			largest = c
		}
	}
	return []commission.Campaign{largest}
}

// factor is what those of a share's campaigns make that are among the first so many of the plan's.
func (o oracle) factor(s *oracleShare, first int) *big.Rat {
	factor := big.NewRat(1, 1)
	for _, c := range o.campaigns[:first] {
		if !slices.ContainsFunc(s.campaigns, func(own commission.Campaign) bool { return own.Name == c.Name }) {
			continue
		}
		if o.plan.Stacking == commission.StackSum {
			factor.Add(factor, new(big.Rat).Sub(c.Factor.Rat(), big.NewRat(1, 1)))
		} else {
			factor.Mul(factor, c.Factor.Rat())
		}
	}
	if factor.Sign() < 0 {
		factor.SetInt64(0)
	}
	return factor
}

// bonusCapped is what is paid without campaigns, and what each campaign of the plan adds to that and to those before it, cut to its cap.
func (o oracle) bonusCapped(lines []oracleLine) table {
	with := func(first int) table { return o.rounded(lines, o.exactly(lines, first)) }
	paid, before := with(0), with(0)
	for k, c := range o.campaigns {
		after := with(k + 1)
		for _, places := range groupsOf(lines) {
			total, gains := new(big.Rat), new(big.Rat)
			added := make([]*big.Rat, len(places))
			for n, p := range places {
				added[n] = new(big.Rat).Sub(after[p.line][p.share], before[p.line][p.share])
				total.Add(total, added[n])
				if added[n].Sign() > 0 {
					gains.Add(gains, added[n])
				}
			}
			if c.PerOrder.Valid && total.Cmp(minor(c.PerOrder.Decimal.Rat(), o.scale)) > 0 {
				// What is above the cap is taken off the gains.
				room := new(big.Rat).Sub(gains, new(big.Rat).Sub(total, minor(c.PerOrder.Decimal.Rat(), o.scale)))
				var winners []int
				var parts []*big.Rat
				for n := range added {
					if added[n].Sign() > 0 {
						winners, parts = append(winners, n), append(parts, new(big.Rat).Mul(added[n], new(big.Rat).Quo(room, gains)))
					}
				}
				for n, part := range largestRemainder(room, parts) {
					added[winners[n]] = part
				}
			}
			for n, p := range places {
				paid[p.line][p.share] = new(big.Rat).Add(paid[p.line][p.share], added[n])
			}
		}
		before = after
	}
	for i, amounts := range o.exactly(lines, len(o.campaigns)) {
		for j, exact := range amounts {
			if exact.Sign() >= 0 && paid[i][j].Sign() < 0 {
				paid[i][j] = new(big.Rat)
			}
		}
	}
	return paid
}

// orderCapped cuts the gains of all lines so that everything together is not above the cap of the order, which is cut off downwards.
func (o oracle) orderCapped(lines []oracleLine, amounts table) table {
	if !o.plan.OrderCap.IsSet() {
		return amounts
	}
	net, gains := new(big.Rat), new(big.Rat)
	for i := range lines {
		net.Add(net, lines[i].net)
	}
	room := floorOf(minor(net.Mul(net, o.plan.OrderCap.Decimal().Rat()), o.scale))
	paid := make(table, len(amounts))
	var winners []place
	for i := range amounts {
		paid[i] = slices.Clone(amounts[i])
		for j, a := range amounts[i] {
			if a.Sign() < 0 {
				room.Sub(room, a)
			} else {
				gains.Add(gains, a)
				winners = append(winners, place{i, j})
			}
		}
	}
	if gains.Cmp(room) <= 0 {
		return paid
	}
	if o.plan.Overflow == commission.CutFarthest {
		position := func(p place) int { return o.distance(&lines[p.line].shares[p.share]) }
		slices.SortStableFunc(winners, func(a, b place) int { return position(a) - position(b) })
		for _, p := range winners {
			if paid[p.line][p.share].Cmp(room) > 0 {
				paid[p.line][p.share] = room
			}
			room = new(big.Rat).Sub(room, paid[p.line][p.share])
		}
		return paid
	}
	parts := make([]*big.Rat, len(winners))
	for n, p := range winners {
		parts[n] = new(big.Rat).Mul(amounts[p.line][p.share], new(big.Rat).Quo(room, gains))
	}
	for n, part := range largestRemainder(room, parts) {
		paid[winners[n].line][winners[n].share] = part
	}
	return paid
}
