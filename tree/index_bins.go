package tree

import (
	"hash/maphash"
	"math/bits"
	"slices"

	"github.com/fenrun/fenrun/partner"
)

// bin holds the ids whose hashes begin alike, each as often as it was named. Equal ids lie in one bin, so that they are looked for in a table of that bin
// alone, which a cache holds: memory is read and written from one end to the other.
type bin struct {
	text  []byte // of all ids, one after another
	marks []mark
}

// mark is an id that was named.
type mark struct {
	hash   uint32
	of     uint32 // the number of what names it
	length uint8  // of its text
	as     role
}

// role is what an id was named as.
type role uint8

const (
	asMember    role = iota // by Add
	asRecruiter             // by Add
	asSeller                // by AddVolume
)

const (
	hashBits = 32
	binBits  = 8
	fewMarks = 1 << 14 // so many lie in one bin
)

// hashOf returns the hash of an id. Its first bits say in which bin it lies, and where in the table of an index.
func hashOf(seed maphash.Seed, id string) uint32 { return uint32(maphash.String(seed, id)) }

// name adds an id to its bin.
func (b *Builder) name(id partner.ID, of int, as role) {
	if b.shift == hashBits && len(b.bins[0].marks) == fewMarks {
		b.spread()
	}
	hash := hashOf(b.seed, string(id))
	in := &b.bins[hash>>b.shift]
	put(in, mark{hash: hash, of: uint32(of), length: uint8(len(id)), as: as}, string(id))
}

func put[T string | []byte](in *bin, m mark, id T) {
	if len(in.marks) == cap(in.marks) {
		in.marks = slices.Grow(in.marks, max(together, len(in.marks)))
	}
	if cap(in.text)-len(in.text) < len(id) {
		in.text = slices.Grow(in.text, max(together*len(id), len(in.text)))
	}
	in.marks, in.text = append(in.marks, m), append(in.text, id...)
}

// spread lays what is in the first bin into many.
func (b *Builder) spread() {
	one := b.bins[0]
	b.bins, b.shift = make([]bin, 1<<binBits), hashBits-binBits
	at := 0
	for _, m := range one.marks {
		end := at + int(m.length)
		put(&b.bins[m.hash>>b.shift], m, one.text[at:end])
		at = end
	}
}

// meet gives everybody who was named a number, and notes it with what names him.
func (b *Builder) meet() {
	b.nodes = make([]raw, 0, len(b.said)+len(b.said)/64+1)
	var table []uint64 // of a bin: 0 where it is empty, else the hash, and below it the number counted from the bin's first, plus 1
	for i := range b.bins {
		in, from := &b.bins[i], len(b.nodes)
		size := 2 << bits.Len(uint(len(in.marks)))
		table = slices.Grow(table[:0], size)[:size]
		clear(table)
		at := 0
		for j := range in.marks {
			m := &in.marks[j]
			end := at + int(m.length)
			b.note(b.number(table, in, m, from, at, end), m)
			at = end
		}
		if b.full = b.full || len(b.nodes) > maxMembers; b.full {
			return
		}
	}
}

// number returns the number of an id, whose text begins and ends there in its bin.
func (b *Builder) number(table []uint64, in *bin, m *mark, from, at, end int) Member {
	mask := uint32(len(table) - 1)
	for slot := m.hash & mask; ; slot = (slot + 1) & mask {
		switch has := table[slot]; {
		case has == 0:
			b.nodes = append(b.nodes, raw{up: uint32(nobody), size: 1, hash: m.hash, text: uint32(at), length: m.length})
			table[slot] = uint64(m.hash)<<32 | uint64(len(b.nodes)-from)
			return Member(len(b.nodes) - 1)
		case uint32(has>>32) == m.hash:
			number := from + int(uint32(has)) - 1
			node := &b.nodes[number]
			if string(in.text[node.text:node.text+uint32(node.length)]) == string(in.text[at:end]) {
				return Member(number)
			}
		}
	}
}

// note notes who is named by what names him. Who is added again is nobody.
func (b *Builder) note(who Member, m *mark) {
	node := &b.nodes[who]
	before := node.place
	node.place |= 1 << m.as
	switch {
	case m.as == asSeller:
		b.sold[m.of].who = who
	case node.place == before && m.as == asMember:
		b.twice = append(b.twice, b.id(int(who)))
	default:
		b.said[m.of].who[m.as&1] = who
	}
}

// text returns the id of a node.
func (b *Builder) text(node *raw) []byte {
	return b.bins[node.hash>>b.shift].text[node.text:][:node.length]
}
