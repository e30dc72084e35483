package program_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/storetest"
)

// ladder is a plan with a level for each of some metrics, of which so much is asked, lowest first: l1, l2, …
func ladder(reach ...[2]string) string {
	levels := `{"id": "agent", "weight": 0, "default": true}`
	for i, x := range reach {
		levels += fmt.Sprintf(`, {"id": "l%d", "weight": %d, "reach": {"all": [{"metric": {%s}, "atLeast": %q}]}}`, i+1, i+1, x[0], x[1])
	}
	return `{"currency": "CNY", "levels": [` + levels + `], "commission": {"rates": ["10%"], "attribution": ["owner", "referrer"]}, "settlement": {"holdDays": 1}}`
}

// rises runs what is due and says who rose by it.
func (s *shop) rises() []string {
	s.t.Helper()
	due := s.due(s.now)
	require.Empty(s.t, due.FailedFacts)
	rises := []string{}
	for _, x := range due.Risen {
		rises = append(rises, fmt.Sprintf("%s: %s → %s", x.Partner, x.From, x.To))
	}
	return rises
}

func TestRule_6_05_ALevelIsReachedAtTheNodeOfWhatItAsks(t *testing.T) {
	for _, c := range []struct {
		node                     string
		paid, received, released bool
	}{{"paid", true, false, false}, {"completed", false, true, false}, {"after-sale-over", false, false, true}} {
		s := family(t, ladder([2]string{fmt.Sprintf(`"name": "spend", "node": %q`, c.node), "100"}))
		require.Equal(t, c.paid, s.pays("bob", "o-1", "100.00").Risen == "l1", c.node)
		s.now = s.now.Add(time.Hour)
		require.Empty(t, s.rises())
		s.received("o-1")
		require.Equal(t, c.paid || c.received, s.levelOf("bob", s.now) == "l1", c.node)
		_, err := s.Orders.Received(ctx, program.Received{Order: "o-1"})
		require.NoError(t, err)
		s.now = s.now.Add(24 * time.Hour)
		if c.released {
			require.Equal(t, []string{"bob: agent → l1"}, s.rises())
		}
		require.Empty(t, s.rises(), "once")
		require.Equal(t, partner.Level("l1"), s.levelOf("bob", s.now))
		require.Len(t, s.levelLog("bob"), 2)
		require.Equal(t, partner.Level("agent"), s.levelOf("alice", s.now))
	}
}

func TestRule_6_05_WhatCameBackBeforeTheNodeDoesNotCount(t *testing.T) {
	s := family(t, ladder([2]string{`"name": "spend", "node": "after-sale-over"`, "100"}))
	s.pays("bob", "o-1", "100.00")
	s.received("o-1")
	s.refunded("r-1", "o-1", amount("1", "0.01"))
	s.now = s.now.Add(24 * time.Hour)
	require.Empty(t, s.rises())
	s.pays("bob", "o-2", "0.01")
	s.received("o-2")
	s.now = s.now.Add(24 * time.Hour)
	require.Equal(t, []string{"bob: agent → l1"}, s.rises())
}

func TestRule_6_05_AnEarlyReceiptLiftsWithItsOrder(t *testing.T) {
	s := family(t, ladder([2]string{`"name": "orders", "node": "completed"`, "1"}))
	s.received("o-1")
	require.Equal(t, partner.Level("l1"), s.pays("bob", "o-1", "10.00").Risen)
	require.Equal(t, partner.Level("l1"), s.levelOf("bob", s.now))
	o := s.order("o-1", 1, "10.00")
	o.Customer = "bob"
	again, err := s.Orders.Paid(ctx, o)
	require.NoError(t, err)
	require.True(t, again.Repeated)
	require.Equal(t, partner.Level("l1"), again.Risen)
}

func TestRule_6_05_AReceiptMakesAPartnerAndLiftsHim(t *testing.T) {
	s := family(t, strings.Replace(ladder([2]string{`"name": "orders", "node": "completed"`, "2"}), `"commission"`, `"joining": {"threshold": {"all": [{"metric": {"name": "orders", "node": "completed"}, "atLeast": "1"}]}}, "commission"`, 1))
	s.pays("carol", "o-1", "10.00")
	s.received("o-1")
	require.Equal(t, partner.Active, s.status("carol"))
	require.Equal(t, partner.Level("agent"), s.levelOf("carol", s.now))
	s.received("o-2")
	s.received("o-3")
	require.Equal(t, partner.Level("l1"), s.pays("carol", "o-2", "10.00").Risen)

	dora := s.order("o-4", 1, "10.00")
	dora.Customer = "dora"
	s.paid(dora)
	dora.ID = "o-5"
	s.paid(dora)
	s.received("o-4")
	s.received("o-5")
	require.Equal(t, partner.Level("l1"), s.levelOf("dora", s.now))
}

func TestRule_6_04_PeopleInvitedLiftToTheHighestThatIsReached(t *testing.T) {
	s := open(t, ladder([2]string{`"name": "customers"`, "2"}, [2]string{`"name": "partners"`, "2"}, [2]string{`"name": "partners", "scope": "team"`, "4"},
		[2]string{`"name": "partners", "levels": ["l1", "l2"]`, "1"}))
	for _, id := range []partner.ID{"alice", "bob", "dan"} {
		s.add(id)
	}
	s.bind("ann", "bob")
	require.Empty(t, s.rises())
	s.bind("ben", "bob")
	require.Equal(t, []string{"bob: agent → l1"}, s.rises())
	s.recruit("dan", "bob")
	require.Empty(t, s.rises())
	s.recruit("erin", "bob")
	require.Equal(t, []string{"bob: l1 → l2"}, s.rises())
	s.recruit("finn", "dan")
	require.Empty(t, s.rises())
	s.recruit("gus", "finn")
	require.Equal(t, []string{"bob: l2 → l3"}, s.rises(), "four below him; and dan has one partner only")
	s.bind("kim", "finn")
	s.bind("lou", "finn")
	require.Equal(t, []string{"finn: agent → l1", "dan: agent → l4"}, s.rises(), "who rises is a fact to those above him, within one run; bob has nobody of l1 or l2 himself")
	s.bind("mia", "erin")
	s.bind("noa", "erin")
	require.Equal(t, []string{"erin: agent → l1", "bob: l3 → l4"}, s.rises())
	require.Equal(t, "l3 → l4 at 06-01 12:00, reached: direct partners recruited, of levels l1, l2: 1 of 1, met", s.levelLog("bob")[4])
	require.Equal(t, partner.Level("agent"), s.levelOf("alice", s.now))
	require.Empty(t, s.rises())
}

func TestRule_6_04_WhoIsLockedOrNotActiveDoesNotRiseByOthers(t *testing.T) {
	s := open(t, ladder([2]string{`"name": "customers"`, "1"}))
	for _, id := range []partner.ID{"alice", "bob"} {
		s.add(id)
	}
	_, err := s.Partners.SetLevel(ctx, program.SetLevel{Partner: "alice", Level: "agent", Until: noon.Add(time.Hour)})
	require.NoError(t, err)
	s.bind("ann", "alice")
	s.bind("ben", "bob")
	_, err = s.Partners.Terminate(ctx, program.Terminate{Partner: "bob"})
	require.NoError(t, err)
	require.Empty(t, s.rises())
	s.now = noon.Add(time.Hour)
	require.Empty(t, s.rises(), "nothing has happened")
	s.bind("kim", "alice")
	require.Equal(t, []string{"alice: agent → l1"}, s.rises())
	_, err = s.Partners.Resume(ctx, program.Terminate{Partner: "bob"})
	require.NoError(t, err)
	require.Equal(t, []string{"bob: agent → l1"}, s.rises())
}

func TestRule_6_07_CountersSinceTheLevelBeginAgainWithEachLevel(t *testing.T) {
	s := open(t, ladder([2]string{`"name": "sales", "sinceLevel": true`, "2"}, [2]string{`"name": "sales", "sinceLevel": true`, "3"}, [2]string{`"name": "sales"`, "6"}))
	s.add("alice")
	n := 0
	sell := func() []string {
		t.Helper()
		n++
		s.now = s.now.Add(time.Hour)
		s.sells("alice", fmt.Sprint("o-", n), "10.00")
		return s.rises()
	}
	require.Empty(t, sell())
	require.Equal(t, []string{"alice: agent → l1"}, sell())
	require.Empty(t, sell())
	require.Empty(t, sell(), "the two of before count no more")
	require.Equal(t, []string{"alice: l1 → l2"}, sell())
	require.Equal(t, []string{"alice: l2 → l3"}, sell(), "what counts since ever is kept beside")
	require.Equal(t, []string{
		" → agent at 06-01 12:00, joined",
		"agent → l1 at 06-01 14:00, reached: own orders sold, since the present level: 2 of 2, met",
		"l1 → l2 at 06-01 17:00, reached: own orders sold, since the present level: 3 of 3, met",
		"l2 → l3 at 06-01 18:00, reached: own orders sold: 6 of 6, met",
	}, s.levelLog("alice"), "rule 6.11")
}

func TestRule_6_11_ARiseIsOneEventAndNamesWhatReachedIt(t *testing.T) {
	s := open(t, ladder([2]string{`"name": "volume", "node": "completed"`, "50"}))
	s.add("alice")
	s.now = noon.Add(time.Hour)
	s.sells("alice", "o-1", "60.00")
	s.received("o-1")
	require.Equal(t, []string{"alice: agent → l1"}, s.rises())
	require.Equal(t, []string{"partner_active", "level_reached"}, s.events("alice"))
	require.Equal(t, "agent → l1 at 06-01 13:00, reached: own sales volume, completed: 60.00 of 50.00, met", s.levelLog("alice")[1])
}

func TestRule_6_04_WhatIsToldLateIsJudgedAsOfNowToo(t *testing.T) {
	s := family(t, ladder([2]string{`"name": "orders"`, "2"}))
	s.now = noon.Add(2 * time.Hour)
	require.Empty(t, s.pays("bob", "o-2", "1.00").Risen)
	late := s.order("o-1", 1, "1.00")
	late.Customer, late.PaidAt = "bob", noon.Add(time.Hour)
	s.now = noon.Add(3 * time.Hour)
	require.Equal(t, partner.Level("l1"), s.paid(late).Risen, "the second order that is known, although it was paid first")
	require.Equal(t, partner.Level("agent"), s.levelOf("bob", s.now.Add(-time.Microsecond)), "from when it is known on")
	require.Equal(t, partner.Level("l1"), s.levelOf("bob", s.now))

	// Not from the last level on either, by what came after it.
	s = family(t, ladder([2]string{`"name": "orders", "days": 1`, "2"}))
	s.now = noon.Add(48 * time.Hour)
	require.Empty(t, s.pays("bob", "o-2", "1.00").Risen)
	late.PaidAt = noon
	require.Empty(t, s.paid(late).Risen, "the window as of now has one of them, that of then the other")
}

func TestRule_6_02_APlanThatAsksOfALevelWhatNobodyMeasuresIsRefused(t *testing.T) {
	text := `{"currency": "CNY", "commission": {"rates": ["10%"]}, "levels": [{"id": "agent", "weight": 1, "default": true},
		{"id": "gold", "weight": 2, "reach": {"any": [{"metric": {"name": "spend"}, "atLeast": "5"}, {"all": [{"metric": {"name": "volume", "scope": "team"}, "atLeast": "5"}, {"metric": {"name": "memberLevel"}, "oneOf": ["vip"]}]}]}}]}`
	s := open(t, "")
	_, err := s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(text)})
	var problems *program.PlanError
	require.ErrorAs(t, err, &problems)
	paths := []string{}
	for _, p := range problems.Problems {
		paths = append(paths, p.Path)
	}
	require.Equal(t, []string{"levels[1].reach.any[1].all[1].metric"}, paths)
	require.ErrorContains(t, err, "the shop measures memberLevel, and Config.Hooks.Measure is not set")
	_, err = program.New(s.store, program.Config{Plan: program.MustPlan(text)})
	require.ErrorAs(t, err, &problems)

	known := program.MeasureFunc(func(context.Context, program.Asked) (partner.Value, bool, error) { return partner.Value{}, false, nil })
	_, err = program.New(s.store, program.Config{Plan: program.MustPlan(text), Hooks: program.Hooks{Measure: known}})
	require.NoError(t, err)
}

// settledReward pays bob 50.00 for silver, by which gold is reached, and alice, who recruited him, 10.00 once he has a settled order.
var settledReward = strings.Replace(fmt.Sprintf(rewardPlan, "next-event"), `"oneOffs": [`, `"oneOffs": [{"name": "brought", "upgrade": {"levels": {"silver": "10.00"}}}, `, 1)

func TestRule_6_12_WhoIsJudgedByASettledOrderDoesNotRiseByTheRewardInThatPass(t *testing.T) {
	s := family(t, settledReward)
	s.now = noon.Add(time.Hour)
	require.Equal(t, partner.Level("silver"), s.pays("bob", "o-1", "100.00").Risen)
	s.now = s.now.Add(24 * time.Hour)
	due := s.due(s.now)
	require.Equal(t, []commission.OrderID{"o-1"}, due.Released)
	require.Len(t, due.Granted, 2)
	require.Empty(t, due.Risen, "not in this pass")
	s.has("bob", "0.00", "50.00", "0.00")
	s.now = s.now.Add(time.Hour)
	require.Empty(t, s.rises(), "nor in the next one")

	// He is judged for bonuses again, because his order comes back: that is nothing that he reached.
	s.refunded("r-1", "o-1", units("1", 1))
	due = s.due(s.now)
	require.Len(t, due.Granted, 1)
	require.False(t, due.Granted[0].Grant.Stands)
	require.Empty(t, due.Risen)
	require.Equal(t, partner.Level("silver"), s.levelOf("bob", s.now))
	require.Equal(t, partner.Level("gold"), s.pays("bob", "o-2", "1.00").Risen, "his next order decides")
}

// between is a store that does something once, after it has said whose one-off bonuses are due and before they are judged.
type between struct {
	store.Store
	do func()
}

type betweenTx struct {
	store.Tx
	asked *bool
}

func (b *between) View(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	asked := false
	err := b.Store.View(ctx, tenant, func(tx store.Tx) error { return fn(betweenTx{tx, &asked}) })
	if do := b.do; asked && do != nil {
		b.do = nil
		do()
	}
	return err
}

func (b betweenTx) DueGrants(ctx context.Context, at time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	*b.asked = true
	return b.Tx.DueGrants(ctx, at, skip, limit)
}

func TestRule_6_12_AFactOfBeforeTheRewardThatIsReadAfterItDoesNotCountIt(t *testing.T) {
	for _, together := range []bool{false, true} {
		var config program.Config
		s := family(t, settledReward, func(c *program.Config) { config = *c })
		s.pays("bob", "o-1", "100.00")
		whole := s.Program
		var err error
		s.Program, err = program.New(&between{Store: s.store, do: func() {
			s.now = s.now.Add(time.Second)
			_, err := whole.Orders.Paid(ctx, s.order("o-2", 1, "0.10"))
			require.NoError(t, err)
			s.now = s.now.Add(time.Second)
		}}, config)
		require.NoError(t, err)
		due, err := s.RunDue(ctx, s.now)
		require.NoError(t, err)
		require.Len(t, due.Granted, 1)
		require.Empty(t, due.Risen)
		s.now = s.now.Add(time.Second)
		if !together {
			require.Empty(t, s.rises(), "carol's order was paid before bob's reward")
		}
		s.pays("carol", "o-3", "0.10")
		require.Equal(t, []string{"bob: silver → gold"}, s.rises(), "the last fact decides, also where it is read with one of before")
	}
}

func TestRule_6_12_ARewardForARecruitLiftsWithTheNextFactOrAtOnce(t *testing.T) {
	plan := `{"currency": "CNY", "rising": {"reward": %q}, "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "silver", "weight": 2, "reach": {"all": [{"metric": {"name": "spend"}, "atLeast": "100"}]}},
		{"id": "gold", "weight": 3, "reach": {"all": [{"metric": {"name": "earned"}, "atLeast": "30"}]}}], "commission": {"rates": ["10%%"], "selfPurchase": "nobody"},
		"settlement": {"anchor": "paid", "holdDays": 1}, "oneOffs": [{"name": "brought", "upgrade": {"levels": {"silver": "30.00"}}}]}`
	for reward, cascades := range map[string]bool{"next-event": false, "cascade": true} {
		s := family(t, fmt.Sprintf(plan, reward))
		s.pays("bob", "o-1", "100.00")
		s.now = noon.Add(24 * time.Hour)
		require.Empty(t, s.rises())
		s.has("alice", "0.00", "30.00", "0.00")
		s.now = s.now.Add(time.Hour)
		want := []string{}
		if cascades {
			want = []string{"alice: agent → gold"}
		}
		require.Equal(t, want, s.rises(), reward)
		s.recruit("dan", "alice")
		require.Equal(t, !cascades, len(s.rises()) == 1, reward)
		require.Equal(t, partner.Level("gold"), s.levelOf("alice", s.now))
	}
}

func TestAFactAtWhichTheShopsCodeFailsForALevelIsPassedOver(t *testing.T) {
	var broken error
	plan := `{"currency": "CNY", "commission": {"rates": ["10%"]}, "levels": [{"id": "agent", "weight": 1, "default": true},
		{"id": "l1", "weight": 2, "reach": {"all": [{"metric": {"name": "customers"}, "atLeast": "1"}]}},
		{"id": "l2", "weight": 3, "reach": {"all": [{"metric": {"name": "memberLevel"}, "oneOf": ["vip"]}]}}]}`
	s := open(t, plan, func(c *program.Config) {
		c.Hooks.Measure = program.MeasureFunc(func(_ context.Context, asked program.Asked) (partner.Value, bool, error) {
			if asked.Partner == "bob" {
				return partner.Value{}, false, broken
			}
			return partner.Value{}, false, nil
		})
	})
	for _, id := range []partner.ID{"alice", "bob", "dora"} {
		s.add(id)
	}
	s.rises()
	broken = errors.New("no connection")
	for _, id := range []partner.ID{"alice", "bob", "dora"} {
		s.bind("customer of "+partner.Customer(id), id)
	}
	due := s.due(s.now)
	require.Equal(t, []program.Rise{{Partner: "alice", From: "agent", To: "l1"}, {Partner: "dora", From: "agent", To: "l1"}}, due.Risen)
	require.Len(t, due.FailedFacts, 1)
	require.Contains(t, due.String(), ", 2 rose to a higher level")
}

// chain is a line of partners of whom each rises where the one below him has, and who is at its end.
func chain(s *shop, n int) partner.ID {
	s.t.Helper()
	id := func(i int) partner.ID { return partner.ID(fmt.Sprintf("p-%02d", i)) }
	s.add(id(0))
	for i := range n - 1 {
		s.recruit(id(i+1), id(i))
	}
	return id(n - 1)
}

var chainPlan = ladder([2]string{`"name": "customers"`, "1"}, [2]string{`"name": "partners", "levels": ["l1", "l2"]`, "1"})

func TestRule_6_04_ALineThatRisesIsStoppedAnywhereAndGoesOn(t *testing.T) {
	for _, mode := range []storetest.Mode{storetest.Before, storetest.After, storetest.Stale} {
		for fault := 1; ; fault++ {
			var config program.Config
			s := open(t, chainPlan, func(c *program.Config) { c.Batch = 3; config = *c })
			last := chain(s, 5)
			s.bind("ann", last)
			faulty := storetest.NewFaulty(s.store)
			broken, err := program.New(faulty, config)
			require.NoError(t, err)
			faulty.FailAt(fault, mode)
			_, err = broken.RunDue(ctx, s.now)
			if err != nil {
				require.True(t, errors.Is(err, storetest.ErrFault) || errors.Is(err, store.ErrStale), err)
			}
			for s.due(s.now).More {
			}
			for i, want := range []partner.Level{"l2", "l2", "l2", "l2", "l1"} {
				id := partner.ID(fmt.Sprintf("p-%02d", i))
				require.Equal(t, want, s.levelOf(id, s.now), id)
				require.Len(t, s.levelLog(id), 2)
			}
			if len(faulty.Calls()) < fault {
				require.NoError(t, err)
				require.Greater(t, fault, 20)
				break
			}
		}
	}
}

func TestRule_6_04_OfTwoRunsAtOnceEachRiseIsOne(t *testing.T) {
	for range repetitions / 20 {
		s := open(t, chainPlan, counted, func(c *program.Config) { c.Batch = 4 })
		last := chain(s, 8)
		s.bind("ann", last)
		var due [2]program.Due
		run := func(n int) func() error {
			return func() (err error) {
				due[n], err = s.RunDue(ctx, s.now)
				return err
			}
		}
		require.NoError(t, errors.Join(atOnce(run(0), run(1))...))
		rest := s.due(s.now)
		rises := append(append(due[0].Risen, due[1].Risen...), rest.Risen...)
		require.Len(t, rises, 8)
		seen := map[partner.ID]bool{}
		for _, x := range rises {
			require.False(t, seen[x.Partner])
			seen[x.Partner] = true
		}
		require.Equal(t, partner.Level("l2"), s.levelOf("p-00", s.now))
	}
}

func TestWhoRisesByOthersIsLockedInTheOrderOfTheContract(t *testing.T) {
	plan := strings.Replace(ladder([2]string{`"name": "sales"`, "1"}, [2]string{`"name": "partners", "levels": ["l1"]`, "1"}), `"commission"`,
		`"joining": {"threshold": {"any": [{"metric": {"name": "sales"}, "atLeast": "1"}, {"metric": {"name": "orders", "node": "completed"}, "atLeast": "1"}]}},
		"oneOffs": [{"name": "up", "upgrade": {"payee": "self", "levels": {"l1": "5.00"}}}], "commission"`, 1)
	s, w := watchLocks(t, plan)
	for _, id := range []partner.ID{"zoe", "bob"} {
		s.add(id)
	}
	s.recruit("bob", "zoe")
	s.recruit("amy", "bob")
	s.recruit("max", "bob")
	for i, id := range []partner.ID{"max", "amy", "zoe"} {
		s.pays(partner.Customer(id), fmt.Sprint("own-", i), "10.00")
		s.sells(id, fmt.Sprint("o-", i), "10.00")
	}
	require.Equal(t, []partner.ID{"amy", "max"}, s.promotes())
	for id, want := range map[partner.ID]partner.Level{"max": "l1", "amy": "l1", "bob": "l2", "zoe": "l1"} {
		require.Equal(t, want, s.levelOf(id, s.now), id)
	}
	s.received("own-2")
	s.received("o-0")
	require.Empty(t, w.wrong)
	require.True(t, w.taken["readers"] && w.taken["customers"] && w.taken["partners"] && w.taken["grants"])
}
