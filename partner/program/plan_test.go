package program_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner/program"
)

// rich uses every section and most fields.
const rich = `{
  "name": "summer",
  "currency": {"code": "DOT", "scale": 10},
  "levels": [
    {"id": "agent", "weight": 1, "default": true},
    {"id": "gold", "name": "黄金", "weight": 2, "leader": true, "rights": {"store": "yes"}}
  ],
  "joining": {"spend": "300.00"},
  "binding": {"on": "order", "days": 30, "renewOnOrder": true, "touch": "last", "protectionDays": 15, "newCustomersOnly": true,
    "preempt": ["contact", "payment"], "sameOrder": true},
  "commission": {
    "rates": ["10%", "5%", "2%"],
    "levels": {"gold": ["12.5%"]},
    "partners": {"bob": ["-", "6%"]},
    "categories": {"shoes & <bags>": ["0%"]},
    "products": {"p2": ["3.00/unit", "1/unit"]},
    "skus": {"s-1": ["1‰"]},
    "excluded": {"products": ["gift"]},
    "team": {"rate": "2%", "levels": {"gold": "3%"}},
    "differential": {"rates": {"agent": "1%", "gold": "300bp"}},
    "base": "profit", "loss": "signed", "attribution": ["referrer", "owner"], "selfPurchase": "own", "missing": "to-top",
    "attributionAt": "created", "graceMinutes": 30, "contested": "nobody", "levelAt": "released", "exchange": "refund", "campaignAt": "created",
    "stacking": "product", "cap": "50%", "orderCap": "40%", "overflow": "cut-farthest", "rounding": {"mode": "half-even", "scope": "order"}, "priceScale": 12
  },
  "campaigns": [{"name": "double", "from": "2026-06-18T00:00:00+08:00", "to": "2026-06-21T00:00:00+08:00", "factor": "2.0", "slots": [1],
    "products": ["p2"], "categories": ["shoes & <bags>"], "skus": ["s-1"], "levels": ["gold"], "perOrder": "5.00", "budget": "1000", "perCustomer": "20.00"}],
  "settlement": {"holdDays": 0, "anchor": "paid", "shortfall": "seller", "minWithdrawal": "50"}
}`

func TestTheCanonicalTextReadsAndWritesBackByteForByte(t *testing.T) {
	for _, text := range []string{rich, twoLevels, `{"currency": "JPY"}`} {
		plan, err := program.ParsePlan([]byte(text))
		require.NoError(t, err)
		canonical, err := plan.Text()
		require.NoError(t, err)
		again, err := program.ParsePlan(canonical)
		require.NoError(t, err)
		second, err := again.Text()
		require.NoError(t, err)
		require.Equal(t, string(canonical), string(second))
	}
}

func TestTheHashIsOfWhatThePlanMeans(t *testing.T) {
	hash := func(text string) string {
		h, err := program.MustPlan(text).Hash()
		require.NoError(t, err)
		return h
	}
	same := hash(twoLevels)
	require.Len(t, same, 64)
	require.Equal(t, same, hash(`{"currency": {"code": "CNY", "scale": 2}, "commission": {"rates": ["0.10", "500bp"], "missing": "forfeit"}, "settlement": {"holdDays": 7}}`))
	require.NotEqual(t, same, hash(`{"currency": "CNY", "commission": {"rates": ["10%", "5.1%"]}}`))

	// A host that changes how package decimal writes numbers does not change a plan.
	decimal.MarshalJSONWithoutQuotes = true
	defer func() { decimal.MarshalJSONWithoutQuotes = false }()
	require.Equal(t, same, hash(twoLevels))
	rich1, rich2 := program.MustPlan(rich), program.MustPlan(rich)
	rich2.Joining.Spend.Decimal = decimal.RequireFromString("300")
	hash1, err := rich1.Hash()
	require.NoError(t, err)
	hash2, err := rich2.Hash()
	require.NoError(t, err)
	require.Equal(t, hash1, hash2)
}

func TestEveryDefaultIsPrinted(t *testing.T) {
	text, err := program.MustPlan(twoLevels).Text()
	require.NoError(t, err)
	require.Equal(t, `{
  "format": 1,
  "currency": "CNY",
  "rising": {
    "reward": "next-event"
  },
  "joining": {
    "threshold": {},
    "entry": "automatic",
    "review": "manual",
    "unentitled": "refuse",
    "frozen": "nothing",
    "leaving": {
      "rejoin": "refuse",
      "pending": "settle",
      "available": "window",
      "finalDays": 90,
      "team": "nearest-active",
      "customers": "release"
    }
  },
  "binding": {
    "on": "share",
    "touch": "first",
    "unbind": "keep"
  },
  "commission": {
    "rates": [
      "10%",
      "5%"
    ],
    "slots": 2,
    "personal": "after-goods",
    "levelBonus": {
      "mode": "additive"
    },
    "lineRates": "allow",
    "excluded": {},
    "tenders": {
      "excluded": [
        "points",
        "gift-card"
      ]
    },
    "team": {
      "rate": "-",
      "mode": "nearest"
    },
    "differential": {},
    "recruiter": {
      "rate": "-"
    },
    "peer": {
      "rate": "-",
      "of": "income"
    },
    "territory": {
      "tiers": "every",
      "sharing": "one"
    },
    "base": "amount",
    "loss": "floor-line",
    "attribution": [
      "buyer",
      "owner"
    ],
    "attributionAt": "paid",
    "graceMinutes": 0,
    "contested": "attribution",
    "staff": {
      "sharing": "one",
      "first": "partner"
    },
    "selfPurchase": "shift-up",
    "missing": "forfeit",
    "levelAt": "paid",
    "exchange": "hold",
    "campaignAt": "paid",
    "stacking": "max",
    "cap": "100%",
    "orderCap": "-",
    "overflow": "pro-rata",
    "rounding": {
      "mode": "half-up",
      "scope": "entry"
    },
    "priceScale": 2
  },
  "calendar": {
    "zone": "UTC",
    "yearBegins": 1
  },
  "settlement": {
    "holdDays": 7,
    "anchor": "received",
    "shortfall": "debt"
  }
}
`, string(text))
}

func TestAllProblemsOfAPlanAreReportedWithTheirPlaces(t *testing.T) {
	_, err := program.ParsePlan([]byte(`{
  "currency": "CNY",
  "levles": [],
  "commission": {"rates": [10, "5%", "120%"], "missing": "compres"}
}`))
	var problems *program.PlanError
	require.ErrorAs(t, err, &problems)
	require.Equal(t, `program: plan: 3:3: levles: unknown field "levles"; did you mean "levels"?
4:28: commission.rates[0]: a bare number is not accepted; write a rate as text: "10%" for a share of the base, or "10/unit" for an amount for each unit
4:38: commission.rates[2]: commission: rate "120%": this is 120 %, more than the whole; 10 % is "10%" or "0.10"
4:58: commission.missing: commission: "compres" is none of ["forfeit" "compress" "to-top" "dynamic"]`, err.Error())

	_, err = program.ParsePlan([]byte(`{
  "format": 2, "currency": {"code": "CNY", "scale": 2},
  "levels": [{"id": "gold", "weight": 1}],
  "joining": {"spend": "0"},
  "commission": {"rates": ["1%", "1%", "1%", "1%"], "levels": {"golf": ["2%"]}, "priceScale": 1},
  "campaigns": [{"name": "x", "factor": "0", "slots": [9]}, {"name": "y", "factor": "2", "levels": ["gold", "golf"]}],
  "settlement": {"holdDays": -1, "minWithdrawal": "0.001"}
}`))
	require.ErrorAs(t, err, &problems)
	var paths []string
	for _, p := range problems.Problems {
		require.NotZero(t, p.Line, p.String())
		paths = append(paths, p.Path)
	}
	require.ElementsMatch(t, []string{
		"format", "levels", "joining.spend", "commission.slots", "commission.levels.golf", "commission.priceScale", "campaigns[0].factor", "campaigns[0].slots[0]", "campaigns[1].levels[1]",
		"settlement.holdDays", "settlement.minWithdrawal",
	}, paths)
	require.ErrorContains(t, err, `did you mean "gold"?`)
}

func TestACurrencyNeedsAScaleUnlessItIsStandard(t *testing.T) {
	_, err := program.ParsePlan([]byte(`{"currency": "DOT"}`))
	require.ErrorContains(t, err, `give its scale: {"code": "DOT", "scale": 2}`)
	_, err = program.ParsePlan([]byte(`{"commission": {}}`))
	require.ErrorContains(t, err, `required field "currency" is missing`)
	_, err = program.ParsePlan([]byte(`{"currency": {"code": "DOT", "scale": 19}}`))
	require.ErrorContains(t, err, "scale of 0 to 18")
}

func TestAPlanInGoIsThePlanInText(t *testing.T) {
	inGo := program.Plan{
		Currency:   program.CurrencyOf(money.MustCurrency("CNY", 2)),
		Commission: commission.Plan{Rates: []commission.Rate{commission.MustRate("10%"), commission.MustRate("5%")}},
	}
	a, err := inGo.Text()
	require.NoError(t, err)
	b, err := program.MustPlan(twoLevels).Text()
	require.NoError(t, err)
	require.Equal(t, string(b), string(a))
	require.Panics(t, func() { program.MustPlan(`{}`) })
	require.Error(t, program.Plan{}.Validate())
	_, err = program.New(nil, program.Config{Plan: program.Plan{Currency: inGo.Currency, Commission: commission.Plan{PriceScale: 99}}})
	require.ErrorContains(t, err, "commission.priceScale")
}
