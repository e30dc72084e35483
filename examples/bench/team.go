package main

import (
	"fmt"
	"math"
	"runtime"
	"time"

	"github.com/fenrun/fenrun/examples/internal/progress"
	"github.com/fenrun/fenrun/tree"
)

// sizes are how many partners the questions about a team are asked of.
func sizes(full bool) []int {
	if full {
		return []int{10_000, 100_000, 1_000_000, 10_000_000}
	}
	return []int{10_000, 100_000, 1_000_000}
}

// cached takes the bounds off goals that speak of memory, where all of a team lies in the processor's cache.
func cached(n int, goals []goal) []goal {
	for i := range goals {
		if g := &goals[i]; n < 100_000 {
			*g = g.withoutGoal()
		}
	}
	return goals
}

const million = 1_000_000

func people(n int) string {
	if n >= million {
		return fmt.Sprintf("%d M", n/million)
	}
	return fmt.Sprintf("%d k", n/1000)
}

// shapes are how a team has grown: by chance, and where who has recruited many recruits more.
var shapes = []struct {
	name string
	make func(n int) *forest
}{{"", newForest}, {", few of whom recruit most", newPopular}}

// team measures the index of the tree against reads of memory, a copy of its bytes, and a map of nodes.
func team(full bool) ([]goal, error) {
	var goals []goal
	for _, n := range sizes(full) {
		for _, shape := range shapes {
			f := shape.make(n)
			ix := f.index()
			of := " of " + people(n) + shape.name
			goals = append(goals, cached(n, lines(f, ix, of))...)
			goals = append(goals, cached(n, updates(f, ix, of, 20))...)
			if n >= million {
				goals = append(goals, together(f, ix, of))
				goals = append(goals, everybody(ix, of)...)
			}
			if n >= million && shape.name == "" { // bytes do not depend on the shape
				goals = append(goals, memory(f, of)...)
			}
		}
	}
	return append(goals, chain(100_000)...), nil
}

// chain measures a team in which everybody has recruited one: what is walked elsewhere is as long as the team here.
func chain(n int) []goal {
	f, of := newChain(n), " on a chain of "+people(n)
	ix := f.index()
	deep := updates(f, ix, of, 40)
	deep[1] = deep[1].withoutGoal() // the bound is one for ordinary depth
	return append(append(deep, relation(f, ix, of)), everybody(ix, of)...)
}

// lines walks upwards. All uplines of a member cost as many reads as there are of them that no cache holds.
func lines(f *forest, ix *tree.Index, of string) []goal {
	reads := newReads(ix.Len())
	a := f.asked(ix)
	var line []tree.Member
	walk := &contender{run: func(n int) {
		for i, last := uint32(0), tree.Member(0); n > 0; n-- {
			i = a.next(uint32(last))
			line = ix.Line(line[:0], a.members[i], 0)
			last = line[len(line)-1]
		}
	}}
	live := tree.NewLive(ix)
	view := &contender{run: func(n int) {
		for i, last := uint32(0), tree.Member(0); n > 0; n-- {
			i = a.next(uint32(last))
			live.View(func(ix *tree.Index) { line = ix.Line(line[:0], a.members[i], 0) })
			last = line[len(line)-1]
		}
	}}
	read := &contender{run: reads.run}
	race("uplines"+of, walk, view, read)
	return []goal{
		slower("G8", "all uplines"+of+", against a random read", walk.fastest, read.fastest, 6),
		times("G8", "the same in a view of a live index, against without", view.fastest, walk.fastest, view.fastest/walk.fastest),
		relation(f, ix, of),
	}
}

// relation asks whether one member is above another.
func relation(f *forest, ix *tree.Index, of string) goal {
	reads := newReads(ix.Len())
	a := f.asked(ix)
	var yes uint32
	above := &contender{run: func(n int) {
		for ; n > 0; n-- {
			i := a.next(yes)
			if ix.Above(a.members[(i+questions/2)%questions], a.members[i]) {
				yes++
			}
		}
	}}
	read := &contender{run: reads.run}
	race("who is above whom"+of, above, read)
	return slower("G8", "is above"+of+", against a random read", above.fastest, read.fastest, 1.5)
}

// updates sells to members by their ids, with the changes of all their uplines' teams, and reads teams. No question waits for the answer to the one before
// it, but where the name says so.
func updates(f *forest, ix *tree.Index, of string, atMost float64) []goal {
	reads := newReads(ix.Len())
	a := f.asked(ix)
	sold, number := []tree.Volume{{}}, ix.Number()
	var volume int64
	update := &contender{run: func(n int) {
		for ; n > 0; n-- {
			sold[0] = tree.Volume{ID: a.ids[a.next(0)], By: 1}
			number++
			if err := ix.Apply(tree.Change{Number: number, Volumes: sold}); err != nil {
				panic(err)
			}
		}
	}}
	team := &contender{run: func(n int) {
		for ; n > 0; n-- {
			volume += ix.Team(a.members[a.next(0)], tree.Scope{}).Volume
		}
	}}
	inTurn := &contender{run: func(n int) {
		for ; n > 0; n-- {
			volume = ix.Team(a.members[a.next(uint32(volume))], tree.Scope{}).Volume
		}
	}}
	read := &contender{run: reads.run}
	race("updates"+of, update, team, inTurn, read)
	return []goal{
		slower("G9", "an order's change of all teams"+of+", against a random read", update.fastest, read.fastest, atMost),
		slower("G9", "a team's volume and counters"+of+", against a random read", team.fastest, read.fastest, 1),
		times("G9", "the same, each asked for when the one before is known", inTurn.fastest, read.fastest, inTurn.fastest/read.fastest),
	}
}

// together walks the uplines of a batch side by side, or one after the other.
func together(f *forest, ix *tree.Index, of string) goal {
	const batch = 1000
	a := f.asked(ix)
	var line []tree.Member
	var many [][]tree.Member
	from := 0
	next := func() []tree.Member {
		from = (from + batch) % (questions - batch)
		return a.members[from : from+batch]
	}
	// One by one: the next is asked for when the one before has been answered.
	single := &contender{run: func(n int) {
		for i, last := uint32(0), tree.Member(0); n > 0; n-- {
			for range batch {
				i = a.next(uint32(last))
				line = ix.Line(line[:0], a.members[i], 0)
				last = line[len(line)-1]
			}
		}
	}}
	batched := &contender{run: func(n int) {
		for ; n > 0; n-- {
			many = ix.Lines(many, next(), 0)
		}
	}}
	race("batches"+of, single, batched)
	return faster("G5", "uplines of a batch side by side"+of+", against one by one", batched.fastest/batch, single.fastest/batch, 2)
}

// everybody works out the totals of all teams, and who has the most. The bound of the totals is one for ten million: what is smaller than that is copied
// from one cache to another.
func everybody(ix *tree.Index, of string) []goal {
	values := ix.Volumes(nil)
	for i := range values {
		values[i] = int64(i*7919) % 10_007
	}
	var err error
	var totals []int64
	copied, places, placesCopied := make([]int64, len(values)), make([]uint32, len(values)), make([]uint32, len(values))
	roll := &contender{run: func(n int) {
		for ; n > 0; n-- {
			if totals, err = ix.RollUp(totals, values, false); err != nil {
				panic(err)
			}
		}
	}}
	roll.run(1)
	top := &contender{run: func(n int) {
		for ; n > 0; n-- {
			if _, err = ix.Top(totals, 100, nil); err != nil {
				panic(err)
			}
		}
	}}
	bytes := &contender{run: func(n int) {
		for ; n > 0; n-- {
			copy(copied, values)
		}
	}}
	// The totals need the values and where each team ends.
	more := &contender{run: func(n int) {
		for ; n > 0; n-- {
			copy(copied, values)
			copy(placesCopied, places)
		}
	}}
	raceFor(25, "everybody"+of, roll, top, more, bytes)
	totalled := slower("G10", "the totals of every team"+of+", against copying what they are made of", roll.fastest, more.fastest, 3)
	best := slower("G10", "the top 100"+of+", against copying the values", top.fastest, bytes.fastest, 2)
	if len(values) < 10*million {
		totalled = totalled.withoutGoal()
	}
	if len(values) < million {
		best = best.withoutGoal()
	}
	return []goal{totalled, best}
}

// built is what building one of two things of the same input costs: the least time of several, the bytes, and the least time of a forced garbage collection
// while it is alive.
type built struct {
	make                 func() any
	took, collect, bytes float64
}

func (b *built) measure() {
	before := heap()
	started := time.Now()
	made := b.make()
	b.took = min(b.took, float64(time.Since(started)))
	b.bytes = heap() - before
	for range 3 {
		started = time.Now()
		runtime.GC()
		b.collect = min(b.collect, float64(time.Since(started)))
	}
	runtime.KeepAlive(made)
}

// memory builds an index and a map of nodes of the same input in turn, and compares time, bytes and what a forced garbage collection costs.
func memory(f *forest, of string) []goal {
	const rounds = 5
	index := &built{make: func() any { return f.index() }, took: math.MaxFloat64, collect: math.MaxFloat64}
	nodes := &built{make: func() any { return f.nodes() }, took: math.MaxFloat64, collect: math.MaxFloat64}
	bar := progress.New(rounds, "building"+of)
	defer bar.Done()
	for range rounds {
		index.measure()
		nodes.measure()
		bar.Add(1)
	}
	n := float64(f.n)
	less := times("G6", "bytes a partner"+of+", against a map of nodes", index.bytes/n, nodes.bytes/n, nodes.bytes/index.bytes)
	less.Unit, less.Goal, less.Holds = "B", ">= 3x", nodes.bytes >= 3*index.bytes
	return []goal{
		count("G6", "bytes a partner"+of+", besides the 16 of his id", index.bytes/n-16, 51),
		less,
		faster("G7", "build from an unordered list"+of+", against a map of nodes", index.took, nodes.took, 3),
		faster("G7", "a forced garbage collection"+of+", against a map of nodes", index.collect, nodes.collect, 20),
	}
}

// heap returns the bytes that are alive.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
