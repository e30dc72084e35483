package program_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/tree"
)

// repetitions is how often each race is run.
const repetitions = 1000

// atOnce runs functions that wait for each other before they begin, and returns their errors.
func atOnce(fns ...func() error) []error {
	errs := make([]error, len(fns))
	start := make(chan struct{})
	var ready, done sync.WaitGroup
	for i, fn := range fns {
		ready.Add(1)
		done.Add(1)
		go func() {
			defer done.Done()
			ready.Done()
			<-start
			errs[i] = fn()
		}()
	}
	ready.Wait()
	close(start)
	done.Wait()
	return errs
}

// counted makes ids that may be asked for at once.
func counted(c *program.Config) {
	var n atomic.Int64
	c.NewID = func() string { return fmt.Sprintf("%032x", n.Add(1)) }
}

// funded is a family in which bob has 100.00 available.
func funded(t *testing.T) *shop {
	t.Helper()
	s := family(t, twoLevels, counted)
	s.paid(s.order("o-1", 1, "1000.00"))
	s.received("o-1")
	s.due(noon.Add(7 * 24 * time.Hour))
	s.has("bob", "0.00", "100.00", "0.00")
	return s
}

func TestRule_5_22_OfTwoWithdrawalsAtOnceThatCannotBothBePaidExactlyOneSucceeds(t *testing.T) {
	for _, gross := range []string{"80.00", "100.00"} {
		t.Run(gross, func(t *testing.T) {
			s := funded(t)
			for i := range repetitions {
				var asked [2]settlement.Withdrawal
				request := func(n int) func() error {
					return func() (err error) {
						asked[n], err = s.withdraw(fmt.Sprintf("w-%d-%d", i, n), "bob", gross)
						return err
					}
				}
				errs := atOnce(request(0), request(1))
				won := 0
				if errs[0] != nil {
					won = 1
				}
				require.NoError(t, errs[won])
				require.ErrorIs(t, errs[1-won], settlement.ErrInsufficient)
				b := s.balance("bob")
				require.Equal(t, gross, b.Withdrawing.Plain())
				require.Equal(t, decimal.RequireFromString("100.00").Sub(decimal.RequireFromString(gross)).StringFixed(2), b.Available.Plain())

				again, err := s.withdraw(fmt.Sprintf("w-%d-%d", i, won), "bob", gross)
				require.NoError(t, err)
				require.Equal(t, asked[won].ID, again.ID, "the first key gives the same withdrawal")
				_, err = s.Wallet.Reject(ctx, program.Decide{Withdrawal: again.ID})
				require.NoError(t, err)
				s.has("bob", "0.00", "100.00", "0.00")
			}
			s.sound()
		})
	}
}

func TestRule_5_34_TheSameRequestAtOnceIsOneWithdrawal(t *testing.T) {
	s := funded(t)
	for i := range repetitions {
		var asked [2]settlement.Withdrawal
		request := func(n int) func() error {
			return func() (err error) {
				asked[n], err = s.withdraw(fmt.Sprintf("w-%d", i), "bob", "80.00")
				return err
			}
		}
		require.NoError(t, errors.Join(atOnce(request(0), request(1))...))
		require.Equal(t, asked[0], asked[1])
		require.Equal(t, "20.00", s.balance("bob").Available.Plain())
		_, err := s.Wallet.Reject(ctx, program.Decide{Withdrawal: asked[0].ID})
		require.NoError(t, err)
	}
	s.sound()
}

func TestRule_3_11_RecruitsAtOnceNeverCloseARing(t *testing.T) {
	for size := 2; size <= 3; size++ {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			s := open(t, twoLevels, counted)
			for i := range repetitions {
				ids := make([]partner.ID, size)
				for n := range ids {
					ids[n] = partner.ID(fmt.Sprintf("p-%d-%d", i, n))
					s.add(ids[n])
				}
				ring := make([]func() error, size)
				for n := range ring {
					ring[n] = func() error {
						_, err := s.Team.Recruit(ctx, program.Recruit{Partner: ids[n], Recruiter: ids[(n+1)%size]})
						return err
					}
				}
				refused := 0
				for _, err := range atOnce(ring...) {
					var cycle *tree.CycleError
					if err != nil {
						require.ErrorAs(t, err, &cycle)
						refused++
					}
				}
				require.Equal(t, 1, refused, "all but the one that closes the ring")
			}
			s.sound()
		})
	}
}

func TestRule_3_07_OfTwoBindingsAtOnceOneOwnerStays(t *testing.T) {
	s := open(t, twoLevels, counted)
	s.add("alice")
	s.add("bob")
	for i := range repetitions {
		customer := partner.Customer(fmt.Sprintf("c-%d", i))
		var outcomes [2]program.BindOutcome
		bind := func(n int, owner partner.ID) func() error {
			return func() (err error) {
				outcomes[n], err = s.Team.Bind(ctx, program.Bind{Customer: customer, Owner: owner, Meta: program.Meta{At: noon}})
				return err
			}
		}
		require.NoError(t, errors.Join(atOnce(bind(0, "alice"), bind(1, "bob"))...))
		owner, err := s.Team.Owner(ctx, customer, noon)
		require.NoError(t, err)
		for n, id := range []partner.ID{"alice", "bob"} {
			if id == owner {
				require.Equal(t, program.BindOutcome{Owner: id, Bound: true}, outcomes[n], "the owner was told so")
			} else if !outcomes[n].Bound { // where both were bound, the id decided against the one that came first
				require.Equal(t, program.BindOutcome{Owner: owner, Reason: tree.Owned}, outcomes[n])
			}
		}
	}
}

func TestRule_5_10_TwoFullRefundsAtOnceTakeBackOnce(t *testing.T) {
	s := family(t, twoLevels, counted)
	for i := range repetitions {
		o := s.order(fmt.Sprintf("o-%d", i), 1, "100.00")
		_, err := s.Orders.Paid(ctx, o)
		require.NoError(t, err)
		refund := func(n int) func() error {
			return func() error {
				_, err := s.Orders.Refunded(ctx, program.Refund{ID: fmt.Sprintf("r-%d-%d", i, n), Order: o.ID, Lines: []program.RefundLine{units("1", 1)}})
				return err
			}
		}
		errs := atOnce(refund(0), refund(1))
		require.True(t, (errs[0] == nil) != (errs[1] == nil))
		var above *settlement.RefundError
		require.ErrorAs(t, errors.Join(errs...), &above)
	}
	s.has("bob", "0.00", "0.00", "0.00")
	s.sound()
}
