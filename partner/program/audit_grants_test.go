package program_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// TestTheAuditFindsWhatIsWrongWithOneOffBonuses spoils the records of a shop in which everything is right, one at a time.
func TestTheAuditFindsWhatIsWrongWithOneOffBonuses(t *testing.T) {
	change := func(change func(*settlement.Grants)) func(store.Tx) error {
		return func(tx store.Tx) error {
			grants, err := tx.LockGrants(ctx, []partner.ID{"bob"})
			if err != nil {
				return err
			}
			grants[0].Revision++
			change(&grants[0])
			return tx.SaveGrants(ctx, grants)
		}
	}
	fen := money.MustCurrency("CNY", 2).Minor(1)
	for _, c := range []struct {
		mistake   string
		invariant string
		spoil     func(store.Tx) error
	}{
		{"a bonus is said to stand and is not paid", "I1", change(func(g *settlement.Grants) { g.All[1].Stands = true })},
		{"a bonus is paid and said not to stand", "I6", change(func(g *settlement.Grants) { g.All[0].Stands = false })},
		{"an amount is another one", "I12", change(func(g *settlement.Grants) { g.All[0].Amount = g.All[1].Amount })},
		{"somebody else is said to have it", "I1", change(func(g *settlement.Grants) { g.All[0].Payee = "cora" })},
		{"a bonus was given twice", "I12", change(func(g *settlement.Grants) { g.All = append(g.All, g.All[1]) })},
		{"a bonus of no campaign", "I12", change(func(g *settlement.Grants) { g.All[1].Name = "autumn" })},
		{"a bonus is forgotten", "I12", change(func(g *settlement.Grants) { g.All = g.All[:1] })},
		{"the settled order is forgotten", "I6", change(func(g *settlement.Grants) { g.Settled = "" })},
		{"the settled order is somebody else's", "I6", change(func(g *settlement.Grants) { g.Settled = "o-2" })},
		{"a first order was not judged", "I12", func(tx store.Tx) error {
			grants, err := tx.LockGrants(ctx, []partner.ID{"carol"})
			if err != nil {
				return err
			}
			return tx.SaveGrants(ctx, []settlement.Grants{{User: "carol", Revision: grants[0].Revision + 1}})
		}},
		{"a row that nothing grants", "I1", func(tx store.Tx) error {
			row := settlement.Row{Source: settlement.OfGrants("bob"), Payee: "alice", Revision: 99, Amount: fen, Entries: []commission.Entry{{Payee: "alice", Amount: fen}}}
			return tx.AddRows(ctx, []settlement.Row{row})
		}},
	} {
		s := family(t, oneOffPlan)
		s.level("bob", "gold")
		s.buys("bob", "o-1")
		s.buys("carol", "o-2")
		s.due(s.now.Add(24 * time.Hour))
		_, err := s.Partners.Freeze(ctx, program.Freeze{Partner: "alice"})
		require.NoError(t, err)
		s.level("bob", "director")
		s.due(s.now)
		require.NoError(t, s.store.Update(ctx, "", c.spoil), c.mistake)
		report, err := s.Audit(ctx)
		require.NoError(t, err)
		require.Positive(t, report.Grants)
		var invariants []string
		for _, f := range report.Broken {
			invariants = append(invariants, f.Invariant)
		}
		require.Contains(t, invariants, c.invariant, "%s: %s", c.mistake, report)
	}
}
