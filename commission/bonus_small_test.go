package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// smallTree pays a small tree in plain integers: rates are quarters.
type smallTree struct {
	recruiter, rate []int
	flow            []int
}

func (s *smallTree) sell(seller, volume int) {
	best := 0
	for i := seller; i >= 0; i = s.recruiter[i] {
		if s.rate[i] >= best {
			best = s.rate[i]
			s.flow[i] += volume
		}
	}
}

func (s *smallTree) entitled(member int) (all, legs int) {
	for i := range s.rate {
		next := s.recruiter[i]
		for next >= 0 && s.rate[next] < s.rate[i] {
			next = s.recruiter[next]
		}
		if next == member {
			leg, _ := s.entitled(i)
			legs += leg
		}
	}
	return max(legs, s.flow[member]*s.rate[member]/4), legs
}

func (s *smallTree) circle() bool {
	for i := range s.recruiter {
		j := s.recruiter[i]
		for range s.recruiter {
			if j >= 0 {
				j = s.recruiter[j]
			}
		}
		if j >= 0 {
			return true
		}
	}
	return false
}

// TestRule_4_24_EverySmallTree takes every way in which up to five members can recruit each other, with each of three levels for each of them.
func TestRule_4_24_EverySmallTree(t *testing.T) {
	calc := ladderOf(t, commission.Ladder{Rates: levelRates("a 0%, b 50%, c 75%")})
	result, trees, circles := &commission.BonusResult{}, 0, 0
	for n := 1; n <= 5; n++ {
		digit := func(number, base, i int) int {
			for range i {
				number /= base
			}
			return number % base
		}
		count := func(base int) int {
			all := 1
			for range n {
				all *= base
			}
			return all
		}
		list := make([]commission.Member, n)
		for tree := range count(n + 1) {
			s := &smallTree{recruiter: make([]int, n), rate: make([]int, n), flow: make([]int, n)}
			for i := range list {
				s.recruiter[i] = digit(tree, n+1, i) - 1
				list[i] = commission.Member{Partner: memberID(i), Recruiter: s.recruiter[i], Volume: money.UnitsOf(int64(2*i + 1))}
			}
			if s.circle() {
				circles++
				_, err := calc.Calculate(commission.BonusInput{Members: list}, result)
				var e *commission.BonusError
				require.ErrorAs(t, err, &e)
				continue
			}
			for levels := range count(3) {
				trees++
				clear(s.flow)
				for i := range list {
					level := digit(levels, 3, i)
					list[i].Level, s.rate[i] = partner.Level([]string{"a", "b", "c"}[level]), []int{0, 2, 3}[level]
				}
				for i := range list {
					s.sell(i, 2*i+1)
				}
				if _, err := calc.Calculate(commission.BonusInput{Members: list}, result); err != nil {
					t.Fatal(err)
				}
				paid := [5]int64{}
				for e := range result.Entries() {
					paid[e.Payee[1]-'0'], _ = e.Amount.Units().Int64()
				}
				for i := range list {
					if all, legs := s.entitled(i); paid[i] != int64(all-legs) {
						t.Fatalf("%v: member %d got %d, not %d - %d", *s, i, paid[i], all, legs)
					}
				}
			}
		}
	}
	require.Equal(t, 1*3+3*9+16*27+125*81+1296*243, trees)
	require.Equal(t, 1+6+48+500+6480, circles)
}
