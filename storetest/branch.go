package storetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
)

// branch is a shop's programme on a tenant of its own: with a store that can be made to fail, a clock that stands still, and ids that can be dealt again.
type branch struct {
	*trial
	*program.Program
	faulty     *Faulty
	withdrawal settlement.WithdrawalID // the last one requested

	mu  sync.Mutex
	now time.Time
	ids int
}

const (
	simplePlan  = `{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}}`
	levelsPlan  = `{"currency": "CNY", "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2, "leader": true}], "commission": {"rates": ["10%", "5%"], "team": {"rate": "2%"}}}`
	joiningPlan = `{"currency": "CNY", "joining": {"spend": "100"}, "commission": {"rates": ["10%", "5%"]}}`
	paidPlan    = `{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}, "settlement": {"anchor": "paid", "holdDays": 0}}`
	bonusPlan   = `{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}, "bonuses": [{"name": "dividend", "pool": {"rate": "10%", "partners": {"alice": 1, "bob": 2, "cora": 3}}}]}`
	budgetPlan  = `{"currency": "CNY", "commission": {"rates": ["10%", "5%"], "stacking": "sum"}, "campaigns": [
		{"name": "double", "factor": "2", "budget": "70.00", "slots": [1]}, {"name": "half", "factor": "1.5", "perCustomer": "50.00"}]}`
	nextPlan = `{"currency": "CNY", "commission": {"rates": ["20%"]}}`
)

// branch opens a shop on the trial's tenant with a plan, in which nobody takes part yet.
func (x *trial) branch(plan string) *branch {
	x.Helper()
	b := &branch{trial: x, faulty: NewFaulty(x.st), now: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)}
	prog, err := program.New(b.faulty, program.Config{
		Plan:  program.MustPlan(plan),
		Clock: func() time.Time { return b.now },
		NewID: b.nextID,
		Batch: 2,
	})
	require.NoError(x, err)
	b.Program = prog.For(x.tenant)
	return b
}

// family adds alice, who recruited bob, who recruited cora, to whom carol is bound.
func (b *branch) family() {
	b.Helper()
	b.add("alice")
	b.recruit("bob", "alice")
	b.recruit("cora", "bob")
	b.bind("carol", "cora")
}

func (b *branch) nextID() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ids++
	return fmt.Sprintf("%032x", b.ids)
}

// must takes the result of a call that must succeed.
func must[T any](b *branch, out T, err error) T {
	b.Helper()
	require.NoError(b, err)
	return out
}

func (b *branch) add(id partner.ID) {
	b.Helper()
	out, err := b.Partners.Add(b.ctx, program.Add{Partner: id})
	must(b, out, err)
}

func (b *branch) recruit(id, recruiter partner.ID) {
	b.Helper()
	out, err := b.Team.Recruit(b.ctx, program.Recruit{Partner: id, Recruiter: recruiter})
	must(b, out, err)
}

func (b *branch) bind(customer partner.Customer, owner partner.ID) {
	b.Helper()
	out, err := b.Team.Bind(b.ctx, program.Bind{Customer: customer, Owner: owner})
	must(b, out, err)
}

// order is an order of carol's of two lines: three of tea for 597.00 and a cup for 33.33, less 10.00.
func (b *branch) order(id commission.OrderID) program.Order {
	return program.Order{
		ID: id, Customer: "carol", PaidAt: b.now, Discount: decimal.RequireFromString("10.00"),
		Lines: []program.Line{
			{ID: "1", Product: "tea", Quantity: 3, Amount: decimal.RequireFromString("597.00")},
			{ID: "2", Product: "cup", Quantity: 1, Amount: decimal.RequireFromString("33.33")},
		},
	}
}

func (b *branch) paid(id commission.OrderID) {
	b.Helper()
	out, err := b.Orders.Paid(b.ctx, b.order(id))
	must(b, out, err)
}

func (b *branch) received(id commission.OrderID) {
	b.Helper()
	out, err := b.Orders.Received(b.ctx, program.Received{Order: id})
	must(b, out, err)
}

// refund is a refund of one unit of tea.
func (b *branch) refund(id string, order commission.OrderID) program.Refund {
	return program.Refund{ID: id, Order: order, Lines: []program.RefundLine{{Line: "1", Quantity: 1}}}
}

func (b *branch) refunded(id string, order commission.OrderID) {
	b.Helper()
	out, err := b.Orders.Refunded(b.ctx, b.refund(id, order))
	must(b, out, err)
}

// due moves the clock by days and runs what is due until nothing is.
func (b *branch) due(days int) {
	b.Helper()
	b.now = b.now.AddDate(0, 0, days)
	for more := true; more; {
		out, err := b.RunDue(b.ctx, b.now)
		more = must(b, out, err).More
	}
}

// released pays, receives and releases an order.
func (b *branch) released(id commission.OrderID) {
	b.Helper()
	b.paid(id)
	b.received(id)
	b.due(7)
}

func (b *branch) withdraw(key string, of partner.ID, gross string) program.Withdraw {
	return program.Withdraw{Partner: of, Amount: decimal.RequireFromString(gross), Meta: program.Meta{Key: key}}
}

// withdrawn requests a withdrawal of cora's.
func (b *branch) withdrawn(key, gross string) {
	b.Helper()
	out, err := b.Wallet.Withdraw(b.ctx, b.withdraw(key, "cora", gross))
	b.withdrawal = must(b, out, err).ID
}

func (b *branch) decide() program.Decide { return program.Decide{Withdrawal: b.withdrawal} }

func (b *branch) approved() {
	b.Helper()
	out, err := b.Wallet.Approve(b.ctx, b.decide())
	must(b, out, err)
}

// sound asserts that an audit finds nothing.
func (b *branch) sound() {
	b.Helper()
	report, err := b.Audit(b.ctx)
	require.NoError(b, err)
	require.True(b, report.OK(), report.String())
}
