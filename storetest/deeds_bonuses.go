package storetest

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var june2026 = may2026.Next()

// dividend is the run of bonusPlan's pool for June 2026.
func (b *branch) dividend() program.BonusRun {
	return program.BonusRun{Bonus: "dividend", Period: june2026, Actor: "clerk"}
}

// run is the dividend as it stands.
func (b *branch) run() settlement.Run {
	b.Helper()
	return read(b.trial, store.Tx.Runs, list(settlement.NewRunID("dividend", june2026)))[0]
}

// sold is a family that has sold something in June, which is over.
func (b *branch) sold() {
	b.Helper()
	b.family()
	b.paid("o-1")
	b.paid("o-2")
	b.now = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
}

// lockedRun locks the dividend, in more parts than it has payees: three are of one each, and the second is of nobody.
func (b *branch) lockedRun() {
	b.Helper()
	out, err := b.Bonuses.Lock(b.ctx, b.dividend())
	if run := must(b, out, err).Run; run.Round == 1 {
		run.Chunks = 4
		run.Revision++
		write(b.trial, store.Tx.SaveRuns, list(run))
	}
}

func (b *branch) postedRun() {
	b.Helper()
	b.lockedRun()
	out, err := b.Bonuses.Post(b.ctx, b.dividend())
	must(b, out, err)
}

// correctedRun is a dividend of which two parts were released when something came back.
func (b *branch) correctedRun() {
	b.Helper()
	b.sold()
	b.postedRun()
	b.releasePart()
	b.releasePart()
	b.refunded("r-1", "o-1")
}

// releasePart releases the next part of the dividend and no other, as RunDue does.
func (b *branch) releasePart() {
	b.Helper()
	next, source, err := b.run().Release()
	must(b, source, err)
	b.update(func(tx store.Tx) error {
		if err := tx.SaveRuns(b.ctx, list(next)); err != nil {
			return err
		}
		rows, err := tx.ReleaseRows(b.ctx, list(source), b.now)
		if err != nil {
			return err
		}
		return tx.ChangeBalances(b.ctx, made(len(rows), func(i int) settlement.Change {
			c := settlement.Change{Partner: rows[i].Payee, Net: rows[i].Amount}
			if !rows[i].Folded.IsZero() {
				c.Pending = rows[i].Amount.Neg()
			}
			return c
		}))
	})
}

func bonusDeeds() []deed {
	lock := func(ctx context.Context, b *branch) (any, error) { return b.Bonuses.Lock(ctx, b.dividend()) }
	post := func(ctx context.Context, b *branch) (any, error) { return b.Bonuses.Post(ctx, b.dividend()) }
	reverse := func(ctx context.Context, b *branch) (any, error) { return b.Bonuses.Reverse(ctx, b.dividend()) }
	due := func(ctx context.Context, b *branch) (any, error) { return b.RunDue(ctx, b.now) }
	return []deed{
		{"Bonuses.Lock", bonusPlan, (*branch).sold, lock, true},
		{"Bonuses.Lock of what is committed, on other facts", bonusPlan, (*branch).correctedRun, lock, true},
		{"Bonuses.Post", bonusPlan, func(b *branch) { b.sold(); b.lockedRun() }, post, true},
		{"Bonuses.Post of differences", bonusPlan, func(b *branch) { b.correctedRun(); b.lockedRun() }, post, true},
		{"Bonuses.Reverse of what is locked", bonusPlan, func(b *branch) { b.sold(); b.lockedRun() }, reverse, true},
		{"Bonuses.Reverse of what is released in part", bonusPlan, (*branch).correctedRun, reverse, true},
		{"RunDue that releases a period run", bonusPlan, func(b *branch) { b.sold(); b.postedRun() }, due, true},
		{"RunDue that releases the differences of a period run", bonusPlan, func(b *branch) { b.correctedRun(); b.postedRun() }, due, true},
	}
}
