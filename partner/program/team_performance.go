package program

import (
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

// Performance is what a member and his team are and sold. What the index was not asked for is 0. Of everybody it holds that his team sold what he sold and
// what the teams of those whom he recruited sold, and that his team are these, their teams, and his own customers.
type Performance struct {
	Own    Sales // by himself
	Direct Group // whom he brought himself: whom he recruited, and customers who belong to him; what those whom he recruited sold themselves
	Team   Group // they and everybody below him; what all of them and he sold
}

// Group is what several people are and sold.
type Group struct {
	People
	Sales
}

// People counts people of each kind, everybody once. Who is no partner is known to the programme, such as a candidate, or a customer who belongs to a partner
// and is not.
type People struct {
	Partners  int
	Known     int
	Customers int
}

// NonPartners is how many are no partners.
func (p People) NonPartners() int { return p.Known + p.Customers }

// Sales is what somebody sold.
type Sales struct {
	Orders int          // of which something is left
	Volume money.Amount // what was paid for what is left of their goods, in cash
}

// Performance returns what a member and his team, within a scope, are and sold. Of the whole team it is kept, and the work is that of looking at whom he
// recruited; within any other scope it is counted member by member. It is a [*NotFoundError] for who is no member.
func (x *TeamIndex) Performance(id partner.ID, scope tree.Scope) (p Performance, err error) {
	x.read(func(s *teamState) {
		var m tree.Member
		if m, err = s.find(id); err == nil {
			p, err = s.performance(m, sight{scope: scope})
		}
	})
	return p, err
}

// Levels returns what stands one step below a member, two steps below, and so on, as far as somebody does and the scope goes: who they are, which customers
// belong to them, and what they sold themselves. It is a [*NotFoundError] for who is no member.
func (x *TeamIndex) Levels(id partner.ID, scope tree.Scope) (levels []Group, err error) {
	x.read(func(s *teamState) {
		var m tree.Member
		if m, err = s.find(id); err != nil {
			return
		}
		var sums []groupSum
		s.ix.Below(m, scope, func(at tree.Member, step int) {
			if step > len(sums) {
				sums = append(sums, groupSum{})
			}
			sums[step-1].add(s, at)
		})
		for _, l := range sums {
			levels = append(levels, l.group(s))
		}
	})
	return levels, err
}

func (s *teamState) find(id partner.ID) (tree.Member, error) {
	m, ok := s.ix.Find(id)
	if !ok {
		return 0, &NotFoundError{Record: "partner", ID: string(id)}
	}
	return m, nil
}

// sight is how far below him a member's team is looked at.
type sight struct {
	scope tree.Scope
	blind bool // whether only he himself is
}

// groupSum adds up members.
type groupSum struct {
	People
	orders, volume int64
}

func (t *groupSum) add(s *teamState, m tree.Member) {
	if s.ix.IsPartner(m) {
		t.Partners++
	} else {
		t.Known++
	}
	t.Customers += int(s.customersOf(m))
	t.orders += s.ordersOf(m)
	t.volume += s.ix.Own(m)
}

func (t *groupSum) group(s *teamState) Group { return Group{t.People, s.sales(t.orders, t.volume)} }

func (s *teamState) sales(orders, volume int64) Sales {
	if s.orders == nil {
		return Sales{}
	}
	return Sales{Orders: int(orders), Volume: s.terms.currency.Minor(volume)}
}

func (s *teamState) ordersOf(m tree.Member) int64 {
	if s.orders == nil {
		return 0
	}
	return s.orders.own[m]
}

func (s *teamState) customersOf(m tree.Member) int64 {
	if s.customers == nil {
		return 0
	}
	return s.customers.own[m]
}

func (s *teamState) performance(m tree.Member, in sight) (Performance, error) {
	var direct, team groupSum
	whole := in.scope == tree.Scope{} && !in.blind
	walk := in.scope
	if whole {
		walk.Depth = 1
	}
	if !in.blind {
		s.ix.Below(m, walk, func(at tree.Member, step int) {
			if step == 1 {
				direct.add(s, at)
			}
			if !whole {
				team.add(s, at)
			}
		})
	}
	// Whose customers they are counts them as one step below him, as those are whom he recruited.
	direct.Customers = int(s.customersOf(m))
	if whole {
		if err := s.wholeTeam(m, &team); err != nil {
			return Performance{}, err
		}
	} else {
		team.orders += s.ordersOf(m)
		team.volume += s.ix.Own(m)
		team.Customers += direct.Customers
	}
	return Performance{Own: s.sales(s.ordersOf(m), s.ix.Own(m)), Direct: direct.group(s), Team: team.group(s)}, nil
}

// wholeTeam is what is kept of a member's whole team.
func (s *teamState) wholeTeam(m tree.Member, team *groupSum) (err error) {
	t := s.ix.Team(m, tree.Scope{})
	team.Partners, team.Known, team.volume = t.All.Partners, t.All.Others, t.Volume
	if s.orders != nil {
		if team.orders, err = s.orders.team(s.ix, m); err != nil {
			return err
		}
	}
	if s.customers != nil {
		var customers int64
		customers, err = s.customers.team(s.ix, m)
		team.Customers = int(customers)
	}
	return err
}
