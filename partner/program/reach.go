package program

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// FailedFact is an event by which nobody could be judged, and why. The run passed over it; what happens next judges those whom it concerns again.
type FailedFact struct {
	Event int64 // its number
	Err   error
}

// reachedReader is the name by which the store remembers up to which event those were judged whom it concerns.
const reachedReader = "reached"

// reach judges by one batch of events, in order of their numbers, those who can have reached something by what others did, as of the run: the line above a
// sale and above somebody who was brought, and the buyer of an order that can no more come back. Who is no partner may become one, who is one may rise to a
// level. A plan that asks for nothing of the kind reads no events; one that does later judges by those of before too. Where a batch fails, its events are
// taken one by one, and one at which the shop's own code fails is reported and passed over. Where anybody became a partner or rose, that is an event by which
// those above him are judged.
func (r *dueRun) reach(ctx context.Context) (more bool, err error) {
	before, last := r.reached(), -1
	for n := 0; n < r.config.Batch && err == nil && (n == 0 || more) && r.reached() > last; n++ {
		last = r.reached()
		more, err = r.reachBy(ctx, r.config.Batch, nil)
	}
	if r.passesOver(ctx, err) {
		more, err = r.reachEach(ctx)
	}
	if err != nil || r.reached() == before {
		return more, err
	}
	numbers := true
	for n := 0; numbers && err == nil && n < batches; n++ {
		numbers, err = r.number(ctx)
	}
	counting := true // what is not counted nobody is judged by
	for n := 0; counting && err == nil && n < batches; n++ {
		counting, err = r.tally(ctx)
	}
	return true, err
}

// reached is how often somebody became a partner or rose.
func (r *dueRun) reached() int { return len(r.due.Promoted) + len(r.due.Risen) }

// reachEach judges by as many events as a batch has, each in a transaction of its own.
func (r *dueRun) reachEach(ctx context.Context) (more bool, err error) {
	for range r.config.Batch {
		more, err = r.reachBy(ctx, 1, nil)
		if r.passesOver(ctx, err) {
			more, err = r.reachBy(ctx, 1, err)
		}
		if err != nil || !more {
			return more, err
		}
	}
	return more, nil
}

// passesOver reports whether an error is one of the shop's own code, which must not keep the other events from being read.
func (r *dueRun) passesOver(ctx context.Context, err error) bool {
	var hook *HookError
	return errors.As(err, &hook) && !r.joined && ctx.Err() == nil
}

// reachBy judges by at most limit events in one transaction, up to the first who becomes a partner or rises; where passed is an error, it passes over them.
func (r *dueRun) reachBy(ctx context.Context, limit int, passed error) (more bool, err error) {
	var out reachedOne
	var failed []FailedFact
	err = r.store.Update(ctx, r.tenant, func(tx store.Tx) error {
		out, failed, more = reachedOne{}, nil, false
		c := r.call(ctx, tx)
		c.at = c.edgeFrom() // what is recorded by now counts, wherever the run stands
		v, _, err := c.planAt("at", c.at)
		if errors.Is(err, ErrNoPlan) {
			return nil
		}
		if err != nil || !v.asksOthers() {
			return err
		}
		read, err := tx.LockReaders(ctx, []string{reachedReader})
		if err != nil {
			return err
		}
		events, err := tx.Events(ctx, read[0], limit)
		if err != nil {
			return err
		}
		if events, err = c.upToTallied(v, events); err != nil || len(events) == 0 {
			return err
		}
		last := events[len(events)-1].Number
		more = len(events) == limit
		if passed != nil {
			failed = append(failed, FailedFact{Event: last, Err: passed})
		} else {
			var upTo int64
			if out, upTo, err = c.reachedBy(v, events); err != nil {
				return err
			}
			more, last = more || upTo < last, upTo
		}
		if last > read[0] {
			if err := tx.SaveReaders(ctx, []store.Reader{{Name: reachedReader, Number: last}}); err != nil {
				return err
			}
		}
		return tx.AppendEvents(ctx, c.events)
	})
	if err != nil {
		return false, err
	}
	r.due.Promoted, r.due.Risen = append(r.due.Promoted, out.promoted...), append(r.due.Risen, out.rises...)
	r.due.FailedFacts = append(r.due.FailedFacts, failed...)
	return more, nil
}

// reachedOne is what became of the first who reached something.
type reachedOne struct {
	promoted []partner.ID
	rises    []Rise
}

func (o reachedOne) none() bool { return len(o.promoted) == 0 && len(o.rises) == 0 }

// concerned is somebody whom events concern.
type concerned struct {
	id    partner.ID
	event int64     // the number of the first of them
	told  time.Time // when the last of them was recorded
	waits bool      // whether he can still become a partner; else he is one and can rise
}

// reachedBy judges whom events concern, each once, in the order in which they first do, up to the first who reaches something, so that a transaction takes
// the locks of one. upTo is the number of the last event of which everybody was judged.
func (c *call) reachedBy(v *version, events []store.Event) (out reachedOne, upTo int64, err error) {
	all, err := c.concerned(v, events)
	if err != nil {
		return reachedOne{}, 0, err
	}
	if err := c.lockBuyers(all); err != nil {
		return reachedOne{}, 0, err
	}
	for i, x := range all {
		out, err := c.reachedOne(v, x)
		switch {
		case err != nil:
			return reachedOne{}, 0, err
		case !out.none() && i+1 < len(all):
			return out, all[i+1].event - 1, nil
		case !out.none():
			return out, events[len(events)-1].Number, nil
		}
	}
	return reachedOne{}, events[len(events)-1].Number, nil
}

// reachedOne judges one whom events concern. Who becomes a partner may rise at once. Who is one is locked only where he rises: of whom nobody knows that he
// has reached a level, the event of what he still lacked will tell.
func (c *call) reachedOne(v *version, x concerned) (out reachedOne, err error) {
	known := func(v *version, id partner.ID) *measured {
		who := c.measured(v, id)
		if v.plan.Rising.Reward != incentive.Cascade {
			who.judgedBy = x.told
		}
		return who
	}
	if x.waits {
		owner := func() (partner.ID, error) { return c.owner(partner.Customer(x.id), c.at) }
		promoted, err := c.judgeJoining(v, known(v, x.id), owner)
		if err != nil || !promoted {
			return reachedOne{}, err
		}
		out.promoted = []partner.ID{x.id}
	} else {
		now, err := c.partner(x.id, c.at)
		if err != nil {
			return reachedOne{}, err
		}
		who := known(v, x.id)
		if _, ok := v.plan.Levels.Reached(now.Level, who, c.config.Predicates); who.err != nil || !ok {
			return reachedOne{}, who.err
		}
	}
	out.rises, err = c.rise(known, x.id)
	return out, err
}

// lockBuyers takes the locks that keep two facts of one buyer from missing each other, of those who have bought.
func (c *call) lockBuyers(all []concerned) error {
	customers := make([]partner.Customer, len(all))
	for i, x := range all {
		customers[i] = partner.Customer(x.id)
	}
	slices.Sort(customers)
	spent, err := c.tx.Spent(c.ctx, customers)
	if err != nil {
		return err
	}
	var nothing []store.Spend
	for i, customer := range customers {
		if zero := spent[i].Currency().Minor(0); !spent[i].IsZero() {
			nothing = append(nothing, store.Spend{Customer: customer, Amount: zero})
		}
	}
	_, err = c.tx.AddSpend(c.ctx, nothing)
	return err
}

// concerned returns whom events concern and who can still reach something, each once, in the order in which they first do.
func (c *call) concerned(v *version, events []store.Event) ([]concerned, error) {
	lines, err := c.concernedLines(v, events)
	if err != nil {
		return nil, err
	}
	var all []concerned
	var ids []partner.ID
	place := map[partner.ID]int{}
	for i, line := range lines {
		for _, id := range line {
			at, seen := place[id]
			if !seen {
				at, place[id] = len(all), len(all)
				all, ids = append(all, concerned{id: id, event: events[i].Number}), append(ids, id)
			}
			if told := events[i].Recorded; told.After(all[at].told) {
				all[at].told = told
			}
		}
	}
	facts, err := c.tx.Facts(c.ctx, ids)
	if err != nil {
		return nil, err
	}
	can := all[:0]
	for i, x := range all {
		state := partner.At(facts[i], c.at)
		x.waits = v.plan.Joining.Waits(state.Status)
		if x.waits && !v.plan.Joining.Asked().IsZero() || state.Rises() && v.plan.Levels.Rise() {
			can = append(can, x)
		}
	}
	return can, nil
}

// told is what an event says of whom it concerns.
type told struct {
	Owner, To, Recruiter partner.ID
	Reason               partner.Reason
}

// concernedLines returns of each event whom it concerns: those above whoever sold, as of the payment, those above whoever brought somebody or rose, as of
// now, the buyer of an order that is paid or released, and, where rewards cascade, who was paid one. A buyer is judged when he pays too, but before his first
// order there is nothing to lock him by: what others do at that moment his event tells.
func (c *call) concernedLines(v *version, events []store.Event) ([][]partner.ID, error) {
	orders, err := c.ordersOf(events)
	if err != nil {
		return nil, err
	}
	lines := make([][]partner.ID, len(events))
	var queries []store.UplineQuery
	var of []int // which event a query belongs to
	above := func(i int, id partner.ID, at time.Time) {
		if id != "" {
			queries, of = append(queries, store.UplineQuery{Start: id, At: at}), append(of, i)
		}
	}
	for i, e := range events {
		switch e.Kind {
		case "order_paid", "order_received", "order_released", "order_attributed":
			o := orders[commission.OrderID(e.Subject)]
			if e.Kind == "order_paid" || e.Kind == "order_released" {
				lines[i] = []partner.ID{partner.ID(o.Customer)}
			}
			above(i, o.Attributed.Partner, o.PaidAt)
		case "customer_bind", "customer_transferred", "partner_recruited", "partner_moved":
			var x told
			if err := json.Unmarshal(e.Data, &x); err != nil {
				return nil, err
			}
			if x.Reason == "" {
				for _, id := range []partner.ID{x.Owner, x.To, x.Recruiter} {
					above(i, id, c.at)
				}
			}
		case "grant_paid":
			if v.plan.Rising.Reward == incentive.Cascade {
				lines[i] = []partner.ID{partner.ID(e.Subject)}
			}
		case "level_reached":
			above(i, partner.ID(e.Subject), c.at)
		default:
			if strings.HasPrefix(e.Kind, "partner_") { // he has become one, or renewed, or was given a level
				above(i, partner.ID(e.Subject), c.at)
			}
		}
	}
	found, err := c.tx.Uplines(c.ctx, queries)
	for k, line := range found {
		lines[of[k]] = append(lines[of[k]], line...)
	}
	return lines, err
}

// ordersOf reads the orders that events are about.
func (c *call) ordersOf(events []store.Event) (map[commission.OrderID]settlement.Order, error) {
	var ids []commission.OrderID
	for _, e := range events {
		switch e.Kind {
		case "order_paid", "order_received", "order_released", "order_attributed":
			ids = append(ids, commission.OrderID(e.Subject))
		}
	}
	orders, err := c.tx.Orders(c.ctx, ids)
	if err != nil {
		return nil, err
	}
	found := make(map[commission.OrderID]settlement.Order, len(ids))
	for i, o := range orders {
		found[ids[i]] = o
	}
	return found, nil
}

// asksOthers reports whether what a plan asks of somebody can be reached by what others do, or by an order that can no more come back: by what is judged after
// the event.
func (v *version) asksOthers() bool {
	asks := false
	v.plan.conditions(func(_ string, c *partner.Condition) {
		asks = asks || c.Own != nil || c.Metric.Node == partner.AfterSaleOver
		if c.Metric != nil {
			switch c.Metric.Name {
			case partner.MetricVolume, partner.MetricSales, partner.MetricEarned:
				asks = true
			case partner.MetricMemberLevel:
			default:
				asks = asks || c.Metric.Scope != partner.Own
			}
		}
	})
	return asks
}
