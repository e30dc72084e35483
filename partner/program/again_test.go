package program_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// The same call again gives the first answer, whatever that was and whatever has come since.

func TestRule_5_34_ABindThatIsRepeatedGivesItsFirstAnswer(t *testing.T) {
	s := family(t, twoLevels)
	s.add("dave")
	_, err := s.Partners.Freeze(ctx, program.Freeze{Partner: "dave"})
	require.NoError(t, err)
	for _, c := range []struct {
		customer partner.Customer
		owner    partner.ID
		want     program.BindOutcome
	}{
		{"erin", "alice", program.BindOutcome{Owner: "alice", Bound: true}},
		{"carol", "alice", program.BindOutcome{Owner: "bob", Reason: tree.Owned}},
		{"carol", "bob", program.BindOutcome{Owner: "bob", Reason: tree.SameOwner}},
		{"frank", "nobody", program.BindOutcome{Reason: tree.UnknownOwner}},
		{"frank", "dave", program.BindOutcome{Reason: tree.InactiveOwner}},
		{"bob", "alice", program.BindOutcome{Reason: tree.IsPartner}},
	} {
		bind := program.Bind{Customer: c.customer, Owner: c.owner, Meta: program.Meta{Key: string(c.customer) + string(c.owner)}}
		for range 2 {
			out, err := s.Team.Bind(ctx, bind)
			require.NoError(t, err)
			require.Equal(t, c.want, out)
			s.now = s.now.Add(time.Hour)
		}
	}
	owner, err := s.Team.Owner(ctx, "frank", s.now)
	require.NoError(t, err)
	require.Empty(t, owner, "an attempt that could not bind is kept, and binds nobody")
}

func TestRule_5_34_ARecruitThatIsRepeatedGivesItsFirstAnswer(t *testing.T) {
	s := family(t, twoLevels)
	s.add("dave")
	for recruiter, want := range map[partner.ID]partner.Reason{"alice": tree.SameOwner, "dave": tree.Owned} {
		for range 2 {
			out, err := s.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: recruiter, Meta: program.Meta{Key: "again-" + string(recruiter)}})
			require.NoError(t, err)
			require.False(t, out.Recruits)
			require.Equal(t, want, out.Reason)
		}
	}
	out, err := s.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"})
	require.NoError(t, err)
	require.True(t, out.Recruits, "the first call did")
}

func TestRule_5_34_ARefundThatIsRepeatedAfterReleaseGivesItsFirstAnswer(t *testing.T) {
	s := family(t, twoLevels)
	s.paid(s.order("o-1", 3, "597.00"))
	s.received("o-1")
	first := s.refunded("r-1", "o-1", units("1", 1))
	require.False(t, first.Changes[0].Debt)
	s.due(noon.Add(7 * 24 * time.Hour))
	require.Equal(t, first, s.refunded("r-1", "o-1", units("1", 1)))
	require.True(t, s.refunded("r-2", "o-1", units("1", 1)).Changes[0].Debt)
}

func TestRule_4_33_APlanThatIsPublishedAgainAfterAnotherIsANewVersion(t *testing.T) {
	s := open(t, twoLevels)
	first, second := program.MustPlan(twoLevels), program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["20%"]}}`)
	for i, plan := range []program.Plan{second, first, second, first} {
		published, err := s.Plans.Publish(ctx, program.Publish{Plan: plan})
		require.NoError(t, err)
		require.Equal(t, i+2, published.Version, "the plan of the Config is version 1")
		again, err := s.Plans.Publish(ctx, program.Publish{Plan: plan})
		require.NoError(t, err)
		require.Equal(t, published, again)
		s.now = s.now.Add(time.Minute)
	}
	keyed := program.Publish{Plan: second, Meta: program.Meta{Key: "k"}}
	published, err := s.Plans.Publish(ctx, keyed)
	require.NoError(t, err)
	s.now = s.now.Add(time.Minute)
	_, err = s.Plans.Publish(ctx, program.Publish{Plan: second})
	require.NoError(t, err)
	again, err := s.Plans.Publish(ctx, keyed)
	require.NoError(t, err)
	require.Equal(t, published, again)
}

func TestRule_1_22_ADepartureToldAgainNamesWhoHasMovedSinceBeforeItBegan(t *testing.T) {
	s := family(t, twoLevels)
	s.recruit("cora", "bob")
	in := program.Depart{Partner: "bob", WithTeam: true, Meta: s.at(time.Hour)}
	first, err := s.Partners.ClearOut(ctx, in)
	require.NoError(t, err)
	require.Len(t, first.Edges, 1)
	s.now = s.now.Add(time.Minute)
	_, err = s.Team.Move(ctx, program.Move{Partner: "cora", Recruiter: "alice", Meta: why("")})
	require.NoError(t, err)
	again, err := s.Partners.ClearOut(ctx, in)
	require.NoError(t, err)
	require.Equal(t, first, again)
}
