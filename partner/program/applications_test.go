package program_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

const (
	reviewed = `{"currency": "CNY", "joining": {"entry": "application", "form": [{"key": "phone", "type": "phone", "required": true}]}, "commission": {"rates": ["10%", "5%"]}}`
	// roles has partners, who recruit promoters, who recruit nobody.
	roles = `{"currency": "CNY", "levels": [
		{"id": "promoter", "weight": 1, "default": true, "mayRecruit": false}, {"id": "partner", "weight": 2}, {"id": "director", "weight": 3, "recruitLevel": "partner"}],
		"joining": {%s}, "commission": {"rates": ["10%%", "5%%"]}}`
)

func phone(number string) []partner.FieldAnswer {
	return []partner.FieldAnswer{{Field: "phone", Value: number}}
}

// applied is a family of a plan that asks something of recruits, of which bob is a partner all the same.
func applied(t *testing.T, plan string, change ...func(*program.Config)) *shop {
	t.Helper()
	s := open(t, plan, change...)
	s.add("alice")
	s.recruit("bob", "alice")
	s.add("bob")
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"})
	require.NoError(t, err)
	return s
}

// events are the kinds of events about a subject, in order.
func (s *shop) events(subject string) []string {
	s.t.Helper()
	_, err := s.RunDue(ctx, s.now)
	require.NoError(s.t, err)
	var kinds []string
	require.NoError(s.t, s.store.View(ctx, "", func(tx store.Tx) error {
		all, err := tx.Events(ctx, 0, 1000)
		for _, e := range all {
			if e.Subject == subject {
				kinds = append(kinds, e.Kind)
			}
		}
		return err
	}))
	return kinds
}

func (s *shop) review(id partner.ApplicationID, decision partner.ApplicationState, change ...func(*program.Review)) (program.ApplicationOutcome, error) {
	in := program.Review{Application: id, Decision: decision, Meta: program.Meta{Actor: "ann", Reason: "checked"}}
	for _, c := range change {
		c(&in)
	}
	return s.Partners.Review(ctx, in)
}

func TestRule_1_01_ApplyingAndReview(t *testing.T) {
	s := applied(t, reviewed)
	apply := func(number string) (program.ApplicationOutcome, error) {
		s.now = s.now.Add(time.Minute)
		return s.Partners.Apply(ctx, program.Apply{Applicant: "carol", Source: "poster", Answers: phone(number)})
	}
	var wrong *partner.ApplicationError
	_, err := apply("x")
	require.ErrorAs(t, err, &wrong)
	first, err := apply("13800000000")
	require.NoError(t, err)
	require.Equal(t, partner.ApplicationOpen, first.Application.State)
	require.Equal(t, partner.ID("bob"), first.Application.Recruiter, "to whom she is bound")
	require.Empty(t, first.Partner.ID)
	var refused *partner.ApplyError
	_, err = apply("13800000001")
	require.ErrorAs(t, err, &refused)
	require.Equal(t, partner.AlreadyApplied, refused.Reason)
	require.Equal(t, first.Application.ID, refused.Open)

	_, err = s.review(first.Application.ID, partner.ApplicationRejected, func(in *program.Review) { in.Reason = "" })
	require.ErrorIs(t, err, partner.ErrNoReason)
	rejected, err := s.review(first.Application.ID, partner.ApplicationRejected)
	require.NoError(t, err)
	again, err := s.review(first.Application.ID, partner.ApplicationRejected)
	require.NoError(t, err)
	require.Equal(t, rejected, again, "decided once")
	var ended *partner.ApplicationStateError
	_, err = s.review(first.Application.ID, partner.ApplicationApproved)
	require.ErrorAs(t, err, &ended)

	second, err := apply("13800000002")
	require.NoError(t, err)
	open, err := s.Partners.Applications(ctx, "", 10)
	require.NoError(t, err)
	require.Equal(t, []partner.Application{second.Application}, open)
	all, err := s.Partners.ApplicationsOf(ctx, "carol")
	require.NoError(t, err)
	require.Equal(t, []partner.Application{rejected.Application, second.Application}, all)

	approved, err := s.review(second.Application.ID, partner.ApplicationApproved)
	require.NoError(t, err)
	require.Equal(t, partner.Active, approved.Partner.Status)
	require.Equal(t, partner.ID("bob"), approved.Partner.Recruiter)
	require.Equal(t, []string{"customer_bind", "partner_active", "partner_recruited"}, s.events("carol"))
	require.Equal(t, []string{"application_open", "application_approved"}, s.events(string(second.Application.ID)))
	_, err = apply("13800000003")
	require.ErrorAs(t, err, &refused)
	require.Equal(t, partner.AlreadyPartner, refused.Reason)

	var missing *program.NotFoundError
	_, err = s.review("none", partner.ApplicationApproved)
	require.ErrorAs(t, err, &missing)
	var decision *program.DecisionError
	_, err = s.review(first.Application.ID, partner.ApplicationOpen)
	require.ErrorAs(t, err, &decision)
	var meta *program.MetaError
	_, err = s.review(first.Application.ID, partner.ApplicationApproved, func(in *program.Review) { in.Ban = true })
	require.ErrorAs(t, err, &meta)
	_, err = s.review(first.Application.ID, partner.ApplicationRejected, func(in *program.Review) { in.Waive = true })
	require.ErrorAs(t, err, &meta)
}

func TestAnApplicationThatComesAgainGivesTheFirstResult(t *testing.T) {
	s := applied(t, reviewed)
	in := program.Apply{Applicant: "carol", Answers: phone("13800000000"), Meta: program.Meta{Key: "k"}}
	first, err := s.Partners.Apply(ctx, in)
	require.NoError(t, err)
	s.now = s.now.Add(time.Hour)
	_, err = s.review(first.Application.ID, partner.ApplicationApproved)
	require.NoError(t, err)
	again, err := s.Partners.Apply(ctx, in)
	require.NoError(t, err)
	require.Equal(t, first, again)
	in.Answers = phone("13800000001")
	_, err = s.Partners.Apply(ctx, in)
	require.ErrorIs(t, err, store.ErrConflict)
}

func TestRule_1_14_TheRecruiterOfAnApplicationIsNotLostWhileItWaits(t *testing.T) {
	s := applied(t, reviewed)
	s.add("dan")
	out, err := s.Partners.Apply(ctx, program.Apply{Applicant: "erin", Recruiter: "bob", Answers: phone("13800000000")})
	require.NoError(t, err)
	_, err = s.Team.Bind(ctx, program.Bind{Customer: "erin", Owner: "dan"})
	require.NoError(t, err)
	_, err = s.Partners.Freeze(ctx, program.Freeze{Partner: "bob"})
	require.NoError(t, err)
	s.now = s.now.Add(30 * 24 * time.Hour)
	approved, err := s.review(out.Application.ID, partner.ApplicationApproved)
	require.NoError(t, err)
	require.Equal(t, partner.ID("bob"), approved.Partner.Recruiter)

	var missing *program.NotFoundError
	_, err = s.Partners.Apply(ctx, program.Apply{Applicant: "fay", Recruiter: "nobody", Answers: phone("13800000000")})
	require.ErrorAs(t, err, &missing)
	_, err = s.Partners.Apply(ctx, program.Apply{Applicant: "fay", Recruiter: "fay", Answers: phone("13800000000")})
	require.ErrorIs(t, err, tree.ErrSelf)
	var level *program.LevelError
	_, err = s.Partners.Apply(ctx, program.Apply{Applicant: "fay", Level: "gold", Answers: phone("13800000000")})
	require.ErrorAs(t, err, &level)
}

func TestRule_1_06_AnApplicationIsJudgedOnceMoreWhenItIsApproved(t *testing.T) {
	s := applied(t, `{"currency": "CNY", "joining": {"entry": "application", "threshold": {"any": [{"metric": {"name": "spend"}, "atLeast": "100"}]}}, "commission": {"rates": ["10%"]}}`)
	var refused *partner.ApplyError
	_, err := s.Partners.Apply(ctx, program.Apply{Applicant: "carol"})
	require.ErrorAs(t, err, &refused)
	require.Equal(t, partner.NotEligible, refused.Reason)
	require.Contains(t, err.Error(), "own spend: 0.00 of 100.00, 100.00 short")
	require.False(t, s.paid(s.order("o-1", 1, "100.00")).Promoted, "she applies")
	progress, err := s.Partners.Progress(ctx, "carol")
	require.NoError(t, err)
	require.Equal(t, "own spend: 100.00 of 100.00, met", progress.String())
	out, err := s.Partners.Apply(ctx, program.Apply{Applicant: "carol", Meta: program.Meta{Key: "1"}})
	require.NoError(t, err)
	s.refunded("r-1", "o-1", units("1", 1))
	var lost *partner.NotEligibleError
	_, err = s.review(out.Application.ID, partner.ApplicationApproved)
	require.ErrorAs(t, err, &lost)
	waived, err := s.review(out.Application.ID, partner.ApplicationApproved, func(in *program.Review) { in.Waive = true })
	require.NoError(t, err)
	require.True(t, waived.Application.Steps[1].Waived)
	require.Equal(t, partner.Active, waived.Partner.Status)
}

func TestRule_1_11_WhoCanApplyIsToldOnceForEachThreshold(t *testing.T) {
	const asks = `{"currency": "CNY", "joining": {"entry": "application", "spend": "100"}, "commission": {"rates": ["10%"]}}`
	s := applied(t, asks)
	s.paid(s.order("o-1", 1, "99.00"))
	require.Equal(t, []string{"customer_bind"}, s.events("carol"))
	s.paid(s.order("o-2", 1, "1.00"))
	s.paid(s.order("o-3", 1, "1.00"))
	require.Equal(t, []string{"customer_bind", "partner_eligible"}, s.events("carol"))
	s.now = s.now.Add(time.Hour)
	publish := func(plan string) {
		_, err := s.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(plan)})
		require.NoError(t, err)
	}
	publish(`{"currency": "CNY", "joining": {"entry": "application", "threshold": {"all": [{"metric": {"name": "spend"}, "atLeast": "100.00"}]}}, "commission": {"rates": ["20%"]}}`)
	s.paid(s.order("o-4", 1, "1.00"))
	require.Equal(t, []string{"customer_bind", "partner_eligible"}, s.events("carol"), "another plan with the same threshold")
	s.now = s.now.Add(time.Hour)
	publish(`{"currency": "CNY", "joining": {"entry": "application", "spend": "101"}, "commission": {"rates": ["20%"]}}`)
	s.paid(s.order("o-5", 1, "1.00"))
	require.Equal(t, []string{"customer_bind", "partner_eligible", "partner_eligible"}, s.events("carol"))
}

func TestRule_1_03_AnAutomaticReviewApprovesWhatCanBeMade(t *testing.T) {
	s := applied(t, `{"currency": "CNY", "joining": {"entry": "application", "review": "automatic", "spend": "100", "validDays": 30}, "commission": {"rates": ["10%"]}}`)
	s.paid(s.order("o-1", 1, "100.00"))
	in := program.Apply{Applicant: "carol", Meta: program.Meta{Key: "1"}}
	out, err := s.Partners.Apply(ctx, in)
	require.NoError(t, err)
	require.Equal(t, partner.ApplicationApproved, out.Application.State)
	require.Equal(t, noon.Add(30*24*time.Hour), out.Partner.ValidUntil)
	require.Equal(t, partner.ID("bob"), out.Partner.Recruiter)
	again, err := s.Partners.Apply(ctx, in)
	require.NoError(t, err)
	require.Equal(t, out, again)
}

func TestAConditionThatOnlyTheShopCanMeasure(t *testing.T) {
	levels := map[partner.ID]string{"carol": "silver"}
	var broken error
	measure := func(c *program.Config) {
		c.Hooks.Measure = program.MeasureFunc(func(_ context.Context, asked program.Asked) (partner.Value, bool, error) {
			require.Equal(t, partner.MetricMemberLevel, asked.Metric.Name, "everything else is measured")
			level, known := levels[asked.Partner]
			return partner.Value{Text: level}, known, broken
		})
	}
	const asks = `{"currency": "CNY", "joining": {"threshold": {"any": [{"metric": {"name": "spend"}, "atLeast": "100"}, {"metric": {"name": "memberLevel"}, "oneOf": ["gold"]}]}}, "commission": {"rates": ["10%"]}}`
	s := applied(t, asks, measure)
	require.False(t, s.paid(s.order("o-1", 1, "1.00")).Promoted)
	levels["carol"] = "gold"
	broken = errors.New("no connection")
	_, err := s.Orders.Paid(ctx, s.order("o-2", 1, "1.00"))
	var hook *program.HookError
	require.ErrorAs(t, err, &hook)
	require.EqualError(t, err, `program: hook Measure, asked about "carol": no connection`)
	broken = nil
	require.True(t, s.paid(s.order("o-2", 1, "1.00")).Promoted)
	require.False(t, s.paid(s.order("o-3", 1, "1.00")).Promoted, "rule 1.10: once")

	_, err = program.New(nil, program.Config{Plan: program.MustPlan(asks)})
	require.EqualError(t, err, `program: plan: joining.threshold.any[1].metric: the shop measures memberLevel, and Config.Hooks.Measure is not set`)
	alone := applied(t, asking(`{"spend": "100"}`))
	_, err = alone.Plans.Publish(ctx, program.Publish{Plan: program.MustPlan(asking(all(`"name": "volume", "scope": "team"`, "1")))})
	require.NoError(t, err, "what a team sells is measured")
	delete(levels, "carol")
	progress, err := s.Partners.Progress(ctx, "carol")
	require.NoError(t, err)
	require.Equal(t, "any of: own spend: 3.00 of 100.00, 97.00 short; member level: not known, one of gold is needed", progress.String())
}

func TestAPlanNamesAConditionOfTheShopsOwn(t *testing.T) {
	vip := partner.Predicates{{Name: "exam", Version: "7", Make: func(partner.Params) (partner.Predicate, error) {
		return func(partner.Facts) partner.Answer { return partner.Answer{Met: true} }, nil
	}}}
	const asks = `{"currency": "CNY", "joining": {"threshold": {"all": [{"own": {"name": "exam"}}]}}, "commission": {"rates": ["10%"]}}`
	_, err := program.ParsePlan([]byte(asks))
	require.ErrorContains(t, err, "1:72: joining.threshold.all[0].own.name: there is no condition")
	_, err = program.ParsePlan([]byte(`{"currency": "CNY", "joining": {"threshold": {"all": [{"own": {"name": "exan"}}]}}}`), vip)
	require.ErrorContains(t, err, `did you mean "exam"?`)
	plan := program.MustPlan(asks, vip)
	text, err := plan.Text()
	require.NoError(t, err)
	require.Contains(t, string(text), `"version": "7"`)
	other := append(partner.Predicates{}, vip...)
	other[0].Version = "8"
	first, err := plan.Hash()
	require.NoError(t, err)
	second, err := program.MustPlan(asks, other).Hash()
	require.NoError(t, err)
	require.NotEqual(t, first, second, "the version enters the hash")

	s := applied(t, "", func(c *program.Config) { c.Plan, c.Predicates = plan, vip })
	require.True(t, s.paid(s.order("o-1", 1, "1.00")).Promoted)
	_, err = program.New(nil, program.Config{Plan: plan})
	require.ErrorContains(t, err, "joining.threshold.all[0].own.name")
	_, err = program.New(nil, program.Config{Predicates: partner.Predicates{{}}})
	require.ErrorContains(t, err, "Predicates[0].Make")
	_, err = program.ParsePlan([]byte(`{"currency": "CNY", "levels": [{"id": "gold", "weight": 1, "default": true}],
		"joining": {"threshold": {"all": [{"metric": {"name": "partners", "levels": ["golf"]}, "atLeast": "1"}]}}}`))
	require.ErrorContains(t, err, `joining.threshold.all[0].metric.levels[0]: the plan has no level "golf"; did you mean "gold"?`)
}
