package commission_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// ownRules is one rule of the shop's own, called "own", in version "1".
func ownRules(rule commission.RuleFunc) commission.Rules {
	return commission.Rules{{Name: "own", Version: "1", Make: func(commission.Params) (commission.Rule, error) { return rule, nil }}}
}

var own = commission.Source{Kind: commission.FromOwn}

// asking is a plan of one rule of the shop's own.
func asking(plan commission.Plan) commission.Plan {
	plan.Rules = []commission.OwnRule{{Name: "own"}}
	return plan
}

func ownCalculator(t tester, rule commission.RuleFunc, plan commission.Plan, campaigns ...commission.Campaign) *commission.Calculator {
	t.Helper()
	calc, err := ownRules(rule).New(cny, asking(plan), campaigns...)
	require.NoError(t, err)
	return calc
}

// tenth pays the first upline 10%.
func tenth(_ *commission.Input, out *commission.Shares) {
	out.Pay(0, 0, commission.MustRate("10%"), own)
}

func TestRule_4_42_AnOwnRulePassesTheSameStages(t *testing.T) {
	order := orderOf(goods("tea", 3, "100.05"))
	for name, c := range map[string]struct {
		plan     commission.Plan
		campaign []commission.Campaign
		want     []string
	}{
		"rounding":     {want: []string{"tea own/0 B 10.01"}},
		"rounded down": {plan: commission.Plan{Rounding: commission.Rounding{Mode: 2}}, want: []string{"tea own/0 B 10.00"}},
		"cap":          {plan: commission.Plan{Cap: commission.MustRate("4%")}, want: []string{"tea own/0 B 4.00"}},
		"a campaign that names it": {
			campaign: []commission.Campaign{{Name: "double", Factor: dec("2"), Rules: []string{"own"}}}, want: []string{"tea own/0 B 20.01"},
		},
		"a campaign that names slots": {campaign: []commission.Campaign{{Name: "double", Factor: dec("2")}}, want: []string{"tea own/0 B 10.01"}},
		"shared with others, pro rata": {
			plan: commission.Plan{Rates: rates("10%", "10%"), Cap: commission.MustRate("15%")},
			want: []string{"tea slots/1 B 5.00", "tea slots/2 A 5.00", "tea own/0 B 5.00"},
		},
		"excluded goods": {plan: commission.Plan{Excluded: commission.Excluded{Products: []string{"tea"}}}},
	} {
		result := calculate(t, ownCalculator(t, tenth, c.plan, c.campaign...), order, above("B", "A"))
		require.Equal(t, c.want, entriesOf(result), name)
	}
}

func TestRule_4_42_AFullRefundOfAnOwnRuleLeavesNothing(t *testing.T) {
	asked := 0
	calc := ownCalculator(t, func(in *commission.Input, out *commission.Shares) { asked++; tenth(in, out) }, commission.Plan{})
	frozen := calculate(t, calc, orderOf(goods("tea", 3, "100.00")), above("B")).Freeze()
	require.Equal(t, 1, asked)
	require.Equal(t, []string{"tea own/0 B 6.67"}, entriesOf(targetOf(t, calc, frozen, commission.Returned{Units: 1, Valued: 1})))
	require.Empty(t, entriesOf(targetOf(t, calc, frozen, commission.Returned{Units: 3, Valued: 3})))
	require.Equal(t, 1, asked, "a refund asks no rule again")
}

func TestRule_4_42_AnOwnRuleSeesWhatWasGivenBeforeIt(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%"), Fees: []commission.Fee{{Name: "platform", Payee: "P", Rate: commission.MustRate("1%")}}}
	calc := ownCalculator(t, func(in *commission.Input, out *commission.Shares) {
		require.Len(t, in.Paid, 2)
		require.Equal(t, []string{"slots", "fee"}, []string{in.Paid[0].Rule, in.Paid[1].Rule})
		require.Equal(t, partner.ID("P"), in.Seats[0].Partner)
		out.Pay(len(in.Uplines), 7, commission.MustRate("2%"), own)
		out.Skip(-1, 8, "nobody_wants_it")
	}, plan)
	result := calculate(t, calc, orderOf(goods("tea", 1, "100.00")), above("B"))
	require.Equal(t, []string{"tea slots/1 B 10.00", "tea fee/1 P 1.00", "tea own/7 P 2.00"}, entriesOf(result))
	require.Equal(t, []string{"tea own/8 @0 nobody_wants_it"}, unpaidOf(result))
}

func TestRule_4_42_WhoeverEarnsNothingGetsNothingFromAnOwnRule(t *testing.T) {
	rule := func(in *commission.Input, out *commission.Shares) {
		for i := range in.Uplines {
			out.PayPart(i, 0, commission.MustRate("9%"), own, 1, int32(len(in.Uplines)))
		}
		out.Pay(0, 1, commission.Rate{}, own)
	}
	plan := commission.Plan{SelfPurchase: commission.SkipSlot}
	result := calculate(t, ownCalculator(t, rule, plan), orderOf(goods("tea", 1, "100.00")), above("buyer", "B#frozen", "A"))
	require.Equal(t, []string{"tea own/0 A 3.00"}, entriesOf(result))
	require.Equal(t, []string{"tea own/0 buyer@1 self_purchase", "tea own/0 B@2 frozen", "tea own/1 buyer@1 self_purchase"}, unpaidOf(result))
}

// TestRule_4_42_LinesOfDifferentGoodsAreAskedAbout even where no rate tells them apart, and a rule sees nothing that lines of one kind differ in.
func TestRule_4_42_LinesOfDifferentGoodsAreAskedAbout(t *testing.T) {
	var seen []commission.Line
	calc := ownCalculator(t, func(in *commission.Input, out *commission.Shares) {
		seen = append(seen, *in.Line)
		if in.Line.Product == "cake" {
			tenth(in, out)
		}
	}, commission.Plan{Rates: rates("1%")})
	cake := goods("2", 1, "100.00")
	cake.Product = "cake"
	more := cake
	more.ID, more.Quantity, more.Amount = "4", 7, dec("50.00")
	result := calculate(t, calc, orderOf(goods("1", 1, "100.00"), cake, costing(goods("3", 1, "100.00"), "1.00"), more), above("B"))
	require.Equal(t, []string{"1 slots/1 B 1.00", "2 slots/1 B 1.00", "2 own/0 B 10.00", "3 slots/1 B 1.00", "4 slots/1 B 0.50", "4 own/0 B 5.00"}, entriesOf(result))
	require.Equal(t, []commission.Line{{Product: "1"}, {Product: "cake"}, {Product: "3"}}, seen)
}

func TestRule_4_42_WhatAnOwnRuleCannotDecideIsAnErrorThatNamesIt(t *testing.T) {
	five := commission.MustRate("5%")
	for name, c := range map[string]struct {
		rule commission.RuleFunc
		want string
	}{
		"nobody at that place": {func(_ *commission.Input, out *commission.Shares) { out.Pay(3, 0, five, own) }, "index 3 names none of 2 uplines and 1 seats"},
		"below 0":              {func(_ *commission.Input, out *commission.Shares) { out.Pay(-1, 0, five, own) }, "index -1 names none of 2 uplines and 1 seats"},
		"the least index":      {func(_ *commission.Input, out *commission.Shares) { out.Pay(math.MinInt, 0, five, own) }, "names none of"},
		"a skip of nobody":     {func(_ *commission.Input, out *commission.Shares) { out.Skip(-2, 0, "no") }, "index -2 names none of"},
		"a skip far away":      {func(_ *commission.Input, out *commission.Shares) { out.Skip(3, 0, "no") }, "index 3 names none of"},
		"no reason":            {func(_ *commission.Input, out *commission.Shares) { out.Skip(0, 0, "") }, `reason ""`},
		"a long reason": {func(_ *commission.Input, out *commission.Shares) {
			out.Skip(0, 0, partner.Reason(strings.Repeat("x", 65)))
		}, "reason"},
		"a slot below 0":             {func(_ *commission.Input, out *commission.Shares) { out.Pay(0, -1, five, own) }, "a slot is from 0 to 100, not -1"},
		"a slot beyond 32 bits":      {func(_ *commission.Input, out *commission.Shares) { out.Pay(0, 1<<32+1, five, own) }, "a slot is from 0 to 100, not 4294967297"},
		"a skipped slot of somebody": {func(_ *commission.Input, out *commission.Shares) { out.Skip(0, 1<<32+1, "no") }, "a slot is from 0 to 100, not 4294967297"},
		"no reason of somebody":      {func(_ *commission.Input, out *commission.Shares) { out.Skip(1, 0, "") }, `reason ""`},
		"a skipped slot":             {func(_ *commission.Input, out *commission.Shares) { out.Skip(-1, 101, "no") }, "a slot is from 0 to 100, not 101"},
		"twice": {func(_ *commission.Input, out *commission.Shares) {
			out.Pay(1, 2, five, own)
			out.Pay(0, 2, five, own)
			out.Pay(1, 2, commission.MustRate("6%"), own)
		}, "A is paid twice in slot 2"},
		"no part":        {func(_ *commission.Input, out *commission.Shares) { out.PayPart(0, 0, five, own, 0, 0) }, "nobody gets 0 parts of 0"},
		"a part below 0": {func(_ *commission.Input, out *commission.Shares) { out.PayPart(0, 0, five, own, -1, 2) }, "nobody gets -1 parts of 2"},
		"too large a part": {
			func(_ *commission.Input, out *commission.Shares) { out.PayPart(0, 0, five, own, 3, 2) }, "nobody gets 3 parts of 2",
		},
		"too many parts": {func(_ *commission.Input, out *commission.Shares) {
			out.PayPart(0, 0, five, own, math.MaxInt32, math.MaxInt32)
			out.PayPart(1, 0, five, own, math.MaxInt32, math.MaxInt32)
		}, "4294967294 parts of 2147483647 are divided in slot 0"},
		"no such source": {func(_ *commission.Input, out *commission.Shares) {
			out.Pay(0, 0, five, commission.Source{Kind: 200})
		}, "a rate has no source 200"},
		"a long key": {func(_ *commission.Input, out *commission.Shares) {
			out.Pay(0, 0, five, commission.Source{Kind: commission.FromOwn, Key: strings.Repeat("x", 257)})
		}, "a source's key has at most 256 bytes, not 257"},
		"no such bonus": {func(_ *commission.Input, out *commission.Shares) {
			out.Pay(0, 0, five, commission.Source{Bonus: &commission.Raise{Mode: 9}})
		}, "there is no mode 9 of a bonus"},
	} {
		into := calculate(t, ownCalculator(t, func(_ *commission.Input, out *commission.Shares) { // grows the buffers
			for slot := range 9 {
				out.Skip(-1, slot, "no")
				out.Pay(0, slot, five, own)
			}
		}, commission.Plan{}), orderOf(goods("tea", 1, "100.00")), above("B"))
		calc := ownCalculator(t, c.rule, commission.Plan{Fees: []commission.Fee{{Name: "platform", Payee: "P", Rate: commission.MustRate("1%")}}})
		result, err := calc.Calculate(orderOf(goods("tea", 1, "100.00")), above("B", "A"), into)
		var wrong *commission.RuleError
		require.ErrorAs(t, err, &wrong, name)
		require.Equal(t, []any{"own", commission.OrderID("o1"), commission.LineID("tea")}, []any{wrong.Rule, wrong.Order, wrong.Line})
		require.ErrorContains(t, err, c.want, name)
		require.ErrorContains(t, err, `commission: rule "own", asked about line "tea" of order "o1": `, name)
		require.Zero(t, result.Len())
		again, err := ownCalculator(t, tenth, commission.Plan{}).Calculate(orderOf(goods("tea", 1, "100.00")), above("B"), result)
		require.NoError(t, err, "the buffer can be used again")
		require.Equal(t, 1, again.Len())
	}
}

// TestRule_4_42_ABufferBringsNothingWithIt: who had a seat in the calculation before is nobody in the next.
func TestRule_4_42_ABufferBringsNothingWithIt(t *testing.T) {
	order := orderOf(goods("tea", 1, "100.00"))
	with := newCalculator(t, commission.Plan{Fees: []commission.Fee{{Name: "platform", Payee: "P", Rate: commission.MustRate("1%")}}})
	into := calculate(t, with, order, above("B"))
	without := ownCalculator(t, func(in *commission.Input, out *commission.Shares) {
		require.Empty(t, in.Seats)
		require.Empty(t, in.Paid)
		tenth(in, out)
	}, commission.Plan{})
	again, err := without.Calculate(order, above("B"), into)
	require.NoError(t, err)
	require.Equal(t, []string{"tea own/0 B 10.00"}, entriesOf(again))
}

func TestRule_4_42_APayeeCanHaveAShareAndAnAmountAndSeveralSlots(t *testing.T) {
	calc := ownCalculator(t, func(_ *commission.Input, out *commission.Shares) {
		out.Pay(0, 1, commission.MustRate("5%"), own)
		out.Pay(0, 1, commission.MustRate("3.00/unit"), own)
		out.Pay(0, 2, commission.MustRate("5%"), own)
	}, commission.Plan{})
	require.Equal(t, []string{"tea own/1 B 5.00", "tea own/1 B 3.00", "tea own/2 B 5.00"}, entriesOf(calculate(t, calc, orderOf(goods("tea", 1, "100.00")), above("B"))))
}

// reaching looks at so many uplines.
type reaching struct {
	commission.RuleFunc
	reach int
}

func (r reaching) Reach() int { return r.reach }

func TestRule_4_42_AnOwnRuleIsShownEveryUplineUnlessItSaysHowMany(t *testing.T) {
	for reach, want := range map[int]int{0: 0, -1: 0, 1: 3, 2: 3, 7: 8} {
		rules := commission.Rules{{Name: "own", Version: "1", Make: func(commission.Params) (commission.Rule, error) { return reaching{tenth, reach}, nil }}}
		calc, err := rules.New(cny, asking(commission.Plan{Rates: rates("1%", "1%")}))
		require.NoError(t, err)
		require.Equal(t, want, calc.Reach(""), reach)
	}
	require.Zero(t, ownCalculator(t, tenth, commission.Plan{Rates: rates("1%")}).Reach(""))
	alone, err := commission.Rules{{Name: "own", Version: "1", Make: func(commission.Params) (commission.Rule, error) { return reaching{tenth, 1}, nil }}}.
		New(cny, asking(commission.Plan{}))
	require.NoError(t, err)
	require.Equal(t, 2, alone.Reach(""), "the buyer himself may stand first")
}

func TestRule_4_42_APlanAndItsRulesAreCheckedTogether(t *testing.T) {
	made := func(params commission.Params) (commission.Rule, error) {
		var p struct {
			Rate commission.Rate `json:"rate"`
		}
		if err := params.Decode(&p); err != nil {
			return nil, err
		}
		if !p.Rate.IsSet() {
			return nil, errors.New("a birthday needs a rate")
		}
		return commission.RuleFunc(tenth), nil
	}
	rules := commission.Rules{{Name: "birthday", Version: "1", Make: made}, {Name: "birthday", Version: "2", Make: made}, {Name: "empty", Version: "1", Make: func(commission.Params) (commission.Rule, error) { return nil, nil }}}
	names := func(list ...commission.OwnRule) commission.Plan { return commission.Plan{Rules: list} }
	fine := commission.OwnRule{Name: "birthday", Version: "1", Params: `{"rate": "5%"}`}
	for want, c := range map[string]struct {
		rules commission.Rules
		plan  commission.Plan
	}{
		`commission.rules[0].name: there is no rule "birthday"; no rules of the shop's own were given`:              {nil, names(fine)},
		`commission.rules[1].name: there is no rule "brithday"; there are ["birthday" "empty"]`:                     {rules, names(fine, commission.OwnRule{Name: "brithday"})},
		`commission.rules[0].version: rule "birthday" is here in version ["1" "2"], and the plan names version "3"`: {rules, names(commission.OwnRule{Name: "birthday", Version: "3"})},
		`commission.rules[0].name: "slots" is a built-in rule: it is turned on by a section of its own`:             {rules, names(commission.OwnRule{Name: "slots"})},
		`commission.rules[1].name: "birthday" stands twice`:                                                         {rules, names(fine, fine)},
		`commission.rules[0].params: a birthday needs a rate`:                                                       {rules, names(commission.OwnRule{Name: "birthday"})},
		`commission.rules[0].params: unknown field "rats"`:                                                          {rules, names(commission.OwnRule{Name: "birthday", Params: `{"rats": "5%"}`})},
		`commission.rules[0].params: rate: a number is no commission.Rate`:                                          {rules, names(commission.OwnRule{Name: "birthday", Params: `{"rate": 5}`})},
		`commission.rules[0].params: parameters are an object, such as {"rate": "5%"}`:                              {rules, names(commission.OwnRule{Name: "birthday", Params: ` ["5%"]`})},
		`commission.rules[0].params: parameters are no JSON`:                                                        {rules, names(commission.OwnRule{Name: "birthday", Params: `{`})},
		`commission.rules[0].params: rule "empty" was made of nothing`:                                              {rules, names(commission.OwnRule{Name: "empty"})},
		`commission.rules: 21 rules are more than 20`:                                                               {rules, names(make([]commission.OwnRule, 21)...)},
		`Rules[0].Name: "fee" is a built-in rule`:                                                                   {commission.Rules{{Name: "fee", Version: "1", Make: made}}, names()},
		`Rules[3].Version: "birthday" has version "2" twice`:                                                        {append(slices.Clone(rules), rules[1]), names()},
		`Rules[0].Make: nothing makes "x"`:                                                                          {commission.Rules{{Name: "x", Version: "1"}}, names(commission.OwnRule{Name: "x"})},
	} {
		_, err := c.rules.New(cny, c.plan)
		var invalid *commission.PlanError
		require.ErrorAs(t, err, &invalid, want)
		require.Equal(t, "commission: plan: "+want, err.Error())
		require.Equal(t, invalid.Problems, c.rules.Validate(c.plan, cny, nil))
	}
	unnamed := commission.Rules{{Make: made}}.Validate(names(), cny, nil)
	require.Equal(t, []string{"Rules[0].Name", "Rules[0].Version"}, []string{unnamed[0].Path, unnamed[1].Path})
	_, err := commission.New(cny, names(fine))
	require.ErrorContains(t, err, `there is no rule "birthday"`)
	require.NotEmpty(t, names(fine).Validate(cny, nil))

	require.Empty(t, rules.Validate(names(fine), cny, []commission.Campaign{{Name: "c", Factor: dec("2"), Rules: []string{"birthday"}}}))
	problems := rules.Validate(names(fine), cny, []commission.Campaign{{Name: "c", Factor: dec("2"), Rules: []string{"empty"}}})
	require.Len(t, problems, 1)
	require.Equal(t, `campaigns[0].rules[0]: no rule is called "empty"; the plan has ["birthday"]`, problems[0].String())
	withPeer := names(fine)
	withPeer.Peer = commission.Peer{Rate: commission.MustRate("1%"), Income: []string{"birthday"}}
	problems = rules.Validate(withPeer, cny, nil)
	require.Len(t, problems, 1)
	require.Equal(t, "commission.peer.income[0]: birthday is paid after the peers", problems[0].String())
}

func TestRule_4_42_PinNamesTheLastVersion(t *testing.T) {
	rules := commission.Rules{{Name: "a", Version: "1"}, {Name: "a", Version: "2"}, {Name: "b", Version: "7"}}
	require.Equal(t, []string{"a", "b"}, rules.Names())
	plan := commission.Plan{Rules: []commission.OwnRule{{Name: "a", Params: `{"y": 1, "x": "\u0041" }`}, {Name: "a", Version: "1"}, {Name: "c"}, {Name: "b", Params: `[`}}}
	before := slices.Clone(plan.Rules)
	require.Equal(t, []commission.OwnRule{
		{Name: "a", Version: "2", Params: `{"x":"A","y":1}`}, {Name: "a", Version: "1"}, {Name: "c"}, {Name: "b", Version: "7", Params: `[`},
	}, rules.Pin(plan).Rules)
	require.Equal(t, before, plan.Rules, "the plan that is given stays as it is")
	require.Empty(t, rules.Pin(commission.Plan{}).Rules)
	calc, err := ownRules(tenth).New(cny, asking(commission.Plan{}))
	require.NoError(t, err)
	require.Equal(t, "1", calc.Plan().Rules[0].Version)
}

func TestParametersHaveOneForm(t *testing.T) {
	for text, want := range map[string]string{
		`{}`: ``, ` { } `: ``, `{"a":{}}`: `{"a":{}}`, `{"a":[]}`: `{"a":[]}`,
		"{\"b\" : [1.50, -0, 1e5, true,null],\n\t\"a\": {\"d\": \"<\\u0026>\\u00e9\", \"c\": \"\\/\"}}": `{"a":{"c":"/","d":"<&>é"},"b":[1.50,-0,1e5,true,null]}`,
	} {
		var p commission.Params
		require.NoError(t, json.Unmarshal([]byte(text), &p))
		require.Equal(t, want, string(p))
		written, err := commission.Params(text).MarshalJSON()
		require.NoError(t, err)
		var again commission.Params
		require.NoError(t, again.UnmarshalJSON(written))
		require.Equal(t, p, again)
	}
	deep := strings.Repeat(`{"a":`, 33) + "1" + strings.Repeat("}", 33)
	for text, want := range map[string]string{
		`{"a": 1, "\u0061": 2}`: `"a" stands twice`,
		`"text"`:                "parameters are an object",
		`null`:                  "parameters are an object",
		`{"a"}`:                 "parameters are no JSON",
		`{} {}`:                 "parameters are no JSON",
		deep:                    "parameters are more than 32 levels deep",
		`{"` + strings.Repeat("n", 257) + `": 1}`:      "a name of 257 bytes is longer than 256",
		`{"a": "` + strings.Repeat("n", 65<<10) + `"}`: "are longer than 65536",
	} {
		var p commission.Params
		require.ErrorContains(t, p.UnmarshalJSON([]byte(text)), want)
		require.Empty(t, p)
		_, err := commission.Params(text).MarshalJSON()
		require.ErrorContains(t, err, want)
	}
	var p struct{ Rate commission.Rate }
	require.NoError(t, commission.Params("").Decode(&p))
	require.False(t, p.Rate.IsSet())
	require.ErrorContains(t, commission.Params(`{"Rate": "120%"}`).Decode(&p), "more than the whole")
}

func TestRule_4_42_CombinedRules(t *testing.T) {
	gold := commission.When(func(in *commission.Input) bool { return len(in.Uplines) > 0 && in.Uplines[0].Level == "gold" }, commission.RuleFunc(tenth))
	second := commission.RuleFunc(func(in *commission.Input, out *commission.Shares) {
		if len(in.Uplines) < 2 {
			out.Skip(-1, 0, commission.NoUpline)
			return
		}
		out.Pay(1, 0, commission.MustRate("2%"), own)
	})
	third := commission.RuleFunc(func(_ *commission.Input, out *commission.Shares) { out.Pay(0, 0, commission.MustRate("1%"), own) })
	calc := ownCalculator(t, commission.First(gold, second, third).Shares, commission.Plan{})
	order := orderOf(goods("tea", 1, "100.00"))
	for want, uplines := range map[string][]commission.Upline{
		"tea own/0 B 10.00": above("B:gold", "A"), "tea own/0 A 2.00": above("B", "A"), "tea own/0 B 1.00": above("B"),
	} {
		require.Equal(t, []string{want}, entriesOf(calculate(t, calc, order, uplines)))
	}
	require.Equal(t, []string{"tea own/0 @0 no_upline"}, unpaidOf(calculate(t, calc, order, above("B"))), "why the second paid nobody stays")
	require.Equal(t, []string{"tea own/0 A@2 frozen"}, unpaidOf(calculate(t, calc, order, above("B", "A#frozen"))), "one who earns nothing is not paid, so that the third is asked")
}

// imitation does what slots do, from outside.
func imitation(o oracle) commission.RuleFunc {
	slots := o.slotCount()
	return func(in *commission.Input, out *commission.Shares) {
		earns := func(i int) bool { return i < len(in.Uplines) && in.Uplines[i].Bar == "" }
		next := in.Vacant
		for slot := 1; slot <= slots; slot++ {
			if slot <= in.Vacant {
				out.Skip(slot-1, slot, commission.SelfPurchased)
				continue
			}
			for o.plan.Missing == commission.Compress && next < len(in.Uplines) && !earns(next) {
				out.Skip(next, slot, in.Uplines[next].Bar)
				next++
			}
			index := next
			next++
			if !earns(index) {
				top := len(in.Uplines) - 1
				for top >= in.Vacant && !earns(top) {
					top--
				}
				toTop := o.plan.Missing == commission.ToTop && top >= in.Vacant
				switch {
				case index < len(in.Uplines):
					out.Skip(index, slot, in.Uplines[index].Bar)
				case !toTop:
					out.Skip(-1, slot, commission.NoUpline)
				}
				if !toTop {
					continue
				}
				index = top
			}
			out.Pay(index, slot, o.rate("", in.Line, slot, &in.Uplines[index]), own)
		}
	}
}

// TestRule_4_42_AnOwnRuleThatImitatesSlotsPaysTheSame whatever the plan, the order, and what comes back.
func TestRule_4_42_AnOwnRuleThatImitatesSlotsPaysTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := genCases().Draw(t, "plan")
		c.plan.Rules, c.plan.Team, c.plan.Differential = nil, commission.Team{}, commission.Differential{}
		c.plan.Kinds, c.plan.Peer, c.plan.Territory, c.plan.Fees = nil, commission.Peer{}, commission.Territory{}, nil
		c.plan.Trees, c.plan.Staff = nil, commission.Staff{}
		c.plan.LevelBonus, c.plan.Personal, c.plan.Recruiter = commission.LevelBonus{}, commission.AfterGoods, commission.Recruiter{}
		if c.plan.Missing == commission.Dynamic {
			c.plan.Missing = commission.Compress
		}
		if c.plan.Overflow == commission.RefusePlan {
			c.plan.Overflow = commission.ProRata
		}
		if rapid.Bool().Draw(t, "a low cap") {
			c.plan.Cap, c.plan.Rates = commission.MustRate("1%"), rates("50%", "5%")
		}
		c.plan.Stacking = commission.StackMax
		for i := range c.campaigns {
			c.campaigns[i].Slots = nil
		}
		builtin, copying := imitated(t, c)
		order, uplines := withoutFacts(genOrders(builtin.Price().Scale(), false).Draw(t, "order")), genUplines().Draw(t, "uplines")
		for i := range order.Lines {
			order.Lines[i].Rates = nil
		}
		a, b := calculate(t, builtin, order, uplines), calculate(t, copying, order, uplines)
		requireImitated(t, a, b)
		frozen, copiedFrozen := a.Freeze(), b.Freeze()
		returned := genReturned(t, builtin, frozen)
		requireImitated(t, targetOf(t, builtin, frozen, returned...), targetOf(t, copying, copiedFrozen, returned...))
	})

	// Few draws need not meet a cap that cuts.
	builtin, copying := imitated(t, genCase{cur: cny, plan: commission.Plan{Rates: rates("50%", "5%"), Cap: commission.MustRate("1%")}})
	order := &commission.Order{ID: "o", Customer: "c", PaidAt: june, Lines: []commission.Line{{ID: "1", Quantity: 1, Amount: dec("100")}}}
	uplines := []commission.Upline{{Partner: "p0"}, {Partner: "p1"}}
	paid, cut := requireImitated(t, calculate(t, builtin, order, uplines), calculate(t, copying, order, uplines))
	require.Equal(t, 2, paid)
	require.Equal(t, 2, cut)
}

// imitated returns a plan that pays by slots, and the same with a rule that imitates them.
func imitated(t tester, c genCase) (builtin, copying *commission.Calculator) {
	t.Helper()
	for i := range c.campaigns {
		c.campaigns[i].Rules = []string{"slots"}
	}
	builtin, naive := c.calculator(t)
	copied := c.plan
	copied.Rates, copied.Slots, copied.Levels, copied.Partners, copied.Categories, copied.Products, copied.SKUs = nil, 0, nil, nil, nil, nil, nil
	for i := range c.campaigns {
		c.campaigns[i].Rules = []string{"own"}
	}
	copying, err := ownRules(imitation(naive)).New(c.cur, asking(copied), c.campaigns...)
	require.NoError(t, err)
	return builtin, copying
}

// requireImitated asserts that slots and the rule that imitates them pay the same, and returns how many entries there are and how many of them a cap cut.
func requireImitated(t tester, slots, imitation *commission.Result) (paid, cut int) {
	t.Helper()
	one, other := slices.Collect(slots.Entries()), slices.Collect(imitation.Entries())
	for i := range one {
		one[i].Rule, one[i].Source = "own", own
		if one[i].Cut {
			cut++
		}
	}
	require.Equal(t, one, other)
	for i, reasons := 0, slices.Collect(imitation.Unpaid()); i < len(reasons); i++ {
		if reasons[i].Rule == "own" {
			reasons[i].Rule = "slots"
		}
		require.Contains(t, slices.Collect(slots.Unpaid()), reasons[i])
	}
	require.Len(t, slices.Collect(imitation.Unpaid()), len(slices.Collect(slots.Unpaid())))
	return len(one), cut
}

func TestRule_8_6_AnOrderThatIsBarredPaysNobody(t *testing.T) {
	plan := commission.Plan{
		Rates: rates("10%"), Fees: []commission.Fee{{Name: "platform", Payee: "P", Rate: commission.MustRate("1%")}},
		Excluded: commission.Excluded{Products: []string{"gift"}},
	}
	order := orderOf(goods("tea", 1, "100.00"), goods("gift", 1, "5.00"))
	order.Bar = "brushed"
	calc := ownCalculator(t, tenth, plan)
	result := calculate(t, calc, order, above("B"))
	require.Empty(t, entriesOf(result))
	require.Equal(t, []string{"tea /0 @0 brushed", "gift /0 @0 brushed"}, unpaidOf(result))
	require.Empty(t, entriesOf(targetOf(t, calc, result.Freeze())))
	order.Bar = partner.Reason(strings.Repeat("x", 65))
	_, err := calc.Calculate(order, above("B"), nil)
	var wrong *commission.OrderError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "bar", wrong.Problems[0].Path)
	problems := commission.Plan{Attribution: []commission.Attribution{commission.Buyer, commission.Chosen}}.Validate(cny, nil)
	require.Len(t, problems, 1)
	require.Equal(t, "commission.attribution[1]: chosen is for the shop's own code", problems[0].String())
}

func TestAnOwnRuleIsExplainedByItsName(t *testing.T) {
	x := commission.Explanation{Entry: commission.Entry{Rule: "founder", Payee: "P", Source: commission.Source{Kind: commission.FromOwn, Key: "tea"}}}
	require.Contains(t, x.String(), ": founder, ")
	require.Contains(t, x.String(), "(own tea)")
	require.Contains(t, x.Chinese(), "：founder，")
	require.Contains(t, x.Chinese(), "（自定义规则比例 tea）")
	x.Entry.Position = 2
	require.Contains(t, x.String(), ": founder, upline 2, ")
	require.Contains(t, x.Chinese(), "：founder（上级第 2 位），")
}
