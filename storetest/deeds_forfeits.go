package storetest

import (
	"context"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// forfeitPlan lets the shop keep what is pending of who leaves, and of an owner who loses a customer.
const forfeitPlan = `{"currency": "CNY", "joining": {"leaving": {"pending": "forfeit"}}, "binding": {"unbind": "void"}, "commission": {"rates": ["10%", "5%"]}}`

// cleared is a family whose cora was cleared out with an order pending that has been received.
func (b *branch) cleared() {
	b.Helper()
	b.family()
	b.paid("o-1")
	b.received("o-1")
	out, err := b.clearOut(b.ctx, "cora")
	must(b, out, err)
}

func (b *branch) clearOut(ctx context.Context, id partner.ID) (program.Departed, error) {
	return b.Partners.ClearOut(ctx, program.Depart{Partner: id, WithTeam: true})
}

// lateOrder is an order of carol's that was paid a minute ago.
func (b *branch) lateOrder(id commission.OrderID) program.Order {
	o := b.order(id)
	o.PaidAt = b.now.Add(-time.Minute)
	return o
}

func forfeitDeeds() []deed {
	due := func(ctx context.Context, b *branch) (any, error) { return b.RunDue(ctx, b.now) }
	unbind := func(ctx context.Context, b *branch) (any, error) {
		return b.Team.Unbind(ctx, program.Unbind{Customers: list[partner.Customer]("carol"), Meta: program.Meta{Actor: "ann", Reason: "he asked for it"}})
	}
	later := func(b *branch) {
		b.cleared()
		b.now = b.now.Add(time.Second)
	}
	return []deed{
		{"Partners.ClearOut that forfeits what is pending", forfeitPlan, func(b *branch) { b.family(); b.paid("o-1") }, func(ctx context.Context, b *branch) (any, error) {
			return b.clearOut(ctx, "cora")
		}, false},
		{"RunDue that takes what is forfeited", forfeitPlan, (*branch).cleared, due, true},
		{"RunDue that releases what is left of an order", forfeitPlan, func(b *branch) { b.cleared(); b.due(0); b.now = b.now.AddDate(0, 0, 7) }, due, true},
		{"Orders.Paid that is forfeited in part", forfeitPlan, later, func(ctx context.Context, b *branch) (any, error) {
			return b.Orders.Paid(ctx, b.lateOrder("o-2"))
		}, false},
		{"Orders.Refunded of what is forfeited", forfeitPlan, func(b *branch) { b.cleared(); b.due(0) }, func(ctx context.Context, b *branch) (any, error) {
			return b.Orders.Refunded(ctx, b.refund("r-1", "o-1"))
		}, false},
		{"Orders.Refunded of what was forfeited and released", forfeitPlan, func(b *branch) { b.cleared(); b.due(7) }, func(ctx context.Context, b *branch) (any, error) {
			return b.Orders.Refunded(ctx, b.refund("r-1", "o-1"))
		}, false},
		{"Team.Unbind that voids what is pending", forfeitPlan, func(b *branch) { b.family(); b.paid("o-1") }, unbind, false},
	}
}

// forfeitsDueAtOnce takes what is forfeited in several processes at once, while orders of before are told of and come back.
func forfeitsDueAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		b := x.branch(forfeitPlan)
		b.family()
		for i := range workers {
			b.paid(commission.OrderID(fmt.Sprintf("o-%d", i)))
		}
		b.now = b.now.Add(time.Hour)
		out, err := b.clearOut(b.ctx, "cora")
		must(b, out, err)
		errs := together(workers, func(i int) error {
			switch i % 3 {
			case 0:
				_, err := b.RunDue(b.ctx, b.now)
				return err
			case 1:
				_, err := b.Orders.Paid(b.ctx, b.lateOrder(commission.OrderID(fmt.Sprintf("late-%d", i))))
				return err
			}
			_, err := b.Orders.Refunded(b.ctx, b.refund(fmt.Sprintf("r-%d", i), commission.OrderID(fmt.Sprintf("o-%d", i))))
			return err
		})
		require.Equal(x, workers, won(x, nil, errs))
		b.due(0)
		balances, err := b.Wallet.Balances(b.ctx, "cora")
		require.True(x, must(b, balances, err)[0].IsZero(), "%s", balances)
		b.sound()
	})
}
