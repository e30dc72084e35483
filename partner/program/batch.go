package program

import (
	"context"

	"github.com/fenrun/fenrun/partner/program/internal/ahead"
	"github.com/fenrun/fenrun/store"
)

// PaidOne is what became of one of several orders.
type PaidOne struct {
	Outcome Outcome
	Err     error // what [Orders.Paid] says of it; nil if it is posted
}

// ReceivedOne is what became of one of several receipts.
type ReceivedOne struct {
	Outcome ReceivedOutcome
	Err     error // what [Orders.Received] says of it; nil if it counts
}

// RefundedOne is what became of one of several refunds.
type RefundedOne struct {
	Outcome RefundOutcome
	Err     error // what [Orders.Refunded] says of it; nil if it is done
}

// PaidBatch is [Orders.Paid] for each of several orders, in the order given, and gives the same entries and balances as that one by one: those that can be
// are posted, and of each other one Err says why it is not. What they read and write goes to the store together, so that thousands cost little more calls
// than one.
//
// Config.Batch orders go into one transaction. Where that fails as a whole, its orders are posted one by one. In the shop's own transaction it cannot be done
// again: its error is returned, and the shop must roll back. Any other error is [ErrNoStore], or that of a context that is done: then the orders posted so far
// are posted, and telling of all of them again gives their outcomes.
func (o Orders) PaidBatch(ctx context.Context, orders []Order) ([]PaidOne, error) {
	return doAll(ctx, o.shell, orders, Order.paid, func(out Outcome, err error) PaidOne { return PaidOne{out, err} })
}

// ReceivedBatch is [Orders.Received] for each of several receipts, as [Orders.PaidBatch] is for orders.
func (o Orders) ReceivedBatch(ctx context.Context, receipts []Received) ([]ReceivedOne, error) {
	return doAll(ctx, o.shell, receipts, Received.received, func(out ReceivedOutcome, err error) ReceivedOne { return ReceivedOne{out, err} })
}

// RefundedBatch is [Orders.Refunded] for each of several refunds, as [Orders.PaidBatch] is for orders.
func (o Orders) RefundedBatch(ctx context.Context, refunds []Refund) ([]RefundedOne, error) {
	return doAll(ctx, o.shell, refunds, Refund.refunded, func(out RefundOutcome, err error) RefundedOne { return RefundedOne{out, err} })
}

// one is a task among others, with what became of it.
type one[T any] struct {
	task[T]
	token string
	out   *T
	err   *error
}

// doAll does several operations in the order given, many in one transaction, and says of each what became of it.
func doAll[In, T, One any](ctx context.Context, s *shell, ins []In, taskOf func(In) (task[T], error), say func(T, error) One) ([]One, error) {
	if s.store == nil {
		return nil, ErrNoStore
	}
	outs, errs := make([]T, len(ins)), make([]error, len(ins))
	var all []one[T]
	for i, in := range ins {
		t, err := taskOf(in)
		if err == nil {
			err = t.ready(s)
		}
		if errs[i] = err; err == nil {
			all = append(all, one[T]{t, s.config.NewID(), &outs[i], &errs[i]})
		}
	}
	for len(all) > 0 {
		n := min(len(all), s.config.Batch)
		if err := doTogether(ctx, s, all[:n]); err != nil {
			if s.joined || ctx.Err() != nil {
				return nil, err
			}
			s.config.Log.DebugContext(ctx, "a batch is done one by one", "operation", all[0].name, "error", err)
			if err := doEach(ctx, s, all[:n]); err != nil {
				return nil, err
			}
		}
		all = all[n:]
	}
	said := make([]One, len(ins))
	for i := range said {
		said[i] = say(outs[i], errs[i])
	}
	return said, nil
}

// doEach does operations one by one. The token of each is that of the attempt to do them together, so that one of which it took effect is known as its own.
func doEach[T any](ctx context.Context, s *shell, all []one[T]) error {
	for _, t := range all {
		if *t.out, *t.err = t.writeAs(ctx, s, t.token); ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// doTogether does operations in one transaction. An operation that is refused writes nothing and leaves the others alone; an error after it began to write
// is that of all.
func doTogether[T any](ctx context.Context, s *shell, all []one[T]) error {
	return s.store.Update(ctx, s.tenant, func(tx store.Tx) error {
		together, by := ahead.New(tx), s.sees()
		var none T
		return together.Do(ctx, len(all), func(i int) (wrote bool, err error) {
			*all[i].out = none
			return all[i].once(ctx, s, together, all[i].token, by, all[i].out)
		}, func(i int, wrote bool, err error) error {
			if err != nil && (wrote || ctx.Err() != nil) {
				return err
			}
			if *all[i].err = err; err != nil {
				*all[i].out = none
			}
			return nil
		})
	})
}
