package storetest

import (
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
)

// oracle is a second programme, as naive as can be. It keeps what happened as plain facts, and whenever it is asked it works out from them, from the
// beginning and in fractions, what everybody must have. It takes plans, orders and refunds in the form in which the shop gives them, and shares nothing
// else with what it judges: no arithmetic, no rule, no stored amount.
//
// What an order pays is a function of what it saw when it was paid and of what has come back. What somebody has is a function of what his orders pay,
// which of them are released, and his withdrawals. So there is nothing here to be posted, reversed or netted, and nothing to be forgotten.
type oracle struct {
	scale      int          // of the currency: all amounts here are in its minor units
	plans      []oraclePlan // by version, from 1 on
	refuse     bool         // whether an event that comes before its order is refused
	clock      time.Time    // the instant at which what happens now is recorded
	people     map[partner.ID]*oraclePerson
	bindings   []oracleBinding            // in order of recording
	departures []oracleDeparture          // the same
	spent      map[partner.Customer]int64 // for goods
	orders     map[commission.OrderID]*oracleOrder
	withdrawn  map[settlement.WithdrawalID]*oracleWithdrawal
	grants     map[partner.ID]*oracleGrants
}

type oraclePlan struct {
	from time.Time
	plan program.Plan
}

// oraclePerson is somebody who was added, recruited or promoted.
type oraclePerson struct {
	facts []oracleFact // in order of recording
	edges []oracleEdge // the same
}

type oracleFact struct {
	kind         partner.FactKind
	value        string
	at, recorded time.Time
}

func newOracle(scale int, refuse bool) *oracle {
	return &oracle{
		scale: scale, refuse: refuse, people: map[partner.ID]*oraclePerson{}, spent: map[partner.Customer]int64{},
		orders: map[commission.OrderID]*oracleOrder{}, withdrawn: map[settlement.WithdrawalID]*oracleWithdrawal{},
		grants: map[partner.ID]*oracleGrants{},
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
	o.people[id].facts = append(o.people[id].facts, oracleFact{kind, value, at, o.clock})
	if kind == partner.FactLevel {
		o.markLevel(id, partner.Level(value), at)
	}
}

// due reports whether an order's hold is over.
func (x *oracleOrder) due(now time.Time) bool {
	return x.posted && !x.released && !x.releaseAt.IsZero() && !x.releaseAt.After(now)
}

// exchanging reports whether an order waits for an exchange to be closed.
func (x *oracleOrder) exchanging() bool {
	for _, waits := range x.exchanges {
		if waits {
			return true
		}
	}
	return false
}

// due takes what is forfeited at an instant, releases what is due, judges one-off bonuses, and returns the orders that are released in the order of their release times, then ids.
func (o *oracle) due(now time.Time) []commission.OrderID {
	var released []commission.OrderID
	ids := o.orderIDs(func(x *oracleOrder) bool { return x.posted && !x.released })
	slices.SortStableFunc(ids, func(a, b commission.OrderID) int { return o.orders[a].releaseAt.Compare(o.orders[b].releaseAt) })
	for _, id := range ids {
		x := o.orders[id]
		o.forfeit(x, modelEarlier(now, o.clock))
		if x.due(now) && !x.exchanging() {
			o.atRelease(x)
			o.forfeit(x, now)
			x.released, x.releasedAt = true, now
			released = append(released, id)
		}
	}
	for _, id := range released {
		o.markSettled(o.orders[id])
	}
	o.judgeGrants(now)
	return released
}
