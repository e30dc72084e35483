package storetest

import (
	"errors"
	"sync/atomic"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// dividendRows are all rows of the dividend.
func (b *branch) dividendRows() []settlement.Row {
	b.Helper()
	run := b.run()
	all, err := flat(read(b.trial, store.Tx.Rows, run.Sources()), nil)
	return must(b, all, err)
}

// told counts the events of a kind.
func (b *branch) told(kind string) int {
	b.Helper()
	n := 0
	b.view(func(tx store.Tx) error {
		n = 0
		numbered, err := tx.Events(b.ctx, 0, 1000)
		if err != nil {
			return err
		}
		waiting, err := tx.UnnumberedEvents(b.ctx, "", 1000)
		for _, e := range append(numbered, waiting...) {
			if e.Kind == kind {
				n++
			}
		}
		return err
	})
	return n
}

func dividendAtOnce(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		b := x.branch(bonusPlan)
		b.sold()
		b.lockedRun()
		errs := together(workers, func(i int) error {
			if i%2 == 0 {
				_, err := b.Bonuses.Lock(b.ctx, b.dividend())
				if err != nil {
					return err
				}
			}
			_, err := b.Bonuses.Post(b.ctx, b.dividend())
			return err
		})
		require.Equal(x, workers, won(x, nil, errs))
		require.Len(x, b.dividendRows(), 3)
		require.Equal(x, settlement.RunCommitted, b.run().State)
		var parts atomic.Int64
		errs = together(workers, func(int) error {
			out, err := b.RunDue(b.ctx, b.now)
			parts.Add(int64(out.Parts))
			for _, failed := range out.FailedRuns {
				err = errors.Join(err, failed.Err)
			}
			return err
		})
		require.Equal(x, workers, won(x, nil, errs))
		b.due(0)
		require.Equal(x, 4, b.run().Released)
		require.LessOrEqual(x, parts.Load(), int64(4))
		require.Equal(x, 1, b.told("run_locked"))
		require.Equal(x, 1, b.told("run_committed"))
		paid := int64(0)
		for _, row := range b.dividendRows() {
			units, _ := row.Amount.Units().Int64()
			paid += units
			require.False(x, row.Released.IsZero())
		}
		require.Equal(x, int64(12407), paid, "10 % of 1,240.66, half up")
		b.sound()
	})
}

func reversedWhilePosted(x *trial) {
	x.contended(func(x *trial, workers, _ int) {
		b := x.branch(bonusPlan)
		b.sold()
		b.lockedRun()
		errs := together(workers, func(i int) error {
			if i%2 == 0 {
				_, err := b.Bonuses.Reverse(b.ctx, b.dividend())
				return err
			}
			_, err := b.Bonuses.Post(b.ctx, b.dividend())
			return err
		})
		require.Equal(x, workers, won(x, nil, errs))
		require.Equal(x, settlement.RunReversed, b.run().State)
		require.LessOrEqual(x, b.told("run_committed"), 1)
		require.Equal(x, 1, b.told("run_reversed"))
		b.due(0)
		b.sound()
		// The two orders' own commission is all that anybody has.
		require.Equal(x, list(int64(0), 6204, 12406), made(3, func(i int) int64 {
			has, err := balance(x, list[partner.ID]("alice", "bob", "cora")[i]).Earned()
			units, _ := must(b, has, err).Units().Int64()
			return units
		}))
	})
}
