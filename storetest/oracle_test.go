package storetest

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// oracleFamily opens a naive programme with z above a above b above c, and a customer of c's.
func oracleFamily(plan string) *oracle {
	o := newOracle(2, false)
	o.clock, o.plans = modelStart, []oraclePlan{{plan: program.MustPlan(plan)}}
	o.add("z", "", false, o.plan(1), modelStart)
	for _, edge := range [][2]partner.ID{{"a", "z"}, {"b", "a"}, {"c", "b"}} {
		o.recruit(edge[0], edge[1], o.plan(1), modelStart, modelStart)
	}
	o.bind(oracleBinding{customer: "customer", owner: "c", at: modelStart})
	return o
}

func oracleLineOf(id, product string, quantity int64, amount string) program.Line {
	return program.Line{ID: commission.LineID(id), Product: product, Quantity: quantity, Amount: decimal.RequireFromString(amount)}
}

func (o *oracle) sell(customer partner.Customer, discount string, lines ...program.Line) *oracleOrder {
	o.paid(&program.Order{ID: "o", Customer: customer, PaidAt: modelStart, Lines: lines, Discount: decimal.RequireFromString(discount)}, modelStart)
	return o.orders["o"]
}

func (o *oracle) pays4(x *oracleOrder) [4]int64 {
	return [4]int64{o.earnedOn(x, "c"), o.earnedOn(x, "b"), o.earnedOn(x, "a"), o.earnedOn(x, "z")}
}

// TestTheOracleAgreesWithNumbersWorkedOutByHand: what judges the programme is judged by paper and pencil.
func TestTheOracleAgreesWithNumbersWorkedOutByHand(t *testing.T) {
	const simple = `{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}}`
	for name, c := range map[string]struct {
		plan     string
		customer partner.Customer
		discount string
		lines    []program.Line
		freeze   partner.ID
		want     [4]int64 // of c, b, a, z
	}{
		"a share of what was paid": {plan: simple, lines: []program.Line{oracleLineOf("1", "tea", 1, "199.00")}, want: [4]int64{1990, 995}},
		"a coupon over three lines, a fixed amount, an excluded product": {
			plan:     `{"currency": "CNY", "commission": {"rates": ["10%", "5%"], "products": {"p2": ["3.00/unit", "1.00/unit"]}, "excluded": {"products": ["p3"]}}}`,
			discount: "30.00", want: [4]int64{1480, 640},
			lines: []program.Line{oracleLineOf("1", "p1", 1, "100.00"), oracleLineOf("2", "p2", 2, "119.80"), oracleLineOf("3", "p3", 3, "29.97")},
		},
		"a coupon that nearly is the price":  {plan: simple, discount: "99.00", lines: []program.Line{oracleLineOf("1", "tea", 1, "100.00")}, want: [4]int64{10, 5}},
		"a frozen partner forfeits his slot": {plan: simple, freeze: "c", lines: []program.Line{oracleLineOf("1", "tea", 1, "500.00")}, want: [4]int64{0, 2500}},
		"a frozen partner is compressed": {
			plan:   `{"currency": "CNY", "commission": {"rates": ["10%", "5%"], "missing": "compress"}}`,
			freeze: "c", lines: []program.Line{oracleLineOf("1", "tea", 1, "500.00")}, want: [4]int64{0, 5000, 2500},
		},
		"a frozen partner's slot goes to the top": {
			plan:   `{"currency": "CNY", "commission": {"rates": ["10%", "5%"], "missing": "to-top"}}`,
			freeze: "c", lines: []program.Line{oracleLineOf("1", "tea", 1, "500.00")}, want: [4]int64{0, 2500, 0, 5000},
		},
		"own purchase, off": {plan: simple, customer: "c", lines: []program.Line{oracleLineOf("1", "tea", 1, "100.00")}, want: [4]int64{0, 1000, 500}},
		"own purchase, on": {
			plan:     `{"currency": "CNY", "commission": {"rates": ["10%", "5%"], "selfPurchase": "own"}}`,
			customer: "c", lines: []program.Line{oracleLineOf("1", "tea", 1, "100.00")}, want: [4]int64{1000, 500},
		},
		"own purchase, skip": {
			plan:     `{"currency": "CNY", "commission": {"rates": ["10%", "5%"], "selfPurchase": "skip-slot"}}`,
			customer: "c", lines: []program.Line{oracleLineOf("1", "tea", 1, "100.00")}, want: [4]int64{0, 500},
		},
		"a cap, pro rata": {
			plan:  `{"currency": "CNY", "commission": {"rates": ["30%", "5%"], "cap": "30%"}}`,
			lines: []program.Line{oracleLineOf("1", "tea", 1, "500.00")}, want: [4]int64{12857, 2143},
		},
		"a cap, the farthest first": {
			plan:  `{"currency": "CNY", "commission": {"rates": ["30%", "5%"], "cap": "30%", "overflow": "cut-farthest"}}`,
			lines: []program.Line{oracleLineOf("1", "tea", 1, "500.00")}, want: [4]int64{15000},
		},
		"a fixed amount above the price": {
			plan:  `{"currency": "CNY", "commission": {"rates": ["50/unit"]}}`,
			lines: []program.Line{oracleLineOf("1", "tea", 1, "1.00")}, want: [4]int64{100},
		},
		"a rate of many decimals": {
			plan:  `{"currency": "CNY", "commission": {"rates": ["0.335%", "12.345%"]}}`,
			lines: []program.Line{oracleLineOf("1", "tea", 1, "1000.00")}, want: [4]int64{335, 12345},
		},
		"halves go up": {plan: `{"currency": "CNY", "commission": {"rates": ["3%"]}}`, lines: []program.Line{oracleLineOf("1", "tea", 10, "33.50")}, want: [4]int64{101}},
		"halves go to the even": {
			plan:  `{"currency": "CNY", "commission": {"rates": ["3%"], "rounding": {"mode": "half-even"}}}`,
			lines: []program.Line{oracleLineOf("1", "tea", 10, "33.50")}, want: [4]int64{100},
		},
		"rounded once for the order": {
			plan:  `{"currency": "CNY", "commission": {"rates": ["3%"], "rounding": {"scope": "order"}}}`,
			lines: []program.Line{oracleLineOf("1", "tea", 1, "0.17"), oracleLineOf("2", "tea", 1, "0.17"), oracleLineOf("3", "tea", 1, "0.17")},
			want:  [4]int64{2},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := oracleFamily(c.plan)
			if c.freeze != "" {
				o.learn(c.freeze, partner.FactEarning, partner.Frozen, modelStart)
			}
			if c.customer == "" {
				c.customer = "customer"
			}
			if c.discount == "" {
				c.discount = "0"
			}
			require.Equal(t, c.want, o.pays4(o.sell(c.customer, c.discount, c.lines...)))
		})
	}
}

func TestTheOracleTakesBackInPortionsWithoutLosingACent(t *testing.T) {
	o := oracleFamily(`{"currency": "CNY", "commission": {"rates": ["7%"]}}`)
	x := o.sell("customer", "0", oracleLineOf("1", "tea", 1, "100.01"))
	require.Equal(t, int64(700), o.earnedOn(x, "c"))
	for _, portion := range []struct {
		back string
		left int64
	}{{"33.33", 467}, {"33.34", 233}, {"33.34", 0}} {
		lines := []program.RefundLine{{Line: "1", Amount: decimal.NewNullDecimal(decimal.RequireFromString(portion.back))}}
		require.True(t, o.fits(x, lines))
		o.refund(x, lines)
		require.Equal(t, portion.left, o.earnedOn(x, "c"))
	}
}

func TestTheOracleCountsLossesAsThePlanSays(t *testing.T) {
	for loss, want := range map[string][2]int64{"floor-line": {1800, 600}, "floor-order": {900, 300}, "signed": {900, 300}} {
		o := oracleFamily(`{"currency": "CNY", "commission": {"rates": ["30%", "10%"], "base": "profit", "loss": "` + loss + `"}}`)
		gain, lost := oracleLineOf("1", "p1", 1, "240"), oracleLineOf("2", "p2", 1, "150")
		gain.Cost, lost.Cost = decimal.NewNullDecimal(decimal.NewFromInt(180)), decimal.NewNullDecimal(decimal.NewFromInt(180))
		x := o.sell("customer", "0", gain, lost)
		require.Equal(t, want, [2]int64{o.earnedOn(x, "c"), o.earnedOn(x, "b")}, loss)
	}
}

func TestTheOraclePaysLevelsWhatExceedsTheLevelsBelow(t *testing.T) {
	o := oracleFamily(`{"currency": "CNY",
		"levels": [{"id": "g1", "weight": 1, "default": true}, {"id": "g2", "weight": 2}, {"id": "g3", "weight": 3, "leader": true}],
		"commission": {"differential": {"rates": {"g1": "10%", "g2": "15%", "g3": "20%"}}, "team": {"rate": "1%"}}}`)
	for id, level := range map[partner.ID]string{"c": "g1", "b": "g3", "a": "g2", "z": "g3"} {
		o.learn(id, partner.FactLevel, level, modelStart)
	}
	require.Equal(t, [4]int64{10000, 10000 + 1000, 0, 0}, o.pays4(o.sell("customer", "0", oracleLineOf("1", "tea", 1, "1000"))))
}
