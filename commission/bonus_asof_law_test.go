package commission_test

import (
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

var asOfBegin = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func asOfDay(n int) time.Time { return asOfBegin.AddDate(0, 0, n) }

// genPeople draws who stood how and when, in days 0 to 4; who moves does so under somebody who never stands below him.
func genPeople(t *rapid.T, moves bool) [][]commission.Standing {
	people := make([][]commission.Standing, rapid.IntRange(1, 6).Draw(t, "people"))
	for i := range people {
		days := []int{-1}
		for day := range 5 {
			if moves && often(t, "moves", 25) {
				days = append(days, day)
			}
		}
		for _, day := range days {
			s := commission.Standing{Level: partner.Level(rapid.SampledFrom(genLevels).Draw(t, "level")), Recruiter: -1}
			if i > 0 && often(t, "recruited", 85) {
				s.Recruiter = rapid.IntRange(0, i-1).Draw(t, "recruiter")
			}
			if often(t, "barred", 15) {
				s.Bar = partner.EarningFrozen
			}
			s.Leader = often(t, "leads", 25)
			if day >= 0 {
				s.From = asOfDay(day)
			}
			people[i] = append(people[i], s)
		}
		if len(people[i]) > 1 && often(t, "comes late", 20) {
			people[i] = people[i][1:]
		}
	}
	return people
}

func genSales(t *rapid.T, people int, losses bool) []genealogySale {
	sales := make([]genealogySale, rapid.IntRange(0, 7).Draw(t, "sales"))
	for i := range sales {
		sales[i] = genealogySale{
			person: rapid.IntRange(0, people-1).Draw(t, "seller"), volume: genVolume(t, losses),
			at: asOfDay(rapid.IntRange(0, 5).Draw(t, "day")).Add(-time.Duration(rapid.IntRange(0, 1).Draw(t, "just before")) * time.Microsecond),
		}
	}
	return sales
}

// asOfPayment pays the sales as of their payment.
func asOfPayment(t tester, l commission.Ladder, people [][]commission.Standing, sales []genealogySale) (*commission.BonusResult, []commission.Member) {
	t.Helper()
	l.AsOf = commission.AsOfPayment
	calc := ladderOf(t, l)
	g := calc.Genealogy(asOfDay(5))
	for i := range people {
		g.Add(memberID(i), people[i]...)
	}
	for _, s := range sales {
		require.NoError(t, g.Sell(s.person, s.at, s.volume))
	}
	list, err := g.Members()
	require.NoError(t, err)
	return periodOf(t, calc, commission.BonusInput{Members: list}), list
}

// byPerson is what each gets, in units.
func byPerson(t tester, people int, r *commission.BonusResult) []*big.Rat {
	t.Helper()
	sums, out := paidTo(t, r), make([]*big.Rat, people)
	for i := range out {
		out[i] = ratOf(sums[memberID(i)])
	}
	return out
}

func TestRule_4_24_AsOfPaymentEverySaleClimbsTheTreeOfItsInstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, people, losses := genLadder(t), genPeople(t, true), often(t, "losses", 20)
		sales := genSales(t, len(people), losses)
		result, list := asOfPayment(t, l, people, sales)
		o := genealogyOracle{ladder: l, people: people, sales: sales}
		want, among := o.rounded()
		got := byPerson(t, len(people), result)
		requireRats(t, want, got)
		require.LessOrEqual(t, len(list), among+len(people), "spots that somebody sold in, and one for everybody else")

		unpaid := map[partner.ID]bool{}
		for u := range result.Unpaid() {
			require.False(t, unpaid[u.Partner], "told once")
			require.NotEmpty(t, u.Reason)
			unpaid[u.Partner] = true
		}
		for i, exact := range o.bySale() {
			require.Equal(t, got[i].Sign() > 0, !unpaid[memberID(i)], "paid or told why")
			off := new(big.Rat).Abs(new(big.Rat).Sub(got[i], exact))
			require.True(t, losses || off.Cmp(big.NewRat(int64(among+1), 1)) <= 0, "rounding moves less than a unit a spot")
		}
		type step struct {
			payee partner.ID
			key   string
		}
		steps := map[step]bool{}
		for e := range result.Entries() {
			key := step{e.Payee, e.Source.Key}
			require.False(t, steps[key], "one entry for each step")
			steps[key] = true
			requireDetail(t, e)
		}
	})
}

// requireDetail checks that the data of a ladder's entry add up.
func requireDetail(t tester, e commission.Entry) {
	t.Helper()
	d := e.Detail
	require.Equal(t, []money.Amount{e.Amount, e.Base}, []money.Amount{d.Pays, d.Base})
	all := ratOf(d.Pays.Units())
	for i, leg := range d.Legs {
		all.Add(all, ratOf(leg.Entitled.Units()))
		require.True(t, i == 0 || leg.Rate.Decimal().GreaterThan(d.Legs[i-1].Rate.Decimal()), "each rate once, rising")
	}
	require.LessOrEqual(t, all.Cmp(new(big.Rat).Mul(ratOf(d.Base.Units()), e.Rate.Decimal().Rat())), 0)
	if d.Missed != nil {
		require.NotEmpty(t, d.Missed.Legs)
		for _, leg := range d.Missed.Legs {
			require.Positive(t, leg.Volume.Units().Cmp(d.Missed.Most.Units()))
		}
		from, err := cny.Parse(d.Missed.From)
		require.NoError(t, err)
		require.Negative(t, d.Missed.Counted.Units().Cmp(from.Units()))
		require.GreaterOrEqual(t, d.Volume.Units().Cmp(from.Units()), 0)
	}
}

func TestRule_4_24_WhereNobodyMovesAsOfPaymentIsAsOfThePeriodsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, people := genLadder(t), genPeople(t, false)
		sales := genSales(t, len(people), often(t, "losses", 20))
		if len(l.Rates) == 0 && often(t, "a level that no step asks for", 50) {
			raised := people[0][0]
			raised.From, raised.Level = asOfDay(2), "raised"
			people[0] = append(people[0], raised)
		}
		result, _ := asOfPayment(t, l, people, sales)
		list := make([]commission.Member, len(people))
		for i := range people {
			s := people[i][len(people[i])-1]
			list[i] = commission.Member{Partner: memberID(i), Level: s.Level, Bar: s.Bar, Recruiter: s.Recruiter, Leader: s.Leader}
		}
		for _, s := range sales {
			list[s.person].Volume, _ = list[s.person].Volume.Add(s.volume)
		}
		atEnd := periodOf(t, ladderOf(t, l), commission.BonusInput{Members: list})
		require.Equal(t, slices.Collect(atEnd.Entries()), slices.Collect(result.Entries()))
		require.Equal(t, slices.Collect(atEnd.Unpaid()), slices.Collect(result.Unpaid()))
	})
}

func TestRule_4_24_AMoveLeavesWhatWasSoldBefore(t *testing.T) {
	people := [][]commission.Standing{
		{{Level: "gold", Recruiter: -1}},
		{{Level: "gold", Recruiter: -1}},
		{{Level: "silver", Recruiter: 0}, {From: asOfDay(2), Level: "silver", Recruiter: 1}, {From: asOfDay(3), Level: "gold", Recruiter: 1}},
	}
	sales := []genealogySale{
		{2, asOfDay(1), price("100.00").Units()}, {2, asOfDay(2), price("200.00").Units()}, {2, asOfDay(3), price("400.00").Units()},
	}
	l := commission.Ladder{Rates: levelRates("silver 5%, gold 10%")}
	paid, _ := asOfPayment(t, l, people, sales)
	require.Equal(t, []string{"p0 5.00", "p1 10.00", "p2 15.00", "p2 40.00"}, bonuses(paid), "p0 by 100.00, p1 by 200.00; what was sold as gold overtakes p1")
	require.Equal(t, price("300.00"), paid.Entry(2).Base)
	require.Equal(t, "silver", paid.Entry(2).Source.Key)
	l = commission.Ladder{Steps: steps("0 5%, 600 10%")}
	paid, _ = asOfPayment(t, l, people, sales)
	require.Equal(t, []string{"p2 70.00"}, bonuses(paid), "700.00 in all are his step, wherever he stood; nobody else reaches it")
	require.Equal(t, []string{"p0 overtaken", "p1 overtaken"}, unpaidBonuses(paid))
}

func TestAGenealogyWithoutATreeIsRefused(t *testing.T) {
	calc := ladderOf(t, commission.Ladder{Steps: bySteps.Steps, AsOf: commission.AsOfPayment})
	g := calc.Genealogy(asOfDay(5))
	g.Add("a", commission.Standing{Recruiter: -1}, commission.Standing{From: asOfDay(2), Recruiter: 1})
	g.Add("b", commission.Standing{Recruiter: 0})
	g.Add("c", commission.Standing{Recruiter: 3})
	require.NoError(t, g.Sell(1, asOfDay(1), money.UnitsOf(1)))
	for _, c := range []struct {
		person int
		want   string
	}{
		{0, `commission: bonus "b": people[1]: "b" stands above himself at 2026-06-03T00:00:00Z`},
		{2, `commission: bonus "b": people[2]: the recruiter of "c" is none of 3 people; -1 is nobody`},
	} {
		err := g.Sell(c.person, asOfDay(2), money.UnitsOf(1))
		var e *commission.BonusError
		require.ErrorAs(t, err, &e)
		require.EqualError(t, err, c.want)
	}
	_, err := g.Members()
	require.Error(t, err)
}

// TestRule_4_24_AMillionPeopleMoveAndAreFound moves everybody, by the one at the top of a chain of a million.
func TestRule_4_24_AMillionPeopleMoveAndAreFound(t *testing.T) {
	const n = 1_000_000
	calc := ladderOf(t, commission.Ladder{Steps: bySteps.Steps, AsOf: commission.AsOfPayment})
	g := calc.Genealogy(asOfDay(5))
	g.Add(memberID(0), commission.Standing{Recruiter: -1}, commission.Standing{From: asOfDay(2), Bar: partner.EarningFrozen, Recruiter: -1})
	for i := 1; i < n; i++ {
		g.Add(memberID(i), commission.Standing{Recruiter: i - 1})
	}
	for i := range n {
		if err := g.Sell(i, asOfDay(i%4), money.UnitsOf(100)); err != nil {
			t.Fatal(err)
		}
	}
	list, err := g.Members()
	require.NoError(t, err)
	require.Len(t, list, 2*n-2, "two of everybody, but the last ones sold on one side of the move only")
	paid := periodOf(t, calc, commission.BonusInput{Members: list})
	require.Equal(t, "150000.00", paid.Total().Plain(), "15 % of all volume: those below the frozen one have the rate too")
}
