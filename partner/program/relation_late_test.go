package program_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// at is why, at another instant than now.
func (s *shop) at(after time.Duration) program.Meta {
	m := why("")
	m.At = noon.Add(after)
	return m
}

func TestRule_3_17_AnAssignmentThatIsRefusedBindsNobody(t *testing.T) {
	s := family(t, twoLevels)
	s.freeze("bob")
	for owner, reason := range map[partner.ID]partner.Reason{"bob": tree.InactiveOwner, "nobody": tree.UnknownOwner} {
		customer := partner.Customer("of " + owner)
		out, err := s.Team.Assign(ctx, program.Assign{Customer: customer, Owner: owner, Meta: why("")})
		require.NoError(t, err)
		require.Equal(t, program.BindOutcome{Reason: reason}, out)
		require.Empty(t, s.owner(customer, time.Time{}))
		order := s.order("o of "+string(owner), 1, "100.00")
		order.Customer = customer
		require.Empty(t, s.paid(order).Attributed.Partner)
	}
	out, err := s.Team.Assign(ctx, program.Assign{Customer: "bob", Owner: "alice", Meta: why("")})
	require.NoError(t, err)
	require.Equal(t, program.BindOutcome{Reason: tree.IsPartner}, out)
	require.Empty(t, s.owner("bob", time.Time{}))
}

// What an owner who earns nothing brings binds nobody, in whichever order it is told that the customer was his before.
func TestRule_3_14_WhatAnInactiveOwnerBringsBindsNobodyWhateverIsToldLater(t *testing.T) {
	clicks := func(s *shop) {
		out, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob", Meta: s.at(2 * time.Hour)})
		require.NoError(t, err)
		require.Equal(t, tree.InactiveOwner, out.Reason)
	}
	unbinds := func(s *shop) {
		_, err := s.Team.Unbind(ctx, program.Unbind{Customers: []partner.Customer{"carol"}, Meta: s.at(time.Hour)})
		require.NoError(t, err)
	}
	for _, told := range [][]func(*shop){{clicks, unbinds}, {unbinds, clicks}} {
		s := family(t, twoLevels)
		s.now = noon.Add(2 * time.Hour)
		s.freeze("bob")
		for _, tell := range told {
			tell(s)
		}
		require.Empty(t, s.owner("carol", time.Time{}))
	}
}

// The grace goes by the plan's binding section, and an order and what binds its buyer within it give the same whichever is told first.
func TestRule_3_15_TheGraceGoesByTheBindingSection(t *testing.T) {
	paidAt := noon.Add(3 * 24 * time.Hour)
	order := func(s *shop, id string, referrer partner.ID, after time.Duration) {
		o := s.order(id, 1, "100.00")
		o.Customer, o.Referrer, o.PaidAt = "dora", referrer, paidAt.Add(after)
		s.paid(o)
	}
	bind := func(s *shop, owner partner.ID, after time.Duration) {
		_, err := s.Team.Bind(ctx, program.Bind{Customer: "dora", Owner: owner, Meta: program.Meta{At: paidAt.Add(after)}})
		require.NoError(t, err)
	}
	paid := func(s *shop) { order(s, "o-1", "", 0) }
	for name, c := range map[string]struct {
		binding string
		bound   func(*shop)
		want    partner.ID
	}{
		"a click binds nobody where an order does":      {`{"on": "order"}`, func(s *shop) { bind(s, "bob", time.Minute) }, ""},
		"a binding of before that is over is over":      {`{"days": 1}`, func(s *shop) { bind(s, "bob", -48*time.Hour) }, ""},
		"one that is over begins again":                 {`{"days": 1}`, func(s *shop) { bind(s, "alice", -48*time.Hour); bind(s, "bob", time.Minute) }, "bob"},
		"the first within it is the owner":              {`{"touch": "last"}`, func(s *shop) { bind(s, "bob", time.Minute); bind(s, "alice", 2*time.Minute) }, "bob"},
		"a payment that binds reaches":                  {`{"on": "payment"}`, func(s *shop) { order(s, "o-2", "bob", time.Minute) }, "bob"},
		"a payment that binds nobody does not":          {``, func(s *shop) { order(s, "o-2", "bob", time.Minute) }, ""},
		"what a pending binding is taken by comes late": {`{"preempt": ["payment"]}`, func(s *shop) { bind(s, "alice", time.Minute); order(s, "o-2", "bob", 2*time.Minute) }, "alice"},
		"who is given up again had him": {``, func(s *shop) {
			bind(s, "bob", time.Minute)
			_, err := s.Team.Unbind(ctx, program.Unbind{Customers: []partner.Customer{"dora"}, Meta: s.at(paidAt.Add(2 * time.Minute).Sub(noon))})
			require.NoError(t, err)
		}, "bob"},
	} {
		for _, told := range [][]func(*shop){{paid, c.bound}, {c.bound, paid}} {
			plan := `{"currency": "CNY", "commission": {"rates": ["10%"], "graceMinutes": 30}`
			if c.binding != "" {
				plan += `, "binding": ` + c.binding
			}
			s := family(t, plan+`}`)
			s.now = paidAt.Add(time.Hour)
			for _, tell := range told {
				tell(s)
			}
			out, err := s.Orders.Outcome(ctx, "o-1")
			require.NoError(t, err)
			require.Equal(t, c.want, out.Attributed.Partner, name)
			s.sound()
		}
	}
}

// That the payment of an order itself bound its buyer makes only later orders his owner's, in the grace too.
func TestRule_3_15_ThePaymentOfTheOrderItselfIsNoGrace(t *testing.T) {
	s := family(t, `{"currency": "CNY", "binding": {"on": "payment", "touch": "last"}, "commission": {"rates": ["10%"], "graceMinutes": 30}}`)
	s.add("zoe")
	s.now = noon.Add(time.Hour)
	for i, c := range []struct{ referrer, want partner.ID }{{"bob", ""}, {"zoe", "bob"}, {"", "zoe"}} {
		o := s.order("o-"+string(rune('1'+i)), 1, "100.00")
		o.Customer, o.Referrer, o.PaidAt = "dora", c.referrer, noon.Add(time.Duration(i)*time.Minute)
		require.Equal(t, c.want, s.paid(o).Attributed.Partner)
	}
	out, err := s.Orders.Outcome(ctx, "o-1")
	require.NoError(t, err)
	require.Equal(t, partner.ID("zoe"), out.Attributed.Partner, "whom the next payment made the owner within the grace")
}

// An order that is judged as of its creation tells of whose its buyer is as of its payment.
func TestRule_3_16_APaymentBindsAsOfPayment(t *testing.T) {
	s := family(t, `{"currency": "CNY", "binding": {"on": "payment", "days": 1}, "commission": {"rates": ["10%"], "attributionAt": "created"}}`)
	s.now = noon.Add(72 * time.Hour)
	o := s.order("o-1", 1, "100.00")
	o.Customer, o.Referrer, o.PaidAt = "dora", "bob", noon
	s.paid(o)
	o.ID, o.CreatedAt, o.PaidAt = "o-2", noon.Add(time.Hour), noon.Add(48*time.Hour)
	require.Equal(t, partner.ID("bob"), s.paid(o).Attributed.Partner)
	known, err := s.Team.Bindings(ctx, "dora")
	require.NoError(t, err)
	require.Len(t, known, 2)
	require.Empty(t, known[1].Had, "he was nobody's when he paid")
	require.Empty(t, known[1].Reason, "so that the payment bound him")
	require.Equal(t, partner.ID("bob"), s.owner("dora", noon.Add(49*time.Hour)))
}

// A recruit that is told late takes nobody from the recruiter whom he was given since.
func TestRule_3_1_ALateRecruitTakesNobodyFromHisRecruiter(t *testing.T) {
	s := family(t, twoLevels)
	s.add("yan")
	s.add("zoe")
	for i, recruiter := range []partner.ID{"", "zoe"} {
		s.now = noon.Add(time.Duration(2*i+2) * time.Hour)
		_, err := s.Team.Move(ctx, program.Move{Partner: "bob", Recruiter: recruiter})
		require.NoError(t, err)
	}
	s.now = noon.Add(5 * time.Hour)
	late := func(recruiter partner.ID) program.Recruit { // when he stood at the root
		return program.Recruit{Partner: "bob", Recruiter: recruiter, Meta: program.Meta{At: noon.Add(3 * time.Hour)}}
	}
	for recruiter, reason := range map[partner.ID]partner.Reason{"yan": tree.Owned, "zoe": tree.SameOwner} {
		for range 2 {
			out, err := s.Team.Recruit(ctx, late(recruiter))
			require.NoError(t, err)
			require.False(t, out.Recruits)
			require.Equal(t, reason, out.Reason)
			s.now = s.now.Add(time.Hour)
		}
	}
	line, err := s.Team.Uplines(ctx, program.Uplines{Partner: "bob", At: s.now})
	require.NoError(t, err)
	require.Equal(t, []partner.ID{"bob", "zoe"}, line)
}

// What binds a customer to one who has left since is released with the others, whichever is told first.
func TestRule_1_23_WhoIsBoundLateToOneWhoHasLeftSinceGoesWithTheOthers(t *testing.T) {
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		leaving string
		want    partner.ID
	}{"released": {`{}`, ""}, "to his upline": {`{"customers": "upline"}`, "alice"}, "to a named one": {`{"customers": "partner", "customersTo": "zoe"}`, "zoe"}} {
		for what, bind := range map[string]func(*shop){
			"a click": func(s *shop) {
				out, err := s.Team.Bind(ctx, program.Bind{Customer: "dora", Owner: "bob", Meta: program.Meta{At: noon.Add(day)}})
				require.NoError(t, err)
				require.Equal(t, program.BindOutcome{Owner: "bob", Bound: true}, out)
			},
			"a payment": func(s *shop) {
				o := s.order("o-1", 1, "100.00")
				o.Customer, o.Referrer, o.PaidAt = "dora", "bob", noon.Add(day)
				s.paid(o)
			},
			"an assignment": func(s *shop) {
				_, err := s.Team.Assign(ctx, program.Assign{Customer: "dora", Owner: "bob", Meta: s.at(day)})
				require.NoError(t, err)
			},
		} {
			leave := func(s *shop) {
				_, err := s.Partners.ClearOut(ctx, program.Depart{Partner: "bob", Meta: program.Meta{At: noon.Add(2 * day)}})
				require.NoError(t, err)
			}
			for _, told := range [][]func(*shop){{bind, leave}, {leave, bind}} {
				s := family(t, `{"currency": "CNY", "binding": {"preempt": ["payment"], "on": "`+map[bool]string{true: "payment", false: "share"}[what == "a payment"]+
					`"}, "joining": {"leaving": `+c.leaving+`}, "commission": {"rates": ["10%"]}}`)
				s.add("zoe")
				s.now = noon.Add(3 * day)
				for _, tell := range told {
					tell(s)
				}
				require.Equal(t, partner.ID("bob"), s.owner("dora", noon.Add(2*day-time.Microsecond)), "%s, %s", name, what)
				require.Equal(t, c.want, s.owner("dora", noon.Add(2*day)), "%s, %s", name, what)
				s.sound()
			}
		}
	}
}

// One who has left has no team any more, so that a recruit of his that is told late is none.
func TestRule_1_22_WhoHasLeftSinceRecruitsNobody(t *testing.T) {
	s := family(t, twoLevels)
	s.now = noon.Add(2 * time.Hour)
	_, err := s.Partners.ClearOut(ctx, program.Depart{Partner: "bob"})
	require.NoError(t, err)
	s.now = noon.Add(3 * time.Hour)
	out, err := s.Team.Recruit(ctx, program.Recruit{Partner: "dora", Recruiter: "bob", Meta: program.Meta{At: noon.Add(time.Hour)}})
	require.NoError(t, err)
	require.False(t, out.Recruits)
	require.Equal(t, partner.IsClearedOut, out.Reason)
}

// Whether the buyer is a partner already is asked as of payment, also where whose order it is is asked as of its creation.
func TestRule_1_10_WhoWasAPartnerWhenHeOrderedAndIsACandidateNowIsPromoted(t *testing.T) {
	s := open(t, `{"currency": "CNY", "joining": {"spend": "100.00", "leaving": {"rejoin": "all"}}, "commission": {"rates": ["10%"], "attributionAt": "created"}}`)
	s.add("alice")
	s.now = noon.Add(time.Hour)
	_, err := s.Partners.ClearOut(ctx, program.Depart{Partner: "alice"})
	require.NoError(t, err)
	s.now = noon.Add(2 * time.Hour)
	back, err := s.Partners.Add(ctx, program.Add{Partner: "alice", Candidate: true, Meta: program.Meta{Key: "again"}})
	require.NoError(t, err)
	require.Equal(t, partner.Candidate, back.Status)
	s.now = noon.Add(3 * time.Hour)
	o := s.order("o-1", 1, "100.00")
	o.Customer, o.CreatedAt, o.PaidAt = "alice", noon.Add(time.Minute), s.now
	require.True(t, s.paid(o).Promoted)
}
