package main

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner/program"
)

// waiting are orders or refunds, in order of time, of which the programme is told together: nothing else happens between them. What is asked of a partner or
// a recruit is told of alone, and what waits before it.
type waiting struct {
	most    int // how many at once; 1: each as it happens
	orders  []program.Order
	after   []func(*program.Outcome) // what is done with the outcome of each order
	refunds []program.Refund
}

// pay tells the programme of a paid order, at the latest before anything else happens. After sees the outcome where it is posted.
func (p *player) pay(ctx context.Context, o *program.Order, after func(*program.Outcome)) error {
	if len(p.refunds) > 0 {
		if err := p.tell(ctx); err != nil {
			return err
		}
	}
	p.orders, p.after = append(p.orders, *o), append(p.after, after)
	if len(p.orders) < p.most {
		return nil
	}
	return p.tell(ctx)
}

// refund is pay for a refund.
func (p *player) refund(ctx context.Context, r *program.Refund) error {
	if len(p.orders) > 0 {
		if err := p.tell(ctx); err != nil {
			return err
		}
	}
	p.refunds = append(p.refunds, *r)
	if len(p.refunds) < p.most {
		return nil
	}
	return p.tell(ctx)
}

// tell tells the programme of all that waits, at the time of the last of it. Each that is refused is a difference.
func (p *player) tell(ctx context.Context) error {
	w, now := p.waiting, p.now
	p.waiting = waiting{most: w.most}
	defer func() { p.now = now }()
	p.events += len(w.orders) + len(w.refunds)
	if len(w.orders) > 0 {
		p.now = w.orders[len(w.orders)-1].PaidAt
		paid, err := p.paid(ctx, w.orders)
		if err != nil {
			return err
		}
		for i, one := range paid {
			if one.Err != nil {
				p.refused(w.orders[i].PaidAt, one.Err)
			} else {
				w.after[i](&one.Outcome)
			}
		}
	}
	if len(w.refunds) > 0 {
		p.now = w.refunds[len(w.refunds)-1].At
		refunded, err := p.refunded(ctx, w.refunds)
		if err != nil {
			return err
		}
		for i, one := range refunded {
			if one.Err != nil {
				p.refused(w.refunds[i].At, one.Err)
			}
		}
	}
	return nil
}

func (p *player) refused(at time.Time, err error) {
	p.differ("refused at %s: %v", at.Format(time.RFC3339), err)
}

// paid tells the programme of orders: of one as a shop does it that has one, of several as one that has many.
func (p *player) paid(ctx context.Context, orders []program.Order) ([]program.PaidOne, error) {
	if len(orders) > 1 {
		return p.Orders.PaidBatch(ctx, orders)
	}
	outcome, err := p.Orders.Paid(ctx, orders[0])
	return []program.PaidOne{{Outcome: outcome, Err: err}}, nil
}

// refunded is paid for refunds.
func (p *player) refunded(ctx context.Context, refunds []program.Refund) ([]program.RefundedOne, error) {
	if len(refunds) > 1 {
		return p.Orders.RefundedBatch(ctx, refunds)
	}
	outcome, err := p.Orders.Refunded(ctx, refunds[0])
	return []program.RefundedOne{{Outcome: outcome, Err: err}}, nil
}
