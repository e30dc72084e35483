package commission

import (
	"math/big"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
)

// capCampaigns cuts what campaigns add to the rounded amounts of the groups from this one on to their caps. Amounts that several divide have no capped
// campaigns.
func (r *Result) capCampaigns(from int) error {
	for i := from; i < len(r.groups); i++ {
		if g := &r.groups[i]; g.pot < 0 {
			if err := r.capGroup(g); err != nil {
				return r.tooLarge(&r.lines[r.cells[g.cells[0]].line], err)
			}
		}
	}
	return nil
}

// capGroup cuts what campaigns add to one group. A campaign adds what it raises the amounts by after those before it in the plan, so that what is paid is
// always the amounts without any and what each adds, and never below 0 for that.
func (r *Result) capGroup(g *group) error {
	steps := r.campaignsOf(g)
	if !slices.ContainsFunc(steps, func(p CampaignPart) bool { return p.PerOrder != nil }) {
		return nil
	}
	before, err := r.groupWith(g, nil)
	if err != nil {
		return err
	}
	units := slices.Clone(before)
	for i := range steps {
		after, err := r.groupWith(g, steps[:i+1])
		if err != nil {
			return err
		}
		if err := r.addCampaign(g, units, before, after, steps[i].PerOrder); err != nil {
			return err
		}
		before = after
	}
	for i := range g.cells {
		// A discount is of what the campaigns before it would add without their caps, and can be more than what the caps left.
		c := &r.cells[g.cells[i]]
		if c.units = units[i]; c.units.Sign() < 0 && c.exact.Sign() >= 0 {
			c.units = money.Units{}
		}
	}
	return nil
}

// campaignsOf lists the campaigns that multiply some cell of a group, in the order of the plan.
func (r *Result) campaignsOf(g *group) []CampaignPart {
	var all []CampaignPart
	for i := range g.cells {
		all = r.shares[r.cells[g.cells[i]].share].Campaign.addTo(all)
	}
	r.inPlanOrder(all)
	return all
}

// inPlanOrder sorts campaigns by their place in the plan.
func (r *Result) inPlanOrder(all []CampaignPart) {
	place := func(p CampaignPart) int {
		if i := slices.IndexFunc(r.calc.campaigns, func(c campaign) bool { return c.Name == p.Name }); i >= 0 {
			return i
		}
		return len(r.calc.campaigns)
	}
	slices.SortStableFunc(all, func(a, b CampaignPart) int { return place(a) - place(b) })
}

func (p CampaignPart) among(list []CampaignPart) bool {
	return slices.ContainsFunc(list, func(q CampaignPart) bool { return q.Name == p.Name })
}

// groupWith is what the cells of a group get with these campaigns alone, rounded in the plan's scope.
func (r *Result) groupWith(g *group, campaigns []CampaignPart) ([]money.Units, error) {
	amounts, sum := make([]*big.Rat, len(g.cells)), new(big.Rat)
	for i := range g.cells {
		c := &r.cells[g.cells[i]]
		share, rest := r.shares[c.share], r.lines[c.line].rest()
		share.Campaign = r.calc.only(share.Campaign, campaigns)
		num, den := r.calc.exactAmount(&share, &rest)
		amounts[i] = new(big.Rat).SetFrac(num, den)
		sum.Add(sum, amounts[i])
	}
	parts := make([]*big.Int, len(amounts))
	if r.calc.plan.Rounding.Scope == PerOrder {
		parts = largestRemainder(amounts, r.round(sum))
	} else {
		for i, x := range amounts {
			parts[i] = r.round(x)
		}
	}
	units := make([]money.Units, len(parts))
	for i, part := range parts {
		var err error
		if units[i], err = money.UnitsFromBig(part); err != nil {
			return nil, err
		}
	}
	return units, nil
}

// addCampaign adds to units what a campaign raises the cells by, from before to after, in all at most its cap: gains are cut by largest remainder, and a
// loss leaves so much more room for them.
func (r *Result) addCampaign(g *group, units, before, after []money.Units, most *money.Amount) error {
	sum, err := money.Units{}, error(nil)
	r.weights, r.parts = r.weights[:0], r.parts[:0]
	var room money.Units
	if most != nil {
		room = most.Units()
	}
	for i := range after {
		gain, err := after[i].Sub(before[i])
		if err != nil {
			return err
		}
		if sum, err = sum.Add(gain); err != nil {
			return err
		}
		if gain.Sign() < 0 {
			if room, err = room.Sub(gain); err != nil {
				return err
			}
			if units[i], err = units[i].Add(gain); err != nil {
				return err
			}
			gain = money.Units{}
		}
		r.weights = append(r.weights, gain)
	}
	gains := r.weights
	if most != nil && sum.Cmp(most.Units()) > 0 {
		if r.parts, err = money.Split(r.parts, room, r.weights); err != nil {
			return err
		}
		gains = r.parts
	}
	for i := range gains {
		c := &r.cells[g.cells[i]]
		c.cut = c.cut || gains[i] != r.weights[i]
		if units[i], err = units[i].Add(gains[i]); err != nil {
			return err
		}
	}
	return nil
}
