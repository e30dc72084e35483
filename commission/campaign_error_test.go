package commission_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

func TestACampaignsGoodsAndCapMakeSense(t *testing.T) {
	plan := commission.Plan{Rates: rates("1%", "1%")}
	requirePlanError(t, []string{"campaigns[0].products[1]", "campaigns[0].categories[0]", "campaigns[0].skus[0]"}, plan,
		campaign("c", "2", func(c *commission.Campaign) {
			c.Products, c.Categories, c.SKUs = []string{"p", ""}, []string{""}, []string{""}
		}))
	for most, factor := range map[string]string{"0": "2", "-1": "3", "0.001": "2", "5": "1", "5.00": "0.5"} {
		requirePlanError(t, []string{"campaigns[0].perOrder"}, plan, campaign("c", factor, perOrder(most)))
	}
	plan.Fees = []commission.Fee{{Name: "platform", Payee: "x", Rate: commission.MustRate("1%"), BeforeSplit: true}}
	fees := func(c *commission.Campaign) { c.Rules = []string{commission.RuleFee} }
	requirePlanError(t, []string{"campaigns[0].perOrder"}, plan, campaign("c", "2", perOrder("1"), fees))
	newCalculator(t, plan, campaign("c", "2", fees))
	newCalculator(t, plan, campaign("c", "2", perOrder("1")))
	plan.Fees[0].BeforeSplit = false
	newCalculator(t, plan, campaign("c", "2", perOrder("1"), fees))
}

// TestFactorsThatAreTooLongTogetherAreRefused where the campaigns can meet, at the one that begins last.
func TestFactorsThatAreTooLongTogetherAreRefused(t *testing.T) {
	at := func(hours int) time.Time { return june.Add(time.Duration(hours) * time.Hour) }
	product := commission.Plan{Rates: rates("10%", "5%"), Team: commission.Team{Rate: commission.MustRate("1%")}, Stacking: commission.StackProduct}
	long := "1.0000000001" // ten decimals
	slot := func(n int) func(*commission.Campaign) {
		return func(c *commission.Campaign) { c.Slots = []int{n} }
	}
	rule := func(names ...string) func(*commission.Campaign) {
		return func(c *commission.Campaign) { c.Rules = names }
	}
	level := func(ids ...partner.Level) func(*commission.Campaign) {
		return func(c *commission.Campaign) { c.Levels = ids }
	}
	for name, c := range map[string]struct {
		a, b func(*commission.Campaign)
		path []string // none: they cannot meet
	}{
		"at the same time":      {window(at(0), at(2)), window(at(1), at(3)), []string{"campaigns[1].factor"}},
		"the first begins last": {window(at(1), at(2)), window(at(0), at(3)), []string{"campaigns[0].factor"}},
		"both at once":          {window(at(1), at(2)), window(at(1), at(3)), []string{"campaigns[0].factor", "campaigns[1].factor"}},
		"one has always run":    {func(*commission.Campaign) {}, window(at(0), at(3)), []string{"campaigns[1].factor"}},
		"one after the other":   {window(at(0), at(2)), window(at(2), at(3)), nil},
		"slots in common":       {slot(1), func(*commission.Campaign) {}, []string{"campaigns[0].factor", "campaigns[1].factor"}},
		"other slots":           {slot(1), slot(2), nil},
		"a rule in common":      {rule("team", "slots"), rule("team"), []string{"campaigns[0].factor", "campaigns[1].factor"}},
		"other rules":           {rule("team"), rule("slots"), nil},
		"a level in common":     {level("a", "b"), level("b"), []string{"campaigns[0].factor", "campaigns[1].factor"}},
		"other levels":          {level("a"), level("b"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := campaign("a", long, c.a), campaign("b", long, c.b)
			if c.path == nil {
				newCalculator(t, product, a, b)
				return
			}
			says := requirePlanError(t, c.path, product, a, b)
			require.Contains(t, says, `can apply together`)
			single := product
			single.Stacking = commission.StackMax
			newCalculator(t, single, a, b)
			single.Stacking = commission.StackSum
			newCalculator(t, single, a, b)
		})
	}
	newCalculator(t, product, campaign("a", "1.00000001"), campaign("b", "1.000000001"))
	for _, factor := range []string{"1.000000001", "0.0000000001"} { // 19 digits, and 20 decimals
		requirePlanError(t, []string{"campaigns[0].factor", "campaigns[1].factor"}, product, campaign("a", factor), campaign("b", factor))
	}
	requirePlanError(t, []string{"campaigns[0].factor", "campaigns[1].factor", "campaigns[2].factor"}, product,
		campaign("a", "1.0000001"), campaign("b", "1.0000001"), campaign("c", "1.0000001"))
	requirePlanError(t, []string{"campaigns[0].factor", "campaigns[1].factor"}, product, campaign("a", "100"), campaign("b", "10.01"))
	newCalculator(t, product, campaign("a", "100"), campaign("b", "10"))

	sum := product
	sum.Stacking = commission.StackSum
	requirePlanError(t, []string{"campaigns[0].factor", "campaigns[1].factor"}, sum, campaign("a", "600"), campaign("b", "401.01"))
	newCalculator(t, sum, campaign("a", "600"), campaign("b", "401"), campaign("less", "0.1"))
	requirePlanError(t, []string{"campaigns[0].factor", "campaigns[1].factor"}, sum, campaign("a", "600"), campaign("b", "1.0000000000000001"))
	newCalculator(t, sum, campaign("a", "60"), campaign("b", "1.0000000000000001"))
}

// TestRule_4_19_StackedCampaignsCountForAPlanThatRefuses what can exceed its cap.
func TestRule_4_19_StackedCampaignsCountForAPlanThatRefuses(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%"), Cap: commission.MustRate("30%"), Overflow: commission.RefusePlan}
	a, b, less := campaign("a", "2"), campaign("b", "2.1"), campaign("less", "0.5")
	newCalculator(t, plan, a, b)
	plan.Stacking = commission.StackSum
	requirePlanError(t, []string{"commission.rates"}, plan, a, b, less)
	newCalculator(t, plan, a, campaign("b", "2"), less)
	plan.Stacking = commission.StackProduct
	requirePlanError(t, []string{"commission.rates"}, plan, a, campaign("b", "1.6"), less)
	newCalculator(t, plan, a, campaign("b", "1.5"), less)
}
