package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheMapOfNodesHasTheSameTeam keeps the comparison one of equal work.
func TestTheMapOfNodesHasTheSameTeam(t *testing.T) {
	for _, f := range []*forest{newForest(1000), newPopular(1000), newChain(1000)} {
		ix, nodes := f.index(), f.nodes()
		require.Equal(t, 1000, ix.Len())
		require.Len(t, nodes, 1000)
		for i := range f.n {
			id, _ := f.row(i)
			m, ok := ix.Find(id)
			require.True(t, ok)
			n := nodes[string(id)]
			for _, upline := range ix.Line(nil, m, 0) {
				require.Equal(t, n.id, string(ix.ID(upline)))
				require.Equal(t, n.level, string(ix.Level(upline)))
				n = n.up
			}
			require.Nil(t, n)
		}
	}
}

// TestFewRecruitMostWhereTheyArePopular: otherwise the second shape would be the first again.
func TestFewRecruitMostWhereTheyArePopular(t *testing.T) {
	most := func(f *forest) (recruits int) {
		for _, n := range f.nodes() {
			recruits = max(recruits, len(n.children))
		}
		return recruits
	}
	require.Greater(t, most(newPopular(10_000)), 5*most(newForest(10_000)))
}

func TestWholeOrdersPayTheSame(t *testing.T) {
	f := newForest(1000)
	ours, err := newOrders(f)
	require.NoError(t, err)
	plain := &plainOrders{plain: newPlain(), nodes: f.nodes(), asked: ours.asked}
	require.NoError(t, ours.same(plain))
	for _, n := range plain.nodes {
		n.level = "L4"
	}
	require.Error(t, ours.same(plain))
}

// TestTheReadsVisitEverySlot: a ring that closed early would lie in a cache.
func TestTheReadsVisitEverySlot(t *testing.T) {
	r, seen := newReads(1000), map[uint64]bool{}
	for range 1000 {
		r.run(1)
		seen[r.at] = true
	}
	require.Len(t, seen, 1000)
}
