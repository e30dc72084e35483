package storetest

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// runDue runs what is due and learns which orders it has released: without a fault all that are due, and in no case another one.
func (h *runHistory) runDue() error {
	due, err := h.prog.RunDue(h.ctx, h.now)
	lost := h.survived(err) || len(due.Failed)+len(due.FailedRuns) > 0
	ids := made(len(h.orders), func(i int) commission.OrderID { return h.orders[i].id })
	var stored []settlement.Order
	require.NoError(h.t, h.faulty.View(h.ctx, "", func(tx store.Tx) (err error) {
		stored, err = tx.Orders(h.ctx, ids)
		return err
	}))
	for i, o := range h.orders {
		released := stored[i].Released
		isDue := !o.paidAt.Add(3 * 24 * time.Hour).After(h.now)
		if o.released.IsZero() && !released.IsZero() {
			require.True(h.t, isDue && released.Equal(h.now), "I10: %s is released at %s", o.id, released)
			o.released = released
		}
		require.True(h.t, o.released.Equal(released), "I10: %s is released once", o.id)
		require.True(h.t, lost || !isDue || !released.IsZero(), "I10: %s is due and not released", o.id)
	}
	if lost {
		return nil
	}
	return err
}

// someTime draws an instant around the ends of June, or in it.
func (h *runHistory) someTime() time.Time {
	return rapid.SampledFrom([]time.Time{
		runsBegin.Add(3 * time.Hour), lastOfJune, runsEnd, runsBegin.Add(-time.Microsecond), runsBegin, runsEnd.Add(-72 * time.Hour), lastOfJune.Add(-72 * time.Hour),
	}).Draw(h.t, "at")
}

func (h *runHistory) step() {
	t := h.t
	id := rapid.SampledFrom(runPeople).Draw(t, "who")
	bonus := rapid.SampledFrom(runBonuses).Draw(t, "bonus")
	switch rapid.IntRange(0, 15).Draw(t, "step") {
	case 0, 1:
		lines := make([]int64, rapid.IntRange(1, 2).Draw(t, "lines"))
		for i := range lines {
			lines[i] = rapid.SampledFrom([]int64{100, 700, 3300, 99900, 100000}).Draw(t, "amount")
		}
		h.paid(id, h.someTime(), lines...)
	case 2:
		h.freeze(id, h.someTime(), modelOneIn(t, "freeze", 2))
	case 3:
		h.setLevel(id, h.someTime(), rapid.SampledFrom([]partner.Level{"gold", "silver"}).Draw(t, "level"))
	case 4:
		h.recruit("dora", rapid.SampledFrom([]partner.ID{"cora", "bob", "alice"}).Draw(t, "recruiter"))
	case 5, 6:
		for _, next := range list(runsBegin.Add(80*time.Hour), lastOfJune, runsEnd) {
			if h.now.Before(next) {
				h.now = next
				return
			}
		}
		h.now = h.now.Add(rapid.SampledFrom([]time.Duration{time.Hour, 72 * time.Hour}).Draw(t, "by"))
	case 7:
		h.lock(bonus)
	case 8, 9, 10: // what most histories come to
		h.lock(bonus)
		h.check()
		if h.comesBack() {
			h.check()
		}
		h.post(bonus)
	case 11:
		h.post(bonus)
		h.check()
		fallthrough
	case 12, 13:
		h.fault()
		require.NoError(t, h.runDue())
	case 14:
		if modelOneIn(t, "reverse", 3) {
			h.reverse(bonus)
		}
	case 15:
		h.withdraw(id)
	}
}

// freeze sets or lifts a freeze; each is another deed, even where one at the same instant was done before.
func (h *runHistory) freeze(id partner.ID, at time.Time, frozen bool) {
	in := program.Freeze{Partner: id, Meta: program.Meta{At: at, Key: fmt.Sprint(id, "-", len(h.said[id]))}}
	set := h.prog.Partners.Unfreeze
	if frozen {
		set = h.prog.Partners.Freeze
	}
	_, err := set(h.ctx, in)
	require.NoError(h.t, err)
	h.said[id] = append(h.said[id], runFact{at: at, frozen: frozen})
}

func (h *runHistory) setLevel(id partner.ID, at time.Time, level partner.Level) {
	_, err := h.prog.Partners.SetLevel(h.ctx, program.SetLevel{Partner: id, Level: level, Meta: program.Meta{At: at, Key: fmt.Sprint(id, "-", len(h.said[id]))}})
	require.NoError(h.t, err)
	h.said[id] = append(h.said[id], runFact{at: at, level: level})
}

// withdraw pays out all that somebody has.
func (h *runHistory) withdraw(id partner.ID) {
	balances, err := h.prog.Wallet.Balances(h.ctx, id)
	require.NoError(h.t, err)
	available := modelUnits(h.t, balances[0].Available)
	if available == 0 {
		return
	}
	in := program.Withdraw{Partner: id, Amount: decimal.New(available, -2), Meta: program.Meta{Key: fmt.Sprint("w", h.ids)}}
	w, err := h.prog.Wallet.Withdraw(h.ctx, in)
	require.NoError(h.t, err)
	_, err = h.prog.Wallet.Approve(h.ctx, program.Decide{Withdrawal: w.ID})
	require.NoError(h.t, err)
	_, err = h.prog.Wallet.Paid(h.ctx, program.Payout{Withdrawal: w.ID})
	require.NoError(h.t, err)
	h.withdrawn[id] += available
}

// check compares everything with what should be.
func (h *runHistory) check() {
	t := h.t
	pending, net := map[partner.ID]int64{}, map[partner.ID]int64{}
	for _, o := range h.orders {
		if o.released.IsZero() {
			pending[o.seller] += o.pays()
		} else {
			net[o.seller] += o.pays()
		}
	}
	for id, paid := range h.withdrawn {
		net[id] -= paid
	}
	for _, bonus := range runBonuses {
		draft, err := h.prog.Bonuses.Preview(h.ctx, h.in(bonus))
		require.NoError(t, err)
		drawn := map[partner.ID]int64{}
		for _, e := range draft.Entries {
			drawn[e.Payee] += modelUnits(t, e.Amount)
		}
		require.Equal(t, h.should(bonus), drawn, "what %s pays", bonus)
		h.checkRun(bonus, pending, net)
	}
	balances, err := h.prog.Wallet.Balances(h.ctx, runPeople...)
	require.NoError(t, err)
	for _, b := range balances {
		got := [3]int64{modelUnits(t, b.Pending), modelUnits(t, b.Available), modelUnits(t, b.Debt)}
		require.Equal(t, [3]int64{pending[b.Partner], max(net[b.Partner], 0), max(-net[b.Partner], 0)}, got, "pending, available, debt of %s", b.Partner)
		require.GreaterOrEqual(t, got[0], int64(0), "pending of %s", b.Partner)
	}
	report, err := h.prog.Audit(h.ctx)
	require.NoError(t, err)
	require.True(t, report.OK(), report.String())
}

// checkRun brings what stands of a run to where it has come, and adds it to what everybody has.
func (h *runHistory) checkRun(bonus string, pending, net map[partner.ID]int64) {
	n, run := h.runs[bonus], h.stored(bonus)
	done := run.State == settlement.RunCommitted || run.State == settlement.RunReversed
	require.Equal(h.t, n.round, run.Round)
	require.Equal(h.t, done, run.State != "" && run.Posted == run.Chunks, "%s is done if and only if all is posted", bonus)
	for _, id := range runPeople {
		if run.Chunk(id) < run.Posted {
			more := n.pays[id] - n.stands[id]
			if more < 0 && n.stands[id]-n.released[id]+more < 0 {
				n.released[id] += more // more than waits
			}
			n.stands[id] = n.pays[id]
		}
		if done && run.Chunk(id) < run.Released {
			n.released[id] = n.stands[id]
		}
		pending[id] += n.stands[id] - n.released[id]
		net[id] += n.released[id]
		h.explained(run, id, n.stands[id])
	}
}

// explained looks that the explained entries of somebody are together what stands, and say what they are in all.
func (h *runHistory) explained(run settlement.Run, id partner.ID, stands int64) {
	if run.State == "" {
		return
	}
	all, err := h.prog.Bonuses.Explain(h.ctx, run.ID, id)
	modelNoError(h.t, err)
	pays := map[string]int64{} // by step
	for _, x := range all {
		stands -= modelUnits(h.t, x.Entry.Amount)
		pays[x.Entry.Source.Key] += modelUnits(h.t, x.Entry.Amount)
		modelSame(h.t, pays[x.Entry.Source.Key], modelUnits(h.t, x.Entry.Detail.Pays), "what %s gets of %s in all", id, run.ID)
	}
	modelSame(h.t, 0, stands, "the entries of %s in %s", id, run.ID)
}
