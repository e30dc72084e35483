package commission_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// branches is a small shop through time: levels g2 and g3 lead, at 2 % and 5 %, and nobody else has a rate.
type branches struct {
	people [][]commission.Standing
	sales  []genealogySale
}

var leaderRates = map[partner.Level]int64{"g2": 2, "g3": 5}

func genBranches(t *rapid.T) branches {
	b := branches{people: genPeople(t, true)}
	for i := range b.people {
		for k := range b.people[i] {
			s := &b.people[i][k]
			s.Leader = leaderRates[s.Level] > 0
		}
	}
	b.sales = genSales(t, len(b.people), false)
	for i := range b.sales {
		b.sales[i].volume = money.UnitsOf(int64(100 * (i + 1))) // so that no rate leaves fractions
	}
	return b
}

// at is how somebody stands at an instant.
func (b branches) at(person int, at time.Time) commission.Standing {
	s := commission.Standing{Bar: partner.NotPartner, Recruiter: -1}
	for _, next := range b.people[person] {
		if !next.From.After(at) {
			s = next
		}
	}
	return s
}

// line is somebody and everybody above him at an instant.
func (b branches) line(person int, at time.Time) []int {
	var all []int
	for ; person >= 0; person = b.at(person, at).Recruiter {
		all = append(all, person)
	}
	return all
}

// paid is what each gets of all sales in units, by what holds at the instant that each sale is judged by.
func (b branches) paid(leave, sellerLeads bool, asOf func(genealogySale) time.Time) []*big.Rat {
	sums := make([]*big.Rat, len(b.people))
	for i := range sums {
		sums[i] = zero()
	}
	for _, sale := range b.sales {
		at, best := asOf(sale), int64(0)
		for i, p := range b.line(sale.person, at) {
			s := b.at(p, at)
			rate := leaderRates[s.Level]
			if rate == 0 || i == 0 && !sellerLeads {
				continue
			}
			if s.Bar == "" && rate > best {
				sums[p].Add(sums[p], new(big.Rat).Mul(big.NewRat(rate-best, 100), ratOf(sale.volume)))
				best = rate
			}
			if leave {
				break // the branch is his, whatever he earns of it
			}
		}
	}
	return sums
}

// TestRule_3_22_ALeaderTakesHisBranchWithHim: whoever rises, falls, moves or is barred when, each sale is paid in the team of the nearest leader of its
// instant alone where leaders leave, and at the differences where they stay: by the team reward of each order, and by a ladder of the whole period.
func TestRule_3_22_ALeaderTakesHisBranchWithHim(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := genBranches(t)
		ofPayment := func(s genealogySale) time.Time { return s.at }
		for _, leave := range []bool{true, false} {
			team, ladder := commission.Team{Mode: commission.EveryLeader}, commission.Ladder{}
			if leave {
				team.Mode, ladder.Leaders = commission.Nearest, commission.LeadersLeave
			}
			team.Levels = byLevel(map[string]string{"g2": "2%", "g3": "5%"})
			ladder.Rates = team.Levels

			calc, got := newCalculator(t, commission.Plan{Team: team}), make([]*big.Rat, len(b.people))
			for i := range got {
				got[i] = zero()
			}
			for _, sale := range b.sales {
				order := orderOf(commission.Line{ID: "1", Quantity: 1, Amount: cny.Of(sale.volume).Decimal()})
				order.PaidAt = sale.at
				var uplines []commission.Upline
				for _, p := range b.line(sale.person, sale.at) {
					s := b.at(p, sale.at)
					uplines = append(uplines, commission.Upline{Partner: memberID(p), Level: s.Level, Leader: s.Leader, Bar: s.Bar})
				}
				for e := range calculate(t, calc, order, uplines).Entries() {
					p := b.line(sale.person, sale.at)[e.Position-1]
					got[p].Add(got[p], ratOf(e.Amount.Units()))
				}
			}
			requireRats(t, b.paid(leave, false, ofPayment), got)

			result, _ := asOfPayment(t, ladder, b.people, b.sales)
			requireRats(t, b.paid(leave, true, ofPayment), byPerson(t, len(b.people), result))

			end := make([]commission.Member, len(b.people))
			for i := range end {
				s := b.at(i, asOfDay(5))
				end[i] = commission.Member{Partner: memberID(i), Level: s.Level, Bar: s.Bar, Recruiter: s.Recruiter, Leader: s.Leader}
			}
			for _, s := range b.sales {
				end[s.person].Volume, _ = end[s.person].Volume.Add(s.volume)
			}
			atEnd := periodOf(t, ladderOf(t, ladder), commission.BonusInput{Members: end})
			requireRats(t, b.paid(leave, true, func(genealogySale) time.Time { return asOfDay(5) }), byPerson(t, len(b.people), atEnd))
		}
	})
}

// TestRule_3_22_WhatALeaderSellsReachesNoStepAboveHim: where leaders leave, their branches count towards nobody's step but their own.
func TestRule_3_22_WhatALeaderSellsReachesNoStepAboveHim(t *testing.T) {
	people := [][]commission.Standing{
		{{Recruiter: -1}},
		{{Recruiter: 0}, {From: asOfDay(2), Recruiter: 0, Leader: true}},
		{{Recruiter: 1}},
	}
	day := func(n int) genealogySale {
		return genealogySale{person: 2, at: asOfDay(n), volume: money.UnitsOf(10000)}
	}
	before := day(2)
	before.at = before.at.Add(-time.Microsecond)
	ladder := commission.Ladder{Steps: steps("0 1%, 150 10%")}
	beside := genealogySale{person: 0, at: asOfDay(3), volume: money.UnitsOf(6000)}
	for leaders, want := range map[commission.LeaderTeams][]string{
		commission.LeadersStay:  {"1500", "0", "100"}, // 160.00 in the top's team: 9 % of 100.00 and 10 % of 60.00
		commission.LeadersLeave: {"1500", "0", "100"}, // what was sold before he led stays
	} {
		ladder.Leaders = leaders
		result, _ := asOfPayment(t, ladder, people, []genealogySale{before, beside})
		for i, sum := range byPerson(t, len(people), result) {
			require.Equal(t, want[i], sum.RatString(), leaders)
		}
	}
	for leaders, want := range map[commission.LeaderTeams][]string{
		commission.LeadersStay:  {"1500", "0", "100"},
		commission.LeadersLeave: {"60", "0", "100"}, // the branch has left: 60.00 are left to the top
	} {
		ladder.Leaders = leaders
		result, _ := asOfPayment(t, ladder, people, []genealogySale{day(2), beside})
		for i, sum := range byPerson(t, len(people), result) {
			require.Equal(t, want[i], sum.RatString(), leaders)
		}
	}
}

// TestRule_3_22_TheOptionsHaveNames: an order is paid to the nearest leader unless the plan says otherwise, a ladder pays differences unless it does.
func TestRule_3_22_TheOptionsHaveNames(t *testing.T) {
	require.Equal(t, "nearest", commission.Team{}.Mode.String())
	require.Equal(t, "differential", commission.EveryLeader.String())
	require.Equal(t, "stay", commission.Ladder{}.Leaders.String())
	var leaders commission.LeaderTeams
	require.NoError(t, leaders.UnmarshalText([]byte("leave")))
	require.Equal(t, commission.LeadersLeave, leaders)
	require.Error(t, leaders.UnmarshalText([]byte("go")))
	wrong := commission.ValidateBonuses(cny, []commission.Bonus{{Name: "team", Ladder: &commission.Ladder{Steps: steps("0 1%"), Leaders: 2, Tree: "a/b"}}})
	require.Equal(t, []string{"bonuses[0].ladder.leaders", "bonuses[0].ladder.tree"}, []string{wrong[0].Path, wrong[1].Path})
}
