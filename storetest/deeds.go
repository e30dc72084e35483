package storetest

import (
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// deed is one write of the programme, under a name that says which and when.
type deed struct {
	name   string
	plan   string
	before func(b *branch)
	do     func(ctx context.Context, b *branch) (any, error)
	many   bool // whether it is made of several transactions, so that a fault in one leaves what the others have done, and of what a View reads nothing is retried
}

// deeds is every write of the programme, in each state that makes it take a way of its own.
func deeds() []deed {
	return slices.Concat(peopleDeeds(), lifeDeeds(), relationDeeds(), orderDeeds(), refundDeeds(), dueDeeds(), reachDeeds(), bonusDeeds(), grantDeeds(), levelDeeds(), forfeitDeeds(), walletDeeds())
}

func add(id partner.ID, level partner.Level) func(context.Context, *branch) (any, error) {
	return func(ctx context.Context, b *branch) (any, error) {
		return b.Partners.Add(ctx, program.Add{Partner: id, Level: level})
	}
}

func recruit(id, recruiter partner.ID) func(context.Context, *branch) (any, error) {
	return func(ctx context.Context, b *branch) (any, error) {
		return b.Team.Recruit(ctx, program.Recruit{Partner: id, Recruiter: recruiter, Meta: program.Meta{Key: "again"}})
	}
}

func bind(customer partner.Customer, owner partner.ID) func(context.Context, *branch) (any, error) {
	return func(ctx context.Context, b *branch) (any, error) {
		return b.Team.Bind(ctx, program.Bind{Customer: customer, Owner: owner, Meta: program.Meta{Key: "again"}})
	}
}

func peopleDeeds() []deed {
	family := (*branch).family
	freeze := func(b *branch) {
		b.family()
		out, err := b.Partners.Freeze(b.ctx, program.Freeze{Partner: "bob"})
		must(b, out, err)
	}
	return []deed{
		{"Partners.Add as the first write of all", simplePlan, func(*branch) {}, add("alice", ""), false},
		{"Partners.Add", levelsPlan, family, add("dora", "gold"), false},
		{"Partners.Add of a partner", simplePlan, family, add("alice", ""), false},
		{"Partners.Add of a candidate", joiningPlan, family, add("cora", ""), false},
		{"Partners.SetLevel", levelsPlan, family, func(ctx context.Context, b *branch) (any, error) {
			return b.Partners.SetLevel(ctx, program.SetLevel{Partner: "bob", Level: "gold"})
		}, false},
		{"Partners.Freeze", simplePlan, family, func(ctx context.Context, b *branch) (any, error) {
			return b.Partners.Freeze(ctx, program.Freeze{Partner: "bob"})
		}, false},
		{"Partners.Unfreeze", simplePlan, freeze, func(ctx context.Context, b *branch) (any, error) {
			return b.Partners.Unfreeze(ctx, program.Freeze{Partner: "bob"})
		}, false},
		{"Team.Recruit of somebody new", levelsPlan, family, recruit("dora", "cora"), false},
		{"Team.Recruit of a partner", simplePlan, func(b *branch) { b.family(); b.add("dora") }, recruit("dora", "cora"), false},
		{"Team.Recruit of who has another recruiter", simplePlan, family, recruit("cora", "alice"), false},
		{"Team.Recruit of who has this recruiter", simplePlan, family, recruit("cora", "bob"), false},
		{"Team.Bind", simplePlan, family, bind("dave", "bob"), false},
		{"Team.Bind of who has another owner", simplePlan, family, bind("carol", "bob"), false},
		{"Team.Bind of who has this owner", simplePlan, family, bind("carol", "cora"), false},
		{"Team.Bind to nobody", simplePlan, family, bind("dave", "zoe"), false},
		{"Plans.Publish", simplePlan, family, func(ctx context.Context, b *branch) (any, error) {
			return b.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(nextPlan)})
		}, false},
	}
}

func pay(id commission.OrderID) func(context.Context, *branch) (any, error) {
	return func(ctx context.Context, b *branch) (any, error) { return b.Orders.Paid(ctx, b.order(id)) }
}

func orderDeeds() []deed {
	early := func(b *branch) {
		b.family()
		b.received("o-1")
		b.refunded("r-1", "o-1")
		out, err := b.Orders.Refunded(b.ctx, program.Refund{ID: "r-2", Order: "o-1", Lines: []program.RefundLine{{Line: "no such line", Quantity: 1}}})
		must(b, out, err)
	}
	receive := func(ctx context.Context, b *branch) (any, error) {
		return b.Orders.Received(ctx, program.Received{Order: "o-1"})
	}
	return []deed{
		{"Orders.Paid", levelsPlan, (*branch).family, pay("o-1"), false},
		{"Orders.Paid of nobody's customer", simplePlan, func(b *branch) { b.add("alice") }, pay("o-1"), false},
		{"Orders.Paid with events that came before it", simplePlan, early, pay("o-1"), false},
		{"Orders.Paid that makes its buyer a partner", joiningPlan, func(b *branch) { b.add("alice"); b.bind("carol", "alice") }, pay("o-1"), false},
		{"Orders.Paid that is due at once", paidPlan, func(b *branch) { b.family(); b.received("o-1"); b.refunded("r-1", "o-1") }, pay("o-1"), false},
		{"Orders.Paid under campaigns with budgets", budgetPlan, (*branch).family, pay("o-1"), false},
		{"Orders.Paid under campaigns of which too little is left", budgetPlan, func(b *branch) { b.family(); b.paid("o-1") }, pay("o-2"), false},
		{"Orders.Paid under campaigns with budgets, and refunded before it", budgetPlan, early, pay("o-1"), false},
		{"Orders.Received", simplePlan, func(b *branch) { b.family(); b.paid("o-1") }, receive, false},
		{"Orders.Received before its order", simplePlan, (*branch).family, receive, false},
		{"Orders.Received again, under another key", simplePlan, func(b *branch) { b.family(); b.paid("o-1"); b.received("o-1") }, func(ctx context.Context, b *branch) (any, error) {
			return b.Orders.Received(ctx, program.Received{Order: "o-1", Meta: program.Meta{Key: "again"}})
		}, false},
	}
}

func refundDeeds() []deed {
	one := func(ctx context.Context, b *branch) (any, error) {
		return b.Orders.Refunded(ctx, b.refund("r-9", "o-1"))
	}
	all := func(ctx context.Context, b *branch) (any, error) {
		return b.Orders.Refunded(ctx, program.Refund{ID: "r-9", Order: "o-1", Lines: []program.RefundLine{
			{Line: "1", Quantity: 2}, {Line: "2", Amount: decimal.NewNullDecimal(decimal.RequireFromString("12.34"))},
		}})
	}
	return []deed{
		{"Orders.Refunded while pending", simplePlan, func(b *branch) { b.family(); b.paid("o-1") }, one, false},
		{"Orders.Refunded once more", simplePlan, func(b *branch) { b.family(); b.paid("o-1"); b.refunded("r-1", "o-1") }, all, false},
		{"Orders.Refunded after release", simplePlan, func(b *branch) { b.family(); b.released("o-1") }, one, false},
		{"Orders.Refunded after withdrawal, so that it becomes debt", simplePlan, func(b *branch) { b.family(); b.released("o-1"); b.withdrawn("w-1", "62.03") }, all, false},
		{"Orders.Refunded of what campaigns added", budgetPlan, func(b *branch) { b.family(); b.paid("o-1") }, all, false},
		{"Orders.Refunded before its order", simplePlan, (*branch).family, one, false},
	}
}

func dueDeeds() []deed {
	run := func(ctx context.Context, b *branch) (any, error) { return b.RunDue(ctx, b.now) }
	return []deed{
		{"RunDue that folds and numbers", simplePlan, func(b *branch) { b.family(); b.paid("o-1") }, run, true},
		{"RunDue that releases", simplePlan, func(b *branch) {
			b.family()
			for _, id := range list[commission.OrderID]("o-1", "o-2", "o-3") {
				b.paid(id)
				b.received(id)
			}
			b.due(1)
			b.refunded("r-1", "o-2")
			b.now = b.now.AddDate(0, 0, 7)
		}, run, true},
		{"RunDue that pays a debt", simplePlan, func(b *branch) {
			b.family()
			b.released("o-1")
			b.withdrawn("w-1", "62.03")
			b.refunded("r-1", "o-1")
			b.paid("o-2")
			b.received("o-2")
			b.now = b.now.AddDate(0, 0, 7)
		}, run, true},
	}
}

func walletDeeds() []deed {
	rich := func(b *branch) { b.family(); b.released("o-1") }
	requested := func(b *branch) { rich(b); b.withdrawn("w-1", "50.00") }
	approved := func(b *branch) { requested(b); b.approved() }
	owing := func(b *branch) { rich(b); b.withdrawn("w-1", "62.03"); b.approved(); b.refunded("r-1", "o-1") }
	reject := func(ctx context.Context, b *branch) (any, error) { return b.Wallet.Reject(ctx, b.decide()) }
	fail := func(ctx context.Context, b *branch) (any, error) { return b.Wallet.Failed(ctx, b.decide()) }
	return []deed{
		{"Wallet.Withdraw", simplePlan, rich, func(ctx context.Context, b *branch) (any, error) {
			return b.Wallet.Withdraw(ctx, b.withdraw("w-1", "cora", "50.00"))
		}, false},
		{"Wallet.Approve", simplePlan, requested, func(ctx context.Context, b *branch) (any, error) { return b.Wallet.Approve(ctx, b.decide()) }, false},
		{"Wallet.Paid", simplePlan, approved, func(ctx context.Context, b *branch) (any, error) {
			return b.Wallet.Paid(ctx, program.Payout{Withdrawal: b.withdrawal, Tax: decimal.RequireFromString("7.50"), Fee: decimal.RequireFromString("0.50")})
		}, false},
		{"Wallet.Reject of a requested withdrawal", simplePlan, requested, reject, false},
		{"Wallet.Reject of an approved withdrawal", simplePlan, approved, reject, false},
		{"Wallet.Failed", simplePlan, approved, fail, false},
		{"Wallet.Failed that pays a debt", simplePlan, owing, fail, false},
	}
}
