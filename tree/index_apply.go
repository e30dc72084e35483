package tree

import (
	"math"
	"slices"

	"github.com/fenrun/fenrun/partner"
)

// Change is what one event changes. One that changes nothing only moves the number on. Events are numbered without gaps, so that none is missed.
type Change struct {
	Number int64 // one above the number of the event before it; 0 for what no event says, such as what begins by itself at some time: the number stays
	// Put says who members are from now on. Who is new joins; who has another recruiter than before moves, with his team. Who is only named as a recruiter
	// joins too, as in a [Builder]. Nobody comes twice.
	Put []Node
	// Volumes are added to members' own volumes.
	Volumes []Volume
}

// Volume is what somebody has sold himself, or what is added to it: an integer in a unit that is the same for the whole index, such as fen.
type Volume struct {
	ID partner.ID
	By int64
}

// Apply makes changes, in their order. The first one that cannot be made is the error and changes nothing; those before it are made, and [Index.Number]
// says how far it came. The error is a [*GapError] where a number is not the next, a [*BuildError] that names ids, repetitions and rings as a Builder's
// does, an [*UnknownError] for the volume of who is no member, [ErrFull], or [ErrVolume].
func (ix *Index) Apply(changes ...Change) error {
	for i := range changes {
		c := &changes[i]
		if c.Number != 0 && c.Number != ix.number+1 {
			return &GapError{Next: ix.number + 1, Number: c.Number}
		}
		weight, err := ix.check(c)
		if err != nil {
			return err
		}
		ix.put(c.Put)
		for j, v := range c.Volumes {
			m := ix.sellers[j]
			if m == nobody { // he has joined by this change
				m, _ = ix.Find(v.ID)
			}
			ix.self[m].own += v.By
			ix.add(m, team{volume: v.By})
		}
		ix.number, ix.weight = max(ix.number, c.Number), weight
	}
	return nil
}

func (ix *Index) put(nodes []Node) {
	// Who is new comes first and who moves stands alone for a moment: so no order of the nodes makes a ring on the way.
	for i := range nodes {
		n := &nodes[i]
		m, ok := ix.Find(n.ID)
		if !ok {
			m = ix.join(n.ID)
		}
		ix.set(m, *n)
		if up, ok := ix.Recruiter(m); ok && ix.ID(up) != n.Recruiter {
			ix.move(m, nobody)
		}
	}
	for i := range nodes {
		if nodes[i].Recruiter == "" {
			continue
		}
		m, _ := ix.Find(nodes[i].ID)
		up, ok := ix.Find(nodes[i].Recruiter)
		if !ok {
			up = ix.join(nodes[i].Recruiter)
		}
		ix.move(m, up)
	}
}

// check returns why a change cannot be made, or the weight of all volumes after it, and finds whose volumes it changes.
func (ix *Index) check(c *Change) (weight uint64, err error) {
	if len(c.Put) > 0 {
		if err := ix.checkNodes(c.Put); err != nil {
			return 0, err
		}
	}
	if len(c.Volumes) == 0 {
		return ix.weight, nil
	}
	return ix.checkVolumes(c)
}

func (ix *Index) checkVolumes(c *Change) (weight uint64, err error) {
	weight, ix.sellers = ix.weight, ix.sellers[:0]
	var own map[partner.ID]int64
	if len(c.Volumes) > 1 {
		own = make(map[partner.ID]int64, len(c.Volumes))
	}
	for _, v := range c.Volumes {
		m, ok := ix.Find(v.ID)
		if !ok {
			if m = nobody; v.ID == "" || !puts(c.Put, v.ID) {
				return 0, &UnknownError{ID: v.ID}
			}
		}
		ix.sellers = append(ix.sellers, m)
		has, seen := own[v.ID]
		if !seen && ok {
			has = ix.self[m].own
		}
		sum, fits := addVolumes(has, v.By)
		if weight += magnitude(sum) - magnitude(has); !fits || weight > math.MaxInt64 {
			return 0, ErrVolume
		}
		if own != nil {
			own[v.ID] = sum
		}
	}
	return weight, nil
}

// puts reports whether nodes make somebody a member.
func puts(nodes []Node, id partner.ID) bool {
	for i := range nodes {
		if nodes[i].ID == id || nodes[i].Recruiter == id {
			return true
		}
	}
	return false
}

func (ix *Index) checkNodes(nodes []Node) error {
	var problems BuildError
	coming := make(map[partner.ID]partner.ID, len(nodes)) // who gets which recruiter
	var levels []partner.Level
	joining := 0
	for i := range nodes {
		n := &nodes[i]
		for _, id := range [...]partner.ID{n.ID, n.Recruiter} {
			switch _, known := ix.Find(id); {
			case id == "" && n.ID != "": // no recruiter
			case !fitsPlace(id):
				problems.Invalid = append(problems.Invalid, id)
			case !known:
				joining++
			}
		}
		if _, twice := coming[n.ID]; twice {
			problems.Twice = append(problems.Twice, n.ID)
		}
		coming[n.ID] = n.Recruiter
		if !slices.Contains(ix.levels, n.Level) && !slices.Contains(levels, n.Level) {
			levels = append(levels, n.Level)
		}
	}
	problems.Invalid, problems.Twice = sorted(problems.Invalid), sorted(problems.Twice)
	if problems.Invalid == nil && problems.Twice == nil {
		problems.Cycles = ix.rings(nodes, coming)
	}
	switch {
	case problems.Invalid != nil || problems.Twice != nil || problems.Cycles != nil:
		return &problems
	case ix.Len()+joining > maxMembers || len(ix.levels)+len(levels) > maxLevels+1:
		return ErrFull
	}
	return nil
}
