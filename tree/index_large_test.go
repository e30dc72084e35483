package tree_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

// large is more members than lie in one bin of a builder, and than a roll-up keeps sums of.
const large = 20_000

func largeID(i int) partner.ID { return partner.ID(fmt.Sprintf("p%d", i)) }

// buildLarge adds members in some order, each of whom but the first was recruited by somebody before him.
func buildLarge(order, recruiter []int) (*tree.Index, error) {
	var b tree.Builder
	for _, i := range order {
		n := tree.Node{ID: largeID(i), Partner: i%3 > 0}
		if i > 0 {
			n.Recruiter = largeID(recruiter[i])
		}
		b.AddVolume(n.ID, int64(i))
		b.Add(n)
		b.AddVolume(n.ID, -int64(i%7))
	}
	return b.Index(0)
}

// TestALargeIndexCountsWhatItsMembersAddUpTo has teams that are deep, wide, and of both kinds, and compares them with sums from the last member up.
func TestALargeIndexCountsWhatItsMembersAddUpTo(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, of := range map[string]func(i int) int{
		"chain": func(i int) int { return i - 1 }, "star": func(int) int { return 0 }, "random": r.IntN,
		"comb": func(i int) int { return max(0, i-1-i%2) },
	} {
		recruiter := make([]int, large)
		for i := 1; i < large; i++ {
			recruiter[i] = of(i)
		}
		order := r.Perm(large)
		ix, err := buildLarge(order, recruiter)
		require.NoError(t, err, name)
		require.Equal(t, large, ix.Len(), name)
		volume, all, partners := make([]int64, large), make([]int, large), make([]int, large)
		for i := large - 1; i >= 0; i-- {
			volume[i] += int64(i - i%7)
			if i > 0 {
				up := recruiter[i]
				volume[up] += volume[i]
				all[up] += all[i] + 1
				if partners[up] += partners[i]; i%3 > 0 {
					partners[up]++
				}
			}
		}
		totals, err := ix.RollUp(nil, ix.Volumes(nil), false)
		require.NoError(t, err, name)
		again, err := buildLarge(order, recruiter)
		require.NoError(t, err, name)
		for i := range large {
			m, ok := ix.Find(largeID(i))
			require.True(t, ok, name)
			team := ix.Team(m, tree.Scope{})
			require.Equal(t, []int64{volume[i], volume[i], int64(all[i]), int64(partners[i])},
				[]int64{totals[m], team.Volume, int64(team.All.Partners + team.All.Others), int64(team.All.Partners)}, "%s %d", name, i)
			if up, ok := ix.Recruiter(m); i > 0 {
				require.True(t, ok && ix.ID(up) == largeID(recruiter[i]), name)
			}
			require.Equal(t, ix.ID(m), again.ID(m), "the same nodes in the same order make the same index")
		}
	}
}

func TestEverythingThatIsWrongWithManyIsSaidAtOnce(t *testing.T) {
	var b tree.Builder
	for i := range large {
		b.Add(tree.Node{ID: largeID(i), Recruiter: largeID(max(0, i-1))}) // the first one is a ring of one
	}
	b.Add(tree.Node{ID: largeID(7)})
	b.Add(tree.Node{ID: "new", Recruiter: "named"})
	b.AddVolume("nobody", 1)
	b.AddVolume("named", 1)
	b.Add(tree.Node{ID: "a", Recruiter: "z"})
	b.Add(tree.Node{ID: "z", Recruiter: "a"})
	_, err := b.Index(0)
	require.Equal(t, &tree.BuildError{
		Twice: []partner.ID{largeID(7)}, Unknown: []partner.ID{"nobody"}, Cycles: [][]partner.ID{{"a", "z"}, {largeID(0)}},
	}, err)
}
