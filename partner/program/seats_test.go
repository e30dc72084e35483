package program_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// agencies pays the partner of the sale, the agents of a province and a city in it, and a platform.
const agencies = `{"currency": "CNY", "commission": {
  "rates": ["10%"],
  "territory": {"sharing": "split", "regions": {
    "33": {"rate": "3%", "agents": [{"partner": "zhejiang"}]},
    "33/01": {"rate": "2%", "agents": [{"partner": "east"}, {"partner": "west", "weight": 2}]}
  }},
  "fees": [{"name": "platform", "payee": "platform", "rate": "1%", "beforeSplit": true}]
}}`

// withAgencies is the family with everybody whom the plan names.
func withAgencies(t *testing.T, change ...func(*program.Config)) *shop {
	t.Helper()
	s := family(t, agencies, change...)
	for _, id := range []partner.ID{"zhejiang", "east", "west", "platform"} {
		s.add(id)
	}
	return s
}

func (s *shop) orderTo(id, shipTo, amount string) program.Order {
	o := s.order(id, 3, amount)
	o.Places.ShipTo = shipTo
	return o
}

func TestRule_4_26_AgentsAndPayeesOfFeesHaveRowsThoughTheyStandInNoLine(t *testing.T) {
	s := withAgencies(t)
	out := s.paid(s.orderTo("o-1", "33/01/06", "300.00"))
	require.Equal(t, "47.55 CNY", out.Commission.String())
	for id, amount := range map[partner.ID]string{"bob": "29.70", "east": "1.98", "west": "3.96", "zhejiang": "8.91", "platform": "3.00"} {
		s.has(id, amount, "0.00", "0.00")
	}
	s.has("alice", "0.00", "0.00", "0.00")

	s.received("o-1")
	s.refunded("r-1", "o-1", units("1", 1))
	s.has("west", "2.64", "0.00", "0.00")
	s.has("platform", "2.00", "0.00", "0.00")
	s.due(noon.Add(7 * 24 * time.Hour))
	s.has("west", "0.00", "2.64", "0.00")
	back := s.refunded("r-2", "o-1", amount("1", "0.01"), units("1", 2))
	require.Len(t, back.Changes, 5)
	for _, c := range back.Changes {
		require.True(t, c.After.IsZero(), c.Payee)
		s.has(c.Payee, "0.00", "0.00", "0.00")
	}
}

func TestRule_4_26_SeatsAreAsTheyWereAtPayment(t *testing.T) {
	s := withAgencies(t)
	s.now = noon.Add(time.Hour)
	for _, id := range []partner.ID{"west", "platform"} {
		_, err := s.Partners.Freeze(ctx, program.Freeze{Partner: id})
		require.NoError(t, err)
	}
	early := s.orderTo("o-early", "33/01", "300.00")
	early.PaidAt = noon.Add(time.Minute)
	require.Equal(t, "47.55 CNY", s.paid(early).Commission.String(), "told late, but paid before they were frozen")

	out := s.paid(s.orderTo("o-late", "33/01", "300.00"))
	require.Equal(t, []commission.Unpaid{
		{Line: "1", Rule: commission.RuleTerritory, Slot: 2, Partner: "west", Reason: partner.EarningFrozen},
		{Line: "1", Rule: commission.RuleFee, Slot: 1, Partner: "platform", Reason: partner.EarningFrozen},
	}, out.Unpaid)
	require.Equal(t, "41.00 CNY", out.Commission.String(), "a frozen payee's fee is not taken off, a frozen agent's part stays with the shop")
	require.Equal(t, `bob       earns 30.00 CNY  10% of 300.00 (line 1, default)                       released 7 days after it is received
east      earns 2.00 CNY   2% of 300.00 (line 1, territory 33/01), 1 of 3 parts  released 7 days after it is received
zhejiang  earns 9.00 CNY   3% of 300.00 (line 1, territory 33)                   released 7 days after it is received
west      earns nothing    line 1, territory 2                                   his earnings are frozen
platform  earns nothing    line 1, fee 1                                         his earnings are frozen
the shop keeps 259.00 CNY of 300.00 CNY
`, out.String())
}

func TestRule_4_26_WhoIsNoPartnerEarnsNothingOnHisSeatEither(t *testing.T) {
	s := family(t, agencies)
	s.add("east")
	out := s.paid(s.orderTo("o-1", "33/01", "300.00"))
	require.Equal(t, "32.00 CNY", out.Commission.String())
	reasons := map[partner.ID]partner.Reason{}
	for _, u := range out.Unpaid {
		reasons[u.Partner] = u.Reason
	}
	require.Equal(t, map[partner.ID]partner.Reason{"west": partner.NotPartner, "zhejiang": partner.NotPartner, "platform": partner.NotPartner}, reasons)
}

func TestRule_4_26_AnOrderThatIsNobodysPaysTheAgentsOfItsRegion(t *testing.T) {
	s := withAgencies(t)
	o := s.orderTo("o-1", "33/01", "300.00")
	o.Customer = "stranger"
	out := s.paid(o)
	require.Equal(t, commission.NoOwner, out.Attributed.Reason)
	require.Equal(t, "17.85 CNY", out.Commission.String())
	require.Empty(t, out.Unpaid, "that it is nobody's is said once")
	s.has("west", "3.96", "0.00", "0.00")

	o = s.orderTo("o-2", "44", "300.00")
	o.Customer = "stranger"
	out = s.paid(o)
	require.Equal(t, []commission.Unpaid{{Line: "1", Rule: commission.RuleTerritory, Reason: commission.NoAgent}}, out.Unpaid)
	require.Equal(t, `platform  earns 3.00 CNY  1% of 300.00 (line 1, fee platform)  released 7 days after it is received
nobody    earns nothing   line 1, territory                    the order's region has no agent
nobody    earns           the buyer is bound to nobody         
the shop keeps 297.00 CNY of 300.00 CNY
`, out.String())

	_, err := s.Partners.Freeze(ctx, program.Freeze{Partner: "platform"})
	require.NoError(t, err)
	s.now = s.now.Add(time.Second)
	o = s.orderTo("o-3", "33/01", "300.00")
	o.Customer = "stranger"
	require.Equal(t, []commission.Unpaid{{Line: "1", Rule: commission.RuleFee, Slot: 1, Partner: "platform", Reason: partner.EarningFrozen}}, s.paid(o).Unpaid)
}

func TestRule_4_46_EntriesOfSeatsAreExplainedAfterARefundToo(t *testing.T) {
	s := withAgencies(t)
	s.paid(s.orderTo("o-1", "33/01", "300.00"))
	s.refunded("r-1", "o-1", units("1", 1))
	all, err := s.Orders.ExplainAll(ctx, "o-1")
	require.NoError(t, err)
	require.Len(t, all, 10)
	texts := map[string]string{}
	for _, x := range all {
		one, err := s.Orders.Explain(ctx, x.ID)
		require.NoError(t, err)
		require.Equal(t, x.Explanation, one)
		texts[x.ID.String()] = x.String()
	}
	require.Equal(t, "west: 3.96 CNY from line 1 of order o-1: territory, 2% of 297.00 (territory 33/01), 2 of 3 parts, rounded half-up per entry; plan version 1",
		texts["o-1/1/west/0"])
	require.Equal(t, "west: -1.32 CNY from line 1 of order o-1: territory, 2% of -99.00 (territory 33/01), 2 of 3 parts, rounded half-up per entry, "+
		"adjusted after a refund; plan version 1", texts["o-1/2/west/0"])
	require.Equal(t, "platform: -1.00 CNY from line 1 of order o-1: fee, 1% of -100.00 (fee platform), rounded half-up per entry, adjusted after a refund; "+
		"plan version 1", texts["o-1/2/platform/0"])
}

func TestRule_5_34_ThePlacesOfAnOrderAreAmongItsFacts(t *testing.T) {
	s := withAgencies(t)
	all := func() program.Order {
		o := s.order("o-1", 3, "300.00")
		o.Places = commission.Places{ShipTo: "33/01", Pickup: "33/02", Delivery: "44"}
		return o
	}
	s.paid(all())
	require.True(t, s.paid(all()).Repeated)
	for field, change := range map[string]func(*commission.Places){
		"shipTo":   func(p *commission.Places) { p.ShipTo = "" },
		"pickup":   func(p *commission.Places) { p.Pickup = "33/03" },
		"delivery": func(p *commission.Places) { p.Delivery = "45" },
	} {
		o := all()
		change(&o.Places)
		_, err := s.Orders.Paid(ctx, o)
		var conflict *store.ConflictError
		require.ErrorAs(t, err, &conflict)
		require.Equal(t, field, conflict.Field)
	}
}

func TestRule_4_45_TheWaterfallOfAnOrderIsReadFromItsRows(t *testing.T) {
	s := open(t, `{"currency": "CNY", "levels": [{"id": "shop", "weight": 1, "default": true}, {"id": "city", "weight": 2}],
	  "commission": {"differential": {"rates": {"shop": "10%", "city": "15%"}}}}`)
	_, err := s.Partners.Add(ctx, program.Add{Partner: "city", Level: "city"})
	require.NoError(t, err)
	_, err = s.Partners.Add(ctx, program.Add{Partner: "shop", Level: "shop"})
	require.NoError(t, err)
	s.recruit("shop", "city")
	_, err = s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "shop"})
	require.NoError(t, err)
	s.now = s.now.Add(time.Second)
	s.paid(s.order("o-1", 3, "300.00"))
	s.refunded("r-1", "o-1", units("1", 1))
	var entries []commission.Entry
	require.NoError(t, s.store.View(ctx, "", func(tx store.Tx) error {
		rows, err := tx.Rows(ctx, []settlement.Source{settlement.OfOrder("o-1")})
		for _, row := range rows[0] {
			entries = append(entries, row.Entries...)
		}
		return err
	}))
	chain, err := commission.Waterfall(entries, commission.RuleDifferential)
	require.NoError(t, err)
	yuan := func(text string) money.Amount {
		a, err := money.MustCurrency("CNY", 2).Parse(text)
		require.NoError(t, err)
		return a
	}
	require.Equal(t, []commission.Party{
		{Payee: "city", Position: 2, Gross: yuan("30.00"), PaidOut: yuan("20.00"), Net: yuan("10.00")},
		{Payee: "shop", Position: 1, Gross: yuan("20.00"), PaidOut: yuan("0.00"), Net: yuan("20.00")},
	}, chain)
}

func TestRule_4_26_RegionsAndFeesAreReadAndWrittenAndTheirProblemsHavePlaces(t *testing.T) {
	plan := program.MustPlan(agencies)
	text, err := plan.Text()
	require.NoError(t, err)
	require.Contains(t, string(text), `      "by": [
        "ship-to",
        "pickup",
        "delivery"
      ],
      "tiers": "every",
      "sharing": "split"`)
	require.Contains(t, string(text), `"weight": 1`)
	again, err := program.MustPlan(string(text)).Text()
	require.NoError(t, err)
	require.Equal(t, string(text), string(again))

	_, err = program.ParsePlan([]byte(`{
  "currency": "CNY",
  "commission": {
    "territory": {
      "regions": {
        "浙江": {"rate": "1%", "agents": [{"partner": "a"}, {"partner": "b"}]},
        "33/01": {"rate": "1%", "agents": [{"partner": "a", "weight": -1}]}
      }
    },
    "fees": [{"name": "x", "payee": "p", "rate": "-"}]
  }
}`))
	require.EqualError(t, err, `program: plan: 7:71: commission.territory.regions["33/01"].agents[0].weight: a weight is from 1 to 1000000, not -1
4:18: commission.territory.sharing: 浙江 has 2 agents, and a region pays one; the guard is lifted by writing "sharing": "split", where they divide the region's reward, or "full", where each gets it
10:50: commission.fees[0].rate: a fee needs a rate`)
}
