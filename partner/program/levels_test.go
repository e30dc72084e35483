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
	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/storetest"
)

// risingPlan has levels that are reached by spending: silver by 100.00, gold by 300.00.
const risingPlan = `{
  "currency": "CNY",
  "levels": [
    {"id": "agent", "weight": 1, "default": true}, {"id": "silver", "weight": 2, "reach": {"all": [{"metric": {"name": "spend"}, "atLeast": "100"}]}},
    {"id": "gold", "weight": 3, "reach": {"all": [{"metric": {"name": "spend"}, "atLeast": "300"}]}, "rights": {"store": "yes"}}
  ],
  "commission": {"levels": {"agent": ["1%"], "silver": ["2%"], "gold": ["3%"]}, "selfPurchase": "own"},
  "settlement": {"anchor": "paid", "holdDays": 1}
}`

// pays has somebody pay an order of so much.
func (s *shop) pays(customer partner.Customer, id, amount string) program.Outcome {
	s.t.Helper()
	o := s.order(id, 1, amount)
	o.Customer = customer
	return s.paid(o)
}

// levelOf is the level of somebody at an instant.
func (s *shop) levelOf(id partner.ID, at time.Time) partner.Level {
	s.t.Helper()
	state, err := s.Partners.At(ctx, id, at)
	require.NoError(s.t, err)
	return state.Level
}

// levelLog is how somebody's level has changed, a line a change.
func (s *shop) levelLog(id partner.ID) []string {
	s.t.Helper()
	logs, err := s.Partners.LevelLog(ctx, "nobody", id)
	require.NoError(s.t, err)
	require.Empty(s.t, logs[0])
	lines := []string{}
	for _, x := range logs[1] {
		line := fmt.Sprintf("%s → %s at %s, %s", x.From, x.To, x.At.Format("01-02 15:04"), x.Cause)
		if len(x.Reached.Parts) > 0 {
			line += ": " + x.Reached.String()
		}
		lines = append(lines, line)
	}
	return lines
}

func TestRule_6_04_AnOrderPaysByTheLevelOfBeforeAndTheNextOneByTheNewLevel(t *testing.T) {
	s := family(t, risingPlan)
	first := s.pays("bob", "o-1", "100.00")
	require.Equal(t, partner.Level("silver"), first.Risen)
	require.Equal(t, "1.00", first.Commission.Plain())
	require.Equal(t, "4.00", s.pays("bob", "o-2", "200.00").Commission.Plain(), "of the same instant, recorded after it")
	require.Equal(t, "0.03", s.pays("bob", "o-3", "1.00").Commission.Plain())

	again, err := s.Orders.Paid(ctx, func() program.Order { o := s.order("o-1", 1, "100.00"); o.Customer = "bob"; return o }())
	require.NoError(t, err)
	require.True(t, again.Repeated)
	require.Equal(t, partner.Level("silver"), again.Risen)
	require.Equal(t, []string{
		" → agent at 06-01 12:00, joined",
		"agent → silver at 06-01 12:00, reached: own spend: 100.00 of 100.00, met",
		"silver → gold at 06-01 12:00, reached: own spend: 300.00 of 300.00, met",
	}, s.levelLog("bob"))

	out := s.pays("carol", "o-4", "500.00")
	require.Empty(t, out.Risen, "a customer has no level")
	quote, err := s.Orders.Quote(ctx, s.order("", 1, "500.00"))
	require.NoError(t, err)
	require.Empty(t, quote.Risen)
}

func TestRule_6_04_OneOrderMakesAPartnerAndLiftsHim(t *testing.T) {
	s := family(t, strings.Replace(risingPlan, `"commission"`, `"joining": {"spend": "200"}, "commission"`, 1))
	out := s.pays("carol", "o-1", "300.00")
	require.True(t, out.Promoted)
	require.Equal(t, partner.Level("gold"), out.Risen)
	require.Equal(t, partner.Level("gold"), s.levelOf("carol", noon))

	out = s.pays("dan", "o-2", "199.99")
	require.False(t, out.Promoted)
	require.Empty(t, out.Risen, "he has reached silver, and is no partner")
}

func TestRule_6_04_AnApprovedApplicantHasTheLevelThatHeHasReached(t *testing.T) {
	for _, review := range []string{"automatic", "manual"} {
		s := family(t, strings.Replace(risingPlan, `"commission"`, `"joining": {"spend": "50", "entry": "application", "review": "`+review+`"}, "commission"`, 1))
		require.Empty(t, s.pays("carol", "o-1", "150.00").Risen)
		out, err := s.Partners.Apply(ctx, program.Apply{Applicant: "carol"})
		require.NoError(t, err)
		if review == "manual" {
			out, err = s.Partners.Review(ctx, program.Review{Application: out.Application.ID, Decision: partner.ApplicationApproved})
			require.NoError(t, err)
		}
		require.Equal(t, partner.Level("silver"), out.Partner.Level)
	}
}

func TestRule_6_10_WhatIsToldLateLiftsFromTheLastLevelOn(t *testing.T) {
	s := family(t, risingPlan)
	s.now = noon.Add(2 * time.Hour)
	require.Equal(t, partner.Level("silver"), s.pays("bob", "o-1", "100.00").Risen)
	late := s.order("o-2", 1, "200.00")
	late.Customer, late.PaidAt = "bob", noon.Add(time.Hour)
	s.now = noon.Add(3 * time.Hour)
	require.Equal(t, partner.Level("gold"), s.paid(late).Risen)
	require.Equal(t, partner.Level("agent"), s.levelOf("bob", noon.Add(time.Hour)), "nothing reaches back behind the level that he had")
	require.Equal(t, partner.Level("gold"), s.levelOf("bob", noon.Add(2*time.Hour)))

	_, err := s.Partners.SetLevel(ctx, program.SetLevel{Partner: "alice", Level: "silver", Until: noon.AddDate(0, 1, 0), Meta: program.Meta{At: noon.AddDate(0, 0, 1)}})
	require.NoError(t, err)
	require.Equal(t, partner.Level("gold"), s.pays("alice", "o-3", "300.00").Risen, "a lock that begins tomorrow")
	require.Equal(t, partner.Level("silver"), s.levelOf("alice", noon.AddDate(0, 0, 1)), "and the level of the shop with it")
	_, err = s.Partners.SetLevel(ctx, program.SetLevel{Partner: "alice", Level: "silver", Meta: program.Meta{At: noon.AddDate(0, 0, 1)}})
	require.ErrorContains(t, err, "another until")
}

func TestRule_6_04_WhoIsNotActiveDoesNotRise(t *testing.T) {
	s := family(t, risingPlan)
	_, err := s.Partners.Terminate(ctx, program.Terminate{Partner: "bob"})
	require.NoError(t, err)
	require.Empty(t, s.pays("bob", "o-1", "300.00").Risen)
	s.now = s.now.Add(time.Hour)
	_, err = s.Partners.Resume(ctx, program.Terminate{Partner: "bob"})
	require.NoError(t, err)
	s.freeze("bob")
	require.Equal(t, partner.Level("gold"), s.pays("bob", "o-2", "0.01").Risen, "frozen earnings keep nobody down")
}

func TestRule_2_10_ProgressIsByTheEvaluatorThatLifts(t *testing.T) {
	s := family(t, risingPlan)
	s.pays("bob", "o-1", "120.00")
	progress, err := s.Partners.LevelProgress(ctx, "bob")
	require.NoError(t, err)
	require.Equal(t, "gold: own spend: 120.00 of 300.00, 180.00 short", progress.String())
	_, err = s.Partners.LevelProgress(ctx, "carol")
	var unknown *program.NotFoundError
	require.ErrorAs(t, err, &unknown)
}

func TestRule_6_13_AHostAsksWhetherSomebodyHasARight(t *testing.T) {
	s := family(t, risingPlan)
	s.now = noon.Add(time.Hour)
	s.pays("bob", "o-1", "300.00")
	has := func(id partner.ID, right string, at time.Time) bool {
		t.Helper()
		ok, err := s.Partners.Has(ctx, id, right, at)
		require.NoError(t, err)
		return ok
	}
	require.True(t, has("bob", "store", time.Time{}))
	require.False(t, has("bob", "store", s.now.Add(-time.Microsecond)))
	require.False(t, has("bob", "poster", time.Time{}))
	require.False(t, has("alice", "store", time.Time{}))
	require.False(t, has("nobody", "store", time.Time{}))
	_, err := s.Partners.Terminate(ctx, program.Terminate{Partner: "bob"})
	require.NoError(t, err)
	require.False(t, has("bob", "store", time.Time{}), "who is leaving")
}

// measuredPlan asks for what the shop itself measures, and for a condition of its own.
const measuredPlan = `{
  "currency": "CNY",
  "levels": [{"id": "agent", "weight": 1, "default": true},
    {"id": "gold", "weight": 2, "reach": {"all": [{"metric": {"name": "memberLevel"}, "oneOf": ["vip"]}, {"own": {"name": "exam"}}]}}],
  "commission": {"rates": ["10%"]}
}`

func TestRule_6_02_WhatTheShopMeasuresLiftsToo(t *testing.T) {
	members := map[partner.ID]string{"bob": "vip"}
	var broken error
	passed := partner.Predicates{{Name: "exam", Version: "3", Make: func(partner.Params) (partner.Predicate, error) {
		return func(partner.Facts) partner.Answer { return partner.Answer{Met: true, English: "passed"} }, nil
	}}}
	s := family(t, "", func(c *program.Config) {
		c.Predicates = passed
		var err error
		c.Plan, err = program.ParsePlan([]byte(measuredPlan), passed)
		require.NoError(t, err)
		c.Hooks.Measure = program.MeasureFunc(func(_ context.Context, asked program.Asked) (partner.Value, bool, error) {
			return partner.Value{Text: members[asked.Partner]}, true, broken
		})
	})
	require.Equal(t, partner.Level("gold"), s.pays("bob", "o-1", "1.00").Risen)
	require.Equal(t, "agent → gold at 06-01 12:00, reached: all of: member level: vip, met; own condition exam passed, met", s.levelLog("bob")[1])
	require.Empty(t, s.pays("alice", "o-2", "1.00").Risen)

	broken = errors.New("no answer")
	before := s.state("alice", "bob")
	o := s.order("o-3", 1, "1.00")
	o.Customer = "alice"
	_, err := s.Orders.Paid(ctx, o)
	var hook *program.HookError
	require.ErrorAs(t, err, &hook)
	require.Equal(t, before, s.state("alice", "bob"), "nothing is written")
	_, err = s.Partners.LevelProgress(ctx, "alice")
	require.ErrorAs(t, err, &hook)
}

func TestRule_6_03_APlanSaysWhereTheConditionsOfALevelAreWrong(t *testing.T) {
	exam := partner.Predicates{{Name: "exam", Version: "3", Make: func(partner.Params) (partner.Predicate, error) {
		return func(partner.Facts) partner.Answer { return partner.Answer{} }, nil
	}}}
	_, err := program.ParsePlan([]byte(`{"currency": "CNY", "commission": {"rates": ["10%"]}, "rising": {"reward": "casade"}, "levels": [
{"id": "agent", "weight": 1, "default": true},
{"id": "gold", "weight": 2, "reach": {"any": [{"metric": {"name": "partners", "levels": ["agnet"]}, "atLeast": "2"}, {"own": {"name": "exm"}}]}}
]}`), exam)
	require.EqualError(t, err, `program: plan: 1:76: rising.reward: commission: "casade" is none of ["next-event" "cascade"]`)
	_, err = program.ParsePlan([]byte(`{"currency": "CNY", "commission": {"rates": ["10%"]}, "levels": [
{"id": "agent", "weight": 1, "default": true},
{"id": "gold", "weight": 2, "reach": {"any": [{"metric": {"name": "partners", "levels": ["agnet"]}, "atLeast": "2"}, {"own": {"name": "exm"}}]}}
]}`), exam)
	require.EqualError(t, err, `program: plan: 3:135: levels[1].reach.any[1].own.name: there is no condition "exm"; there are ["exam"]; did you mean "exam"?
3:90: levels[1].reach.any[0].metric.levels[0]: the plan has no level "agnet"; did you mean "agent"?`)

	plan := program.MustPlan(measuredPlan, exam)
	require.Equal(t, "3", plan.Levels[1].Reach.All[1].Own.Version, "the hash covers the code")
	text, err := plan.Text()
	require.NoError(t, err)
	again, err := program.MustPlan(string(text), exam).Text()
	require.NoError(t, err)
	require.Equal(t, string(text), string(again))
}

func TestRule_6_14_LevelsThatPartnersHoldAreNotDropped(t *testing.T) {
	s := family(t, risingPlan)
	s.pays("bob", "o-1", "300.00")
	s.pays("alice", "o-2", "100.00")
	without := program.MustPlan(`{"currency": "CNY", "levels": [{"id": "member", "weight": 1, "default": true}], "commission": {"rates": ["10%"]}}`)
	_, err := s.Plans.Publish(ctx, program.Publish{Plan: without, From: noon.AddDate(0, 0, 2)})
	var held *program.LevelsHeldError
	require.ErrorAs(t, err, &held)
	require.Equal(t, []program.HeldLevel{{Level: "gold", Partners: 1}, {Level: "silver", Partners: 1}}, held.Levels)
	require.EqualError(t, err, `program: the plan drops levels that partners hold: "gold" (1), "silver" (1); give them others first`)
	plans, err := s.Plans.All(ctx)
	require.NoError(t, err)
	require.Len(t, plans, 1)

	// Who has left holds none, and a level that is given for later counts.
	_, err = s.Partners.ClearOut(ctx, program.Depart{Partner: "alice", WithTeam: true})
	require.NoError(t, err)
	s.now = noon.AddDate(0, 0, 1)
	_, err = s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(strings.Replace(risingPlan, `{"id": "agent"`, `{"id": "member", "weight": 9}, {"id": "agent"`, 1))})
	require.NoError(t, err)
	_, err = s.Partners.SetLevel(ctx, program.SetLevel{Partner: "bob", Level: "member", Meta: program.Meta{At: noon.AddDate(0, 0, 3)}})
	require.NoError(t, err)
	_, err = s.Plans.Publish(ctx, program.Publish{Plan: without, From: noon.AddDate(0, 0, 3).Add(-time.Microsecond)})
	require.ErrorAs(t, err, &held)
	_, err = s.Plans.Publish(ctx, program.Publish{Plan: without, From: noon.AddDate(0, 0, 3)})
	require.NoError(t, err)

	_, err = program.ParsePlan([]byte(`{"currency": "CNY", "levels": [{"id": "a", "weight": 1, "default": true}, {"id": "a", "weight": 2}], "commission": {}}`))
	var twice *program.PlanError
	require.ErrorAs(t, err, &twice)
	require.Equal(t, "levels[1].id", twice.Problems[0].Path)
}

// rewardPlan pays bob 50.00 for silver, by which gold is reached, and 70.00 for that.
const rewardPlan = `{
  "currency": "CNY", "rising": {"reward": "%s"},
  "levels": [
    {"id": "agent", "weight": 1, "default": true}, {"id": "silver", "weight": 2, "reach": {"all": [{"metric": {"name": "spend"}, "atLeast": "100"}]}},
    {"id": "gold", "weight": 3, "reach": {"all": [{"metric": {"name": "earned", "node": "after-sale-over"}, "atLeast": "50"}]}},
    {"id": "diamond", "weight": 4, "reach": {"all": [{"metric": {"name": "earned"}, "atLeast": "120"}]}}
  ],
  "commission": {"rates": ["10%%"], "selfPurchase": "nobody"}, "settlement": {"anchor": "paid", "holdDays": 1},
  "oneOffs": [{"name": "up", "upgrade": {"payee": "self", "levels": {"silver": "50.00", "gold": "70.00"}}}]
}`

// farGold is rewardPlan where no bonus reaches gold.
var farGold = strings.Replace(fmt.Sprintf(rewardPlan, "next-event"), `"atLeast": "50"`, `"atLeast": "5000"`, 1)

func TestRule_6_12_ARewardToHimselfIsExplainedAndStandsWithTheLevel(t *testing.T) {
	s := family(t, farGold)
	s.pays("bob", "o-1", "100.00")
	due := s.due(s.now)
	require.Len(t, due.Granted, 1)
	s.has("bob", "0.00", "50.00", "0.00")
	require.Equal(t, []string{"bob: 50.00 CNY by the bonus up, for reaching level silver at 2026-06-01T12:00:00Z; paid; plan version 1"}, s.grantsFor("bob"))
	all, err := s.Bonuses.Grants(ctx, "bob")
	require.NoError(t, err)
	require.Equal(t, "bob：50.00 CNY，奖励 up，于 2026-06-01T12:00:00Z 升级到 silver；已发放；方案版本 1", all[0].Explain()[0].Chinese())

	// What comes back takes neither the level nor the reward, whether it was released or not.
	s.refunded("r-1", "o-1", units("1", 1))
	s.due(s.now.AddDate(0, 0, 2))
	s.has("bob", "0.00", "50.00", "0.00")
	require.Equal(t, partner.Level("silver"), s.levelOf("bob", s.now))

	// One whose earnings are frozen gets none, for ever.
	s.freeze("alice")
	s.pays("alice", "o-2", "100.00")
	s.due(s.now)
	s.has("alice", "0.00", "0.00", "0.00")
	require.Equal(t, []string{"alice: 50.00 CNY by the bonus up, for reaching level silver at 2026-06-03T12:00:00Z; not paid: his earnings are frozen; plan version 1"}, s.grantsFor("alice"))
}

func TestRule_6_12_CommissionCountsAsEarnedWhereverItIs(t *testing.T) {
	s := family(t, farGold)
	progress := func() string {
		t.Helper()
		p, err := s.Partners.LevelProgress(ctx, "bob")
		require.NoError(t, err)
		return p[len(p)-2].Verdict.String() + "; " + p[len(p)-1].Verdict.String()
	}
	s.pays("carol", "o-1", "500.00")
	require.Equal(t, "own earnings, released: 0.00 of 5,000.00, 5,000.00 short; own earnings: 50.00 of 120.00, 70.00 short", progress())
	s.due(s.now.AddDate(0, 0, 1))
	require.Equal(t, "own earnings, released: 50.00 of 5,000.00, 4,950.00 short; own earnings: 50.00 of 120.00, 70.00 short", progress())
	w, err := s.withdraw("w-1", "bob", "50.00")
	require.NoError(t, err)
	require.Equal(t, "own earnings, released: 50.00 of 5,000.00, 4,950.00 short; own earnings: 50.00 of 120.00, 70.00 short", progress(), "what is withdrawn was earned")
	_, err = s.Wallet.Approve(ctx, program.Decide{Withdrawal: w.ID})
	require.NoError(t, err)
	s.refunded("r-1", "o-1", amount("1", "100.00"))
	require.Equal(t, "own earnings, released: 40.00 of 5,000.00, 4,960.00 short; own earnings: 40.00 of 120.00, 80.00 short", progress(), "what is owed was not")
}

func TestRule_6_12_TheAuditOfAPlanNamesWhatARewardCosts(t *testing.T) {
	plan := program.MustPlan(fmt.Sprintf(rewardPlan, "cascade"))
	audit, err := plan.Audit(program.Mix{})
	require.NoError(t, err)
	var found []commission.Finding
	for _, f := range audit.Findings {
		require.NotEqual(t, program.FindHeadCount, f.Code)
		if f.Code == program.FindUpgradeBonus || f.Code == program.FindEarlyReward {
			found = append(found, f)
		}
	}
	require.Equal(t, []commission.Finding{
		{Code: program.FindUpgradeBonus, Path: "oneOffs[0].upgrade",
			Evidence: "up pays up to 70.00 CNY to who reaches a level himself, at once, besides what the worst case of an order pays"},
		{Code: program.FindEarlyReward, Path: "oneOffs[0].upgrade.levels.silver",
			Evidence: "silver is reached by orders whose goods can still be given back, and the reward for it stays"},
	}, found)
}

// A cascade is stopped at every call to the store, and goes on where it stood.
func TestRule_6_12_ACascadeThatIsInterruptedGoesOn(t *testing.T) {
	require.Equal(t, incentive.Cascade, program.MustPlan(fmt.Sprintf(rewardPlan, "cascade")).Rising.Reward)
	for _, mode := range []storetest.Mode{storetest.Before, storetest.After, storetest.Stale} {
		for fault := 1; ; fault++ {
			var config program.Config
			s := family(t, fmt.Sprintf(rewardPlan, "cascade"), func(c *program.Config) { config = *c })
			s.pays("bob", "o-1", "100.00")
			faulty := storetest.NewFaulty(s.store)
			broken, err := program.New(faulty, config)
			require.NoError(t, err)
			faulty.FailAt(fault, mode)
			_, err = broken.RunDue(ctx, s.now)
			if err != nil {
				require.True(t, errors.Is(err, storetest.ErrFault) || errors.Is(err, store.ErrStale), err)
			}
			s.sound()
			s.due(s.now)
			s.has("bob", "0.00", "120.00", "0.00")
			require.Equal(t, partner.Level("diamond"), s.levelOf("bob", s.now))
			require.Len(t, s.levelLog("bob"), 4)
			if len(faulty.Calls()) < fault {
				require.NoError(t, err)
				require.Greater(t, fault, 20)
				break
			}
		}
	}
}

func TestRisingTakesItsLocksInTheOrderOfTheContract(t *testing.T) {
	s, w := watchLocks(t, fmt.Sprintf(strings.Replace(rewardPlan, `"oneOffs"`, `"joining": {"spend": "90.00"}, "oneOffs"`, 1), "cascade"))
	for _, id := range []partner.ID{"zoe", "amy"} {
		s.add(id)
		require.Equal(t, partner.Level("silver"), s.pays(partner.Customer(id), "o-"+string(id), "100.00").Risen)
	}
	require.True(t, s.pays("max", "o-max", "100.00").Promoted)
	due := s.due(s.now)
	require.Equal(t, []program.Rise{
		{Partner: "amy", From: "silver", To: "gold"}, {Partner: "max", From: "silver", To: "gold"}, {Partner: "zoe", From: "silver", To: "gold"},
		{Partner: "amy", From: "gold", To: "diamond"}, {Partner: "max", From: "gold", To: "diamond"}, {Partner: "zoe", From: "gold", To: "diamond"},
	}, due.Risen)
	require.Contains(t, due.String(), ", 6 rose to a higher level")
	require.True(t, w.taken["partners"])
	require.Empty(t, w.wrong)
}
