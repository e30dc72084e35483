package commission

import (
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// meetsLimits reports whether some share is multiplied by a campaign of which the order may use only so much.
func (r *Result) meetsLimits() bool {
	meets := false
	for i := range r.limits {
		l := &r.limits[i]
		l.added = money.Units{}
		l.applies = !l.out && slices.ContainsFunc(r.shares, func(s Share) bool {
			return slices.ContainsFunc(s.Campaign.parts(), func(p CampaignPart) bool { return p.Name == l.name })
		})
		meets = meets || l.applies
	}
	return meets
}

// settleLimited is settle where campaigns are counted over orders. It settles the order without campaigns, with the first of the plan alone, with the
// first two, and so on, to know what each adds, and cuts what is more than it may. What the seller gives up comes after that.
func (r *Result) settleLimited() error {
	steps, lines := r.allCampaigns(), slices.Clone(r.lines)
	r.keepsAll = true
	defer func() { r.keepsAll = false }()
	if err := r.settleAll(); err != nil {
		return err
	}
	c := cutter{Result: r, full: r.byShare()}
	c.now = slices.Clone(c.full)
	before, err := r.settledWith(lines, nil)
	if err != nil {
		return err
	}
	for i := range steps {
		after := c.full
		if i+1 < len(steps) {
			if after, err = r.settledWith(lines, steps[:i+1]); err != nil {
				return err
			}
		}
		if l := r.limitOf(steps[i].Name); l != nil {
			if err := c.limit(l, before, after); err != nil {
				return r.tooLarge(&r.lines[0], err)
			}
		}
		before = after
	}
	c.lay()
	r.keepsAll = false
	return r.giveUpAll()
}

// allCampaigns lists the campaigns that multiply some share, in the order of the plan.
func (r *Result) allCampaigns() []CampaignPart {
	var all []CampaignPart
	for i := range r.shares {
		all = r.shares[i].Campaign.addTo(all)
	}
	r.inPlanOrder(all)
	return all
}

// settledWith is what each share gets of each line with these campaigns alone.
func (r *Result) settledWith(lines []line, campaigns []CampaignPart) ([]money.Units, error) {
	with := &Result{keepsAll: true}
	with.reset(r.calc, r.order, nil)
	for i := range r.sets {
		with.openSet()
		for _, s := range r.shares[r.sets[i].shares:r.sets[i].sharesEnd] {
			s.Campaign = r.calc.only(s.Campaign, campaigns)
			with.shares = append(with.shares, s)
		}
		with.closeSet()
	}
	with.lines = slices.Clone(lines)
	if err := with.settleAll(); err != nil {
		return nil, err
	}
	return with.byShare(), nil
}

// byShare returns the amount of each share of each line, 0 where it has no entry.
func (r *Result) byShare() []money.Units {
	var all []money.Units
	next := 0 // the entry that would come next
	for i := range r.lines {
		if r.lines[i].reason != "" {
			continue
		}
		set := &r.sets[r.lines[i].set]
		for j := set.shares; j < set.sharesEnd; j++ {
			amount := money.Units{}
			if next < len(r.amounts) {
				if line, share := r.at(next); line == i && share == j {
					amount = r.amounts[next]
					next++
				}
			}
			all = append(all, amount)
		}
	}
	return all
}

// cutter cuts what campaigns add to an order.
type cutter struct {
	*Result
	full   []money.Units // by share and line, as byShare has it: what each gets uncut
	now    []money.Units // what the cuts so far leave
	places []place       // what stands where
	groups []int         // what of it is one rule's for one payee
	payees int           // how many of those there are
}

// limit notes what a campaign adds, which raises the amounts from before to after, and cuts it to its limit. The cut is divided among payees and rules by
// what each gains, and then among the lines, by largest remainder; a loss is never cut.
func (c *cutter) limit(l *limit, before, after []money.Units) error {
	gains, sum, err := make([]money.Units, len(after)), money.Units{}, error(nil)
	for i := range after {
		if gains[i], err = after[i].Sub(before[i]); err != nil {
			return err
		}
		if sum, err = sum.Add(gains[i]); err != nil {
			return err
		}
	}
	if sum.Sign() > 0 {
		l.added = sum
	}
	if l.most == nil || l.added.Cmp(*l.most) <= 0 {
		return nil
	}
	over, err := l.added.Sub(*l.most)
	if err != nil {
		return err
	}
	if l.added = *l.most; l.reason == "" {
		l.reason = CutByCustomerCap
	}
	c.find()
	byPayee := make([]money.Units, c.payees)
	for i, gain := range gains {
		if byPayee[c.groups[i]], err = byPayee[c.groups[i]].Add(gain); err != nil {
			return err
		}
	}
	cuts, err := cutsOf(byPayee, over)
	if err != nil {
		return err
	}
	for g, cut := range cuts {
		if err := c.cutPayee(g, cut, gains); err != nil {
			return err
		}
	}
	return nil
}

// find works out which amount is whose.
func (c *cutter) find() {
	if c.groups != nil {
		return
	}
	type owner struct {
		payee          partner.ID
		rule           string
		slot, position int32
	}
	known := map[owner]int{}
	c.groups, c.places = make([]int, 0, len(c.full)), make([]place, 0, len(c.full))
	for i := range c.lines {
		if c.lines[i].reason != "" {
			continue
		}
		set := &c.sets[c.lines[i].set]
		for j := set.shares; j < set.sharesEnd; j++ {
			s := &c.shares[j]
			key := owner{s.Payee, s.Rule, s.Slot, s.Position}
			if _, ok := known[key]; !ok {
				known[key] = len(known)
			}
			c.groups, c.places = append(c.groups, known[key]), append(c.places, place{i, j})
		}
	}
	c.payees = len(known)
}

// cutPayee takes a cut off what one rule pays one payee: of the lines by which he gains, at most all that they pay, and where losses are netted within the
// order at most what they leave him.
func (c *cutter) cutPayee(group int, cut money.Units, gains []money.Units) error {
	if cut.IsZero() {
		return nil
	}
	var at []int
	var weights []money.Units
	sum, all, err := money.Units{}, money.Units{}, error(nil)
	for i, g := range c.groups {
		if g != group {
			continue
		}
		if all, err = all.Add(c.now[i]); err != nil {
			return err
		}
		if c.now[i].Sign() <= 0 || gains[i].Sign() <= 0 {
			continue
		}
		at, weights = append(at, i), append(weights, least(gains[i], c.now[i]))
		if sum, err = sum.Add(weights[len(weights)-1]); err != nil {
			return err
		}
	}
	if cut = least(cut, sum); c.calc.floorsOrder() {
		cut = least(cut, all)
	}
	cuts, err := cutsOf(weights, cut)
	if err != nil {
		return err
	}
	for i, part := range cuts {
		if c.now[at[i]], err = c.now[at[i]].Sub(part); err != nil {
			return err
		}
	}
	return nil
}

// cutsOf divides a cut among gains, which it is not above together: what is left of them is divided by largest remainder, as every cap does. Losses have no
// part in it.
func cutsOf(gains []money.Units, cut money.Units) ([]money.Units, error) {
	weights, left := make([]money.Units, len(gains)), cut.Neg()
	var err error
	for i, gain := range gains {
		if gain.Sign() <= 0 {
			continue
		}
		weights[i] = gain
		if left, err = left.Add(gain); err != nil {
			return nil, err
		}
	}
	parts, err := money.Split(nil, left, weights)
	if err != nil {
		return nil, err
	}
	for i := range parts {
		if parts[i], err = weights[i].Sub(parts[i]); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// lay replaces the entries by what the cuts leave of them.
func (c *cutter) lay() {
	if c.groups == nil {
		return
	}
	r := c.Result
	r.places, r.parts = r.places[:0], r.parts[:0]
	next := 0
	for i := range r.amounts {
		line, share := r.at(i)
		for c.places[next] != (place{line, share}) {
			next++
		}
		r.places, r.parts = append(r.places, c.places[next]), append(r.parts, c.now[next])
	}
	r.lay(0, campaignCap)
	slices.SortFunc(r.gone, func(a, b gone) int { return a.cmp(b.place) })
}
