package commission_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

func TestABonusIsAPlainDocument(t *testing.T) {
	const text = `[{"name":"team","every":"month","counts":"paid","ladder":{"steps":[{"from":"1000","rate":"5%"}],"legCap":"50%","asOf":"payment","leaders":"leave"}},` +
		`{"name":"levels","every":"quarter","counts":"paid","ladder":{"rates":{"gold":"10%"},"legCap":"-","asOf":"period-end","leaders":"stay"}},` +
		`{"name":"shareholders","every":"year","counts":"released","pool":{"rate":"10%","levels":{"gold":10},"partners":{"p1":0},"barred":"shop"}},` +
		`{"name":"sales","every":"month","counts":"paid","tiers":{"mode":"prospective","steps":[{"from":"0","rate":"5%"}]}}]`
	var list []commission.Bonus
	require.NoError(t, json.Unmarshal([]byte(text), &list))
	require.Empty(t, commission.ValidateBonuses(cny, list))
	written, err := json.Marshal(list)
	require.NoError(t, err)
	require.Equal(t, text, string(written))
	var rules []string
	for _, b := range list {
		require.Equal(t, b, bonusOf(t, b).Bonus())
		rules = append(rules, b.Rule())
	}
	require.Equal(t, []string{"ladder:team", "ladder:levels", "pool:shareholders", "tiers:sales"}, rules)
}

// manySteps is so many steps that rise.
func manySteps(n int) []commission.Step {
	list := make([]commission.Step, n)
	for i := range list {
		list[i] = commission.Step{From: decimal.NewFromInt(int64(i)), Rate: commission.MustRate("1%")}
	}
	return list
}

func manyLevels(n int) map[partner.Level]commission.Rate {
	m := map[partner.Level]commission.Rate{}
	for i := range n {
		m[partner.Level(strings.Repeat("x", i+1))] = commission.MustRate("1%")
	}
	return m
}

func TestAllProblemsOfBonusesAreNamedAtOnce(t *testing.T) {
	fine := commission.Tiers{Steps: steps("0 5%")}
	list := []commission.Bonus{
		{Name: "a", Tiers: &fine},
		{Name: "", Every: 3, Tiers: &fine},
		{Name: "a"},
		{Name: strings.Repeat("x", 65), Ladder: &bySteps, Tiers: &fine},
		{Name: "ladder", Ladder: &commission.Ladder{Steps: steps("-1 5%, 10.001 -, 10 3.00/unit, 10 4%, 20 3%"), LegCap: commission.MustRate("1/unit")}},
		{Name: "empty", Ladder: &commission.Ladder{LegCap: commission.MustRate("0%")}},
		{Name: "both", Ladder: &commission.Ladder{Steps: steps("0 1%"), Rates: levelRates("gold 1%, 高 1/unit, none -")}},
		{Name: "levels", Ladder: &commission.Ladder{Rates: levelRates("gold 1%"), LegCap: commission.MustRate("50%")}},
		{Name: "pool", Pool: &commission.Pool{Barred: 2}},
		{Name: "weights", Pool: &commission.Pool{
			Rate: commission.MustRate("1/unit"), Levels: map[partner.Level]int64{"gold": -1}, Partners: map[partner.ID]int64{"p1": -2, "p0": 0},
		}},
		{Name: "zero", Pool: &commission.Pool{Rate: commission.MustRate("1%"), Levels: map[partner.Level]int64{"gold": 0}}},
		{Name: "tiers", Tiers: &commission.Tiers{Mode: 3}},
		{Name: "many", Tiers: &commission.Tiers{Steps: manySteps(101)}},
		{Name: "many levels", Ladder: &commission.Ladder{Rates: manyLevels(101)}},
		{Name: "most", Tiers: &commission.Tiers{Steps: manySteps(100)}},
		{Name: "most levels", Ladder: &commission.Ladder{Rates: manyLevels(100)}},
		{Name: "falling tiers", Tiers: &commission.Tiers{Steps: steps("0 5%, 10 5%, 20 1%")}},
		{Name: "level ladder", Ladder: &commission.Ladder{Steps: steps("0 5%, 10 5%")}},
		{Name: "options", Counts: 2, Ladder: &commission.Ladder{Steps: steps("0 5%"), AsOf: 2}},
		{Name: "one weight", Pool: &commission.Pool{Rate: commission.MustRate("0%"), Partners: map[partner.ID]int64{"p": 1}}},
	}
	var paths []string
	for _, p := range commission.ValidateBonuses(cny, list) {
		paths = append(paths, p.Path)
	}
	require.Equal(t, []string{
		"bonuses[1].name", "bonuses[1].every",
		"bonuses[2].name", "bonuses[2]",
		"bonuses[3].name", "bonuses[3]",
		"bonuses[4].ladder.steps[0].from", "bonuses[4].ladder.steps[1].from", "bonuses[4].ladder.steps[1].rate", "bonuses[4].ladder.steps[2].rate",
		"bonuses[4].ladder.steps[3].from", "bonuses[4].ladder.steps[4].rate", "bonuses[4].ladder.legCap",
		"bonuses[5].ladder", "bonuses[5].ladder.legCap",
		"bonuses[6].ladder", "bonuses[6].ladder.rates.none", `bonuses[6].ladder.rates.高`,
		"bonuses[7].ladder.legCap",
		"bonuses[8].pool.rate", "bonuses[8].pool.barred", "bonuses[8].pool",
		"bonuses[9].pool.rate", "bonuses[9].pool.levels.gold", "bonuses[9].pool.partners.p1",
		"bonuses[10].pool",
		"bonuses[11].tiers.mode", "bonuses[11].tiers.steps",
		"bonuses[12].tiers.steps",
		"bonuses[13].ladder.rates",
		"bonuses[18].counts", "bonuses[18].ladder.asOf",
	}, paths)
	require.Equal(t, []string{"released", "payment", "unknown (2)"}, []string{commission.NodeReleased.String(), commission.AsOfPayment.String(), commission.AsOf(2).String()})
}

func TestABonusThatCannotWorkIsRefused(t *testing.T) {
	calc := newCalculator(t, commission.Plan{PriceScale: 6})
	_, err := calc.Bonus(commission.Bonus{})
	var e *commission.PlanError
	require.ErrorAs(t, err, &e)
	require.Equal(t, commission.ValidateBonuses(cny, []commission.Bonus{{}}), e.Problems)
	require.Len(t, e.Problems, 2)

	huge := commission.Bonus{Name: "huge", Tiers: &commission.Tiers{Steps: []commission.Step{{From: decimal.New(1, 33), Rate: commission.MustRate("1%")}}}}
	require.Empty(t, commission.ValidateBonuses(cny, []commission.Bonus{huge}))
	_, err = calc.Bonus(huge)
	require.ErrorAs(t, err, &e)
	require.Equal(t, "bonuses[0].tiers.steps[0].from", e.Problems[0].Path, "1 and 33 zeros has 40 digits in the price scale")
}
