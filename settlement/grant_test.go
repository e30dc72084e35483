package settlement_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

var (
	grantCNY = money.MustCurrency("CNY", 2)
	grantDay = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	grantNow = partner.Record{Recorded: grantDay}
)

func spring(level partner.Level, payee partner.ID, amount int64) settlement.Grant {
	return settlement.Grant{Name: "spring", Kind: settlement.ForUpgrade, Level: level, At: grantDay, Plan: 1, Payee: payee, Amount: grantCNY.Minor(amount)}
}

func judged(t *testing.T, g settlement.Grants, settled commission.OrderID, found ...settlement.Grant) (settlement.Grants, []settlement.Row) {
	t.Helper()
	after, rows, err := g.Judge(settlement.Judged{Found: found, Settled: settled}, grantDay, grantNow)
	require.NoError(t, err)
	require.Equal(t, g.Revision+1, after.Revision)
	return after, rows
}

func TestRule_4_28_GrantsWaitForASettledOrderAndGoWithIt(t *testing.T) {
	frozen := spring("director", "alice", 20000)
	frozen.Reason = partner.EarningFrozen
	g, rows := judged(t, settlement.Grants{User: "bob"}, "", spring("gold", "alice", 5000), frozen)
	require.Empty(t, rows)

	g, rows = judged(t, g, "o-1", spring("gold", "alice", 9999))
	require.Len(t, g.All, 2, "what was judged stays judged")
	require.Len(t, rows, 1)
	require.Equal(t, grantCNY.Minor(5000), rows[0].Amount)
	require.Equal(t, settlement.OfGrants("bob"), rows[0].Source)
	require.Equal(t, int64(2), rows[0].Revision)
	require.Equal(t, []time.Time{grantDay, grantDay}, []time.Time{rows[0].Folded, rows[0].Released})

	again, rows := judged(t, g, "o-2")
	require.Empty(t, rows, "another order is as good")
	total, err := again.Total()
	require.NoError(t, err)
	require.Equal(t, grantCNY.Minor(5000), total)

	gone, rows := judged(t, again, "")
	require.Equal(t, grantCNY.Minor(-5000), rows[0].Amount)
	require.Equal(t, commission.NoSettledOrder, rows[0].Entries[0].Reason)
	total, err = gone.Total()
	require.NoError(t, err)
	require.True(t, total.IsZero())
	require.True(t, again.All[0].Stands, "a judgement changes no grants but those that it returns")

	_, rows = judged(t, gone, "o-3")
	require.Equal(t, grantCNY.Minor(5000), rows[0].Amount)
}

func TestGrantsOfSeveralPayeesAreARowEach(t *testing.T) {
	first := settlement.Grant{Name: "welcome", Kind: settlement.ForFirstOrder, Order: "o-1", At: grantDay, Plan: 1, Payee: "abe", Amount: grantCNY.Minor(800)}
	_, rows := judged(t, settlement.Grants{User: "bob"}, "o-1", spring("gold", "alice", 5000), spring("director", "alice", 1), first)
	require.Len(t, rows, 2)
	require.Equal(t, partner.ID("abe"), rows[0].Payee)
	require.Equal(t, "first-order:welcome", rows[0].Entries[0].Rule)
	require.Equal(t, "first-order o-1", rows[0].Entries[0].Source.String())
	require.Equal(t, grantCNY.Minor(5001), rows[1].Amount)
}

func TestAMarkKeepsTheEarlierInstant(t *testing.T) {
	g := settlement.Grants{User: "bob"}.Mark(grantDay.Add(time.Hour), grantNow)
	require.Equal(t, grantDay.Add(time.Hour), g.Due)
	g = g.Mark(grantDay.Add(2*time.Hour), grantNow)
	require.Equal(t, grantDay.Add(time.Hour), g.Due)
	g = g.Mark(grantDay, grantNow)
	require.Equal(t, grantDay, g.Due)
	require.Equal(t, int64(3), g.Revision)
	g, _, err := g.Judge(settlement.Judged{Next: grantDay.Add(9 * time.Hour)}, grantDay, grantNow)
	require.NoError(t, err)
	require.Equal(t, grantDay.Add(9*time.Hour), g.Due)
}
