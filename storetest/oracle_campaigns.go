package storetest

import (
	"cmp"
	"math/big"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
)

// Which campaigns multiply a share, what they make together, what each adds at most, and the cap of an order.

// oracleCampaigns are those that run at an instant and name the rule and slot, the goods and the level, but for those without which an order is: the one with
// the largest factor where the plan takes one.
func oracleCampaigns(plan *program.Plan, s *oracleShare, line *program.Line, at time.Time, without map[string]bool) []commission.Campaign {
	var found []commission.Campaign
	for _, c := range plan.Campaigns {
		running := (c.From == nil || !at.Before(*c.From)) && (c.To == nil || at.Before(*c.To))
		rule := slices.Contains(c.Rules, s.rule) || len(c.Rules) == 0 && s.rule == commission.RuleSlots
		slot := slices.Contains(c.Slots, s.slot) || len(c.Slots) == 0 || s.rule != commission.RuleSlots
		goods := slices.Contains(c.Products, line.Product) || slices.Contains(c.Categories, line.Category) || slices.Contains(c.SKUs, line.SKU) ||
			len(c.Products)+len(c.Categories)+len(c.SKUs) == 0
		level := slices.Contains(c.Levels, s.level) || len(c.Levels) == 0
		divided := s.part != nil && (len(c.Levels) > 0 || c.PerOrder.Valid) // what several divide has no level and no cap
		switch {
		case without[c.Name] || !running || !rule || !slot || !goods || !level || divided:
		case plan.Commission.Stacking != commission.StackMax || len(found) == 0:
			found = append(found, c)
		case c.Factor.GreaterThan(found[0].Factor):
			found[0] = c
		}
	}
	return found
}

// oracleFactor is what those of a share's campaigns make that are among the first so many of the plan's.
func oracleFactor(plan *program.Plan, s *oracleShare, first int) *big.Rat {
	factor := oracleRat(1)
	for _, c := range plan.Campaigns[:first] {
		switch own := slices.ContainsFunc(s.campaigns, func(mine commission.Campaign) bool { return mine.Name == c.Name }); {
		case !own:
		case plan.Commission.Stacking == commission.StackSum:
			factor.Add(factor, new(big.Rat).Sub(c.Factor.Rat(), oracleRat(1)))
		default:
			factor.Mul(factor, c.Factor.Rat())
		}
	}
	if factor.Sign() < 0 {
		factor.SetInt64(0)
	}
	return factor
}

// oracleAmounts sets what each cell gets with those of its campaigns that are among the first so many of the plan's: exactly, and rounded in the plan's
// scope.
func oracleAmounts(plan *program.Plan, cells []*oracleCell, first int) {
	for _, c := range cells {
		c.exact = oracleExact(plan, c.line, c.share, oracleFactor(plan, c.share, first))
		if c.share.part != nil {
			c.exact.Mul(c.exact, c.share.part)
		}
		c.whole = oracleRound(plan, c.exact)
	}
	if plan.Commission.Rounding.Scope == commission.PerEntry {
		oracleDivide(plan, cells)
		return
	}
	oracleDividePots(plan, cells)
	for _, group := range oracleGroups(cells) {
		if group[0].share.part == nil {
			oracleRoundOnce(plan, group)
		}
	}
}

// addCampaigns sets what each cell gets without campaigns, and adds what each of the first so many of the plan raises that and those before it by, cut to its
// cap.
func (o *oracle) addCampaigns(plan *program.Plan, cells []*oracleCell, first int) {
	with := func(first int) []int64 {
		oracleAmounts(plan, cells, first)
		whole := make([]int64, len(cells))
		for i, c := range cells {
			whole[i] = c.whole
		}
		return whole
	}
	before := with(0)
	total := slices.Clone(before)
	for k, campaign := range plan.Campaigns[:first] {
		after := with(k + 1)
		for _, group := range oracleGroups(cells) {
			var places []int
			var added []int64
			for _, c := range group {
				i := slices.Index(cells, c)
				places, added = append(places, i), append(added, after[i]-before[i])
			}
			if campaign.PerOrder.Valid {
				oracleCut(added, oracleInt(o.minor(campaign.PerOrder.Decimal)))
			}
			for n, i := range places {
				total[i] += added[n]
			}
		}
		before = after
	}
	with(first)
	for i, c := range cells {
		if c.whole = total[i]; c.exact.Sign() >= 0 {
			c.whole = max(c.whole, 0) // discounts never make somebody owe
		}
	}
}

// oracleCut cuts the gains among amounts in proportion, by largest remainder, so that gains and losses together are not above a limit.
func oracleCut(amounts []int64, limit int64) {
	gains := int64(0)
	for _, a := range amounts {
		gains += max(a, 0)
		limit -= min(a, 0)
	}
	if gains <= limit {
		return
	}
	parts := make([]*big.Rat, len(amounts))
	for i, a := range amounts {
		parts[i] = big.NewRat(max(a, 0)*limit, gains)
	}
	for i, n := range oracleSplit(limit, parts) {
		if amounts[i] > 0 {
			amounts[i] = n
		}
	}
}

// oracleOrderCap cuts what the caps of the lines leave so that everything together is not above the order's, which is a share of what is left of all
// lines' nets, cut off downwards.
func oracleOrderCap(plan *program.Plan, lines []oracleLine, cells []*oracleCell) {
	if !plan.Commission.OrderCap.IsSet() {
		return
	}
	net := new(big.Rat)
	for i := range lines {
		net.Add(net, lines[i].left())
	}
	limit := oracleInt(net.Mul(net, plan.Commission.OrderCap.Decimal().Rat()))
	amounts := make([]int64, len(cells))
	for i, c := range cells {
		amounts[i] = c.paid
	}
	if plan.Commission.Overflow != commission.CutFarthest {
		oracleCut(amounts, limit)
		for i, c := range cells {
			c.paid = amounts[i]
		}
		return
	}
	nearest := slices.Clone(cells)
	slices.SortStableFunc(nearest, func(a, b *oracleCell) int { return cmp.Compare(a.share.distance(plan), b.share.distance(plan)) })
	for _, c := range nearest {
		limit -= min(c.paid, 0)
	}
	for _, c := range nearest {
		if c.paid > 0 {
			c.paid = min(c.paid, limit)
			limit -= c.paid
		}
	}
}
