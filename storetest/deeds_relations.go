package storetest

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

const (
	paymentPlan = `{"currency": "CNY", "binding": {"on": "payment", "sameOrder": true, "days": 30, "renewOnOrder": true}, "commission": {"rates": ["10%", "5%"]}}`
	gracePlan   = `{"currency": "CNY", "binding": {"on": "payment"}, "commission": {"rates": ["10%", "5%"], "graceMinutes": 60}}`
	uplinePlan  = `{"currency": "CNY", "joining": {"leaving": {"customers": "upline"}}, "commission": {"rates": ["10%", "5%"]}}`
)

// relationDeeds is what is done about who stands below whom and to whom customers belong.
func relationDeeds() []deed {
	family := (*branch).family
	why := program.Meta{Actor: "ann", Reason: "it was asked for"}
	move := func(in program.Move) func(context.Context, *branch) (any, error) {
		return func(ctx context.Context, b *branch) (any, error) { return b.Team.Move(ctx, in) }
	}
	clearOut := func(id partner.ID) func(context.Context, *branch) (any, error) {
		return func(ctx context.Context, b *branch) (any, error) {
			return b.Partners.ClearOut(ctx, program.Depart{Partner: id, WithTeam: true})
		}
	}
	return []deed{
		{"Team.Assign", simplePlan, family, func(ctx context.Context, b *branch) (any, error) {
			return b.Team.Assign(ctx, program.Assign{Customer: "dave", Owner: "bob", Meta: why})
		}, false},
		{"Team.Transfer", simplePlan, family, func(ctx context.Context, b *branch) (any, error) {
			return b.Team.Transfer(ctx, program.Transfer{Customers: list[partner.Customer]("carol"), To: "alice", Meta: why})
		}, false},
		{"Team.Unbind", simplePlan, family, func(ctx context.Context, b *branch) (any, error) {
			return b.Team.Unbind(ctx, program.Unbind{Customers: list[partner.Customer]("carol"), Meta: why})
		}, false},
		{"Team.Move", simplePlan, family, move(program.Move{Partner: "cora", Recruiter: "alice"}), false},
		{"Team.Move to the root, alone", simplePlan, family, move(program.Move{Partner: "bob", Alone: true}), false},
		{"Team.Import", simplePlan, func(b *branch) { b.family(); b.add("dora") }, func(ctx context.Context, b *branch) (any, error) {
			return b.Team.Import(ctx, program.Import{
				Recruits: list(program.ImportedRecruit{Partner: "dora", Recruiter: "cora", At: day(-300)}),
				Bindings: list(program.ImportedBinding{Customer: "dave", Owner: "dora", At: day(-200)}),
			})
		}, false},
		{"Partners.ClearOut", simplePlan, family, clearOut("cora"), false},
		{"Partners.Finish", uplinePlan, func(b *branch) {
			b.family()
			out, err := b.Partners.Terminate(b.ctx, program.Terminate{Partner: "cora"})
			must(b, out, err)
		}, func(ctx context.Context, b *branch) (any, error) {
			return b.Partners.Finish(ctx, program.Depart{Partner: "cora"})
		}, false},
		{"Orders.Paid that binds its customer", paymentPlan, family, func(ctx context.Context, b *branch) (any, error) {
			in := b.order("o-1")
			in.Customer, in.Referrer = "dave", "bob"
			return b.Orders.Paid(ctx, in)
		}, false},
		{"Orders.Paid that makes another order that of its customer's owner", gracePlan, func(b *branch) {
			b.family()
			in := b.order("o-1")
			in.Customer = "dave"
			out, err := b.Orders.Paid(b.ctx, in)
			must(b, out, err)
		}, func(ctx context.Context, b *branch) (any, error) {
			in := b.order("o-2")
			in.Customer, in.Referrer = "dave", "bob"
			return b.Orders.Paid(ctx, in)
		}, false},
		{"Team.Bind to one who has left since", uplinePlan, func(b *branch) {
			b.family()
			b.now = b.now.Add(2 * time.Hour)
			out, err := b.Partners.ClearOut(b.ctx, program.Depart{Partner: "bob", WithTeam: true})
			must(b, out, err)
		}, func(ctx context.Context, b *branch) (any, error) {
			return b.Team.Bind(ctx, program.Bind{Customer: "dave", Owner: "bob", Meta: program.Meta{At: b.now.Add(-time.Hour)}})
		}, false},
	}
}
