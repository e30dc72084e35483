package tree

import (
	"fmt"
	"hash/maphash"
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
	seed    maphash.Seed
	bins    []bin // of the ids that were named
	shift   uint8 // of a hash, to the number of its bin
	said    []said
	sold    []sold
	nodes   []raw
	volume  []int64
	levels  []partner.Level
	twice   []partner.ID
	invalid []partner.ID
	full    bool
	weight  uint64 // of all volumes without their signs
}

// said is what Add was told, besides ids.
type said struct {
	who   [2]Member // by role: whom it is about, nobody where he was added before, and his recruiter
	flags uint32
	level uint8
}

// sold is what AddVolume was told.
type sold struct {
	who Member
	by  int64
}

// raw is a node by the order in which bins have ids: who he is, and what laying out works with.
type raw struct {
	up     uint32 // the recruiter, with isPartner and isLeader; then the recruiter's place
	size   uint32 // of the team, himself too
	most   uint32 // the size of the largest team of a child who has no place yet
	next   uint32 // how many children are left to count; then where the next child goes
	place  uint32 // in the index; before that the roles in which he was named, a bit for each
	hash   uint32
	text   uint32 // where his id begins in its bin
	length uint8  // of the id
	level  uint8
	first  bool // whether he comes first of those whom his recruiter recruited
}

// Add adds a node. Who is only named as a recruiter is a member too: without recruiter and level, and no partner.
func (b *Builder) Add(n Node) {
	if b.full || !b.valid(n.ID) || n.Recruiter != "" && !b.valid(n.Recruiter) {
		return
	}
	level := slices.Index(b.levels, n.Level)
	if level < 0 {
		b.begin()
		if level = slices.Index(b.levels, n.Level); level < 0 {
			level, b.levels = len(b.levels), append(b.levels, n.Level)
		}
	}
	of := len(b.said)
	if b.full = level > maxLevels || of == math.MaxUint32; b.full {
		return
	}
	if of == cap(b.said) {
		b.said = slices.Grow(b.said, max(together, of))
	}
	b.said = append(b.said, said{who: [2]Member{nobody, nobody}, flags: flags(n), level: uint8(level)})
	b.name(n.ID, of, asMember)
	if n.Recruiter != "" {
		b.name(n.Recruiter, of, asRecruiter)
	}
}

// AddVolume adds to a member's own volume. He may be added later. Every call is kept until the index is made.
func (b *Builder) AddVolume(id partner.ID, by int64) {
	if b.full || !b.valid(id) {
		return
	}
	b.begin()
	of := len(b.sold)
	if b.full = of == math.MaxUint32; b.full {
		return
	}
	b.sold = append(b.sold, sold{by: by})
	b.name(id, of, asSeller)
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
		b.seed, b.levels = maphash.MakeSeed(), []partner.Level{""}
		b.bins, b.shift = make([]bin, 1), hashBits
	}
}

// join turns what was said into nodes, once everybody has a number. It reports whether all volumes together stay within 63 bits.
func (b *Builder) join() bool {
	for i := range b.said {
		s := &b.said[i]
		if s.who[asMember] != nobody {
			node := &b.nodes[s.who[asMember]]
			node.up, node.level = uint32(s.who[asRecruiter])|s.flags, s.level
			if up := s.who[asRecruiter]; up != nobody {
				b.nodes[up].next++
			}
		}
	}
	if len(b.sold) > 0 {
		b.volume = make([]int64, len(b.nodes))
	}
	for _, s := range b.sold {
		own := &b.volume[s.who]
		sum, fits := addVolumes(*own, s.by)
		if b.weight += magnitude(sum) - magnitude(*own); !fits || b.weight > math.MaxInt64 {
			return false
		}
		*own = sum
	}
	return true
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
	b.begin()
	if b.meet(); b.full {
		return nil, ErrFull
	}
	if !b.join() {
		return nil, ErrVolume
	}
	problems := BuildError{Invalid: sorted(b.invalid), Twice: sorted(b.twice)}
	for m := range b.nodes {
		if b.nodes[m].place == 1<<asSeller {
			problems.Unknown = append(problems.Unknown, b.id(m))
		}
	}
	slices.Sort(problems.Unknown)
	leavesFirst := b.peel()
	if len(leavesFirst)+len(problems.Unknown) < len(b.nodes) {
		problems.Cycles = b.cycles()
	}
	if problems.Invalid != nil || problems.Twice != nil || problems.Unknown != nil || problems.Cycles != nil {
		return nil, &problems
	}
	b.place(leavesFirst)
	return b.lay(number), nil
}

func (b *Builder) id(m int) partner.ID { return partner.ID(b.text(&b.nodes[m])) }

func sorted(ids []partner.ID) []partner.ID {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// cycles returns the rings: who was never peeled.
func (b *Builder) cycles() [][]partner.ID {
	var cycles [][]partner.ID
	for m := range b.nodes {
		if b.nodes[m].next == taken || b.nodes[m].place == 1<<asSeller {
			continue
		}
		var ring []partner.ID
		for at := m; b.nodes[at].next != taken; at = int(b.nodes[at].up & whom) {
			b.nodes[at].next = taken
			ring = append(ring, b.id(at))
		}
		cycles = append(cycles, fromLowest(ring))
	}
	slices.SortFunc(cycles, func(a, b []partner.ID) int { return strings.Compare(string(a[0]), string(b[0])) })
	return cycles
}
