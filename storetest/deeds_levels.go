package storetest

import (
	"context"
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// risePlan has levels that are reached by what a partner buys, the last by what he is paid for reaching them.
const risePlan = `{"currency": "CNY", "rising": {"reward": "cascade"}, "levels": [{"id": "0", "weight": 0, "default": true},
	{"id": "1", "weight": 1, "reach": {"all": [{"metric": {"name": "spend"}, "atLeast": "600"}]}},
	{"id": "2", "weight": 2, "reach": {"all": [{"metric": {"name": "spend"}, "atLeast": "1200"}]}},
	{"id": "3", "weight": 3, "reach": {"any": [{"metric": {"name": "spend"}, "atLeast": "1800"}, {"metric": {"name": "earned"}, "atLeast": "50"}]}}],
	"commission": {"rates": ["10%"], "selfPurchase": "nobody"},
	"oneOffs": [{"name": "up", "upgrade": {"payee": "self", "levels": {"1": "20.00", "2": "30.00"}, "skipped": "paid"}}]}`

// buys is an order of a partner himself, of 620.33.
func (b *branch) buys(id partner.ID, order commission.OrderID) program.Order {
	o := b.order(order)
	o.Customer = partner.Customer(id)
	return o
}

func levelDeeds() []deed {
	buys := func(order commission.OrderID) func(context.Context, *branch) (any, error) {
		return func(ctx context.Context, b *branch) (any, error) { return b.Orders.Paid(ctx, b.buys("bob", order)) }
	}
	bought := func(b *branch, orders ...commission.OrderID) {
		b.family()
		for _, order := range orders {
			out, err := b.Orders.Paid(b.ctx, b.buys("bob", order))
			must(b, out, err)
		}
	}
	return []deed{
		{"Orders.Paid that lifts its buyer", risePlan, (*branch).family, buys("o-1"), false},
		{"Orders.Paid that lifts its buyer once more", risePlan, func(b *branch) { bought(b, "o-1") }, buys("o-2"), false},
		{"Partners.SetLevel until an instant", risePlan, func(b *branch) { bought(b, "o-1") }, func(ctx context.Context, b *branch) (any, error) {
			return b.Partners.SetLevel(ctx, program.SetLevel{Partner: "bob", Level: "0", Until: b.now.AddDate(0, 0, 1)})
		}, false},
		{"RunDue in which rewards cascade", risePlan, func(b *branch) { bought(b, "o-1", "o-2") }, func(ctx context.Context, b *branch) (any, error) {
			if out, err := b.RunDue(ctx, b.now); err != nil {
				return out, err
			}
			return b.RunDue(ctx, b.now) // reads the events of the bonuses
		}, true},
	}
}

// risesAtOnce has one partner pay several orders at once, while runs pay him for what he reaches.
func risesAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		b := x.branch(risePlan)
		b.add("bob")
		errs := together(2*workers, func(i int) error {
			if i%2 == 1 {
				_, err := b.RunDue(b.ctx, b.now)
				return err
			}
			_, err := b.Orders.Paid(b.ctx, b.buys("bob", commission.OrderID(fmt.Sprint("o-", i))))
			return err
		})
		require.Equal(x, 2*workers, won(x, nil, errs))
		b.due(0)
		logs, err := b.Partners.LevelLog(b.ctx, "bob")
		last := partner.Level("")
		for _, change := range must(b, logs, err)[0] {
			require.Less(b, last, change.To, "each change of %v is a rise", logs[0])
			last = change.To
		}
		most := fmt.Sprint(min(workers, 3))
		if workers == 2 {
			most = "3" // by the 50.00 for the first two
		}
		require.Equal(b, partner.Level(most), last)
		b.sound()
	})
}
