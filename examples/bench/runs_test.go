package main

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner/program"
)

func TestARunIsMeasuredInRowsToLookAt(t *testing.T) {
	rows, err := periodRuns(300)
	require.NoError(t, err)
	require.Len(t, rows, 18)
	for i, r := range rows {
		require.True(t, r.Holds && r.Goal == "" && r.Reference == 0, r.Name)
		require.Equal(t, []string{"ns", "B"}[i%2], r.Unit)
		require.True(t, r.Ours > 0 || strings.Contains(r.Name, "used again"), r.Name)
	}
}

// TestTheMeasuredRunPays keeps the measurement one of work: the ladder pays in both ways, not the same.
func TestTheMeasuredRunPays(t *testing.T) {
	s, err := newRunShop(300)
	require.NoError(t, err)
	totals := map[string]string{}
	for _, bonus := range []string{"end", "payment"} {
		out, err := s.prog.Bonuses.Preview(context.Background(), program.BonusRun{Bonus: bonus, Period: period})
		require.NoError(t, err)
		require.Greater(t, len(out.Entries), 50)
		require.Len(t, out.Unpaid, 300-len(out.Entries))
		totals[bonus] = out.Total.Plain()
	}
	require.NotEqual(t, totals["end"], totals["payment"])
}
