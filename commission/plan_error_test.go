package commission_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// requirePlanError fails unless the plan is refused with exactly these paths, and returns what is said.
func requirePlanError(t *testing.T, paths []string, plan commission.Plan, campaigns ...commission.Campaign) string {
	t.Helper()
	calc, err := commission.New(cny, plan, campaigns...)
	require.Nil(t, calc)
	var e *commission.PlanError
	require.ErrorAs(t, err, &e)
	var got []string
	for _, p := range e.Problems {
		got = append(got, p.Path)
	}
	require.Equal(t, paths, got)
	require.Equal(t, e.Problems, plan.Validate(cny, campaigns))
	return e.Error()
}

func TestAllProblemsOfAPlanAreNamedAtOnce(t *testing.T) {
	says := requirePlanError(t, []string{
		"commission.slots", "commission.priceScale", "commission.cap", "commission.products.p",
		`commission.differential.rates["g 2"]`, "commission.differential.rates.g1", "commission.attribution[2]",
		"campaigns[0].name", "campaigns[0].factor", "campaigns[1].to", "campaigns[1].slots[1]", "campaigns[1].rules[0]",
	}, commission.Plan{
		Slots: 101, PriceScale: 19, Cap: commission.MustRate("1.00/unit"), Products: map[string][]commission.Rate{"p": make([]commission.Rate, 101)},
		Differential: commission.Differential{Rates: map[partner.Level]commission.Rate{
			"g1": commission.MustRate("1/unit"), "g 2": {}, "g3": commission.MustRate("1%"),
		}},
		Attribution: []commission.Attribution{commission.Owner, commission.Buyer, commission.Owner},
	},
		commission.Campaign{Factor: dec("0")},
		commission.Campaign{Name: "c", Factor: dec("2"), From: &june, To: &june, Slots: []int{1, 0}, Rules: []string{"slot"}},
	)
	require.Contains(t, says, "commission: plan: commission.slots: from 0 to 100 slots can be paid, not 101; ")
	require.Contains(t, says, `no rule is called "slot"; the plan has ["slots" "differential"]`)
}

func TestMoreThanThreeSlotsNeedTheGuardLifted(t *testing.T) {
	four := rates("1%", "1%", "1%", "1%")
	for _, plan := range []commission.Plan{
		{Rates: four}, {Products: map[string][]commission.Rate{"p": four}}, {Levels: map[partner.Level][]commission.Rate{"g": four}},
		{Partners: map[partner.ID][]commission.Rate{"B": four}}, {Categories: map[string][]commission.Rate{"c": four}},
		{SKUs: map[string][]commission.Rate{"s": four}},
	} {
		says := requirePlanError(t, []string{"commission.slots"}, plan)
		require.Contains(t, says, `the guard is lifted by writing "slots": 4`)
		plan.Slots = 4
		newCalculator(t, plan)
	}
	requirePlanError(t, []string{"commission.slots"}, commission.Plan{Slots: -1})
}

func TestAPlanNeedsACurrencyAndItsScale(t *testing.T) {
	_, err := commission.New(money.Currency{}, commission.Plan{Rates: rates("10%")})
	require.EqualError(t, err, "commission: plan: currency: a plan needs a currency")
	requirePlanError(t, []string{"commission.priceScale"}, commission.Plan{PriceScale: 1})
	requirePlanError(t, []string{"commission.priceScale"}, commission.Plan{PriceScale: -1})
}

func TestAnOptionThatHasNoNameIsRefused(t *testing.T) {
	requirePlanError(t, []string{
		"commission.personal", "commission.base", "commission.loss", "commission.selfPurchase", "commission.missing", "commission.attributionAt", "commission.campaignAt",
		"commission.levelAt", "commission.contested", "commission.exchange", "commission.graceMinutes", "commission.stacking", "commission.overflow",
		"commission.rounding.scope", "commission.rounding.mode", "commission.attribution[0]",
	}, commission.Plan{
		Personal: 2, Base: 3, Loss: 3, SelfPurchase: 4, Missing: 4, AttributionAt: 2, CampaignAt: 2, LevelAt: 2, Contested: 2, Exchange: 2,
		GraceMinutes: 1441, Stacking: 3, Overflow: 3, Rounding: commission.Rounding{Scope: 2, Mode: 3},
		Attribution: []commission.Attribution{5},
	})
}

func TestACampaignHasANameAWindowAndAFactor(t *testing.T) {
	plan, later := commission.Plan{Rates: rates("1%", "1%")}, june.Add(time.Hour)
	for name, c := range map[string]struct {
		campaign commission.Campaign
		paths    []string
	}{
		"no name":             {commission.Campaign{Factor: dec("2")}, []string{"campaigns[0].name"}},
		"a window backwards":  {commission.Campaign{Name: "c", Factor: dec("2"), From: &later, To: &june}, []string{"campaigns[0].to"}},
		"an empty window":     {commission.Campaign{Name: "c", Factor: dec("2"), From: &june, To: &june}, []string{"campaigns[0].to"}},
		"no factor":           {commission.Campaign{Name: "c"}, []string{"campaigns[0].factor"}},
		"a negative factor":   {commission.Campaign{Name: "c", Factor: dec("-2")}, []string{"campaigns[0].factor"}},
		"a factor above 1000": {commission.Campaign{Name: "c", Factor: dec("1000.1")}, []string{"campaigns[0].factor"}},
		"a huge factor":       {commission.Campaign{Name: "c", Factor: decimal.New(1, 1_000_000_000)}, []string{"campaigns[0].factor"}},
		"a tiny factor":       {commission.Campaign{Name: "c", Factor: decimal.New(1, -1_000_000_000)}, []string{"campaigns[0].factor"}},
		"too many digits":     {commission.Campaign{Name: "c", Factor: dec("1.0000000000000000001")}, []string{"campaigns[0].factor"}},
		"a slot not paid":     {commission.Campaign{Name: "c", Factor: dec("2"), Slots: []int{2, 3}}, []string{"campaigns[0].slots[1]"}},
	} {
		t.Run(name, func(t *testing.T) { requirePlanError(t, c.paths, plan, c.campaign) })
	}
	requirePlanError(t, []string{"campaigns[1].name"}, plan, commission.Campaign{Name: "c", Factor: dec("2")}, commission.Campaign{Name: "c", Factor: dec("3")})
	newCalculator(t, plan, commission.Campaign{Name: "c", Factor: dec("1000"), From: &june, To: &later})
}

// TestRule_4_19_APlanThatExceedsItsCapIsRefusedWithThePath: each plan alone is within 30 %, and what is added at the path exceeds it.
func TestRule_4_19_APlanThatExceedsItsCapIsRefusedWithThePath(t *testing.T) {
	refuse := func(change func(*commission.Plan)) commission.Plan {
		plan := commission.Plan{Rates: rates("10%", "5%"), Cap: commission.MustRate("30%"), Overflow: commission.RefusePlan}
		change(&plan)
		return plan
	}
	double := commission.Campaign{Name: "double", Factor: dec("2"), Slots: []int{1}}
	triple := commission.Campaign{Name: "triple", Factor: dec("3")}
	newCalculator(t, refuse(func(*commission.Plan) {}), double)
	for _, c := range []struct {
		path      string
		plan      commission.Plan
		campaigns []commission.Campaign
	}{
		{"commission.rates", refuse(func(p *commission.Plan) { p.Rates = rates("20%", "10.0001%") }), nil},
		{"commission.rates", refuse(func(*commission.Plan) {}), []commission.Campaign{triple}},
		{"commission.rates", refuse(func(p *commission.Plan) { p.Team.Rate = commission.MustRate("16%") }), nil},
		{"commission.rates", refuse(func(p *commission.Plan) {
			p.Team.Levels = map[partner.Level]commission.Rate{"gold": commission.MustRate("16%")}
		}), nil},
		{"commission.rates", refuse(func(p *commission.Plan) {
			p.Differential.Rates = map[partner.Level]commission.Rate{"g1": commission.MustRate("1%"), "g2": commission.MustRate("16%")}
		}), nil},
		{"commission.levels.gold", refuse(func(p *commission.Plan) { p.Levels = map[partner.Level][]commission.Rate{"gold": rates("26%")} }), nil},
		{"commission.levels.gold", refuse(func(p *commission.Plan) {
			p.Levels = map[partner.Level][]commission.Rate{"gold": rates("-", "16%"), "a": rates("15%")}
		}), nil},
		{"commission.partners.B", refuse(func(p *commission.Plan) { p.Partners = map[partner.ID][]commission.Rate{"B": rates("-", "21%")} }), nil},
		{`commission.categories["高 档"]`, refuse(func(p *commission.Plan) { p.Categories = map[string][]commission.Rate{"高 档": rates("26%")} }), nil},
		{"commission.products.p", refuse(func(p *commission.Plan) { p.Products = map[string][]commission.Rate{"p": rates("26%")} }), nil},
		{"commission.products.p", refuse(func(p *commission.Plan) { p.Products = map[string][]commission.Rate{"p": rates("15%")} }), []commission.Campaign{double}},
		{"commission.products.p", refuse(func(p *commission.Plan) {
			p.Products, p.Categories = map[string][]commission.Rate{"p": rates("20%")}, map[string][]commission.Rate{"c": rates("-", "11%")}
		}), nil},
		{"commission.skus.s", refuse(func(p *commission.Plan) { p.SKUs = map[string][]commission.Rate{"s": rates("16%", "15%")} }), nil},
	} {
		says := requirePlanError(t, []string{c.path}, c.plan, c.campaigns...)
		require.Contains(t, says, `the guard is lifted by another overflow policy, such as "overflow": "pro-rata"`)
		c.plan.Overflow = commission.ProRata
		newCalculator(t, c.plan, c.campaigns...)
	}
}

func TestRule_4_19_ARefusingPlanCutsFixedAmountsAndLineRatesAtCalculation(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%"), Cap: commission.MustRate("30%"), Overflow: commission.RefusePlan}
	plan.Products = map[string][]commission.Rate{"p": rates("50.00/unit")}
	order := orderOf(goods("p", 1, "100.00"), goods("q", 1, "100.00"))
	order.Lines[1].Rates = rates("90%")
	require.Equal(t, []string{"p slots/1 B 30.00", "q slots/1 B 30.00"}, entriesOf(calculate(t, newCalculator(t, plan), order, above("B"))))
}

func TestWhatAPlanSaysOfKindsPromotionsAndTendersIsChecked(t *testing.T) {
	factor := func(text string) decimal.NullDecimal { return decimal.NewNullDecimal(dec(text)) }
	says := requirePlanError(t, []string{
		"commission.kinds[\"\"]", "commission.kinds.card.rates", "commission.promotions[\"\"]", "commission.promotions.a.factor",
		"commission.promotions.b.factor", "commission.promotions.c.factor", "commission.promotions.d.factor",
		"commission.tenders.excluded[1]", "commission.tenders.excluded[2]",
	}, commission.Plan{
		Kinds: map[commission.OrderKind]commission.Kind{"": {}, "card": {Excluded: true, Rates: rates("1%")}, "service": {Rates: rates("1%")}},
		Promotions: map[string]commission.Promotion{
			"": {}, "a": {Factor: factor("0")}, "b": {Factor: factor("1.1")}, "c": {Factor: factor("-0.1")}, "d": {Excluded: true, Factor: factor("0.5")}, "e": {Factor: factor("1")},
		},
		Tenders: commission.Tenders{Excluded: []string{"points", "points", ""}},
	})
	require.Contains(t, says, "0.8 pays eight tenths")

	kinds := map[commission.OrderKind]commission.Kind{"card": {Rates: rates("-", "30%")}}
	says = requirePlanError(t, []string{"commission.kinds.card.rates"}, commission.Plan{
		Rates: rates("10%"), Cap: commission.MustRate("35%"), Overflow: commission.RefusePlan, Kinds: kinds,
	})
	require.Contains(t, says, "a line can pay 40% here")
	four := map[commission.OrderKind]commission.Kind{"card": {Rates: rates("1%", "1%", "1%", "1%")}}
	requirePlanError(t, []string{"commission.slots"}, commission.Plan{Kinds: four})
}

func TestDefaultsArePrinted(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%", "5%")}.WithDefaults(cny)
	require.Equal(t, commission.Plan{
		Rates: rates("10%", "5%"), Slots: 2, Attribution: []commission.Attribution{commission.Buyer, commission.Owner},
		Cap: commission.MustRate("100%"), PriceScale: 2, Tenders: commission.Tenders{Excluded: []string{"points", "gift-card"}},
	}, plan)
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%")})
	require.Equal(t, plan, calc.Plan())
	require.Equal(t, cny, calc.Currency())
	require.Equal(t, cny, calc.Price())
	require.Equal(t, plan, plan.WithDefaults(cny))
}
