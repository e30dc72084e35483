package tree

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/fenrun/fenrun/partner"
)

// Builder makes an index of nodes that come in any order, such as pages read from a store. The zero Builder is ready to use.
//
//	var b tree.Builder
//	b.Add(tree.Node{ID: "carol", Recruiter: "bob", Partner: true})
//	b.Add(tree.Node{ID: "bob", Partner: true})
//	ix, err := b.Index(0)
type Builder struct {
	ids     idList
	nodes   []raw
	volume  []int64
	levels  []partner.Level
	waiting []Node
	hashes  []uint64 // of the ids of who waits, and of their recruiters
	twice   []partner.ID
	invalid []partner.ID
	full    bool
	weight  uint64 // of all volumes without their signs
	heavy   bool   // whether it has left 63 bits
}

// raw is a node by the order in which ids came: first the recruiter and what is known of him, then what laying out works with.
type raw struct {
	up    uint32 // the recruiter, with isPartner and isLeader
	size  uint32 // of the team, himself too
	big   uint32 // the child with the largest team
	next  uint32 // how many children are left to count; then where the next child goes
	place uint32 // in the index; before that what is known of him
	level uint8
}

// What is known of somebody before he has a place.
const (
	named uint32 = 1 << iota // as a recruiter
	added                    // by Add
)

// Add adds a node. Who is only named as a recruiter is a member too: without recruiter and level, and no partner.
func (b *Builder) Add(n Node) {
	if b.full || !b.valid(n.ID) || n.Recruiter != "" && !b.valid(n.Recruiter) {
		return
	}
	b.waiting = append(b.waiting, n)
	if len(b.waiting) == together {
		b.addWaiting()
	}
}

// addWaiting adds the nodes that wait. Their ids are looked up together: memory answers many questions in the time of one.
func (b *Builder) addWaiting() {
	b.begin()
	b.hashes = b.hashes[:0]
	for i := range b.waiting {
		n := &b.waiting[i]
		b.hashes = append(b.hashes, b.ids.hash(string(n.ID)), b.ids.hash(string(n.Recruiter)))
	}
	for _, m := range b.ids.fetch(b.hashes) {
		b.ids.seen += b.nodes[m].place
	}
	for i := range b.waiting {
		b.add(&b.waiting[i], b.hashes[2*i], b.hashes[2*i+1])
	}
	clear(b.waiting)
	b.waiting = b.waiting[:0]
}

func (b *Builder) add(n *Node, id, recruiter uint64) {
	m := b.intern(id, n.ID)
	if b.full {
		return
	}
	if b.nodes[m].place&added != 0 {
		b.twice = append(b.twice, n.ID)
		return
	}
	up := nobody
	if n.Recruiter != "" {
		if up = b.intern(recruiter, n.Recruiter); b.full {
			return
		}
		b.nodes[up].place |= named
	}
	i := slices.Index(b.levels, n.Level)
	if i < 0 {
		if i = len(b.levels); i > maxLevels {
			b.full = true
			return
		}
		b.levels = append(b.levels, n.Level)
	}
	b.nodes[m].up, b.nodes[m].level = uint32(up)|flags(*n), uint8(i)
	b.nodes[m].place |= added
}

// AddVolume adds to a member's own volume. He may be added later.
func (b *Builder) AddVolume(id partner.ID, by int64) {
	if b.full || !b.valid(id) {
		return
	}
	b.addWaiting()
	m := b.intern(b.ids.hash(string(id)), id)
	if b.full {
		return
	}
	if b.volume == nil {
		b.volume = make([]int64, len(b.nodes))
	}
	sum, fits := addVolumes(b.volume[m], by)
	b.weight += magnitude(sum) - magnitude(b.volume[m])
	b.heavy = b.heavy || !fits || b.weight > math.MaxInt64
	b.volume[m] = sum
}

func (b *Builder) valid(id partner.ID) bool {
	if !fitsPlace(id) {
		b.invalid = append(b.invalid, id)
		return false
	}
	return true
}

// fitsPlace reports whether an index has room for an id: which texts are ids is for others to say.
func fitsPlace(id partner.ID) bool { return id != "" && len(id) <= partner.MaxID }

func (b *Builder) begin() {
	if b.levels == nil {
		b.ids, b.levels = newIDList(), []partner.Level{""}
	}
}

func (b *Builder) intern(hash uint64, id partner.ID) Member {
	m := b.ids.intern(hash, string(id))
	if int(m) == len(b.nodes) {
		if m >= maxMembers {
			b.full = true
		}
		if len(b.nodes) == cap(b.nodes) {
			b.nodes = slices.Grow(b.nodes, max(together, len(b.nodes)))
		}
		b.nodes = append(b.nodes, raw{up: uint32(nobody)})
		if b.volume != nil {
			b.volume = append(b.volume, 0)
		}
	}
	return m
}

func flags(n Node) (f uint32) {
	if n.Partner {
		f |= isPartner
	}
	if n.Leader {
		f |= isLeader
	}
	return f
}

// addVolumes returns a sum, and whether it and what is added are within 64 bits with either sign.
func addVolumes(a, b int64) (sum int64, fits bool) {
	sum = a + b
	return sum, (sum > a) == (b > 0) && sum != math.MinInt64 && b != math.MinInt64
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// BuildError says everything that keeps nodes from being a forest. Each list is in order of id.
type BuildError struct {
	Invalid []partner.ID   // ids that are empty or longer than [partner.MaxID]
	Twice   []partner.ID   // who was added more than once
	Unknown []partner.ID   // who has a volume and is no member
	Cycles  [][]partner.ID // rings: each member, then his recruiter, from the one with the lowest id on
}

func (e *BuildError) Error() string {
	var parts []string
	say := func(what string, n int, first any) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s, such as %q", n, what, first))
		}
	}
	say("ids that cannot be one", len(e.Invalid), first(e.Invalid))
	say("members were added twice", len(e.Twice), first(e.Twice))
	say("volumes of who is no member", len(e.Unknown), first(e.Unknown))
	say("rings of recruiters", len(e.Cycles), first(e.Cycles))
	return "tree: no index: " + strings.Join(parts, "; ")
}

func first[T any](all []T) (none T) {
	if len(all) == 0 {
		return none
	}
	return all[0]
}

// Index returns the index of what was added, as of a change's number. It is a [*BuildError] that names everything that is wrong, [ErrFull], or
// [ErrVolume] otherwise. The builder is empty after it.
func (b *Builder) Index(number int64) (*Index, error) {
	defer func() { *b = Builder{} }()
	b.addWaiting()
	switch {
	case b.full:
		return nil, ErrFull
	case b.heavy:
		return nil, ErrVolume
	}
	problems := BuildError{Invalid: sorted(b.invalid), Twice: sorted(b.twice)}
	for m := range b.nodes {
		if b.nodes[m].place == 0 {
			problems.Unknown = append(problems.Unknown, b.id(m))
		}
	}
	slices.Sort(problems.Unknown)
	leavesFirst := b.peel()
	if len(leavesFirst) < len(b.nodes) {
		problems.Cycles = b.cycles()
	}
	if problems.Invalid != nil || problems.Twice != nil || problems.Unknown != nil || problems.Cycles != nil {
		return nil, &problems
	}
	b.place(leavesFirst)
	return b.lay(number), nil
}

func (b *Builder) id(m int) partner.ID { return partner.ID(b.ids.at(Member(m))) }

func sorted(ids []partner.ID) []partner.ID {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// cycles returns the rings: who was never peeled.
func (b *Builder) cycles() [][]partner.ID {
	var cycles [][]partner.ID
	for m := range b.nodes {
		if b.nodes[m].next == 0 {
			continue
		}
		var ring []partner.ID
		for at := m; b.nodes[at].next != 0; at = int(b.nodes[at].up & whom) {
			b.nodes[at].next = 0
			ring = append(ring, b.id(at))
		}
		cycles = append(cycles, fromLowest(ring))
	}
	slices.SortFunc(cycles, func(a, b []partner.ID) int { return strings.Compare(string(a[0]), string(b[0])) })
	return cycles
}
