package commission_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

func TestRule_4_26_AllProblemsOfRegionsAreNamed(t *testing.T) {
	many := commission.Region{Rate: commission.MustRate("1%")}
	for i := range 1001 {
		many.Agents = append(many.Agents, commission.Agent{Partner: partner.ID(fmt.Sprint("a", i))})
	}
	plan := regions(commission.SplitShares, map[string]commission.Region{
		"33":    {Rate: commission.MustRate("1%"), Agents: []commission.Agent{{Partner: "A"}, {Partner: "A", Weight: 2}, {Partner: ""}, {Partner: "B", Weight: -1}}},
		"33/01": {Agents: []commission.Agent{{Partner: "C", Weight: 1_000_001}, {Partner: "D", Weight: 1_000_000}}},
		"33/":   region("1%", "A"),
		"浙江":    {Rate: commission.MustRate("0%")},
		"44":    many,
	})
	plan.Territory.By = []commission.Place{commission.Pickup, 3, commission.Pickup}
	plan.Territory.Tiers = 2
	says := requirePlanError(t, []string{
		"commission.territory.tiers", "commission.territory.by[1]", "commission.territory.by[2]",
		"commission.territory.regions.33.agents[1].partner", "commission.territory.regions.33.agents[2].partner", "commission.territory.regions.33.agents[3].weight",
		`commission.territory.regions["33/"]`,
		`commission.territory.regions["33/01"].rate`, `commission.territory.regions["33/01"].agents[0].weight`,
		"commission.territory.regions.44.agents", "commission.territory.regions.浙江.agents",
	}, plan)
	for _, part := range []string{
		"pickup stands twice", "A stands twice", "a weight is from 1 to 1000000, not -1", `a region is written as "33" or, within it, "33/01"`, "a region needs a rate",
		"a region has 1 to 1000 agents, not 1001", "a region has 1 to 1000 agents, not 0",
	} {
		require.Contains(t, says, part)
	}
	for code, path := range map[string]string{"": `[""]`, "/": `["/"]`, "/33": `["/33"]`, "33//01": `["33//01"]`} {
		requirePlanError(t, []string{"commission.territory.regions" + path}, regions(commission.OneAgent, map[string]commission.Region{code: region("1%", "A")}))
	}
	requirePlanError(t, []string{"commission.territory.sharing"}, regions(3, map[string]commission.Region{"33": region("1%", "A")}))
}

func TestRule_4_26_APlanWithSeveralAgentsInARegionHasToChoose(t *testing.T) {
	by := map[string]commission.Region{"33": region("1%", "A"), "44": region("1%", "B", "C"), "55": region("1%", "B", "C", "D")}
	says := requirePlanError(t, []string{"commission.territory.sharing"}, regions(commission.OneAgent, by))
	require.Contains(t, says, `44 has 2 agents, and a region pays one; the guard is lifted by writing "sharing": "split", where they divide the region's reward, or "full", where each gets it`)
	newCalculator(t, regions(commission.SplitShares, by))
	newCalculator(t, regions(commission.FullShares, by))
}

func TestRule_4_26_AWeightMeansNothingWhereEachAgentGetsAll(t *testing.T) {
	by := map[string]commission.Region{"33": region("1%", "A*1", "B*2")}
	says := requirePlanError(t, []string{"commission.territory.regions.33.agents[1].weight"}, regions(commission.FullShares, by))
	require.Contains(t, says, "a weight says how agents divide a reward, and here each gets all of it")
	newCalculator(t, regions(commission.SplitShares, by))
}

func TestDefaultsOfRegionsArePrintedAndChangeNothingOfThePlan(t *testing.T) {
	given := regions(commission.SplitShares, map[string]commission.Region{"33": region("1%", "A", "B*5")})
	plan := given.WithDefaults(cny)
	require.Equal(t, []commission.Place{commission.ShipTo, commission.Pickup, commission.Delivery}, plan.Territory.By)
	require.Equal(t, region("1%", "A*1", "B*5"), plan.Territory.Regions["33"])
	require.Equal(t, regions(commission.SplitShares, map[string]commission.Region{"33": region("1%", "A", "B*5")}), given)
	require.Equal(t, plan, plan.WithDefaults(cny))
	require.Empty(t, commission.Plan{}.WithDefaults(cny).Territory, "without regions there is nothing to say")
}

func TestRule_4_44_AllProblemsOfFeesAreNamed(t *testing.T) {
	plan := commission.Plan{Fees: []commission.Fee{
		{Name: "a", Payee: "P", Rate: commission.MustRate("1%")}, {Payee: "P", Rate: commission.MustRate("1%")}, {Name: "a", Payee: "P"},
		{Name: "b", Payee: partner.ID(strings.Repeat("x", 65)), Rate: commission.MustRate("0%")},
	}}
	says := requirePlanError(t, []string{"commission.fees[1].name", "commission.fees[2].name", "commission.fees[2].rate", "commission.fees[3].payee"}, plan)
	require.Contains(t, says, `every fee has a name of its own, not "a"`)
	require.Contains(t, says, "a fee needs a rate")
	plan.Fees = nil
	for i := range 21 {
		plan.Fees = append(plan.Fees, commission.Fee{Name: fmt.Sprint(i), Payee: "P", Rate: commission.MustRate("1%")})
	}
	requirePlanError(t, []string{"commission.fees"}, plan)
	plan.Fees = plan.Fees[:20]
	newCalculator(t, plan)
}

// TestRule_4_19_RegionsAndFeesCountAgainstTheCap: each plan is accepted at the cap that it just reaches, and refused below.
func TestRule_4_19_RegionsAndFeesCountAgainstTheCap(t *testing.T) {
	double := func(rule string) commission.Campaign {
		return commission.Campaign{Name: "double", Factor: dec("2"), Rules: []string{rule}}
	}
	tiers := map[string]commission.Region{
		"33": region("3%", "A", "B"), "33/01": region("2%", "A", "B", "C"), "33/02": region("1%", "A"), "44": region("4.5%", "A"), "44/01": region("5.00/unit", "A"),
	}
	smallest := func(sharing commission.Sharing) commission.Plan {
		plan := regions(sharing, tiers)
		plan.Territory.Tiers = commission.SmallestRegion
		return plan
	}
	fees := func(slots string, fees ...commission.Fee) commission.Plan {
		return commission.Plan{Rates: rates(slots), Fees: fees}
	}
	before := commission.Fee{Name: "before", Payee: "P", Rate: commission.MustRate("10%"), BeforeSplit: true}
	beside := commission.Fee{Name: "beside", Payee: "P", Rate: commission.MustRate("5%")}
	both := regions(commission.FullShares, tiers)
	both.Rates, both.Fees = rates("10%"), []commission.Fee{before, beside}
	for _, c := range []struct {
		name       string
		plan       commission.Plan
		campaigns  []commission.Campaign
		cap, below string
	}{
		{"every tier", regions(commission.SplitShares, tiers), nil, "5%", "4.9%"},
		{"every tier, each in full", regions(commission.FullShares, tiers), nil, "12%", "11.9%"},
		{"the smallest tier", smallest(commission.SplitShares), nil, "4.5%", "4.4%"},
		{"the smallest tier, each in full", smallest(commission.FullShares), nil, "6%", "5.9%"},
		{"a campaign on regions", regions(commission.SplitShares, tiers), []commission.Campaign{double(commission.RuleTerritory)}, "10%", "9.9%"},
		{"a fee beside", fees("50%", beside), nil, "55%", "54.9%"},
		{"a fee before", fees("50%", before), nil, "55%", "54.9%"},
		{"both fees", fees("50%", before, beside), nil, "60%", "59.9%"},
		{"a fee of everything", fees("50%", commission.Fee{Name: "all", Payee: "P", Rate: commission.MustRate("100%"), BeforeSplit: true}), nil, "100%", "99.9%"},
		{"a campaign on fees", fees("50%", before, beside), []commission.Campaign{double(commission.RuleFee)}, "70%", "69.9%"},
		{"regions, slots and fees", both, nil, "34.8%", "34.7%"}, // 10 % + 90 % of (10 % + 12 %) + 5 %
	} {
		t.Run(c.name, func(t *testing.T) {
			c.plan.Overflow, c.plan.Cap = commission.RefusePlan, commission.MustRate(c.cap)
			newCalculator(t, c.plan, c.campaigns...)
			c.plan.Cap = commission.MustRate(c.below)
			says := requirePlanError(t, []string{"commission.rates"}, c.plan, c.campaigns...)
			require.Contains(t, says, "a line can pay "+c.cap+" here, more than the cap of "+c.below)
		})
	}
	whole := fees("100%", commission.Fee{Name: "all", Payee: "P", Rate: commission.MustRate("100%"), BeforeSplit: true})
	whole.Fees = append(whole.Fees, beside)
	whole.Overflow = commission.RefusePlan
	require.Contains(t, requirePlanError(t, []string{"commission.rates"}, whole), "a line can pay 105% here")
	whole.Fees, whole.Team.Rate = whole.Fees[:1], commission.MustRate("20%")
	require.Contains(t, requirePlanError(t, []string{"commission.rates"}, whole), "a line can pay 120% here", "where the payee of the fee earns nothing")
}
