package storetest

import (
	"fmt"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// How partners come, renew and leave, and what becomes of what hangs on them.

// oracleDeparture is that somebody has left, and whether what was pending of his is the shop's by that.
type oracleDeparture struct {
	id           partner.ID
	at, recorded time.Time
	forfeits     bool
}

func (o *oracle) status(id partner.ID, at time.Time) partner.Status {
	return partner.Status(o.says(id, partner.FactStatus, at))
}

// over reports whether the instant that a fact of a kind names has come; one that names none never comes.
func (o *oracle) over(id partner.ID, kind partner.FactKind, at time.Time) bool {
	until, is := oracleInstant(o.says(id, kind, at))
	return is && !at.Before(until)
}

func oracleInstant(text string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339Nano, text)
	return at.UTC(), err == nil
}

func oracleText(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// accrues reports whether somebody earns at an instant by a plan: also one who is frozen, where it lets that accrue.
func (o *oracle) accrues(id partner.ID, plan *program.Plan, at time.Time) bool {
	return o.earns(id, at) || plan.Joining.Frozen == partner.FrozenAccrues && o.partakes(id, at)
}

// earns reports whether somebody earns at an instant: an active partner whose time is not over and who is not frozen.
func (o *oracle) earns(id partner.ID, at time.Time) bool {
	return o.partakes(id, at) && o.says(id, partner.FactEarning, at) != partner.Frozen
}

func (o *oracle) partakes(id partner.ID, at time.Time) bool {
	return o.status(id, at) == partner.Active && !o.over(id, partner.FactValidUntil, at)
}

// left reports whether somebody who stands so has left, and whether he can come back by the plan.
func oracleLeft(s partner.Status, plan *program.Plan) (left, mayReturn bool) {
	rejoin := plan.Joining.Leaving.Rejoin
	switch s {
	case partner.Terminated:
		return true, rejoin == partner.RejoinTerminated || rejoin == partner.RejoinAll
	case partner.ClearedOut:
		return true, rejoin == partner.RejoinAll
	}
	return false, false
}

// mayJoin reports whether somebody can be added.
func (o *oracle) mayJoin(id partner.ID, status partner.Status, plan *program.Plan, at time.Time) bool {
	has := o.status(id, at)
	if has == partner.Active || has == status {
		return true // and stays what he is
	}
	left, mayReturn := oracleLeft(has, plan)
	return has != partner.Terminating && (!left || mayReturn)
}

func oracleStatusOnRecruit(plan *program.Plan) partner.Status {
	if plan.Joining.Spend.Valid {
		return partner.Candidate
	}
	return partner.Active
}

// joiningKey tells one joining of somebody from another: how often he has left before.
func (o *oracle) joiningKey(id partner.ID) string {
	left, live := 0, false
	if person := o.people[id]; person != nil {
		for _, f := range person.facts {
			if f.kind != partner.FactStatus {
				continue
			}
			now := f.value == "active" || f.value == "candidate" || f.value == "terminating"
			if live && !now {
				left++
			}
			live = now
		}
	}
	return fmt.Sprint(id, " ", left)
}

// add makes somebody a partner, or a candidate where that is asked for and the plan asks something of recruits. Who is that already stays what he is; a
// level that is not asked for is the default, and whoever is known keeps his own. His time and his last window begin anew.
func (o *oracle) add(id partner.ID, level partner.Level, candidate bool, plan *program.Plan, at time.Time) {
	status := partner.Active
	if candidate {
		status = oracleStatusOnRecruit(plan)
	}
	if has := o.status(id, at); has == partner.Active || has == status {
		return
	}
	if level == "" && o.people[id] == nil {
		level = oracleDefaultLevel(plan)
	}
	bounded, closes := o.says(id, partner.FactValidUntil, at) != "", o.says(id, partner.FactPayableUntil, at) != ""
	o.learn(id, partner.FactStatus, string(status), at)
	if level != "" {
		o.learn(id, partner.FactLevel, string(level), at)
	}
	if days := plan.Joining.ValidDays; status == partner.Active && days > 0 {
		o.learn(id, partner.FactValidUntil, oracleText(at.Add(time.Duration(days)*oracleDay)), at)
	} else if status == partner.Active && bounded {
		o.learn(id, partner.FactValidUntil, "", at)
	}
	if closes {
		o.learn(id, partner.FactPayableUntil, "", at)
	}
}

// renew gives somebody more time: added to what he has at his level, else from the instant on.
func (o *oracle) renew(id partner.ID, level partner.Level, days int, at time.Time) {
	has, begins := o.level(id, at), at
	if level == "" {
		level = has
	}
	until, bounded := oracleInstant(o.says(id, partner.FactValidUntil, at))
	if level == has && bounded && until.After(at) {
		begins = until
	}
	text := ""
	if days > 0 && (bounded || level != has) {
		text = oracleText(begins.Add(time.Duration(days) * oracleDay))
	}
	o.learn(id, partner.FactValidUntil, text, at)
	if level != has {
		o.learn(id, partner.FactLevel, string(level), at)
	}
}

// heir is who gets the team of somebody who leaves: the nearest above him who takes part, "" for nobody.
func (o *oracle) heir(id partner.ID, plan *program.Plan, from time.Time) partner.ID {
	if plan.Joining.Leaving.Team == partner.TeamRoot {
		return ""
	}
	for _, above := range o.above(id, from)[1:] {
		if o.partakes(above, from) {
			return above
		}
	}
	return ""
}

// leaves are the moves of those whom somebody has recruited when he leaves, and his customers, in order, who belong to nobody then.
func (o *oracle) leaves(id partner.ID, plan *program.Plan, at, from time.Time) (moves []oracleMove, customers []partner.Customer) {
	if plan.Joining.Leaving.Team != partner.TeamStays {
		for _, recruit := range o.below(id, from) {
			moves = append(moves, oracleMove{recruit, o.heir(id, plan, from)})
		}
	}
	for _, c := range o.customers() {
		if o.owner(c, at) == id {
			customers = append(customers, c)
		}
	}
	return moves, customers
}

// depart lets somebody leave for good.
func (o *oracle) depart(id partner.ID, to partner.Status, plan *program.Plan, at, from time.Time) {
	moves, customers := o.leaves(id, plan, at, from)
	live := o.status(id, at) == partner.Active || o.status(id, at) == partner.Candidate || o.status(id, at) == partner.Terminating
	for _, m := range moves {
		o.stand(m.id, m.to, from)
	}
	for _, c := range customers {
		o.bindings = append(o.bindings, oracleBinding{customer: c, by: tree.ByRelease, at: at})
	}
	o.learn(id, partner.FactStatus, string(to), at)
	if until := at; live {
		if l := &plan.Joining.Leaving; l.Available != partner.AvailableFrozen {
			days := partner.DefaultFinalDays
			if l.FinalDays != nil {
				days = *l.FinalDays
			}
			until = at.Add(time.Duration(days) * oracleDay)
		}
		o.learn(id, partner.FactPayableUntil, oracleText(until), at)
	}
	o.departures = append(o.departures, oracleDeparture{id, at, o.clock, plan.Joining.Leaving.Pending == partner.PendingForfeits})
}

// noteLate notes of a binding that is told late that its owner has left since: he who is still his customer then belongs to nobody from then on.
func (o *oracle) noteLate(b oracleBinding) {
	for _, d := range o.departures {
		if d.id == b.owner && d.at.After(b.at) && o.owner(b.customer, d.at) == d.id {
			o.bindings = append(o.bindings, oracleBinding{customer: b.customer, by: tree.ByRelease, at: d.at})
		}
	}
}

// customers are all of whom something is known, in order.
func (o *oracle) customers() (all []partner.Customer) {
	for _, c := range []partner.Customer{"c1", "c2", "c3", "p1", "p2", "p3", "p4"} {
		if len(o.known(c)) > 0 {
			all = append(all, c)
		}
	}
	return all
}
