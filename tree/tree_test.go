package tree_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

var june = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func day(n int) time.Time { return june.AddDate(0, 0, n) }

func TestUplinesAreThoseOfTheInstant(t *testing.T) {
	team := tree.NewTeam()
	require.NoError(t, team.Add(tree.Edge{Partner: "bob", Recruiter: "alice", From: day(1)}))
	require.NoError(t, team.Add(tree.Edge{Partner: "carol", Recruiter: "bob", From: day(3)}))
	require.Equal(t, []partner.ID{"carol"}, team.Uplines("carol", day(3).Add(-1), 0))
	require.Equal(t, []partner.ID{"carol", "bob", "alice"}, team.Uplines("carol", day(3), 0))
	require.Equal(t, []partner.ID{"carol", "bob"}, team.Uplines("carol", day(3), 2))
	require.Equal(t, []partner.ID{"bob"}, team.Uplines("bob", day(0), 0))
	require.Equal(t, []partner.ID{"nobody"}, team.Uplines("nobody", day(9), 0))
}

func TestRule_3_11_SelfAndCyclesAreRefused(t *testing.T) {
	team := tree.NewTeam()
	require.NoError(t, team.Add(tree.Edge{Partner: "b", Recruiter: "a", From: day(1)}))
	require.NoError(t, team.Add(tree.Edge{Partner: "c", Recruiter: "b", From: day(9)}))
	require.ErrorIs(t, team.Add(tree.Edge{Partner: "a", Recruiter: "a"}), tree.ErrSelf)
	var cycle *tree.CycleError
	require.ErrorAs(t, team.Add(tree.Edge{Partner: "a", Recruiter: "c", From: day(2)}), &cycle, "an edge that begins later counts too")
	var recruited *tree.RecruitedError
	require.ErrorAs(t, team.Add(tree.Edge{Partner: "b", Recruiter: "x"}), &recruited)
	require.Equal(t, partner.ID("a"), recruited.Recruiter)
	require.Equal(t, []partner.ID{"a"}, team.Uplines("a", day(99), 0), "nothing was changed")
}

func TestATeamIsAForestWhateverIsTried(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		team, parent := tree.NewTeam(), map[partner.ID]partner.ID{}
		for range rapid.IntRange(0, 40).Draw(t, "edges") {
			id := partner.ID(fmt.Sprint(rapid.IntRange(0, 7).Draw(t, "partner")))
			recruiter := partner.ID(fmt.Sprint(rapid.IntRange(0, 7).Draw(t, "recruiter")))
			above, closes := []partner.ID{}, false
			for at := recruiter; at != ""; at = parent[at] {
				above = append(above, at)
				closes = closes || at == id
			}
			_, taken := parent[id]
			err := team.Add(tree.Edge{Partner: id, Recruiter: recruiter, From: day(1)})
			if (err == nil) != (!closes && !taken) {
				t.Fatalf("%s under %s: closes %v, taken %v, got %v", id, recruiter, closes, taken, err)
			}
			if err == nil {
				parent[id] = recruiter
				if got := team.Uplines(id, day(2), 0); !slices.Equal(got[1:], above) {
					t.Fatalf("uplines of %s: %v, want %v", id, got[1:], above)
				}
			}
		}
	})
}

func TestAWalkEndsEvenInARing(t *testing.T) {
	for length := 1; length < 40; length++ {
		for tail := range 5 {
			next := func(id partner.ID) (tree.Edge, bool) {
				n := 0
				fmt.Sscan(string(id), &n)
				if n++; n == tail+length {
					n = tail
				}
				return tree.Edge{Partner: id, Recruiter: partner.ID(fmt.Sprint(n))}, true
			}
			line := tree.Walk("0", day(0), 0, next)
			require.GreaterOrEqual(t, len(line), tail+length, "everybody is seen")
			require.Less(t, len(line), 4*(tail+length)+4, "and it ends")
		}
	}
}

func TestAChainOfAHundredThousandIsWalked(t *testing.T) {
	const n = 100_000
	line := tree.Walk("0", day(0), 0, func(id partner.ID) (tree.Edge, bool) {
		i := 0
		fmt.Sscan(string(id), &i)
		return tree.Edge{Recruiter: partner.ID(fmt.Sprint(i + 1))}, i+1 < n
	})
	require.Len(t, line, n)
}

func TestTheFirstOwnerStays(t *testing.T) {
	attempts := []tree.Binding{
		{ID: "3", Owner: "late", At: day(5)},
		{ID: "2", Owner: "second", At: day(2)},
		{ID: "1", Owner: "first", At: day(2)},
	}
	for instant, want := range map[time.Time]partner.ID{day(2).Add(-1): "", day(2): "first", day(9): "first"} {
		require.Equal(t, want, tree.OwnerAt(attempts, instant))
	}
	require.Empty(t, tree.OwnerAt(nil, day(1)))
	tree.SortBindings(attempts)
	require.Equal(t, []string{"1", "2", "3"}, []string{attempts[0].ID, attempts[1].ID, attempts[2].ID})
}

func ExampleTeam() {
	team := tree.NewTeam()
	fmt.Println(team.Add(tree.Edge{Partner: "bob", Recruiter: "alice", From: june}))
	fmt.Println(team.Add(tree.Edge{Partner: "alice", Recruiter: "bob", From: june}))
	fmt.Println(team.Uplines("bob", june, 0))
	// Output:
	// <nil>
	// tree: "bob" cannot recruit "alice", who stands above him
	// [bob alice]
}

func TestEdgesAreThoseThatHoldInOrder(t *testing.T) {
	team := tree.NewTeam()
	require.Empty(t, team.EdgesAt(tree.Ever))
	carol := tree.Edge{Partner: "carol", Recruiter: "alice", From: day(1)}
	bob := tree.Edge{Partner: "bob", Recruiter: "alice", From: day(2)}
	require.NoError(t, team.Add(carol))
	require.NoError(t, team.Add(bob))
	require.Empty(t, team.EdgesAt(day(1).Add(-1)))
	carol.Seq, bob.Seq = 1, 1 // the first of each
	require.Equal(t, []tree.Edge{carol}, team.EdgesAt(day(2).Add(-1)))
	require.Equal(t, []tree.Edge{bob, carol}, team.EdgesAt(day(2)))
}
