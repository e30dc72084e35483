package incentive_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
)

// least asks for at least so much of a metric.
func least(name partner.MetricName, n string) partner.Condition {
	return partner.Condition{Metric: &partner.Metric{Name: name}, AtLeast: decimal.NewNullDecimal(decimal.RequireFromString(n))}
}

func all(c ...partner.Condition) partner.Conditions   { return partner.Conditions{All: c} }
func anyOf(c ...partner.Condition) partner.Conditions { return partner.Conditions{Any: c} }

// has are facts of somebody who has spent so many yuan and brought so many customers.
func has(yuan, customers int64) partner.Facts {
	return partner.FactsFunc(func(m partner.Metric) (partner.Value, bool) {
		switch m.Name {
		case partner.MetricSpend:
			return partner.Value{Amount: cny.Minor(yuan * 100)}, true
		case partner.MetricCustomers:
			return partner.Value{Number: customers}, true
		}
		return partner.Value{}, false
	})
}

// ranks are levels of which silver asks for all, gold for any, and diamond for spending alone; nobody reaches honorary by himself.
var ranks = incentive.Levels{
	{ID: "honorary", Weight: 9},
	{ID: "gold", Name: "黄金", Weight: 5, Reach: anyOf(least(partner.MetricSpend, "500"), least(partner.MetricCustomers, "10"))},
	{ID: "agent", Weight: 2, Default: true},
	{ID: "trial", Weight: 1},
	{ID: "diamond", Weight: 7, Reach: all(least(partner.MetricSpend, "1000"))},
	{ID: "silver", Weight: 4, Reach: all(least(partner.MetricSpend, "100"), least(partner.MetricCustomers, "2"))},
}

func TestRule_6_04_TheHighestLevelWhoseConditionsAreMetIsReached(t *testing.T) {
	require.Empty(t, ranks.Validate(cny, nil))
	for _, c := range []struct {
		have            partner.Level
		yuan, customers int64
		want            partner.Level
	}{
		{"agent", 99, 2, ""},
		{"agent", 100, 1, ""},
		{"agent", 100, 2, "silver"},
		{"agent", 0, 10, "gold"}, // and not silver
		{"agent", 500, 0, "gold"},
		{"agent", 1000, 0, "diamond"},
		{"trial", 1000, 10, "diamond"},
		{"silver", 100, 2, ""},
		{"silver", 1000, 0, "diamond"},
		{"gold", 500, 10, ""},
		{"gold", 0, 0, ""},
		{"diamond", 1000, 10, ""},
		{"honorary", 1000, 10, ""},
		{"", 100, 2, "silver"},
		{"forgotten", 1000, 2, "diamond"},
	} {
		got, ok := ranks.Reached(c.have, has(c.yuan, c.customers), nil)
		require.Equal(t, c.want != "", ok, "%+v", c)
		require.Equal(t, c.want, got.Level, "%+v", c)
		require.Equal(t, ok, got.Verdict.Met)
	}
	_, ok := incentive.Levels{}.Reached("", has(1000, 10), nil)
	require.False(t, ok)
	require.True(t, ranks.Rise())
	require.False(t, levels.Rise())
}

func TestRule_2_10_ProgressSaysHowFarItIsToEachLevel(t *testing.T) {
	progress := ranks.Progress("agent", has(120, 1), nil)
	require.Equal(t, `silver: all of: own spend: 120.00 of 100.00, met; direct customers invited: 1 of 2, 1 short
黄金: any of: own spend: 120.00 of 500.00, 380.00 short; direct customers invited: 1 of 10, 9 short
diamond: own spend: 120.00 of 1,000.00, 880.00 short`, progress.String())
	require.Equal(t, `silver：满足全部条件：本人消费金额：120.00 / 100.00，已达成；直属邀请客户数：1 / 2，还差 1
黄金：满足任一条件：本人消费金额：120.00 / 500.00，还差 380.00；直属邀请客户数：1 / 10，还差 9
diamond：本人消费金额：120.00 / 1,000.00，还差 880.00`, progress.Chinese())
	require.Empty(t, ranks.Progress("diamond", has(0, 0), nil))
	require.Equal(t, "no level above is reached by itself", ranks.Progress("honorary", has(0, 0), nil).String())
	require.Equal(t, "没有可自动升级的更高等级", incentive.Progress(nil).Chinese())
}

// Reached is what a look at every level finds, progress says met of the last level exactly where it is reached, and nobody falls.
func TestRule_6_04_And_2_10_OneEvaluatorDecidesAndSaysHowFarItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type ask struct{ yuan, customers int64 }
		asks := map[partner.Level]ask{}
		either := map[partner.Level]bool{}
		weights := map[partner.Level]int{}
		plan := incentive.Levels{{ID: "l0", Weight: 0, Default: true}}
		for i := 1; i <= rapid.IntRange(0, 4).Draw(t, "levels"); i++ {
			id := partner.Level(fmt.Sprint("l", i))
			level := incentive.Level{ID: id, Weight: i}
			if rapid.IntRange(0, 4).Draw(t, "manual") > 0 {
				asks[id] = ask{rapid.Int64Range(1, 3).Draw(t, "yuan"), rapid.Int64Range(1, 3).Draw(t, "customers")}
				list := []partner.Condition{least(partner.MetricSpend, fmt.Sprint(asks[id].yuan)), least(partner.MetricCustomers, fmt.Sprint(asks[id].customers))}
				if either[id] = rapid.Bool().Draw(t, "any"); either[id] {
					level.Reach = anyOf(list...)
				} else {
					level.Reach = all(list...)
				}
			}
			weights[id] = i
			plan = append(plan, level)
		}
		plan = rapid.Permutation(plan).Draw(t, "plan")
		if problems := plan.Validate(cny, nil); problems != nil {
			t.Fatal(problems)
		}
		have := rapid.SampledFrom([]partner.Level{"l0", "l1", "l2", "l3", "l4", "", "gone"}).Draw(t, "have")
		yuan, customers := rapid.Int64Range(0, 3).Draw(t, "has yuan"), rapid.Int64Range(0, 3).Draw(t, "has customers")

		want, best := partner.Level(""), weights[have] // a level that there is not counts as the default
		for id, a := range asks {
			met := yuan >= a.yuan && customers >= a.customers
			if either[id] {
				met = yuan >= a.yuan || customers >= a.customers
			}
			if met && weights[id] > best {
				want, best = id, weights[id]
			}
		}
		got, ok := plan.Reached(have, has(yuan, customers), nil)
		if got.Level != want || ok != (want != "") {
			t.Fatalf("reached %q, want %q", got.Level, want)
		}
		var last partner.Level
		weight := weights[have]
		for _, p := range plan.Progress(have, has(yuan, customers), nil) {
			if weights[p.Level] <= weight {
				t.Fatalf("%s is not above what comes before it", p.Level)
			}
			if weight = weights[p.Level]; p.Verdict.Met {
				last = p.Level
			}
		}
		if last != want {
			t.Fatalf("by its progress he rises to %q, and he does to %q", last, want)
		}
	})
}

func TestRule_6_01_WhatIsAskedForALevelIsCheckedWithItsPath(t *testing.T) {
	wrong := incentive.Levels{
		{ID: "agent", Weight: 2, Default: true, Reach: all(least(partner.MetricSpend, "1"))},
		{ID: "trial", Weight: 1, Reach: all(least(partner.MetricSpend, "1"))},
		{ID: "silver", Weight: 3, Reach: partner.Conditions{All: all(least(partner.MetricSpend, "0.001")).All, Any: all(least("spent", "1")).All}},
		{ID: "gold", Weight: 4, Reach: all(partner.Condition{Own: &partner.OwnCondition{Name: "exam"}})},
	}
	var lines []string
	for _, p := range wrong.Validate(cny, nil) {
		lines = append(lines, p.String())
	}
	require.Equal(t, []string{
		"levels[0].reach: it is the level on joining, which everybody has; leave it out",
		"levels[1].reach: nobody rises to this level, which is below agent, the level on joining",
		`levels[2].reach: "all" and "any" cannot stand side by side; put one of them into the list of the other`,
		"levels[2].reach.all[0].atLeast: 0.001 has more than 2 decimals",
		`levels[2].reach.any[0].metric.name: "spent" is none of ["spend" "orders" "units" "topUp" "customers" "partners" "volume" "sales" "earned" "memberLevel"]`,
		`levels[3].reach.all[0].own.name: there is no condition "exam"; no conditions of the shop's own were given`,
	}, lines)

	own := partner.Predicates{{Name: "exam", Version: "2", Make: func(partner.Params) (partner.Predicate, error) {
		return func(partner.Facts) partner.Answer { return partner.Answer{Met: true} }, nil
	}}}
	require.Len(t, wrong[3:].Validate(cny, own), 1, "only the default is missing")
	pinned := wrong.Pin(own)
	require.Equal(t, "2", pinned[3].Reach.All[0].Own.Version)
	require.Empty(t, wrong[3].Reach.All[0].Own.Version, "the input stays as it is")
	got, _ := pinned.Reached("agent", has(0, 0), own)
	require.Equal(t, partner.Level("gold"), got.Level)
	require.Equal(t, partner.Paid, wrong.WithDefaults()[0].Reach.All[0].Metric.Node)
}

func TestRule_6_12_AfterARewardTheNextEventDecidesUnlessThePlanSaysOtherwise(t *testing.T) {
	var r incentive.Rising
	text, err := json.Marshal(r)
	require.NoError(t, err)
	require.JSONEq(t, `{"reward": "next-event"}`, string(text))
	require.NoError(t, json.Unmarshal([]byte(`{"reward": "cascade"}`), &r))
	require.Equal(t, incentive.Cascade, r.Reward)
	require.Empty(t, r.Validate())
	var unknown *commission.OptionError
	require.ErrorAs(t, json.Unmarshal([]byte(`{"reward": "never"}`), &r), &unknown)
	require.Equal(t, []commission.Problem{{Path: "rising.reward", Message: "9 names no option"}}, incentive.Rising{Reward: 9}.Validate())
	require.Equal(t, "unknown (9)", incentive.RewardRise(9).String())
}

func TestRule_6_12_ARewardToWhoRisesIsAnOptionOfTheBonus(t *testing.T) {
	var o incentive.OneOff
	require.NoError(t, json.Unmarshal([]byte(`{"name": "up", "upgrade": {"payee": "self", "levels": {"gold": "30.00"}}}`), &o))
	require.Equal(t, incentive.ToSelf, o.Upgrade.Payee)
	require.Equal(t, []incentive.Reached{{Name: "up", Level: "gold", Payee: incentive.ToSelf, Amount: decimal.RequireFromString("30.00")}},
		incentive.OneOffs{o}.Reached(ranks, "agent", "gold", june))
	text, err := json.Marshal(incentive.Upgrade{})
	require.NoError(t, err)
	require.JSONEq(t, `{"payee": "recruiter", "levels": null, "skipped": "unpaid"}`, string(text))
	require.Error(t, json.Unmarshal([]byte(`"himself"`), &o.Upgrade.Payee))
}

// The guard holds only where somebody is paid himself for a level to which bringing people is enough.
func TestRule_6_12_ARewardForBringingPeopleAloneIsRefusedUnlessAllowed(t *testing.T) {
	spend, people, team := least(partner.MetricSpend, "1"), least(partner.MetricCustomers, "1"), least(partner.MetricPartners, "1")
	few := partner.Condition{Metric: &partner.Metric{Name: partner.MetricSpend}, AtMost: decimal.NewNullDecimal(decimal.NewFromInt(9))}
	for name, c := range map[string]struct {
		reach   partner.Conditions
		refused bool
	}{
		"nothing that is reached":       {partner.Conditions{}, false},
		"sales":                         {all(spend), false},
		"people":                        {all(people), true},
		"partners and customers":        {all(people, team), true},
		"people and sales":              {all(people, spend), false},
		"people or sales":               {anyOf(people, spend), true},
		"people, and not many sales":    {all(people, few), true},
		"people and, within, sales":     {all(people, partner.Condition{Any: []partner.Condition{spend, spend}}), false},
		"people and, within, either":    {all(people, partner.Condition{Any: []partner.Condition{spend, team}}), true},
		"people and what the shop says": {all(people, partner.Condition{Own: &partner.OwnCondition{Name: "exam"}}), false},
	} {
		plan := incentive.Levels{{ID: "agent", Weight: 1, Default: true}, {ID: "gold", Weight: 2, Reach: c.reach}}
		upgrade := incentive.Upgrade{Payee: incentive.ToSelf, Levels: amounts("gold", "30")}
		problems := incentive.OneOffs{{Name: "up", Upgrade: &upgrade}}.Validate(cny, plan)
		require.Equal(t, c.refused, len(problems) == 1, "%s: %v", name, problems)
		if c.refused {
			require.Equal(t, `oneOffs[0].upgrade.levels.gold: the guard "headcount" refuses a reward for bringing people, by which alone this level is reached; `+
				`it is lifted by writing "allowHeadCount": true`, problems[0].String())
		}
		upgrade.AllowHeadCount = true
		require.Empty(t, incentive.OneOffs{{Name: "up", Upgrade: &upgrade}}.Validate(cny, plan), name)
		upgrade = incentive.Upgrade{Levels: amounts("gold", "30")}
		require.Empty(t, incentive.OneOffs{{Name: "up", Upgrade: &upgrade}}.Validate(cny, plan), "his recruiter is paid once he has bought something")
	}
	upgrade := incentive.Upgrade{Payee: 7, Levels: amounts("gold", "30")}
	require.Equal(t, "oneOffs[0].upgrade.payee: 7 names no option", incentive.OneOffs{{Name: "up", Upgrade: &upgrade}}.Validate(cny, ranks)[0].String())
}

func TestRule_6_13_TheLibraryAnswersWhetherALevelHasARight(t *testing.T) {
	rights := incentive.Levels{{ID: "agent", Weight: 1, Default: true, Rights: map[string]string{"poster": ""}}, {ID: "gold", Weight: 2, Rights: map[string]string{"store": "3"}}}
	require.True(t, rights.Has("agent", "poster"), "whatever its value")
	require.False(t, rights.Has("gold", "poster"), "a level has the rights that stand on it, and no lower one's")
	require.True(t, rights.Has("gold", "store"))
	require.False(t, rights.Has("gold", "Store"))
	require.False(t, rights.Has("", "poster"))
}

func ExampleLevels_Progress() {
	levels := incentive.Levels{
		{ID: "agent", Weight: 1, Default: true},
		{ID: "gold", Weight: 2, Reach: all(least(partner.MetricSpend, "50"))},
	}
	fmt.Println(levels.Progress("agent", has(20, 0), nil))
	gold, reached := levels.Reached("agent", has(50, 0), nil)
	fmt.Println(gold, reached)
	// Output:
	// gold: own spend: 20.00 of 50.00, 30.00 short
	// gold: own spend: 50.00 of 50.00, met true
}
