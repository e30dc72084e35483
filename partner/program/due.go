package program

import (
	"context"
	"fmt"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// Due is what a run did.
type Due struct {
	Posted   []commission.OrderID // queued orders that are posted
	Unposted []FailedOrder        // queued orders that are not: those that can never be are refused and wait no more, the others wait for the next run
	Numbered int                  // events that got their number
	Folded   int                  // rows added to balances
	Released []commission.OrderID // orders whose commission became available
	Vetoed   []VetoedOrder        // orders that are due and that [Hooks].Release or an open exchange kept pending; the next run asks again
	Parts    int                  // parts of committed period runs whose bonuses became available
	Failed   []FailedOrder        // orders that could not be released; the run passed over them

	FailedRuns []FailedRun // period runs of which a part could not be released; the run passed over them

	Forfeited      int             // rows by which the shop keeps what was pending of partners who have left
	FailedForfeits []FailedForfeit // partners of whom that could not be taken; the run passed over them

	Granted      []GrantChange // one-off bonuses that were paid or taken back
	FailedGrants []FailedGrant // users whose one-off bonuses could not be judged; the run passed over them
	Risen        []Rise        // who rose to higher levels by what others did, by what can no more come back, or, where the plan lets them, by such a bonus

	Promoted    []partner.ID // who became partners by what they reached, in order
	FailedFacts []FailedFact // events by which nobody could be judged; the run passed over them
	More        bool         // whether the run stopped at its bound with work left: call again
}

// FailedOrder is an order that could not be released, and why.
type FailedOrder struct {
	Order commission.OrderID
	Err   error
}

// VetoedOrder is an order that is due and stays pending, and why.
type VetoedOrder struct {
	Order  commission.OrderID
	Reason partner.Reason
}

// batches bounds one run: this many transactions of each kind.
const batches = 20

// RunDue does what is due at an instant (zero: now): it posts queued orders, takes what was pending of partners who have forfeited it by leaving, releases the
// orders whose hold is over and the parts of period runs that are committed, numbers events, counts by them what teams have sold, and judges by them who has
// reached what the plan asks, to become a partner or to rise to a level. Then it judges one-off bonuses, which so reach nothing in the same run, adds posted
// rows to the balances, and numbers the events of all that. It works in bounded transactions and stops at a bound, so that More asks for another call; it may
// be stopped at any point, and two may run at once. What cannot be released or judged is reported and neither stops nor repeats the others. The shop's
// scheduler calls it, every minute for example.
func (p *Program) RunDue(ctx context.Context, now time.Time) (Due, error) {
	if p.store == nil {
		return Due{}, ErrNoStore
	}
	if now.IsZero() {
		now = p.now()
	}
	r := dueRun{shell: p.shell, now: instant(now)}
	for _, step := range []func(context.Context) (bool, error){r.queue, r.forfeit, r.release, r.releaseRuns, r.number, r.tally, r.reach, r.judge, r.fold, r.number} {
		for n := 0; ; n++ {
			if n == batches {
				r.due.More = true
				break
			}
			more, err := step(ctx)
			if err != nil {
				return r.due, err
			}
			if !more {
				break
			}
		}
	}
	return r.due, nil
}

type dueRun struct {
	*shell
	now    time.Time
	due    Due
	skip   []commission.OrderID
	queued store.QueueCursor // the last order of the queue that was looked at

	runs []settlement.RunID // those of which a part could not be released

	users   []partner.ID // those whose one-off bonuses could not be judged, or are judged no more by this run
	leavers []partner.ID // those of whom what they forfeited could not be taken
}

// release releases one batch of due orders. A batch that is kept back as a whole is none: what the shop vetoes must not keep others from being released.
func (r *dueRun) release(ctx context.Context) (more bool, err error) {
	for {
		done := len(r.due.Released) + len(r.due.Failed)
		more, err := r.releaseBatch(ctx)
		if err != nil || !more || len(r.due.Released)+len(r.due.Failed) > done {
			return more, err
		}
	}
}

// releaseBatch asks about one batch of due orders and releases those that may be, and where that fails each of them alone.
func (r *dueRun) releaseBatch(ctx context.Context) (more bool, err error) {
	var ids []commission.OrderID
	var out outOfHold
	err = r.store.Update(ctx, r.tenant, func(tx store.Tx) error {
		c := r.call(ctx, tx)
		out = outOfHold{}
		if ids, err = tx.DueOrders(ctx, r.now, r.skip, r.config.Batch); err != nil || len(ids) == 0 {
			return err
		}
		out, err = c.release(ids, r.now)
		return err
	})
	if err == nil {
		r.count(out)
		return len(ids) == r.config.Batch, nil
	}
	if r.joined || len(ids) == 0 || ctx.Err() != nil {
		return false, err
	}
	for _, id := range ids {
		err := r.store.Update(ctx, r.tenant, func(tx store.Tx) error {
			out, err = r.call(ctx, tx).release([]commission.OrderID{id}, r.now)
			return err
		})
		if err != nil {
			if ctx.Err() != nil {
				return false, err
			}
			r.config.Log.WarnContext(ctx, "an order cannot be released", "order", id, "error", err)
			r.due.Failed = append(r.due.Failed, FailedOrder{Order: id, Err: err})
			r.skip = append(r.skip, id)
			continue
		}
		r.count(out)
	}
	return len(ids) == r.config.Batch, nil
}

// outOfHold is what became of orders that were due.
type outOfHold struct {
	released []commission.OrderID
	vetoed   []VetoedOrder
}

// count adds what became of orders. One that is kept back is not asked about again in this run.
func (r *dueRun) count(out outOfHold) {
	r.due.Released = append(r.due.Released, out.released...)
	r.due.Vetoed = append(r.due.Vetoed, out.vetoed...)
	for _, v := range out.vetoed {
		r.skip = append(r.skip, v.Order)
	}
}

func (r *dueRun) call(ctx context.Context, tx store.Tx) *call {
	return &call{shell: r.shell, ctx: ctx, tx: tx, at: r.now, token: r.config.NewID(), record: partner.Record{Recorded: r.shell.now()}}
}

// release makes the rows of orders available: it locks them, looks again whether they are due, asks the shop, marks the rows, and adds to the balances in
// partner order.
func (c *call) release(ids []commission.OrderID, now time.Time) (outOfHold, error) {
	orders, err := c.tx.LockOrders(c.ctx, ids)
	if err != nil {
		return outOfHold{}, err
	}
	var out outOfHold
	var due, vetoed []settlement.Order
	for _, o := range orders {
		if !o.Posted || !o.Released.IsZero() || o.ReleaseAt.IsZero() || o.ReleaseAt.After(now) {
			continue
		}
		veto, err := c.askRelease(o, now)
		if err != nil {
			return outOfHold{}, err
		}
		if veto != "" {
			out.vetoed = append(out.vetoed, VetoedOrder{Order: o.ID, Reason: veto})
			if o.Veto != veto {
				o.Veto = veto
				o.Revision++
				vetoed = append(vetoed, o)
			}
			continue
		}
		due, out.released = append(due, o), append(out.released, o.ID)
	}
	judged, err := c.atRelease(due)
	if err != nil {
		return outOfHold{}, err
	}
	if err := c.keepBack(vetoed); err != nil {
		return outOfHold{}, err
	}
	if len(due) > 0 {
		if err := c.makeAvailable(judged, now); err != nil {
			return outOfHold{}, err
		}
	}
	if len(c.events) == 0 {
		return out, nil
	}
	return out, c.tx.AppendEvents(c.ctx, c.events)
}

// keepBack writes why orders that are due stay pending.
func (c *call) keepBack(vetoed []settlement.Order) error {
	if len(vetoed) == 0 {
		return nil
	}
	if err := c.tx.SaveOrders(c.ctx, vetoed); err != nil {
		return err
	}
	for _, o := range vetoed {
		if err := c.emit("release_vetoed", string(o.ID), map[string]any{"reason": o.Veto}); err != nil {
			return err
		}
	}
	return nil
}

// makeAvailable writes orders that are released, with what judging some of them again changes, and what all their rows do to balances.
func (c *call) makeAvailable(judged []settlement.Posting, now time.Time) error {
	due, sources, rows := make([]settlement.Order, len(judged)), make([]settlement.Source, len(judged)), []settlement.Row(nil)
	for i, p := range judged {
		due[i], sources[i], rows = p.Order, settlement.OfOrder(p.Order.ID), append(rows, p.Rows...)
		due[i].Released = now
		due[i].Veto = ""
	}
	if err := c.tx.SaveOrders(c.ctx, due); err != nil {
		return err
	}
	if err := c.countAgain(judged); err != nil {
		return err
	}
	if err := c.markSettled(due); err != nil {
		return err
	}
	kept, err := c.forfeitsOf(judged, now)
	if err != nil {
		return err
	}
	if err := c.tx.AddRows(c.ctx, append(rows, kept...)); err != nil {
		return err
	}
	if err := c.tellForfeits(kept); err != nil {
		return err
	}
	if err := c.releaseRows(sources, now); err != nil {
		return err
	}
	for _, o := range due {
		if err := c.emit("order_released", string(o.ID), withAssets(o, map[string]any{"commission": o.Total})); err != nil {
			return err
		}
	}
	return nil
}

// changesByPayee adds up what rows, which stand by payee and currency, do to each payee's balances.
func changesByPayee(rows []settlement.Row, of func(*settlement.Row) settlement.Change) ([]settlement.Change, error) {
	var out []settlement.Change
	for i := range rows {
		c := of(&rows[i])
		c.Partner = rows[i].Payee
		n := len(out)
		if n == 0 || out[n-1].Partner != c.Partner || out[n-1].Currency() != c.Currency() {
			out = append(out, c)
			continue
		}
		var err error
		if out[n-1].Net, err = out[n-1].Net.Add(c.Net); err != nil {
			return nil, err
		}
		if out[n-1].Pending, err = out[n-1].Pending.Add(c.Pending); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// fold adds one batch of posted rows to the balances.
func (r *dueRun) fold(ctx context.Context) (more bool, err error) {
	folded := 0
	err = r.store.Update(ctx, r.tenant, func(tx store.Tx) error {
		rows, err := tx.FoldRows(ctx, r.config.Batch, r.now)
		if err != nil {
			return err
		}
		folded = len(rows)
		changes, err := changesByPayee(rows, func(row *settlement.Row) settlement.Change { return settlement.Change{Pending: row.Amount} })
		if err != nil {
			return err
		}
		return tx.ChangeBalances(ctx, changes)
	})
	if err != nil {
		return false, err
	}
	r.due.Folded += folded
	return folded == r.config.Batch, nil
}

// number gives one batch of events their numbers.
func (r *dueRun) number(ctx context.Context) (more bool, err error) {
	numbered := 0
	err = r.store.Update(ctx, r.tenant, func(tx store.Tx) error {
		numbered, err = tx.NumberEvents(ctx, r.config.Batch)
		return err
	})
	if err != nil {
		return false, err
	}
	r.due.Numbered += numbered
	return numbered == r.config.Batch, nil
}

// String says it in one line.
func (d Due) String() string {
	text := fmt.Sprintf("released %d orders and %d parts of period runs, folded %d rows, numbered %d events, %d failed",
		len(d.Released), d.Parts, d.Folded, d.Numbered, len(d.Failed)+len(d.FailedRuns)+len(d.FailedForfeits)+len(d.FailedGrants)+len(d.FailedFacts))
	if d.Forfeited > 0 {
		text += fmt.Sprintf(", %d rows forfeited", d.Forfeited)
	}
	if len(d.Promoted) > 0 {
		text += fmt.Sprintf(", %d became partners", len(d.Promoted))
	}
	if len(d.Granted) > 0 {
		text += fmt.Sprintf(", paid or took back %d one-off bonuses", len(d.Granted))
	}
	if len(d.Risen) > 0 {
		text += fmt.Sprintf(", %d rose to a higher level", len(d.Risen))
	}
	if len(d.Vetoed) > 0 {
		text += fmt.Sprintf(", %d kept back", len(d.Vetoed))
	}
	return text
}

// Events returns at most limit events with a number above after, in order of number: the feed for the shop's own listeners. Events get their number from
// RunDue; a reader that remembers the last number it has seen misses none.
func (p *Program) Events(ctx context.Context, after int64, limit int) ([]store.Event, error) {
	var out []store.Event
	err := p.view(ctx, func(tx store.Tx) error {
		var err error
		out, err = tx.Events(ctx, after, limit)
		return err
	})
	return out, err
}
