package partner_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
)

// leader is bob as he leaves: ann stands above him and is active, al above her; two recruits, five below in all; two customers.
func leader(status partner.Status) partner.Leaver {
	return partner.Leaver{
		Standing: partner.Standing{ID: "bob", State: living(status)},
		Place: partner.Place{
			Above: []partner.Standing{
				{ID: "amy", State: living(partner.Terminated)}, {ID: "abe", State: living(partner.Active, func(s *partner.State) { s.Expired = true })},
				{ID: "ann", State: living(partner.Active, func(s *partner.State) { s.Earning = partner.Frozen })}, {ID: "al", State: living(partner.Active)},
			},
			Recruits: list[partner.ID]("cid", "dan"), Below: 5,
		},
		Customers: list[partner.Customer]("c1", "ann", "c2"),
		Pending:   yuan("12.00"), Available: yuan("30.00"),
	}
}

func clearOut(t *testing.T, l partner.Leaving) partner.Departure {
	t.Helper()
	d, err := l.Depart(leader(partner.Active), partner.MoveClearOut, true, day(10))
	require.NoError(t, err)
	return d
}

func TestRule_1_22_TheTeamMovesByThePlan(t *testing.T) {
	to := func(id partner.ID) []partner.EdgeMove {
		return []partner.EdgeMove{{Partner: "cid", From: "bob", To: id}, {Partner: "dan", From: "bob", To: id}}
	}
	require.Equal(t, to("ann"), clearOut(t, partner.Leaving{}).Edges, "the nearest active partner; frozen earnings end, who has left or expired is none")
	require.Equal(t, to(""), clearOut(t, partner.Leaving{Team: partner.TeamRoot}).Edges)
	require.Empty(t, clearOut(t, partner.Leaving{Team: partner.TeamStays}).Edges)
	top := leader(partner.Active)
	top.Above = top.Above[:2]
	d, err := partner.Leaving{}.Depart(top, partner.MoveClearOut, true, day(10))
	require.NoError(t, err)
	require.Equal(t, to(""), d.Edges, "at the root where there is none")
}

func TestRule_1_23_TheCustomersGoByThePlan(t *testing.T) {
	to := func(all ...partner.ID) []partner.Transfer {
		return []partner.Transfer{{Customer: "c1", From: "bob", To: all[0]}, {Customer: "ann", From: "bob", To: all[1]}, {Customer: "c2", From: "bob", To: all[2]}}
	}
	require.Equal(t, to("", "", ""), clearOut(t, partner.Leaving{}).Transfers)
	require.Equal(t, to("ann", "", "ann"), clearOut(t, partner.Leaving{Customers: partner.CustomersToUpline}).Transfers, "nobody owns himself")
	require.Equal(t, to("house", "house", "house"), clearOut(t, partner.Leaving{Customers: partner.CustomersToNamed, CustomersTo: "house"}).Transfers)
	require.Equal(t, to("", "", ""), clearOut(t, partner.Leaving{Customers: partner.CustomersToNamed, CustomersTo: "bob"}).Transfers, "the leaver gets nothing back")
}

func TestRule_1_20_PendingSettlesToTheLeaverOrStaysWithTheShop(t *testing.T) {
	require.Equal(t, partner.PendingSettles, clearOut(t, partner.Leaving{}).OnPending)
	require.Equal(t, partner.PendingForfeits, clearOut(t, partner.Leaving{Pending: partner.PendingForfeits}).OnPending)
}

func TestRule_1_21_AvailableIsPayableForAFinalWindow(t *testing.T) {
	never := 0
	for name, c := range map[string]struct {
		leaving partner.Leaving
		until   time.Time
	}{
		"90 days":   {partner.Leaving{}, day(100)},
		"no window": {partner.Leaving{FinalDays: &never}, day(10)},
		"frozen":    {partner.Leaving{Available: partner.AvailableFrozen}, day(10)},
	} {
		d := clearOut(t, c.leaving)
		require.Equal(t, c.until, d.PayableUntil, name)
		facts := append([]partner.Fact{fact(partner.FactStatus, "active", day(1), 0)}, d.Facts...)
		require.Empty(t, partner.At(facts, day(10).Add(-1)).WithdrawalBar(), name)
		require.Equal(t, partner.IsClearedOut, partner.At(facts, day(10)).Bar(), name)
		require.Empty(t, partner.At(facts, c.until.Add(-1)).WithdrawalBar(), name)
		require.Equal(t, partner.FinalWindowOver, partner.At(facts, c.until).WithdrawalBar(), name)
	}
}

func TestRule_1_19_ATeamLeaderIsClearedOutOnlyWhenItIsMeantSo(t *testing.T) {
	_, err := partner.Leaving{}.Depart(leader(partner.Active), partner.MoveClearOut, false, day(10))
	var team *partner.TeamError
	require.ErrorAs(t, err, &team)
	require.Equal(t, clearOut(t, partner.Leaving{}), team.Departure, "what becomes of the team is told first")
	require.Contains(t, err.Error(), `partner: "bob" has a team of 5; say that it is meant so to clear him out: bob becomes cleared; of 5 below him his 2 recruits move below ann with their teams`)
	alone := leader(partner.Active)
	alone.Recruits, alone.Below = nil, 0
	_, err = partner.Leaving{}.Depart(alone, partner.MoveClearOut, false, day(10))
	require.NoError(t, err)
	_, err = partner.Leaving{}.Depart(leader(partner.Terminating), partner.MoveFinish, false, day(10))
	require.NoError(t, err, "who leaves by himself is not cleared out")
}

func TestRule_1_24_LeavingTakesTwoSteps(t *testing.T) {
	for _, from := range statuses {
		for _, move := range list(partner.MoveFinish, partner.MoveClearOut, partner.MoveTerminate, partner.MoveRejoin) {
			d, err := partner.Leaving{}.Depart(leader(from), move, true, day(10))
			to, legal := map[partner.Move]map[partner.Status]partner.Status{
				partner.MoveFinish: {partner.Terminating: partner.Terminated},
				partner.MoveClearOut: {
					partner.Candidate: partner.ClearedOut, partner.Active: partner.ClearedOut, partner.Terminating: partner.ClearedOut, partner.Terminated: partner.ClearedOut,
				},
			}[move][from]
			if !legal {
				require.Equal(t, &partner.MoveError{Partner: "bob", Move: move, From: from}, err, "%s from %q", move, from)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, to, d.To)
			require.Equal(t, string(to), d.Facts[0].Value)
		}
	}
	gone := leader(partner.Terminated)
	gone.PayableUntil = day(30)
	d, err := partner.Leaving{}.Depart(gone, partner.MoveClearOut, true, day(20))
	require.NoError(t, err)
	require.Equal(t, day(30), d.PayableUntil, "who has left already keeps the window that he has")
	require.Len(t, d.Facts, 1)
}

func TestADepartureSaysWhatItDoesInTwoLanguages(t *testing.T) {
	d := clearOut(t, partner.Leaving{Customers: partner.CustomersToUpline})
	require.Equal(t, "bob becomes cleared; of 5 below him his 2 recruits move below ann with their teams; 1 customers are released, 2 go to ann; "+
		"pending 12.00 CNY settles to him; available 30.00 CNY can be withdrawn until 2026-09-09T00:00:00Z", d.String())
	require.Equal(t, "bob 变更为已被清退；下级共 5 人，其中直属 2 人连同团队转到 ann 名下；1 位客户解除绑定，2 位客户转给 ann；"+
		"待结算 12.00 CNY 照常结算给本人；可提现 30.00 CNY，截止 2026-09-09T00:00:00Z", d.Chinese())
	d = clearOut(t, partner.Leaving{Pending: partner.PendingForfeits, Available: partner.AvailableFrozen, Team: partner.TeamRoot})
	require.Equal(t, "bob becomes cleared; of 5 below him his 2 recruits move to the root with their teams; 3 customers are released; "+
		"pending 12.00 CNY is forfeited to the shop; available 30.00 CNY is frozen", d.String())
	require.Equal(t, "bob 变更为已被清退；下级共 5 人，其中直属 2 人连同团队成为顶级；3 位客户解除绑定；待结算 12.00 CNY 归商家；可提现 30.00 CNY 冻结", d.Chinese())
	d = clearOut(t, partner.Leaving{Team: partner.TeamStays})
	require.Contains(t, d.String(), "; 5 below him stay there; ")
	require.Contains(t, d.Chinese(), "；下级 5 人保持不动；")
	d, err := partner.Leaving{}.Depart(partner.Leaver{Standing: partner.Standing{ID: "bob", State: living(partner.Terminating)}}, partner.MoveFinish, false, day(10))
	require.NoError(t, err)
	require.Contains(t, d.String(), "bob becomes terminated; nobody stands below him; 0 customers are released")
	require.Contains(t, d.Chinese(), "bob 变更为已解约；没有下级；")
}

func TestRule_1_18_ComingBackIsAnOptionOfThePlan(t *testing.T) {
	for rejoin, may := range map[partner.Rejoin]map[partner.Status]bool{
		"": {}, partner.RejoinRefuse: {}, partner.RejoinTerminated: {partner.Terminated: true}, partner.RejoinAll: {partner.Terminated: true, partner.ClearedOut: true},
	} {
		j := partner.Joining{Leaving: partner.Leaving{Rejoin: rejoin}}
		for _, from := range statuses {
			require.Equal(t, may[from], j.Leaving.MayRejoin(from), "%s, %s", rejoin, from)
			for _, to := range list(partner.Candidate, partner.Active) {
				facts, err := j.Join(partner.Standing{ID: "bob", State: living(from)}, to, "", day(10))
				legal := from == "" || may[from] || from == partner.Candidate && to == partner.Active
				if !legal {
					var wrong *partner.MoveError
					require.ErrorAs(t, err, &wrong, "%s to %s, rejoin %q", from, to, rejoin)
					require.Equal(t, from, wrong.From)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, string(to), facts[0].Value)
			}
		}
	}
	// What was frozen when he left is his again.
	left := []partner.Fact{fact(partner.FactStatus, "active", day(1), 1)}
	left = append(left, clearOut(t, partner.Leaving{Available: partner.AvailableFrozen}).Facts...)
	j := partner.Joining{ValidDays: 30, Leaving: partner.Leaving{Rejoin: partner.RejoinAll}}
	back, err := j.Join(partner.Standing{ID: "bob", State: partner.At(left, day(20))}, partner.Active, "agent", day(20))
	require.NoError(t, err)
	state := partner.At(append(left, back...), day(20))
	require.Equal(t, partner.State{Status: partner.Active, Level: "agent", ValidUntil: day(50)}, state)
	require.Empty(t, state.WithdrawalBar())

	// A plan without a period takes away one that he had.
	again, err := partner.Joining{}.Join(partner.Standing{ID: "bob", State: living(partner.Candidate, func(s *partner.State) { s.ValidUntil = day(3) })}, partner.Active, "", day(20))
	require.NoError(t, err)
	require.Equal(t, []partner.Fact{{Partner: "bob", Kind: partner.FactStatus, Value: "active", At: day(20)}, {Partner: "bob", Kind: partner.FactValidUntil, At: day(20)}}, again)
}
