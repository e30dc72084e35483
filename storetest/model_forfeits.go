package storetest

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

// What the model does so that there is something that the shop keeps.

// pending are those of whom orders for which keep says so have something pending, in order.
func (s *modelShop) pending(keep func(*oracleOrder) bool) (ids []partner.ID) {
	for _, x := range s.oracle.orders {
		if x.posted && !x.released && keep(x) {
			for id, amount := range s.oracle.shares(x) {
				if amount != 0 && s.oracle.people[id] != nil && !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// stepForfeit lets somebody leave for good who has something pending, where the plan says that he forfeits it.
func (s *modelShop) stepForfeit(t *rapid.T) {
	if version := s.oracle.planAt(s.now); version == 0 || s.oracle.plan(version).Joining.Leaving.Pending != partner.PendingForfeits {
		t.Skip("nobody forfeits anything")
	}
	ids := s.pending(func(*oracleOrder) bool { return true })
	if len(ids) == 0 {
		t.Skip("nothing is pending")
	}
	at := s.at(rapid.SampledFrom([]time.Time{{}, s.now.Add(time.Hour), s.now.Add(-time.Hour)}).Draw(t, "at"))
	s.depart(t, partner.MoveClearOut, rapid.SampledFrom(ids).Draw(t, "partner"), true, at)
}

// stepVoid takes a customer from his owner, who has something pending from him, where the plan says that it is void then.
func (s *modelShop) stepVoid(t *rapid.T) {
	if s.oracle.policy(s.now).Unbind != tree.UnbindVoids {
		t.Skip("nothing is void")
	}
	var customers []partner.Customer
	for _, c := range s.oracle.customers() {
		owner := s.oracle.owner(c, s.now)
		from := s.pending(func(x *oracleOrder) bool { return x.customer == c && x.ownedBy(owner) })
		if owner != "" && slices.Contains(from, owner) {
			customers = append(customers, c)
		}
	}
	if len(customers) == 0 {
		t.Skip("nothing is pending of a customer's owner")
	}
	s.transfer(t, "", s.instant(t, "at"), rapid.SampledFrom(customers).Draw(t, "customer"))
}

// stepFreezeAccruing freezes what somebody earns, where the plan lets that accrue, or lifts that.
func (s *modelShop) stepFreezeAccruing(t *rapid.T) {
	if version := s.oracle.planAt(s.now); version == 0 || s.oracle.plan(version).Joining.Frozen != partner.FrozenAccrues {
		t.Skip("who is frozen earns nothing")
	}
	id := rapid.SampledFrom([]partner.ID{"p3", "p2", "p1"}).Draw(t, "partner")
	operation, value := "freeze", partner.Frozen
	if s.oracle.says(id, partner.FactEarning, s.now) == partner.Frozen && modelOneIn(t, "unfreeze", 2) {
		operation, value = "unfreeze", partner.Open
	}
	s.set(t, operation, id, value, s.at(s.instant(t, "at")))
}
