package commission_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// TestABoundCountsFeesToo where there are too many lines of uplines to try all of them.
func TestABoundCountsFeesToo(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%", "5%", "2%"), Levels: map[partner.Level][]commission.Rate{}, Fees: []commission.Fee{
		{Name: "first", Payee: "x", Rate: commission.MustRate("10%"), BeforeSplit: true}, {Name: "beside", Payee: "y", Rate: commission.MustRate("1%")},
	}}
	var mix commission.Mix
	for i := range 40 {
		level := partner.Level(fmt.Sprint("level ", i))
		plan.Levels[level] = rates("-", "-", "3%")
		mix.Levels = append(mix.Levels, commission.LeaderLevel{Level: level})
	}
	a, err := newCalculator(t, plan).Audit(mix)
	require.NoError(t, err)
	require.False(t, a.Worst[0].Exact)
	require.Equal(t, "0.272", a.Worst[0].Uncut.String(), "10% first, 18% of what is left, and 1%")
	require.Equal(t, "0.272000000000000001", a.Worst[0].Bound.String())
}
