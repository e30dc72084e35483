package program_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
)

// raising uses the sections by which somebody's level, his own rates and his recruits change what a slot pays.
const raising = `{
  "currency": "CNY",
  "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}],
  "commission": {
    "rates": ["10%", "5%"], "personal": "before-goods", "missing": "dynamic",
    "levelBonus": {"mode": "multiplicative", "rates": {"gold": ["10%", "-"]}},
    "recruiter": {"rate": "1%", "levels": {"gold": "0.50/unit"}},
    "peer": {"rate": "10%", "levels": {"gold": "20%"}}
  }
}`

func TestBonusesReadAndWriteBackByteForByte(t *testing.T) {
	plan := program.MustPlan(raising)
	require.Equal(t, commission.BeforeGoods, plan.Commission.Personal)
	require.Equal(t, commission.Dynamic, plan.Commission.Missing)
	require.Equal(t, commission.Multiplicative, plan.Commission.LevelBonus.Mode)
	canonical, err := plan.Text()
	require.NoError(t, err)
	again, err := program.ParsePlan(canonical)
	require.NoError(t, err)
	second, err := again.Text()
	require.NoError(t, err)
	require.Equal(t, string(canonical), string(second))
	require.Contains(t, string(canonical), `"mode": "multiplicative"`)
}

func TestALevelThatThePlanDoesNotHaveIsRefusedInEverySection(t *testing.T) {
	for _, section := range []struct{ text, path string }{
		{`"levelBonus": {"rates": {"golf": ["1%"]}}`, "commission.levelBonus.rates.golf"},
		{`"recruiter": {"rate": "1%", "levels": {"golf": "2%"}}`, "commission.recruiter.levels.golf"},
		{`"peer": {"rate": "1%", "levels": {"golf": "2%"}}`, "commission.peer.levels.golf"},
		{`"team": {"rate": "1%", "levels": {"golf": "2%"}}`, "commission.team.levels.golf"},
		{`"differential": {"rates": {"golf": "2%"}}`, "commission.differential.rates.golf"},
		{`"levels": {"golf": ["2%"]}`, "commission.levels.golf"},
	} {
		text := `{
  "currency": "CNY", "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}],
  "commission": {"rates": ["10%"],
    ` + section.text + `}
}`
		_, err := program.ParsePlan([]byte(text))
		var refused *program.PlanError
		require.ErrorAs(t, err, &refused)
		require.Len(t, refused.Problems, 1)
		require.Equal(t, section.path, refused.Problems[0].Path)
		require.Equal(t, `the plan has no level "golf"; did you mean "gold"?`, refused.Problems[0].Message)
		require.Equal(t, 4, refused.Problems[0].Line)
		_, err = program.ParsePlan([]byte(strings.ReplaceAll(text, "golf", "gold")))
		require.NoError(t, err)
		_, err = program.ParsePlan([]byte(strings.ReplaceAll(text, `"golf"`, `""`)))
		require.ErrorContains(t, err, `the plan has no level ""`)
	}
}

func TestAProblemOfABonusIsReportedWithItsPlace(t *testing.T) {
	_, err := program.ParsePlan([]byte(strings.Replace(raising, `["10%", "-"]`, `["10%", "2/unit"]`, 1)))
	require.EqualError(t, err, `program: plan: 6:72: commission.levelBonus.rates.gold[1]: a rate is raised by a share such as "10%", not by 2/unit`)
}
