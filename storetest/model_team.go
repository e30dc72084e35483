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
	for _, a := range s.oracle.attempts {
		choices = append(choices, a.at)
	}
	for _, id := range s.oracle.ids() {
		if from := s.oracle.people[id].recruitedFrom; !from.IsZero() {
			choices = append(choices, from)
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
	c.named(in.Key, string(in.Partner), fmt.Sprint(in.Partner, in.Level), in.At)
	if in.Candidate {
		c.operation = "candidate"
	}
	c.needsPlan(s, at)
	c.refuse(!s.hasLevel(in.Level, at), modelRefused[*program.LevelError]("the plan has no such level"))
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
	require.Equal(t, o.people[id].recruiter, got.Recruiter, "recruiter of %s", id)
}

func (s *modelShop) recruit(t require.TestingT, in program.Recruit) {
	at := s.at(in.At)
	c := &modelCall{operation: "recruit"}
	c.named(in.Key, fmt.Sprint(in.Partner, "<", in.Recruiter), fmt.Sprint(in.Partner, in.Recruiter), in.At)
	known := s.oracle.people[in.Partner]
	c.refuse(in.Partner == in.Recruiter, modelRefusedAs("himself", tree.ErrSelf))
	c.needsPlan(s, at)
	c.refuse(s.oracle.people[in.Recruiter] == nil, modelRefused[*program.NotFoundError]("an unknown recruiter"))
	c.refuse(known != nil && known.recruiter == "" && slices.Contains(s.oracle.above(in.Recruiter, at, true), in.Partner),
		modelRefused[*tree.CycleError]("he stands above the recruiter"))
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
	c.done = func(got any) {
		out := got.(program.RecruitOutcome)
		recruits := s.oracle.recruit(in.Partner, in.Recruiter, s.oracle.plan(s.oracle.planAt(at)), at, s.now)
		require.Equal(t, recruits, out.Recruits)
		switch {
		case recruits:
			require.Empty(t, out.Reason)
		case s.oracle.people[in.Partner].recruiter == in.Recruiter:
			require.Equal(t, tree.SameOwner, out.Reason)
		default:
			require.Equal(t, tree.Owned, out.Reason)
		}
		s.sameState(t, in.Partner, at, out.Partner)
		s.sameTree(t)
	}
	s.call(t, c)
}

// sameTree compares the lines of people. That the oracle's end shows that nobody stands above himself.
func (s *modelShop) sameTree(t require.TestingT) {
	for _, id := range s.oracle.ids() {
		line, err := s.prog.Team.Uplines(s.ctx, program.Uplines{Partner: id, At: s.now})
		require.NoError(t, err)
		require.Equal(t, s.oracle.above(id, s.now, false), line, "who stands above %s", id)
	}
}

func (s *modelShop) bind(t require.TestingT, in program.Bind) {
	at := s.at(in.At)
	in.At = at // which makes the natural key, so that the call can come again
	c := &modelCall{operation: "bind", key: fmt.Sprint(in.Customer, "<", in.Owner, at.UnixMicro()), facts: fmt.Sprintf("%+v", in)}
	c.refuse(string(in.Customer) == string(in.Owner), modelRefusedAs("himself", tree.ErrSelf))
	c.do = func(again bool) (any, error) {
		in := in
		in.At = elsewhere(in.At, again)
		return s.prog.Team.Bind(s.ctx, in)
	}
	c.done = func(got any) {
		out := got.(program.BindOutcome)
		owner, reason := s.oracle.bind(in.Customer, in.Owner, at)
		require.Equal(t, program.BindOutcome{Owner: owner, Bound: reason == "", Reason: reason}, out)
		for _, instant := range []time.Time{at, at.Add(-time.Microsecond), s.now} {
			owner, err := s.prog.Team.Owner(s.ctx, in.Customer, instant)
			require.NoError(t, err)
			require.Equal(t, s.oracle.owner(in.Customer, instant), owner, "owner of %s at %s", in.Customer, instant)
		}
	}
	s.call(t, c)
}

// set gives somebody a level, or freezes what he earns, or lifts that.
func (s *modelShop) set(t require.TestingT, operation string, id partner.ID, value string, at time.Time) {
	c := &modelCall{operation: operation, key: fmt.Sprint(id, value, at.UnixMicro()), facts: fmt.Sprint(id, value)}
	c.refuse(s.oracle.people[id] == nil, modelRefused[*program.NotFoundError]("an unknown partner"))
	kind := partner.FactEarning
	if operation == "level" {
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
