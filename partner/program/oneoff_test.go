package program_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// oneOffPlan pays 50.00 for gold and 200.00 for director, and 8.00 for each new customer. Orders are due a day after payment.
const oneOffPlan = `{
  "currency": "CNY",
  "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}, {"id": "director", "weight": 3}],
  "commission": {"rates": ["10%"], "selfPurchase": "nobody"}, "settlement": {"anchor": "paid", "holdDays": 1},
  "oneOffs": [
    {"name": "spring", "upgrade": {"levels": {"gold": "50.00", "director": "200.00"}}},
    {"name": "welcome", "firstOrder": {"amount": "8.00", "of": "customers", "allowHeadCount": true}}
  ]
}`

func (s *shop) level(id partner.ID, level partner.Level) {
	s.t.Helper()
	_, err := s.Partners.SetLevel(ctx, program.SetLevel{Partner: id, Level: level, Meta: program.Meta{At: s.now}})
	require.NoError(s.t, err)
}

func (s *shop) freeze(id partner.ID) {
	s.t.Helper()
	_, err := s.Partners.Freeze(ctx, program.Freeze{Partner: id, Meta: program.Meta{At: s.now}})
	require.NoError(s.t, err)
}

// buys has somebody pay an order of one unit for 100.00.
func (s *shop) buys(customer partner.Customer, id string) {
	s.t.Helper()
	o := s.order(id, 1, "100.00")
	o.Customer = customer
	s.paid(o)
}

// grantsFor are the one-off bonuses for somebody, a line each.
func (s *shop) grantsFor(user partner.ID) []string {
	s.t.Helper()
	all, err := s.Bonuses.Grants(ctx, user)
	require.NoError(s.t, err)
	lines := []string{}
	for _, x := range all[0].Explain() {
		lines = append(lines, x.String())
	}
	return lines
}

func TestRule_4_28_TheBonusWaitsForASettledOrderOfTheRecruit(t *testing.T) {
	s := family(t, oneOffPlan)
	s.level("bob", "gold")
	s.due(s.now)
	s.has("alice", "0.00", "0.00", "0.00")
	require.Equal(t, []string{
		"alice: 50.00 CNY by the bonus spring, for bob, who reached level gold at 2026-06-01T12:00:00Z; not paid as long as he has no settled order; plan version 1",
	}, s.grantsFor("bob"))

	s.buys("bob", "o-1")
	s.due(s.now.Add(24*time.Hour - time.Microsecond))
	s.has("alice", "0.00", "0.00", "0.00")
	due := s.due(s.now.Add(time.Microsecond))
	require.Len(t, due.Granted, 1)
	require.Equal(t, partner.ID("bob"), due.Granted[0].User)
	require.Contains(t, due.String(), "paid or took back 1 one-off bonuses")
	s.has("alice", "0.00", "50.00", "0.00")
	require.Equal(t, []string{
		"alice: 50.00 CNY by the bonus spring, for bob, who reached level gold at 2026-06-01T12:00:00Z; paid, since his order o-1 is settled; plan version 1",
	}, s.grantsFor("bob"))

	require.Empty(t, s.due(s.now).Granted, "the same again")
	s.buys("bob", "o-2")
	require.Empty(t, s.due(s.now.Add(48*time.Hour)).Granted, "another order")
}

func TestRule_4_28_TheEntriesOfABonusSayWhatTheyAre(t *testing.T) {
	s := family(t, oneOffPlan)
	s.level("bob", "gold")
	s.buys("bob", "o-1")
	s.due(s.now.Add(24 * time.Hour))
	rows, err := s.Wallet.Rows(ctx, "alice", store.RowCursor{}, 10)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, settlement.Source{Kind: "grant", ID: "bob"}, rows[0].Source)
	require.Equal(t, s.now, rows[0].Released, "it is available at once")
	e := rows[0].Entries[0]
	require.Equal(t, "upgrade:spring", e.Rule)
	require.Equal(t, "upgrade gold", e.Source.String())
	require.Equal(t, "50.00", e.Amount.Plain())

	all, err := s.Bonuses.Grants(ctx, "bob")
	require.NoError(t, err)
	require.Equal(t, "alice：50.00 CNY，奖励 spring，bob 于 2026-06-01T12:00:00Z 升级到 gold；已发放，订单 o-1 已结算；方案版本 1", all[0].Explain()[0].Chinese())

	var kinds []string
	events, err := s.Events(ctx, 0, 100)
	require.NoError(t, err)
	for _, event := range events {
		if strings.HasPrefix(event.Kind, "grant") {
			kinds = append(kinds, event.Kind+" "+event.Subject+" "+string(event.Data))
		}
	}
	require.Equal(t, []string{`grant_paid alice {"amount":"50.00 CNY","bonus":"spring","level":"gold","user":"bob"}`}, kinds)
}

func TestRule_4_28_OncePerPartnerLevelAndCampaign(t *testing.T) {
	s := family(t, oneOffPlan)
	s.buys("bob", "o-1")
	for day, level := range []partner.Level{"gold", "agent", "gold", "director", "gold", "agent", "director"} {
		s.now = noon.AddDate(0, 0, day+1)
		s.level("bob", level)
		s.due(s.now)
	}
	s.has("alice", "0.00", "250.00", "0.00")

	// The same changes, judged all at once.
	late := family(t, oneOffPlan)
	late.buys("bob", "o-1")
	for day, level := range []partner.Level{"gold", "agent", "gold", "director", "gold", "agent", "director"} {
		late.now = noon.AddDate(0, 0, day+1)
		late.level("bob", level)
	}
	late.due(late.now)
	late.has("alice", "0.00", "250.00", "0.00")
}

func TestRule_4_28_WhoJoinsAtAHigherLevelHasReachedIt(t *testing.T) {
	s := family(t, oneOffPlan)
	_, err := s.Partners.Add(ctx, program.Add{Partner: "cora", Level: "gold"})
	require.NoError(t, err)
	s.recruit("cora", "bob")
	s.buys("cora", "o-1")
	s.due(s.now.Add(24 * time.Hour))
	s.has("bob", "0.00", "50.00", "0.00")
}

// The edge of a recruit begins when it is recorded, and the level with which he begins when he was recruited.
func TestRule_4_28_ALevelOnJoiningIsReachedBelowTheRecruiterAlsoWhereItIsToldLate(t *testing.T) {
	s := family(t, strings.Replace(oneOffPlan, `"id": "gold", "weight": 2`, `"id": "gold", "weight": 2, "recruitLevel": "gold"`, 1))
	s.level("alice", "gold")
	s.now = noon.Add(time.Minute)
	_, err := s.Team.Recruit(ctx, program.Recruit{Partner: "cora", Recruiter: "alice", Meta: program.Meta{At: noon.Add(time.Second)}})
	require.NoError(t, err)
	s.buys("cora", "o-1")
	s.due(s.now.Add(24 * time.Hour))
	s.has("alice", "0.00", "50.00", "0.00")
}

// An order that a binding within the grace makes the owner's is that of a customer whom he brought, whether it is told before the order is released or after.
func TestRule_4_29_WhoIsBoundWithinTheGraceIsANewCustomerOfHisOwner(t *testing.T) {
	plan := strings.NewReplacer(`"selfPurchase"`, `"graceMinutes": 1440, "selfPurchase"`, `"holdDays": 1`, `"holdDays": 0`).Replace(oneOffPlan)
	for _, released := range []bool{false, true} {
		s := family(t, plan)
		s.buys("dora", "o-1")
		if released {
			require.Len(t, s.due(noon.Add(time.Minute)).Released, 1)
		}
		s.now = noon.Add(time.Hour)
		_, err := s.Team.Bind(ctx, program.Bind{Customer: "dora", Owner: "bob"})
		require.NoError(t, err)
		s.due(s.now)
		s.has("bob", "0.00", "18.00", "0.00")
		require.Empty(t, s.due(s.now.Add(time.Minute)).Granted, "once")
	}
}

func TestRule_4_28_ALevelThatBeginsLaterIsReachedThen(t *testing.T) {
	s := family(t, twoLevelsAnd(""))
	s.buys("bob", "o-1")
	// The plan that pays for it is published only afterwards.
	later := noon.AddDate(0, 0, 10)
	_, err := s.Partners.SetLevel(ctx, program.SetLevel{Partner: "bob", Level: "gold", Meta: program.Meta{At: later}})
	require.NoError(t, err)
	s.now = noon.AddDate(0, 0, 5)
	_, err = s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(oneOffPlan)})
	require.NoError(t, err)
	require.Empty(t, s.due(later.Add(-time.Microsecond)).Granted)
	require.Len(t, s.due(later).Granted, 1)
	s.has("alice", "0.00", "50.00", "0.00")
}

// twoLevelsAnd is a plan with levels that pays as oneOffPlan does but for the one-off bonuses.
func twoLevelsAnd(more string) string {
	return `{"currency": "CNY", "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}, {"id": "director", "weight": 3}],
		"commission": {"rates": ["10%"], "selfPurchase": "nobody"}, "settlement": {"anchor": "paid", "holdDays": 1}` + more + `}`
}

func TestRule_4_28_ItGoesToWhoWasTheRecruiterThenIfHeEarns(t *testing.T) {
	s := open(t, oneOffPlan)
	s.add("alice")
	s.add("bob")
	s.add("dora")
	for _, id := range []partner.Customer{"bob", "cora", "dora"} {
		s.buys(id, "of "+string(id))
	}
	s.level("bob", "gold") // nobody has recruited him
	s.due(s.now.Add(24 * time.Hour))
	s.recruit("bob", "alice")
	s.recruit("cora", "bob")
	s.recruit("dora", "alice")
	s.due(s.now.Add(time.Hour))
	require.Equal(t, []string{
		"nobody: 50.00 CNY by the bonus spring, for bob, who reached level gold at 2026-06-01T12:00:00Z; not paid: nobody recruited him; plan version 1",
	}, s.grantsFor("bob"))

	s.level("cora", "gold")
	s.freeze("alice")
	s.level("dora", "gold")
	s.due(s.now)
	s.has("alice", "0.00", "0.00", "0.00")
	s.has("bob", "0.00", "50.00", "0.00")
	require.Contains(t, s.grantsFor("dora")[0], "alice: 50.00 CNY by the bonus spring, for dora, who reached level gold at 2026-06-02T13:00:00Z; not paid: his earnings are frozen")

	_, err := s.Partners.Unfreeze(ctx, program.Freeze{Partner: "alice", Meta: program.Meta{At: s.now.Add(time.Hour)}})
	require.NoError(t, err)
	s.now = s.now.Add(2 * time.Hour)
	s.level("dora", "agent")
	s.level("bob", "director")
	s.now = s.now.Add(2 * time.Hour)
	s.level("dora", "gold")
	s.due(s.now)
	s.has("alice", "0.00", "200.00", "0.00")
	require.Len(t, s.grantsFor("dora"), 1, "what was judged stays judged")
}

func TestRule_4_28_WithoutASettledOrderLeftItIsTakenBack(t *testing.T) {
	s := family(t, oneOffPlan)
	s.level("bob", "gold")
	s.buys("bob", "o-1")
	s.due(s.now.Add(24 * time.Hour))
	_, err := s.withdraw("w-1", "alice", "50.00")
	require.NoError(t, err)
	s.refunded("r-1", "o-1", units("1", 1))
	s.has("alice", "0.00", "0.00", "0.00")
	due := s.due(s.now)
	require.Len(t, due.Granted, 1)
	require.False(t, due.Granted[0].Grant.Stands)
	s.has("alice", "0.00", "0.00", "50.00")
	rows, err := s.Wallet.Rows(ctx, "alice", store.RowCursor{}, 10)
	require.NoError(t, err)
	require.Equal(t, "-50.00", rows[0].Amount.Plain())
	require.Equal(t, commission.NoSettledOrder, rows[0].Entries[0].Reason)

	s.buys("bob", "o-2")
	s.due(s.now.Add(24 * time.Hour))
	s.has("alice", "0.00", "0.00", "0.00")
}

func TestRule_4_29_OnlyAfterTheFirstSettledOrderOfANewUser(t *testing.T) {
	s := family(t, oneOffPlan)
	s.due(s.now)
	s.has("bob", "0.00", "0.00", "0.00")
	s.buys("carol", "o-1")
	s.buys("carol", "o-2")
	s.refunded("r-1", "o-1", units("1", 1))
	s.due(s.now.Add(24*time.Hour - time.Microsecond))
	s.has("bob", "10.00", "0.00", "0.00")
	s.due(s.now.Add(time.Microsecond))
	s.has("bob", "0.00", "18.00", "0.00")
	require.Equal(t, []string{
		"bob: 8.00 CNY by the bonus welcome, for the first order of carol, o-2, paid at 2026-06-01T12:00:00Z; paid, since his order o-2 is settled; plan version 1",
	}, s.grantsFor("carol"))
	require.Empty(t, s.grantsFor("nobody"))
	all, err := s.Bonuses.Grants(ctx, "carol")
	require.NoError(t, err)
	require.Equal(t, "bob：8.00 CNY，奖励 welcome，carol 的首单 o-2（2026-06-01T12:00:00Z 支付）；已发放，订单 o-2 已结算；方案版本 1", all[0].Explain()[0].Chinese())
}

func TestRule_4_29_WhoBoughtBeforeTheCampaignIsNoNewUser(t *testing.T) {
	s := family(t, twoLevelsAnd(""))
	s.buys("carol", "o-1")
	s.due(s.now.Add(24 * time.Hour))
	_, err := s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(oneOffPlan)})
	require.NoError(t, err)
	s.buys("carol", "o-2")
	require.Empty(t, s.due(s.now.Add(24*time.Hour)).Granted)
	require.Empty(t, s.grantsFor("carol"))
}

func TestRule_4_29_AGrantTriggersNothingElse(t *testing.T) {
	s := family(t, strings.Replace(oneOffPlan, `"commission":`, `"joining": {"spend": "100"}, "commission":`, 1))
	s.buys("carol", "o-1")
	s.due(s.now.Add(24 * time.Hour))
	before := s.state("alice", "bob", "carol")
	for range 3 {
		require.Empty(t, s.due(s.now).Granted)
	}
	require.Equal(t, before, s.state("alice", "bob", "carol"))
}

func TestRule_4_29_AHeadCountBonusNeedsAnAllowance(t *testing.T) {
	_, err := program.ParsePlan([]byte(twoLevelsAnd(`,
  "oneOffs": [{"name": "heads", "firstOrder": {"amount": "5.00"}}]`)))
	require.EqualError(t, err, `program: plan: 3:47: oneOffs[0].firstOrder: the guard "headcount" refuses a reward for each new user; it is lifted by writing "allowHeadCount": true`)

	plan := program.MustPlan(twoLevelsAnd(`, "oneOffs": [{"name": "heads", "firstOrder": {"amount": "5.00", "allowHeadCount": true}}]`))
	audit, err := plan.Audit(program.Mix{ReturnDays: 1})
	require.NoError(t, err)
	require.Contains(t, audit.Findings, commission.Finding{
		Code: program.FindHeadCount, Path: "oneOffs[0].firstOrder",
		Evidence: "heads pays 5.00 CNY by head count: the recruiter gets it for each recruit once his first order is settled, however little he bought",
	})
	audit, err = program.MustPlan(twoLevelsAnd("")).Audit(program.Mix{})
	require.NoError(t, err)
	require.NotContains(t, codes(audit), program.FindHeadCount)
	audit, err = program.MustPlan(oneOffPlan).Audit(program.Mix{})
	require.NoError(t, err)
	require.Contains(t, audit.Findings, commission.Finding{
		Code: program.FindUpgradeBonus, Path: "oneOffs[0].upgrade",
		Evidence: "spring pays up to 200.00 CNY to the recruiter of who reaches a level, besides what the worst case of an order pays",
	})
}

func TestOneOffBonusesReadAndWriteBackByteForByte(t *testing.T) {
	canonical, err := program.MustPlan(oneOffPlan).Text()
	require.NoError(t, err)
	again, err := program.ParsePlan(canonical)
	require.NoError(t, err)
	second, err := again.Text()
	require.NoError(t, err)
	require.Equal(t, string(canonical), string(second))
	require.Contains(t, string(canonical), `"skipped": "unpaid"`)
	require.Contains(t, string(canonical), `"of": "customers"`)
	first, err := program.MustPlan(oneOffPlan).Hash()
	require.NoError(t, err)
	same, err := program.MustPlan(strings.Replace(oneOffPlan, `"50.00"`, `"50"`, 1)).Hash()
	require.NoError(t, err)
	require.Equal(t, first, same, "the same amount")
}

func TestAnUnknownLevelOfAOneOffBonusIsRefused(t *testing.T) {
	_, err := program.ParsePlan([]byte(strings.Replace(oneOffPlan, `"gold": "50.00"`, `"golf": "50.00"`, 1)))
	require.EqualError(t, err, `program: plan: 6:55: oneOffs[0].upgrade.levels.golf: the plan has no level "golf"; did you mean "gold"?`)
	_, err = program.ParsePlan([]byte(strings.Replace(oneOffPlan, `"allowHeadCount"`, `"allowHeadcount"`, 1)))
	require.ErrorContains(t, err, `did you mean "allowHeadCount"?`)
}

func TestAUserWhoCannotBeJudgedKeepsNobodyElse(t *testing.T) {
	most := strings.Repeat("9", 36) + ".00"
	s := family(t, twoLevelsAnd(`, "oneOffs": [{"name": "spring", "upgrade": {"levels": {"gold": "`+most+`", "director": "1.00"}}}]`))
	for _, id := range []partner.ID{"cora", "dora", "erin"} {
		s.recruit(id, "alice")
		s.buys(partner.Customer(id), "of "+string(id))
	}
	s.level("cora", "gold")
	s.level("dora", "gold") // both together are more than an amount can be
	s.recruit("fay", "bob")
	s.buys("fay", "of fay")
	s.level("fay", "director")
	due := s.due(s.now.Add(24 * time.Hour))
	require.Len(t, due.FailedGrants, 1)
	require.Equal(t, partner.ID("dora"), due.FailedGrants[0].User)
	require.Error(t, due.FailedGrants[0].Err)
	require.Len(t, due.Granted, 2)
	require.False(t, due.More)
	s.has("bob", "0.00", "1.00", "0.00")
	require.True(t, s.balance("alice").Available.Decimal().Equal(decimal.RequireFromString(most)))
}

// A level that begins later has its holder judged then, also where no plan has one-off bonuses: what he had bought by then and gave back does not keep his
// first order under a plan that has them from being one.
func TestRule_4_29_AnOrderThatCameBackBeforeThereWereBonusesIsNobodysFirst(t *testing.T) {
	plan := func(bonuses string) string {
		return `{"currency": "CNY", "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}],
			"commission": {"rates": ["10%"], "selfPurchase": "nobody"}, "settlement": {"anchor": "paid", "holdDays": 1}` + bonuses + `}`
	}
	s := family(t, plan(""))
	_, err := s.Partners.SetLevel(ctx, program.SetLevel{Partner: "bob", Level: "gold", Meta: program.Meta{At: s.now.AddDate(0, 0, 2)}})
	require.NoError(t, err)
	s.buys("bob", "o-1")
	s.due(s.now.AddDate(0, 0, 3))
	s.refunded("r-1", "o-1", units("1", 1))
	s.due(s.now)
	_, err = s.Plans.Publish(ctx, program.Publish{
		Plan: program.MustPlan(plan(`, "oneOffs": [{"name": "heads", "firstOrder": {"amount": "5.00", "of": "recruits", "allowHeadCount": true}}]`)),
	})
	require.NoError(t, err)
	s.now = s.now.Add(time.Minute)
	s.buys("bob", "o-2")
	s.due(s.now.AddDate(0, 0, 1))
	s.has("alice", "0.00", "5.00", "0.00")
}

// A run can be ahead of the clock: what it has released can come back before its instant is there, and the bonus goes back with it at once.
func TestRule_4_28_ABonusGoesBackWithAnOrderThatWasReleasedAheadOfTheClock(t *testing.T) {
	s := family(t, oneOffPlan)
	s.level("bob", "gold")
	s.buys("bob", "o-1")
	run := func(at time.Time) {
		_, err := s.RunDue(ctx, at)
		require.NoError(t, err)
		s.sound()
	}
	run(s.now.AddDate(0, 0, 1))
	s.has("alice", "0.00", "50.00", "0.00")
	s.refunded("r-1", "o-1", units("1", 1))
	s.sound()
	run(s.now)
	s.has("alice", "0.00", "0.00", "0.00")
}

func TestALevelThatBeginsLaterWaitsForTheClockAlsoWhereARunIsAhead(t *testing.T) {
	const levels = `"currency": "CNY", "levels": [{"id": "bronze", "weight": 1, "default": true}, {"id": "gold", "weight": 2}], "commission": {"rates": ["10%"]}`
	s := open(t, `{`+levels+`}`)
	s.add("alice")
	_, err := s.Partners.SetLevel(ctx, program.SetLevel{Partner: "alice", Level: "gold", Meta: program.Meta{At: noon.Add(2 * time.Hour)}})
	require.NoError(t, err)
	for range 2 {
		_, err = s.RunDue(ctx, noon.AddDate(0, 0, 1))
		require.NoError(t, err)
	}
	s.now = noon.Add(time.Hour)
	_, err = s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(`{` + levels + `, "oneOffs": [{"name": "rise", "upgrade": {"payee": "self", "levels": {"gold": "5.00"}}}]}`)})
	require.NoError(t, err)
	s.now = noon.Add(3 * time.Hour)
	_, err = s.RunDue(ctx, s.now)
	require.NoError(t, err)
	grants, err := s.Bonuses.Grants(ctx, "alice")
	require.NoError(t, err)
	require.Len(t, grants[0].All, 1)
	require.True(t, grants[0].All[0].Stands)
	require.Equal(t, int64(2), grants[0].Revision, "runs ahead of the clock write nothing")
}
