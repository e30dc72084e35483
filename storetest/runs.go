package storetest

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var runSentences = []sentence{
	{"a run is saved with the revision above the stored one and any other is ErrStale", runRevisions},
	{"a stale run keeps the others of its call from being saved", staleRunInBatch},
	{"LockRuns leaves nothing of a run that does not exist", lockLeavesNoRun},
	{"LockRuns returns a run as it is now, own writes too", lockRunNow},
	{"a run waits to be released while it is committed or reversed and has parts that are not", releasingStates},
	{"a run that is saved again waits to be released by what it is now", releasingAgain},
	{"ReleasingRuns goes by id, at most limit of them, and leaves out what is to be skipped", releasingInOrder},
}

func runAt(id settlement.RunID, revision int64) settlement.Run {
	r := sampleRun(id)
	r.Revision = revision
	return r
}

func runRevisions(x *trial) {
	save := func(n int64) func(store.Tx) error {
		return func(tx store.Tx) error { return tx.SaveRuns(x.ctx, list(runAt("r-1", n))) }
	}
	for stored := range int64(4) {
		for _, wrong := range list(stored-1, stored, stored+2, stored+10, 0) {
			x.refused(store.ErrStale, save(wrong))
		}
		x.update(save(stored + 1))
		require.Equal(x, stored+1, read(x, store.Tx.Runs, list[settlement.RunID]("r-1"))[0].Revision)
	}
	x.update(func(tx store.Tx) error {
		if err := save(5)(tx); err != nil {
			return err
		}
		return save(6)(tx)
	})
	x.refused(store.ErrStale, func(tx store.Tx) error {
		if err := save(7)(tx); err != nil {
			return err
		}
		return save(7)(tx)
	})
}

func staleRunInBatch(x *trial) {
	write(x, store.Tx.SaveRuns, list(runAt("r-2", 1)))
	x.refused(store.ErrStale, func(tx store.Tx) error {
		return tx.SaveRuns(x.ctx, list(runAt("r-1", 1), runAt("r-2", 1), runAt("r-3", 1)))
	})
}

func lockLeavesNoRun(x *trial) {
	x.update(func(tx store.Tx) error {
		got, err := tx.LockRuns(x.ctx, list[settlement.RunID]("r-1", "r-2"))
		same(x, list(settlement.Run{ID: "r-1"}, settlement.Run{ID: "r-2"}), got)
		return err
	})
	same(x, make([]settlement.Run, 2), read(x, store.Tx.Runs, list[settlement.RunID]("r-1", "r-2")))
	require.Empty(x, scan(x, store.Tx.ScanRuns, "", 10))
	require.Empty(x, releasing(x, 10))
	require.Empty(x, x.dump())
	write(x, store.Tx.SaveRuns, list(runAt("r-1", 1)))
}

func lockRunNow(x *trial) {
	x.update(func(tx store.Tx) error {
		for n := range int64(3) {
			locked, err := tx.LockRuns(x.ctx, list[settlement.RunID]("r-1"))
			if err != nil {
				return err
			}
			require.Equal(x, n, locked[0].Revision)
			if err := tx.SaveRuns(x.ctx, list(runAt("r-1", n+1))); err != nil {
				return err
			}
		}
		return nil
	})
	require.Equal(x, int64(3), change(x, store.Tx.LockRuns, list[settlement.RunID]("r-1"))[0].Revision)
}

func releasing(x *trial, limit int, skip ...settlement.RunID) []settlement.RunID {
	x.Helper()
	var got []settlement.RunID
	x.view(func(tx store.Tx) (err error) {
		got, err = tx.ReleasingRuns(x.ctx, skip, limit)
		return err
	})
	return got
}

// releasedRun is a run in a state, of whose three parts some are released.
func releasedRun(state settlement.RunState, released int) settlement.Run {
	r := sampleRun(settlement.RunID(fmt.Sprintf("%s, %d of 3 released", state, released)))
	r.State, r.Released = state, released
	return r
}

func releasingStates(x *trial) {
	var want []settlement.RunID
	for _, state := range list(settlement.RunCommitted, settlement.RunLocked, settlement.RunPosting, settlement.RunReversed) {
		for released := range 4 {
			r := releasedRun(state, released)
			write(x, store.Tx.SaveRuns, list(r))
			if r.Releasing() {
				want = append(want, r.ID)
			}
		}
	}
	require.Len(x, want, 6)
	require.Equal(x, want, releasing(x, 100))
}

func releasingAgain(x *trial) {
	r := sampleRun("r-1")
	for i, c := range []struct {
		state    settlement.RunState
		released int
		waits    bool
	}{
		{settlement.RunLocked, 0, false}, {settlement.RunPosting, 0, false}, {settlement.RunCommitted, 0, true}, {settlement.RunCommitted, 2, true},
		{settlement.RunCommitted, 3, false}, {settlement.RunLocked, 0, false}, {settlement.RunReversed, 1, true}, {settlement.RunReversed, 3, false},
	} {
		r.Revision, r.State, r.Released = int64(i+1), c.state, c.released
		x.update(func(tx store.Tx) error {
			if err := tx.SaveRuns(x.ctx, list(r)); err != nil {
				return err
			}
			got, err := tx.ReleasingRuns(x.ctx, nil, 10)
			require.Equal(x, c.waits, len(got) == 1, "in the transaction that saves it as %s, %d released", c.state, c.released)
			return err
		})
		require.Equal(x, c.waits, len(releasing(x, 10)) == 1, "%s, %d released", c.state, c.released)
	}
}

func releasingInOrder(x *trial) {
	write(x, store.Tx.SaveRuns, list(runAt("b", 1), runAt("a", 1), runAt("B", 1), runAt("a/1", 1), runAt("c", 1)))
	want := list[settlement.RunID]("B", "a", "a/1", "b", "c")
	for limit := range len(want) + 2 {
		require.Equal(x, append([]settlement.RunID{}, want[:min(limit, len(want))]...), append([]settlement.RunID{}, releasing(x, limit)...))
	}
	require.Equal(x, list[settlement.RunID]("B", "a/1", "c"), releasing(x, 10, "a", "b", "nothing"))
	require.Equal(x, list[settlement.RunID]("a/1"), releasing(x, 1, "B", "a"))
	require.Equal(x, list[settlement.RunID]("B", "a"), releasing(x, 2, "A"))
	require.Empty(x, releasing(x, 10, want...))
}
