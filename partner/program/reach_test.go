package program_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
)

// team opens a shop where somebody becomes a partner by a metric, with alice a partner and carol a candidate below her.
func team(t *testing.T, metric, atLeast string, change ...func(*program.Config)) *shop {
	t.Helper()
	s := open(t, fmt.Sprintf(`{"currency": "CNY", "joining": %s, "settlement": {"holdDays": 1},
		"levels": [{"id": "basic", "weight": 1, "default": true}, {"id": "leader", "weight": 2, "leader": true}],
		"commission": {"rates": ["10%%"], "attribution": ["buyer", "owner", "referrer"]}}`, all(metric, atLeast)), change...)
	s.add("alice")
	s.recruit("carol", "alice")
	return s
}

func (s *shop) bind(customer partner.Customer, owner partner.ID) {
	s.t.Helper()
	out, err := s.Team.Bind(ctx, program.Bind{Customer: customer, Owner: owner, Meta: program.Meta{At: s.now}})
	require.NoError(s.t, err)
	require.True(s.t, out.Bound, "%s", out.Reason)
}

// promotes runs what is due and says who became a partner by it.
func (s *shop) promotes() []partner.ID {
	s.t.Helper()
	due := s.due(s.now)
	require.Empty(s.t, due.FailedFacts)
	return due.Promoted
}

func (s *shop) progressOf(id partner.ID) string {
	s.t.Helper()
	v, err := s.Partners.Progress(ctx, id)
	require.NoError(s.t, err)
	return v.String()
}

func TestRule_1_08_PeopleInvitedAreCountedOnce(t *testing.T) {
	s := team(t, `"name": "customers"`, "3")
	s.recruit("dan", "carol")
	require.Empty(t, s.promotes())
	s.recruit("erin", "carol")
	s.recruit("carol's own", "dan") // not direct
	require.Empty(t, s.promotes())
	require.Equal(t, "direct customers invited: 2 of 3, 1 short", s.progressOf("carol"))
	s.add("dan")
	require.Equal(t, "direct customers invited: 1 of 3, 2 short", s.progressOf("carol"), "dan is a partner and no customer any more")
	s.recruit("finn", "carol")
	require.Empty(t, s.promotes())
	s.recruit("gus", "carol")
	require.Equal(t, []partner.ID{"carol"}, s.promotes())
	require.Equal(t, partner.Active, s.status("carol"))
	require.Empty(t, s.promotes(), "rule 1.10: once")
	s.bind("hal", "carol")
	require.Equal(t, "direct customers invited: 4 of 3, met", s.progressOf("carol"))
	_, err := s.Team.Transfer(ctx, program.Transfer{Customers: []partner.Customer{"hal"}, To: "alice", Meta: program.Meta{Actor: "ann", Reason: "asked"}})
	require.NoError(t, err)
	s.now = s.now.Add(time.Second)
	require.Equal(t, "direct customers invited: 3 of 3, met", s.progressOf("carol"), "at evaluation")
}

func TestRule_3_20_PartnersAndCustomersOfEveryScope(t *testing.T) {
	counts := map[string][2]string{ // of customers and of partners
		"direct": {"2", "1"}, "team": {"4", "3"}, "until-leader": {"3", "1"},
	}
	for scope, want := range counts {
		for i, name := range []string{"customers", "partners"} {
			s := team(t, fmt.Sprintf(`"name": %q, "scope": %q`, name, scope), "99")
			s.add("carol")
			s.bind("customer of carol", "carol")
			s.bind("nobody's any more", "carol")
			_, err := s.Team.Unbind(ctx, program.Unbind{Customers: []partner.Customer{"nobody's any more"}, Meta: program.Meta{At: s.now.Add(time.Second), Actor: "ann", Reason: "asked"}})
			require.NoError(t, err)
			s.now = s.now.Add(time.Minute)
			s.recruit("candidate", "carol")
			s.recruit("dan", "carol")
			s.add("dan")
			s.bind("customer of dan", "dan")
			s.recruit("lea", "dan")
			s.add("lea")
			s.level("lea", "leader")
			s.bind("customer of lea", "lea")
			s.recruit("below the leader", "lea")
			s.add("below the leader")
			s.now = s.now.Add(time.Minute)
			v, err := s.Partners.Progress(ctx, "carol")
			require.NoError(t, err)
			require.Equal(t, want[i], fmt.Sprint(v.Parts[0].Value.Number), "%s of %s", name, scope)
		}
	}
}

func TestPeopleCountByTheInstantAtWhichTheyWereBrought(t *testing.T) {
	s := team(t, `"name": "partners", "days": 7, "levels": ["leader"]`, "1")
	s.recruit("dan", "carol")
	s.now = s.now.Add(7 * 24 * time.Hour)
	s.add("dan")
	require.Empty(t, s.promotes(), "no leader yet")
	require.Contains(t, s.progressOf("carol"), ": 0 of 1")
	s.level("dan", "leader")
	require.Equal(t, []partner.ID{"carol"}, s.promotes(), "recruited 7 days ago to the microsecond, a leader now")

	s = team(t, `"name": "partners", "days": 7, "levels": ["leader"]`, "1")
	s.recruit("dan", "carol")
	s.now = s.now.Add(7*24*time.Hour + time.Microsecond)
	s.add("dan")
	s.level("dan", "leader")
	require.Empty(t, s.promotes())
}

func TestWhoRenewsIsAPartnerAgainToThoseAboveHim(t *testing.T) {
	s := open(t, `{"currency": "CNY", "joining": {"validDays": 1, "threshold": {"all": [{"metric": {"name": "partners"}, "atLeast": "1"}]}}, "commission": {"rates": ["10%"]}}`)
	s.add("dan")
	s.now = s.now.Add(24 * time.Hour)
	s.add("alice")
	s.recruit("carol", "alice")
	_, err := s.Team.Move(ctx, program.Move{Partner: "dan", Recruiter: "carol", Meta: program.Meta{Actor: "ann", Reason: "asked"}})
	require.NoError(t, err)
	require.Empty(t, s.promotes(), "he has not renewed")
	_, err = s.Partners.Renew(ctx, program.Renew{Partner: "dan", Days: 9})
	require.NoError(t, err)
	require.Equal(t, []partner.ID{"carol"}, s.promotes())
}

func TestWhoComesBackToARecruiterWasBroughtWhenHeCameFirst(t *testing.T) {
	s := team(t, `"name": "partners", "days": 7`, "1")
	s.recruit("dan", "carol")
	s.add("dan")
	require.Contains(t, s.progressOf("carol"), ": 1 of 1, met")
	for _, recruiter := range []partner.ID{"alice", "carol"} {
		s.now = s.now.Add(4 * 24 * time.Hour)
		_, err := s.Team.Move(ctx, program.Move{Partner: "dan", Recruiter: recruiter, Meta: program.Meta{Actor: "ann", Reason: "asked"}})
		require.NoError(t, err)
		require.Contains(t, s.progressOf("carol"), ": 0 of 1")
	}
}

func TestRule_1_10_AMovedBranchCountsWhereItStands(t *testing.T) {
	s := team(t, `"name": "partners", "scope": "team"`, "2")
	s.recruit("dan", "alice")
	s.recruit("erin", "dan")
	s.add("dan")
	s.add("erin")
	require.Empty(t, s.promotes())
	_, err := s.Team.Move(ctx, program.Move{Partner: "dan", Recruiter: "carol", Meta: program.Meta{Actor: "ann", Reason: "asked"}})
	require.NoError(t, err)
	require.Equal(t, []partner.ID{"carol"}, s.promotes())
}

func TestRule_1_10_WhoReachesByWhoReachesIsFoundToo(t *testing.T) {
	s := team(t, `"name": "partners"`, "1")
	s.recruit("dan", "carol")
	s.recruit("erin", "dan")
	s.recruit("finn", "erin")
	require.Empty(t, s.promotes())
	s.add("finn")
	require.Equal(t, []partner.ID{"erin", "dan", "carol"}, s.promotes(), "one fact after the other")
}

func TestRule_1_10_OwnSalesAreJudgedAfterTheSale(t *testing.T) {
	s := team(t, `"name": "sales", "node": "completed"`, "2")
	sale := func(id string) {
		o := s.order(id, 1, "10.00")
		o.Customer, o.Referrer = "dan", "carol"
		s.paid(o)
	}
	sale("o-1")
	sale("o-2")
	s.received("o-2")
	require.Empty(t, s.promotes())
	s.received("o-1")
	require.Equal(t, partner.Candidate, s.status("carol"), "not by the receipt itself")
	require.Equal(t, []partner.ID{"carol"}, s.promotes())
}

// What the shop's own code fails at is reported, keeps no other from being judged and no money from being released.
func TestAFactAtWhichTheShopsCodeFailsIsPassedOver(t *testing.T) {
	var broken error
	s := open(t, `{"currency": "CNY", "joining": {"threshold": {"any": [{"metric": {"name": "memberLevel"}, "oneOf": ["vip"]}, {"metric": {"name": "orders", "node": "after-sale-over"}, "atLeast": "1"}]}},
		"commission": {"rates": ["10%"]}, "settlement": {"holdDays": 0}}`, func(c *program.Config) {
		c.Hooks.Measure = program.MeasureFunc(func(_ context.Context, asked program.Asked) (partner.Value, bool, error) {
			if asked.Partner == "carol" && asked.At.After(noon) {
				return partner.Value{}, false, broken
			}
			return partner.Value{}, false, nil
		})
	})
	s.add("alice")
	for _, customer := range []partner.Customer{"ann", "carol", "dora"} {
		s.bind(customer, "alice")
		o := s.order("o-"+string(customer), 1, "10.00")
		o.Customer = customer
		s.paid(o)
	}
	require.Empty(t, s.promotes())
	broken = errors.New("no connection")
	s.now = noon.Add(time.Hour)
	for _, id := range []string{"o-ann", "o-carol", "o-dora"} {
		_, err := s.Orders.Received(ctx, program.Received{Order: s.order(id, 1, "1").ID})
		require.NoError(t, err)
	}
	due := s.due(s.now)
	require.Len(t, due.Released, 3)
	require.Equal(t, []partner.ID{"ann", "dora"}, due.Promoted)
	require.Len(t, due.FailedFacts, 1)
	require.EqualError(t, due.FailedFacts[0].Err, `program: hook Measure, asked about "carol": no connection`)
	require.Contains(t, due.String(), "1 failed, 2 became partners")
	require.Empty(t, s.due(s.now).FailedFacts)
}

func TestAPlanThatAsksNothingOfOthersReadsNoEvents(t *testing.T) {
	s := applied(t, asking(`{"spend": "100"}`))
	s.paid(s.order("o-1", 1, "10.00"))
	s.due(s.now)
	require.Zero(t, s.reader())
	_, err := s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(asking(all(`"name": "partners"`, "1")))})
	require.NoError(t, err)
	s.recruit("dora", "bob")
	s.recruit("erin", "dora")
	_, err = s.Partners.Add(ctx, program.Add{Partner: "erin"})
	require.NoError(t, err)
	require.Equal(t, []partner.ID{"dora"}, s.promotes())
	require.NotZero(t, s.reader(), "by the events of before too")
}

// reader is up to which event everybody was judged.
func (s *shop) reader() int64 {
	s.t.Helper()
	var n []int64
	require.NoError(s.t, s.store.View(ctx, "", func(tx store.Tx) (err error) {
		n, err = tx.Readers(ctx, []string{"reached"})
		return err
	}))
	return n[0]
}
