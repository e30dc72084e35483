package storetest

import (
	"context"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// grantPlan pays recruiters for levels, and owners for new customers. Its orders are due when they are paid.
const grantPlan = `{"currency": "CNY", "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}],
	"commission": {"rates": ["10%"], "selfPurchase": "nobody"}, "settlement": {"anchor": "paid", "holdDays": 0},
	"oneOffs": [{"name": "spring", "upgrade": {"levels": {"gold": "50.00"}}}, {"name": "welcome", "firstOrder": {"amount": "8.00", "of": "customers", "allowHeadCount": true}}]}`

// goldFamily is a family of which bob and cora reached gold, and in which each has bought something, as carol has.
func (b *branch) goldFamily() {
	b.Helper()
	b.family()
	for _, id := range list[partner.ID]("bob", "cora") {
		out, err := b.Partners.SetLevel(b.ctx, program.SetLevel{Partner: id, Level: "gold"})
		must(b, out, err)
	}
	for _, customer := range list[partner.Customer]("bob", "cora", "carol") {
		o := b.order(commission.OrderID("of " + customer))
		o.Customer = customer
		out, err := b.Orders.Paid(b.ctx, o)
		must(b, out, err)
	}
}

// returned gives all back that somebody has bought.
func (b *branch) returned(customer partner.Customer) {
	b.Helper()
	out, err := b.Orders.Refunded(b.ctx, b.everything(customer))
	must(b, out, err)
}

func (b *branch) everything(customer partner.Customer) program.Refund {
	return program.Refund{ID: "r of " + string(customer), Order: commission.OrderID("of " + customer), Lines: []program.RefundLine{{Line: "1", Quantity: 3}, {Line: "2", Quantity: 1}}}
}

func grantDeeds() []deed {
	due := func(ctx context.Context, b *branch) (any, error) { return b.RunDue(ctx, b.now) }
	return []deed{
		{"Partners.SetLevel for which a bonus may be due", grantPlan, (*branch).family, func(ctx context.Context, b *branch) (any, error) {
			return b.Partners.SetLevel(ctx, program.SetLevel{Partner: "bob", Level: "gold"})
		}, false},
		{"Orders.Refunded by which a bonus goes", grantPlan, func(b *branch) { b.goldFamily(); b.due(1) }, func(ctx context.Context, b *branch) (any, error) {
			return b.Orders.Refunded(ctx, b.everything("carol"))
		}, false},
		{"RunDue that pays one-off bonuses", grantPlan, (*branch).goldFamily, due, true},
		{"RunDue that takes one-off bonuses back", grantPlan, func(b *branch) {
			b.goldFamily()
			b.due(1)
			b.returned("bob")
			b.returned("carol")
		}, due, true},
	}
}

// grantsAtOnce runs what is due in several processes at once, while orders are paid and come back.
func grantsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		b := x.branch(grantPlan)
		b.goldFamily()
		all := func() []error {
			return together(workers, func(int) error {
				_, err := b.RunDue(b.ctx, b.now)
				return err
			})
		}
		require.Equal(x, workers, won(x, nil, all()))
		b.due(0)
		b.granted("alice", 50)
		b.granted("bob", 50)
		b.granted("cora", 8)
		require.Equal(x, 3, b.told("grant_paid"))

		b.returned("bob")
		b.returned("carol")
		require.Equal(x, workers, won(x, nil, all()))
		b.due(0)
		b.granted("alice", 0)
		b.granted("bob", 50)
		b.granted("cora", 0)
		require.Equal(x, 2, b.told("grant_taken_back"))
		require.Equal(x, 3, b.told("grant_paid"))
		b.sound()
	})
}

// granted asserts what somebody has of one-off bonuses.
func (b *branch) granted(payee partner.ID, want int64) {
	b.Helper()
	total := decimal.Zero
	rows, err := b.Wallet.Rows(b.ctx, payee, store.RowCursor{}, 1000)
	for _, row := range must(b, rows, err) {
		if row.Source.Kind == settlement.GrantSource {
			total = total.Add(row.Amount.Decimal())
		}
	}
	require.True(b, total.Equal(decimal.NewFromInt(want)), "%s has %s of one-off bonuses, and not %d", payee, total, want)
}
