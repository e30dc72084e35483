package settlement_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/settlement"
)

// What is lacking is what the refund itself made a debt, not what was owed before, and never more than it took.
func TestRule_5_12_OnlyWhatTheRefundMadeADebtIsLacking(t *testing.T) {
	for name, c := range map[string]struct{ available, debt, taken, lacks int64 }{
		"all of it was there":          {available: 100, taken: 100},
		"more than it was there":       {available: 101, taken: 100},
		"a part was there":             {available: 99, taken: 100, lacks: 1},
		"nothing was there":            {taken: 100, lacks: 100},
		"something was owed before":    {debt: 40, taken: 100, lacks: 100},
		"nothing was taken":            {debt: 40},
		"something was given to him":   {debt: 40, taken: -30},
		"what he gets leaves him owed": {debt: 40, taken: -39},
	} {
		t.Run(name, func(t *testing.T) {
			before := settlement.Balance{Partner: "p", Available: cny.Minor(c.available), Debt: cny.Minor(c.debt)}
			after, err := before.Apply(settlement.Change{Partner: "p", Net: cny.Minor(-c.taken)})
			require.NoError(t, err)
			rows := []settlement.Row{{Payee: "p", Amount: cny.Minor(-c.taken)}}
			lacks, err := settlement.Lacking(rows, []settlement.Balance{after}, "")
			require.NoError(t, err)
			var want []settlement.Lack
			if c.lacks > 0 {
				want = []settlement.Lack{{Payee: "p", Amount: cny.Minor(c.lacks)}}
			}
			require.Equal(t, want, lacks)
			lacks, err = settlement.Lacking(rows, []settlement.Balance{after}, "p")
			require.NoError(t, err)
			require.Empty(t, lacks, "who bears it lacks nothing")
		})
	}
}
