package incentive_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/incentive"
)

var levels = incentive.Levels{
	{ID: "agent", Weight: 1, Default: true},
	{ID: "director", Name: "总监", Weight: 2, Leader: true, Rights: map[string]string{"store": "yes"}},
}

func TestLevelsAnswer(t *testing.T) {
	require.Empty(t, levels.Validate(cny, nil))
	require.Equal(t, "agent", string(levels.Default()))
	require.True(t, levels.Leads("director"))
	require.False(t, levels.Leads("agent"))
	require.False(t, levels.Leads("unknown"))
	require.True(t, levels.Has("director", "store"))
	require.False(t, levels.Has("agent", "store"))
	_, ok := levels.Find("unknown")
	require.False(t, ok)
}

func TestAPlanWithoutLevelsIsFine(t *testing.T) {
	require.Empty(t, incentive.Levels{}.Validate(cny, nil))
	require.Empty(t, incentive.Levels{}.Default())
}

func TestRule_6_01_NoTwoLevelsStandAtOnePlace(t *testing.T) {
	problems := incentive.Levels{{ID: "a", Weight: 1, Default: true}, {ID: "a", Weight: 1, Default: true}, {ID: "", Weight: 3}}.Validate(cny, nil)
	var paths []string
	for _, p := range problems {
		paths = append(paths, p.Path)
	}
	require.Equal(t, []string{"levels[1].id", "levels[1].weight", "levels[1].default", "levels[2].id"}, paths)
}

func TestRule_1_12_ExactlyOneLevelIsTheDefault(t *testing.T) {
	problems := incentive.Levels{{ID: "a", Weight: 1}}.Validate(cny, nil)
	require.Equal(t, []commission.Problem{{Path: "levels", Message: `one level must say "default": true, the level on joining`}}, problems)
}

func ExampleLevels() {
	fmt.Println(levels.Default(), levels.Leads("director"), levels.Has("agent", "store"))
	// Output: agent true false
}
