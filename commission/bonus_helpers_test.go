package commission_test

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

func bonusOf(t tester, b commission.Bonus) *commission.BonusCalculator {
	t.Helper()
	if b.Name == "" {
		b.Name = "b"
	}
	calc, err := newCalculator(t, commission.Plan{}).Bonus(b)
	require.NoError(t, err)
	return calc
}

func ladderOf(t tester, l commission.Ladder) *commission.BonusCalculator {
	t.Helper()
	return bonusOf(t, commission.Bonus{Ladder: &l})
}

// steps reads "0 5%, 1000 10%".
func steps(text string) []commission.Step {
	var list []commission.Step
	for _, s := range strings.Split(text, ", ") {
		from, rate, _ := strings.Cut(s, " ")
		list = append(list, commission.Step{From: dec(from), Rate: commission.MustRate(rate)})
	}
	return list
}

func levelRates(text string) map[partner.Level]commission.Rate {
	m := map[partner.Level]commission.Rate{}
	for _, s := range strings.Split(text, ", ") {
		level, rate, _ := strings.Cut(s, " ")
		m[partner.Level(level)] = commission.MustRate(rate)
	}
	return m
}

// members reads "A 0", "B:gold 100.00 < A", "C#frozen 5 < B": a volume in CNY and the recruiter, who must stand somewhere in the list.
func members(texts ...string) []commission.Member {
	list := make([]commission.Member, len(texts))
	index := map[string]int{}
	for i, text := range texts {
		who, _, _ := strings.Cut(text, " ")
		u := above(who)[0]
		index[string(u.Partner)] = i
		list[i] = commission.Member{Partner: u.Partner, Level: u.Level, Bar: u.Bar}
	}
	for i, text := range texts {
		_, rest, _ := strings.Cut(text, " ")
		volume, recruiter, found := strings.Cut(rest, " < ")
		list[i].Volume, list[i].Recruiter = price(volume).Units(), -1
		if found {
			at, ok := index[recruiter]
			if !ok {
				panic(recruiter)
			}
			list[i].Recruiter = at
		}
	}
	return list
}

func periodOf(t tester, calc *commission.BonusCalculator, in commission.BonusInput) *commission.BonusResult {
	t.Helper()
	result, err := calc.Calculate(in, nil)
	require.NoError(t, err)
	return result
}

// bonuses writes each entry as "payee amount".
func bonuses(r *commission.BonusResult) []string {
	var list []string
	for e := range r.Entries() {
		list = append(list, fmt.Sprintf("%s %s", e.Payee, e.Amount.Plain()))
	}
	return list
}

// unpaidBonuses writes each reason as "partner reason".
func unpaidBonuses(r *commission.BonusResult) []string {
	var list []string
	for u := range r.Unpaid() {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s", u.Partner, u.Reason)))
	}
	return list
}

// paidTo sums the entries of each member, in units.
func paidTo(t tester, r *commission.BonusResult) map[partner.ID]money.Units {
	t.Helper()
	sums := map[partner.ID]money.Units{}
	for e := range r.Entries() {
		sum, err := sums[e.Payee].Add(e.Amount.Units())
		require.NoError(t, err)
		sums[e.Payee] = sum
	}
	return sums
}

func memberID(i int) partner.ID { return partner.ID("p" + strconv.Itoa(i)) }

// bonusErrorPaths returns the paths of the problems for which a period is refused; the result is empty then.
func bonusErrorPaths(t tester, calc *commission.BonusCalculator, in commission.BonusInput) []string {
	t.Helper()
	result, err := calc.Calculate(in, nil)
	var e *commission.BonusError
	require.ErrorAs(t, err, &e)
	require.Equal(t, "b", e.Bonus)
	require.Contains(t, e.Error(), `commission: bonus "b": `+e.Problems[0].Path+": ")
	require.Zero(t, result.Len())
	require.Empty(t, unpaidBonuses(result))
	var paths []string
	for _, p := range e.Problems {
		paths = append(paths, p.Path)
	}
	return paths
}

func errOf(_ *commission.BonusResult, err error) error { return err }
