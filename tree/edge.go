package tree

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fenrun/fenrun/partner"
)

// Edge says who recruited a partner. A partner has at most one.
type Edge struct {
	ID        string // unique within the tenant
	Partner   partner.ID
	Recruiter partner.ID
	From      time.Time // the first instant at which it holds
	partner.Record
}

// ErrSelf is returned where somebody would stand above himself.
var ErrSelf = errors.New("tree: nobody can be his own recruiter or owner")

// CycleError says that a recruiter stands below the partner whom he would recruit.
type CycleError struct {
	Partner, Recruiter partner.ID
}

func (e *CycleError) Error() string {
	return fmt.Sprintf("tree: %q cannot recruit %q, who stands above him", e.Recruiter, e.Partner)
}

// RecruitedError says that a partner has a recruiter already: the edge is permanent.
type RecruitedError struct {
	Partner, Recruiter partner.ID
}

func (e *RecruitedError) Error() string {
	return fmt.Sprintf("tree: %q has been recruited by %q", e.Partner, e.Recruiter)
}

// Walk returns the line of people from start upwards as of an instant: start, his recruiter, and so on, at most depth of them (0: all). An edge that
// begins later is not followed. recruiter returns the edge of a partner and whether there is one. The walk ends in any case: at a partner who would
// come twice it stops.
func Walk(start partner.ID, instant time.Time, depth int, recruiter func(partner.ID) (Edge, bool)) []partner.ID {
	line := []partner.ID{start}
	// A hare that runs into the tortoise has found a ring, without remembering everybody on the way.
	tortoise, steps, power := start, 0, 1
	for current := start; depth == 0 || len(line) < depth; {
		edge, ok := recruiter(current)
		if !ok || edge.From.After(instant) || edge.Recruiter == tortoise {
			break
		}
		current = edge.Recruiter
		line = append(line, current)
		if steps++; steps == power {
			tortoise, steps, power = current, 0, power*2
		}
	}
	return line
}

// CheckRecruit returns nil if recruiter may stand above a partner who has no recruiter yet. above is the recruiter's own line, himself first, whatever
// the instant from which its edges hold. It is [ErrSelf] or a [*CycleError] otherwise.
func CheckRecruit(id, recruiter partner.ID, above []partner.ID) error {
	if id == recruiter {
		return ErrSelf
	}
	for _, upline := range above {
		if upline == id {
			return &CycleError{Partner: id, Recruiter: recruiter}
		}
	}
	return nil
}

// Team is a forest of partners in memory, for use without a store. It is not safe for concurrent use.
type Team struct {
	edges map[partner.ID]Edge
}

// NewTeam returns an empty team.
func NewTeam() *Team { return &Team{edges: map[partner.ID]Edge{}} }

// Add adds an edge. It is [ErrSelf], a [*CycleError] or a [*RecruitedError] otherwise, and nothing is changed.
func (t *Team) Add(e Edge) error {
	if old, ok := t.edges[e.Partner]; ok {
		return &RecruitedError{Partner: e.Partner, Recruiter: old.Recruiter}
	}
	if err := CheckRecruit(e.Partner, e.Recruiter, Walk(e.Recruiter, Ever, 0, t.edge)); err != nil {
		return err
	}
	t.edges[e.Partner] = e
	return nil
}

// Ever is later than every edge: with it, Walk follows edges that begin in the future too.
var Ever = time.Unix(1<<40, 0).UTC()

func (t *Team) edge(id partner.ID) (Edge, bool) {
	e, ok := t.edges[id]
	return e, ok
}

// Uplines returns the line of people from id upwards as of an instant, id first, at most depth of them (0: all).
func (t *Team) Uplines(id partner.ID, instant time.Time, depth int) []partner.ID {
	return Walk(id, instant, depth, t.edge)
}

// Edges returns the edges that hold at an instant, in order of the partners who were recruited.
func (t *Team) Edges(instant time.Time) []Edge {
	var edges []Edge
	for _, e := range t.edges {
		if !e.From.After(instant) {
			edges = append(edges, e)
		}
	}
	slices.SortFunc(edges, func(a, b Edge) int { return strings.Compare(string(a.Partner), string(b.Partner)) })
	return edges
}
