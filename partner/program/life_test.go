package program_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

func TestRule_1_16_AWithdrawalFreezeLeavesEarningsAlone(t *testing.T) {
	s := released(t)
	_, err := s.Partners.FreezeWithdrawal(ctx, program.Freeze{Partner: "bob"})
	require.NoError(t, err)
	var barred *program.BarredError
	_, err = s.withdraw("w-1", "bob", "50.00")
	require.ErrorAs(t, err, &barred)
	require.Equal(t, program.BarredError{Partner: "bob", Reason: partner.WithdrawalFrozen}, *barred)
	require.EqualError(t, err, `program: "bob" cannot withdraw: his withdrawals are frozen`)
	s.has("bob", "0.00", "100.00", "0.00")
	require.Len(t, s.paid(s.order("o-2", 1, "100.00")).Entries, 1, "he goes on earning")
	s.now = s.now.Add(time.Hour)
	_, err = s.Partners.UnfreezeWithdrawal(ctx, program.Freeze{Partner: "bob"})
	require.NoError(t, err)
	_, err = s.withdraw("w-1", "bob", "50.00")
	require.NoError(t, err)
}

func TestRule_1_24_WhoIsLeavingEarnsNothingMoreAndTheRestSettles(t *testing.T) {
	s := released(t)
	s.paid(s.order("o-2", 1, "100.00"))
	s.received("o-2")
	s.now = s.now.Add(time.Hour)
	state, err := s.Partners.Terminate(ctx, program.Terminate{Partner: "bob"})
	require.NoError(t, err)
	require.Equal(t, partner.Terminating, state.Status)
	out := s.paid(s.order("o-3", 1, "100.00"))
	require.Empty(t, out.Entries)
	require.Equal(t, partner.IsTerminating, out.Unpaid[0].Reason)
	recruit, err := s.Team.Recruit(ctx, program.Recruit{Partner: "dan", Recruiter: "bob"})
	require.NoError(t, err)
	require.Equal(t, program.RecruitOutcome{Reason: partner.IsTerminating}, recruit)
	s.due(s.now.Add(8 * 24 * time.Hour))
	s.has("bob", "0.00", "110.00", "0.00")
	_, err = s.withdraw("w-1", "bob", "110.00")
	require.NoError(t, err, "and he can withdraw it")

	var wrong *partner.MoveError
	s.now = s.now.Add(time.Hour)
	_, err = s.Partners.Terminate(ctx, program.Terminate{Partner: "bob"})
	require.ErrorAs(t, err, &wrong)
	_, err = s.Partners.Add(ctx, program.Add{Partner: "bob"})
	require.ErrorAs(t, err, &wrong)
	_, err = s.Partners.Resume(ctx, program.Terminate{Partner: "bob"})
	require.NoError(t, err)
	require.Len(t, s.paid(s.order("o-4", 1, "100.00")).Entries, 1)
	_, err = s.Partners.Resume(ctx, program.Terminate{Partner: "alice"})
	require.ErrorAs(t, err, &wrong)
	var missing *program.NotFoundError
	_, err = s.Partners.Terminate(ctx, program.Terminate{Partner: "zoe"})
	require.ErrorAs(t, err, &missing)
}

func TestRule_1_18_ComingBackIsAnotherJoining(t *testing.T) {
	for rejoin, comesBack := range map[string]bool{"refuse": false, "all": true} {
		s := open(t, `{"currency": "CNY", "joining": {"leaving": {"rejoin": "`+rejoin+`"}}, "commission": {"rates": ["10%"]}}`)
		for n := range 3 {
			s.add("bob")
			s.add("bob") // the same again
			s.now = s.now.Add(time.Hour)
			s.clearOut("bob")
			_, err := s.Partners.Add(ctx, program.Add{Partner: "bob"})
			if !comesBack {
				require.Equal(t, &partner.MoveError{Partner: "bob", Move: partner.MoveRejoin, From: partner.ClearedOut}, err)
				break
			}
			require.NoError(t, err, n)
			state, err := s.Partners.At(ctx, "bob", time.Time{})
			require.NoError(t, err)
			require.Equal(t, partner.Active, state.Status, n)
		}
		s.sound()
	}
}

func TestRule_1_25_APartnerWhoseTimeIsOverEarnsNothingUntilHeRenews(t *testing.T) {
	s := family(t, `{"currency": "CNY", "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}], "joining": {"validDays": 10}, "commission": {"rates": ["10%"]}}`)
	begin := noon
	at, err := s.Partners.At(ctx, "bob", time.Time{})
	require.NoError(t, err)
	require.Equal(t, begin.AddDate(0, 0, 10), at.ValidUntil)
	renew := func(days int, level partner.Level) partner.State {
		t.Helper()
		state, err := s.Partners.Renew(ctx, program.Renew{Partner: "bob", Level: level, Days: days})
		require.NoError(t, err)
		return state.State
	}
	s.now = begin.AddDate(0, 0, 2)
	require.Equal(t, begin.AddDate(0, 0, 20), renew(0, "").ValidUntil, "the plan's days are added to what he has")
	s.now = begin.AddDate(0, 0, 20)
	out := s.paid(s.order("o-1", 1, "100.00"))
	require.Equal(t, partner.Expired, out.Unpaid[0].Reason)
	s.now = begin.AddDate(0, 0, 21)
	require.Equal(t, begin.AddDate(0, 0, 26), renew(5, "agent").ValidUntil)
	s.now = begin.AddDate(0, 0, 22)
	state := renew(5, "gold")
	require.Equal(t, begin.AddDate(0, 0, 27), state.ValidUntil, "another level begins now")
	require.Equal(t, partner.Level("gold"), state.Level)
	require.Len(t, s.paid(s.order("o-2", 1, "100.00")).Entries, 1)

	var wrong *partner.MoveError
	s.now = s.now.Add(time.Hour)
	_, err = s.Partners.Terminate(ctx, program.Terminate{Partner: "bob"})
	require.NoError(t, err)
	s.now = s.now.Add(time.Hour)
	_, err = s.Partners.Renew(ctx, program.Renew{Partner: "bob"})
	require.ErrorAs(t, err, &wrong)
	var level *program.LevelError
	_, err = s.Partners.Renew(ctx, program.Renew{Partner: "alice", Level: "x"})
	require.ErrorAs(t, err, &level)
	var meta *program.MetaError
	_, err = s.Partners.Renew(ctx, program.Renew{Partner: "alice", Days: -1})
	require.ErrorAs(t, err, &meta)
}

func TestRule_1_27_TheShopAsksBeforeItDeletesAMember(t *testing.T) {
	s := released(t)
	var open *partner.DeleteError
	require.ErrorAs(t, s.Partners.CheckDelete(ctx, "bob"), &open)
	require.Equal(t, []partner.Reason{partner.IsLivePartner, partner.HasMoney}, open.Reasons)
	_, err := s.withdraw("w-1", "bob", "100.00")
	require.NoError(t, err)
	require.ErrorAs(t, s.Partners.CheckDelete(ctx, "bob"), &open)
	require.Equal(t, []partner.Reason{partner.IsLivePartner, partner.HasMoney, partner.HasWithdrawals}, open.Reasons)
	require.ErrorAs(t, s.Partners.CheckDelete(ctx, "alice"), &open)
	require.Equal(t, []partner.Reason{partner.IsLivePartner}, open.Reasons)
	require.NoError(t, s.Partners.CheckDelete(ctx, "carol"))
}

func TestRule_1_13_OfSeveralTheGoodOnesAreAdded(t *testing.T) {
	s := open(t, fmt.Sprintf(roles, ""))
	out := s.Partners.AddAll(ctx, []program.Add{{Partner: "a"}, {Partner: ""}, {Partner: "b", Level: "x"}, {Partner: "c", Level: "partner"}, {Partner: "a"}})
	require.Len(t, out, 5)
	var id *partner.IDError
	var level *program.LevelError
	require.NoError(t, out[0].Err)
	require.ErrorAs(t, out[1].Err, &id)
	require.ErrorAs(t, out[2].Err, &level)
	require.NoError(t, out[3].Err)
	require.Equal(t, partner.Level("partner"), out[3].Partner.Level)
	require.Equal(t, out[0], out[4], "who is one already stays what he is")
	_, err := s.Partners.At(ctx, "b", time.Time{})
	var missing *program.NotFoundError
	require.ErrorAs(t, err, &missing)
}

func TestWhoMayNotRecruitIsRefusedOrPassesUp(t *testing.T) {
	grow := func(options string) *shop {
		s := open(t, fmt.Sprintf(roles, options))
		_, err := s.Partners.Add(ctx, program.Add{Partner: "dora", Level: "director"})
		require.NoError(t, err)
		s.recruit("pat", "dora")
		s.recruit("pro", "pat")
		return s
	}
	refuse := grow("")
	pat, err := refuse.Partners.At(ctx, "pat", time.Time{})
	require.NoError(t, err)
	require.Equal(t, partner.Level("partner"), pat.Level, "a director recruits partners")
	pro, err := refuse.Partners.At(ctx, "pro", time.Time{})
	require.NoError(t, err)
	require.Equal(t, partner.Level("promoter"), pro.Level, "a partner recruits promoters")
	out, err := refuse.Team.Recruit(ctx, program.Recruit{Partner: "zed", Recruiter: "pro"})
	require.NoError(t, err)
	require.Equal(t, program.RecruitOutcome{Reason: partner.MayNotRecruit}, out, "and nobody joined by it")
	var refused *partner.ApplyError
	_, err = refuse.Partners.Apply(ctx, program.Apply{Applicant: "zed", Recruiter: "pro"})
	require.ErrorAs(t, err, &refused)
	require.Equal(t, partner.MayNotRecruit, refused.Reason)

	up := grow(`"unentitled": "pass-up"`)
	out, err = up.Team.Recruit(ctx, program.Recruit{Partner: "zed", Recruiter: "pro"})
	require.NoError(t, err)
	require.True(t, out.Recruits)
	require.Equal(t, partner.ID("pat"), out.Partner.Recruiter)
	applied, err := up.Partners.Apply(ctx, program.Apply{Applicant: "yan", Recruiter: "pro"})
	require.NoError(t, err)
	require.Equal(t, partner.ID("pat"), applied.Application.Recruiter)

	// A customer who becomes a partner by what he spends stands below his owner only where that one may recruit.
	for options, recruiter := range map[string]partner.ID{`"spend": "10"`: "", `"spend": "10", "unentitled": "pass-up"`: "pat"} {
		s := open(t, fmt.Sprintf(roles, options))
		for id, level := range map[partner.ID]partner.Level{"pat": "partner", "pro": "promoter"} {
			_, err := s.Partners.Add(ctx, program.Add{Partner: id, Level: level})
			require.NoError(t, err)
		}
		s.recruit("pro", "pat")
		_, err := s.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "pro"})
		require.NoError(t, err)
		require.True(t, s.paid(s.order("o-1", 1, "10.00")).Promoted)
		carol, err := s.Partners.At(ctx, "carol", time.Time{})
		require.NoError(t, err)
		require.Equal(t, recruiter, carol.Recruiter)
		require.Equal(t, partner.Level("promoter"), carol.Level)
	}
}
