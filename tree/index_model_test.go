package tree_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

// forest is an index the plain way: a map of nodes, and everything worked out anew each time.
type forest struct {
	nodes  map[partner.ID]tree.Node
	volume map[partner.ID]int64
}

func newForest() *forest {
	return &forest{nodes: map[partner.ID]tree.Node{}, volume: map[partner.ID]int64{}}
}

func (f *forest) put(n tree.Node) {
	f.nodes[n.ID] = n
	if _, ok := f.nodes[n.Recruiter]; !ok && n.Recruiter != "" {
		f.nodes[n.Recruiter] = tree.Node{ID: n.Recruiter}
	}
}

func (f *forest) ids() []partner.ID { return slices.Sorted(maps.Keys(f.nodes)) }

func (f *forest) line(id partner.ID) (line []partner.ID) {
	for ; id != ""; id = f.nodes[id].Recruiter {
		line = append(line, id)
		if len(line) > len(f.nodes) {
			panic("a ring")
		}
	}
	return line
}

func (f *forest) rings() bool {
	for start := range f.nodes {
		for id, n := f.nodes[start].Recruiter, 0; id != ""; id, n = f.nodes[id].Recruiter, n+1 {
			if id == start {
				return true
			}
			if n > len(f.nodes) {
				break
			}
		}
	}
	return false
}

// levels is what stands below somebody by level, within a scope.
func (f *forest) levels(id partner.ID, scope tree.Scope) []tree.Level {
	var levels []tree.Level
	for _, member := range f.ids() {
		line := f.line(member)
		distance := slices.Index(line, id)
		if distance < 1 || scope.Depth > 0 && distance > scope.Depth {
			continue
		}
		if scope.UntilLeader && slices.ContainsFunc(line[:distance], func(id partner.ID) bool { return f.nodes[id].Leader }) {
			continue
		}
		for len(levels) < distance {
			levels = append(levels, tree.Level{})
		}
		l := &levels[distance-1]
		l.Volume += f.volume[member]
		if f.nodes[member].Partner {
			l.Partners++
		} else {
			l.Others++
		}
	}
	return levels
}

func (f *forest) team(id partner.ID, scope tree.Scope) tree.Totals {
	t := tree.Totals{Own: f.volume[id], Volume: f.volume[id]}
	for i, l := range f.levels(id, scope) {
		if i == 0 {
			t.Direct = l.Count
		}
		t.All.Partners += l.Partners
		t.All.Others += l.Others
		t.Volume += l.Volume
	}
	return t
}

func (f *forest) children(id partner.ID) (children []partner.ID) {
	for _, child := range f.ids() {
		if f.nodes[child].Recruiter == id {
			children = append(children, child)
		}
	}
	return children
}

func idsOf(ix *tree.Index, members []tree.Member) (ids []partner.ID) {
	for _, m := range members {
		ids = append(ids, ix.ID(m))
	}
	return ids
}

var scopes = []tree.Scope{{}, {Depth: 1}, {Depth: 2}, {UntilLeader: true}, {Depth: 3, UntilLeader: true}}

// same compares everything that an index says with the plain way.
func same(t require.TestingT, f *forest, ix *tree.Index) {
	ids := f.ids()
	require.Equal(t, len(ids), ix.Len())
	members, lines := make([]tree.Member, len(ids)), [][]tree.Member(nil)
	for i, id := range ids {
		m, ok := ix.Find(id)
		require.True(t, ok, id)
		require.Equal(t, f.nodes[id], ix.Node(m))
		members[i] = m
	}
	lines = ix.Lines(lines, members, 0)
	short := ix.Lines(nil, members, 2)
	for i, id := range ids {
		m, line := members[i], f.line(id)
		require.Equal(t, line, idsOf(ix, ix.Line(nil, m, 0)))
		require.Equal(t, line[:min(2, len(line))], idsOf(ix, ix.Line(nil, m, 2)))
		require.Equal(t, line, idsOf(ix, lines[i]))
		require.Equal(t, line[:min(2, len(line))], idsOf(ix, short[i]))
		require.Equal(t, len(line)-1, ix.Depth(m))
		for j, other := range ids {
			require.Equal(t, slices.Contains(line[1:], other), ix.Above(members[j], m), "%s above %s", other, id)
		}
		require.Equal(t, f.children(id), idsOf(ix, ix.Children(nil, m)))
		require.Equal(t, f.volume[id], ix.Own(m))
		samePages(t, f.children(id), ids[(i+1)%len(ids)], ix, func(after partner.ID, limit int) ([]tree.Member, int) {
			return ix.ChildrenAfter([]tree.Member{m}, m, after, limit)
		})
		for _, scope := range scopes {
			require.Equal(t, f.team(id, scope), ix.Team(m, scope), "team of %s within %+v", id, scope)
			require.Equal(t, f.levels(id, scope), ix.Levels(m, scope), "levels of %s within %+v", id, scope)
			require.Equal(t, f.levels(id, scope), walked(ix, m, scope), "below %s within %+v", id, scope)
		}
	}
	require.Equal(t, f.children(""), idsOf(ix, ix.Roots(nil)))
	samePages(t, f.children(""), "b", ix, func(after partner.ID, limit int) ([]tree.Member, int) {
		return ix.RootsAfter([]tree.Member{0}, after, limit)
	})
	sameRollUps(t, f, ix, members)
}

// walked is what a walk below somebody comes by, by level.
func walked(ix *tree.Index, m tree.Member, scope tree.Scope) (levels []tree.Level) {
	ix.Below(m, scope, func(at tree.Member, step int) {
		if step > len(levels) {
			levels = append(levels, tree.Level{})
		}
		l := &levels[step-1]
		l.Volume += ix.Own(at)
		if ix.Node(at).Partner {
			l.Partners++
		} else {
			l.Others++
		}
	})
	return levels
}

// samePages compares pages, which begin with one member of the caller's, with all who come after an id, who is one of them or not.
func samePages(t require.TestingT, all []partner.ID, after partner.ID, ix *tree.Index, page func(after partner.ID, limit int) ([]tree.Member, int)) {
	for _, from := range []partner.ID{"", after} {
		want := slices.DeleteFunc(slices.Clone(all), func(id partner.ID) bool { return id <= from })
		for _, limit := range []int{-1, 0, 1, 3, 1000} {
			shown := max(0, min(limit, len(want)))
			got, left := page(from, limit)
			require.True(t, slices.Equal(want[:shown], idsOf(ix, got[1:])), "%d after %q: %q, not %q", limit, from, idsOf(ix, got[1:]), want[:shown])
			require.Equal(t, len(want)-shown, left)
		}
	}
}

func sameRollUps(t require.TestingT, f *forest, ix *tree.Index, members []tree.Member) {
	values := ix.Volumes(nil)
	for _, untilLeader := range []bool{false, true} {
		got, err := ix.RollUp(nil, values, untilLeader)
		require.NoError(t, err)
		for _, m := range members {
			id := ix.ID(m)
			require.Equal(t, f.volume[id], values[m])
			require.Equal(t, f.team(id, tree.Scope{UntilLeader: untilLeader}).Volume, got[m], "%s, until leader %v", id, untilLeader)
		}
		for _, limit := range []int{0, 1, 3, len(members) + 1} {
			keep := func(m tree.Member) bool { return !untilLeader || ix.Node(m).Partner }
			ranked := slices.DeleteFunc(slices.Clone(members), func(m tree.Member) bool { return !keep(m) })
			slices.SortFunc(ranked, func(a, b tree.Member) int {
				return cmp.Or(cmp.Compare(got[b], got[a]), cmp.Compare(ix.ID(a), ix.ID(b)))
			})
			top, err := ix.Top(got, limit, keep)
			require.NoError(t, err)
			require.Equal(t, idsOf(ix, ranked[:min(limit, len(ranked))]), idsOf(ix, top))
		}
	}
}

func drawNode(t *rapid.T, people int) tree.Node {
	id := func(label string) partner.ID {
		return partner.ID(fmt.Sprintf("p%d", rapid.IntRange(0, people-1).Draw(t, label)))
	}
	n := tree.Node{
		ID: id("id"), Level: rapid.SampledFrom([]partner.Level{"", "silver", "gold"}).Draw(t, "level"),
		Partner: rapid.Bool().Draw(t, "partner"), Leader: rapid.IntRange(0, 3).Draw(t, "leader") == 0,
	}
	if rapid.IntRange(0, 4).Draw(t, "root") > 0 {
		n.Recruiter = id("recruiter")
	}
	return n
}

// TestRule_3_20_AnIndexSaysWhatAMapOfNodesSays builds an index of any nodes in any order, changes it, and compares all its answers after each change. What is
// refused must be refused for a reason, and change nothing.
func TestRule_3_20_AnIndexSaysWhatAMapOfNodesSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.SampledFrom([]int{2, 5, 12}).Draw(t, "people")
		f, b := newForest(), &tree.Builder{}
		for range rapid.IntRange(0, 15).Draw(t, "nodes") {
			n := drawNode(t, people)
			before := maps.Clone(f.nodes)
			if old := f.nodes[n.ID]; old.Partner || old.Leader || old.Level != "" || old.Recruiter != "" || n.ID == n.Recruiter {
				continue // added already
			}
			if f.put(n); f.rings() {
				f.nodes = before
				continue
			}
			if f.nodes[n.ID] == (tree.Node{ID: n.ID}) {
				f.nodes = before // cannot be told from one who is only named
				continue
			}
			b.Add(n)
		}
		for _, id := range f.ids() {
			for range rapid.IntRange(0, 2).Draw(t, "volumes") {
				by := rapid.Int64Range(-3, 9).Draw(t, "volume")
				b.AddVolume(id, by)
				f.volume[id] += by
			}
		}
		ix, err := b.Index(7)
		require.NoError(t, err)
		same(t, f, ix)
		for number := int64(8); number < 8+int64(rapid.IntRange(0, 12).Draw(t, "changes")); number++ {
			change, next := tree.Change{Number: number}, &forest{nodes: maps.Clone(f.nodes), volume: maps.Clone(f.volume)}
			twice := false
			for range rapid.IntRange(0, 3).Draw(t, "puts") {
				n := drawNode(t, people+4)
				twice = twice || slices.ContainsFunc(change.Put, func(o tree.Node) bool { return o.ID == n.ID })
				change.Put = append(change.Put, n)
			}
			for _, n := range change.Put {
				next.nodes[n.ID] = n
			}
			for _, n := range change.Put {
				next.put(next.nodes[n.ID])
			}
			unknown := false
			for range rapid.IntRange(0, 2).Draw(t, "volumes") {
				v := tree.Volume{ID: drawNode(t, people+4).ID, By: rapid.Int64Range(-5, 9).Draw(t, "by")}
				change.Volumes = append(change.Volumes, v)
				next.volume[v.ID] += v.By
				_, ok := next.nodes[v.ID]
				unknown = unknown || !ok
			}
			err := ix.Apply(change)
			if twice || next.rings() || unknown {
				require.Error(t, err)
				require.Equal(t, number-1, ix.Number())
				same(t, f, ix)
				break
			}
			require.NoError(t, err)
			f = next
			require.Equal(t, number, ix.Number())
			same(t, f, ix)
		}
	})
}
