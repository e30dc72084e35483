package storetest

import (
	"context"
	"fmt"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// reachPlan makes a partner of whoever has a partner below him, or has received or kept orders of his own. Its orders are due when they are received.
const reachPlan = `{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}, "settlement": {"holdDays": 0}, "joining": {"threshold": {"any": [
	{"metric": {"name": "partners"}, "atLeast": "1"}, {"metric": {"name": "orders", "node": "completed", "days": 9}, "atLeast": "2"},
	{"metric": {"name": "orders", "node": "after-sale-over"}, "atLeast": "1"}]}}}`

// teamPlan makes a partner of whoever's team has sold enough, kept or in the last days.
const teamPlan = `{"currency": "CNY", "commission": {"rates": ["10%", "5%"], "attribution": ["buyer", "referrer"]}, "settlement": {"holdDays": 0}, "joining": {"threshold": {"all": [
	{"metric": {"name": "volume", "scope": "team", "node": "after-sale-over"}, "atLeast": "0.01"}, {"metric": {"name": "sales", "scope": "direct", "days": 9}, "atLeast": "1"}]}}}`

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
		{"RunDue that counts what teams have sold and finds who reached something by it", teamPlan, func(b *branch) {
			b.add("bob")
			b.recruit("cora", "bob")
			b.recruit("dora", "cora")
			for i, seller := range list[partner.ID]("dora", "cora", "dora") {
				o := b.order(commission.OrderID(fmt.Sprintf("%d of %s", i, seller)))
				o.Customer, o.Referrer = "frank", seller
				out, err := b.Orders.Paid(b.ctx, o)
				must(b, out, err)
				b.received(o.ID)
			}
		}, due, true},
	}
}
