package commission_test

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
)

// requireOracle compares every entry, in its order, with the naive definition.
func requireOracle(t *rapid.T, want []oracleEntry, got *commission.Result) {
	t.Helper()
	var wanted, found []string
	for _, e := range want {
		wanted = append(wanted, fmt.Sprintf("%s %s/%d@%d %s %s, gave up %s", e.line, e.rule, e.slot, e.position, e.payee, e.amount.Num(), e.gaveUp.Num()))
	}
	for e := range got.Entries() {
		gaveUp := new(big.Int)
		if e.GiveUp != nil {
			gaveUp = e.GiveUp.Units().Big(nil)
		}
		found = append(found, fmt.Sprintf("%s %s/%d@%d %s %s, gave up %s", e.Line, e.Rule, e.Slot, e.Position, e.Payee, e.Amount.Units().Big(nil), gaveUp))
	}
	require.Equal(t, wanted, found)
}

func TestCalculateEqualsTheNaiveDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calc, naive := genCases().Draw(t, "plan").calculator(t)
		result := &commission.Result{}
		for range 8 {
			order, uplines := genOrders(calc.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
			_, err := calc.Calculate(order, uplines, result, seated(calc, order)...)
			require.NoError(t, err)
			requireOracle(t, naive.settle(naive.freeze(order, uplines)), result)
		}
	})
}

func TestTargetEqualsTheNaiveDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calc, naive := genCases().Draw(t, "plan").calculator(t)
		target := &commission.Result{}
		for range 3 {
			order, uplines := genOrders(calc.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
			frozen := calculate(t, calc, order, uplines).Freeze()
			lines := naive.freeze(order, uplines)
			for range 3 {
				returned := genReturned(t, calc, frozen)
				_, err := calc.Target(frozen, returned, target)
				require.NoError(t, err)
				requireOracle(t, naive.target(lines, order, returned), target)
			}
		}
	})
}

// TestCalculateEqualsThePlainDecimalDefinition asks for the very digits that shopspring/decimal gives, at every scale and far beyond 64 bits.
func TestCalculateEqualsThePlainDecimalDefinition(t *testing.T) {
	round := map[money.Mode]func(decimal.Decimal, int32) decimal.Decimal{
		money.HalfUp: decimal.Decimal.Round, money.HalfEven: decimal.Decimal.RoundBank, money.Down: decimal.Decimal.Truncate,
	}
	// A long number half of the time: rapid prefers short ones.
	number := func(long, pattern string) *rapid.Generator[string] {
		return rapid.OneOf(rapid.Just(long), rapid.StringMatching(pattern))
	}
	shares := number("0.123456789012345678", `0\.[0-9]{0,9}[1-9][0-9]{0,7}`)
	factors := number("3.14159265358979323", `[1-9](\.[0-9]{0,16}[1-9])?`)
	amounts := number("1234567890123456789012345678901234", `[0-9]{1,34}`)
	rapid.Check(t, func(t *rapid.T) {
		for scale := range money.MaxScale + 1 {
			mode := money.Mode(rapid.IntRange(0, 2).Draw(t, "mode"))
			share, factor := dec(shares.Draw(t, "share")), dec(factors.Draw(t, "factor"))
			if share.Mul(factor).GreaterThan(dec("0.5")) {
				share, factor = share.Mul(dec("0.5")).Truncate(18), decimal.NewFromInt(1)
			}
			rate, err := commission.Fraction(share)
			require.NoError(t, err)
			plan := commission.Plan{Rates: []commission.Rate{rate}, Rounding: commission.Rounding{Mode: mode}}
			plan.PriceScale = min(money.MaxScale, scale+rapid.IntRange(0, 6).Draw(t, "finer"))
			calc, err := commission.New(money.MustCurrency("CUR", scale), plan, commission.Campaign{Name: "c", Factor: factor})
			require.NoError(t, err)

			amount := dec(amounts.Draw(t, "amount")).Shift(-int32(plan.PriceScale))
			order := orderOf(commission.Line{ID: "l", Quantity: 1, Amount: amount})
			result, err := calc.Calculate(order, above("B"), nil)
			require.NoError(t, err)
			got := decimal.New(0, -int32(scale))
			for e := range result.Entries() {
				got = e.Amount.Decimal()
			}
			want := round[mode](amount.Mul(share).Mul(factor), int32(scale))
			require.Truef(t, want.Equal(got), "%s × %s × %s at scale %d %s: want %s, got %s", amount, share, factor, scale, mode, want, got)
			require.Equal(t, -int32(scale), got.Exponent())
		}
	})
}

// TestEntriesOfALineAreNeverAboveItsCap after any refund either, by any overflow policy.
func TestEntriesOfALineAreNeverAboveItsCap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calc, naive := genCases().Draw(t, "plan").calculator(t)
		order, uplines := genOrders(calc.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
		frozen := calculate(t, calc, order, uplines).Freeze()
		returned := genReturned(t, calc, frozen)
		target, err := calc.Target(frozen, returned, nil)
		require.NoError(t, err)
		for i, line := range frozen.Lines {
			paid := new(big.Rat)
			for e := range target.Entries() {
				if e.Line == line.ID {
					paid.Add(paid, e.Amount.Decimal().Rat())
				}
			}
			giveUp := new(big.Rat)
			if line.GiveUp != nil {
				giveUp = line.GiveUp.Decimal().Rat()
			}
			left := naive.left(line.Net.Decimal().Rat(), giveUp, line.Quantity, returned[i])
			limit := left.Mul(left, calc.Plan().Cap.Decimal().Rat())
			require.LessOrEqual(t, paid.Cmp(limit), 0)
			most, err := calc.CapOf(&frozen.Lines[i], returned[i])
			require.NoError(t, err)
			require.Zero(t, floorOf(minor(limit, naive.scale)).Num().Cmp(most.Units().Big(nil)), "CapOf is that limit, cut off downwards")
		}
	})
}

// TestAPlanThatIsNotRefusedNeverOverflows: what RefusePlan lets pass is never cut, as long as only shares of what was paid are, and rounding adds nothing.
func TestAPlanThatIsNotRefusedNeverOverflows(t *testing.T) {
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		c := genCases().Draw(t, "plan")
		c.plan.Overflow, c.plan.Rounding, c.plan.Rules = commission.RefusePlan, commission.Rounding{Mode: money.Down}, nil
		calc, err := commission.New(c.cur, c.plan, c.campaigns...)
		if err != nil {
			return
		}
		accepted++
		for range 5 {
			order, uplines := genOrders(calc.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
			for i := range order.Lines {
				order.Lines[i].Rates = nil
			}
			fixed := c.plan.Base == commission.ListPrice
			result := calculate(t, calc, order, uplines)
			for e := range result.Entries() {
				fixed = fixed || e.Rate.IsPerUnit()
			}
			for e := range result.Entries() {
				require.False(t, e.Cut && !fixed, "%s of %s was cut", e.Amount, e.Line)
			}
		}
	})
	require.Positive(t, accepted)
}
