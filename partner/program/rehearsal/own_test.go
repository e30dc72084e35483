package rehearsal_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/partner/program/rehearsal"
)

// TestAHostPlaysScenariosWithRulesAndHooksOfItsOwn, with every check that Run makes by itself.
func TestAHostPlaysScenariosWithRulesAndHooksOfItsOwn(t *testing.T) {
	rules := commission.Rules{{Name: "top", Version: "1", Make: func(commission.Params) (commission.Rule, error) {
		return commission.RuleFunc(func(in *commission.Input, out *commission.Shares) {
			if n := len(in.Uplines); n > 0 {
				out.Pay(n-1, 0, commission.MustRate("1%"), commission.Source{Kind: commission.FromOwn})
			}
		}), nil
	}}}
	text := []byte(`{
	  "name": "own rules",
	  "rules": ["4.42", "8.6", "8.7"],
	  "plan": {"currency": "CNY", "commission": {"rates": ["10%"], "rules": [{"name": "top"}]}},
	  "start": "2026-06-01T08:00:00Z",
	  "events": [
	    {"add": {"partner": "A"}}, {"recruit": {"partner": "B", "recruiter": "A"}}, {"bind": {"customer": "C", "owner": "B"}},
	    {
	      "paid": {"order": "o-1", "customer": "C", "lines": [{"id": "1", "quantity": 2, "amount": "100.00"}]},
	      "expect": {"entries": [{"line": "1", "slot": 1, "payee": "B", "amount": "10.00"}, {"line": "1", "rule": "top", "payee": "A", "amount": "1.00", "source": "own"}]}
	    },
	    {"publish": {"plan": {"name": "more", "currency": "CNY", "commission": {"rates": ["20%"], "rules": [{"name": "top", "version": "1"}]}}}},
	    {"at": "2026-06-02T08:00:00Z", "paid": {"order": "bad", "customer": "C", "lines": [{"id": "1", "quantity": 1, "amount": "666.00"}]}, "expect": {"entries": [], "unpaid": [{"line": "1", "reason": "brushed"}]}},
	    {"received": {"order": "o-1"}},
	    {"at": "2026-06-09T08:00:00Z", "run": {}, "expect": {"released": [], "vetoed": {"o-1": "disputed"}}},
	    {"refund": {"refund": "r-1", "order": "o-1", "lines": [{"line": "1", "quantity": 1}]}, "expect": {"changes": [{"payee": "A", "before": "1.00", "after": "0.50"}, {"payee": "B", "before": "10.00", "after": "5.00"}]}},
	    {"at": "2026-06-10T08:00:00Z", "run": {}, "expect": {"released": ["o-1"], "vetoed": {}, "balances": {"A": {"available": "0.50"}, "B": {"available": "5.00"}}}}
	  ],
	  "expect": {"commission": "5.50", "kept": "710.50"}
	}`)
	scenario, err := rehearsal.Parse(text, rules)
	require.NoError(t, err)
	scenario.Hooks = program.Hooks{
		Verify: program.VerifyFunc(func(_ context.Context, sale program.Sale) (program.Verdict, error) {
			if sale.Order.ID == "bad" || sale.Order.Lines[0].Amount.String() == "666" {
				return program.Verdict{Order: "brushed"}, nil
			}
			return program.Verdict{}, nil
		}),
		Release: program.ReleaseFunc(func(_ context.Context, due program.Release) (partner.Reason, error) {
			if len(due.Order.Refunds) == 0 {
				return "disputed", nil
			}
			return "", nil
		}),
	}
	report, err := rehearsal.Run(ctx, scenario)
	require.NoError(t, err)
	require.True(t, report.OK(), report.String())

	scenario.Hooks.Release = nil
	report, err = rehearsal.Run(ctx, scenario)
	require.NoError(t, err)
	require.Equal(t, "event 8 (run): vetoed: want map[o-1:disputed], got map[]", report.Differences[1].String())

	_, err = rehearsal.Parse(text)
	require.ErrorContains(t, err, `plan.commission.rules[0].name: there is no rule "top"; no rules of the shop's own were given`)
	require.ErrorContains(t, err, `events[4].publish.plan.commission.rules[0].name`)
	scenario.Own = nil
	_, err = rehearsal.Run(ctx, scenario)
	require.ErrorContains(t, err, `there is no rule "top"`)
}
