package storetest

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var runSentences = []sentence{
	{"a run is saved with the revision above the stored one and any other is ErrStale", revisionedRuns.revisions},
	{"a stale run keeps the others of its call from being saved", revisionedRuns.staleInBatch},
	{"LockRuns leaves nothing of a run that does not exist", revisionedRuns.lockLeavesNothing},
	{"LockRuns returns a run as it is now, own writes too", revisionedRuns.lockNow},
	{"a run waits to be released while it is committed or reversed and has parts that are not", releasingStates},
	{"a run that is saved again waits to be released by what it is now", releasingAgain},
	{"ReleasingRuns goes by id, at most limit of them, and leaves out what is to be skipped", releasingInOrder},
}

func runAt(id settlement.RunID, revision int64) settlement.Run {
	r := sampleRun(id)
	r.Revision = revision
	return r
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
