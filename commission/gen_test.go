package commission_test

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Small domains find more than wide ones: a few people, goods and levels, and amounts at the edges.
var (
	genPartners = []string{"p0", "p1", "p2", "p3", "p4", "p5"}
	genLevels   = []string{"", "g1", "g2", "g3"}
	genGoods    = []string{"", "a", "b", "c"}
	genAmounts  = []string{"0", "1", "2", "7", "49", "50", "99", "100", "101", "3333", "10000", "100000000000000000000", "9223372036854775807",
		"9223372036854775808", "18446744073709551616", "123456789012345678901234567"}
	genShares    = []string{"-", "0%", "10%", "5%", "0.1%", "1%", "2.5%", "33.333%", "12.3456789%", "50%", "100%", "99.9999999999999999%", "0.0000000000000001%"}
	genFixed     = []string{"0.01/unit", "3.00/unit", "0.005/unit", "0.333333333333333333/unit", "1000000/unit", "0/unit"}
	genFactors   = []string{"2", "1.2", "0.5", "1.00000000000000001", "1000", "0.333"}
	genDiscounts = []string{"0.8", "1", "0.333333333333333333", "0.000000000000000001"}
	genKinds     = []string{"", "", "", "", "", "service", "card", "gift", "exchange", "another"}
	genCaps      = []string{"-", "-", "-", "100%", "50%", "30%", "33.3%", "0.1%", "0%"}
)

type genCase struct {
	cur       money.Currency
	plan      commission.Plan
	campaigns []commission.Campaign
}

func (c genCase) calculator(t tester) (*commission.Calculator, oracle) {
	calc, err := everybodyRules.New(c.cur, c.plan, c.campaigns...)
	if err != nil && c.plan.Overflow == commission.RefusePlan {
		c.plan.Overflow = commission.ProRata
		calc, err = everybodyRules.New(c.cur, c.plan, c.campaigns...)
	}
	if err != nil && len(c.plan.Fees) > 0 {
		c.campaigns = slices.Clone(c.campaigns)
		for i := range c.campaigns {
			c.campaigns[i].PerOrder.Valid = false // fees before the split have no campaigns with caps
		}
		calc, err = everybodyRules.New(c.cur, c.plan, c.campaigns...)
	}
	if err != nil && c.plan.Stacking != commission.StackMax {
		c.plan.Stacking = commission.StackMax
		calc, err = everybodyRules.New(c.cur, c.plan, c.campaigns...)
	}
	require.NoError(t, err)
	return calc, oracle{scale: c.cur.Scale(), plan: c.plan, campaigns: c.campaigns}
}

// often is true in so many of 100 cases. It is made of bits, since rapid's ranges prefer their lower end.
func often(t *rapid.T, label string, percent int) bool {
	n := 0
	for _, bit := range rapid.SliceOfN(rapid.Bool(), 7, 7).Draw(t, label) {
		n *= 2
		if bit {
			n++
		}
	}
	return n*100 < percent*128
}

func genRates(t *rapid.T, label string, atLeast int) []commission.Rate {
	var list []commission.Rate
	for range rapid.IntRange(atLeast, 3).Draw(t, label) {
		texts := genShares
		if often(t, "fixed", 20) {
			texts = genFixed
		}
		list = append(list, commission.MustRate(rapid.SampledFrom(texts).Draw(t, "rate")))
	}
	return list
}

func genRatesBy[K ~string](t *rapid.T, label string, keys []string) map[K][]commission.Rate {
	if !often(t, label, 30) {
		return nil
	}
	m := map[K][]commission.Rate{}
	for range rapid.IntRange(1, 2).Draw(t, label) {
		m[K(rapid.SampledFrom(keys).Draw(t, label))] = genRates(t, label, 1)
	}
	return m
}

func genCases() *rapid.Generator[genCase] {
	return rapid.Custom(func(t *rapid.T) genCase {
		c := genCase{cur: money.MustCurrency("CUR", rapid.SampledFrom([]int{2, 2, 0, 1, 3, 6, 10, 12, 18}).Draw(t, "scale"))}
		p := &c.plan
		p.Rates = genRates(t, "default", 0)
		p.Levels = genRatesBy[partner.Level](t, "levels", genLevels)
		p.Partners = genRatesBy[partner.ID](t, "partners", genPartners)
		p.Categories = genRatesBy[string](t, "categories", genGoods)
		p.Products = genRatesBy[string](t, "products", genGoods)
		p.SKUs = genRatesBy[string](t, "skus", genGoods)
		p.Slots = rapid.SampledFrom([]int{0, 0, 1, 2, 5}).Draw(t, "slots")
		if often(t, "exclusions", 20) {
			p.Excluded.Products = []string{rapid.SampledFrom(genGoods[1:]).Draw(t, "excluded product")}
			p.Excluded.SKUs = []string{rapid.SampledFrom(genGoods[1:]).Draw(t, "excluded sku")}
			p.Excluded.Categories = []string{rapid.SampledFrom(genGoods[1:]).Draw(t, "excluded category")}
		}
		if often(t, "kinds", 40) {
			p.Kinds = map[commission.OrderKind]commission.Kind{commission.Service: {Rates: genRates(t, "service", 1)}, commission.Card: {Excluded: true}}
			if often(t, "gifts pay", 30) {
				p.Kinds[commission.GiftOrder] = commission.Kind{}
			}
		}
		if often(t, "promotions", 40) {
			factor := decimal.NewNullDecimal(dec(rapid.SampledFrom(genDiscounts).Draw(t, "promotion's factor")))
			p.Promotions = map[string]commission.Promotion{"a": {Factor: factor}, "b": {Excluded: true}, "c": {Factor: decimal.NewNullDecimal(dec("0.5"))}, "d": {}}
		}
		p.Tenders.Excluded = rapid.SampledFrom([][]string{nil, nil, {}, {"cash"}, {"cash", "points"}}).Draw(t, "excluded tenders")
		if often(t, "team", 40) {
			p.Team.Rate = genRates(t, "team", 1)[0]
			if often(t, "team levels", 50) {
				p.Team.Levels = map[partner.Level]commission.Rate{"g2": genRates(t, "team level", 1)[0]}
			}
		}
		if often(t, "differential", 40) {
			p.Differential.Rates = map[partner.Level]commission.Rate{}
			for _, level := range genLevels[1:] {
				p.Differential.Rates[partner.Level(level)] = commission.MustRate(rapid.SampledFrom(genShares[1:]).Draw(t, "differential"))
			}
		}
		genRegions(t, p)
		genFees(t, p)
		genTrees(t, p)
		genStaff(t, p)
		if often(t, "own rule", 30) {
			p.Rules = []commission.OwnRule{genEverybody(t)}
		}
		p.Base = commission.Base(rapid.IntRange(0, 2).Draw(t, "base"))
		p.Loss = commission.Loss(rapid.IntRange(0, 2).Draw(t, "loss"))
		p.SelfPurchase = commission.SelfPurchase(rapid.IntRange(0, 3).Draw(t, "self purchase"))
		p.Missing = commission.Missing(rapid.IntRange(0, 3).Draw(t, "missing"))
		p.Cap = commission.MustRate(rapid.SampledFrom(genCaps).Draw(t, "cap"))
		p.Overflow = commission.Overflow(rapid.IntRange(0, 2).Draw(t, "overflow"))
		p.Rounding.Mode = money.Mode(rapid.IntRange(0, 2).Draw(t, "mode"))
		p.Rounding.Scope = commission.Scope(rapid.IntRange(0, 1).Draw(t, "scope"))
		if most := min(6, money.MaxScale-c.cur.Scale()); often(t, "fine prices", 40) {
			p.PriceScale = c.cur.Scale() + rapid.IntRange(0, most).Draw(t, "price scale")
		}
		genCampaignCaps(t, p)
		genBonuses(t, &c)
		genPeers(t, &c)
		c.campaigns = genCampaigns(t, p, c.cur)
		return c
	})
}

func genInstant(t *rapid.T, label string) time.Time {
	return june.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, label)) * time.Hour)
}

func genCampaigns(t *rapid.T, p *commission.Plan, cur money.Currency) []commission.Campaign {
	slots, scale := p.WithDefaults(cur).Slots, cur.Scale()
	var list []commission.Campaign
	for i := range rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(t, "campaigns") {
		c := commission.Campaign{Name: fmt.Sprint("campaign ", i), Factor: dec(rapid.SampledFrom(genFactors).Draw(t, "factor"))}
		from := genInstant(t, "from")
		to := from.Add(time.Duration(rapid.IntRange(1, 3).Draw(t, "length")) * time.Hour)
		if often(t, "has from", 70) {
			c.From = &from
		}
		if often(t, "has to", 70) {
			c.To = &to
		}
		if slots > 0 && often(t, "names slots", 50) {
			c.Slots = []int{rapid.IntRange(1, slots).Draw(t, "slot")}
		}
		if often(t, "names rules", 50) {
			c.Rules = rapid.SampledFrom([][]string{{"slots"}, {"team"}, {"differential"}, {"team", "slots"}, {"recruiter"}, {"peer"}, {"peer", "team", "differential"}, {"territory", "fee"}}).Draw(t, "rules")
			if len(p.Trees["supply"].Uplines) > 0 && often(t, "names a rule of a tree", 50) {
				c.Rules = append(slices.Clone(c.Rules), "supply/slots", "supply/differential")
			}
			if len(p.Rules) > 0 {
				c.Rules = append(slices.Clone(c.Rules), "everybody")
			}
		}
		genCampaignLimits(t, &c, scale)
		list = append(list, c)
	}
	return list
}

func genUplines() *rapid.Generator[[]commission.Upline] {
	return rapid.Custom(func(t *rapid.T) []commission.Upline {
		var list []commission.Upline
		for _, id := range rapid.Permutation(genPartners).Draw(t, "uplines")[:rapid.IntRange(0, len(genPartners)).Draw(t, "depth")] {
			u := commission.Upline{Partner: partner.ID(id), Level: partner.Level(rapid.SampledFrom(genLevels).Draw(t, "level")), Leader: often(t, "leader", 40)}
			if often(t, "barred", 25) {
				u.Bar = partner.EarningFrozen
			}
			list = append(list, u)
		}
		return list
	})
}

func genAmount(t *rapid.T, label string, scale int) decimal.Decimal {
	n, _ := new(big.Int).SetString(rapid.SampledFrom(genAmounts).Draw(t, label), 10)
	return decimal.NewFromBigInt(n, -int32(scale))
}

// genOrders draws orders of a price scale; a whole one has amounts and costs that are a unit's times the quantity, and no discount.
func genOrders(scale int, whole bool) *rapid.Generator[*commission.Order] {
	return rapid.Custom(func(t *rapid.T) *commission.Order {
		o := &commission.Order{ID: "o1", Customer: partner.Customer(rapid.SampledFrom(genPartners).Draw(t, "customer")), PaidAt: genInstant(t, "paid")}
		total := decimal.Zero
		for i := range rapid.IntRange(1, 5).Draw(t, "lines") {
			line := commission.Line{
				ID: commission.LineID(fmt.Sprint("l", i)), Quantity: rapid.SampledFrom([]int64{1, 2, 3, 7, 100}).Draw(t, "quantity"),
				SKU: rapid.SampledFrom(genGoods).Draw(t, "sku"), Product: rapid.SampledFrom(genGoods).Draw(t, "product"),
				Category: rapid.SampledFrom(genGoods).Draw(t, "category"), Amount: genAmount(t, "amount", scale),
			}
			if often(t, "has cost", 85) {
				line.Cost = decimal.NewNullDecimal(genAmount(t, "cost", scale))
			}
			genFacts(t, &line, scale)
			if whole {
				units := decimal.NewFromInt(line.Quantity)
				line.List.Decimal, line.GiveUp = line.List.Decimal.Mul(units), line.GiveUp.Mul(units)
				line.Amount, line.Cost.Decimal = line.Amount.Mul(decimal.NewFromInt(line.Quantity)), line.Cost.Decimal.Mul(decimal.NewFromInt(line.Quantity))
			}
			if often(t, "line rates", 15) {
				line.Rates = genRates(t, "line rates", 1)
			}
			total = total.Add(line.Amount)
			o.Lines = append(o.Lines, line)
		}
		if !whole && often(t, "discounted", 60) {
			o.Discount = decimal.Min(total, rapid.OneOf(rapid.Just(total), rapid.Custom(func(t *rapid.T) decimal.Decimal {
				return genAmount(t, "discount", scale)
			})).Draw(t, "discount"))
		}
		o.Trees = genTreeLines(t, o.Customer)
		o.Freight, o.Places = genAmount(t, "freight", scale), genPlaces(t)
		o.Kind = commission.OrderKind(rapid.SampledFrom(genKinds).Draw(t, "kind"))
		if often(t, "names staff", 40) {
			o.Staff = rapid.SampledFrom(genSeats).Draw(t, "staff")
		}
		if often(t, "abnormal", 3) {
			o.Bar = "suspected_fraud"
		}
		if !whole && often(t, "tenders", 40) {
			rest := total.Sub(o.Discount).Add(o.Freight)
			for _, kind := range []string{"points", "cash", "gift-card"} {
				amount := decimal.Min(rest, genAmount(t, kind, scale))
				o.Tenders, rest = append(o.Tenders, commission.Tender{Kind: kind, Amount: amount}), rest.Sub(amount)
			}
		}
		return o
	})
}

// genFacts draws what there can be to know of a line besides what it costs; no more is given up than it costs.
func genFacts(t *rapid.T, line *commission.Line, scale int) {
	line.Gift = often(t, "gift", 5)
	line.Promotion = rapid.SampledFrom([]string{"", "", "", "a", "b", "c", "d", "e"}).Draw(t, "promotion")
	if often(t, "has list price", 60) {
		line.List = decimal.NewNullDecimal(genAmount(t, "list price", scale))
	}
	if often(t, "gives up", 25) {
		line.GiveUp = decimal.Min(line.Amount, genAmount(t, "gives up", scale))
	}
}
