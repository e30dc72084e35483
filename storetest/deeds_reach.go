package storetest

import (
	"context"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// reachPlan makes a partner of whoever has a partner below him, or has received or kept orders of his own. Its orders are due when they are received.
const reachPlan = `{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}, "settlement": {"holdDays": 0}, "joining": {"threshold": {"any": [
	{"metric": {"name": "partners"}, "atLeast": "1"}, {"metric": {"name": "orders", "node": "completed", "days": 9}, "atLeast": "2"},
	{"metric": {"name": "orders", "node": "after-sale-over"}, "atLeast": "1"}]}}}`

// twoOrders is a family in which carol has two orders, one of them received.
func (b *branch) twoOrders() {
	b.Helper()
	b.add("bob")
	b.bind("carol", "bob")
	b.paid("o-1")
	b.paid("o-2")
	b.received("o-1")
}

func reachDeeds() []deed {
	due := func(ctx context.Context, b *branch) (any, error) { return b.RunDue(ctx, b.now) }
	return []deed{
		{"Orders.Received by which somebody becomes a partner", reachPlan, (*branch).twoOrders, func(ctx context.Context, b *branch) (any, error) {
			return b.Orders.Received(ctx, program.Received{Order: "o-2"})
		}, false},
		{"RunDue that finds who reached something by others and by what he keeps", reachPlan, func(b *branch) {
			b.twoOrders()
			b.recruit("cora", "bob")
			b.recruit("dora", "cora")
			b.recruit("erin", "dora")
			b.add("erin")
			for _, customer := range list[partner.Customer]("cora", "frank") {
				o := b.order(commission.OrderID("of " + customer))
				o.Customer = customer
				out, err := b.Orders.Paid(b.ctx, o)
				must(b, out, err)
				b.received(o.ID)
			}
		}, due, true},
	}
}
