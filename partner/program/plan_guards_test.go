package program_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner/program"
)

// Every guard of a plan: what it refuses, where, what it says of how it is lifted, and the plan with it lifted.
func TestRule_3_24_EveryGuardOfAPlanSaysHowItIsLifted(t *testing.T) {
	for name, c := range map[string]struct{ refused, path, says, lifted string }{
		"more than three slots": {
			`{"currency": "CNY", "commission": {"rates": ["4%", "3%", "2%", "1%"]}}`, "commission.slots",
			`the guard is lifted by writing "slots": 4`,
			`{"currency": "CNY", "commission": {"rates": ["4%", "3%", "2%", "1%"], "slots": 4}}`,
		},
		"more than the cap of a line": {
			`{"currency": "CNY", "commission": {"rates": ["20%", "15%"], "cap": "30%", "overflow": "refuse"}}`, "commission.rates",
			`a line can pay 35% here, more than the cap of 30%; the guard is lifted by another overflow policy, such as "overflow": "pro-rata"`,
			`{"currency": "CNY", "commission": {"rates": ["20%", "15%"], "cap": "30%", "overflow": "pro-rata"}}`,
		},
		"more than the cap of an order": {
			`{"currency": "CNY", "commission": {"rates": ["20%", "15%"], "orderCap": "30%", "overflow": "refuse"}}`, "commission.rates",
			`more than the order's cap of 30%; the guard is lifted by another overflow policy, such as "overflow": "pro-rata"`,
			`{"currency": "CNY", "commission": {"rates": ["20%", "15%"], "orderCap": "30%", "overflow": "cut-farthest"}}`,
		},
		"several agents of a region": {
			`{"currency": "CNY", "commission": {"territory": {"by": ["ship-to"], "regions": {"44": {"rate": "3%", "agents": [{"partner": "a"}, {"partner": "b"}]}}}}}`,
			"commission.territory.sharing", `the guard is lifted by writing "sharing": "split"`,
			`{"currency": "CNY", "commission": {"territory": {"by": ["ship-to"], "sharing": "split", "regions": {"44": {"rate": "3%", "agents": [{"partner": "a"}, {"partner": "b"}]}}}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := program.ParsePlan([]byte(c.refused))
			var problems *program.PlanError
			require.ErrorAs(t, err, &problems)
			require.Len(t, problems.Problems, 1)
			require.Equal(t, c.path, problems.Problems[0].Path)
			require.Contains(t, problems.Problems[0].Message, c.says)
			require.NotZero(t, problems.Problems[0].Line)
			_, err = program.ParsePlan([]byte(c.lifted))
			require.NoError(t, err)
		})
	}
}
