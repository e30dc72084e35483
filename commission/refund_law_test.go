package commission_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// refund is one portion that comes back: units at the line's own price, money alone, or units for a sum of money.
type refund struct {
	line  int
	units int64
	money money.Amount
}

func (r refund) addTo(t *rapid.T, returned []commission.Returned) {
	back := &returned[r.line]
	back.Units += r.units
	if r.money.IsZero() {
		back.Valued += r.units
		return
	}
	sum, err := back.Money.Add(r.money)
	require.NoError(t, err)
	back.Money = sum
}

// genRefunds draws portions that together are not above what was sold; money may exceed what is left, which then counts as all.
func genRefunds(t *rapid.T, calc *commission.Calculator, frozen commission.Frozen) []refund {
	var list []refund
	left := make([]int64, len(frozen.Lines))
	for i := range left {
		left[i] = frozen.Lines[i].Quantity
	}
	for range rapid.IntRange(0, 8).Draw(t, "refunds") {
		r := refund{line: rapid.IntRange(0, len(left)-1).Draw(t, "line")}
		if often(t, "units", 60) {
			r.units = rapid.Int64Range(0, left[r.line]).Draw(t, "units")
			left[r.line] -= r.units
		}
		if often(t, "money", 40) {
			amount, err := calc.Price().Amount(genAmount(t, "money", calc.Price().Scale()))
			require.NoError(t, err)
			r.money = amount
		}
		list = append(list, r)
	}
	return list
}

func genReturned(t *rapid.T, calc *commission.Calculator, frozen commission.Frozen) []commission.Returned {
	returned := make([]commission.Returned, len(frozen.Lines))
	for _, r := range genRefunds(t, calc, frozen) {
		r.addTo(t, returned)
	}
	return returned
}

// book is what has been posted for an order.
type book []commission.Entry

func (b *book) post(t *rapid.T, target *commission.Result) {
	changes, err := commission.Difference(*b, target)
	require.NoError(t, err)
	for _, e := range changes {
		require.False(t, e.Amount.IsZero(), "a difference of nothing is no entry")
	}
	*b = append(*b, changes...)
}

type standingKey struct {
	line  commission.LineID
	rule  string
	slot  int
	payee partner.ID
}

func (b book) sums(t *rapid.T) map[standingKey]money.Amount {
	sums := map[standingKey]money.Amount{}
	for _, e := range b {
		k := standingKey{e.Line, e.Rule, e.Slot, e.Payee}
		sum, err := sums[k].Add(e.Amount)
		require.NoError(t, err)
		sums[k] = sum
		if sum.IsZero() {
			delete(sums, k)
		}
	}
	return sums
}

func (b book) requireEqual(t *rapid.T, target *commission.Result) {
	t.Helper()
	require.Equal(t, book(slices.Collect(target.Entries())).sums(t), b.sums(t))
}

// TestWhatStandsAfterAnyRefundsIsTheTarget: after each portion, what was posted sums to the target; so the order in which portions come, and how they
// are divided, cannot matter, and a full return at the end leaves nobody anything.
func TestWhatStandsAfterAnyRefundsIsTheTarget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calc, _ := genCases().Draw(t, "plan").calculator(t)
		order, uplines := genOrders(calc.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
		paid := calculate(t, calc, order, uplines)
		first, frozen := slices.Collect(paid.Entries()), paid.Freeze()
		refunds := genRefunds(t, calc, frozen)
		var ends []map[standingKey]money.Amount
		for range 2 {
			refunds = rapid.Permutation(refunds).Draw(t, "permutation")
			returned, standing := make([]commission.Returned, len(frozen.Lines)), book(slices.Clone(first))
			for _, r := range refunds {
				r.addTo(t, returned)
				target, err := calc.Target(frozen, returned, paid)
				require.NoError(t, err)
				standing.post(t, target)
				standing.requireEqual(t, target)
			}
			ends = append(ends, standing.sums(t))

			target, err := calc.Target(frozen, everything(t, calc, frozen), paid)
			require.NoError(t, err)
			require.Zero(t, target.Len(), "a full return gives no entries")
			standing.post(t, target)
			require.Empty(t, standing.sums(t), "a full return leaves nobody anything")
		}
		require.Equal(t, ends[0], ends[1])
	})
}

// everything is a full return: all units, or all money, or both.
func everything(t *rapid.T, calc *commission.Calculator, frozen commission.Frozen) []commission.Returned {
	returned := make([]commission.Returned, len(frozen.Lines))
	for i, line := range frozen.Lines {
		switch rapid.IntRange(0, 2).Draw(t, "full return") {
		case 0:
			returned[i] = commission.Returned{Units: line.Quantity, Valued: line.Quantity}
		case 1:
			returned[i] = commission.Returned{Money: calc.Left(&line, commission.Returned{})}
		case 2:
			returned[i] = commission.Returned{Units: line.Quantity, Money: calc.Left(&line, commission.Returned{})}
		}
		require.True(t, calc.Left(&frozen.Lines[i], returned[i]).IsZero())
	}
	return returned
}

// TestTargetEqualsAnOrderThatNeverHadTheReturnedUnits in every field of every entry, and in every reason of the lines that are left.
func TestTargetEqualsAnOrderThatNeverHadTheReturnedUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calc, _ := genCases().Draw(t, "plan").calculator(t)
		for range 4 {
			order, uplines := genOrders(calc.Price().Scale(), true).Draw(t, "order"), genUplines().Draw(t, "uplines")
			frozen := calculate(t, calc, order, uplines).Freeze()
			smaller := *order
			smaller.Lines = nil
			kept := map[commission.LineID]bool{}
			returned := make([]commission.Returned, len(order.Lines))
			for i, line := range order.Lines {
				units := rapid.Int64Range(0, line.Quantity).Draw(t, "units")
				returned[i] = commission.Returned{Units: units, Valued: units}
				if units < line.Quantity {
					sold, left := decimal.NewFromInt(line.Quantity), decimal.NewFromInt(line.Quantity-units)
					line.Amount = line.Amount.DivRound(sold, 18).Mul(left)
					line.Cost.Decimal = line.Cost.Decimal.DivRound(sold, 18).Mul(left)
					line.List.Decimal = line.List.Decimal.DivRound(sold, 18).Mul(left)
					line.GiveUp = line.GiveUp.DivRound(sold, 18).Mul(left)
					line.Quantity -= units
					smaller.Lines, kept[line.ID] = append(smaller.Lines, line), true
				}
			}
			target, err := calc.Target(frozen, returned, nil)
			require.NoError(t, err)
			if len(smaller.Lines) == 0 {
				require.Zero(t, target.Len())
				continue
			}
			never := calculate(t, calc, &smaller, uplines)
			require.Equal(t, slices.Collect(never.Entries()), slices.Collect(target.Entries()))
			var reasons []commission.Unpaid
			for u := range target.Unpaid() {
				if kept[u.Line] {
					reasons = append(reasons, u)
				}
			}
			require.Equal(t, slices.Collect(never.Unpaid()), reasons)
		}
	})
}

// TestFrozenSurvivesBeingStored: written as JSON and read back, it gives the same targets.
func TestFrozenSurvivesBeingStored(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calc, _ := genCases().Draw(t, "plan").calculator(t)
		order, uplines := genOrders(calc.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
		frozen := calculate(t, calc, order, uplines).Freeze()
		returned := genReturned(t, calc, frozen)
		text, err := json.Marshal(frozen)
		require.NoError(t, err)
		var stored commission.Frozen
		require.NoError(t, json.Unmarshal(text, &stored))
		again, err := json.Marshal(stored)
		require.NoError(t, err)
		require.JSONEq(t, string(text), string(again))

		want, err := calc.Target(frozen, returned, nil)
		require.NoError(t, err)
		got, err := calc.Target(stored, returned, nil)
		require.NoError(t, err)
		require.Equal(t, entriesOf(want), entriesOf(got))
		require.Equal(t, unpaidOf(want), unpaidOf(got))
	})
}
