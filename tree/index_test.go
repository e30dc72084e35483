package tree_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

func TestRule_3_26_EverythingThatIsWrongIsSaidAtOnceInOneOrder(t *testing.T) {
	long := partner.ID(strings.Repeat("x", partner.MaxID+1))
	type step func(*tree.Builder)
	add := func(id, recruiter partner.ID) step {
		return func(b *tree.Builder) { b.Add(tree.Node{ID: id, Recruiter: recruiter}) }
	}
	steps := []step{
		add("c", "b"), add("b", "a"), add("a", "c"), // a ring of three
		add("z", "y"), add("y", "z"), // of two
		add("s", "s"),              // of one
		add("below", "a"),          // no part of it
		add("t", ""), add("t", ""), // twice
		add("e", ""), add("e", "t"), add("e", ""),
		add("", "t"), add("good", long), add("fine", "t"),
		func(b *tree.Builder) { b.AddVolume("w", 1) }, func(b *tree.Builder) { b.AddVolume("v", 1) }, func(b *tree.Builder) { b.AddVolume("t", 1) },
	}
	want := &tree.BuildError{
		Invalid: []partner.ID{"", long},
		Twice:   []partner.ID{"e", "t"},
		Unknown: []partner.ID{"v", "w"},
		Cycles:  [][]partner.ID{{"a", "c", "b"}, {"s"}, {"y", "z"}},
	}
	rapid.Check(t, func(t *rapid.T) {
		var b tree.Builder
		for _, s := range rapid.Permutation(steps).Draw(t, "steps") {
			s(&b)
		}
		ix, err := b.Index(0)
		require.Nil(t, ix)
		require.Equal(t, want, err)
	})
	require.Equal(t, `tree: no index: 2 ids that cannot be one, such as ""; 2 members were added twice, such as "e"; 2 volumes of who is no member, such as "v"; `+
		`3 rings of recruiters, such as ["a" "c" "b"]`, want.Error())
}

func build(t require.TestingT, edges ...string) *tree.Index {
	var b tree.Builder
	for _, e := range edges {
		id, recruiter, _ := strings.Cut(e, "<")
		b.Add(tree.Node{ID: partner.ID(id), Recruiter: partner.ID(recruiter), Partner: true})
	}
	ix, err := b.Index(0)
	require.NoError(t, err)
	return ix
}

func TestAnEmptyIndexAnswers(t *testing.T) {
	ix := build(t)
	_, ok := ix.Find("bob")
	require.False(t, ok)
	require.Zero(t, ix.Len())
	require.Empty(t, ix.Roots(nil))
	require.Empty(t, ix.Lines(nil, nil, 0))
	top, err := ix.Top(nil, 3, nil)
	require.NoError(t, err)
	require.Empty(t, top)
	require.NoError(t, ix.Apply(tree.Change{Number: 1, Put: []tree.Node{{ID: "bob", Recruiter: "alice"}}}))
	bob, _ := ix.Find("bob")
	require.Equal(t, []partner.ID{"bob", "alice"}, idsOf(ix, ix.Line(nil, bob, 0)))
}

func TestAGapInTheNumbersIsRefused(t *testing.T) {
	ix := build(t, "bob<alice")
	require.NoError(t, ix.Apply(tree.Change{Number: 1}, tree.Change{Number: 2, Volumes: []tree.Volume{{ID: "bob", By: 3}}}))
	for _, number := range []int64{2, 4, -1} {
		require.Equal(t, &tree.GapError{Next: 3, Number: number}, ix.Apply(tree.Change{Number: number, Volumes: []tree.Volume{{ID: "bob", By: 3}}}))
	}
	err := ix.Apply(tree.Change{Number: 3, Volumes: []tree.Volume{{ID: "bob", By: 4}}}, tree.Change{Number: 5})
	require.EqualError(t, err, "tree: change 5 cannot be applied, change 4 comes next")
	require.EqualValues(t, 3, ix.Number(), "what came before it is applied")
	require.NoError(t, ix.Apply(tree.Change{Volumes: []tree.Volume{{ID: "alice", By: 10}}}))
	require.EqualValues(t, 3, ix.Number(), "no event, no number")
	alice, _ := ix.Find("alice")
	require.EqualValues(t, 17, ix.Team(alice, tree.Scope{}).Volume)
}

func TestAChangeThatCannotBeMadeChangesNothing(t *testing.T) {
	ix := build(t, "bob<alice", "carol<bob")
	f := newForest()
	for _, e := range [][2]partner.ID{{"bob", "alice"}, {"carol", "bob"}} {
		f.put(tree.Node{ID: e[0], Recruiter: e[1], Partner: true})
	}
	levels := make([]tree.Node, 256)
	for i := range levels {
		levels[i] = tree.Node{ID: name(i), Level: partner.Level(name(i))}
	}
	for _, c := range []struct {
		change tree.Change
		want   error
	}{
		{tree.Change{Put: []tree.Node{{ID: "alice", Recruiter: "carol"}}}, &tree.BuildError{Cycles: [][]partner.ID{{"alice", "carol", "bob"}}}},
		{tree.Change{Put: []tree.Node{{ID: "dan", Recruiter: "dan"}}}, &tree.BuildError{Cycles: [][]partner.ID{{"dan"}}}},
		{
			tree.Change{Put: []tree.Node{{ID: "erin", Recruiter: "dan"}, {ID: "dan", Recruiter: "erin"}, {ID: "bob", Recruiter: "carol"}}},
			&tree.BuildError{Cycles: [][]partner.ID{{"bob", "carol"}, {"dan", "erin"}}},
		},
		{tree.Change{Put: []tree.Node{{ID: "dan"}, {ID: "dan"}, {ID: ""}}}, &tree.BuildError{Invalid: []partner.ID{""}, Twice: []partner.ID{"dan"}}},
		{tree.Change{Put: []tree.Node{{ID: "dan"}}, Volumes: []tree.Volume{{ID: "erin", By: 1}}}, &tree.UnknownError{ID: "erin"}},
		{tree.Change{Put: []tree.Node{{ID: "dan"}}, Volumes: []tree.Volume{{By: 1}}}, &tree.UnknownError{}},
		{tree.Change{Volumes: []tree.Volume{{ID: "bob", By: math.MaxInt64}, {ID: "carol", By: -1}}}, tree.ErrVolume},
		{tree.Change{Volumes: []tree.Volume{{ID: "bob", By: math.MinInt64}}}, tree.ErrVolume},
		{tree.Change{Volumes: []tree.Volume{{ID: "bob", By: math.MaxInt64}, {ID: "bob", By: 1}, {ID: "bob", By: -1}}}, tree.ErrVolume},
		{tree.Change{Put: levels}, tree.ErrFull},
	} {
		c.change.Number = 1
		require.Equal(t, c.want, ix.Apply(c.change))
		require.Zero(t, ix.Number())
		same(t, f, ix)
	}
	require.NoError(t, ix.Apply(tree.Change{Number: 1, Put: levels[:255]}))
	var b tree.Builder
	for i := range levels {
		b.Add(levels[i])
	}
	_, err := b.Index(0)
	require.Equal(t, tree.ErrFull, err)
}

func TestTwoWhoChangePlacesDoSoInOneChange(t *testing.T) {
	ix := build(t, "bob<alice", "carol<bob", "dan<carol")
	require.NoError(t, ix.Apply(tree.Change{Number: 1, Put: []tree.Node{{ID: "bob", Recruiter: "carol"}, {ID: "carol", Recruiter: "alice"}}}))
	f := newForest()
	for _, n := range []tree.Node{{ID: "bob", Recruiter: "carol"}, {ID: "carol", Recruiter: "alice"}, {ID: "dan", Recruiter: "carol", Partner: true}} {
		f.put(n)
	}
	same(t, f, ix)
}

func TestVolumesThatLeave64BitsAreRefused(t *testing.T) {
	var b tree.Builder
	b.Add(tree.Node{ID: "bob"})
	b.Add(tree.Node{ID: "carol"})
	b.AddVolume("bob", math.MaxInt64)
	b.AddVolume("bob", -1)
	b.AddVolume("carol", -1)
	ix, err := b.Index(0)
	require.NoError(t, err, "signs do not help, but this is exactly the limit")
	require.Equal(t, tree.ErrVolume, ix.Apply(tree.Change{Number: 1, Volumes: []tree.Volume{{ID: "carol", By: -1}}}))
	require.NoError(t, ix.Apply(tree.Change{Number: 1, Volumes: []tree.Volume{{ID: "carol", By: 1}, {ID: "bob", By: 1}}}))
	_, err = ix.RollUp(nil, []int64{math.MaxInt64, -1}, false)
	require.Equal(t, tree.ErrVolume, err)
	_, err = ix.RollUp(nil, []int64{math.MinInt64, 0}, false)
	require.Equal(t, tree.ErrVolume, err)
	_, err = ix.RollUp(nil, []int64{1}, false)
	require.EqualError(t, err, "tree: 1 values for 2 members")
	_, err = ix.Top([]int64{1, 2, 3}, 1, nil)
	require.EqualError(t, err, "tree: 3 values for 2 members")
	for _, values := range [][]int64{{math.MaxInt64 - 1, -1}, {-1 << 62, -1<<62 + 1}} {
		_, err = ix.RollUp(nil, values, false)
		require.NoError(t, err, "%d", values)
	}
	_, err = ix.RollUp(nil, []int64{-1 << 62, -1 << 62}, false)
	require.Equal(t, tree.ErrVolume, err)
	for _, by := range []int64{1, math.MinInt64} {
		b.Add(tree.Node{ID: "bob"})
		b.AddVolume("bob", math.MaxInt64)
		b.AddVolume("bob", by)
		_, err = b.Index(0)
		require.Equal(t, tree.ErrVolume, err)
	}
}

func TestOfEqualValuesTheLowestIdComesFirst(t *testing.T) {
	ix := build(t, "d<a", "b<a", "c<d")
	values := make([]int64, ix.Len())
	top, err := ix.Top(values, 3, nil)
	require.NoError(t, err)
	require.Equal(t, []partner.ID{"a", "b", "c"}, idsOf(ix, top))
	c, _ := ix.Find("c")
	values[c] = 1
	top, err = ix.Top(values, 2, nil)
	require.NoError(t, err)
	require.Equal(t, []partner.ID{"c", "a"}, idsOf(ix, top))
}

// TestReadersSeeOneStateWhileItChanges moves a member and sells at once: every view sees both or neither.
func TestReadersSeeOneStateWhileItChanges(t *testing.T) {
	live := tree.NewLive(build(t, "bob<alice", "carol<bob", "zoe"))
	const changes = 2000
	var readers sync.WaitGroup
	for range 3 {
		readers.Add(1)
		go func() {
			defer readers.Done()
			for number := int64(0); number < changes; {
				live.View(func(ix *tree.Index) {
					number = ix.Number()
					at := func(id partner.ID) tree.Member { m, _ := ix.Find(id); return m }
					recruiter := partner.ID("alice")
					if number%2 == 1 {
						recruiter = "zoe"
					}
					line := idsOf(ix, ix.Line(nil, at("carol"), 0))
					own := ix.Team(at("carol"), tree.Scope{}).Own
					team := ix.Team(at(recruiter), tree.Scope{})
					if !slices.Equal(line, []partner.ID{"carol", "bob", recruiter}) || own != number || team.Volume != number || ix.Len() != 4+int(number) {
						t.Errorf("after change %d: %v, own %d, team %+v, %d members", number, line, own, team, ix.Len())
					}
				})
			}
		}()
	}
	for number := int64(1); number <= changes; number++ {
		recruiter := partner.ID("alice")
		if number%2 == 1 {
			recruiter = "zoe"
		}
		require.NoError(t, live.Apply(tree.Change{
			Number: number, Put: []tree.Node{{ID: "bob", Recruiter: recruiter}, {ID: partner.ID(fmt.Sprint(number)), Recruiter: "carol"}}, Volumes: []tree.Volume{{ID: "carol", By: 1}},
		}))
	}
	readers.Wait()
	live.Replace(build(t, "only"))
	live.View(func(ix *tree.Index) { require.Equal(t, 1, ix.Len()) })
}

func ExampleIndex() {
	var b tree.Builder
	b.Add(tree.Node{ID: "carol", Recruiter: "bob", Partner: true})
	b.Add(tree.Node{ID: "bob", Recruiter: "alice", Partner: true})
	b.Add(tree.Node{ID: "dave", Recruiter: "bob"}) // known, and no partner yet
	b.AddVolume("carol", 300_00)
	ix, err := b.Index(0)
	if err != nil {
		panic(err)
	}
	err = ix.Apply(tree.Change{Number: 1, Volumes: []tree.Volume{{ID: "bob", By: 50_00}}})
	if err != nil {
		panic(err)
	}
	alice, _ := ix.Find("alice")
	fmt.Printf("%+v\n", ix.Team(alice, tree.Scope{}))
	carol, _ := ix.Find("carol")
	for _, m := range ix.Line(nil, carol, 0) {
		fmt.Println(ix.ID(m))
	}
	// Output:
	// {Direct:{Partners:1 Others:0} All:{Partners:2 Others:1} Own:0 Volume:35000}
	// carol
	// bob
	// alice
}
