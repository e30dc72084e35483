package settlement_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

var (
	june   = commission.Calendar{}.PeriodAt(commission.Monthly, noon)
	july   = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	writes = partner.Record{Recorded: july, Actor: "clerk"}
)

// fresh is a run that is not stored.
func fresh() settlement.Run {
	return settlement.Run{ID: settlement.NewRunID("team", june), Period: june, From: noon, To: july}
}

func lockOn(digest string, units int64) settlement.RunLock {
	return settlement.RunLock{Plan: 1, Digest: digest, Total: cny.Minor(units), Payees: 1, At: july, Record: writes}
}

func entry(payee partner.ID, units int64) commission.Entry {
	return commission.Entry{Rule: "tiers:team", Payee: payee, Amount: cny.Minor(units), Base: cny.Minor(units * 10)}
}

// ledger is a run with the rows that it has posted.
type ledger struct {
	t    *testing.T
	run  settlement.Run
	rows map[settlement.Source][]settlement.Row
}

func begin(t *testing.T) *ledger {
	return &ledger{t: t, run: fresh(), rows: map[settlement.Source][]settlement.Row{}}
}

func (l *ledger) lock(digest string, units int64, payees int) {
	l.t.Helper()
	in := lockOn(digest, units)
	in.Payees = payees
	next, err := l.run.Lock(in)
	require.NoError(l.t, err)
	l.run = next
}

// post posts the next part of what should be paid.
func (l *ledger) post(pays map[partner.ID]int64) []settlement.Row {
	l.t.Helper()
	var entries []commission.Entry
	for id, units := range pays {
		if l.run.Chunk(id) == l.run.Posted {
			entries = append(entries, entry(id, units))
		}
	}
	source := l.run.Source(l.run.Posted)
	next, rows, err := l.run.Post(entries, l.rows[source], july, writes)
	require.NoError(l.t, err)
	require.Equal(l.t, l.run.Revision+1, next.Revision)
	for _, row := range rows {
		require.Equal(l.t, source, row.Source)
		require.Equal(l.t, l.run.Round, row.Revision)
	}
	l.run, l.rows[source] = next, append(l.rows[source], rows...)
	return rows
}

func (l *ledger) postAll(pays map[partner.ID]int64) {
	l.t.Helper()
	for l.run.State == settlement.RunLocked || l.run.State == settlement.RunPosting {
		l.post(pays)
	}
}

func (l *ledger) release() {
	l.t.Helper()
	next, source, err := l.run.Release()
	require.NoError(l.t, err)
	l.run = next
	for i := range l.rows[source] {
		if row := &l.rows[source][i]; row.Released.IsZero() {
			row.Released = july
		}
	}
}

// sums are what a payee's rows make, pending and released.
func (l *ledger) sums(id partner.ID) (pending, released int64) {
	for _, rows := range l.rows {
		for _, row := range rows {
			units, _ := row.Amount.Units().Int64()
			switch {
			case row.Payee != id:
			case row.Released.IsZero():
				pending += units
			default:
				released += units
			}
		}
	}
	return pending, released
}

// stands brings a run of two parts into each state in which it can be.
var stands = map[string]func(*ledger){
	"not locked": func(*ledger) {},
	"locked":     func(l *ledger) { l.lock("a", 100, 2*settlement.RunChunk-1) },
	"posting":    func(l *ledger) { l.lock("a", 100, 2*settlement.RunChunk-1); l.post(nil) },
	"committed":  func(l *ledger) { l.lock("a", 100, 2*settlement.RunChunk-1); l.postAll(nil) },
	"released":   func(l *ledger) { l.lock("a", 100, 2*settlement.RunChunk-1); l.postAll(nil); l.release(); l.release() },
	"locked again": func(l *ledger) {
		l.lock("a", 100, 2*settlement.RunChunk-1)
		l.postAll(nil)
		l.release()
		l.lock("b", 50, 1)
	},
	"reversing, locked": func(l *ledger) { l.lock("a", 100, 2*settlement.RunChunk-1); l.postAll(nil); l.reverse() },
	"reversing":         func(l *ledger) { l.lock("a", 100, 2*settlement.RunChunk-1); l.postAll(nil); l.reverse(); l.post(nil) },
	"reversed": func(l *ledger) {
		l.lock("a", 100, 2*settlement.RunChunk-1)
		l.postAll(nil)
		l.reverse()
		l.postAll(nil)
	},
	"reversed, released": func(l *ledger) {
		l.lock("a", 100, 2*settlement.RunChunk-1)
		l.reverse()
		l.postAll(nil)
		l.release()
		l.release()
	},
}

func (l *ledger) reverse() {
	l.t.Helper()
	next, err := l.run.Reverse(july, writes)
	require.NoError(l.t, err)
	l.run = next
}

func TestEveryTransitionOfARunIsAllowedOrRefused(t *testing.T) {
	const same = "stays"
	type moves struct{ lock, lockSame, reverse, post, release string }
	const posting, committed, reversed = "posting", "committed", "reversed"
	for from, want := range map[string]moves{
		"not locked":         {lock: "locked, round 1", lockSame: "locked, round 1"},
		"locked":             {lock: "locked, round 1", lockSame: same, reverse: "locked, round 1", post: posting},
		"posting":            {lock: "locked, round 2", lockSame: same, reverse: "locked, round 2", post: committed},
		"committed":          {lock: "locked, round 2", lockSame: same, reverse: "locked, round 2", release: committed},
		"released":           {lock: "locked, round 2", lockSame: same, reverse: "locked, round 2"},
		"locked again":       {lock: "locked, round 2", lockSame: "locked, round 2", reverse: "locked, round 2", post: posting},
		"reversing, locked":  {post: posting},
		"reversing":          {post: reversed},
		"reversed":           {release: reversed},
		"reversed, released": {},
	} {
		for _, move := range []struct {
			name string
			want string
			to   settlement.RunState // in the refusal
			do   func(settlement.Run) (settlement.Run, error)
		}{
			{"lock", want.lock, settlement.RunLocked, func(r settlement.Run) (settlement.Run, error) { return r.Lock(lockOn("c", 70)) }},
			{"lock on the same", want.lockSame, settlement.RunLocked, func(r settlement.Run) (settlement.Run, error) { return r.Lock(lockOn("a", 100)) }},
			{"reverse", want.reverse, settlement.RunReversed, func(r settlement.Run) (settlement.Run, error) { return r.Reverse(july, writes) }},
			{"post", want.post, settlement.RunPosting, func(r settlement.Run) (settlement.Run, error) {
				next, _, err := r.Post(nil, nil, july, writes)
				return next, err
			}},
			{"release", want.release, settlement.RunCommitted, func(r settlement.Run) (settlement.Run, error) {
				next, _, err := r.Release()
				return next, err
			}},
		} {
			t.Run(from+", "+move.name, func(t *testing.T) {
				l := begin(t)
				stands[from](l)
				before := l.run
				next, err := move.do(before)
				require.Equal(t, before, l.run, "the run itself is not changed")
				switch move.want {
				case "":
					var state *settlement.RunStateError
					require.ErrorAs(t, err, &state)
					require.Equal(t, before.ID, state.Run)
					require.Equal(t, move.to, state.To)
					require.Equal(t, before, next)
					return
				case same:
					require.NoError(t, err)
					require.Equal(t, before, next)
					return
				}
				require.NoError(t, err)
				require.Equal(t, before.Revision+1, next.Revision)
				state, round, ok := strings.Cut(move.want, ", ")
				require.Equal(t, settlement.RunState(state), next.State)
				if !ok {
					require.Equal(t, before.Round, next.Round)
					return
				}
				require.Equal(t, round, fmt.Sprintf("round %d", next.Round))
				require.Zero(t, next.Posted)
				require.Zero(t, next.Released)
				require.Zero(t, next.CommittedAt)
				require.Equal(t, july, next.LockedAt)
				require.Equal(t, move.name == "reverse", next.Reverses)
				if before.Chunks > 0 {
					require.Equal(t, 2, next.Chunks, "the parts stay, however many it pays now")
				}
			})
		}
	}
}

func TestARunTellsWhereItStands(t *testing.T) {
	for _, c := range []struct {
		from settlement.RunState
		want string
	}{
		{"", "settlement: run team/2026-06 is not locked and cannot become posting"},
		{settlement.RunCommitted, "settlement: run team/2026-06 is committed and cannot become posting"},
	} {
		r := fresh()
		r.State = c.from
		_, _, err := r.Post(nil, nil, july, writes)
		require.EqualError(t, err, c.want)
	}
}

func TestARunIsReleasingFromTheMomentWhenAllOfItIsPosted(t *testing.T) {
	l := begin(t)
	pays := map[partner.ID]int64{"alice": 60, "bob": 40}
	l.lock("a", 100, 2*settlement.RunChunk-1)
	require.Equal(t, 2, l.run.Chunks)
	require.False(t, l.run.Releasing())
	l.post(pays)
	require.False(t, l.run.Releasing(), "a part that is posted waits for the others")
	require.Zero(t, l.run.CommittedAt)
	l.post(pays)
	require.Equal(t, settlement.RunCommitted, l.run.State, "the last part commits")
	require.Equal(t, july, l.run.CommittedAt)
	for chunk, source := range l.run.Sources() {
		require.True(t, l.run.Releasing())
		next, got, err := l.run.Release()
		require.NoError(t, err)
		require.Equal(t, source, got)
		require.Equal(t, settlement.Source{Kind: settlement.RunSource, ID: fmt.Sprintf("team/2026-06#%05d", chunk)}, got)
		l.run = next
	}
	require.False(t, l.run.Releasing())
}

func TestALaterRoundPostsOnlyDifferences(t *testing.T) {
	l := begin(t)
	l.lock("a", 100, 1)
	l.postAll(map[partner.ID]int64{"alice": 60, "bob": 40})
	rows := l.rows[l.run.Source(0)]
	require.Len(t, rows, 2)
	require.Equal(t, "team/2026-06@1", rows[0].Key)
	require.Empty(t, rows[0].Entries[0].Reason)
	l.lock("b", 120, 1)
	rows = l.post(map[partner.ID]int64{"alice": 60, "bob": 30, "cora": 30})
	require.Len(t, rows, 2, "alice has what she should have")
	require.Equal(t, partner.ID("bob"), rows[0].Payee)
	require.Equal(t, cny.Minor(-10), rows[0].Amount)
	require.True(t, rows[0].Released.IsZero(), "more than that is pending")
	require.Equal(t, commission.Recalculated, rows[0].Entries[0].Reason)
	require.Equal(t, cny.Minor(30), rows[1].Amount)
	require.Equal(t, "team/2026-06@2", rows[1].Key)
	l.lock("a", 100, 1)
	l.postAll(map[partner.ID]int64{"alice": 60, "bob": 40})
	require.Equal(t, int64(3), l.run.Round)
	for id, want := range map[partner.ID]int64{"alice": 60, "bob": 40, "cora": 0} {
		pending, released := l.sums(id)
		require.Equal(t, []int64{want, 0}, []int64{pending, released}, id)
	}
}

func TestWhatIsTakenBackBeyondWhatIsPendingComesReleased(t *testing.T) {
	l := begin(t)
	l.lock("a", 60, 1)
	l.postAll(map[partner.ID]int64{"bob": 60})
	l.release()
	l.lock("b", 50, 1)
	l.postAll(map[partner.ID]int64{"bob": 50})
	pending, released := l.sums("bob")
	require.Equal(t, []int64{0, 50}, []int64{pending, released}, "nothing of it is pending")
	row := l.rows[l.run.Source(0)][1]
	require.Equal(t, []time.Time{july, july}, []time.Time{row.Folded, row.Released})

	// 5 are posted, not released; then 55 are taken back: that is more than is pending.
	l.lock("c", 55, 1)
	l.postAll(map[partner.ID]int64{"bob": 55})
	pending, released = l.sums("bob")
	require.Equal(t, []int64{5, 50}, []int64{pending, released})
	l.lock("d", 0, 0)
	l.postAll(nil)
	pending, released = l.sums("bob")
	require.Equal(t, []int64{5, -5}, []int64{pending, released})
	l.release()
	pending, released = l.sums("bob")
	require.Equal(t, []int64{0, 0}, []int64{pending, released})
}

func TestReversingTakesBackWhatWasPosted(t *testing.T) {
	pays := map[partner.ID]int64{"alice": 60, "bob": 40, "cora": 1, "dora": 2}
	for name, before := range map[string]func(*ledger){
		"nothing":            func(*ledger) {},
		"the first part":     func(l *ledger) { l.post(pays) },
		"all":                func(l *ledger) { l.postAll(pays) },
		"all, released half": func(l *ledger) { l.postAll(pays); l.release() },
		"all, released":      func(l *ledger) { l.postAll(pays); l.release(); l.release() },
	} {
		l := begin(t)
		l.lock("a", 103, 2*settlement.RunChunk-1)
		before(l)
		l.reverse()
		require.Equal(t, cny.Minor(0), l.run.Total)
		require.Zero(t, l.run.Payees)
		l.postAll(nil)
		require.Equal(t, settlement.RunReversed, l.run.State, name)
		for id := range pays {
			pending, released := l.sums(id)
			require.Equal(t, int64(0), pending+released, "%s: %s", name, id)
			require.GreaterOrEqual(t, pending, int64(0), name)
		}
		for l.run.Releasing() {
			l.release()
		}
		for id := range pays {
			pending, _ := l.sums(id)
			require.Zero(t, pending, "%s: %s", name, id)
		}
	}
}

func TestPostRefusesAmountsThatCannotBeTakenFromEachOther(t *testing.T) {
	l := begin(t)
	l.lock("a", 100, 1)
	l.postAll(map[partner.ID]int64{"bob": 100})
	l.lock("b", 50, 1)
	standing := l.rows[l.run.Source(0)]
	other := standing[0].Clone()
	other.Entries[0].Amount = usd.Minor(5)
	next, rows, err := l.run.Post([]commission.Entry{entry("bob", 50)}, []settlement.Row{other}, july, writes)
	require.Error(t, err)
	require.Nil(t, rows)
	require.Equal(t, l.run, next)
}

// The rows of a payee must be found in one place for ever: these are numbers that a store has.
func TestThePartOfAPayeeIsTheSameForEver(t *testing.T) {
	for payee, want := range map[partner.ID][3]int{"alice": {0, 1, 3}, "bob": {0, 0, 0}, "cora": {0, 0, 2}, "分润": {0, 0, 0}} {
		for i, chunks := range []int{1, 2, 4} {
			r := fresh()
			r.Chunks = chunks
			require.Equal(t, want[i], r.Chunk(payee), "%s of %d", payee, chunks)
		}
	}
	require.Zero(t, fresh().Chunk("alice"), "a run without parts has one to come")
	for payees, chunks := range map[int]int{0: 1, 1: 1, settlement.RunChunk - 1: 1, settlement.RunChunk: 2, 20_000: 41} {
		l := begin(t)
		l.lock("a", 100, payees)
		require.Equal(t, chunks, l.run.Chunks, payees)
	}
	r := fresh()
	r.Chunks = 41
	each := make([]int, r.Chunks)
	for i := range 20_000 {
		each[r.Chunk(partner.ID(fmt.Sprintf("p-%05d", i)))]++
	}
	for chunk, n := range each {
		require.Less(t, n, 2*settlement.RunChunk, "part %d", chunk)
	}
}

// Whatever is locked, posted, released and reversed in whatever order: what was posted stands, and nothing is ever below 0 pending.
func TestARunStandsAsItShouldWhateverHappens(t *testing.T) {
	people := []partner.ID{"alice", "bob", "cora"}
	rapid.Check(t, func(rt *rapid.T) {
		l := begin(t)
		pays := map[partner.ID]int64{}
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			switch rapid.IntRange(0, 5).Draw(rt, "step") {
			case 0, 1:
				if l.run.Reverses {
					continue
				}
				next := map[partner.ID]int64{}
				total := int64(0)
				for _, id := range people {
					if n := rapid.SampledFrom([]int64{0, 5, 1, 60}).Draw(rt, string(id)); n > 0 {
						next[id] = n
						total += n
					}
				}
				l.lock(fmt.Sprint(next), total, 2*settlement.RunChunk-1)
				pays = next
			case 2, 3:
				if l.run.State == settlement.RunLocked || l.run.State == settlement.RunPosting {
					l.post(pays)
				}
			case 4:
				if l.run.Releasing() {
					l.release()
				}
			case 5:
				if l.run.State != "" && !l.run.Reverses && rapid.IntRange(1, 4).Draw(rt, "reverse") == 1 {
					l.reverse()
					pays = map[partner.ID]int64{}
				}
			}
			for _, id := range people {
				pending, released := l.sums(id)
				require.GreaterOrEqual(rt, pending, int64(0), "pending of %s", id)
				if l.run.State == settlement.RunCommitted || l.run.State == settlement.RunReversed {
					require.Equal(rt, pays[id], pending+released, "what %s has", id)
					if !l.run.Releasing() {
						require.Zero(rt, pending)
					}
				}
			}
		}
	})
}
