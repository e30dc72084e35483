package program_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
)

// flat is a rule of the shop's own that pays the attributed partner a rate, in a version: version 2 pays it twice.
func flat(versions ...string) commission.Rules {
	var rules commission.Rules
	for _, version := range versions {
		rules = append(rules, commission.Maker{Name: "flat", Version: version, Make: func(params commission.Params) (commission.Rule, error) {
			var p struct {
				Rate commission.Rate `json:"rate"`
				Note string          `json:"note"`
			}
			if err := params.Decode(&p); err != nil {
				return nil, err
			}
			if !p.Rate.IsSet() {
				return nil, errors.New("flat needs a rate")
			}
			return commission.RuleFunc(func(in *commission.Input, out *commission.Shares) {
				for i := range in.Uplines[:min(1, len(in.Uplines))] {
					out.Pay(i, 1, p.Rate, commission.Source{Kind: commission.FromOwn})
					if version == "2" {
						out.Pay(i, 2, p.Rate, commission.Source{Kind: commission.FromOwn})
					}
				}
			}), nil
		}})
	}
	return rules
}

const flatPlan = `{
  "currency": "CNY",
  "commission": {"rules": [{"name": "flat", "params": {"rate": "7%", "note": "<a> & é"}}]},
  "campaigns": [{"name": "double", "factor": "2", "rules": ["flat"], "from": "2027-01-01T00:00:00Z"}]
}`

func withRules(rules commission.Rules) func(*program.Config) {
	return func(c *program.Config) { c.Rules = rules }
}

// flatShop is a programme with such a plan, in which carol is bound to bob.
func flatShop(t *testing.T, rules commission.Rules) *shop {
	t.Helper()
	return family(t, "", func(c *program.Config) { c.Rules, c.Plan = rules, program.MustPlan(flatPlan, rules) })
}

func TestRule_4_42_AnOwnRuleIsPaidReleasedAndReversedAsAnyOther(t *testing.T) {
	s := flatShop(t, flat("1"))
	quote, err := s.Orders.Quote(ctx, s.order("o-1", 3, "100.00"))
	require.NoError(t, err)
	out := s.paid(s.order("o-1", 3, "100.00"))
	require.Equal(t, quote.Entries, out.Entries)
	require.Equal(t, "7.00 CNY", out.Commission.String())
	require.Equal(t, "flat", out.Entries[0].Rule)
	explained, err := s.Orders.ExplainAll(ctx, "o-1")
	require.NoError(t, err)
	require.Equal(t, "bob: 7.00 CNY from line 1 of order o-1: flat, upline 1, 7% of 100.00 (own), rounded half-up per entry; plan version 1", explained[0].String())
	require.Contains(t, explained[0].Chinese(), "flat（上级第 1 位），7% × 100.00（自定义规则比例）")
	s.received("o-1")
	s.refunded("r-1", "o-1", units("1", 1))
	s.has("bob", "4.67", "0.00", "0.00")
	s.due(noon.AddDate(0, 0, 7))
	s.refunded("r-2", "o-1", units("1", 2))
	s.has("bob", "0.00", "0.00", "0.00")
}

func TestRule_4_42_APlanWithARuleThatThereIsNotIsRefusedEverywhere(t *testing.T) {
	_, err := program.ParsePlan([]byte(flatPlan))
	require.EqualError(t, err, `program: plan: 3:37: commission.rules[0].name: there is no rule "flat"; no rules of the shop's own were given`)
	_, err = program.ParsePlan([]byte(`{"currency": "CNY", "commission": {"rules": [{"name": "flt"}]}}`), flat("1", "2"))
	require.EqualError(t, err, `program: plan: 1:55: commission.rules[0].name: there is no rule "flt"; there are ["flat"]; did you mean "flat"?`)
	_, err = program.ParsePlan([]byte(`{"currency": "CNY", "commission": {"rules": [{"name": "flat", "parms": {}}]}}`), flat("1"))
	require.ErrorContains(t, err, `unknown field "parms"; did you mean "params"?`)
	_, err = program.ParsePlan([]byte(`{"currency": "CNY", "commission": {"rules": [{"name": "flat", "params": {"rate": 7}}]}}`), flat("1"))
	require.EqualError(t, err, `program: plan: 1:73: commission.rules[0].params: rate: a number is no commission.Rate`)
	_, err = program.ParsePlan([]byte(`{"currency": "CNY", "commission": {"rules": [{"name": "flat", "params": {"rate": "7%", "rate": "8%"}}]}}`), flat("1"))
	require.EqualError(t, err, `program: plan: 1:73: commission.rules[0].params: "rate" stands twice`)
	_, err = program.ParsePlan([]byte(`{"currency": "CNY", "commission": {"rules": [{"name": "flat"}]}}`), flat("1"))
	require.EqualError(t, err, `program: plan: 1:46: commission.rules[0].params: flat needs a rate`)

	plan := program.MustPlan(flatPlan, flat("1"))
	require.NoError(t, plan.Validate(flat("1")))
	require.ErrorContains(t, plan.Validate(), `commission.rules[0].name: there is no rule "flat"`)
	_, err = program.New(nil, program.Config{Plan: plan})
	require.ErrorContains(t, err, `commission.rules[0].name: there is no rule "flat"`)
	_, err = program.New(nil, program.Config{Rules: commission.Rules{{Name: "slots"}}})
	require.ErrorContains(t, err, `Rules[0].Name: "slots" is a built-in rule`)
	s := family(t, twoLevels)
	_, err = s.Plans.Publish(ctx, program.Publish{Plan: plan})
	require.ErrorContains(t, err, `commission.rules[0].name: there is no rule "flat"`)
	plan.Commission.Rules[0].Params = "{"
	_, err = family(t, twoLevels, withRules(flat("1"))).Plans.Publish(ctx, program.Publish{Plan: plan})
	var invalid *program.PlanError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "commission.rules[0].params: parameters are no JSON", invalid.Problems[0].String())
}

func TestRule_4_42_AStoredPlanIsReadByTheVersionOfItsRuleOrNotAtAll(t *testing.T) {
	s := flatShop(t, flat("1"))
	before := s.paid(s.order("o-1", 1, "100.00"))
	again := func(rules commission.Rules) (*program.Program, error) {
		prog, err := program.New(s.store, program.Config{Rules: rules, Clock: func() time.Time { return s.now }})
		require.NoError(t, err)
		_, err = prog.Orders.Outcome(ctx, "o-1")
		return prog, err
	}
	_, err := again(nil)
	require.ErrorContains(t, err, `program: stored plan 1: program: plan: `)
	require.ErrorContains(t, err, `commission.rules[0].name: there is no rule "flat"`)
	_, err = again(flat("2"))
	require.ErrorContains(t, err, `commission.rules[0].version: rule "flat" is here in version ["2"], and the plan names version "1"`)

	// With both, what is stored stays what it was, and what is published next has the new one.
	both, err := again(flat("1", "2"))
	require.NoError(t, err)
	order := s.order("o-2", 1, "100.00")
	out, err := both.Orders.Paid(ctx, order)
	require.NoError(t, err)
	require.Equal(t, before.Commission, out.Commission)
	published, err := both.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(flatPlan, flat("1", "2"))})
	require.NoError(t, err)
	require.Equal(t, []any{2, "2"}, []any{published.Version, published.Plan.Commission.Rules[0].Version})
	order.ID = "o-3"
	out, err = both.Orders.Paid(ctx, order)
	require.NoError(t, err)
	require.Equal(t, "14.00 CNY", out.Commission.String())
	all, err := both.Plans.All(ctx)
	require.NoError(t, err)
	require.NotEqual(t, all[0].Hash, all[1].Hash)
	require.Equal(t, "1", all[0].Plan.Commission.Rules[0].Version)
}

func TestRule_4_42_APlanInGoIsPinnedWhenItIsPublished(t *testing.T) {
	rules := flat("1")
	plan := program.MustPlan(twoLevels)
	plan.Commission.Rules = []commission.OwnRule{{Name: "flat", Params: `{"rate": "1%"}`}}
	s := family(t, twoLevels, withRules(rules))
	published, err := s.Plans.Publish(ctx, program.Publish{Plan: plan})
	require.NoError(t, err)
	require.Equal(t, commission.OwnRule{Name: "flat", Version: "1", Params: `{"rate":"1%"}`}, published.Plan.Commission.Rules[0])
	require.Empty(t, plan.Commission.Rules[0].Version, "the caller's plan is not changed")
	hash, err := plan.Pin(rules).Hash()
	require.NoError(t, err)
	require.Equal(t, hash, published.Hash)
	configured, err := program.New(memstore.New(), program.Config{Plan: plan, Rules: rules, Clock: func() time.Time { return noon }})
	require.NoError(t, err)
	_, err = configured.Orders.Paid(ctx, s.order("o-1", 1, "100.00"))
	require.NoError(t, err)
	all, err := configured.Plans.All(ctx)
	require.NoError(t, err)
	require.Equal(t, hash, all[0].Hash)
}

func TestRule_4_42_TheHashIsOfVersionAndParametersNotOfTheirForm(t *testing.T) {
	hash := func(params string, versions ...string) string {
		plan := program.MustPlan(`{"currency": "CNY", "commission": {"rules": [{"name": "flat", "params": `+params+`}]}}`, flat(versions...))
		h, err := plan.Hash()
		require.NoError(t, err)
		text, err := plan.Text()
		require.NoError(t, err)
		again, err := program.ParsePlan(text, flat(versions...))
		require.NoError(t, err)
		second, err := again.Text()
		require.NoError(t, err)
		require.Equal(t, string(text), string(second))
		return h
	}
	same := hash(`{"rate": "7%", "note": "<a>"}`, "1")
	require.Equal(t, same, hash(`{ "note":"\u003ca\u003E",`+"\n\t"+`"rate":"7%"}`, "1"))
	require.Equal(t, same, hash(`{"rate": "7%", "note": "<a>"}`, "0", "1"), "the last version is meant")
	require.NotEqual(t, same, hash(`{"rate": "7%", "note": "<a>"}`, "2"))
	require.NotEqual(t, same, hash(`{"rate": "7%", "note": "a"}`, "1"))
	require.NotEqual(t, same, hash(`{"rate": "7.0%", "note": "<a>"}`, "1"), "what a text means is the rule's business")
}

func TestRule_4_42_ABrokenRuleRefusesTheOrderAndLeavesNothing(t *testing.T) {
	broken := commission.Rules{{Name: "flat", Version: "1", Make: func(commission.Params) (commission.Rule, error) {
		return commission.RuleFunc(func(in *commission.Input, out *commission.Shares) {
			out.Pay(len(in.Uplines), 0, commission.MustRate("1%"), commission.Source{Kind: commission.FromOwn})
		}), nil
	}}}
	s := flatShop(t, broken)
	before := s.state("bob")
	_, err := s.Orders.Paid(ctx, s.order("o-1", 1, "100.00"))
	var wrong *commission.RuleError
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, "flat", wrong.Rule)
	require.Equal(t, before, s.state("bob"))
	_, err = s.Orders.Quote(ctx, s.order("o-1", 1, "100.00"))
	require.ErrorAs(t, err, &wrong)
}

func TestRule_4_42_ARuleIsMadeOnceForATextOfAPlanAlsoWhereTheShopAlwaysJoins(t *testing.T) {
	made, rules := 0, flat("1")
	make := rules[0].Make
	rules[0].Make = func(params commission.Params) (commission.Rule, error) { made++; return make(params) }
	s := flatShop(t, rules)
	s.paid(s.order("o-1", 1, "100.00")) // publishes the plan
	other, err := program.New(s.store, program.Config{Rules: rules, Clock: func() time.Time { return s.now }})
	require.NoError(t, err)
	joined, after := other.In(s.store), []int{}
	for _, id := range []string{"o-2", "o-3", "o-4"} {
		out, err := joined.Orders.Paid(ctx, s.order(id, 1, "100.00"))
		require.NoError(t, err)
		require.Equal(t, "7.00 CNY", out.Commission.String())
		after = append(after, made)
	}
	require.Equal(t, []int{after[0], after[0], after[0]}, after)
}
