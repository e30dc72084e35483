package storetest

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
)

var claimSentences = []sentence{
	{"the first claim of a key wins, and every later one gets the first one back, hash, fields and token", firstClaimWins},
	{"of two claims of one key in one call the first wins", claimTwiceInCall},
	{"a claim that was undone leaves its key free", claimUndone},
	{"the same key is free for another operation", claimByOperation},
	{"Claimed does not claim", claimedDoesNotClaim},
}

var eventSentences = []sentence{
	{"an event has no number until NumberEvents gives it one", eventsUnnumbered},
	{"NumberEvents goes on from the last number without a gap, at most limit at a time", numbersWithoutGap},
	{"numbers that were undone are given again", numbersUndone},
	{"what was committed first has the lower number, and events of one transaction keep their order", numbersInOrder},
	{"Events returns those above a number, in order", eventsAfter},
	{"an event that was undone is never numbered", eventUndone},
}

func firstClaimWins(x *trial) {
	first, second := sampleClaim("paid", "o-1", "t-1"), sampleClaim("paid", "o-1", "t-2")
	second.Hash, second.Fields, second.At = "another", "order=ffffffff;", day(9)
	same(x, list(first), change(x, store.Tx.Claim, list(first)))
	other := sampleClaim("paid", "o-2", "t-3")
	same(x, list(other, first), change(x, store.Tx.Claim, list(other, second)))
	same(x, list(first), change(x, store.Tx.Claim, list(second)))
	same(x, list(first), read(x, store.Tx.Claimed, list(second.ClaimKey)))
	x.update(func(tx store.Tx) error {
		third := sampleClaim("paid", "o-3", "t-4")
		if _, err := tx.Claim(x.ctx, list(third)); err != nil {
			return err
		}
		got, err := tx.Claim(x.ctx, list(sampleClaim("paid", "o-3", "t-5")))
		same(x, list(third), got, "within the transaction too")
		return err
	})
}

func claimTwiceInCall(x *trial) {
	first, second := sampleClaim("paid", "o-1", "t-1"), sampleClaim("paid", "o-1", "t-2")
	same(x, list(first, first), change(x, store.Tx.Claim, list(first, second)))
	same(x, list(first), read(x, store.Tx.Claimed, list(first.ClaimKey)))
}

func claimUndone(x *trial) {
	first, second := sampleClaim("paid", "o-1", "t-1"), sampleClaim("paid", "o-1", "t-2")
	x.refused(errRefused, func(tx store.Tx) error {
		if _, err := tx.Claim(x.ctx, list(first)); err != nil {
			return err
		}
		return errRefused
	})
	same(x, list(second), change(x, store.Tx.Claim, list(second)))
}

func claimByOperation(x *trial) {
	paid, refund := sampleClaim("paid", "o-1", "t-1"), sampleClaim("refund", "o-1", "t-2")
	same(x, list(paid, refund), change(x, store.Tx.Claim, list(paid, refund)))
	same(x, list(refund, paid), read(x, store.Tx.Claimed, list(refund.ClaimKey, paid.ClaimKey)))
}

func claimedDoesNotClaim(x *trial) {
	c := sampleClaim("paid", "o-1", "t-1")
	for range 2 {
		same(x, make([]store.Claim, 1), read(x, store.Tx.Claimed, list(c.ClaimKey)))
	}
	same(x, list(c), change(x, store.Tx.Claim, list(c)))
}

// appended appends events in one transaction.
func appended(x *trial, ids ...string) {
	x.Helper()
	events := make([]store.Event, len(ids))
	for i, id := range ids {
		events[i] = sampleEvent(id)
		events[i].Number = 77
	}
	write(x, store.Tx.AppendEvents, events)
}

func numbered(x *trial, limit int) int {
	x.Helper()
	return change(x, store.Tx.NumberEvents, limit)
}

// feed asserts which events have numbers: these, from 1 on.
func feed(x *trial, ids ...string) {
	x.Helper()
	got := []string{}
	for i, e := range scan(x, store.Tx.Events, 0, 1000) {
		require.Equal(x, int64(i)+1, e.Number)
		got = append(got, e.ID)
	}
	require.Equal(x, append([]string{}, ids...), got)
}

func eventsUnnumbered(x *trial) {
	appended(x, "e-1", "e-2")
	feed(x)
	waiting := scan(x, store.Tx.UnnumberedEvents, "", 10)
	require.Len(x, waiting, 2)
	require.Zero(x, waiting[0].Number)
	require.Equal(x, 2, numbered(x, 10))
	feed(x, "e-1", "e-2")
	require.Empty(x, scan(x, store.Tx.UnnumberedEvents, "", 10))
}

func numbersWithoutGap(x *trial) {
	require.Equal(x, 0, numbered(x, 10))
	appended(x, "e-1", "e-2", "e-3")
	require.Equal(x, 2, numbered(x, 2))
	feed(x, "e-1", "e-2")
	require.Equal(x, 1, numbered(x, 2))
	require.Equal(x, 0, numbered(x, 2))
	appended(x, "e-4")
	require.Equal(x, 1, numbered(x, 10))
	feed(x, "e-1", "e-2", "e-3", "e-4")
}

func numbersUndone(x *trial) {
	appended(x, "e-1", "e-2", "e-3")
	for range 3 {
		x.refused(errRefused, func(tx store.Tx) error {
			n, err := tx.NumberEvents(x.ctx, 2)
			if err != nil {
				return err
			}
			require.Equal(x, 2, n)
			return errRefused
		})
	}
	feed(x)
	require.Equal(x, 2, numbered(x, 2))
	x.refused(errRefused, func(tx store.Tx) error {
		if _, err := tx.NumberEvents(x.ctx, 2); err != nil {
			return err
		}
		return errRefused
	})
	require.Equal(x, 1, numbered(x, 2))
	feed(x, "e-1", "e-2", "e-3")
}

func numbersInOrder(x *trial) {
	appended(x, "z", "m")
	appended(x, "a", "Z", "b")
	x.update(func(tx store.Tx) error {
		for _, id := range list("y", "c") {
			if err := tx.AppendEvents(x.ctx, list(sampleEvent(id))); err != nil {
				return err
			}
		}
		return nil
	})
	for range 4 {
		numbered(x, 2)
	}
	feed(x, "z", "m", "a", "Z", "b", "y", "c")
}

func eventsAfter(x *trial) {
	var ids []string
	for n := range 12 {
		ids = append(ids, fmt.Sprintf("e-%d", n+1))
	}
	appended(x, ids...)
	numbered(x, 11)
	for after := int64(-1); after < 14; after++ {
		for _, limit := range list(1, 3, 100) {
			got := scan(x, store.Tx.Events, after, limit)
			first := max(after, 0)
			require.Len(x, got, int(max(0, min(int64(limit), 11-first))))
			for i, e := range got {
				require.Equal(x, first+int64(i)+1, e.Number)
				require.Equal(x, ids[e.Number-1], e.ID)
			}
		}
	}
}

func eventUndone(x *trial) {
	appended(x, "e-1")
	x.refused(errRefused, func(tx store.Tx) error {
		if err := tx.AppendEvents(x.ctx, list(sampleEvent("undone"))); err != nil {
			return err
		}
		if _, err := tx.NumberEvents(x.ctx, 10); err != nil {
			return err
		}
		return errRefused
	})
	appended(x, "e-2")
	require.Equal(x, 2, numbered(x, 10))
	feed(x, "e-1", "e-2")
}
