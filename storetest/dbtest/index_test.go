package dbtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// indexed are the indexes that are looked at: of the tree alone, with all that was sold and all customers, and with what was sold within a time.
var indexed = []program.IndexOf{
	{},
	{Sales: true, Customers: true},
	{Sales: true, From: operations(0).at(listed / 4), To: operations(0).at(3 * listed / 4)},
}

// watchers are indexes that follow a shop, some from the beginning, some from the middle of its list on.
type watchers struct {
	*testing.T
	*shop
	following []*program.TeamIndex
	rng       *rand.Rand
	middle    bool // whether those that begin there have begun
}

// watch makes the indexes that follow from the beginning.
func watch(t *testing.T, s *shop) *watchers {
	w := &watchers{T: t, shop: s, rng: rand.New(rand.NewPCG(uint64(s.operations), 2))}
	w.begin()
	return w
}

func (w *watchers) begin() {
	w.following = append(w.following, w.anew()...)
}

// anew are indexes that are built from the store as it is.
func (w *watchers) anew() (all []*program.TeamIndex) {
	for _, of := range indexed {
		x, err := w.prog.Team.Index(w.Context(), of)
		require.NoError(w, err)
		all = append(all, x)
	}
	return all
}

// before is called before each operation: now and then one of the indexes takes over what happened.
func (w *watchers) before(i int) {
	if !w.middle && i >= listed/2 {
		w.middle = true
		w.begin()
	}
	if w.rng.IntN(8) == 0 {
		require.NoError(w, w.following[w.rng.IntN(len(w.following))].Refresh(w.Context()))
	}
}

// end runs what is due, asserts that each index has come to what one says that is built then, and returns what they say.
func (w *watchers) end() string {
	require.NoError(w, w.run(w.Context()))
	var said []string
	for _, x := range w.anew() {
		said = append(said, shown(w, x))
	}
	require.Len(w, w.following, 2*len(said))
	for i, x := range w.following {
		require.NoError(w, x.Refresh(w.Context()))
		require.Empty(w, difference(said[i%len(said)], shown(w, x)), "index %d", i)
	}
	return strings.Join(said, "\n")
}

// shown is all that an index says: of each member his place, the line above him, his team, what it sold, and who recruited most and sold most.
func shown(t require.TestingT, x *program.TeamIndex) string {
	var out strings.Builder
	var members []tree.Node
	x.View(func(ix *tree.Index) {
		fmt.Fprintf(&out, "%d members after event %d\n", ix.Len(), ix.Number())
		for m := range tree.Member(ix.Len()) {
			members = append(members, ix.Node(m))
		}
		recruits := make([]int64, ix.Len())
		for m := range tree.Member(ix.Len()) {
			recruits[m] = int64(len(ix.Children(nil, m)))
		}
		volumes := ix.Volumes(nil)
		teams, err := ix.RollUp(nil, volumes, false)
		require.NoError(t, err)
		untilLeaders, err := ix.RollUp(nil, volumes, true)
		require.NoError(t, err)
		for _, list := range []struct {
			name   string
			values []int64
		}{{"recruits", recruits}, {"sold", volumes}, {"team sold", teams}, {"team sold until leaders", untilLeaders}} {
			top, err := ix.Top(list.values, 7, nil)
			require.NoError(t, err)
			fmt.Fprintf(&out, "most %s:", list.name)
			for _, m := range top {
				fmt.Fprintf(&out, " %s %d", ix.ID(m), list.values[m])
			}
			out.WriteString("\n")
		}
	})
	slices.SortFunc(members, func(a, b tree.Node) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, node := range members {
		fmt.Fprintf(&out, "%+v", node)
		x.View(func(ix *tree.Index) {
			m, ok := ix.Find(node.ID)
			require.True(t, ok)
			for _, upline := range ix.Line(nil, m, 0) {
				fmt.Fprintf(&out, " < %s", ix.ID(upline))
			}
		})
		for _, scope := range []tree.Scope{{}, {UntilLeader: true}, {Depth: 2}} {
			p, err := x.Performance(node.ID, scope)
			require.NoError(t, err)
			levels, err := x.Levels(node.ID, scope)
			require.NoError(t, err)
			fmt.Fprintf(&out, "; %+v %+v", p, levels)
		}
		out.WriteString("\n")
	}
	return out.String()
}
