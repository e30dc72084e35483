package commission_test

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// auditCase is a plan, the levels of its partners, and goods.
type auditCase struct {
	calc  *commission.Calculator
	mix   commission.Mix
	leads map[partner.Level]bool
}

func genAuditCase(t *rapid.T) auditCase {
	c := genCases().Draw(t, "plan")
	c.plan.Slots = c.plan.WithDefaults(c.cur).Slots
	for i := range c.campaigns {
		c.campaigns[i].PerOrder.Valid = false // an audit is of what is paid before such caps
	}
	many := c.plan
	many.Slots, many.Overflow, many.Partners = 12, commission.ProRata, nil
	switch {
	case often(t, "too many slots to try every line", 10) && len(everybodyRules.Validate(many, c.cur, c.campaigns)) == 0:
		c.plan = many
	case c.plan.Slots > 2:
		c.plan.Slots, c.campaigns = 2, nil
	}
	if !often(t, "rates of partners", 30) {
		c.plan.Partners = nil
	}
	calc, _ := c.calculator(t)
	a := auditCase{calc: calc, leads: map[partner.Level]bool{}}
	for _, level := range genLevels[1:] {
		l := commission.LeaderLevel{Level: partner.Level(level), Leader: rapid.Bool().Draw(t, "leads")}
		a.mix.Levels, a.leads[l.Level] = append(a.mix.Levels, l), l.Leader
	}
	goods := commission.Goods{
		SKU: rapid.SampledFrom(genGoods).Draw(t, "sku"), Product: rapid.SampledFrom(genGoods).Draw(t, "product"),
		Price: decimal.New(rapid.SampledFrom([]int64{100, 3, 7}).Draw(t, "price"), 0),
	}
	if often(t, "has cost", 85) {
		goods.Cost = decimal.NewNullDecimal(decimal.New(int64(rapid.IntRange(0, 120).Draw(t, "cost")), 0))
	}
	if often(t, "has list price", 30) {
		goods.List = decimal.NewNullDecimal(decimal.New(int64(rapid.IntRange(0, 150).Draw(t, "list price")), 0))
	}
	a.mix.Goods = []commission.Goods{goods}
	return a
}

// order is the sale of one unit at any time to any place, with whoever stands above it and whoever of those with seats earns nothing.
func (a *auditCase) order(t *rapid.T) (order *commission.Order, uplines, seats []commission.Upline) {
	goods := &a.mix.Goods[0]
	list := goods.List
	if !list.Valid {
		list = decimal.NewNullDecimal(goods.Price)
	}
	order = &commission.Order{ID: "o", Customer: "c", PaidAt: genInstant(t, "paid"), Places: genPlaces(t), Lines: []commission.Line{
		{ID: "1", SKU: goods.SKU, Product: goods.Product, Quantity: 1, Amount: goods.Price, List: list, Cost: goods.Cost},
	}}
	barred := func() partner.Reason {
		if often(t, "barred", 20) {
			return partner.EarningFrozen
		}
		return ""
	}
	ids := rapid.Permutation(genPartners).Draw(t, "ids")
	for i := range rapid.IntRange(0, 8).Draw(t, "uplines") {
		u := commission.Upline{Partner: partner.ID(rune('a' + i)), Level: partner.Level(rapid.SampledFrom(genLevels).Draw(t, "level")), Bar: barred()}
		if i < len(ids) {
			u.Partner = partner.ID(ids[i])
		}
		u.Leader = a.leads[u.Level]
		uplines = append(uplines, u)
	}
	order.Trees = genTreeLines(t, order.Customer)
	for _, line := range order.Trees {
		for i := range line.Uplines {
			line.Uplines[i].Leader = a.leads[line.Uplines[i].Level]
		}
	}
	for _, id := range a.calc.Seats(order) {
		seats = append(seats, commission.Upline{Partner: id, Bar: barred()})
	}
	return order, uplines, seats
}

// TestNoOrderPaysMoreThanTheAuditSays: whatever stands above a sale, whoever earns nothing, one unit never pays more than the worst case; and the order
// that it names reaches it.
func TestNoOrderPaysMoreThanTheAuditSays(t *testing.T) {
	exact, bounded := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		a := genAuditCase(t)
		audit, err := a.calc.Audit(a.mix)
		require.NoError(t, err)
		worst := audit.Worst[0]
		if len(a.calc.Plan().Rules) == 0 {
			require.False(t, worst.Bound.LessThan(worst.Uncut))
		}
		for range 3 {
			order, uplines, seats := a.order(t)
			require.LessOrEqual(t, paidBeyond(t, a.calc, order, uplines, worst.Bound, seats...).Sign(), 0)
		}
		order, _, _ := a.order(t)
		order.PaidAt, order.Places, order.Trees = worst.PaidAt, worst.Places, worst.Trees
		payees := len(worst.Uplines) + 3
		for _, line := range worst.Trees {
			payees += len(line.Uplines)
		}
		below := paidBeyond(t, a.calc, order, worst.Uplines, worst.Paid)
		if worst.Exact {
			exact++
			require.LessOrEqual(t, below.Neg(below).Cmp(big.NewRat(2*3*int64(payees), 1)), 0, "but for what is rounded")
		} else {
			bounded++
		}
	})
	require.Positive(t, exact)
	require.Positive(t, bounded)
}

// TestTheBoundOfAnAuditIsReachedWhereOneRulePaysAlone: where there are too many lines of uplines to try all, what is said not to be exceeded is no more
// than what some line is paid, amounts for each unit too.
func TestTheBoundOfAnAuditIsReachedWhereOneRulePaysAlone(t *testing.T) {
	levels := func(one, two string) map[partner.Level]commission.Rate {
		return map[partner.Level]commission.Rate{"g1": commission.MustRate(one), "g2": commission.MustRate(two)}
	}
	rate, agents := commission.MustRate, []commission.Agent{{Partner: "a"}, {Partner: "b"}}
	for name, c := range map[string]struct {
		plan  commission.Plan
		bound string
	}{
		"slots":                   {commission.Plan{Rates: rates("10%", "3.00/unit"), Levels: map[partner.Level][]commission.Rate{"g1": rates("2.5/unit", "20%")}}, "0.55"},
		"a bonus of a level":      {commission.Plan{Rates: rates("1.00/unit"), LevelBonus: commission.LevelBonus{Rates: map[partner.Level][]commission.Rate{"g2": rates("0.5/unit")}}}, "0.15"},
		"team":                    {commission.Plan{Team: commission.Team{Rate: rate("4%"), Levels: levels("0.30/unit", "1.50/unit")}}, "0.15"},
		"every leader":            {commission.Plan{Team: commission.Team{Levels: levels("4%", "9%"), Mode: commission.EveryLeader}}, "0.09"},
		"differential":            {commission.Plan{Differential: commission.Differential{Rates: levels("4%", "9%")}}, "0.09"},
		"recruiter":               {commission.Plan{Recruiter: commission.Recruiter{Rate: rate("5%"), Levels: levels("0.60/unit", "1%")}}, "0.06"},
		"agents who divide":       {commission.Plan{Territory: commission.Territory{Sharing: commission.SplitShares, Regions: map[string]commission.Region{"3": {Rate: rate("1.00/unit"), Agents: agents}, "3/1": {Rate: rate("2%"), Agents: agents}}}}, "0.12"},
		"agents who each get all": {commission.Plan{Territory: commission.Territory{Sharing: commission.FullShares, Regions: map[string]commission.Region{"3": {Rate: rate("1.00/unit"), Agents: agents}, "4": {Rate: rate("9%"), Agents: agents}}}}, "0.2"},
		"fees":                    {commission.Plan{Fees: []commission.Fee{{Name: "f", Payee: "a", Rate: rate("0.70/unit")}, {Name: "g", Payee: "b", Rate: rate("2%")}}}, "0.09"},
		"a campaign":              {commission.Plan{Recruiter: commission.Recruiter{Rate: rate("0.50/unit")}}, "0.1"},
		"of the list price":       {commission.Plan{Base: commission.ListPrice, Recruiter: commission.Recruiter{Rate: rate("5%")}}, "0.06"},
	} {
		t.Run(name, func(t *testing.T) {
			c.plan.Slots = 12 // of which all but those named have no rate
			if c.plan.Rates == nil {
				c.plan.Rates = rates("0%")
			}
			var campaigns []commission.Campaign
			if name == "a campaign" {
				other := commission.Campaign{Name: "other", Factor: dec("9"), Rules: []string{commission.RuleRecruiter}, Products: []string{"other"}}
				campaigns = []commission.Campaign{{Name: "double", Factor: dec("2"), Rules: []string{commission.RuleRecruiter}}, other}
			}
			goods := commission.Goods{Price: dec("10"), List: decimal.NewNullDecimal(dec("12"))}
			w := audit(t, c.plan, commission.Mix{
				Levels: []commission.LeaderLevel{{Level: "g1", Leader: true}, {Level: "g2", Leader: true}}, Goods: []commission.Goods{goods},
			}, campaigns...).Worst[0]
			require.False(t, w.Exact)
			require.Equal(t, c.bound, w.Paid.String())
			require.Equal(t, dec(c.bound).Add(decimal.New(1, -18)).String(), w.Bound.String())
		})
	}
}

// TestTheBoundOfAnAuditCountsPeersAndFees: peers of amounts for each unit, and fees that come off before the others.
func TestTheBoundOfAnAuditCountsPeersAndFees(t *testing.T) {
	plan := commission.Plan{
		Slots: 12, Rates: rates("10%", "2.00/unit"), Peer: commission.Peer{Rate: commission.MustRate("10%"), First: 2},
		Fees: []commission.Fee{{Name: "f", Payee: "a", Rate: commission.MustRate("10%"), BeforeSplit: true}},
	}
	w := audit(t, plan, commission.Mix{Levels: fourGrades, Goods: []commission.Goods{{Price: dec("10")}}}).Worst[0]
	require.False(t, w.Exact)
	require.Equal(t, "0.448", w.Paid.String(), "10 % to a; 10 % and 2.00 of the 9.00 that are left, and a fifth of that to peers")
	require.Equal(t, "0.460000000000000001", w.Bound.String(), "the fee left them all")
}

// paidBeyond is by how many minor units an order pays more than a share of its net and one unit for each of its entries.
func paidBeyond(
	t require.TestingT, calc *commission.Calculator, order *commission.Order, uplines []commission.Upline, share decimal.Decimal, seats ...commission.Upline,
) *big.Rat {
	result, err := calc.Calculate(order, uplines, nil, seats...)
	require.NoError(t, err)
	total, err := result.Total()
	require.NoError(t, err)
	net, err := result.Net()
	require.NoError(t, err)
	most := new(big.Rat).Mul(net.Decimal().Rat(), share.Rat())
	beyond := new(big.Rat).Sub(total.Decimal().Rat(), most)
	beyond.Mul(beyond, new(big.Rat).SetInt(money.Pow10(calc.Currency().Scale())))
	return beyond.Sub(beyond, big.NewRat(int64(result.Len()), 1))
}
