package commission

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// maxAccounts is the most accounts of one person that an audit tries.
const maxAccounts = 5

// splitting works out what one person gets by 1, 2, … accounts, each the recruiter of the one before, and so in every tree: of the goods and with the levels
// by which several accounts bring the most. All accounts but the topmost have one level.
func (c *Calculator) splitting(mix Mix) ([]SplitGain, error) {
	levels := slices.Concat([]LeaderLevel{{}}, mix.Levels)
	gains := make([]SplitGain, maxAccounts)
	for i := range gains {
		gains[i].Accounts = i + 1
	}
	for g := range mix.Goods {
		goods := &mix.Goods[g]
		alone := make([]decimal.Decimal, len(levels))
		for i, level := range levels {
			var err error
			if alone[i], err = c.accounts(goods, 1, level, level); err != nil {
				return nil, err
			}
		}
		for i := range gains {
			for b, below := range levels {
				for t, top := range levels {
					paid, err := c.accounts(goods, i+1, below, top)
					if err != nil {
						return nil, err
					}
					// The better of his levels he could have had in one account.
					gain := paid.Sub(decimal.Max(alone[b], alone[t]))
					if gain.GreaterThan(gains[i].Gain) || gain.Equal(gains[i].Gain) && paid.GreaterThan(gains[i].Paid) {
						gains[i].Paid, gains[i].Gain = paid, gain
					}
				}
			}
		}
	}
	return gains, nil
}

// accounts is what a number of accounts at the bottom of a line get of one unit, as a share of the price.
func (c *Calculator) accounts(goods *Goods, number int, below, top LeaderLevel) (decimal.Decimal, error) {
	line := make([]Upline, number)
	for i := range line {
		level := below
		if i == number-1 {
			level = top
		}
		line[i] = Upline{Partner: partner.ID(fmt.Sprint("account-", i+1)), Level: level.Level, Leader: level.Leader}
	}
	order := goods.order(c.instants()[0], Places{})
	for _, name := range c.trees {
		order.Trees = append(order.Trees, TreeLine{Tree: name, Uplines: line})
	}
	result, err := c.Calculate(&order, line, nil)
	if err != nil {
		return decimal.Zero, err
	}
	sum := new(big.Rat)
	for i := range result.lines {
		l := &result.lines[i]
		if l.reason != "" {
			continue
		}
		rest := l.rest()
		for j := result.sets[l.set].shares; j < result.sets[l.set].sharesEnd; j++ {
			if result.shares[j].Position > 0 {
				sum.Add(sum, result.exactShare(j, &rest))
			}
		}
	}
	return c.ofPrice(sum, goods), nil
}

// findings looks at the plan and at what has been worked out.
func (c *Calculator) findings(mix Mix, a *Audit) []Finding {
	f := &findings{}
	c.findReach(f, mix)
	c.findUnreachable(f, mix)
	c.findContradictions(f, mix)
	for _, w := range a.Worst {
		name := w.Goods.name()
		if total := w.Paid.Add(a.Periods); total.GreaterThan(payoutToNote) {
			f.add(FindPayout, "", "%s: up to %s of the price is paid out, more than %s", name, percentText(total), percentText(payoutToNote))
		}
		if w.Margin.Sign() < 0 {
			f.add(FindMargin, "", "%s: at a price of %s and a cost of %s the shop can lose %s on a unit", name, w.Goods.Price, w.Goods.Cost.Decimal, w.Margin.Neg())
		}
	}
	most := decimal.Zero
	for _, s := range a.Split {
		if s.Gain.GreaterThan(most) {
			most = s.Gain
			f.add(FindSplitting, "", "by %d accounts of his own one gets %s of a sale, %s more than by one", s.Accounts, percentText(s.Paid), percentText(s.Gain))
		}
	}
	return *f
}

type findings []Finding

func (f *findings) add(code, path, format string, args ...any) {
	*f = append(*f, Finding{Code: code, Path: path, Evidence: fmt.Sprintf(format, args...)})
}

// findReach says how far from a sale somebody is paid.
func (c *Calculator) findReach(f *findings, mix Mix) {
	p := &c.plan
	if p.Slots > 0 {
		who := "the seller"
		if p.Slots > 1 {
			who += fmt.Sprintf(" and %d above him", p.Slots-1)
		}
		f.add(FindLevelsPaid, "commission.slots", "slots paid by distance from the sale: %d (%s)", p.Slots, who)
	}
	for _, name := range p.treeNames() {
		if t := p.Trees[name]; t.Slots > 1 {
			f.add(FindLevelsPaid, KeyPath("commission.trees", string(name)), "places above the seller paid by distance in tree %s: %d", name, t.Slots-1)
		}
	}
	var upwards, deep []string
	for _, b := range p.builtins() {
		if !b.on || b.name == RuleTerritory || b.name == RuleFee {
			continue
		}
		if b.name != RuleSlots || p.Slots > 1 {
			upwards = append(upwards, b.name)
		}
		if b.deep {
			deep = append(deep, b.name)
		}
	}
	for _, bonus := range mix.Bonuses {
		if bonus.Ladder != nil {
			upwards, deep = append(upwards, bonus.Rule()), append(deep, bonus.Rule())
		}
	}
	if len(upwards) > 0 {
		f.add(FindDownlinePay, "", "partners are paid from what those below them sell, by %s", strings.Join(upwards, ", "))
	}
	if len(deep) > 0 {
		f.add(FindUnlimitedDepth, "", "%s can pay somebody at any distance above a sale", strings.Join(deep, ", "))
	}
	for i, own := range p.Rules {
		f.add(FindOwnRule, fmt.Sprintf("commission.rules[%d]", i), "what %s pays is in the shop's own code: of it only the cap is known", own.Name)
	}
	if p.Missing != Forfeit && (p.Slots > 0 || slices.ContainsFunc(p.treeNames(), func(name partner.Tree) bool { return p.Trees[name].Slots > 1 })) {
		f.add(FindUnlimitedDepth, "commission.missing", "by %q a slot can go to somebody at any distance above a sale", p.Missing)
	}
}

// findUnreachable looks for what no order can reach.
func (c *Calculator) findUnreachable(f *findings, mix Mix) {
	p := &c.plan
	for _, l := range append(p.lists(), appendLists(nil, "levelBonus.rates", p.LevelBonus.Rates)...) {
		if len(l.rates) > p.Slots {
			f.add(FindUnreachable, "commission."+l.path, "%d rates are given, and %d slots are paid", len(l.rates), p.Slots)
		}
	}
	for _, name := range p.treeNames() {
		t, path := p.Trees[name], KeyPath("commission.trees", string(name))
		for _, l := range t.lists() {
			if len(l.rates) > max(0, t.Slots-1) {
				f.add(FindUnreachable, path+"."+l.path, "%d rates are given, and %d places above the seller are paid", len(l.rates), max(0, t.Slots-1))
			}
		}
	}
	for _, x := range []struct {
		name     string
		excluded []string
		rates    map[string][]Rate
	}{{"products", p.Excluded.Products, p.Products}, {"skus", p.Excluded.SKUs, p.SKUs}, {"categories", p.Excluded.Categories, p.Categories}} {
		for _, key := range x.excluded {
			if _, ok := x.rates[key]; ok {
				f.add(FindUnreachable, KeyPath("commission."+x.name, key), "there are rates for goods that are excluded")
			}
		}
	}
	if !slices.ContainsFunc(mix.Levels, func(l LeaderLevel) bool { return l.Leader }) {
		if p.Team.pays() {
			f.add(FindUnreachable, "commission.team", "no level makes a leader")
		}
		for _, name := range p.treeNames() {
			if p.Trees[name].Team.pays() {
				f.add(FindUnreachable, KeyPath("commission.trees", string(name))+".team", "no level makes a leader")
			}
		}
	}
	if p.SelfPurchase != ShiftUp && !slices.Contains(p.Attribution, Buyer) && !slices.Contains(p.Attribution, Referrer) {
		f.add(FindUnreachable, "commission.selfPurchase", "no order is attributed to its buyer")
	}
}

// findContradictions looks for parts that work against each other.
func (c *Calculator) findContradictions(f *findings, mix Mix) {
	p := &c.plan
	for i := 1; i < len(mix.Levels); i++ {
		lower, higher := mix.Levels[i-1].Level, mix.Levels[i].Level
		for _, x := range []struct {
			path  string
			rates map[partner.Level]Rate
		}{{"commission.differential.rates", p.Differential.Rates}, {"commission.team.levels", p.Team.Levels}} {
			a, b := x.rates[lower], x.rates[higher]
			if a.IsSet() && b.IsSet() && !a.IsPerUnit() && !b.IsPerUnit() && b.cmp(a) < 0 {
				f.add(FindContradiction, KeyPath(x.path, string(higher)), "level %s gets %s, less than the %s of level %s below it", higher, b, a, lower)
			}
		}
	}
	for _, l := range p.lists() {
		for slot, rate := range l.rates {
			if rate.kind == percent && rate.cmp(p.Cap) > 0 {
				f.add(FindContradiction, fmt.Sprintf("commission.%s[%d]", l.path, slot), "%s alone is more than the cap of %s", rate, p.Cap)
			}
		}
	}
}

// name says which goods they are.
func (g *Goods) name() string {
	switch {
	case g.SKU != "":
		return "SKU " + g.SKU
	case g.Product != "":
		return "product " + g.Product
	case g.Category != "":
		return "category " + g.Category
	}
	return "other goods"
}

func percentText(share decimal.Decimal) string { return share.Shift(2).String() + "%" }
