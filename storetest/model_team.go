package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// What the model does with people and plans.

func modelRefused[E error](reason string) modelRefusal {
	return modelRefusal{reason, func(err error) bool {
		var as E
		return errors.As(err, &as)
	}}
}

func modelRefusedAs(reason string, target error) modelRefusal {
	return modelRefusal{reason, func(err error) bool { return errors.Is(err, target) }}
}

// refuse adds a refusal where it is one.
func (c *modelCall) refuse(when bool, r modelRefusal) {
	if when {
		c.refusals = append(c.refusals, r)
	}
}

// elsewhere is the same instant in another zone, and as precise as clocks are.
func elsewhere(at time.Time, again bool) time.Time {
	if again && !at.IsZero() {
		return at.In(time.FixedZone("UTC+8", 8*3600)).Add(999 * time.Nanosecond)
	}
	return at
}

// named gives a call its key. Where that is not the natural one, the instant is one of the facts.
func (c *modelCall) named(key, natural, facts string, at time.Time) {
	c.key, c.facts, c.at = natural, facts, at
	if key != "" {
		c.key, c.facts = key, facts+at.String()
	}
}

// someKey draws a key of the shop's own, or none.
func (s *modelShop) someKey(t *rapid.T) string {
	if modelOneIn(t, "with a key", 4) {
		return s.name("k")
	}
	return ""
}

// at is when something happens: the instant that it names, or now.
func (s *modelShop) at(named time.Time) time.Time {
	if named.IsZero() {
		return s.now
	}
	return named
}

// instant draws when something happens: mostly now, else some time that matters to what is there already.
func (s *modelShop) instant(t *rapid.T, label string) time.Time {
	choices := []time.Time{
		{}, {}, {}, s.now.Add(-time.Hour), modelStart, modelStart.Add(-time.Hour), modelStart.Add(-time.Microsecond), s.now.Add(time.Hour), modelCampaignEnd,
	}
	for _, b := range s.oracle.bindings {
		choices = append(choices, b.at)
	}
	if n := len(s.oracle.bindings); n > 0 {
		choices = append(choices, s.oracle.bindings[n-1].at.Add(oracleDay), s.oracle.bindings[0].at.Add(oracleDay-time.Microsecond))
	}
	for _, id := range s.oracle.ids() {
		for _, e := range s.oracle.people[id].edges {
			choices = append(choices, e.from)
		}
	}
	return rapid.SampledFrom(choices).Draw(t, label)
}

func (s *modelShop) person(t *rapid.T) partner.ID {
	return rapid.SampledFrom(modelPartners).Draw(t, "partner")
}

// someLevel draws a level of the plan, or one that it does not have.
func (s *modelShop) someLevel(t *rapid.T) partner.Level {
	return rapid.SampledFrom([]partner.Level{"manager", "director", "agent", "king"}).Draw(t, "level")
}

// hasLevel reports whether a level can be given at an instant.
func (s *modelShop) hasLevel(level partner.Level, at time.Time) bool {
	version := s.oracle.planAt(at)
	return level == "" || version > 0 && oracleHasLevel(s.oracle.plan(version), level)
}

func (c *modelCall) needsPlan(s *modelShop, at time.Time) {
	c.refuse(s.oracle.planAt(at) == 0, modelRefusedAs("no plan is in force", program.ErrNoPlan))
}

func (s *modelShop) add(t require.TestingT, in program.Add) {
	at := s.at(in.At)
	c := &modelCall{operation: "add"}
	natural := s.oracle.joiningKey(in.Partner)
	c.named(in.Key, natural, fmt.Sprint(in.Partner, in.Level), in.At)
	if in.Key == "" {
		c.expired = func() bool { return s.oracle.joiningKey(in.Partner) != natural }
	}
	if in.Candidate {
		c.operation = "candidate"
	}
	c.needsPlan(s, at)
	c.refuse(!s.hasLevel(in.Level, at), modelRefused[*program.LevelError]("the plan has no such level"))
	if version := s.oracle.planAt(at); version > 0 {
		status := partner.Active
		if in.Candidate {
			status = oracleStatusOnRecruit(s.oracle.plan(version))
		}
		c.refuse(!s.oracle.mayJoin(in.Partner, status, s.oracle.plan(version), at), modelRefused[*partner.MoveError]("he has left"))
	}
	c.do = func(again bool) (any, error) {
		in := in
		in.At = elsewhere(in.At, again)
		return s.prog.Partners.Add(s.ctx, in)
	}
	c.other = func() error {
		in := in
		if in.Key == "" {
			in.Level += "x"
		} else {
			in.At = s.at(in.At).Add(time.Hour)
		}
		_, err := s.prog.Partners.Add(s.ctx, in)
		return err
	}
	c.done = func(got any) {
		s.oracle.add(in.Partner, in.Level, in.Candidate, s.oracle.plan(s.oracle.planAt(at)), at)
		s.sameState(t, in.Partner, at, got.(program.PartnerState))
	}
	s.call(t, c)
}

// sameState compares what the programme says of somebody with what the oracle does.
func (s *modelShop) sameState(t require.TestingT, id partner.ID, at time.Time, got program.PartnerState) {
	o := s.oracle
	require.Equal(t, id, got.ID)
	require.Equal(t, o.says(id, partner.FactStatus, at), string(got.Status), "status of %s", id)
	require.Equal(t, o.level(id, at), got.Level, "level of %s", id)
	require.Equal(t, o.says(id, partner.FactEarning, at) == partner.Frozen, got.Earning == partner.Frozen, "freeze of %s", id)
	require.Equal(t, o.says(id, partner.FactWithdrawal, at) == partner.Frozen, got.Withdrawal == partner.Frozen, "freeze of what %s has", id)
	require.Equal(t, o.says(id, partner.FactValidUntil, at), partner.InstantValue(got.ValidUntil), "until when %s is a partner", id)
	require.Equal(t, o.says(id, partner.FactPayableUntil, at), partner.InstantValue(got.PayableUntil), "until when %s can withdraw", id)
	require.Equal(t, o.recruiter(id, at), got.Recruiter, "recruiter of %s", id)
}

func (s *modelShop) recruit(t require.TestingT, in program.Recruit) {
	at := s.at(in.At)
	c := &modelCall{operation: "recruit"}
	c.named(in.Key, fmt.Sprint(in.Partner, "<", in.Recruiter), fmt.Sprint(in.Partner, in.Recruiter), in.At)
	kept := s.oracle.keptBy(in.Partner, at, s.now)
	c.refuse(in.Partner == in.Recruiter, modelRefusedAs("himself", tree.ErrSelf))
	c.needsPlan(s, at)
	c.refuse(s.oracle.people[in.Recruiter] == nil, modelRefused[*program.NotFoundError]("an unknown recruiter"))
	c.refuse(kept == "" && s.oracle.ring(oracleLater(at, s.now), oracleMove{in.Partner, in.Recruiter}), modelRefused[*tree.CycleError]("he stands above the recruiter"))
	c.do = func(again bool) (any, error) {
		in := in
		in.At = elsewhere(in.At, again)
		return s.prog.Team.Recruit(s.ctx, in)
	}
	if in.Key != "" {
		c.other = func() error {
			in := in
			in.At = s.at(in.At).Add(time.Hour)
			_, err := s.prog.Team.Recruit(s.ctx, in)
			return err
		}
	}
	if bar := s.oracle.recruits(in.Recruiter, at, s.now); bar != "" && kept == "" && len(c.refusals) == 0 && s.claims["recruit "+c.key] == nil {
		s.unchanged(t, "a recruit of who may not recruit", func() {
			got, err := c.do(false)
			require.NoError(t, err)
			out := got.(program.RecruitOutcome)
			require.False(t, out.Recruits)
			require.Equal(t, bar, out.Reason)
		})
		return
	}
	c.done = func(got any) {
		out := got.(program.RecruitOutcome)
		recruits := s.oracle.recruit(in.Partner, in.Recruiter, s.oracle.plan(s.oracle.planAt(at)), at, s.now)
		require.Equal(t, recruits, out.Recruits)
		switch {
		case recruits:
			require.Empty(t, out.Reason)
		case kept == in.Recruiter:
			require.Equal(t, tree.SameOwner, out.Reason)
		default:
			require.Equal(t, tree.Owned, out.Reason)
		}
		s.sameState(t, in.Partner, at, out.Partner)
		s.sameTree(t)
	}
	s.call(t, c)
}

// sameTree compares the lines of people, as they are now and as they are going to be when an edge begins.
func (s *modelShop) sameTree(t require.TestingT) {
	instants := []time.Time{s.now}
	for _, person := range s.oracle.people {
		for _, e := range person.edges {
			if e.from.After(s.now) && !slices.Contains(instants, e.from) {
				instants = append(instants, e.from)
			}
		}
	}
	for _, at := range instants {
		modelHolds(t, !s.oracle.ring(at), "I13: somebody stands above himself at %s", at)
		for _, id := range s.oracle.ids() {
			line, err := s.prog.Team.Uplines(s.ctx, program.Uplines{Partner: id, At: at})
			modelNoError(t, err)
			if want := s.oracle.above(id, at); !slices.Equal(want, line) {
				require.Equal(t, want, line, "who stands above %s at %s", id, at)
			}
		}
	}
}

// set gives somebody a level, or freezes what he earns, or lifts that.
func (s *modelShop) set(t require.TestingT, operation string, id partner.ID, value string, at time.Time) {
	c := &modelCall{operation: operation, key: fmt.Sprint(id, value, at.UnixMicro()), facts: fmt.Sprint(id, value)}
	c.refuse(s.oracle.people[id] == nil, modelRefused[*program.NotFoundError]("an unknown partner"))
	kind := partner.FactEarning
	switch operation {
	case "freeze_withdrawal", "unfreeze_withdrawal":
		kind = partner.FactWithdrawal
	case "level":
		kind = partner.FactLevel
		c.needsPlan(s, at)
		c.refuse(!s.hasLevel(partner.Level(value), at), modelRefused[*program.LevelError]("the plan has no such level"))
	}
	c.do = func(again bool) (any, error) {
		meta := program.Meta{At: elsewhere(at, again)}
		switch operation {
		case "level":
			return s.prog.Partners.SetLevel(s.ctx, program.SetLevel{Partner: id, Level: partner.Level(value), Meta: meta})
		case "freeze":
			return s.prog.Partners.Freeze(s.ctx, program.Freeze{Partner: id, Meta: meta})
		case "freeze_withdrawal":
			return s.prog.Partners.FreezeWithdrawal(s.ctx, program.Freeze{Partner: id, Meta: meta})
		case "unfreeze_withdrawal":
			return s.prog.Partners.UnfreezeWithdrawal(s.ctx, program.Freeze{Partner: id, Meta: meta})
		}
		return s.prog.Partners.Unfreeze(s.ctx, program.Freeze{Partner: id, Meta: meta})
	}
	c.done = func(got any) {
		s.oracle.learn(id, kind, value, at)
		s.sameState(t, id, at, got.(program.PartnerState))
	}
	s.call(t, c)
}

func (s *modelShop) publish(t require.TestingT, plan modelPlan, from time.Time) {
	hash, err := plan.Hash()
	require.NoError(t, err)
	from = s.at(from) // which makes the natural key, so that the call can come again
	c := &modelCall{operation: "publish", key: fmt.Sprint(hash, from.UnixMicro()), facts: hash}
	c.refuse(from.Before(s.now), modelRefused[*program.BackdatedError]("in the past"))
	c.do = func(again bool) (any, error) {
		return s.prog.Plans.Publish(s.ctx, program.Publish{Plan: plan.Plan, From: elsewhere(from, again)})
	}
	c.done = func(got any) {
		out := got.(program.PublishedPlan)
		s.oracle.plans = append(s.oracle.plans, oraclePlan{from, plan.Plan})
		require.Equal(t, len(s.oracle.plans), out.Version)
		require.True(t, from.Equal(out.From))
		require.Equal(t, hash, out.Hash)
	}
	s.call(t, c)
}
