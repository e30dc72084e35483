package storetest

import (
	"cmp"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/tree"
)

// oracle is a second programme, as naive as can be. It keeps what happened as plain facts, and whenever it is asked it works out from them, from the
// beginning and in fractions, what everybody must have. It takes plans, orders and refunds in the form in which the shop gives them, and shares nothing
// else with what it judges: no arithmetic, no rule, no stored amount.
//
// What an order pays is a function of what it saw when it was paid and of what has come back. What somebody has is a function of what his orders pay,
// which of them are released, and his withdrawals. So there is nothing here to be posted, reversed or netted, and nothing to be forgotten.
type oracle struct {
	scale     int          // of the currency: all amounts here are in its minor units
	plans     []oraclePlan // by version, from 1 on
	refuse    bool         // whether an event that comes before its order is refused
	people    map[partner.ID]*oraclePerson
	attempts  []oracleAttempt            // to bind, in order of recording
	spent     map[partner.Customer]int64 // for goods
	orders    map[commission.OrderID]*oracleOrder
	withdrawn map[settlement.WithdrawalID]*oracleWithdrawal
}

type oraclePlan struct {
	from time.Time
	plan program.Plan
}

// oraclePerson is somebody who was added, recruited or promoted.
type oraclePerson struct {
	facts         []oracleFact // in order of recording
	recruiter     partner.ID
	recruitedFrom time.Time
}

type oracleFact struct {
	kind  partner.FactKind
	value string
	at    time.Time
}

type oracleAttempt struct {
	customer partner.Customer
	owner    partner.ID
	at       time.Time
}

func newOracle(scale int, refuse bool) *oracle {
	return &oracle{
		scale: scale, refuse: refuse, people: map[partner.ID]*oraclePerson{}, spent: map[partner.Customer]int64{},
		orders: map[commission.OrderID]*oracleOrder{}, withdrawn: map[settlement.WithdrawalID]*oracleWithdrawal{},
	}
}

// planAt returns the version in force at an instant, 0 where there is none: of those that have begun the one that began last, and of those the last.
func (o *oracle) planAt(at time.Time) int {
	version := 0
	for i, p := range o.plans {
		if !p.from.After(at) && (version == 0 || !p.from.Before(o.plans[version-1].from)) {
			version = i + 1
		}
	}
	return version
}

func (o *oracle) plan(version int) *program.Plan { return &o.plans[version-1].plan }

// says returns what a fact of a kind says of somebody at an instant: the last one by time, and of one time the last one recorded.
func (o *oracle) says(id partner.ID, kind partner.FactKind, at time.Time) string {
	person := o.people[id]
	if person == nil {
		return ""
	}
	var last oracleFact
	for _, f := range person.facts {
		if f.kind == kind && !f.at.After(at) && !f.at.Before(last.at) {
			last = f
		}
	}
	return last.value
}

// earns reports whether somebody earns at an instant: an active partner who is not frozen.
func (o *oracle) earns(id partner.ID, at time.Time) bool {
	return o.says(id, partner.FactStatus, at) == string(partner.Active) && o.says(id, partner.FactEarning, at) != partner.Frozen
}

func (o *oracle) level(id partner.ID, at time.Time) partner.Level {
	return partner.Level(o.says(id, partner.FactLevel, at))
}

func oracleDefaultLevel(plan *program.Plan) partner.Level {
	for _, level := range plan.Levels {
		if level.Default {
			return level.ID
		}
	}
	return ""
}

func oracleHasLevel(plan *program.Plan, id partner.Level) bool {
	for _, level := range plan.Levels {
		if level.ID == id {
			return true
		}
	}
	return false
}

func (o *oracle) learn(id partner.ID, kind partner.FactKind, value string, at time.Time) {
	if o.people[id] == nil {
		o.people[id] = &oraclePerson{}
	}
	o.people[id].facts = append(o.people[id].facts, oracleFact{kind, value, at})
}

// add makes somebody a partner, or a candidate where that is asked for and the plan asks something of recruits. Who is that already stays what he is; a
// level that is not asked for is the default, and whoever is known keeps his own.
func (o *oracle) add(id partner.ID, level partner.Level, candidate bool, plan *program.Plan, at time.Time) {
	status := partner.Active
	if candidate && plan.Joining.Spend.Valid {
		status = partner.Candidate
	}
	if has := o.says(id, partner.FactStatus, at); has == string(partner.Active) || has == string(status) {
		return
	}
	if level == "" && o.people[id] == nil {
		level = oracleDefaultLevel(plan)
	}
	o.learn(id, partner.FactStatus, string(status), at)
	if level != "" {
		o.learn(id, partner.FactLevel, string(level), at)
	}
}

// recruit puts somebody below a recruiter, for ever, and reports whether that is new. The edge never begins before it was recorded.
func (o *oracle) recruit(id, recruiter partner.ID, plan *program.Plan, at, recorded time.Time) bool {
	if o.people[id] == nil {
		o.add(id, "", true, plan, at)
	}
	if o.people[id].recruiter != "" {
		return false
	}
	o.people[id].recruiter, o.people[id].recruitedFrom = recruiter, at
	if at.Before(recorded) {
		o.people[id].recruitedFrom = recorded
	}
	return true
}

// above returns the line of people from somebody upwards as of an instant, himself first; everybody where it is ever.
func (o *oracle) above(id partner.ID, at time.Time, ever bool) []partner.ID {
	line := []partner.ID{id}
	for {
		person := o.people[line[len(line)-1]]
		if person == nil || person.recruiter == "" || !ever && person.recruitedFrom.After(at) {
			return line
		}
		line = append(line, person.recruiter)
	}
}

// owner returns who owns a customer at an instant: by the first attempt, and of one time the first recorded.
func (o *oracle) owner(customer partner.Customer, at time.Time) partner.ID {
	var first *oracleAttempt
	for i := range o.attempts {
		if a := &o.attempts[i]; a.customer == customer && !a.at.After(at) && (first == nil || a.at.Before(first.at)) {
			first = a
		}
	}
	if first == nil {
		return ""
	}
	return first.owner
}

// bind tries to bind a customer and returns who owns him then and why it was not by this attempt.
func (o *oracle) bind(customer partner.Customer, owner partner.ID, at time.Time) (partner.ID, partner.Reason) {
	current := o.owner(customer, at)
	switch {
	case current == owner:
		return current, tree.SameOwner
	case o.people[owner] == nil:
		return current, tree.UnknownOwner
	case !o.earns(owner, at):
		return current, tree.InactiveOwner
	case o.people[partner.ID(customer)] != nil:
		return current, tree.IsPartner
	}
	o.attempts = append(o.attempts, oracleAttempt{customer, owner, at})
	if current != "" {
		return current, tree.Owned
	}
	return owner, ""
}

// due releases what is due at an instant and returns the orders in the order of their release times, then ids.
func (o *oracle) due(now time.Time) []commission.OrderID {
	var released []commission.OrderID
	for id, x := range o.orders {
		if x.posted && !x.released && !x.releaseAt.IsZero() && !x.releaseAt.After(now) {
			x.released = true
			released = append(released, id)
		}
	}
	slices.SortFunc(released, func(a, b commission.OrderID) int {
		return cmp.Or(o.orders[a].releaseAt.Compare(o.orders[b].releaseAt), cmp.Compare(a, b))
	})
	return released
}
