package program

import (
	"context"
	"errors"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// Bonuses runs the period bonuses of the plan. A run is previewed as often as wanted, locked when its period is over, and posted; what was posted is
// released by RunDue once all of it is. When the facts of the period change later, by a refund most often, it is locked and posted again, and only the
// differences are posted, at the time when they are. A run needs no key: its state says what has been done, and the same again changes nothing.
type Bonuses struct{ *shell }

// BonusRun names a run: a bonus of the plan, and one of its periods.
type BonusRun struct {
	Bonus  string
	Period commission.Period
	Actor  string // who causes it
	Reason string
}

// RunOutcome is what a run pays.
type RunOutcome struct {
	Run     settlement.Run // as it stands; without a state where nothing is locked
	Entries []commission.Entry
	Unpaid  []commission.Unpaid
	Total   money.Amount
	Kept    money.Amount     // what of a pool nobody gets
	Changes []PayeeChange    // by which what stands would become what it pays
	Plan    int              // the version of the plan that judges it
	Bonus   commission.Bonus // as that plan has it
}

// ErrRunChanged says that a run would pay something else than was locked: it has to be looked at and locked again.
var ErrRunChanged = errors.New("program: the facts of the period have changed since the run was locked")

// Preview works out what a run pays by what is known now, and by which changes what stands would become that. It writes nothing. It is a
// [*NotFoundError] for a bonus that the plan in force at the end of the period does not have.
func (b Bonuses) Preview(ctx context.Context, in BonusRun) (RunOutcome, error) {
	x, err := b.compute(ctx, in)
	if err != nil {
		return RunOutcome{}, err
	}
	return x.outcome()
}

// Lock fixes what a run pays. The period must be over. A run that is committed on the same facts is left as it is.
func (b Bonuses) Lock(ctx context.Context, in BonusRun) (RunOutcome, error) {
	x, err := b.compute(ctx, in)
	if err != nil {
		return RunOutcome{}, err
	}
	if now := b.now(); now.Before(x.to) {
		return RunOutcome{}, &MetaError{Field: "period", Problem: "it is over at " + x.to.Format(time.RFC3339) + ", and a run is locked after that"}
	}
	lock := settlement.RunLock{Plan: x.version.stored.Version, Digest: x.digest, Total: x.total, Payees: x.payees}
	err = b.onRun(ctx, in, func(c *call, run settlement.Run) error {
		lock.At, lock.Record = c.record.Recorded, c.record
		run.Period, run.From, run.To = in.Period, x.from, x.to
		locked, err := run.Lock(lock)
		if x.run = locked; err != nil || locked.Revision == run.Revision {
			return err
		}
		if err := c.tx.SaveRuns(ctx, []settlement.Run{locked}); err != nil {
			return err
		}
		return c.emit("run_locked", string(locked.ID), map[string]any{"round": locked.Round, "total": locked.Total, "payees": locked.Payees})
	})
	if err != nil {
		return RunOutcome{}, err
	}
	return x.outcome()
}

// Post posts a locked run, part by part, each in a transaction of its own, and commits it with the last. It may be stopped at any point and called again,
// and two may run at once. It is [ErrRunChanged] where the run would pay something else by now than what was locked, and a [*settlement.RunStateError]
// for a run that is not locked; a committed one is left as it is, and one that is reversed goes on to take back what it has posted.
func (b Bonuses) Post(ctx context.Context, in BonusRun) (RunOutcome, error) {
	x, err := b.toPost(ctx, in)
	if err != nil {
		return RunOutcome{}, err
	}
	if err := b.post(ctx, in, x); err != nil {
		return RunOutcome{}, err
	}
	return x.outcome()
}

// toPost is a run with what it pays: what the facts of the period say, or nothing where it is being reversed.
func (b Bonuses) toPost(ctx context.Context, in BonusRun) (*bonusRun, error) {
	if err := b.check(in); err != nil {
		return nil, err
	}
	reverses := false
	err := b.view(ctx, func(tx store.Tx) error {
		runs, err := tx.Runs(ctx, []settlement.RunID{settlement.NewRunID(in.Bonus, in.Period)})
		reverses = err == nil && runs[0].Reverses
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case reverses:
		return b.locked(ctx, in)
	}
	return b.compute(ctx, in)
}

func (b Bonuses) post(ctx context.Context, in BonusRun, x *bonusRun) error {
	var parts [][]commission.Entry
	for done := false; !done; {
		err := b.onRun(ctx, in, func(c *call, run settlement.Run) error {
			x.run = run
			if done = run.State == settlement.RunCommitted || run.State == settlement.RunReversed; done {
				return nil
			}
			// A step of its own, so that what is taken back is taken from what was forfeited before.
			if taken, err := c.forfeitPart(run); err != nil || taken {
				return err
			}
			if run.Reverses { // which somebody else can have begun since the part before
				return c.postPart(x, nil)
			}
			if run.State != "" && run.Digest != x.digest {
				return ErrRunChanged
			}
			if parts == nil {
				parts = x.parts(run)
			}
			return c.postPart(x, parts)
		})
		if err != nil {
			return err
		}
	}
	if x.run.Reverses {
		x.empty()
	}
	return nil
}

// forfeitPart takes what was forfeited of what is pending of the part of a run that is posted next, and reports whether there was any.
func (c *call) forfeitPart(run settlement.Run) (taken bool, err error) {
	if run.State != settlement.RunLocked && run.State != settlement.RunPosting {
		return false, nil
	}
	run.Revision++
	kept, err := c.forfeits(c.record.Recorded, payingPart(&run, run.Source(run.Posted), nil))
	if err != nil || len(kept) == 0 {
		return false, err
	}
	return true, inTurn(
		func() error { return c.tx.SaveRuns(c.ctx, []settlement.Run{run}) },
		func() error { return c.addRows(kept) },
		func() error { return c.tellForfeits(kept) })
}

// postPart posts the next part of a run.
func (c *call) postPart(x *bonusRun, parts [][]commission.Entry) error {
	run := x.run
	standing, err := c.tx.Rows(c.ctx, []settlement.Source{run.Source(run.Posted)})
	if err != nil {
		return err
	}
	var entries []commission.Entry
	if run.Posted < len(parts) {
		entries = parts[run.Posted]
	}
	posted, rows, err := run.Post(entries, standing[0], c.record.Recorded, c.record)
	if err != nil {
		return err
	}
	if err := c.tx.SaveRuns(c.ctx, []settlement.Run{posted}); err != nil {
		return err
	}
	kept, err := c.forfeits(c.record.Recorded, payingPart(&posted, run.Source(run.Posted), rows))
	if err != nil {
		return err
	}
	if err := c.addRows(append(rows, kept...)); err != nil {
		return err
	}
	if err := c.tellForfeits(kept); err != nil {
		return err
	}
	x.run = posted
	if posted.Posted < posted.Chunks {
		return nil
	}
	return c.emit("run_"+string(posted.State), string(posted.ID), map[string]any{"round": posted.Round, "total": posted.Total, "payees": posted.Payees})
}

// Reverse takes back all that a run has posted and ends it, whatever the period has come to since. It is a [*settlement.RunStateError] for a run that was
// never locked.
func (b Bonuses) Reverse(ctx context.Context, in BonusRun) (RunOutcome, error) {
	x, err := b.locked(ctx, in)
	if err != nil {
		return RunOutcome{}, err
	}
	err = b.onRun(ctx, in, func(c *call, run settlement.Run) error {
		if run.Reverses {
			return nil
		}
		reversed, err := run.Reverse(c.record.Recorded, c.record)
		if err != nil {
			return err
		}
		return c.tx.SaveRuns(ctx, []settlement.Run{reversed})
	})
	if err != nil {
		return RunOutcome{}, err
	}
	if err := b.post(ctx, in, x); err != nil {
		return RunOutcome{}, err
	}
	return x.outcome()
}

// All returns at most limit runs that come after one, in order of id; "" begins.
func (b Bonuses) All(ctx context.Context, after settlement.RunID, limit int) ([]settlement.Run, error) {
	var out []settlement.Run
	err := b.view(ctx, func(tx store.Tx) error {
		var err error
		out, err = tx.ScanRuns(ctx, after, limit)
		return err
	})
	return out, err
}

// onRun does something to a run under its lock, in a transaction.
func (b Bonuses) onRun(ctx context.Context, in BonusRun, fn func(*call, settlement.Run) error) error {
	token := b.config.NewID()
	var err error
	for range attempts {
		err = b.store.Update(ctx, b.tenant, func(tx store.Tx) error {
			now := b.now()
			c := &call{shell: b.shell, ctx: ctx, tx: tx, at: now, token: token, record: partner.Record{Recorded: now, Actor: in.Actor, Reason: in.Reason}}
			runs, err := tx.LockRuns(ctx, []settlement.RunID{settlement.NewRunID(in.Bonus, in.Period)})
			if err != nil {
				return err
			}
			if err := fn(c, runs[0]); err != nil {
				return err
			}
			return tx.AppendEvents(ctx, c.events)
		})
		if b.joined || !errors.Is(err, store.ErrUnknown) && !errors.Is(err, store.ErrStale) {
			break
		}
		if errors.Is(err, store.ErrUnknown) {
			token = b.config.NewID() // an event of this token may stand already
		}
	}
	return err
}
