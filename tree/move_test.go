package tree_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

// snapshots is a team as naive as can be: who stands below whom on each day, as a map a day.
type snapshots [12]map[partner.ID]partner.ID

// put writes an edge from a day on until the partner's next edge, and returns what was there.
func (s *snapshots) put(id, recruiter partner.ID, from, until int) (undo func()) {
	var before [12]partner.ID
	for day := from; day < until; day++ {
		before[day] = s[day][id]
		s[day][id] = recruiter
	}
	return func() {
		for day := from; day < until; day++ {
			s[day][id] = before[day]
		}
	}
}

func (s *snapshots) ring(from int) bool {
	for _, up := range s[from:] {
		for id := range up {
			at, steps := up[id], 0
			for ; at != "" && steps <= len(up); steps++ {
				at = up[at]
			}
			if at != "" {
				return true
			}
		}
	}
	return false
}

func TestRule_3_11_AfterAnyMovesATeamIsWhatAMapForEachDaySays(t *testing.T) {
	ids := []partner.ID{"a", "b", "c", "d", "e", "f"}
	rapid.Check(t, func(t *rapid.T) {
		team := tree.NewTeam()
		var days snapshots
		for i := range days {
			days[i] = map[partner.ID]partner.ID{}
		}
		begun := map[partner.ID][]int{}
		for range rapid.IntRange(0, 25).Draw(t, "moves") {
			id, recruiter := rapid.SampledFrom(ids).Draw(t, "partner"), rapid.SampledFrom(append(ids, "")).Draw(t, "recruiter")
			from, until := rapid.IntRange(0, 11).Draw(t, "from"), 12
			for _, other := range begun[id] {
				if other > from {
					until = min(until, other)
				}
			}
			undo := days.put(id, recruiter, from, until)
			closes := days.ring(from)
			err := team.Move(tree.Edge{Partner: id, Recruiter: recruiter, From: day(from)})
			var cycle *tree.CycleError
			if got := errors.Is(err, tree.ErrSelf) || errors.As(err, &cycle); got != closes {
				t.Fatalf("%s below %q from %d until %d: closes a ring %v, got %v", id, recruiter, from, until, closes, err)
			}
			if closes {
				undo()
			} else {
				begun[id] = append(begun[id], from)
			}
			for n, up := range days {
				for _, at := range []time.Time{day(n), day(n).Add(time.Microsecond), day(n + 1).Add(-time.Microsecond)} {
					for _, id := range ids {
						line := []partner.ID{id}
						for next := up[id]; next != ""; next = up[next] {
							line = append(line, next)
						}
						if got := team.Uplines(id, at, 0); !slices.Equal(got, line) {
							t.Fatalf("the line of %s on day %d is %v, want %v", id, n, got, line)
						}
						var recruits []partner.ID
						for _, other := range ids {
							if up[other] == id {
								recruits = append(recruits, other)
							}
						}
						if got := team.Recruits(id, at); !slices.Equal(got, recruits) {
							t.Fatalf("below %s on day %d stand %v, want %v", id, n, got, recruits)
						}
					}
				}
			}
		}
	})
}

func TestRule_1_26_AMoveToComeIsNeverMadeARing(t *testing.T) {
	team := tree.NewTeam()
	require.NoError(t, team.Add(tree.Edge{Partner: "c", Recruiter: "b", From: day(1)}))
	require.NoError(t, team.Move(tree.Edge{Partner: "b", Recruiter: "a", From: day(10)}))
	require.NoError(t, team.Move(tree.Edge{Partner: "d", Recruiter: "c", From: day(1)}))
	err := team.Move(tree.Edge{Partner: "a", Recruiter: "d", From: day(5)})
	var cycle *tree.CycleError
	require.ErrorAs(t, err, &cycle)
	require.Equal(t, tree.CycleError{Partner: "a", Recruiter: "d", At: day(10)}, *cycle)
	require.ErrorContains(t, err, "2026-06-11T00:00:00Z")
	require.Len(t, team.Edges("a"), 0, "nothing was changed")
	require.NoError(t, team.Move(tree.Edge{Partner: "b", Recruiter: "", From: day(10)}), "moving the other one otherwise lifts it")
	require.NoError(t, team.Move(tree.Edge{Partner: "a", Recruiter: "d", From: day(5)}))
	require.Equal(t, []partner.ID{"a", "d", "c", "b"}, team.Uplines("a", day(10), 0))
	require.Len(t, team.Edges("b"), 2, "all edges are kept")
}

func TestRule_3_14_OfEdgesTheLastBegunHolds(t *testing.T) {
	edges := []tree.Edge{{Recruiter: "late", From: day(5), Seq: 2}, {Recruiter: "first", From: day(1), Seq: 1}, {Recruiter: "", From: day(5), Seq: 4}, {Recruiter: "middle", From: day(3), Seq: 3}}
	for at, want := range map[time.Time]partner.ID{
		day(1).Add(-1): "", day(1): "first", day(3).Add(-1): "first", day(3): "middle", day(5).Add(-1): "middle", day(5): "", day(99): "",
	} {
		require.Equal(t, want, tree.RecruiterAt(edges, at), "at %s", at)
		_, ok := tree.EdgeAt(edges, at)
		require.Equal(t, want != "", ok)
	}
	require.Equal(t, day(3), tree.NextAfter(edges, day(1)))
	require.Equal(t, day(1), tree.NextAfter(edges, day(1).Add(-1)))
	require.True(t, tree.NextAfter(edges, day(5)).IsZero())
}

func TestWhoLosesAndWhoGainsABranch(t *testing.T) {
	for _, c := range []struct {
		was, is    []partner.ID
		lose, gain []partner.ID
	}{
		{[]partner.ID{"b", "a"}, []partner.ID{"c", "a"}, []partner.ID{"b"}, []partner.ID{"c"}},
		{[]partner.ID{"b", "a"}, nil, []partner.ID{"b", "a"}, nil}, {nil, []partner.ID{"a"}, nil, []partner.ID{"a"}},
		{[]partner.ID{"b", "a"}, []partner.ID{"a"}, []partner.ID{"b"}, nil},
	} {
		require.Equal(t, tree.Loss{Lose: c.lose, Gain: c.gain}, tree.Compare(c.was, c.is))
	}
}

func TestALongLineIsMoved(t *testing.T) {
	const n = 20_000
	name := func(i int) partner.ID { return partner.ID(fmt.Sprint(i)) }
	var edges []tree.Edge
	for i := 1; i < n; i++ {
		edges = append(edges, tree.Edge{Partner: name(i), Recruiter: name(i - 1), From: day(0)})
	}
	team := tree.TeamOf(edges)
	require.NoError(t, team.Move(tree.Edge{Partner: name(1), Recruiter: "top", From: day(1)}))
	require.Len(t, team.Uplines(name(n-1), day(1), 0), n)
	require.Equal(t, partner.ID("top"), team.Uplines(name(n-1), day(1), 0)[n-1])
	var cycle *tree.CycleError
	require.ErrorAs(t, team.Move(tree.Edge{Partner: "top", Recruiter: name(n - 1), From: day(2)}), &cycle)
}
