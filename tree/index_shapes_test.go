package tree_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

// shapes say who recruits the i-th who joins.
var shapes = map[string]func(r *rand.Rand, i int, recruiters []int) int{
	"random":       func(r *rand.Rand, i int, _ []int) int { return r.IntN(i) },
	"preferential": func(r *rand.Rand, _ int, recruiters []int) int { return recruiters[r.IntN(len(recruiters))] },
	"chain":        func(_ *rand.Rand, i int, _ []int) int { return i - 1 },
	"chains": func(r *rand.Rand, i int, _ []int) int {
		if r.IntN(50) == 0 {
			return r.IntN(i)
		}
		return i - 1
	},
	"comb": func(_ *rand.Rand, i int, _ []int) int { return (i - 1) / 2 * 2 },
	"wide": func(*rand.Rand, int, []int) int { return 0 },
}

// grow returns the recruiters of n who join, -1 for none.
func grow(shape string, r *rand.Rand, n int) []int {
	up, recruiters := make([]int, n), []int{}
	for i := range up {
		if up[i] = -1; i > 0 && (shape == "chain" || r.IntN(1000) > 0) {
			up[i] = shapes[shape](r, i, append(recruiters, i-1))
			recruiters = append(recruiters, up[i])
		}
		recruiters = append(recruiters, i)
	}
	return up
}

func name(i int) partner.ID { return partner.ID(fmt.Sprintf("p%d", i)) }

// numbered is a forest of numbers, for teams that are too large for the plain way.
type numbered struct {
	up      []int
	partner []bool
	volume  []int64
}

func (f *numbered) node(i int) tree.Node {
	n := tree.Node{ID: name(i), Partner: f.partner[i]}
	if f.up[i] >= 0 {
		n.Recruiter = name(f.up[i])
	}
	return n
}

func (f *numbered) above(upline, i int) bool {
	for i = f.up[i]; i >= 0; i = f.up[i] {
		if i == upline {
			return true
		}
	}
	return false
}

// totals adds up every team by walking every line.
func (f *numbered) totals() []tree.Totals {
	totals := make([]tree.Totals, len(f.up))
	for i := range f.up {
		totals[i].Own = f.volume[i]
		for at := i; at >= 0; at = f.up[at] {
			t := &totals[at]
			t.Volume += f.volume[i]
			for _, c := range []struct {
				counts bool
				to     *tree.Count
			}{{at != i, &t.All}, {at != i && at == f.up[i], &t.Direct}} {
				switch {
				case c.counts && f.partner[i]:
					c.to.Partners++
				case c.counts:
					c.to.Others++
				}
			}
		}
	}
	return totals
}

func (f *numbered) agrees(t *testing.T, ix *tree.Index) {
	t.Helper()
	rolled, err := ix.RollUp(nil, ix.Volumes(nil), false)
	require.NoError(t, err)
	for i, want := range f.totals() {
		m, ok := ix.Find(name(i))
		require.True(t, ok)
		if got := ix.Team(m, tree.Scope{}); got != want || rolled[m] != want.Volume {
			t.Fatalf("team of %d: %+v, rolled up %d, want %+v", i, got, rolled[m], want)
		}
	}
}

// TestRule_3_21_TeamsAgreeInEveryShape builds half of a team, lets the rest join, moves branches, and changes volumes and standings.
func TestRule_3_21_TeamsAgreeInEveryShape(t *testing.T) {
	const n = 1500
	for shape := range shapes {
		t.Run(shape, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			f := &numbered{up: grow(shape, r, n), partner: make([]bool, n), volume: make([]int64, n)}
			var b tree.Builder
			for _, i := range r.Perm(n / 2) {
				f.partner[i], f.volume[i] = r.IntN(2) == 0, r.Int64N(100)
				b.Add(f.node(i))
				b.AddVolume(name(i), f.volume[i])
			}
			ix, err := b.Index(0)
			require.NoError(t, err)
			number := int64(0)
			apply := func(c tree.Change) {
				number++
				c.Number = number
				require.NoError(t, ix.Apply(c))
			}
			for i := n / 2; i < n; i++ {
				f.partner[i] = r.IntN(2) == 0
				apply(tree.Change{Put: []tree.Node{f.node(i)}})
			}
			f.agrees(t, ix)
			for range 300 {
				i, to := r.IntN(n), r.IntN(n+n/10)
				switch {
				case to >= n:
					f.up[i] = -1
				case i != to && !f.above(i, to):
					f.up[i] = to
				}
				f.partner[i] = r.IntN(2) == 0
				j, by := r.IntN(n), r.Int64N(100)-50
				f.volume[j] += by
				apply(tree.Change{Put: []tree.Node{f.node(i)}, Volumes: []tree.Volume{{ID: name(j), By: by}}})
			}
			f.agrees(t, ix)
			everybody := make([]tree.Member, n)
			for m := range everybody {
				everybody[m] = tree.Member(m)
			}
			for m, line := range ix.Lines(make([][]tree.Member, 3, 5), everybody, 0) {
				require.Equal(t, ix.Line(nil, tree.Member(m), 0), line)
			}
			for range 3000 {
				i, j := r.IntN(n), r.IntN(n)
				a, _ := ix.Find(name(i))
				b, _ := ix.Find(name(j))
				require.Equal(t, f.above(i, j), ix.Above(a, b), "%d above %d", i, j)
			}
		})
	}
}

func TestRule_3_24_AChainOfAHundredThousandWorks(t *testing.T) {
	for _, grown := range []int{0, 50_000, 99_999} { // the rest is built from below
		t.Run(fmt.Sprint(grown), func(t *testing.T) { chainWorks(t, grown) })
	}
}

func chainWorks(t *testing.T, grown int) {
	const n = 100_000
	node := func(i int) tree.Node {
		if i == 0 {
			return tree.Node{ID: name(0)}
		}
		return tree.Node{ID: name(i), Recruiter: name(i - 1), Partner: true}
	}
	var b tree.Builder
	for i := n - 1; i >= grown; i-- {
		b.Add(node(i))
	}
	ix, err := b.Index(0)
	require.NoError(t, err)
	var changes []tree.Change
	for i := range grown {
		changes = append(changes, tree.Change{Number: int64(i + 1), Put: []tree.Node{node(i)}})
	}
	require.NoError(t, ix.Apply(changes...))
	require.Equal(t, n, ix.Len())
	at := func(i int) tree.Member {
		m, ok := ix.Find(name(i))
		require.True(t, ok)
		return m
	}
	last, first := at(n-1), at(0)
	require.Equal(t, n-1, ix.Depth(last))
	require.Len(t, ix.Line(nil, last, 0), n)
	require.True(t, ix.Above(first, last))
	require.False(t, ix.Above(last, first))
	require.Len(t, ix.Levels(first, tree.Scope{}), n-1)
	number := ix.Number()
	apply := func(c tree.Change) {
		number++
		c.Number = number
		require.NoError(t, ix.Apply(c))
	}
	apply(tree.Change{Volumes: []tree.Volume{{ID: name(n - 1), By: 5}, {ID: name(70_000), By: 7}}})
	for _, i := range []int{0, 1, 49_999, 50_000, 65_535, 65_536, 70_000, n - 1} {
		want := tree.Totals{All: tree.Count{Partners: n - 1 - i}, Volume: 12}
		if i < n-1 {
			want.Direct.Partners = 1
		} else {
			want.Own, want.Volume = 5, 5
		}
		if i == 70_000 {
			want.Own = 7
		}
		require.Equal(t, want, ix.Team(at(i), tree.Scope{}), i)
	}
	apply(tree.Change{Put: []tree.Node{{ID: name(60_000), Recruiter: name(10), Partner: true}}})
	require.Equal(t, n-1-10, ix.Team(at(10), tree.Scope{}).All.Partners)
	require.Equal(t, 59_999-20, ix.Team(at(20), tree.Scope{}).All.Partners)
	require.Equal(t, int64(0), ix.Team(at(20), tree.Scope{}).Volume)
	require.Equal(t, int64(12), ix.Team(at(10), tree.Scope{}).Volume)
	require.False(t, ix.Above(at(20), last))
	require.True(t, ix.Above(at(10), last))
	require.Equal(t, 10+1+n-1-60_000, ix.Depth(last))
	require.IsType(t, &tree.BuildError{}, ix.Apply(tree.Change{Number: number + 1, Put: []tree.Node{{ID: name(5), Recruiter: name(n - 1)}}}))
}
