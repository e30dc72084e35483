package partner_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

var cny = money.MustCurrency("CNY", 2)

func yuan(text string) money.Amount {
	a, err := cny.Parse(text)
	if err != nil {
		panic(err) // a constant of a test
	}
	return a
}

func number(text string) decimal.NullDecimal {
	return decimal.NewNullDecimal(decimal.RequireFromString(text))
}

func atLeast(m partner.Metric, n string) partner.Condition {
	return partner.Condition{Metric: &m, AtLeast: number(n)}
}

// known is facts of which some are known, by the metric's name.
func known(values map[partner.MetricName]partner.Value) partner.Facts {
	return partner.FactsFunc(func(m partner.Metric) (partner.Value, bool) {
		v, ok := values[m.Name]
		return v, ok
	})
}

// spent is facts of somebody who has spent so much and brought so many customers.
func spent(amount string, customers int64) partner.Facts {
	return known(map[partner.MetricName]partner.Value{partner.MetricSpend: {Amount: yuan(amount)}, partner.MetricCustomers: {Number: customers}})
}

func TestRule_1_09_AnyAndAllAreExplicitAndAnEmptyListIsNoThreshold(t *testing.T) {
	spend, customers := atLeast(partner.Metric{Name: partner.MetricSpend}, "2000"), atLeast(partner.Metric{Name: partner.MetricCustomers}, "5")
	unknown := atLeast(partner.Metric{Name: partner.MetricVolume}, "1")
	few := partner.Condition{Metric: &partner.Metric{Name: partner.MetricCustomers}, AtMost: number("5")}
	unknownFew := partner.Condition{Metric: &partner.Metric{Name: partner.MetricSales}, AtMost: number("5")}
	list := func(c ...partner.Condition) []partner.Condition { return c }
	for name, c := range map[string]struct {
		conditions partner.Conditions
		facts      partner.Facts
		met        bool
	}{
		"nothing is met by nobody":                  {partner.Conditions{}, spent("9999", 9), false},
		"an empty list too":                         {partner.Conditions{All: list(), Any: list()}, spent("9999", 9), false},
		"all, both met":                             {partner.Conditions{All: list(spend, customers)}, spent("2000", 5), true},
		"all, one met":                              {partner.Conditions{All: list(spend, customers)}, spent("2000", 4), false},
		"any, one met":                              {partner.Conditions{Any: list(spend, customers)}, spent("1999.99", 5), true},
		"any, none met":                             {partner.Conditions{Any: list(spend, customers)}, spent("1999.99", 4), false},
		"what is not known is not met":              {partner.Conditions{All: list(unknown)}, spent("2000", 5), false},
		"not even at most":                          {partner.Conditions{All: list(unknownFew)}, spent("2000", 5), false},
		"at most is inclusive":                      {partner.Conditions{All: list(few)}, spent("0", 5), true},
		"above at most":                             {partner.Conditions{All: list(few)}, spent("0", 6), false},
		"any of all":                                {partner.Conditions{Any: list(unknown, partner.Condition{All: list(spend, customers)})}, spent("2000", 5), true},
		"any of all, one missing":                   {partner.Conditions{Any: list(unknown, partner.Condition{All: list(spend, customers)})}, spent("2000", 4), false},
		"all with an empty list within":             {partner.Conditions{All: list(spend, partner.Condition{All: list()})}, spent("2000", 5), false},
		"all with any within":                       {partner.Conditions{All: list(spend, partner.Condition{Any: list(unknown, customers)})}, spent("2000", 5), true},
		"a metric without a comparison is not met":  {partner.Conditions{All: list(partner.Condition{Metric: spend.Metric})}, spent("2000", 5), false},
		"a metric that there is not is not met":     {partner.Conditions{All: list(atLeast(partner.Metric{Name: "x"}, "1"))}, spent("2000", 5), false},
		"a condition of nobody's own is not met":    {partner.Conditions{All: list(partner.Condition{Own: &partner.OwnCondition{Name: "x"}})}, spent("2000", 5), false},
		"any with a condition that is not there":    {partner.Conditions{Any: list(partner.Condition{}, customers)}, spent("0", 5), true},
		"all with a condition that asks of nothing": {partner.Conditions{All: list(partner.Condition{}, customers)}, spent("0", 5), false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.met, c.conditions.Evaluate(c.facts, nil).Met)
		})
	}
	require.True(t, partner.Conditions{All: list()}.IsZero())
	reached, verdict := partner.Joining{}.Reached(spent("0", 0), nil)
	require.True(t, reached, "where nothing is asked there is nothing to wait for")
	require.False(t, partner.Joining{}.Promotes("", verdict), "and nobody is promoted by what he does")
}

func TestEveryProblemOfAThresholdIsToldAtOnce(t *testing.T) {
	zero := time.Time{}
	c := partner.Conditions{
		All: []partner.Condition{
			{},
			atLeast(partner.Metric{Name: "spent"}, "1"),
			atLeast(partner.Metric{Name: partner.MetricSpend, Scope: partner.WholeTeam, Node: "payd", Count: "nett", Days: -1, Since: &zero, SelfPurchase: true}, "0"),
			{Metric: &partner.Metric{Name: partner.MetricTopUp, Node: partner.Completed, Count: partner.Gross, Products: []string{"p"}}, AtLeast: number("1.001")},
			{Metric: &partner.Metric{Name: partner.MetricCustomers, Levels: []partner.Level{"gold"}}, AtLeast: number("1.5"), OneOf: []string{"x"}},
			{Metric: &partner.Metric{Name: partner.MetricMemberLevel, Days: 3}, AtLeast: number("1")},
			{Metric: &partner.Metric{Name: partner.MetricOrders}, AtLeast: number("5"), AtMost: number("4")},
			{Metric: &partner.Metric{Name: partner.MetricOrders}, Own: &partner.OwnCondition{Name: "x"}},
			{AtMost: number("-1"), Any: []partner.Condition{{Metric: &partner.Metric{Name: partner.MetricOrders}, AtMost: number("-1")}}},
		},
		Any: []partner.Condition{atLeast(partner.Metric{Name: partner.MetricSpend}, "1")},
	}
	var got []string
	for _, p := range c.Validate("t", cny, nil) {
		got = append(got, p.Path)
	}
	require.Equal(t, []string{
		"t", "t.all[0]", "t.all[1].metric.name",
		"t.all[2].metric.scope", "t.all[2].metric.days", "t.all[2].metric.since", "t.all[2].metric.node", "t.all[2].metric.count", "t.all[2].metric.selfPurchase", "t.all[2].atLeast",
		"t.all[3].metric.node", "t.all[3].metric.count", "t.all[3].metric.products", "t.all[3].atLeast",
		"t.all[4].metric.levels", "t.all[4].oneOf", "t.all[4].atLeast",
		"t.all[5].metric.days", "t.all[5]", "t.all[5].oneOf",
		"t.all[6].atMost", "t.all[7]", "t.all[7]", "t.all[7].own.name",
		"t.all[8]", "t.all[8].any[0].atMost",
	}, got)

	deep := partner.Condition{Metric: &partner.Metric{Name: partner.MetricOrders}, AtLeast: number("1")}
	for range 6 {
		deep = partner.Condition{All: []partner.Condition{deep}}
	}
	require.Contains(t, partner.Conditions{All: []partner.Condition{deep}}.Validate("t", cny, nil)[0].Message, "more than 5 deep")
	many := make([]partner.Condition, 101)
	for i := range many {
		many[i] = atLeast(partner.Metric{Name: partner.MetricOrders}, "1")
	}
	require.Equal(t, "t: 101 conditions are more than 100", partner.Conditions{Any: many}.Validate("t", cny, nil)[0].String())
}

func TestAVerdictSaysWhatIsMissingInTwoLanguages(t *testing.T) {
	since := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	c := partner.Conditions{Any: []partner.Condition{
		atLeast(partner.Metric{Name: partner.MetricSpend, Node: partner.Completed, Since: &since}, "2000"),
		{All: []partner.Condition{
			atLeast(partner.Metric{Name: partner.MetricCustomers}, "1000"),
			atLeast(partner.Metric{Name: partner.MetricVolume, Scope: partner.UntilLeader, Count: partner.Gross, Days: 30, SelfPurchase: true}, "1234567.8"),
		}},
		{Metric: &partner.Metric{Name: partner.MetricMemberLevel}, OneOf: []string{"gold", "diamond"}},
		{Metric: &partner.Metric{Name: partner.MetricOrders, Products: []string{"p1", "p2"}}, AtLeast: number("1"), AtMost: number("9")},
		{Metric: &partner.Metric{Name: partner.MetricPartners, Levels: []partner.Level{"gold"}}, AtMost: number("9")},
	}}
	verdict := c.Evaluate(known(map[partner.MetricName]partner.Value{
		partner.MetricSpend: {Amount: yuan("1200")}, partner.MetricCustomers: {Number: 1000}, partner.MetricMemberLevel: {Text: "silver"}, partner.MetricOrders: {Number: 3},
	}), nil)
	require.True(t, verdict.Met)
	require.Equal(t, "any of: own spend, completed, since 2026-06-01T00:00:00Z: 1,200.00 of 2,000.00, 800.00 short; "+
		"(all of: direct customers invited: 1,000 of 1,000, met; "+
		"team, until the next leader, sales volume, before refunds, in the last 30 days, with his own purchases: not known of 1,234,567.8); "+
		"member level: silver, one of gold, diamond is needed; own orders paid, of products p1, p2: 3 of 1, at most 9, met; "+
		"direct partners recruited, of levels gold: not known, at most 9", verdict.String())
	require.Equal(t, "满足任一条件：本人消费金额（已完成，自 2026-06-01T00:00:00Z 起）：1,200.00 / 2,000.00，还差 800.00；"+
		"（满足全部条件：直属邀请客户数：1,000 / 1,000，已达成；团队（至下一团队长）销售业绩（不扣退款，近 30 天，含自购）：暂无数据 / 1,234,567.8）；"+
		"会员等级：silver，需为 gold, diamond 之一；本人支付订单数（商品 p1, p2）：3 / 1，不超过 9，已达成；直属招募合伙人数（等级 gold）：暂无数据，不超过 9", verdict.Chinese())
	require.Equal(t, "nothing is asked for", partner.Verdict{}.String())
	require.Equal(t, "没有门槛", partner.Verdict{}.Chinese())
	require.Equal(t, "own spend, completed, since 2026-06-01T00:00:00Z: 1,200.00 of 2,000.00, 800.00 short", verdict.Parts[0].String())
}

func TestAConditionOfTheShopsOwnHasANameAVersionAndParameters(t *testing.T) {
	passed := func(params partner.Params) (partner.Predicate, error) {
		var p struct{ Exam string }
		if err := params.Decode(&p); err != nil {
			return nil, err
		}
		return func(f partner.Facts) partner.Answer {
			level, _ := f.Measure(partner.Metric{Name: partner.MetricMemberLevel})
			return partner.Answer{Met: level.Text == p.Exam, English: "is at " + level.Text, Chinese: "当前 " + level.Text}
		}, nil
	}
	own := partner.Predicates{{Name: "exam", Version: "1", Make: passed}, {Name: "exam", Version: "2", Make: passed}, {Name: "none", Version: "1", Make: func(partner.Params) (partner.Predicate, error) { return nil, nil }}}
	require.Empty(t, own.Check())
	asked := partner.Conditions{All: []partner.Condition{{Own: &partner.OwnCondition{Name: "exam", Params: `{"Exam" : "sales"}`}}}}
	pinned := own.Pin(asked)
	require.Equal(t, &partner.OwnCondition{Name: "exam", Version: "2", Params: `{"Exam":"sales"}`}, pinned.All[0].Own)
	require.Empty(t, asked.All[0].Own.Version, "what was pinned is a copy")
	require.Equal(t, pinned, own[:2].Pin(pinned))

	verdict := pinned.Evaluate(known(map[partner.MetricName]partner.Value{partner.MetricMemberLevel: {Text: "sales"}}), own)
	require.True(t, verdict.Met)
	require.Equal(t, "own condition exam is at sales, met", verdict.String())
	require.Equal(t, "自定义条件 exam 当前 sales，已达成", verdict.Chinese())
	require.False(t, pinned.Evaluate(known(nil), own).Met)
	require.False(t, pinned.Evaluate(known(nil), own[:1]).Met, "another version would answer otherwise")

	for problem, c := range map[string]struct {
		own   partner.Predicates
		asked partner.OwnCondition
	}{
		`t.all[0].own.name: there is no condition "exam"; no conditions of the shop's own were given`:         {nil, partner.OwnCondition{Name: "exam"}},
		`t.all[0].own.name: there is no condition "test"; there are ["exam" "none"]`:                          {own, partner.OwnCondition{Name: "test"}},
		`t.all[0].own.version: condition "exam" is here in version ["1" "2"], and the plan names version "3"`: {own, partner.OwnCondition{Name: "exam", Version: "3"}},
		`t.all[0].own.params: unknown field "x"`:                                                              {own, partner.OwnCondition{Name: "exam", Params: `{"x": 1}`}},
		`t.all[0].own.params: parameters are no JSON`:                                                         {own, partner.OwnCondition{Name: "exam", Params: `{`}},
		`t.all[0].own.params: condition "none" was made of nothing`:                                           {own, partner.OwnCondition{Name: "none"}},
		`t.all[0].own.name: nothing makes "bad"`:                                                              {partner.Predicates{{Name: "bad", Version: "1"}}, partner.OwnCondition{Name: "bad"}},
	} {
		problems := partner.Conditions{All: []partner.Condition{{Own: &c.asked}}}.Validate("t", cny, c.own)
		require.Len(t, problems, 1)
		require.Equal(t, problem, problems[0].String())
	}
	var paths []string
	for _, p := range (partner.Predicates{{}, {Name: "a", Version: "1", Make: passed}, {Name: "a", Version: "1", Make: passed}}).Check() {
		paths = append(paths, p.Path)
	}
	require.Equal(t, []string{"Predicates[0].Name", "Predicates[0].Version", "Predicates[0].Make", "Predicates[2].Version"}, paths)
}

func TestEveryMetricPrintsItsDefaults(t *testing.T) {
	for name, want := range map[partner.MetricName]string{
		partner.MetricSpend:       `{"name":"spend","scope":"own","node":"paid","count":"net"}`,
		partner.MetricOrders:      `{"name":"orders","scope":"own","node":"paid","count":"net"}`,
		partner.MetricUnits:       `{"name":"units","scope":"own","node":"paid","count":"net"}`,
		partner.MetricTopUp:       `{"name":"topUp","scope":"own"}`,
		partner.MetricCustomers:   `{"name":"customers","scope":"direct"}`,
		partner.MetricPartners:    `{"name":"partners","scope":"direct"}`,
		partner.MetricVolume:      `{"name":"volume","scope":"own","node":"paid","count":"net"}`,
		partner.MetricSales:       `{"name":"sales","scope":"own","node":"paid","count":"net"}`,
		partner.MetricMemberLevel: `{"name":"memberLevel"}`,
	} {
		m := partner.Metric{Name: name}.WithDefaults()
		text, err := json.Marshal(m)
		require.NoError(t, err)
		require.Equal(t, want, string(text))
		require.Empty(t, m.Validate("m"), "what is printed can be read again")
		require.Equal(t, m, m.WithDefaults())
	}
}

// TestAnyAndAllAgreeWithCounting draws flat lists and counts what is met.
func TestAnyAndAllAgreeWithCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		have := map[partner.MetricName]partner.Value{}
		var list []partner.Condition
		met := 0
		for i, name := range rapid.SliceOfN(rapid.SampledFrom([]partner.MetricName{partner.MetricOrders, partner.MetricSales, partner.MetricUnits}), 0, 4).Draw(t, "metrics") {
			if _, drawn := have[name]; !drawn && rapid.Bool().Draw(t, fmt.Sprint("known", i)) {
				have[name] = partner.Value{Number: rapid.Int64Range(0, 3).Draw(t, fmt.Sprint("has", i))}
			}
			list = append(list, atLeast(partner.Metric{Name: name}, fmt.Sprint(rapid.IntRange(1, 3).Draw(t, fmt.Sprint("asked", i)))))
		}
		for _, c := range list {
			if v, ok := have[c.Metric.Name]; ok && v.Number >= c.AtLeast.Decimal.IntPart() {
				met++
			}
		}
		if got := (partner.Conditions{Any: list}).Evaluate(known(have), nil).Met; got != (met > 0) {
			t.Fatalf("any of %d, %d met: %v", len(list), met, got)
		}
		if got := (partner.Conditions{All: list}).Evaluate(known(have), nil).Met; got != (len(list) > 0 && met == len(list)) {
			t.Fatalf("all of %d, %d met: %v", len(list), met, got)
		}
	})
}
