package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

var programmeSentences = []sentence{
	{"the same key with other facts is a ConflictError that names the field, and changes nothing", otherPayload},
	{"withdrawals at once never take more than is available", programmeWithdrawals},
	{"orders at once use exactly what there is of a campaign's budget and of a customer's cap", budgetsAtOnce},
	{"what is sent by many at once is done once, and all get the same result", sentByMany},
	{"refunds of one order at once take back what they do one after the other", refundsAtOnce},
	{"people who recruit each other at once make no ring", recruitsAtOnce},
	{"runs of RunDue at once release, fold and number everything once", runsAtOnce},
	{"a period run that many lock, post and release at once is paid once", dividendAtOnce},
	{"a period run that is reversed while it is posted leaves nothing", reversedWhilePosted},
	{"a partner whose orders are paid at once rises to each level at most once", risesAtOnce},
	{"one-off bonuses that many runs of RunDue judge at once are paid and taken back once", grantsAtOnce},
	{"an index of the team that follows the events comes to what one is that is built then", indexFollows},
	{"two tenants run the same programme and neither sees the other", programmeTenants},
}

func otherPayload(x *trial) {
	b := x.branch(simplePlan)
	b.family()
	order, refund := b.order("o-1"), b.refund("r-1", "o-1")
	b.released("o-1")
	b.refunded("r-1", "o-1")
	b.withdrawn("w-1", "10.00")
	order.Lines[0].Quantity++
	refund.Lines[0].Quantity++
	before := b.dump()
	for _, c := range []struct {
		field string
		call  func(context.Context, *branch) (any, error)
	}{
		{"lines", func(ctx context.Context, b *branch) (any, error) { return b.Orders.Paid(ctx, order) }},
		{"lines", func(ctx context.Context, b *branch) (any, error) { return b.Orders.Refunded(ctx, refund) }},
		{"order", func(ctx context.Context, b *branch) (any, error) {
			return b.Orders.Refunded(ctx, b.refund("r-1", "o-2"))
		}},
		{"amount", func(ctx context.Context, b *branch) (any, error) {
			return b.Wallet.Withdraw(ctx, b.withdraw("w-1", "cora", "10.01"))
		}},
		{"partner", func(ctx context.Context, b *branch) (any, error) {
			return b.Wallet.Withdraw(ctx, b.withdraw("w-1", "bob", "10.00"))
		}},
		{"level", add("alice", "gold")},
	} {
		_, err := c.call(b.ctx, b)
		var conflict *store.ConflictError
		require.ErrorAs(x, err, &conflict)
		require.ErrorIs(x, err, store.ErrConflict)
		require.Equal(x, c.field, conflict.Field)
		sameText(x, before, b.dump())
	}
}

func programmeWithdrawals(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		b := x.branch(simplePlan)
		b.family()
		b.released("o-1") // which gives cora 62.03
		errs := together(workers, func(i int) error {
			_, err := b.Wallet.Withdraw(b.ctx, b.withdraw(fmt.Sprint(i), "cora", "20.00"))
			return err
		})
		require.Equal(x, min(workers, 3), won(x, settlement.ErrInsufficient, errs))
		b.sound()
	})
}

func sentByMany(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		b := x.branch(simplePlan)
		b.family()
		send := func(do func(context.Context, *branch) (any, error)) {
			x.Helper()
			results := make([]string, workers)
			errs := together(workers, func(i int) error {
				out, err := do(b.ctx, b)
				if err != nil {
					return err
				}
				text, err := canonical(out)
				results[i] = string(text)
				return err
			})
			require.Equal(x, workers, won(x, nil, errs))
			for _, result := range results {
				require.Equal(x, results[0], result)
			}
		}
		send(func(ctx context.Context, b *branch) (any, error) {
			out, err := b.Orders.Paid(ctx, b.order("o-1"))
			out.Repeated = false // all but one are repeated
			return out, err
		})
		send(func(ctx context.Context, b *branch) (any, error) {
			return b.Orders.Received(ctx, program.Received{Order: "o-1"})
		})
		b.due(7)
		send(func(ctx context.Context, b *branch) (any, error) {
			return b.Orders.Refunded(ctx, b.refund("r-1", "o-1"))
		})
		send(func(ctx context.Context, b *branch) (any, error) {
			return b.Wallet.Withdraw(ctx, b.withdraw("w-1", "cora", "10.00"))
		})
		b.withdrawal = scan(x, store.Tx.ScanWithdrawals, "", 1)[0].ID
		send(func(ctx context.Context, b *branch) (any, error) { return b.Wallet.Approve(ctx, b.decide()) })
		send(func(ctx context.Context, b *branch) (any, error) {
			return b.Wallet.Paid(ctx, program.Payout{Withdrawal: b.withdrawal, Tax: decimal.RequireFromString("1.00")})
		})
		rest := b.refund("r-2", "o-1")
		rest.Lines[0].Quantity = 2
		send(func(ctx context.Context, b *branch) (any, error) {
			out, err := b.Orders.RefundedBatch(ctx, list(rest))
			if err == nil {
				err = out[0].Err
			}
			return out, err
		})
		b.sound()
		require.Len(x, orderRows(x, "o-1"), 6, "two payees, paid and refunded twice")
		require.Len(x, scan(x, store.Tx.ScanWithdrawals, "", 100), 1)
	})
}

func refundsAtOnce(x *trial) {
	amounts := list("1.00", "0.01", "33.33", "100.10", "7.77", "0.99", "12.34", "5.00")
	refund := func(b *branch, i int) error {
		_, err := b.Orders.Refunded(b.ctx, program.Refund{ID: fmt.Sprint(i), Order: "o-1", Lines: []program.RefundLine{
			{Line: "1", Amount: decimal.NewNullDecimal(decimal.RequireFromString(amounts[i]))},
		}})
		return err
	}
	x.contended(func(x *trial, workers, _ int) {
		n := min(workers, len(amounts))
		atOnce, inTurn := x.branch(simplePlan), x.of(x.tenant+" in turn").branch(simplePlan)
		for _, b := range list(atOnce, inTurn) {
			b.family()
			b.paid("o-1")
		}
		require.Equal(x, n, won(x, nil, together(n, func(i int) error { return refund(atOnce, i) })))
		for i := range n {
			require.NoError(x, refund(inTurn, i))
		}
		atOnce.sound()
		for _, id := range list[partner.ID]("alice", "bob", "cora") {
			require.Equal(x, balance(inTurn.trial, id), balance(x, id))
		}
	})
}

func recruitsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		b := x.branch(simplePlan)
		for i := range workers {
			b.add(person(i))
		}
		errs := together(workers, func(i int) error {
			_, err := b.Team.Recruit(b.ctx, program.Recruit{Partner: person(i), Recruiter: person((i + 1) % workers)})
			var cycle *tree.CycleError
			if errors.As(err, &cycle) {
				return errRing
			}
			return err
		})
		require.Equal(x, workers-1, won(x, errRing, errs))
		b.sound()
	})
}

func runsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		b := x.branch(simplePlan)
		b.family()
		const orders = 5
		for i := range orders {
			id := commission.OrderID(fmt.Sprintf("o-%d", i))
			b.paid(id)
			b.received(id)
		}
		b.now = b.now.AddDate(0, 0, 7)
		var released, numbered atomic.Int64
		run := func(int) error {
			out, err := b.RunDue(b.ctx, b.now)
			released.Add(int64(len(out.Released)))
			numbered.Add(int64(out.Numbered))
			if len(out.Failed) > 0 {
				err = errors.Join(err, out.Failed[0].Err)
			}
			return err
		}
		require.Equal(x, workers, won(x, nil, together(workers, run)))
		require.NoError(x, run(0), "what they have left to each other")
		require.Equal(x, int64(orders), released.Load())
		events := scan(x, store.Tx.Events, 0, 1000)
		require.Equal(x, int64(len(events)), numbered.Load())
		require.Empty(x, scan(x, store.Tx.UnnumberedEvents, "", 10))
		require.Empty(x, fold(x, 100, 9), "every row is folded")
		b.sound()
	})
}

func programmeTenants(x *trial) {
	first, second := x.of("first").branch(simplePlan), x.of("second").branch(levelsPlan)
	first.family()
	first.released("o-1")
	dump := first.dump()
	require.Empty(x, second.dump())
	second.family()
	second.released("o-1")
	second.withdrawn("w-1", "10.00")
	second.refunded("r-1", "o-1")
	sameText(x, dump, first.dump())
	first.sound()
	second.sound()
	out, err := first.Orders.Paid(first.ctx, first.order("o-2"))
	require.NoError(x, err)
	require.Equal(x, 1, out.Plan)
}
