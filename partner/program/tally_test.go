package program_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
)

// sells pays for an order of a customer that a partner sold, now.
func (s *shop) sells(seller partner.ID, id, amount string) {
	s.t.Helper()
	o := s.order(id, 1, amount)
	o.Customer, o.Referrer = partner.Customer("of "+seller), seller
	require.Equal(s.t, seller, s.paid(o).Attributed.Partner)
}

func (s *shop) move(id, to partner.ID) {
	s.t.Helper()
	_, err := s.Team.Move(ctx, program.Move{Partner: id, Recruiter: to, Meta: program.Meta{Actor: "ann", Reason: "asked"}})
	require.NoError(s.t, err)
}

func TestRule_1_10_WhatATeamSellsMakesAPartner(t *testing.T) {
	s := team(t, `"name": "volume", "scope": "team"`, "100")
	s.recruit("dan", "carol")
	s.recruit("erin", "dan")
	s.sells("erin", "o-1", "60.00")
	s.sells("carol", "o-2", "39.99")
	require.Empty(t, s.promotes())
	require.Equal(t, "team sales volume: 99.99 of 100.00, 0.01 short", s.progressOf("carol"))
	s.sells("dan", "o-3", "0.01")
	require.Equal(t, []partner.ID{"carol"}, s.promotes())
	require.Equal(t, partner.Active, s.status("carol"))
	require.Empty(t, s.promotes(), "once")
	s.refunded("r-1", "o-1", amount("1", "60.00"))
	require.Empty(t, s.promotes())
	require.Equal(t, "team sales volume: 40.00 of 100.00, 60.00 short", s.progressOf("carol"))
	require.Equal(t, partner.Active, s.status("carol"), "nothing is taken back")
}

func TestRule_6_02_TeamSalesAreOfThoseBelowAsOfThePayment(t *testing.T) {
	for scope, want := range map[string][2]string{
		"direct": {"1 of 9", "2 of 9"}, "team": {"4 of 9", "5 of 9"}, "until-leader": {"2 of 9", "3 of 9"},
	} {
		s := team(t, `"name": "sales", "scope": "`+scope+`"`, "9")
		s.recruit("dan", "carol")
		s.recruit("lea", "dan")
		s.recruit("below", "lea")
		s.add("lea")
		s.level("lea", "leader")
		s.now = s.now.Add(time.Minute)
		for i, seller := range []partner.ID{"carol", "dan", "lea", "below"} {
			s.sells(seller, "o-"+string(rune('1'+i)), "10.00")
		}
		s.promotes()
		require.Contains(t, s.progressOf("carol"), want[0], scope)
		s.move("dan", "alice")
		s.now = s.now.Add(time.Minute)
		s.sells("dan", "o-5", "10.00") // no more hers
		s.now = s.now.Add(time.Minute)
		s.move("dan", "carol")
		s.now = s.now.Add(time.Minute)
		s.promotes()
		require.Contains(t, s.progressOf("carol"), want[0], scope+": a move takes no old sales along")
		s.refunded("r-1", "o-2", amount("1", "1.00"))
		s.sells("dan", "o-6", "10.00")
		s.sells("dan", "o-7", "10.00")
		s.promotes()
		require.Contains(t, s.progressOf("carol"), want[1], scope+": net of an order with a refund")
	}
}

func TestRule_6_02_TeamSalesOfAWindowToTheMicrosecond(t *testing.T) {
	s := team(t, `"name": "volume", "scope": "team", "days": 7`, "100")
	s.recruit("dan", "carol")
	s.sells("dan", "o-1", "1.00") // at noon, with the day half over
	s.now = noon.Add(time.Microsecond)
	s.sells("dan", "o-2", "2.00")
	s.now = noon.Add(12 * time.Hour)
	s.sells("dan", "o-3", "4.00")
	week := 7 * 24 * time.Hour
	for _, c := range []struct {
		at   time.Duration
		want string
	}{
		{week, "7.00 of"}, {week + time.Microsecond, "6.00 of"}, {week + 2*time.Microsecond, "4.00 of"},
		{week + 12*time.Hour, "4.00 of"}, {week + 12*time.Hour + time.Microsecond, "0.00 of"},
	} {
		s.due(noon.Add(c.at))
		require.Contains(t, s.progressOf("carol"), c.want, "%s", c.at)
	}
}

func TestRule_6_06_TeamSalesThatCanNoMoreComeBack(t *testing.T) {
	s := team(t, `"name": "volume", "scope": "team", "node": "after-sale-over"`, "100")
	s.recruit("dan", "carol")
	s.sells("dan", "o-1", "100.01")
	s.received("o-1")
	s.refunded("r-1", "o-1", amount("1", "0.01"))
	require.Empty(t, s.promotes())
	require.Contains(t, s.progressOf("carol"), ": 0.00 of 100.00")
	due := s.due(noon.Add(24 * time.Hour))
	require.Equal(t, []commission.OrderID{"o-1"}, due.Released)
	require.Equal(t, []partner.ID{"dan", "carol"}, due.Promoted, "his own sales are of his team too")
}

func TestASeriesThatAPlanAsksForLaterCountsFromTheFirstEventOn(t *testing.T) {
	s := open(t, `{"currency": "CNY", "joining": {"spend": "999"}, "commission": {"rates": ["10%"], "attribution": ["buyer", "owner", "referrer"]}}`, func(c *program.Config) { c.Batch = 2 })
	s.add("alice")
	s.recruit("carol", "alice")
	s.recruit("dan", "carol")
	for i := range 100 {
		s.sells("dan", "o-"+time.Duration(i).String(), "1.00")
	}
	for s.due(s.now).More {
	}
	later := program.MustPlan(`{"currency": "CNY", "joining": ` + all(`"name": "sales", "scope": "team"`, "100") + `,
		"commission": {"rates": ["10%"], "attribution": ["buyer", "owner", "referrer"]}}`)
	s.now = s.now.Add(time.Hour)
	_, err := s.Plans.Publish(ctx, program.Publish{Plan: later, From: s.now})
	require.NoError(t, err)
	first := s.due(s.now)
	require.True(t, first.More)
	require.Empty(t, first.Promoted)
	v, err := s.Partners.Progress(ctx, "carol")
	require.NoError(t, err)
	require.False(t, v.Parts[0].Known, "it is counted in part only")
	var promoted []partner.ID
	for more := true; more; {
		due := s.due(s.now)
		promoted, more = append(promoted, due.Promoted...), due.More
	}
	require.Equal(t, []partner.ID{"carol", "dan"}, promoted)
}

func TestAPlanThatAsksForNoTeamSalesCountsNothing(t *testing.T) {
	s := team(t, `"name": "volume"`, "100")
	s.sells("carol", "o-1", "100.00")
	require.Equal(t, []partner.ID{"carol"}, s.promotes())
	require.NoError(t, s.store.View(ctx, "", func(tx store.Tx) error {
		tallies, err := tx.ScanTallies(ctx, store.TallyKey{}, 10)
		require.NoError(t, err)
		counted, err := tx.ScanCounted(ctx, store.CountedKey{}, 10)
		require.Empty(t, tallies)
		require.Empty(t, counted)
		return err
	}))
}

func TestTheAuditFindsASumThatIsNotThatOfItsOrders(t *testing.T) {
	s := team(t, `"name": "volume", "scope": "team"`, "999")
	s.sells("carol", "o-1", "100.00")
	s.promotes()
	require.NoError(t, s.store.Update(ctx, "", func(tx store.Tx) error {
		tallies, err := tx.ScanTallies(ctx, store.TallyKey{}, 1)
		require.NoError(t, err)
		require.Len(t, tallies, 1)
		tallies[0].Amount = tallies[0].Amount.Neg()
		return tx.SaveTallies(ctx, tallies)
	}))
	report, err := s.Audit(ctx)
	require.NoError(t, err)
	require.Len(t, report.Broken, 1)
	require.Equal(t, "I12 alice: his team sold -100.00 CNY and 0 on 2026-06-01, its orders come to 100.00 CNY and 0", report.Broken[0].String())
}
