package storetest

import (
	"context"
	"maps"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
)

// historyLength is how many actions a history has.
const historyLength = 5

// historyPlan has the rates of the worked examples, and no cent that would divide evenly.
const historyPlan = `{"currency": "CNY", "commission": {"rates": ["7%", "3.35%"]}}`

// historyNoon is when orders are paid and received: after everybody has found his place.
var historyNoon = modelStart.Add(time.Hour)

// historyActions are what can happen, each at any time and any number of times.
var historyActions = []struct {
	name string
	do   func(s *modelShop, t require.TestingT)
}{
	{"o1 is paid", func(s *modelShop, t require.TestingT) { s.paid(t, historyOrder("o1", 3, 10001)) }},
	{"o2 is paid and received", func(s *modelShop, t require.TestingT) {
		s.paid(t, historyOrder("o2", 1, 3333))
		s.received(t, "o2", "", historyNoon)
	}},
	{"o1 is received", func(s *modelShop, t require.TestingT) { s.received(t, "o1", "", historyNoon) }},
	{"a unit of o1 comes back", func(s *modelShop, t require.TestingT) {
		s.historyRefund(t, "o1", program.RefundLine{Line: "1", Quantity: 1})
	}},
	{"money for o1 goes back", func(s *modelShop, t require.TestingT) {
		s.historyRefund(t, "o1", program.RefundLine{Line: "1", Amount: decimal.NewNullDecimal(s.amount(3334))})
	}},
	{"all of o1 comes back", func(s *modelShop, t require.TestingT) {
		s.historyRefund(t, "o1", s.everything(s.oracle.order("o1"))...)
	}},
	{"8 days pass and what is due is run", func(s *modelShop, t require.TestingT) {
		s.now = s.now.AddDate(0, 0, 8)
		s.due(t, time.Time{})
	}},
	{"all is withdrawn", func(s *modelShop, t require.TestingT) {
		s.withdraw(t, "p2", s.amount(s.oracle.balance("p2").available), time.Time{})
	}},
	{"the withdrawal is approved and paid", func(s *modelShop, t require.TestingT) {
		s.historyDecide(t, "approve")
		s.historyDecide(t, "pay")
	}},
	{"the withdrawal is approved and fails", func(s *modelShop, t require.TestingT) {
		s.historyDecide(t, "approve")
		s.historyDecide(t, "fail")
	}},
	{"the withdrawal is rejected", func(s *modelShop, t require.TestingT) { s.historyDecide(t, "reject") }},
}

func historyOrder(id commission.OrderID, quantity, amount int64) program.Order {
	return program.Order{ID: id, Customer: "c1", PaidAt: historyNoon, Lines: []program.Line{
		{ID: "1", Product: "tea", Quantity: quantity, Amount: decimal.New(amount, -2)},
	}}
}

func (s *modelShop) historyRefund(t require.TestingT, id commission.OrderID, lines ...program.RefundLine) {
	s.refunded(t, program.Refund{ID: s.name("r"), Order: id, Lines: lines})
}

// historyDecide makes a move of the last withdrawal, each time under a key of its own: a move that cannot be made is refused, not answered again.
func (s *modelShop) historyDecide(t require.TestingT, move string) {
	ids := s.oracle.withdrawalIDs(func(*oracleWithdrawal) bool { return true })
	if len(ids) == 0 {
		return
	}
	id, tax := ids[len(ids)-1], int64(0)
	if move == "pay" {
		tax = s.oracle.withdrawn[id].gross / 5
	}
	s.decide(t, move, id, s.name("d"), s.amount(tax), decimal.Zero)
}

// TestEveryHistoryOfFiveActions plays every history of five of the actions and compares all that the programme shows with the oracle after every one.
// Histories with the same beginning share it: the last action is done in a transaction that is rolled back.
func TestEveryHistoryOfFiveActions(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(3000)) // much is made, and hardly any of it is kept
	length := historyLength
	if testing.Short() {
		length--
	}
	began, run := time.Now(), &historyRun{}
	t.Run("beginning with", func(t *testing.T) {
		for first := range historyActions {
			t.Run(historyActions[first].name, func(t *testing.T) {
				t.Parallel()
				base := historyShop(t)
				beginning := make([]int, length-1)
				beginning[0] = first
				for more := true; more && !run.failed.Load(); more = historyNext(beginning[1:]) {
					run.play(t, base, beginning)
				}
			})
		}
	})
	want := int64(1)
	for range length {
		want *= int64(len(historyActions))
	}
	require.Equal(t, want, run.count.Load())
	t.Logf("%d histories of %d actions in %s", want, length, time.Since(began).Round(time.Millisecond))
}

// TestTheOrdersOfTheHistoriesPay: histories of orders that pay nobody would prove nothing.
func TestTheOrdersOfTheHistoriesPay(t *testing.T) {
	s := historyShop(t).historyBegin(t, memstore.New())
	s.paid(t, historyOrder("o1", 3, 10001))
	require.Equal(t, oracleBalance{pending: 700}, s.oracle.balance("p2"))
	require.Equal(t, oracleBalance{pending: 335}, s.oracle.balance("p1"))
}

// historyNext counts on to the next choice of actions, and reports whether there is one.
func historyNext(choice []int) bool {
	for i := len(choice) - 1; i >= 0; i-- {
		if choice[i]++; choice[i] < len(historyActions) {
			return true
		}
		choice[i] = 0
	}
	return false
}

// historyRun is what the goroutines that play histories share.
type historyRun struct {
	count  atomic.Int64
	failed atomic.Bool // whether one of them has found something, which is enough
}

// play plays a beginning, and after it each last action.
func (r *historyRun) play(t *testing.T, base *modelShop, beginning []int) {
	done := make([]string, 0, historyLength)
	defer func() {
		if t.Failed() {
			r.failed.Store(true)
			t.Logf("the history: %q", done)
		}
	}()
	host := memstore.New()
	s := base.historyBegin(t, host)
	for i, action := range beginning {
		done = append(done, historyActions[action].name)
		historyActions[action].do(s, t)
		// A beginning is a history itself, and is checked where it first comes.
		if !slices.ContainsFunc(beginning[i+1:], func(later int) bool { return later != 0 }) {
			s.check(t)
		}
	}
	s.records = s.read(t)
	now, ids := s.now, s.ids
	for i := range historyActions {
		done = append(done[:len(beginning)], historyActions[i].name)
		tx := host.Begin()
		last := s.historyFork(tx)
		historyActions[i].do(last, t)
		last.compare(t)
		tx.Rollback()
		s.now, s.ids = now, ids
		r.count.Add(1)
	}
}

// historyShop opens a shop whose programme has read its plan.
func historyShop(t *testing.T) *modelShop {
	m := &model{ctx: context.Background(), store: memstore.New(), now: modelStart}
	m.open(t, modelPlan{"history", program.MustPlan(historyPlan)}, program.Config{}, false)
	m.shops[0].family(t)
	_, err := m.shops[0].prog.Plans.All(m.ctx)
	require.NoError(t, err)
	return m.shops[0]
}

// historyBegin is the same programme on an empty store, with p1 above p2, whose customer is c1.
func (s *modelShop) historyBegin(t *testing.T, st store.Store) *modelShop {
	own := s.historyEmpty(st)
	own.add(t, program.Add{Partner: "p1"})
	own.recruit(t, program.Recruit{Partner: "p2", Recruiter: "p1"})
	own.bind(t, program.Bind{Customer: "c1", Owner: "p2"})
	own.now = historyNoon
	return own
}

// historyEmpty is the same programme on an empty store, with nobody in it.
func (s *modelShop) historyEmpty(st store.Store) *modelShop {
	s.model.now, s.model.ids = modelStart, 0
	own := &modelShop{model: s.model, claims: map[string]*modelCall{}, names: map[string]int{}, oracle: newOracle(s.oracle.scale, false)}
	own.oracle.plans = s.oracle.plans
	own.on(st)
	return own
}

// on makes the shop work on a store.
func (s *modelShop) on(st store.Store) {
	s.store, s.prog = st, s.shops[0].prog.In(st)
}

// historyFork is the same shop within a transaction, with what it remembers copied.
func (s *modelShop) historyFork(tx *memstore.Transaction) *modelShop {
	own, o := *s, *s.oracle
	own.oracle, own.claims, own.names, own.calls = &o, maps.Clone(s.claims), maps.Clone(s.names), slices.Clip(s.calls)
	o.spent, o.orders, o.withdrawn = maps.Clone(o.spent), map[commission.OrderID]*oracleOrder{}, map[settlement.WithdrawalID]*oracleWithdrawal{}
	for id, x := range s.oracle.orders {
		copied := *x
		copied.lines, copied.waiting, copied.dropped = slices.Clone(x.lines), slices.Clip(x.waiting), slices.Clip(x.dropped)
		copied.lost, copied.paid = maps.Clone(x.lost), maps.Clone(x.paid)
		o.orders[id] = &copied
	}
	for id, w := range s.oracle.withdrawn {
		copied := *w
		o.withdrawn[id] = &copied
	}
	own.on(tx)
	return &own
}
