package tree

import (
	"hash/maphash"
	"math/bits"
	"strings"
)

// idList numbers ids from 0 on and finds the number of an id. The text of a page of ids is one string, so that a million ids are a thousand pointers.
type idList struct {
	seed  maphash.Seed
	count Member
	pages []idPage
	tail  *strings.Builder // the text of the last page
	base  idTable          // of the ids that were there when the index was built
	later idTable          // of the others, so that it alone has to grow
}

// pageSize is the number of ids of a page: as many as two bytes can say where each begins.
const pageSize = 1 << 10

type idPage struct {
	text   string
	starts [pageSize]uint16
}

func (l *idList) at(m Member) string {
	page, i := &l.pages[m/pageSize], m%pageSize
	from := page.starts[i]
	if i == pageSize-1 {
		return page.text[from:]
	}
	return page.text[from:page.starts[i+1]]
}

// put appends an id to the list, without the tables.
func (l *idList) put(id string) Member {
	m := l.count
	i := m % pageSize
	if int(m/pageSize) == len(l.pages) {
		l.pages, l.tail = append(l.pages, idPage{}), &strings.Builder{}
	}
	page := &l.pages[m/pageSize]
	l.tail.WriteString(id)
	page.text = l.tail.String() // the bytes that it had before stay where they are, or are left behind
	if i+1 < pageSize {
		page.starts[i+1] = uint16(len(page.text))
	}
	l.count++
	return m
}

// putPage appends a page of ids of a builder. The pages before it are full.
func (l *idList) putPage(b *Builder, some []uint32) {
	l.pages = append(l.pages, idPage{})
	page := &l.pages[len(l.pages)-1]
	var ids [pageSize][]byte // found first and read then, so that none waits for another
	for i, m := range some {
		ids[i] = b.text(&b.nodes[m])
	}
	text := make([]byte, 0, len(some)*len(ids[0]))
	for i, id := range ids[:len(some)] {
		page.starts[i] = uint16(len(text))
		text = append(text, id...)
	}
	if len(some) < pageSize {
		page.starts[len(some)] = uint16(len(text))
	}
	l.tail = &strings.Builder{}
	l.tail.Write(text)
	page.text = l.tail.String()
	l.count += Member(len(some))
}

func (l *idList) hash(id string) uint32 { return hashOf(l.seed, id) }

func (l *idList) find(id string) (Member, bool) {
	hash := l.hash(id)
	if m, ok := l.base.find(l, hash, id); ok {
		return m, true
	}
	return l.later.find(l, hash, id)
}

// add appends an id that is new.
func (l *idList) add(hash uint32, id string) Member {
	m := l.put(id)
	if 5*(l.later.used+1) > 4*len(l.later.slots) {
		l.grow(&l.later)
	}
	l.later.put(hash, m)
	return m
}

// grow makes a table four times as large.
func (l *idList) grow(t *idTable) {
	old := *t
	*t = newIDTable(old.first, max(16, 4*len(old.slots)))
	for i := range old.used {
		m := old.first + Member(i)
		t.put(l.hash(l.at(m)), m)
	}
}

// index puts all ids of a builder into the base table, five to six slots. Bin by bin, the slots of one lie side by side.
func (l *idList) index(b *Builder) {
	l.base = newIDTable(0, int(l.count)+int(l.count)/5+1)
	for m := range b.nodes {
		l.base.put(b.nodes[m].hash, Member(b.nodes[m].place))
	}
	l.later = idTable{first: l.count}
}

// idTable finds members by the hash of their ids, by open addressing. A slot is 0 where it is empty, else a member's number counted from first, plus 1, and
// above it as many bits of the hash as there is room for, so that other ids in the way are seldom looked at.
type idTable struct {
	slots []uint32
	first Member
	used  int
	bits  int // of the number
}

func newIDTable(first Member, size int) idTable {
	return idTable{slots: make([]uint32, size), first: first, bits: bits.Len(uint(size))}
}

func (t *idTable) find(l *idList, hash uint32, id string) (Member, bool) {
	if t.used == 0 {
		return 0, false
	}
	for i, tag := t.slot(hash), hash<<t.bits; ; {
		slot := t.slots[i]
		if slot == 0 {
			return 0, false
		}
		if (slot^tag)>>t.bits == 0 {
			if m := t.first + Member(slot&(1<<t.bits-1)) - 1; l.at(m) == id {
				return m, true
			}
		}
		if i++; i == len(t.slots) {
			i = 0
		}
	}
}

// slot is where the search for a hash begins.
func (t *idTable) slot(hash uint32) int { return int(uint64(hash) * uint64(len(t.slots)) >> hashBits) }

// put adds a member whose id is not in the table, which has room.
func (t *idTable) put(hash uint32, m Member) {
	i := t.slot(hash)
	for t.slots[i] != 0 {
		if i++; i == len(t.slots) {
			i = 0
		}
	}
	t.slots[i] = hash<<t.bits | uint32(m-t.first+1)
	t.used++
}
