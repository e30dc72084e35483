package tree

import (
	"maps"
	"slices"
	"time"

	"github.com/fenrun/fenrun/partner"
)

// Team is a forest of partners in memory, for use without a store. It is not safe for concurrent use.
type Team struct {
	edges map[partner.ID][]Edge              // of each, in the order in which they were added
	below map[partner.ID]map[partner.ID]bool // who ever had an edge to a recruiter
}

// NewTeam returns an empty team.
func NewTeam() *Team {
	return &Team{edges: map[partner.ID][]Edge{}, below: map[partner.ID]map[partner.ID]bool{}}
}

// Add adds the first edge of a partner. It is [ErrSelf], a [*CycleError] or a [*RecruitedError] otherwise, and nothing is changed.
func (t *Team) Add(e Edge) error {
	if edges := t.edges[e.Partner]; len(edges) > 0 {
		return &RecruitedError{Partner: e.Partner, Recruiter: RecruiterAt(edges, Ever)}
	}
	return t.Move(e)
}

// Move adds an edge: from its instant on the partner stands, with everybody below him, below its recruiter, or at the root where that is "". The edges that
// he has are kept, and one of them that begins later still begins. It is [ErrSelf] or a [*CycleError] where somebody would stand above himself at any
// instant from then on, and nothing is changed.
func (t *Team) Move(e Edge) error {
	edges := t.edges[e.Partner]
	if err := CheckMove(e.Partner, e.Recruiter, e.From, edges, t.above); err != nil {
		return err
	}
	t.put(e)
	return nil
}

// put adds an edge that was checked.
func (t *Team) put(e Edge) {
	e.Seq = int64(len(t.edges[e.Partner])) + 1
	t.edges[e.Partner] = append(t.edges[e.Partner], e)
	if e.Recruiter == "" {
		return
	}
	if t.below[e.Recruiter] == nil {
		t.below[e.Recruiter] = map[partner.ID]bool{}
	}
	t.below[e.Recruiter][e.Partner] = true
}

// above is the line above somebody at an instant, himself first, and the first instant after it at which an edge in it begins.
func (t *Team) above(id partner.ID, instant time.Time) (line []partner.ID, next time.Time, err error) {
	line = t.Uplines(id, instant, 0)
	var edges []Edge
	for _, id := range line {
		edges = append(edges, t.edges[id]...)
	}
	return line, NextAfter(edges, instant), nil
}

// Uplines returns the line of people from id upwards as of an instant, id first, at most depth of them (0: all).
func (t *Team) Uplines(id partner.ID, instant time.Time, depth int) []partner.ID {
	return Walk(id, instant, depth, func(id partner.ID) (Edge, bool) { return EdgeAt(t.edges[id], instant) })
}

// Edges returns all edges of a partner in the order in which they were added.
func (t *Team) Edges(id partner.ID) []Edge { return slices.Clone(t.edges[id]) }

// EdgesAt returns the edges that hold at an instant, in order of the partners who stand below them.
func (t *Team) EdgesAt(instant time.Time) []Edge {
	var edges []Edge
	for _, id := range slices.Sorted(maps.Keys(t.edges)) {
		if e, ok := EdgeAt(t.edges[id], instant); ok {
			edges = append(edges, e)
		}
	}
	return edges
}

// Recruits returns who stands directly below somebody as of an instant, in order of id.
func (t *Team) Recruits(id partner.ID, instant time.Time) []partner.ID {
	var all []partner.ID
	for p := range t.below[id] {
		if RecruiterAt(t.edges[p], instant) == id {
			all = append(all, p)
		}
	}
	slices.Sort(all)
	return all
}

// TeamOf returns the team of edges as they are kept, each partner's in order of Seq. They are not checked.
func TeamOf(edges []Edge) *Team {
	t := NewTeam()
	for _, e := range edges {
		t.put(e)
	}
	return t
}
