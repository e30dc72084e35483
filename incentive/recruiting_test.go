package incentive_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
)

func no() *bool { b := false; return &b }

// roles has partners, who recruit promoters, who recruit nobody.
var roles = incentive.Levels{
	{ID: "promoter", Weight: 1, Default: true, MayRecruit: no()},
	{ID: "partner", Weight: 2},
	{ID: "director", Weight: 3, RecruitLevel: "partner"},
}

func TestRule_1_12_WithoutOneDefaultLevelNobodyJoins(t *testing.T) {
	level, err := roles.OnJoining()
	require.NoError(t, err)
	require.Equal(t, partner.Level("promoter"), level)
	level, err = incentive.Levels{}.OnJoining()
	require.NoError(t, err)
	require.Empty(t, level)
	var wrong *incentive.DefaultError
	_, err = incentive.Levels{{ID: "a"}}.OnJoining()
	require.ErrorAs(t, err, &wrong)
	require.EqualError(t, err, "incentive: no level is the default, with which somebody could join")
	_, err = incentive.Levels{{ID: "a", Default: true}, {ID: "b", Default: true}}.OnJoining()
	require.ErrorAs(t, err, &wrong)
	require.Equal(t, []partner.Level{"a", "b"}, wrong.Defaults)
	require.EqualError(t, err, `incentive: the levels ["a" "b"] are all the default; one has to be`)
}

func TestALevelSaysWhetherItsHolderRecruitsAndAtWhichLevel(t *testing.T) {
	require.Empty(t, roles.Validate(cny, nil))
	require.False(t, roles.MayRecruit("promoter"))
	require.True(t, roles.MayRecruit("partner"))
	require.True(t, roles.MayRecruit(""), "who has no level may")
	require.True(t, incentive.Levels{}.MayRecruit("x"))
	require.Equal(t, partner.Level("promoter"), roles.RecruitLevel("partner"))
	require.Equal(t, partner.Level("partner"), roles.RecruitLevel("director"))
	require.Equal(t, partner.Level("promoter"), roles.RecruitLevel(""))

	wrong := incentive.Levels{{ID: "a", Weight: 1, Default: true, RecruitLevel: "z"}, {ID: "b", Weight: 2, MayRecruit: no(), RecruitLevel: "a"}}.Validate(cny, nil)
	require.Equal(t, []partner.Problem{
		{Path: "levels[0].recruitLevel", Message: `there is no level "z"`}, {Path: "levels[1].recruitLevel", Message: "its holder may not recruit; leave it out"},
	}, wrong)
}

func TestWhoMayNotRecruitIsRefusedOrPassesTheRecruitUp(t *testing.T) {
	who := func(id partner.ID, status partner.Status, level partner.Level) partner.Standing {
		return partner.Standing{ID: id, State: partner.State{Status: status, Level: level}}
	}
	promoter, above := who("bob", partner.Active, "promoter"), who("ann", partner.Candidate, "partner")
	gone, idle := who("abe", partner.Terminated, "partner"), who("amy", partner.Active, "promoter")
	for name, c := range map[string]struct {
		line   []partner.Standing
		policy partner.Unentitled
		id     partner.ID
		reason partner.Reason
	}{
		"he may":                  {[]partner.Standing{above, gone}, partner.UnentitledRefuse, "ann", ""},
		"refused":                 {[]partner.Standing{promoter, above}, partner.UnentitledRefuse, "", partner.MayNotRecruit},
		"refused by default":      {[]partner.Standing{promoter, above}, "", "", partner.MayNotRecruit},
		"passed up":               {[]partner.Standing{promoter, idle, gone, above}, partner.UnentitledPassUp, "ann", ""},
		"nobody above may":        {[]partner.Standing{promoter, idle, gone}, partner.UnentitledPassUp, "", partner.MayNotRecruit},
		"nobody above":            {[]partner.Standing{gone}, partner.UnentitledPassUp, "", partner.HasLeft},
		"who has left is refused": {[]partner.Standing{gone, above}, partner.UnentitledRefuse, "", partner.HasLeft},
		"an empty line":           {nil, partner.UnentitledPassUp, "", partner.NotPartner},
	} {
		id, reason := roles.Recruiter(c.line, c.policy)
		require.Equal(t, c.id, id, name)
		require.Equal(t, c.reason, reason, name)
	}
}
