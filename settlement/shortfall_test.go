package settlement_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
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

// What is lacking in an asset is borne in it.
func TestRule_5_12_EachCurrencyLacksAndIsBorneByItself(t *testing.T) {
	taken := func(payee partner.ID, amount money.Amount) settlement.Row {
		return settlement.Row{Payee: payee, Revision: 2, Amount: amount.Neg()}
	}
	rows := []settlement.Row{taken("a", cny.Minor(500)), taken("a", points.Minor(40)), taken("b", cny.Minor(500)), taken("b", points.Minor(40)), taken("c", points.Minor(7))}
	balances := []settlement.Balance{
		{Partner: "a", Debt: cny.Minor(100)}, {Partner: "a", Debt: points.Minor(30)}, {Partner: "b", Debt: cny.Minor(500)}, {Partner: "b", Available: points.Minor(1)}, {Partner: "c", Debt: points.Minor(7)},
	}
	lacks, err := settlement.Lacking(rows, balances, "seller")
	require.NoError(t, err)
	require.Equal(t, []settlement.Lack{{"a", cny.Minor(100)}, {"a", points.Minor(30)}, {"b", cny.Minor(500)}, {"c", points.Minor(7)}}, lacks)

	o := settlement.Order{ID: "o-1", Released: noon, Refunds: []settlement.AppliedRefund{{Key: "r-1", Revision: 2}}}
	for bearer, want := range map[partner.ID][]string{
		"":       {"a 1.00 CNY", "a 30 POINTS", "b 5.00 CNY", "c 7 POINTS"},
		"seller": {"a 1.00 CNY", "a 30 POINTS", "b 5.00 CNY", "c 7 POINTS", "seller -6.00 CNY", "seller -37 POINTS"},
	} {
		borne, err := o.Bear(lacks, bearer, noon, partner.Record{Recorded: noon})
		require.NoError(t, err)
		var got []string
		for _, r := range borne {
			require.Equal(t, []any{int64(2), "r-1", noon}, []any{r.Revision, r.Key, r.Released})
			got = append(got, fmt.Sprintf("%s %s", r.Payee, r.Amount))
		}
		require.Equal(t, want, got)
	}
}
