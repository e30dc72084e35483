package storetest

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// TestTheOracleAgreesWithNumbersWorkedOutByHandOfEveryRule and of every fact of an order: what judges those is judged by paper and pencil too. All stand in
// the line of people above the sale (c, b, a, z), and have one level.
func TestTheOracleAgreesWithNumbersWorkedOutByHandOfEveryRule(t *testing.T) {
	is := decimal.RequireFromString
	for name, c := range map[string]struct {
		commission string
		change     func(*program.Order)
		want       [4]int64 // of c, b, a, z, where one unit is sold for 100.00
	}{
		"the recruiter":                  {commission: `"rates": ["10%"], "recruiter": {"rate": "2%"}`, want: [4]int64{1000, 200}},
		"a bonus is added":               {commission: `"rates": ["10%", "5%"], "levelBonus": {"rates": {"g": ["2%"]}}`, want: [4]int64{1200, 500}},
		"a bonus raises":                 {commission: `"rates": ["10%", "5%"], "levelBonus": {"mode": "multiplicative", "rates": {"g": ["-", "10%"]}}`, want: [4]int64{1000, 550}},
		"a bonus replaces":               {commission: `"rates": ["10%", "-"], "levelBonus": {"mode": "replace", "rates": {"g": ["0.70/unit", "3%"]}}`, want: [4]int64{70}},
		"the peers of two juniors":       {commission: `"rates": ["10%", "5%"], "peer": {"rate": "10%"}`, want: [4]int64{1000, 500 + 100, 50}},
		"two peers of each":              {commission: `"rates": ["10%", "5%"], "peer": {"rate": "10%", "first": 2}`, want: [4]int64{1000, 500 + 100, 100 + 50, 50}},
		"a peer of the order":            {commission: `"rates": ["10%"], "peer": {"rate": "1%", "of": "order"}`, want: [4]int64{1000, 100}},
		"every leader, of whom one pays": {commission: `"rates": ["10%"], "team": {"rate": "3%", "mode": "differential"}`, want: [4]int64{1000, 300}},
		"agents who divide": {
			commission: `"territory": {"sharing": "split", "regions": {"33": {"rate": "1%", "agents": [{"partner": "a"}, {"partner": "z", "weight": 2}]}}}`,
			change:     func(in *program.Order) { in.Places.ShipTo = "33/01" }, want: [4]int64{0, 0, 33, 67},
		},
		"an agent whose region it is not": {
			commission: `"territory": {"regions": {"33": {"rate": "1%", "agents": [{"partner": "a"}]}}}`,
			change:     func(in *program.Order) { in.Places.ShipTo = "330" },
		},
		"a fee before the split":    {commission: `"rates": ["10%"], "fees": [{"name": "f", "payee": "z", "rate": "5%", "beforeSplit": true}]`, want: [4]int64{950, 0, 0, 500}},
		"a fee beside it":           {commission: `"rates": ["10%"], "fees": [{"name": "f", "payee": "z", "rate": "0.33/unit"}]`, want: [4]int64{1000, 0, 0, 33}},
		"points do not count":       {commission: `"rates": ["10%"]`, change: func(in *program.Order) { in.Tenders = []program.Tender{{Kind: "points", Amount: is("40")}} }, want: [4]int64{600}},
		"the seller gives up":       {commission: `"rates": ["10%", "5%"]`, change: func(in *program.Order) { in.Lines[0].GiveUp = is("3") }, want: [4]int64{700, 500}},
		"a gift":                    {commission: `"rates": ["10%"]`, change: func(in *program.Order) { in.Lines[0].Gift = true }},
		"a gift order":              {commission: `"rates": ["10%"]`, change: func(in *program.Order) { in.Kind = commission.GiftOrder }},
		"an abnormal order":         {commission: `"rates": ["10%"]`, change: func(in *program.Order) { in.Abnormal = "test" }},
		"a kind with its own rates": {commission: `"rates": ["10%"], "kinds": {"service": {"rates": ["20%"]}}`, change: func(in *program.Order) { in.Kind = commission.Service }, want: [4]int64{2000}},
		"a promotion in part":       {commission: `"rates": ["10%"], "promotions": {"sale": {"factor": "0.5"}}`, change: func(in *program.Order) { in.Lines[0].Promotion = "sale" }, want: [4]int64{500}},
		"the list price":            {commission: `"rates": ["10%"], "base": "list-price"`, change: func(in *program.Order) { in.Lines[0].List = decimal.NewNullDecimal(is("200")) }, want: [4]int64{2000}},
		"partners before goods":     {commission: `"rates": ["10%"], "products": {"tea": ["1%"]}, "partners": {"c": ["7%"]}, "personal": "before-goods"`, want: [4]int64{700}},
		"the cap of the order":      {commission: `"rates": ["10%", "5%"], "orderCap": "6%"`, want: [4]int64{400, 200}},
		"staff and partner are both paid": {
			commission: `"rates": ["10%", "5%"], "staff": {"sharing": "both"}`,
			change:     func(in *program.Order) { in.Staff = "z" }, want: [4]int64{1000, 500, 0, 1000},
		},
		"staff and partner divide": {
			commission: `"rates": ["10%", "5%"], "staff": {"sharing": "ratio", "staffWeight": 1, "partnerWeight": 3}`,
			change:     func(in *program.Order) { in.Staff = "z" }, want: [4]int64{750, 500, 0, 250},
		},
		"staff comes first": {
			commission: `"rates": ["10%", "5%"], "staff": {"first": "staff"}`,
			change:     func(in *program.Order) { in.Staff = "a" }, want: [4]int64{0, 0, 1000, 500},
		},
		"whom the slot pays, dynamic": {
			commission: `"rates": ["10%", "-"], "partners": {"a": ["-", "5%"]}, "missing": "dynamic"`, want: [4]int64{1000, 0, 500},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := oracleFamily(`{"currency": "CNY", "levels": [{"id": "g", "weight": 1, "default": true, "leader": true}], "commission": {` + c.commission + `}}`)
			in := &program.Order{ID: "o", Customer: "customer", PaidAt: modelStart, Lines: []program.Line{oracleLineOf("1", "tea", 1, "100.00")}}
			if c.change != nil {
				c.change(in)
			}
			o.paid(in, modelStart)
			require.Equal(t, c.want, o.pays4(o.orders["o"]))
		})
	}
}

func TestTheOracleTakesBackWhatWasGivenUpWithItsUnits(t *testing.T) {
	o := oracleFamily(`{"currency": "CNY", "commission": {"rates": ["10%"]}}`)
	line := oracleLineOf("1", "tea", 2, "100.00")
	line.GiveUp = decimal.NewFromInt(4) // so that the buyer has paid 96.00
	x := o.sell("customer", "0", line)
	require.Equal(t, int64(600), o.earnedOn(x, "c"))
	back := []program.RefundLine{{Line: "1", Quantity: 1, Amount: decimal.NewNullDecimal(decimal.NewFromInt(40))}}
	require.True(t, o.fits(x, back))
	o.refund(x, back)
	require.Equal(t, int64(580-200), o.earnedOn(x, "c"), "a tenth of the 56.00 and 2.00 that are left, less 2.00")
	require.False(t, o.fits(x, []program.RefundLine{{Line: "1", Amount: decimal.NewNullDecimal(decimal.RequireFromString("56.01"))}}))
}

func TestTheOracleGivesAnOrderAllThatItNeedsOfABudgetOrNothing(t *testing.T) {
	o := oracleFamily(`{"currency": "CNY", "commission": {"rates": ["10%"]}, "campaigns": [{"name": "june", "factor": "1.5", "budget": "8"}]}`)
	sell := func(id commission.OrderID, amount string) int64 {
		o.paid(&program.Order{ID: id, Customer: "customer", PaidAt: modelStart, Lines: []program.Line{oracleLineOf("1", "tea", 1, amount)}}, modelStart)
		return o.earnedOn(o.orders[id], "c")
	}
	require.Equal(t, int64(1500), sell("o1", "100.00"))
	require.Equal(t, int64(1000), sell("o2", "100.00"), "5.00 are more than the 3.00 that are left")
	require.Equal(t, int64(900), sell("o3", "60.00"))
	require.Equal(t, map[string]int64{"june": 800}, o.budgets())
	o.refund(o.orders["o1"], []program.RefundLine{{Line: "1", Quantity: 1}})
	require.Equal(t, map[string]int64{"june": 300}, o.budgets())
	require.Equal(t, int64(1500), sell("o4", "100.00"))
}

func TestTheOracleLeavesNothingOfAPendingOrderToWhoForfeitsIt(t *testing.T) {
	o := oracleFamily(`{"currency": "CNY", "joining": {"leaving": {"pending": "forfeit"}}, "commission": {"rates": ["10%", "5%"]}}`)
	x := o.sell("customer", "0", oracleLineOf("1", "tea", 2, "100.00"))
	left := modelStart.Add(time.Hour)
	o.depart("c", partner.ClearedOut, o.plan(1), left, left)
	o.due(left.Add(-time.Microsecond))
	require.Equal(t, [4]int64{1000, 500}, o.pays4(x))
	o.due(left)
	require.Equal(t, [4]int64{1000, 500}, o.pays4(x), "a run ahead of the clock leaves it")
	o.clock = left
	o.due(left)
	require.Equal(t, [4]int64{0, 500}, o.pays4(x))
	o.refund(x, []program.RefundLine{{Line: "1", Quantity: 1}})
	require.Equal(t, [4]int64{0, 250}, o.pays4(x))
}

func TestTheOraclePaysAOneOffBonusAsLongAsAnOrderStays(t *testing.T) {
	o := oracleFamily(`{"currency": "CNY", "levels": [{"id": "g", "weight": 1, "default": true}, {"id": "h", "weight": 2}],
		"commission": {"rates": ["10%"]}, "settlement": {"holdDays": 0, "anchor": "paid"}, "oneOffs": [{"name": "spring", "upgrade": {"levels": {"h": "3.00"}}}]}`)
	o.learn("c", partner.FactLevel, "h", modelStart)
	o.due(modelStart)
	require.Zero(t, o.granted("b"), "it waits for an order of c's")
	x := o.sell("c", "0", oracleLineOf("1", "tea", 1, "100.00"))
	o.due(modelStart)
	require.Equal(t, int64(300), o.granted("b"))
	o.refund(x, []program.RefundLine{{Line: "1", Quantity: 1}})
	o.due(modelStart)
	require.Zero(t, o.granted("b"))
}
