package storetest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// modelSteps are the steps of a history. The first ones are drawn more often than the last.
var modelSteps = []struct {
	name string
	step func(*modelShop, *rapid.T)
}{
	{"an order is paid", (*modelShop).stepOrder},
	{"who has something pending forfeits it", (*modelShop).stepForfeit},
	{"a customer with pending orders is unbound", (*modelShop).stepVoid},
	{"a partner who is paid is frozen", (*modelShop).stepFreezeAccruing},
	{"somebody reaches a level", (*modelShop).stepReach},
	{"somebody buys for whom a bonus waits", (*modelShop).stepSettle},
	{"all is withdrawn", (*modelShop).stepWithdrawAll},
	{"the hold is over", (*modelShop).stepRelease},
	{"an order is received and its hold is over", (*modelShop).stepReceiveAndRelease},
	{"units come back", (*modelShop).stepRefundUnits},
	{"a withdrawal is paid", (*modelShop).stepPay},
	{"a withdrawal is approved", stepDecide("approve", settlement.Requested)},
	{"money goes back", (*modelShop).stepRefundMoney},
	{"all comes back", (*modelShop).stepRefundAll},
	{"an order is received", (*modelShop).stepReceive},
	{"a payout fails", stepDecide("fail", settlement.Approved)},
	{"something is withdrawn", (*modelShop).stepWithdraw},
	{"a withdrawal is rejected", stepDecide("reject", settlement.Requested, settlement.Approved)},
	{"any decision", (*modelShop).stepAnyDecision},
	{"an order comes back by which a bonus stands", (*modelShop).stepTakeBack},
	{"the same call again", (*modelShop).stepAgain},
	{"the same key, other facts", (*modelShop).stepConflict},
	{"more comes back than is left", (*modelShop).stepRefundTooMuch},
	{"a level", (*modelShop).stepLevel},
	{"a freeze", (*modelShop).stepFreeze},
	{"a recruit", (*modelShop).stepRecruit},
	{"a bind", (*modelShop).stepBind},
	{"a move", (*modelShop).stepMove},
	{"a transfer", (*modelShop).stepTransfer},
	{"a plan", (*modelShop).stepPublish},
	{"somebody leaves", (*modelShop).stepLeave},
	{"an exchange is opened", (*modelShop).stepExchange},
	{"an exchange is over", (*modelShop).stepExchangeClosed},
	{"a renewal", (*modelShop).stepRenew},
	{"a refund before its order", (*modelShop).stepEarlyRefund},
	{"a receipt before its order", (*modelShop).stepEarlyReceipt},
	{"an order is received again", (*modelShop).stepReceiveAgain},
	{"just before the hold is over", (*modelShop).stepBeforeRelease},
	{"what is due is run", func(s *modelShop, t *rapid.T) { s.due(t, time.Time{}) }},
	{"time passes", (*modelShop).stepTime},
	{"too much is withdrawn", (*modelShop).stepWithdrawTooMuch},
	{"a partner", (*modelShop).stepAdd},
	{"an order that makes no sense", (*modelShop).impossible},
	{"an order that is not final", (*modelShop).stepAwaits},
	{"an order that was posted is said to be not final", (*modelShop).awaitsTooLate},
	{"it is another tenant's turn", func(s *modelShop, _ *rapid.T) { s.visits = 3 }},
}

// actions are the steps by name, numbered since names that come first are drawn more often.
func (m *model) actions() map[string]func(*rapid.T) {
	all := map[string]func(*rapid.T){"": m.check}
	for i, s := range modelSteps {
		all[fmt.Sprintf("%02d %s", i, s.name)] = m.by(s.step)
	}
	return all
}

func (s *modelShop) stepAdd(t *rapid.T) {
	in := program.Add{Partner: rapid.SampledFrom([]partner.ID{"p4", "c1", "p3", "c2"}).Draw(t, "partner"), Candidate: modelOneIn(t, "candidate", 3)}
	if modelOneIn(t, "with a level", 3) {
		in.Level = s.someLevel(t)
	}
	in.At, in.Key = s.instant(t, "at"), s.someKey(t)
	s.add(t, in)
}

func (s *modelShop) stepRecruit(t *rapid.T) {
	in := program.Recruit{
		Partner:   rapid.SampledFrom([]partner.ID{"p4", "p1", "c1", "p3", "p5"}).Draw(t, "partner"),
		Recruiter: rapid.SampledFrom([]partner.ID{"p3", "p4", "p1", "nobody", "p2"}).Draw(t, "recruiter"),
	}
	in.At, in.Key = s.instant(t, "at"), s.someKey(t)
	s.recruit(t, in)
}

func (s *modelShop) stepFreeze(t *rapid.T) {
	operation, value := "freeze", partner.Frozen
	if modelOneIn(t, "unfreeze", 2) {
		operation, value = "unfreeze", partner.Open
	}
	if modelOneIn(t, "of what he has", 3) {
		operation += "_withdrawal"
	}
	s.set(t, operation, s.person(t), value, s.at(s.instant(t, "at")))
}

func (s *modelShop) stepLevel(t *rapid.T) {
	s.set(t, "level", s.person(t), string(s.someLevel(t)), s.at(s.instant(t, "at")))
}

func (s *modelShop) stepPublish(t *rapid.T) {
	if len(s.oracle.plans) >= 4 {
		t.Skip("enough plans")
	}
	from := []time.Time{{}, s.now.Add(time.Hour), s.now.Add(24 * time.Hour), s.now.Add(-time.Microsecond)}
	for _, p := range s.oracle.plans {
		from = append(from, p.from) // of two that begin at one instant the last one holds
	}
	s.publish(t, modelDrawThemedPlan(t, s.plans), rapid.SampledFrom(from).Draw(t, "from"))
}

// someCall draws a call that was done.
func (s *modelShop) someCall(t *rapid.T) *modelCall {
	var names []string // short, for the log
	for _, c := range s.calls {
		if c.expired == nil || !c.expired() {
			names = append(names, c.operation+" "+c.key)
		}
	}
	return s.claims[rapid.SampledFrom(names).Draw(t, "call")]
}

func (s *modelShop) stepAgain(t *rapid.T) {
	c := s.someCall(t)
	s.again(t, c, c.at, func() (any, error) { return c.do(true) })
}

func (s *modelShop) stepConflict(t *rapid.T) {
	c := s.someCall(t)
	if c.other == nil {
		t.Skip("its key is all its facts")
	}
	s.unchanged(t, "a conflict", func() {
		require.ErrorIs(t, c.other(), store.ErrConflict, "I4: %s %s with other facts", c.operation, c.facts)
	})
}
