package program_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

func TestTheFirstRecruiterStays(t *testing.T) {
	s := family(t, twoLevels)
	s.add("zoe")
	out, err := s.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "zoe"})
	require.NoError(t, err)
	require.False(t, out.Recruits)
	require.Equal(t, tree.Owned, out.Reason)
	require.Equal(t, partner.ID("alice"), out.Partner.Recruiter)
	out, err = s.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice", Meta: program.Meta{Key: "again"}})
	require.NoError(t, err)
	require.Equal(t, tree.SameOwner, out.Reason)
	again, err := s.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"})
	require.NoError(t, err)
	require.True(t, again.Recruits, "the first result again")
}

func TestRule_3_11_NobodyStandsAboveHimself(t *testing.T) {
	s := family(t, twoLevels)
	s.recruit("dan", "bob")
	var cycle *tree.CycleError
	_, err := s.Team.Recruit(ctx, program.Recruit{Partner: "alice", Recruiter: "dan"})
	require.ErrorAs(t, err, &cycle)
	require.Equal(t, tree.CycleError{Partner: "alice", Recruiter: "dan"}, *cycle)
	_, err = s.Team.Recruit(ctx, program.Recruit{Partner: "alice", Recruiter: "alice"})
	require.ErrorIs(t, err, tree.ErrSelf)
	_, err = s.Team.Bind(ctx, program.Bind{Customer: "alice", Owner: "alice"})
	require.ErrorIs(t, err, tree.ErrSelf)
	line, err := s.Team.Uplines(ctx, program.Uplines{Partner: "dan"})
	require.NoError(t, err)
	require.Equal(t, []partner.ID{"dan", "bob", "alice"}, line)
	s.sound()
}

func TestTheFirstOwnerStaysAndEveryRefusalHasAReason(t *testing.T) {
	s := family(t, twoLevels)
	s.add("zoe")
	s.now = s.now.Add(time.Hour)
	for _, c := range []struct {
		customer partner.Customer
		owner    partner.ID
		want     program.BindOutcome
	}{
		{"carol", "zoe", program.BindOutcome{Owner: "bob", Reason: tree.Owned}},
		{"carol", "bob", program.BindOutcome{Owner: "bob", Reason: tree.SameOwner}},
		{"dave", "nobody", program.BindOutcome{Reason: tree.UnknownOwner}},
		{"bob", "zoe", program.BindOutcome{Reason: tree.IsPartner}},
		{"dave", "zoe", program.BindOutcome{Owner: "zoe", Bound: true}},
	} {
		out, err := s.Team.Bind(ctx, program.Bind{Customer: c.customer, Owner: c.owner})
		require.NoError(t, err)
		require.Equal(t, c.want, out, "%s to %s", c.customer, c.owner)
		again, err := s.Team.Bind(ctx, program.Bind{Customer: c.customer, Owner: c.owner, Meta: program.Meta{At: s.now}})
		require.NoError(t, err)
		require.Equal(t, c.want.Owner, again.Owner)
	}
	_, err := s.Partners.Freeze(ctx, program.Freeze{Partner: "zoe"})
	require.NoError(t, err)
	out, err := s.Team.Bind(ctx, program.Bind{Customer: "erin", Owner: "zoe"})
	require.NoError(t, err)
	require.Equal(t, tree.InactiveOwner, out.Reason)
	owner, err := s.Team.Owner(ctx, "dave", time.Time{})
	require.NoError(t, err)
	require.Equal(t, partner.ID("zoe"), owner)
}

func TestALateBindCountsFromWhenItHappenedForOrdersThatComeAfterIt(t *testing.T) {
	s := family(t, twoLevels)
	order := s.order("o-1", 1, "100.00")
	order.Customer = "dave"
	late := s.order("o-2", 1, "100.00")
	late.Customer = "dave"
	require.Empty(t, s.paid(order).Entries)
	s.now = s.now.Add(time.Hour)
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "dave", Owner: "bob", Meta: program.Meta{At: noon}})
	require.NoError(t, err)
	require.Len(t, s.paid(late).Entries, 2)
	out, err := s.Orders.Outcome(ctx, "o-1")
	require.NoError(t, err)
	require.Empty(t, out.Entries, "what is posted stays")
}

func TestLevelsAreThoseOfThePlan(t *testing.T) {
	s := open(t, `{"currency": "CNY", "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}],
		"commission": {"rates": ["10%"], "levels": {"gold": ["15%"]}}}`)
	s.add("bob")
	_, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"})
	require.NoError(t, err)
	bob, err := s.Partners.At(ctx, "bob", time.Time{})
	require.NoError(t, err)
	require.Equal(t, partner.Level("agent"), bob.Level, "the default level on joining")
	before := s.order("o-1", 1, "1000.00")
	s.now = s.now.Add(time.Hour)
	_, err = s.Partners.SetLevel(ctx, program.SetLevel{Partner: "bob", Level: "gold"})
	require.NoError(t, err)
	require.Equal(t, "100.00 CNY", s.paid(before).Commission.String(), "the level as of payment")
	require.Equal(t, "150.00 CNY", s.paid(s.order("o-2", 1, "1000.00")).Commission.String())

	var level *program.LevelError
	_, err = s.Partners.SetLevel(ctx, program.SetLevel{Partner: "bob", Level: "platinum"})
	require.ErrorAs(t, err, &level)
	_, err = s.Partners.Add(ctx, program.Add{Partner: "zoe", Level: "platinum"})
	require.ErrorAs(t, err, &level)
	var missing *program.NotFoundError
	_, err = s.Partners.SetLevel(ctx, program.SetLevel{Partner: "zoe", Level: "gold"})
	require.ErrorAs(t, err, &missing)
	_, err = s.Partners.At(ctx, "zoe", time.Time{})
	require.ErrorAs(t, err, &missing)
	_, err = s.Team.Recruit(ctx, program.Recruit{Partner: "yan", Recruiter: "zoe"})
	require.ErrorAs(t, err, &missing)
}
