package storetest

import (
	"slices"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// Who stands above whom, at every instant.

// oracleEdge is that somebody stands below a recruiter, or at the root, from an instant on.
type oracleEdge struct {
	recruiter      partner.ID
	from, recorded time.Time
}

// edgeAt returns who stands above somebody at an instant, "" for nobody: by the edge that began last, and of one instant by the last recorded.
func (o *oracle) edgeAt(id partner.ID, at time.Time) partner.ID {
	var last oracleEdge
	if person := o.people[id]; person != nil {
		for _, e := range person.edges {
			if !e.from.After(at) && !e.from.Before(last.from) {
				last = e
			}
		}
	}
	return last.recruiter
}

// recruiter returns who stands above somebody at an instant or, before anybody did, the first who does.
func (o *oracle) recruiter(id partner.ID, at time.Time) partner.ID {
	first := at
	if person := o.people[id]; person != nil && len(person.edges) > 0 {
		first = slices.MinFunc(person.edges, func(a, b oracleEdge) int { return a.from.Compare(b.from) }).from
	}
	if first.After(at) {
		at = first
	}
	return o.edgeAt(id, at)
}

// keptBy returns who keeps somebody from being recruited at an instant by what is recorded now.
func (o *oracle) keptBy(id partner.ID, at, recorded time.Time) partner.ID {
	if has := o.recruiter(id, at); has != "" {
		return has
	}
	return o.edgeAt(id, oracleLater(at, recorded))
}

func oracleLater(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// stand puts somebody below a recruiter from an instant on, "" for nobody.
func (o *oracle) stand(id, recruiter partner.ID, from time.Time) {
	o.people[id].edges = append(o.people[id].edges, oracleEdge{recruiter, from, o.clock})
}

// recruit puts somebody below a recruiter and reports whether that is new. The edge never begins before it was recorded.
func (o *oracle) recruit(id, recruiter partner.ID, plan *program.Plan, at, recorded time.Time) bool {
	if o.people[id] == nil {
		o.add(id, "", true, plan, at)
	}
	if o.keptBy(id, at, recorded) != "" {
		return false
	}
	o.stand(id, recruiter, oracleLater(at, recorded))
	return true
}

// above returns the line of people from somebody upwards as of an instant, himself first. It ends at whoever comes twice.
func (o *oracle) above(id partner.ID, at time.Time) (line []partner.ID) {
	for ; id != "" && !slices.Contains(line, id); id = o.edgeAt(id, at) {
		line = append(line, id)
	}
	return line
}

// below are those whom somebody has recruited as of an instant, in order.
func (o *oracle) below(id partner.ID, at time.Time) (recruits []partner.ID) {
	for _, other := range o.ids() {
		if o.edgeAt(other, at) == id {
			recruits = append(recruits, other)
		}
	}
	return recruits
}

// recruitBar is why somebody can have no team at an instant, "" if he can.
func (o *oracle) recruitBar(id partner.ID, at time.Time) partner.Reason {
	switch status := o.status(id, at); status {
	case "":
		return partner.NotPartner
	case partner.Active, partner.Candidate:
		if o.over(id, partner.FactValidUntil, at) {
			return partner.Expired
		}
		return ""
	case partner.Terminating:
		return partner.IsTerminating
	case partner.Terminated:
		return partner.HasLeft
	}
	return partner.IsClearedOut
}

// recruits is why somebody cannot bring a recruit by an event of an instant that is told now, "" if he can: who joined later can, and who has left since cannot.
func (o *oracle) recruits(id partner.ID, at, recorded time.Time) partner.Reason {
	now := oracleLater(at, recorded)
	if left := o.status(id, now); left == partner.Terminated || left == partner.ClearedOut {
		at = now
	}
	if o.status(id, at) == "" {
		at = tree.Ever
	}
	return o.recruitBar(id, at)
}

// oracleMove is that somebody gets another recruiter, "" for none.
type oracleMove struct{ id, to partner.ID }

// ring reports whether somebody would stand above himself at any instant if they moved so, one after the other.
func (o *oracle) ring(from time.Time, moves ...oracleMove) bool {
	trial := *o
	trial.people = map[partner.ID]*oraclePerson{}
	instants := []time.Time{from}
	for id, person := range o.people {
		trial.people[id] = &oraclePerson{edges: slices.Clone(person.edges)}
		for _, e := range person.edges {
			if e.from.After(from) {
				instants = append(instants, e.from)
			}
		}
	}
	rings := func() bool {
		for _, at := range instants {
			for id := range trial.people {
				line := trial.above(id, at)
				if top := line[len(line)-1]; trial.edgeAt(top, at) != "" {
					return true
				}
			}
		}
		return false
	}
	for _, m := range moves {
		if trial.people[m.id] == nil {
			trial.people[m.id] = &oraclePerson{}
		}
		if trial.stand(m.id, m.to, from); rings() {
			return true
		}
	}
	return rings()
}
