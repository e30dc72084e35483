package program_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// unpaid says who gets nothing, and why.
func unpaid(all []commission.Unpaid) map[partner.ID]partner.Reason {
	reasons := map[partner.ID]partner.Reason{}
	for _, u := range all {
		reasons[u.Partner] = u.Reason
	}
	return reasons
}

func TestRule_4_25_WhoIsBarredAtTheEndOfThePeriodHasNoShare(t *testing.T) {
	s := open(t, `{"currency": "CNY", "joining": {"spend": "1000"}, "commission": {"rates": ["10%"]}, "bonuses": [
		{"name": "pool", "pool": {"rate": "10%", "partners": {"alice": 1, "bob": 1, "cora": 1, "dora": 1, "late": 1, "nobody": 1, "thawed": 1}}}]}`)
	for _, id := range []partner.ID{"alice", "bob", "dora", "thawed"} {
		s.add(id)
	}
	_, err := s.Partners.Add(ctx, program.Add{Partner: "cora", Candidate: true})
	require.NoError(t, err)
	_, err = s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "alice"})
	require.NoError(t, err)
	freeze := func(id partner.ID, at time.Time) {
		_, err := s.Partners.Freeze(ctx, program.Freeze{Partner: id, Meta: program.Meta{At: at}})
		require.NoError(t, err)
	}
	s.paid(s.order("o-1", 1, "600.00"))
	freeze("thawed", noon)
	s.now = julyFirst.Add(time.Hour)
	freeze("bob", julyFirst.Add(-time.Microsecond)) // in time
	freeze("dora", julyFirst)                       // too late for June
	_, err = s.Partners.Unfreeze(ctx, program.Freeze{Partner: "thawed", Meta: program.Meta{At: julyFirst.Add(-time.Microsecond)}})
	require.NoError(t, err)
	_, err = s.Partners.Add(ctx, program.Add{Partner: "late", Meta: program.Meta{At: julyFirst}})
	require.NoError(t, err)
	june, err := s.Bonuses.Preview(ctx, s.run("pool"))
	require.NoError(t, err)
	require.Equal(t, []string{"alice 20.00", "dora 20.00", "thawed 20.00"}, lines(june.Entries))
	require.Equal(t, map[partner.ID]partner.Reason{"bob": partner.EarningFrozen, "cora": partner.NotYetPartner, "late": partner.NotPartner}, unpaid(june.Unpaid))
	require.NoError(t, s.post("pool"))
	s.due(s.now)
	s.has("dora", "0.00", "20.00", "0.00")
	s.has("bob", "0.00", "0.00", "0.00")
	_, err = s.Partners.Freeze(ctx, program.Freeze{Partner: "alice"})
	require.NoError(t, err)
	again, err := s.Bonuses.Lock(ctx, s.run("pool"))
	require.NoError(t, err)
	require.Equal(t, int64(1), again.Run.Round, "a freeze of July changes nothing of June")
}

func TestRule_4_24_TheTreeIsThatOfTheEndOfThePeriod(t *testing.T) {
	s := family(t, teamLadder)
	s.add("cora")
	s.add("dora")
	for customer, owner := range map[partner.Customer]partner.ID{"c-cora": "cora", "c-dora": "dora"} {
		_, err := s.Team.Bind(ctx, program.Bind{Customer: customer, Owner: owner})
		require.NoError(t, err)
		o := s.order("of "+string(owner), 1, "400.00")
		o.Customer = customer
		s.paid(o)
	}
	s.paid(s.order("o-1", 1, "700.00"))
	s.now = julyFirst.Add(-time.Microsecond)
	s.recruit("cora", "alice")
	s.now = julyFirst
	s.recruit("dora", "alice")
	june, err := s.Bonuses.Preview(ctx, s.run("team"))
	require.NoError(t, err)
	require.Equal(t, []string{"alice 33.00", "bob 14.00", "cora 8.00", "dora 8.00"}, lines(june.Entries),
		"alice leads 700.00 + 400.00 at 5 %, less 2 % of each; dora came at the first instant of July")
	july, err := s.Bonuses.Preview(ctx, program.BonusRun{Bonus: "team", Period: june2026.Next()})
	require.NoError(t, err)
	require.Empty(t, july.Entries, "nothing was sold in July")
	own := s.order("o-2", 1, "2000.00")
	own.Customer = "c-dora"
	s.paid(own)
	july, err = s.Bonuses.Preview(ctx, program.BonusRun{Bonus: "team", Period: june2026.Next()})
	require.NoError(t, err)
	require.Equal(t, []string{"dora 100.00"}, lines(july.Entries), "dora has reached alice's rate")
	same, err := s.Bonuses.Preview(ctx, s.run("team"))
	require.NoError(t, err)
	require.Equal(t, june.Entries, same.Entries)
}

func TestRule_4_25_AnOrderCountsInThePeriodInWhichItWasPaid(t *testing.T) {
	s := family(t, three)
	s.add("cora")
	for id, at := range map[string]time.Time{"before": noon, "last": julyFirst.Add(-time.Microsecond), "first": julyFirst} {
		o := s.order(id, 1, "600.00")
		o.PaidAt = at
		s.now = at
		s.paid(o)
	}
	s.now = julyFirst.AddDate(0, 1, 0)
	for period, want := range map[commission.Period]string{june2026.Prev(): "0.00", june2026: "120.00", june2026.Next(): "60.00"} {
		out, err := s.Bonuses.Preview(ctx, program.BonusRun{Bonus: "pool", Period: period})
		require.NoError(t, err)
		require.Equal(t, want, out.Total.Plain(), period)
	}
	// One that comes late counts where it was paid, and what was locked without it is not posted.
	_, err := s.Bonuses.Lock(ctx, s.run("pool"))
	require.NoError(t, err)
	late := s.order("late", 1, "60.00")
	late.PaidAt = noon.Add(time.Hour)
	s.paid(late)
	_, err = s.Bonuses.Post(ctx, s.run("pool"))
	require.ErrorIs(t, err, program.ErrRunChanged)
	require.NoError(t, s.post("pool"))
	s.due(s.now)
	s.has("cora", "0.00", "63.00", "0.00")
}

func TestRule_4_24_SeveralCorrectionsNeverLeaveLessThanNothingPending(t *testing.T) {
	s := family(t, teamLadder)
	s.paid(s.order("o-1", 2, "1200.00"))
	s.now = julyFirst
	require.NoError(t, s.post("team"))
	s.due(s.now)
	s.has("bob", "120.00", "60.00", "0.00")
	late := s.order("o-2", 1, "100.00")
	late.PaidAt = noon
	s.paid(late)
	require.NoError(t, s.post("team")) // 5.00 more, which waits
	s.has("bob", "135.00", "60.00", "0.00")
	s.refunded("r-1", "o-1", units("1", 2))
	require.NoError(t, s.post("team")) // 2.00 are left: 63.00 are taken back, more than wait
	s.has("bob", "15.00", "0.00", "3.00")
	s.due(s.now)
	s.has("bob", "10.00", "2.00", "0.00")
}
