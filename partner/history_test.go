package partner_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// bought is an order of bob's, paid on a day, for one line of goods.
func bought(paidOn int, product, amount string, change ...func(*partner.Deal)) partner.Deal {
	d := partner.Deal{Buyer: "bob", PaidAt: day(paidOn), Lines: []partner.DealLine{{Product: product, Category: "tea", SKU: product + "-1", Units: 2, Paid: yuan(amount)}}}
	for _, c := range change {
		c(&d)
	}
	return d
}

func completed(on int) func(*partner.Deal) { return func(d *partner.Deal) { d.CompletedAt = day(on) } }
func over(on int) func(*partner.Deal)      { return func(d *partner.Deal) { d.AfterSaleOverAt = day(on) } }

func refunded(units int64, amount string) func(*partner.Deal) {
	return func(d *partner.Deal) {
		d.Lines[0].Returned, d.Lines[0].Refunded, d.AfterSale = units, yuan(amount), true
	}
}

func soldBy(id partner.ID) func(*partner.Deal) {
	return func(d *partner.Deal) { d.Seller, d.Buyer = id, "carol" }
}

func measure(t *testing.T, h partner.History, m partner.Metric) partner.Value {
	t.Helper()
	require.Empty(t, m.Validate("m"))
	v, known := h.Measure(m)
	require.True(t, known)
	return v
}

func historyOn(n int, deals ...partner.Deal) partner.History {
	return partner.History{Partner: "bob", At: day(n), Currency: cny, Deals: deals}
}

func TestRule_1_04_SpendIsNetAtTheNodeOfTheCondition(t *testing.T) {
	h := historyOn(20,
		bought(1, "p1", "100.00", completed(5), over(12)),
		bought(2, "p1", "50.00", completed(21)),
		bought(3, "p2", "30.00", refunded(1, "10.00"), completed(4)),
		bought(21, "p1", "999.00"),
		partner.Deal{Buyer: "carol", Seller: "bob", PaidAt: day(1), Lines: []partner.DealLine{{Paid: yuan("7.00")}}},
	)
	for m, want := range map[*partner.Metric]string{
		{Name: partner.MetricSpend}:                                                  "170.00",
		{Name: partner.MetricSpend, Count: partner.Gross}:                            "180.00",
		{Name: partner.MetricSpend, Node: partner.Completed}:                         "120.00",
		{Name: partner.MetricSpend, Node: partner.AfterSaleOver}:                     "100.00",
		{Name: partner.MetricSpend, Days: 18}:                                        "70.00",
		{Name: partner.MetricSpend, Products: []string{"p2"}}:                        "20.00",
		{Name: partner.MetricSpend, Categories: []string{"tea"}}:                     "170.00",
		{Name: partner.MetricSpend, SKUs: []string{"p1-1"}, Node: partner.Completed}: "100.00",
	} {
		require.Equal(t, want, measure(t, h, *m).Amount.Plain(), "%+v", *m)
	}
	j := partner.Joining{Spend: number("170")}
	_, verdict := j.Reached(h, nil)
	require.True(t, verdict.Met, "the threshold is reached at exactly the amount")
	_, verdict = partner.Joining{Spend: number("170.01")}.Reached(h, nil)
	require.False(t, verdict.Met)
	require.Equal(t, partner.Candidate, j.StatusOnRecruit())
	require.Equal(t, partner.Active, partner.Joining{}.StatusOnRecruit())
	require.Equal(t, partner.Candidate, partner.Joining{Entry: partner.EntryApplication}.StatusOnRecruit())
}

func TestRule_1_05_ATopUpIsOneEventAndItsRefundIsAFlag(t *testing.T) {
	h := historyOn(9)
	asked := partner.Conditions{All: []partner.Condition{atLeast(partner.Metric{Name: partner.MetricTopUp}, "500")}}
	h.TopUps = []partner.TopUp{{At: day(1), Amount: yuan("300.00")}, {At: day(2), Amount: yuan("300.00")}, {At: day(10), Amount: yuan("900.00")}}
	require.False(t, asked.Evaluate(h, nil).Met, "two of 300 are not one of 500, and one of tomorrow is none")
	h.TopUps = append(h.TopUps, partner.TopUp{At: day(3), Amount: yuan("500.00"), Refunded: true})
	verdict := asked.Evaluate(h, nil)
	require.True(t, verdict.Met, "a later refund takes nothing back")
	require.Equal(t, []partner.Reason{partner.TopUpRefunded}, verdict.Flags(), "but somebody looks at it")
	require.Equal(t, []partner.Reason{partner.TopUpRefunded}, partner.Conditions{Any: []partner.Condition{{All: asked.All}, asked.All[0]}}.Evaluate(h, nil).Flags())
	h.TopUps = append(h.TopUps, partner.TopUp{At: day(4), Amount: yuan("500.00")})
	require.Empty(t, asked.Evaluate(h, nil).Flags(), "another one of as much was not refunded")
	require.Equal(t, "300.00", measure(t, partner.History{At: day(3), Currency: cny, TopUps: h.TopUps[:2]}, partner.Metric{Name: partner.MetricTopUp, Days: 2}).Amount.Plain())
}

func TestRule_1_06_DesignatedGoodsCountInTheWindowAndUntilTheyComeBack(t *testing.T) {
	since := day(3)
	asked := partner.Conditions{All: []partner.Condition{atLeast(partner.Metric{Name: partner.MetricUnits, Products: []string{"p1"}, Since: &since, Days: 10}, "2")}}
	met := func(deals ...partner.Deal) bool { return asked.Evaluate(historyOn(12, deals...), nil).Met }
	require.True(t, met(bought(3, "p1", "100.00")), "both ends of the window are inclusive")
	require.False(t, met(bought(2, "p1", "100.00")), "paid before the condition was in effect")
	require.False(t, asked.Evaluate(historyOn(14, bought(3, "p1", "100.00")), nil).Met, "paid before the window")
	require.False(t, met(bought(13, "p1", "100.00")), "not paid yet")
	require.False(t, met(bought(4, "p2", "100.00")), "other goods")
	require.False(t, met(bought(4, "p1", "100.00", refunded(2, "100.00"))), "all of it came back before he was approved")
	require.True(t, met(bought(4, "p1", "100.00", refunded(2, "100.00")), bought(5, "p1", "100.00")))
}

func TestRule_1_07_OrdersWithAnAfterSaleDoNotCount(t *testing.T) {
	open := bought(2, "p1", "10.00")
	open.AfterSale = true
	h := historyOn(9, bought(1, "p1", "10.00"), open, bought(3, "p1", "10.00", refunded(1, "5.00")), bought(4, "p2", "10.00"))
	require.EqualValues(t, 2, measure(t, h, partner.Metric{Name: partner.MetricOrders}).Number)
	require.EqualValues(t, 4, measure(t, h, partner.Metric{Name: partner.MetricOrders, Count: partner.Gross}).Number)
	require.EqualValues(t, 1, measure(t, h, partner.Metric{Name: partner.MetricOrders, Products: []string{"p1"}}).Number)
	require.EqualValues(t, 7, measure(t, h, partner.Metric{Name: partner.MetricUnits}).Number)
}

func TestRule_1_08_InvitedPeopleAreDistinctAndBelongToHimNow(t *testing.T) {
	h := historyOn(9)
	h.People = []partner.Person{
		{ID: "c1", By: "bob", From: day(1)},
		{ID: "c1", By: "bob", From: day(5)},                                        // heard of twice
		{ID: "c2", By: "bob", From: day(1), To: day(4)},                            // left
		{ID: "c3", By: "alice", From: day(1)}, {ID: "c3", By: "bob", From: day(2)}, // already bound
		{ID: "c6", By: "bob", From: day(4)}, {ID: "c6", By: "alice", From: day(2)},
		{ID: "bob", By: "bob", From: day(1)}, // himself
		{ID: "c4", By: "bob", From: day(10)}, // not yet
		{ID: "dan", By: "bob", From: day(1)}, {ID: "dan", By: "bob", Partner: true, From: day(6), Level: "gold", To: day(8)},
		{ID: "dan", By: "bob", Partner: true, From: day(8), Level: "silver", Leader: true},
		{ID: "eve", By: "dan", Partner: true, From: day(3)},
		{ID: "c5", By: "eve", From: day(7)},
	}
	for m, want := range map[*partner.Metric]int64{
		{Name: partner.MetricCustomers}:                                           1,
		{Name: partner.MetricCustomers, Scope: partner.WholeTeam}:                 2,
		{Name: partner.MetricCustomers, Scope: partner.UntilLeader}:               1,
		{Name: partner.MetricCustomers, Scope: partner.WholeTeam, Days: 3}:        1,
		{Name: partner.MetricPartners}:                                            1,
		{Name: partner.MetricPartners, Scope: partner.WholeTeam}:                  2,
		{Name: partner.MetricPartners, Scope: partner.UntilLeader}:                0,
		{Name: partner.MetricPartners, Days: 3}:                                   1, // recruited on day 6, whatever level he has since
		{Name: partner.MetricPartners, Days: 2}:                                   0,
		{Name: partner.MetricPartners, Levels: []partner.Level{"silver"}}:         1,
		{Name: partner.MetricPartners, Levels: []partner.Level{"gold", "bronze"}}: 0,
	} {
		require.Equal(t, want, measure(t, h, *m).Number, "%+v", *m)
	}
}

func TestSalesBelongToTheTeamThatHeHadWhenTheyWerePaid(t *testing.T) {
	h := historyOn(20,
		bought(1, "p1", "1.00", soldBy("bob")), bought(2, "p1", "10.00", soldBy("dan")), bought(3, "p1", "100.00", soldBy("eve")),
		bought(10, "p1", "1000.00", soldBy("dan")), bought(11, "p1", "10000.00", soldBy("eve")),
		bought(4, "p1", "5.00", func(d *partner.Deal) { d.Seller = "bob" }), // himself
	)
	h.LevelSince, h.MemberLevel = day(10), "vip"
	h.People = []partner.Person{
		{ID: "dan", By: "bob", Partner: true, From: day(0), To: day(9)}, {ID: "dan", By: "bob", Partner: true, Leader: true, From: day(9)},
		{ID: "eve", By: "dan", Partner: true, From: day(0)},
	}
	for m, want := range map[*partner.Metric]string{
		{Name: partner.MetricVolume}:                                                     "1.00",
		{Name: partner.MetricVolume, SelfPurchase: true}:                                 "6.00",
		{Name: partner.MetricVolume, Scope: partner.Direct}:                              "1010.00",
		{Name: partner.MetricVolume, Scope: partner.WholeTeam}:                           "11111.00",
		{Name: partner.MetricVolume, Scope: partner.UntilLeader}:                         "111.00",   // dan's branch left when he became a leader
		{Name: partner.MetricVolume, Scope: partner.WholeTeam, SinceLevel: true}:         "10000.00", // without the order by which he reached it
		{Name: partner.MetricVolume, Scope: partner.WholeTeam, Products: []string{"p2"}}: "0.00",
	} {
		require.Equal(t, want, measure(t, h, *m).Amount.Plain(), "%+v", *m)
	}
	require.EqualValues(t, 5, measure(t, h, partner.Metric{Name: partner.MetricSales, Scope: partner.WholeTeam}).Number)
	require.Equal(t, "vip", measure(t, h, partner.Metric{Name: partner.MetricMemberLevel}).Text)
	_, known := partner.History{}.Measure(partner.Metric{Name: partner.MetricMemberLevel})
	require.False(t, known)
	_, known = h.Measure(partner.Metric{Name: "x"})
	require.False(t, known)
	h.Deals[0].Lines[0].Paid = money.MustCurrency("USD", 2).Minor(1)
	_, known = h.Measure(partner.Metric{Name: partner.MetricVolume})
	require.False(t, known, "two currencies have no sum")
}

// TestATeamIsHimselfAndTheTeamsOfHisRecruits is the law of 3.21: team = own + Σ team of each recruit, whatever the tree.
func TestATeamIsHimselfAndTheTeamsOfHisRecruits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := partner.History{At: day(9), Currency: cny}
		ids := []partner.ID{"p0"}
		for i := range rapid.IntRange(0, 6).Draw(t, "partners") {
			id := partner.ID(fmt.Sprint("p", i+1))
			h.People = append(h.People, partner.Person{
				ID: id, Partner: true, By: rapid.SampledFrom(ids).Draw(t, "recruiter"), Leader: rapid.Bool().Draw(t, "leader"), From: day(0),
			})
			ids = append(ids, id)
		}
		for range rapid.IntRange(0, 6).Draw(t, "deals") {
			h.Deals = append(h.Deals, bought(rapid.IntRange(0, 9).Draw(t, "paid"), "p1", "1.00", soldBy(rapid.SampledFrom(ids).Draw(t, "seller"))))
		}
		volume := func(id partner.ID, scope partner.Scope) int64 {
			one := h
			one.Partner = id
			v, _ := one.Measure(partner.Metric{Name: partner.MetricVolume, Scope: scope})
			n, _ := v.Amount.Units().Int64()
			return n
		}
		for _, id := range ids {
			team, until := volume(id, partner.Own), volume(id, partner.Own)
			for _, p := range h.People {
				if p.By == id {
					team += volume(p.ID, partner.WholeTeam)
					if !p.Leader {
						until += volume(p.ID, partner.UntilLeader)
					}
				}
			}
			if got := volume(id, partner.WholeTeam); got != team {
				t.Fatalf("team of %s: %d, want %d", id, got, team)
			}
			if got := volume(id, partner.UntilLeader); got != until {
				t.Fatalf("team of %s until the next leader: %d, want %d", id, got, until)
			}
		}
	})
}
