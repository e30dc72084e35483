package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

// forest is a team of n, without a pointer a partner, so that the garbage collector has nothing to do for it. It is read as rows of a table, whose order
// has nothing to do with when people joined.
type forest struct {
	n      int
	levels []uint8 // places in levels
	rows   string  // of each row the partner's id and his recruiter's, spaces for none
}

const idBytes = 16

// newForest lets everybody be recruited by anybody before him: at a million the mean depth is 14, at ten million 16.
func newForest(n int) *forest {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	return newShape(n, r.IntN)
}

// newPopular lets who has recruited many recruit more: everybody before is as likely as he has recruits and one more. The mean depth is half of that of
// newForest, and a few have recruited thousands.
func newPopular(n int) *forest {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	recruiters := make([]int, 1, n)
	return newShape(n, func(i int) int {
		of := r.IntN(i)
		if r.IntN(2) == 0 {
			of = recruiters[of]
		}
		recruiters = append(recruiters, of)
		return of
	})
}

// newChain lets everybody be recruited by the one before him.
func newChain(n int) *forest { return newShape(n, func(i int) int { return i - 1 }) }

func newShape(n int, recruiter func(i int) int) *forest {
	r := rand.New(rand.NewPCG(uint64(n), 2))
	f := &forest{n: n, levels: make([]uint8, n)}
	up, order := make([]int, n), make([]int, n)
	for i := range n {
		order[i] = i
		if i > 0 {
			up[i] = recruiter(i)
		}
		f.levels[i] = uint8(min(r.IntN(len(levels)), r.IntN(len(levels)))) // the top level is rare, so that its search goes far up
	}
	r.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	rows := make([]byte, 0, n*2*idBytes)
	for _, i := range order {
		rows = fmt.Appendf(rows, "u%015d", i)
		if i > 0 {
			rows = fmt.Appendf(rows, "u%015d", up[i])
		} else {
			rows = fmt.Appendf(rows, "%*s", idBytes, "")
		}
	}
	f.rows = string(rows)
	return f
}

// row returns the ids of a row.
func (f *forest) row(i int) (id, recruiter partner.ID) {
	row := f.rows[i*2*idBytes:][:2*idBytes]
	if row[idBytes] != ' ' {
		recruiter = partner.ID(row[idBytes:])
	}
	return partner.ID(row[:idBytes]), recruiter
}

// index reads the nodes in their order and makes an index of them.
func (f *forest) index() *tree.Index {
	var b tree.Builder
	for i := range f.n {
		id, recruiter := f.row(i)
		b.Add(tree.Node{ID: id, Recruiter: recruiter, Level: levels[f.levels[i]], Partner: true})
	}
	ix, err := b.Index(0)
	if err != nil {
		panic(err)
	}
	return ix
}

// node is a partner in a map of nodes, as people write it.
type node struct {
	id       string
	up       *node
	children []*node
	level    string
	_        [6]int // room for what an index keeps too: his own volume and his team's, partners and others, direct and all
	state    uint8  // while rings are looked for
}

// nodes reads the rows into a map, and looks for rings.
func (f *forest) nodes() map[string]*node {
	all := map[string]*node{}
	at := func(id partner.ID) *node {
		n := all[string(id)]
		if n == nil {
			n = &node{id: strings.Clone(string(id))} // what was read from a database is nobody else's
			all[n.id] = n
		}
		return n
	}
	for i := range f.n {
		id, recruiter := f.row(i)
		n := at(id)
		n.level = string(levels[f.levels[i]])
		if recruiter != "" {
			n.up = at(recruiter)
			n.up.children = append(n.up.children, n)
		}
	}
	const walking, done = 1, 2
	for _, n := range all {
		for m := n; m != nil && m.state != done; m = m.up {
			if m.state == walking {
				panic("a ring")
			}
			m.state = walking
		}
		for m := n; m != nil && m.state != done; m = m.up {
			m.state = done
		}
	}
	return all
}

// reads is a chain of reads, each of which says where the next one is: a line of 64 bytes a partner, all in one ring in no order. It is what reading one
// partner costs where nothing is known of where he is.
type reads struct {
	next [][8]uint64
	at   uint64
}

func newReads(n int) *reads {
	r := &reads{next: make([][8]uint64, n)}
	perm := rand.New(rand.NewPCG(uint64(n), 2)).Perm(n)
	for i, p := range perm {
		r.next[p][0] = uint64(perm[(i+1)%n])
	}
	return r
}

func (r *reads) run(n int) {
	at := r.at
	for range n {
		at = r.next[at][0]
	}
	r.at = at
}

// asked is whom questions are about: n of a team, in no order.
type asked struct {
	members []tree.Member
	ids     []partner.ID
	i       uint32
	none    uint32 // always 0, which the compiler does not know: so it cannot leave out that the next question waits for the last answer
}

const questions = 1 << 16 // more than any cache keeps of what they touch

func (f *forest) asked(ix *tree.Index) *asked {
	r := rand.New(rand.NewPCG(uint64(f.n), 3))
	a := &asked{}
	for range questions {
		id, _ := f.row(r.IntN(f.n))
		id = partner.ID(strings.Clone(string(id)))
		m, ok := ix.Find(id)
		if !ok {
			panic(id)
		}
		a.members, a.ids = append(a.members, m), append(a.ids, id)
	}
	return a
}

// next returns the place of the next question. It waits for the last answer if that is after, whatever it is.
func (a *asked) next(after uint32) uint32 {
	a.i = (a.i + 1 + after&a.none) % questions
	return a.i
}
