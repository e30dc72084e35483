package storetest

import (
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// What the model does with one-off bonuses, and what must hold of them.

// checkGrants compares everybody's one-off bonuses with the oracle.
func (s *modelShop) checkGrants(t require.TestingT) {
	var users []partner.ID
	for user := range s.oracle.grants {
		users = append(users, user)
	}
	slices.Sort(users)
	all, err := s.prog.Bonuses.Grants(s.ctx, users...)
	modelNoError(t, err)
	for i, user := range users {
		want := s.oracle.grants[user]
		modelSame(t, want.settled, all[i].Settled, "the settled order of %s", user)
		modelSame(t, len(want.all), len(all[i].All), "how many one-off bonuses there are for %s: %v", user, all[i].All)
		for k := range want.all {
			got := &all[i].All[k]
			modelHolds(t, want.all[k].is(got, modelUnits(t, got.Amount)), "a one-off bonus for %s is %+v, and not %+v", user, got, want.all[k])
		}
	}
}

// stepReach gives a level to somebody who was recruited, where there is a one-off bonus for it.
func (s *modelShop) stepReach(t *rapid.T) {
	if version := s.oracle.planAt(s.now); version == 0 || len(s.oracle.plan(version).OneOffs) == 0 {
		t.Skip("no one-off bonuses")
	}
	level := rapid.SampledFrom([]partner.Level{"director", "manager", "agent"}).Draw(t, "level")
	s.set(t, "level", rapid.SampledFrom([]partner.ID{"p3", "p2", "p1"}).Draw(t, "partner"), string(level), s.at(s.instant(t, "at")))
}

// usersOf are those of whom a bonus is so, in order.
func (s *modelShop) usersOf(is func(*oracleGrants, *oracleGrant) bool) (users []partner.ID) {
	for user, g := range s.oracle.grants {
		for i := range g.all {
			if is(g, &g.all[i]) && !slices.Contains(users, user) {
				users = append(users, user)
			}
		}
	}
	slices.Sort(users)
	return users
}

// stepSettle lets somebody buy for whom a bonus waits, and lets the hold be over.
func (s *modelShop) stepSettle(t *rapid.T) {
	users := s.usersOf(func(_ *oracleGrants, x *oracleGrant) bool { return x.bars == "" && !x.stands })
	if len(users) == 0 || s.names["o"] >= 6 {
		t.Skip("no bonus waits, or enough orders")
	}
	in := s.drawOrder(t)
	in.Customer = partner.Customer(rapid.SampledFrom(users).Draw(t, "user"))
	in.Referrer = ""
	s.paid(t, in)
	s.check(t)
	if x := s.oracle.orders[in.ID]; x != nil && x.posted && !x.released {
		if !x.received {
			s.received(t, in.ID, "", time.Time{})
		}
		s.dueAt(t, x.releaseAt)
	}
}

// stepTakeBack lets all come back of an order by which a bonus stands, and judges its buyer by that.
func (s *modelShop) stepTakeBack(t *rapid.T) {
	users := s.usersOf(func(g *oracleGrants, x *oracleGrant) bool { return x.stands && g.settled != "" })
	if len(users) == 0 {
		t.Skip("no bonus stands by an order")
	}
	id := s.oracle.grants[rapid.SampledFrom(users).Draw(t, "user")].settled
	if lines := s.everything(s.oracle.orders[id]); len(lines) > 0 {
		s.refunded(t, program.Refund{ID: s.name("r"), Order: id, Lines: lines})
		s.check(t)
	}
	s.due(t, time.Time{})
}
