package tree

import (
	"errors"
	"fmt"

	"github.com/fenrun/fenrun/partner"
)

// Index answers questions about a whole team from memory: who stands above and below whom, how many there are of which kind, and what they sell
// together. A [Builder] makes it, [Index.Apply] keeps it current.
//
// It is for looking, counting and ranking. It may lag behind what is recorded, and so never decides money.
//
// Any number of goroutines may read an index at once, but none while Apply runs; [Live] sees to that.
//
// Members lie in pre-order of the forest as it was when the index was built, the child with the largest team first: a team is a range, and many uplines in
// a row lie side by side. Such a row is a path. What a member's team counts is kept as sums along its path, so that a change touches a few places a path
// instead of every upline. Who joins or moves later stands outside his recruiter's range; lists say where.
type Index struct {
	number int64
	ids    idList
	base   Member // who lies below it is in pre-order

	places  []place
	span    []uint32 // the length of the range, himself first, with strays and adopts
	self    []self   // of himself and whom he recruited
	sums    []team   // path sums of teams, the member himself too
	weight  uint64   // the sum of all own volumes without their signs: no sum of volumes can leave int64 before it does
	levels  []partner.Level
	strayed []stretch // ranges of which somebody has left, in order
	family  family
	sellers []Member // whose volumes the change in hand changes; nobody for who joins by it
}

// place is what a walk upwards reads.
type place struct {
	up     uint32 // the recruiter, with isPartner and isLeader
	offset uint16 // the place in his path: 0 begins one
	level  uint8  // into levels
}

type self struct {
	own    int64 // his own volume
	direct pair  // recruited by him
}

type team struct {
	volume int64
	all    pair
}

// Member is somebody's place in an index. It stays his for as long as the index lives, and means nothing in another one.
type Member uint32

// Node says who somebody is: the input of an index.
type Node struct {
	ID        partner.ID
	Recruiter partner.ID // "" for none
	Level     partner.Level
	Partner   bool // whether he is a partner, and not only known
	Leader    bool // whether he leads a team, at which the teams of those above can end
}

// What else up and span say.
const (
	isPartner uint32 = 1 << 30
	isLeader  uint32 = 1 << 31

	strays uint32 = 1 << 30 // he stands outside the range of his recruiter
	adopts uint32 = 1 << 31 // somebody who strays has him as recruiter

	whom = 1<<30 - 1 // the bits that say who

	// nobody is the recruiter of who has none.
	nobody Member = whom

	maxMembers = whom
	maxLevels  = 255
)

var (
	// ErrFull says that an index has no place left: it holds 2^30 - 1 members of 255 levels.
	ErrFull = errors.New("tree: an index holds at most 1073741823 members of 255 levels")
	// ErrVolume says that volumes are too large to be added up in 64 bits, whatever their signs.
	ErrVolume = errors.New("tree: the volumes of all together leave 64 bits")
)

// GapError says that a change is not the one that comes next.
type GapError struct {
	Next, Number int64 // the number that comes next, and the change's
}

func (e *GapError) Error() string {
	return fmt.Sprintf("tree: change %d cannot be applied, change %d comes next", e.Number, e.Next)
}

// UnknownError says that an index has no such member.
type UnknownError struct {
	ID partner.ID
}

func (e *UnknownError) Error() string { return fmt.Sprintf("tree: the index has no member %q", e.ID) }

// Number returns the number of the last change that the index has seen.
func (ix *Index) Number() int64 { return ix.number }

// Len returns how many members there are: the members from 0 to Len-1.
func (ix *Index) Len() int { return len(ix.places) }

// Find returns who has an id, and whether there is one.
func (ix *Index) Find(id partner.ID) (Member, bool) {
	return ix.ids.find(string(id))
}

// ID returns a member's id.
func (ix *Index) ID(m Member) partner.ID { return partner.ID(ix.ids.at(m)) }

// Node returns who a member is.
func (ix *Index) Node(m Member) Node {
	n := Node{ID: ix.ID(m), Level: ix.Level(m), Partner: ix.places[m].up&isPartner != 0, Leader: ix.IsLeader(m)}
	if r, ok := ix.Recruiter(m); ok {
		n.Recruiter = ix.ID(r)
	}
	return n
}

// Recruiter returns a member's recruiter, and whether he has one.
func (ix *Index) Recruiter(m Member) (Member, bool) {
	up := ix.parent(m)
	return up, up != nobody
}

// Level returns a member's level, "" for none.
func (ix *Index) Level(m Member) partner.Level { return ix.levels[ix.places[m].level] }

// IsLeader reports whether a member leads a team.
func (ix *Index) IsLeader(m Member) bool { return ix.places[m].up&isLeader != 0 }

func (ix *Index) parent(m Member) Member { return Member(ix.places[m].up & whom) }

// size is the length of a member's range, himself first: his team as it was when the index was built.
func (ix *Index) size(m Member) Member { return Member(ix.span[m] & whom) }

// levelOf returns the place of a level in levels, which grows by it where it is new. Room for it has been checked.
func (ix *Index) levelOf(level partner.Level) uint8 {
	for i, l := range ix.levels {
		if l == level {
			return uint8(i)
		}
	}
	ix.levels = append(ix.levels, level)
	return uint8(len(ix.levels) - 1)
}

// pair counts partners and everybody.
type pair struct{ all, partners uint32 }

func (p pair) plus(q pair) pair { return pair{p.all + q.all, p.partners + q.partners} }

func (p pair) minus(q pair) pair { return pair{p.all - q.all, p.partners - q.partners} }

func (t team) plus(u team) team { return team{t.volume + u.volume, t.all.plus(u.all)} }

func (t team) minus(u team) team { return team{t.volume - u.volume, t.all.minus(u.all)} }

// one is what a member himself counts.
func (ix *Index) one(m Member) pair { return pair{1, ix.places[m].up & isPartner / isPartner} }
