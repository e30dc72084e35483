package tree

import (
	"slices"
	"time"

	"github.com/fenrun/fenrun/partner"
)

// Ever is later than every edge: with it, Walk follows edges that begin in the future too.
var Ever = time.Unix(1<<40, 0).UTC()

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

// CheckMove returns nil if recruiter ("" for the root) may stand above a partner with these edges from an instant on, for as long as the edge would hold:
// until one of the partner's edges begins that is later. Moves that are to come count, so that nobody stands above himself at any instant whatever takes
// effect. above returns the line above somebody at an instant, himself first, and the first instant after it at which an edge of somebody in it begins,
// zero for none. It is [ErrSelf] or a [*CycleError] otherwise, or an error of above.
func CheckMove(id, recruiter partner.ID, from time.Time, edges []Edge, above func(partner.ID, time.Time) ([]partner.ID, time.Time, error)) error {
	if recruiter == "" {
		return nil
	}
	until := NextAfter(edges, from)
	for at := from; ; {
		line, next, err := above(recruiter, at)
		if err != nil {
			return err
		}
		if err := CheckRecruit(id, recruiter, line); err != nil {
			if cycle, ok := err.(*CycleError); ok && at.After(from) {
				cycle.At = at
			}
			return err
		}
		if next.IsZero() || !until.IsZero() && !next.Before(until) {
			return nil
		}
		at = next
	}
}

// Loss is what a move of a partner with everybody below him changes: who has him above no more, and who has from then on.
type Loss struct {
	Lose, Gain []partner.ID // the nearest first
}

// Compare returns who loses and who gains a branch whose line was one and is another. Who stands in both does neither.
func Compare(was, is []partner.ID) Loss {
	without := func(all, others []partner.ID) (left []partner.ID) {
		for _, id := range all {
			if !slices.Contains(others, id) {
				left = append(left, id)
			}
		}
		return left
	}
	return Loss{Lose: without(was, is), Gain: without(is, was)}
}
