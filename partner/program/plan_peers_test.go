package program_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner/program"
)

func TestTheLevelsOfPeersAndLeadersAreThoseOfThePlan(t *testing.T) {
	plan := `{
  "currency": "CNY",
  "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2, "leader": true}],
  "commission": {
    "rates": ["10%"],
    "team": {"levels": {"gold": "2%", "silver": "1%"}, "mode": "differential"},
    "differential": {"rates": {"agents": "10%"}},
    "peer": {"levels": {"gold": "10%", "goId": "5%"}, "income": ["slots", "peer", "teem"], "first": 11}
  }
}`
	_, err := program.ParsePlan([]byte(plan))
	var problems *program.PlanError
	require.ErrorAs(t, err, &problems)
	require.Equal(t, `program: plan: 8:101: commission.peer.first: from 1 to 10 peers are paid, not 11
8:75: commission.peer.income[1]: a peer bonus is no income for another: it would pay itself
8:83: commission.peer.income[2]: the plan has no rule "teem"; it has ["slots" "team" "differential" "peer"]
6:49: commission.team.levels.silver: the plan has no level "silver"
7:42: commission.differential.rates.agents: the plan has no level "agents"; did you mean "agent"?
8:48: commission.peer.levels.goId: the plan has no level "goId"; did you mean "gold"?`, err.Error())
}

func TestThePeerSectionIsPrintedWithItsDefaults(t *testing.T) {
	text, err := program.MustPlan(`{
  "currency": "CNY", "levels": [{"id": "g", "weight": 1, "default": true}],
  "commission": {"differential": {"rates": {"g": "10%"}}, "peer": {"levels": {"g": "1000bp"}}}
}`).Text()
	require.NoError(t, err)
	require.Contains(t, string(text), `"peer": {
      "rate": "-",
      "levels": {
        "g": "10%"
      },
      "first": 1,
      "of": "income",
      "income": [
        "differential"
      ]
    }`)
	again, err := program.MustPlan(string(text)).Text()
	require.NoError(t, err)
	require.Equal(t, string(text), string(again))
}
