package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
)

// runPlan pays nothing for orders by themselves, so that all that anybody has is of period runs.
const runPlan = `{"currency": "CNY", "commission": {"rates": ["0%"]}, "bonuses": [
	{"name": "dividend", "pool": {"rate": "10%", "partners": {"alice": 1, "bob": 2, "cora": 4}}},
	{"name": "team", "ladder": {"steps": [{"from": "0", "rate": "2%"}, {"from": "1000", "rate": "5%"}]}}]}`

var (
	runPeople  = []partner.ID{"alice", "bob", "cora", "dora"}
	runBonuses = []string{"dividend", "team"}
	runsBegin  = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	runsEnd    = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	lastOfJune = runsEnd.Add(-time.Microsecond)
)

// runHistory is a shop that runs period bonuses, and, as plain facts, what has happened in it. What a run should pay is worked out from them anew.
type runHistory struct {
	t      *rapid.T
	ctx    context.Context
	faulty *Faulty
	prog   *program.Program
	now    time.Time
	ids    int

	recruiter map[partner.ID]partner.ID
	recruited map[partner.ID]time.Time
	freezes   map[partner.ID][]runFreeze
	orders    []*runOrder
	runs      map[string]*naiveRun
}

type runFreeze struct {
	at     time.Time
	frozen bool
}

// runOrder is an order whose lines each have one unit, and which of them have come back.
type runOrder struct {
	id     commission.OrderID
	seller partner.ID
	paidAt time.Time
	lines  []int64 // in minor units, whole hundreds, so that the ladder has no fractions
	back   []bool
}

// naiveRun is what a run should pay since it was locked, what stands of it, and what of that is released.
type naiveRun struct {
	pays, stands, released map[partner.ID]int64
	reverses               bool
	round                  int64
}

func newRunHistory(t *rapid.T) *runHistory {
	h := &runHistory{
		t: t, ctx: context.Background(), faulty: NewFaulty(memstore.New()),
		now:       runsBegin.Add(-time.Hour), // everybody has his place before anything is sold
		recruiter: map[partner.ID]partner.ID{}, recruited: map[partner.ID]time.Time{}, freezes: map[partner.ID][]runFreeze{}, runs: map[string]*naiveRun{},
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

func (h *runHistory) recruit(id, recruiter partner.ID) {
	_, err := h.prog.Team.Recruit(h.ctx, program.Recruit{Partner: id, Recruiter: recruiter})
	require.NoError(h.t, err)
	if _, known := h.recruiter[id]; !known {
		h.recruiter[id], h.recruited[id] = recruiter, h.now
	}
}

func (h *runHistory) paid(seller partner.ID, at time.Time, lines ...int64) {
	o := &runOrder{id: commission.OrderID(fmt.Sprint("o", len(h.orders))), seller: seller, paidAt: at, lines: lines, back: make([]bool, len(lines))}
	in := program.Order{ID: o.id, Customer: partner.Customer("of " + seller), PaidAt: at}
	for i, amount := range lines {
		in.Lines = append(in.Lines, program.Line{ID: commission.LineID(fmt.Sprint(i)), Quantity: 1, Amount: decimal.New(amount, -2)})
	}
	_, err := h.prog.Orders.Paid(h.ctx, in)
	require.NoError(h.t, err)
	h.orders = append(h.orders, o)
}

// left is what is left of an order that was paid in June.
func (o *runOrder) left() int64 {
	sum := int64(0)
	for i, amount := range o.lines {
		if !o.back[i] && !o.paidAt.Before(runsBegin) && o.paidAt.Before(runsEnd) {
			sum += amount
		}
	}
	return sum
}

// frozen reports whether somebody is frozen at the end of June.
func (h *runHistory) frozen(id partner.ID) bool {
	var last runFreeze
	for _, f := range h.freezes[id] {
		if f.at.Before(runsEnd) && !f.at.Before(last.at) {
			last = f
		}
	}
	return last.frozen
}

// above is the line of people from somebody upwards, as it was at the end of June.
func (h *runHistory) above(id partner.ID) []partner.ID {
	line := []partner.ID{id}
	for h.recruiter[id] != "" && h.recruited[id].Before(runsEnd) {
		id = h.recruiter[id]
		line = append(line, id)
	}
	return line
}

// should is what a bonus pays by what is known now.
func (h *runHistory) should(bonus string) map[partner.ID]int64 {
	pays := map[partner.ID]int64{}
	if bonus == "dividend" {
		net, weights := int64(0), int64(0)
		for _, o := range h.orders {
			net += o.left()
		}
		weight := map[partner.ID]int64{"alice": 1, "bob": 2, "cora": 4}
		for id, w := range weight {
			if h.frozen(id) {
				delete(weight, id)
			} else {
				weights += w
			}
		}
		// By largest remainder: whole shares first, then a unit each by what is left over, ties to who comes first.
		rest := net / 10
		ids := slices.Sorted(maps.Keys(weight))
		for _, id := range ids {
			pays[id] = net / 10 * weight[id] / weights
			rest -= pays[id]
		}
		slices.SortStableFunc(ids, func(a, b partner.ID) int {
			return int(net/10*weight[b]%weights - net/10*weight[a]%weights)
		})
		for i := range ids {
			if int64(i) < rest {
				pays[ids[i]]++
			}
		}
	} else {
		volume := map[partner.ID]int64{}
		for _, o := range h.orders {
			for _, id := range h.above(o.seller) {
				volume[id] += o.left()
			}
		}
		for _, o := range h.orders {
			best := int64(0)
			for _, id := range h.above(o.seller) {
				rate := int64(2)
				if volume[id] >= 100000 {
					rate = 5
				}
				if !h.frozen(id) && rate > best {
					pays[id] += o.left() * (rate - best) / 100
					best = rate
				}
			}
		}
	}
	maps.DeleteFunc(pays, func(_ partner.ID, amount int64) bool { return amount == 0 })
	return pays
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
	if err != nil && (errors.Is(err, ErrFault) || errors.Is(err, store.ErrStale)) {
		return true
	}
	return false
}

func (h *runHistory) in(bonus string) program.BonusRun {
	return program.BonusRun{Bonus: bonus, Period: june2026}
}

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

func (h *runHistory) due() {
	h.fault()
	_, err := h.prog.RunDue(h.ctx, h.now)
	if !h.survived(err) {
		require.NoError(h.t, err)
	}
}

func (h *runHistory) step() {
	t := h.t
	id := rapid.SampledFrom(runPeople).Draw(t, "who")
	bonus := rapid.SampledFrom(runBonuses).Draw(t, "bonus")
	at := rapid.SampledFrom([]time.Time{runsBegin.Add(3 * time.Hour), lastOfJune, runsEnd, runsBegin.Add(-time.Microsecond), runsBegin}).Draw(t, "at")
	switch rapid.IntRange(0, 13).Draw(t, "step") {
	case 0, 1:
		lines := make([]int64, rapid.IntRange(1, 2).Draw(t, "lines"))
		for i := range lines {
			lines[i] = rapid.SampledFrom([]int64{100, 700, 3300, 99900, 100000}).Draw(t, "amount")
		}
		h.paid(id, at, lines...)
	case 2, 3:
		o := rapid.SampledFrom(h.orders).Draw(t, "order")
		line := rapid.IntRange(0, len(o.lines)-1).Draw(t, "line")
		if !o.back[line] {
			_, err := h.prog.Orders.Refunded(h.ctx, program.Refund{ID: fmt.Sprint(o.id, "-", line), Order: o.id, Lines: []program.RefundLine{{Line: commission.LineID(fmt.Sprint(line)), Quantity: 1}}})
			require.NoError(t, err)
			o.back[line] = true
		}
	case 4:
		f := runFreeze{at: at, frozen: modelOneIn(t, "freeze", 2)}
		// Each is another deed, even where one at the same instant was done before.
		meta := program.Meta{At: at, Key: fmt.Sprint(id, "-", len(h.freezes[id]))}
		if f.frozen {
			_, err := h.prog.Partners.Freeze(h.ctx, program.Freeze{Partner: id, Meta: meta})
			require.NoError(t, err)
		} else {
			_, err := h.prog.Partners.Unfreeze(h.ctx, program.Freeze{Partner: id, Meta: meta})
			require.NoError(t, err)
		}
		h.freezes[id] = append(h.freezes[id], f)
	case 5:
		h.recruit("dora", rapid.SampledFrom([]partner.ID{"cora", "bob", "alice"}).Draw(t, "recruiter"))
	case 6:
		for _, next := range list(lastOfJune, runsEnd) {
			if h.now.Before(next) {
				h.now = next
				return
			}
		}
		h.now = h.now.Add(time.Hour)
	case 7:
		h.lock(bonus)
	case 8, 9, 10: // what most histories come to
		h.lock(bonus)
		h.check()
		h.post(bonus)
	case 11:
		h.post(bonus)
		h.check()
		h.due()
	case 12:
		h.due()
	case 13:
		if modelOneIn(t, "reverse", 3) {
			h.reverse(bonus)
		}
	}
}

// check compares everything with what should be.
func (h *runHistory) check() {
	t := h.t
	pending, net := map[partner.ID]int64{}, map[partner.ID]int64{}
	for _, bonus := range runBonuses {
		draft, err := h.prog.Bonuses.Preview(h.ctx, h.in(bonus))
		require.NoError(t, err)
		drawn := map[partner.ID]int64{}
		for _, e := range draft.Entries {
			drawn[e.Payee] += modelUnits(t, e.Amount)
		}
		require.Equal(t, h.should(bonus), drawn, "what %s pays", bonus)

		n, run := h.runs[bonus], h.stored(bonus)
		done := run.State == settlement.RunCommitted || run.State == settlement.RunReversed
		require.Equal(t, n.round, run.Round)
		require.Equal(t, done, run.State != "" && run.Posted == run.Chunks, "%s is done if and only if all is posted", bonus)
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
		}
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

// TestPeriodRunsAgreeWithNaiveOnes plays histories of orders and people around the end of a period, and of runs that are locked, posted, released and
// reversed at any time and interrupted at any call of the store, and compares after every step who has what with facts that are added up anew.
func TestPeriodRunsAgreeWithNaiveOnes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := newRunHistory(rt)
		if !modelOneIn(rt, "June is not over", 3) {
			h.now = runsEnd
		}
		h.check()
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			h.step()
			h.check()
		}
		// In the end everything can be completed.
		if h.now.Before(runsEnd) {
			h.now = runsEnd
		}
		for _, bonus := range runBonuses {
			if !h.runs[bonus].reverses {
				_, err := h.prog.Bonuses.Lock(h.ctx, h.in(bonus))
				require.NoError(rt, err)
				h.runs[bonus].pays, h.runs[bonus].round = h.should(bonus), h.stored(bonus).Round
			}
			_, err := h.prog.Bonuses.Post(h.ctx, h.in(bonus))
			require.NoError(rt, err)
			h.check()
		}
		due, err := h.prog.RunDue(h.ctx, h.now)
		require.NoError(rt, err)
		require.Empty(rt, due.FailedRuns)
		h.check()
		balances, err := h.prog.Wallet.Balances(h.ctx, runPeople...)
		require.NoError(rt, err)
		for _, b := range balances {
			require.True(rt, b.Pending.IsZero(), "nothing waits any more")
		}
	})
}
