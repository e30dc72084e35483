package partner_test

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner"
)

// legal is every move that there is, written out once more.
var legal = map[string]partner.Status{
	"recruit":             partner.Candidate,
	"promote":             partner.Active,
	"promote candidate":   partner.Active,
	"renew active":        partner.Active,
	"terminate active":    partner.Terminating,
	"resume terminating":  partner.Active,
	"finish terminating":  partner.Terminated,
	"clear_out candidate": partner.ClearedOut, "clear_out active": partner.ClearedOut, "clear_out terminating": partner.ClearedOut, "clear_out terminated": partner.ClearedOut,
	"rejoin terminated": partner.Candidate, "rejoin cleared": partner.Candidate,
}

var statuses = []partner.Status{"", partner.Candidate, partner.Active, partner.Terminating, partner.Terminated, partner.ClearedOut}

func TestRule_1_24_EveryMoveOfALifeAndNoOther(t *testing.T) {
	moves := []partner.Move{
		partner.MoveRecruit, partner.MovePromote, partner.MoveRenew, partner.MoveTerminate, partner.MoveResume, partner.MoveFinish, partner.MoveClearOut, partner.MoveRejoin, "vanish",
	}
	done := 0
	for _, move := range moves {
		for _, from := range statuses {
			next, err := from.Next("bob", move)
			want, ok := legal[strings.TrimSpace(string(move)+" "+string(from))]
			if ok {
				done++
				require.NoError(t, err)
				require.Equal(t, want, next, "%s from %s", move, from)
				continue
			}
			var wrong *partner.MoveError
			require.ErrorAs(t, err, &wrong, "%s from %s", move, from)
			require.Equal(t, partner.MoveError{Partner: "bob", Move: move, From: from}, *wrong)
			require.Equal(t, from, next, "he stays where he is")
		}
	}
	require.Equal(t, len(legal), done)
	_, err := partner.Status("").Next("bob", partner.MoveTerminate)
	require.EqualError(t, err, `partner: "bob" is no partner: "terminate" does not begin there`)
}

// living is a state that begins with a status.
func living(s partner.Status, change ...func(*partner.State)) partner.State {
	state := partner.State{Status: s}
	for _, c := range change {
		c(&state)
	}
	return state
}

func TestRule_1_15_AndRule_1_16_TheTwoFreezesAreApart(t *testing.T) {
	earning := func(s *partner.State) { s.Earning = partner.Frozen }
	withdrawal := func(s *partner.State) { s.Withdrawal = partner.Frozen }
	expired := func(s *partner.State) { s.Expired = true }
	closed := func(s *partner.State) { s.Closed = true }
	for name, c := range map[string]struct {
		state                      partner.State
		earns, withdraws, recruits partner.Reason
	}{
		"nobody":                   {living(""), partner.NotPartner, partner.NotPartner, partner.NotPartner},
		"a candidate":              {living(partner.Candidate), partner.NotYetPartner, "", ""},
		"a partner":                {living(partner.Active), "", "", ""},
		"earning frozen":           {living(partner.Active, earning), partner.EarningFrozen, "", ""},
		"withdrawal frozen":        {living(partner.Active, withdrawal), "", partner.WithdrawalFrozen, ""},
		"both":                     {living(partner.Active, earning, withdrawal), partner.EarningFrozen, partner.WithdrawalFrozen, ""},
		"expired":                  {living(partner.Active, expired, earning), partner.Expired, "", partner.Expired},
		"terminating":              {living(partner.Terminating), partner.IsTerminating, "", partner.IsTerminating},
		"terminated":               {living(partner.Terminated), partner.HasLeft, "", partner.HasLeft},
		"terminated, window over":  {living(partner.Terminated, closed), partner.HasLeft, partner.FinalWindowOver, partner.HasLeft},
		"cleared out":              {living(partner.ClearedOut), partner.IsClearedOut, "", partner.IsClearedOut},
		"cleared out, both frozen": {living(partner.ClearedOut, withdrawal, closed), partner.IsClearedOut, partner.WithdrawalFrozen, partner.IsClearedOut},
	} {
		require.Equal(t, c.earns, c.state.Bar(), name)
		require.Equal(t, c.withdraws, c.state.WithdrawalBar(), name)
		require.Equal(t, c.recruits, c.state.RecruitBar(), name)
	}
}

func TestRule_1_17_AFreezeIsLiftedForWhatComesAfter(t *testing.T) {
	facts := []partner.Fact{
		fact(partner.FactStatus, "active", day(1), 1),
		fact(partner.FactEarning, partner.Frozen, day(3), 2), fact(partner.FactWithdrawal, partner.Frozen, day(4), 3),
		fact(partner.FactEarning, partner.Open, day(6), 4), fact(partner.FactWithdrawal, partner.Open, day(7), 5),
	}
	require.Equal(t, partner.EarningFrozen, partner.At(facts, day(6).Add(-1)).Bar())
	require.Empty(t, partner.At(facts, day(6)).Bar())
	require.Equal(t, partner.WithdrawalFrozen, partner.At(facts, day(7).Add(-1)).WithdrawalBar())
	require.Empty(t, partner.At(facts, day(7)).WithdrawalBar())
}

// replayed is a state by one look at all facts for each kind.
func replayed(facts []partner.Fact, instant time.Time) partner.State {
	last := map[partner.FactKind]partner.Fact{}
	for _, f := range facts {
		best, ok := last[f.Kind]
		if !f.At.After(instant) && (!ok || f.At.After(best.At) || f.At.Equal(best.At) && f.Seq > best.Seq) {
			last[f.Kind] = f
		}
	}
	until := func(kind partner.FactKind) (time.Time, bool) {
		t, err := time.Parse(time.RFC3339Nano, last[kind].Value)
		return t, err == nil && !instant.Before(t)
	}
	s := partner.State{
		Status: partner.Status(last[partner.FactStatus].Value), Level: partner.Level(last[partner.FactLevel].Value),
		Earning: last[partner.FactEarning].Value, Withdrawal: last[partner.FactWithdrawal].Value,
	}
	given, set := last[partner.FactLevel], last[partner.FactLevelSet]
	if set.Kind != "" && (set.At.After(given.At) || set.At.Equal(given.At) && set.Seq > given.Seq) { // of this level, and not of one before it
		s.LevelSet = true
		s.LevelLockedUntil, _ = until(partner.FactLevelSet)
		s.LevelLocked = instant.Before(s.LevelLockedUntil)
	}
	s.ValidUntil, s.Expired = until(partner.FactValidUntil)
	s.PayableUntil, s.Closed = until(partner.FactPayableUntil)
	return s
}

func TestAStateAtAnyInstantIsTheReplayOfItsFacts(t *testing.T) {
	values := map[partner.FactKind][]string{
		partner.FactStatus: {"candidate", "active", "terminating", "terminated", "cleared"}, partner.FactLevel: {"", "gold", "silver"},
		partner.FactEarning: {partner.Open, partner.Frozen}, partner.FactWithdrawal: {partner.Open, partner.Frozen},
		partner.FactLevelSet:     {"", partner.InstantValue(day(1)), partner.InstantValue(day(2))},
		partner.FactLevelReached: {`{"met": true}`},
		partner.FactValidUntil:   {"", partner.InstantValue(day(1)), partner.InstantValue(day(2))},
		partner.FactPayableUntil: {"", partner.InstantValue(day(1)), partner.InstantValue(day(3).Add(time.Microsecond))},
	}
	kinds := []partner.FactKind{
		partner.FactStatus, partner.FactLevel, partner.FactLevelSet, partner.FactLevelReached, partner.FactEarning, partner.FactWithdrawal, partner.FactValidUntil,
		partner.FactPayableUntil,
	}
	rapid.Check(t, func(t *rapid.T) {
		var facts []partner.Fact
		for i := range rapid.IntRange(0, 10).Draw(t, "facts") {
			kind := rapid.SampledFrom(kinds).Draw(t, "kind")
			facts = append(facts, fact(kind, rapid.SampledFrom(values[kind]).Draw(t, "value"), day(rapid.IntRange(0, 3).Draw(t, "day")), int64(i+1)))
		}
		instant := day(rapid.IntRange(0, 3).Draw(t, "instant")).Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, "edge")) * time.Microsecond)
		want := replayed(facts, instant)
		if got := partner.At(rapid.Permutation(facts).Draw(t, "shuffled"), instant); got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestRule_1_25_ARenewalAddsAtTheSameLevelAndBeginsAtAnother(t *testing.T) {
	gold := func(until time.Time) partner.State {
		return partner.State{Status: partner.Active, Level: "gold", ValidUntil: until}
	}
	for name, c := range map[string]struct {
		state partner.State
		level partner.Level
		days  int
		until time.Time
	}{
		"the same level, before it ends":       {gold(day(20)), "gold", 30, day(50)},
		"another level, before it ends":        {gold(day(20)), "diamond", 30, day(40)},
		"the same level, at the end":           {gold(day(10)), "gold", 30, day(40)},
		"the same level, after the end":        {gold(day(5)), "gold", 30, day(40)},
		"the same level, valid for ever":       {gold(time.Time{}), "gold", 30, time.Time{}},
		"another level, valid for ever":        {gold(time.Time{}), "diamond", 30, day(40)},
		"for ever":                             {gold(day(20)), "gold", 0, time.Time{}},
		"nobody, at the level that he has not": {partner.State{}, "", 30, day(40)},
	} {
		require.Equal(t, c.until, c.state.Renew(c.level, c.days, day(10)), name)
	}
	facts := []partner.Fact{fact(partner.FactStatus, "active", day(1), 1), fact(partner.FactValidUntil, partner.InstantValue(day(9)), day(1), 2)}
	require.Empty(t, partner.At(facts, day(9).Add(-1)).Bar())
	require.Equal(t, partner.Expired, partner.At(facts, day(9)).Bar(), "the instant itself is not covered")
	facts = append(facts, fact(partner.FactValidUntil, "", day(12), 3))
	require.Equal(t, partner.Expired, partner.At(facts, day(12).Add(-1)).Bar(), "what he missed he does not get")
	require.Empty(t, partner.At(facts, day(12)).Bar())
}

func TestRule_1_27_AMemberWithSomethingOpenIsNotDeleted(t *testing.T) {
	for _, status := range statuses {
		live := status == partner.Candidate || status == partner.Active || status == partner.Terminating
		require.Equal(t, live, status.Live(), status)
		for _, money := range []bool{false, true} {
			for _, withdrawals := range []bool{false, true} {
				var want []partner.Reason
				if live {
					want = append(want, partner.IsLivePartner)
				}
				if money {
					want = append(want, partner.HasMoney)
				}
				if withdrawals {
					want = append(want, partner.HasWithdrawals)
				}
				err := partner.State{Status: status}.CheckDelete("bob", money, withdrawals)
				if want == nil {
					require.NoError(t, err)
					continue
				}
				var open *partner.DeleteError
				require.ErrorAs(t, err, &open)
				require.Equal(t, want, open.Reasons)
			}
		}
	}
	require.EqualError(t, partner.State{Status: partner.Active}.CheckDelete("bob", true, false), `partner: "bob" cannot be deleted: he is a partner; his balance is not 0`)
}

func TestEveryReasonOfThePackageHasAnEnglishAndAChineseText(t *testing.T) {
	for _, r := range []partner.Reason{
		partner.NotPartner, partner.NotYetPartner, partner.EarningFrozen, partner.Expired, partner.IsTerminating, partner.HasLeft, partner.IsClearedOut, partner.WithdrawalFrozen,
		partner.FinalWindowOver, partner.MayNotRecruit, partner.IsLivePartner, partner.HasMoney, partner.HasWithdrawals, partner.AlreadyApplied, partner.AlreadyPartner,
		partner.BannedFromApplying, partner.AppliesTooEarly, partner.NotEligible, partner.MayNotRejoin, partner.TopUpRefunded,
	} {
		require.NotEqual(t, string(r), partner.ReasonEnglish(r))
		require.True(t, strings.ContainsFunc(partner.ReasonChinese(r), func(c rune) bool { return unicode.Is(unicode.Han, c) }), r)
	}
	require.Equal(t, "the host's", partner.ReasonEnglish("the host's"))
	require.Equal(t, "the host's", partner.ReasonChinese("the host's"))
}
