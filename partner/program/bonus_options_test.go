package program_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
)

// ladderByLevels is a ladder by level at the period's end, and the same as of payment.
const ladderByLevels = `{
	"currency": "CNY", "commission": {"rates": ["1%"]}, "levels": [{"id": "silver", "weight": 1, "default": true}, {"id": "gold", "weight": 2}],
	"bonuses": [
		{"name": "end", "ladder": {"rates": {"silver": "5%", "gold": "10%"}}},
		{"name": "each", "ladder": {"rates": {"silver": "5%", "gold": "10%"}, "asOf": "payment"}},
		{"name": "steps", "ladder": {"steps": [{"from": "0", "rate": "5%"}, {"from": "250", "rate": "10%"}], "asOf": "payment"}}]}`

func (s *shop) preview(bonus string, period commission.Period) program.RunOutcome {
	s.t.Helper()
	out, err := s.Bonuses.Preview(ctx, program.BonusRun{Bonus: bonus, Period: period})
	require.NoError(s.t, err)
	return out
}

func TestRule_4_24_AsOfPaymentAnOrderCountsForThoseOfItsPayment(t *testing.T) {
	s := open(t, ladderByLevels)
	s.add("alice")
	s.add("bob")
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"})
	require.NoError(t, err)
	s.paid(s.order("o-1", 1, "100.00"))
	require.Equal(t, lines(s.preview("end", june2026).Entries), lines(s.preview("each", june2026).Entries), "nobody has moved")

	s.now = noon.AddDate(0, 0, 1)
	s.recruit("bob", "alice")
	_, err = s.Partners.SetLevel(ctx, program.SetLevel{Partner: "alice", Level: "gold"})
	require.NoError(t, err)
	s.paid(s.order("o-2", 1, "100.00"))
	s.now = noon.AddDate(0, 0, 2)
	_, err = s.Partners.SetLevel(ctx, program.SetLevel{Partner: "bob", Level: "gold"})
	require.NoError(t, err)
	s.paid(s.order("o-3", 1, "100.00"))
	require.Equal(t, []string{"bob 30.00"}, lines(s.preview("end", june2026).Entries), "as gold, who overtakes alice with all that he sold")
	require.Equal(t, []string{"alice 5.00", "bob 10.00", "bob 10.00"}, lines(s.preview("each", june2026).Entries), "alice's is o-2, of when she was above him")
	require.Equal(t, []string{"bob 30.00"}, lines(s.preview("steps", june2026).Entries), "300.00 in all, of which alice's team has 200.00")
	require.Equal(t, map[partner.ID]partner.Reason{"alice": commission.Overtaken}, unpaid(s.preview("steps", june2026).Unpaid))

	s.july(1)
	require.NoError(t, s.post("each"))
	s.refunded("r-1", "o-1", units("1", 1))
	require.NoError(t, s.post("each"))
	x, err := s.Bonuses.Explain(ctx, "each/2026-06", "bob")
	require.NoError(t, err)
	require.Len(t, x, 3, "the entry of the other level stands as it should")
	require.Equal(t, "bob: -5.00 CNY by ladder:each for 2026-06: 5% of 100.00 (ladder silver), the team's volume is 200.00, of which the rest met a higher rate below,"+
		" cut off; 5.00 CNY in all, less what was paid before, the period was calculated again; run each/2026-06, plan version 1", x[2].String())
	require.Equal(t, int64(2), x[2].Round)
	require.Contains(t, x[2].Chinese(), "周期 2026-06，团队级差奖金 silver：5% × 100.00")
	for _, missing := range []settlement.RunID{"each/2026-07", "nothing"} {
		_, err = s.Bonuses.Explain(ctx, missing, "bob")
		var e *program.NotFoundError
		require.ErrorAs(t, err, &e)
	}
	none, err := s.Bonuses.Explain(ctx, "each/2026-06", "nobody")
	require.NoError(t, err)
	require.Empty(t, none)
}

// released is a pool and a ladder by the orders whose time for returns is over.
const ofReleased = `{
	"currency": "CNY", "commission": {"rates": ["1%"]},
	"bonuses": [
		{"name": "pool", "counts": "released", "pool": {"rate": "10%", "partners": {"alice": 1}}},
		{"name": "paid", "pool": {"rate": "10%", "partners": {"alice": 1}}},
		{"name": "each", "counts": "released", "ladder": {"steps": [{"from": "0", "rate": "5%"}], "asOf": "payment"}}]}`

func TestRule_4_25_AnOrderCanCountInThePeriodOfItsRelease(t *testing.T) {
	veto := map[commission.OrderID]partner.Reason{}
	s := open(t, ofReleased, func(c *program.Config) {
		c.Hooks.Release = program.ReleaseFunc(func(_ context.Context, due program.Release) (partner.Reason, error) { return veto[due.Order.ID], nil })
	})
	s.add("alice")
	s.add("bob")
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"})
	require.NoError(t, err)
	total := func(bonus string, period commission.Period) string { return s.preview(bonus, period).Total.Plain() }
	pay := func(id string, at time.Time) {
		s.now = at
		s.paid(s.order(id, 1, "100.00"))
		s.received(commission.OrderID(id))
	}
	pay("early", noon) // released on the 8th
	s.now = noon.AddDate(0, 0, 1)
	s.recruit("bob", "alice")
	pay("returned", noon.AddDate(0, 0, 2))
	pay("held", noon.AddDate(0, 0, 2))
	veto["held"] = "disputed"
	pay("late", julyFirst.AddDate(0, 0, -2)) // paid in June, released in July
	s.refunded("r-1", "returned", units("1", 1))
	require.Equal(t, "0.00", total("pool", june2026), "nothing is released")
	require.Equal(t, "30.00", total("paid", june2026))

	s.due(noon.AddDate(0, 0, 9))
	require.Equal(t, "10.00", total("pool", june2026), "what all came back counts nothing, and what is held back does not yet")
	s.july(2)
	require.NoError(t, s.post("pool"))
	s.due(julyFirst.AddDate(0, 0, 9))
	delete(veto, "held")
	s.due(julyFirst.AddDate(0, 0, 10))
	require.Equal(t, "10.00", total("pool", june2026), "June is over and gets nothing more")
	require.Equal(t, "20.00", total("pool", june2026.Next()), "what was held back counts where it was released")
	require.Equal(t, "30.00", total("paid", june2026))
	again, err := s.Bonuses.Lock(ctx, s.run("pool"))
	require.NoError(t, err)
	require.Equal(t, int64(1), again.Run.Round)
	s.has("alice", "0.00", "10.00", "0.00")
	require.Equal(t, []string{"bob 5.00"}, lines(s.preview("each", june2026).Entries), "early was sold before alice stood above bob")
	july := s.preview("each", june2026.Next()).Entries
	require.Equal(t, []string{"bob 10.00"}, lines(july))

	// A return after the release corrects the period of the release.
	s.refunded("r-2", "early", units("1", 1))
	s.refunded("r-3", "late", units("1", 1))
	require.Equal(t, "0.00", total("pool", june2026))
	require.Equal(t, "10.00", total("pool", june2026.Next()))
	require.NoError(t, s.post("pool"))
	s.due(s.now)
	run, rows := s.stored("pool")
	require.Equal(t, int64(2), run.Round)
	require.Equal(t, "-10.00", rows[1].Amount.Plain())
}

// blind is a store from which no orders of a period can be read.
type blind struct{ *memstore.Store }

type blindTx struct{ store.Tx }

var errBlind = errors.New("the facts cannot be read")

func (blindTx) PaidOrders(context.Context, time.Time, time.Time, store.OrderCursor, int) ([]settlement.Order, error) {
	return nil, errBlind
}

func (b blind) View(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return b.Store.View(ctx, tenant, func(tx store.Tx) error { return fn(blindTx{tx}) })
}

func TestRule_4_24_ARunIsReversedWithoutItsFacts(t *testing.T) {
	s := family(t, teamLadder)
	s.paid(s.order("o-1", 2, "1200.00"))
	s.july(2)
	require.NoError(t, s.post("team"))
	s.due(s.now)
	_, err := s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(twoLevels)})
	require.NoError(t, err, "the bonus is in no plan any more")
	other := s.In(blind{s.store})
	_, err = other.Bonuses.Preview(ctx, s.run("team"))
	require.ErrorIs(t, err, errBlind)
	out, err := other.Bonuses.Reverse(ctx, s.run("team"))
	require.NoError(t, err)
	require.Equal(t, settlement.RunReversed, out.Run.State)
	require.Equal(t, []string{"bob 60.00 0.00"}, changes(out.Changes))
	require.Equal(t, "team", out.Bonus.Name)
	require.Equal(t, "0.00", out.Total.Plain())
	s.has("bob", "120.00", "0.00", "0.00") // of the order itself
	out, err = other.Bonuses.Post(ctx, s.run("team"))
	require.NoError(t, err, "and posted, which it is")
	require.Empty(t, out.Changes)
	_, err = other.Bonuses.Reverse(ctx, program.BonusRun{Bonus: "team", Period: june2026.Next()})
	var state *settlement.RunStateError
	require.ErrorAs(t, err, &state)
	require.EqualError(t, err, "settlement: run team/2026-07 is not locked and cannot become reversed")
}
