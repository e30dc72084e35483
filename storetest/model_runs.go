package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
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

// Histories of period runs. They have a shop of their own, whose orders and people are simple, so that what a run should pay is a few lines; the time for
// returns, freezes, levels and recruits lie around the end of a month.

// runPlan has a bonus of each kind, by payment and by release, as of the period's end and as of payment.
const runPlan = `{"currency": "CNY", "commission": {"rates": ["10%"]}, "settlement": {"holdDays": 3, "anchor": "paid"},
	"levels": [{"id": "silver", "weight": 1, "default": true}, {"id": "gold", "weight": 2}], "bonuses": [
	{"name": "dividend", "pool": {"rate": "10%", "partners": {"alice": 1, "bob": 2, "cora": 4}}},
	{"name": "team", "ladder": {"steps": [{"from": "0", "rate": "2%"}, {"from": "1000", "rate": "5%"}]}},
	{"name": "holders", "counts": "released", "pool": {"rate": "10%", "levels": {"silver": 3, "gold": 5}, "barred": "shop"}},
	{"name": "path", "counts": "released", "ladder": {"rates": {"silver": "3%", "gold": "7%"}, "asOf": "payment"}},
	{"name": "own", "counts": "released", "tiers": {"steps": [{"from": "0", "rate": "3%"}, {"from": "500", "rate": "7%"}]}}]}`

var (
	runPeople  = []partner.ID{"alice", "bob", "cora", "dora"}
	runBonuses = []string{"dividend", "team", "holders", "path", "own"}
	runsBegin  = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	runsEnd    = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	lastOfJune = runsEnd.Add(-time.Microsecond)
)

// runHistory is a shop that runs period bonuses, and, as plain facts, what has happened in it.
type runHistory struct {
	runFacts
	t         *rapid.T
	ctx       context.Context
	faulty    *Faulty
	prog      *program.Program
	now       time.Time
	ids       int
	runs      map[string]*naiveRun
	withdrawn map[partner.ID]int64
}

// naiveRun is what a run should pay since it was locked, what stands of it, and what of that is released.
type naiveRun struct {
	pays, stands, released map[partner.ID]int64
	reverses               bool
	round                  int64
}

func newRunHistory(t *rapid.T, st store.Store) *runHistory {
	h := &runHistory{
		t: t, ctx: context.Background(), faulty: NewFaulty(st),
		now:      runsBegin.Add(-time.Hour), // everybody has his place before anything is sold
		runFacts: runFacts{recruiter: map[partner.ID]partner.ID{}, recruited: map[partner.ID]time.Time{}, said: map[partner.ID][]runFact{}},
		runs:     map[string]*naiveRun{}, withdrawn: map[partner.ID]int64{},
	}
	var err error
	h.prog, err = program.New(h.faulty, program.Config{
		Plan: program.MustPlan(runPlan), Clock: func() time.Time { return h.now },
		NewID: func() string { h.ids++; return fmt.Sprintf("%032x", h.ids) },
	})
	require.NoError(t, err)
	for _, id := range runPeople {
		_, err := h.prog.Partners.Add(h.ctx, program.Add{Partner: id})
		require.NoError(t, err)
		_, err = h.prog.Team.Bind(h.ctx, program.Bind{Customer: partner.Customer("of " + id), Owner: id})
		require.NoError(t, err)
	}
	for _, bonus := range runBonuses {
		h.runs[bonus] = &naiveRun{pays: map[partner.ID]int64{}, stands: map[partner.ID]int64{}, released: map[partner.ID]int64{}}
	}
	h.recruit("bob", "alice")
	h.recruit("cora", "bob")
	h.paid("bob", runsBegin.Add(2*time.Hour), 100000)
	return h
}

// lawRuns plays a history of orders and people around the end of a period, and of runs that are locked, posted, released and reversed at any time and
// interrupted at any call of the store, with returns between every two steps. After every step it compares who has what with facts that are added up anew. In
// the end everything can be completed; and when all orders have come back and the runs are locked and posted again, nobody has earned anything.
func lawRuns(t *rapid.T, st store.Store) {
	h := newRunHistory(t, st)
	if !modelOneIn(t, "June is not over", 2) {
		h.now = runsBegin.Add(80 * time.Hour) // the first order is due
	}
	h.check()
	for range rapid.IntRange(1, 25).Draw(t, "steps") {
		if h.comesBack() {
			h.check()
		}
		h.step()
		h.check()
	}
	if h.now.Before(runsEnd) {
		h.now = runsEnd
	}
	h.complete()
	for _, o := range h.orders {
		for line := range o.lines {
			h.refund(o, line)
		}
	}
	h.check()
	h.complete()
	balances, err := h.prog.Wallet.Balances(h.ctx, runPeople...)
	require.NoError(t, err)
	for _, b := range balances {
		earned, err := b.Earned()
		require.NoError(t, err)
		require.True(t, earned.IsZero(), "all has come back through every bonus and run, and %s has earned %s", b.Partner, earned)
	}
}

// complete locks, posts and releases everything.
func (h *runHistory) complete() {
	h.now = h.now.Add(4 * 24 * time.Hour)
	require.NoError(h.t, h.runDue())
	h.check()
	for _, bonus := range runBonuses {
		if n := h.runs[bonus]; !n.reverses {
			_, err := h.prog.Bonuses.Lock(h.ctx, h.in(bonus))
			require.NoError(h.t, err)
			n.pays, n.round = h.should(bonus), h.stored(bonus).Round
		}
		_, err := h.prog.Bonuses.Post(h.ctx, h.in(bonus))
		require.NoError(h.t, err)
		h.check()
	}
	require.NoError(h.t, h.runDue())
	h.check()
	balances, err := h.prog.Wallet.Balances(h.ctx, runPeople...)
	require.NoError(h.t, err)
	for _, b := range balances {
		require.True(h.t, b.Pending.IsZero(), "nothing waits any more")
	}
}

func (h *runHistory) recruit(id, recruiter partner.ID) {
	_, err := h.prog.Team.Recruit(h.ctx, program.Recruit{Partner: id, Recruiter: recruiter})
	require.NoError(h.t, err)
	if _, known := h.recruiter[id]; !known {
		h.recruiter[id], h.recruited[id] = recruiter, h.now
	}
}

func (h *runHistory) paid(seller partner.ID, at time.Time, lines ...int64) {
	o := &runOrder{
		id: commission.OrderID(fmt.Sprint("o", len(h.orders))), seller: seller, paidAt: at, lines: lines, back: make([]bool, len(lines)),
		earns: !h.frozen(seller, at),
	}
	in := program.Order{ID: o.id, Customer: partner.Customer("of " + seller), PaidAt: at}
	for i, amount := range lines {
		in.Lines = append(in.Lines, program.Line{ID: commission.LineID(fmt.Sprint(i)), Quantity: 1, Amount: decimal.New(amount, -2)})
	}
	_, err := h.prog.Orders.Paid(h.ctx, in)
	require.NoError(h.t, err)
	h.orders = append(h.orders, o)
}

func (h *runHistory) refund(o *runOrder, line int) {
	if o.back[line] {
		return
	}
	_, err := h.prog.Orders.Refunded(h.ctx, program.Refund{
		ID: fmt.Sprint(o.id, "-", line), Order: o.id, Lines: []program.RefundLine{{Line: commission.LineID(fmt.Sprint(line)), Quantity: 1}},
	})
	require.NoError(h.t, err)
	o.back[line] = true
}

// comesBack draws whether something comes back.
func (h *runHistory) comesBack() bool {
	if !modelOneIn(h.t, "something comes back", 4) {
		return false
	}
	o := rapid.SampledFrom(h.orders).Draw(h.t, "order")
	line := rapid.IntRange(0, len(o.lines)-1).Draw(h.t, "line")
	h.refund(o, line)
	return true
}

// fault lets a call of the store fail, or none.
func (h *runHistory) fault() {
	if modelOneIn(h.t, "a fault", 2) {
		h.faulty.FailAt(rapid.IntRange(1, 50).Draw(h.t, "at call"), rapid.SampledFrom([]Mode{Before, After, Stale}).Draw(h.t, "mode"))
	}
}

// survived takes an error that a fault may have made.
func (h *runHistory) survived(err error) (happened bool) {
	h.faulty.FailAt(0, Before)
	return err != nil && (errors.Is(err, ErrFault) || errors.Is(err, store.ErrStale))
}

func (h *runHistory) in(bonus string) program.BonusRun {
	return program.BonusRun{Bonus: bonus, Period: june2026}
}

// stored is a run as it is stored, in more parts than it needs.
func (h *runHistory) stored(bonus string) (run settlement.Run) {
	require.NoError(h.t, h.faulty.Update(h.ctx, "", func(tx store.Tx) error {
		runs, err := tx.Runs(h.ctx, list(settlement.NewRunID(bonus, june2026)))
		if err == nil && runs[0].Round == 1 && runs[0].Chunks == 1 {
			runs[0].Chunks = 4 // as if it paid many more
			runs[0].Revision++
			err = tx.SaveRuns(h.ctx, runs)
		}
		run = runs[0]
		return err
	}))
	return run
}

func (h *runHistory) lock(bonus string) {
	should, before, n := h.should(bonus), h.stored(bonus), h.runs[bonus]
	h.fault()
	_, err := h.prog.Bonuses.Lock(h.ctx, h.in(bonus))
	if h.survived(err) {
		after := h.stored(bonus)
		if after.Revision != before.Revision { // a lock whose answer is lost
			n.pays, n.round = should, after.Round
		}
		return
	}
	var state *settlement.RunStateError
	var meta *program.MetaError
	switch {
	case h.now.Before(runsEnd):
		require.ErrorAs(h.t, err, &meta)
	case n.reverses:
		require.ErrorAs(h.t, err, &state)
	default:
		require.NoError(h.t, err)
		n.pays, n.round = should, h.stored(bonus).Round
	}
}

func (h *runHistory) post(bonus string) {
	should, before, n := h.should(bonus), h.stored(bonus), h.runs[bonus]
	h.fault()
	out, err := h.prog.Bonuses.Post(h.ctx, h.in(bonus))
	if h.survived(err) {
		return
	}
	var state *settlement.RunStateError
	switch {
	case before.State == "":
		require.ErrorAs(h.t, err, &state)
	case before.State == settlement.RunCommitted || n.reverses:
		require.NoError(h.t, err)
	case !maps.Equal(should, n.pays):
		require.ErrorIs(h.t, err, program.ErrRunChanged)
	case err != nil: // the same amounts for other reasons
		require.ErrorIs(h.t, err, program.ErrRunChanged)
	default:
		require.Equal(h.t, settlement.RunCommitted, out.Run.State)
	}
}

func (h *runHistory) reverse(bonus string) {
	n := h.runs[bonus]
	h.fault()
	_, err := h.prog.Bonuses.Reverse(h.ctx, h.in(bonus))
	lost := h.survived(err)
	run := h.stored(bonus)
	if run.Reverses {
		n.reverses, n.pays, n.round = true, map[partner.ID]int64{}, run.Round
	}
	if !lost && run.State == "" {
		var state *settlement.RunStateError
		require.ErrorAs(h.t, err, &state)
	} else if !lost {
		require.NoError(h.t, err)
		require.Equal(h.t, settlement.RunReversed, run.State)
	}
}
