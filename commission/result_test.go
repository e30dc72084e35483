package commission_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// busy is a plan with slots and a differential, an order of four lines, and twelve uplines.
func busy(t testing.TB) (*commission.Calculator, *commission.Order, []commission.Upline) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%", "5%"), Differential: commission.Differential{Rates: map[partner.Level]commission.Rate{
		"G1": commission.MustRate("1%"), "G2": commission.MustRate("2%"), "G3": commission.MustRate("3%"), "G4": commission.MustRate("4%"),
	}}})
	var lines []commission.Line
	for i := range 4 {
		lines = append(lines, commission.Line{ID: commission.LineID(fmt.Sprint(i)), Product: "p", Quantity: 2, Amount: decimal.New(int64(19900+i*137), -2)})
	}
	uplines := above("p0:G1", "p1:G1", "p2:G2", "p3:G1", "p4:G2", "p5:G2", "p6:G3", "p7:G1", "p8:G3", "p9:G2", "p10:G4", "p11:G4")
	return calc, orderOf(lines...), uplines
}

var sinkAmount decimal.Decimal

func TestAReusedResultNeedsNoMemory(t *testing.T) {
	calc, order, uplines := busy(t)
	result := &commission.Result{}
	calculateAgain := func() {
		if _, err := calc.Calculate(order, uplines, result); err != nil {
			t.Fatal(err)
		}
	}
	calculateAgain()
	require.Equal(t, 24, result.Len(), "2 slots and 4 steps of the differential on each line")
	require.Zero(t, testing.AllocsPerRun(100, calculateAgain))
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for e := range result.Entries() {
			if e.Amount.IsZero() {
				t.Fatal(e)
			}
		}
	}), "reading the entries needs none either")
	order.Discount = dec("33.33")
	require.Zero(t, testing.AllocsPerRun(100, calculateAgain), "a discount needs none")
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { sinkAmount = result.Amount(3).Decimal() }), 2.0)
}

// TestAmountsBeyond64BitsNeedNoMemoryButTheirDecimals: a decimal gives a large coefficient as a copy only.
func TestAmountsBeyond64BitsNeedNoMemoryButTheirDecimals(t *testing.T) {
	calc, order, uplines := busy(t)
	for i := range order.Lines {
		order.Lines[i].Amount = order.Lines[i].Amount.Mul(decimal.New(1, 17))
	}
	result := &commission.Result{}
	calculateAgain := func() {
		if _, err := calc.Calculate(order, uplines, result); err != nil {
			t.Fatal(err)
		}
	}
	calculateAgain()
	require.Equal(t, 24, result.Len())
	require.LessOrEqual(t, testing.AllocsPerRun(100, calculateAgain), 4.0, "one for each line")
	order.Discount = dec("33.33")
	require.LessOrEqual(t, testing.AllocsPerRun(100, calculateAgain), 4.0, "a discount needs none")

	frozen, returned := result.Freeze(), []commission.Returned{{Units: 1, Valued: 1}, {Money: price("0.01")}}
	targetAgain := func() {
		if _, err := calc.Target(frozen, returned, result); err != nil {
			t.Fatal(err)
		}
	}
	targetAgain()
	require.Equal(t, 24, result.Len())
	require.LessOrEqual(t, testing.AllocsPerRun(100, targetAgain), 1.0, "a refund needs as much as one of small amounts, for its problems")
}

func TestACapCutsAmountsBeyond64Bits(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("40%", "20%"), Cap: commission.MustRate("50%"), Overflow: commission.ProRata})
	result := calculate(t, calc, orderOf(goods("l", 1, "3000000000000000000.00")), above("A", "B"))
	require.Equal(t, []string{"l slots/1 A 1000000000000000000.00", "l slots/2 B 500000000000000000.00"}, entriesOf(result))
	require.True(t, result.Entry(0).Cut)
}

// TestAReusedResultKeepsNothingOfTheOrderBefore compares a result used for anything before with a new one.
func TestAReusedResultKeepsNothingOfTheOrderBefore(t *testing.T) {
	reused := &commission.Result{}
	rapid.Check(t, func(t *rapid.T) {
		calc, _ := genCases().Draw(t, "plan").calculator(t)
		for range 3 {
			order, uplines := genOrders(calc.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
			fresh := calculate(t, calc, order, uplines)
			_, err := calc.Calculate(order, uplines, reused, seated(calc, order)...)
			require.NoError(t, err)
			require.Equal(t, slices.Collect(fresh.Entries()), slices.Collect(reused.Entries()))
			require.Equal(t, slices.Collect(fresh.Unpaid()), slices.Collect(reused.Unpaid()))
			want, err := json.Marshal(fresh.Freeze())
			require.NoError(t, err)
			got, err := json.Marshal(reused.Freeze())
			require.NoError(t, err)
			require.Equal(t, string(want), string(got))

			returned := genReturned(t, calc, fresh.Freeze())
			_, err = calc.Target(fresh.Freeze(), returned, reused)
			require.NoError(t, err)
			require.Equal(t, entriesOf(targetOf(t, calc, fresh.Freeze(), returned...)), entriesOf(reused))
		}
	})
}

func TestWhatWasReadStaysValidWhenAResultIsUsedAgain(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Base: commission.Profit}, commission.Campaign{Name: "double", Factor: dec("2")})
	first := orderOf(costing(goods("p1", 2, "100.00"), "40.00"))
	result := calculate(t, calc, first, above("B"))
	entry, frozen := result.Entry(0), result.Freeze()
	wantFrozen := frozen.Clone()
	_, err := calc.Calculate(orderOf(costing(goods("p9", 1, "1.00"), "0.10")), above("Z"), result)
	require.NoError(t, err)
	first.Lines[0].ID, first.Lines[0].Quantity = "changed", 9
	require.Equal(t, partner.ID("B"), entry.Payee)
	require.Equal(t, commission.LineID("p1"), entry.Line)
	require.Equal(t, price("12.00"), entry.Amount)
	require.Equal(t, wantFrozen, frozen)
}

func TestFrozenSharesNoMemory(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%"), Base: commission.Profit}, commission.Campaign{Name: "double", Factor: dec("2")})
	result := calculate(t, calc, orderOf(costing(goods("p1", 2, "100.00"), "40.00")), above("B"))
	frozen := result.Freeze()
	copied := frozen.Clone()
	for _, f := range []commission.Frozen{frozen, copied} {
		f.Lines[0].ID, *f.Lines[0].Cost = "x", cny.Minor(1)
		f.Sets[0].Shares[0].Payee, f.Sets[0].Shares[0].Campaign.Name = "x", "x"
		if len(f.Sets[0].Skips) > 0 {
			f.Sets[0].Skips[0].Reason = "x"
		}
		require.Equal(t, []string{"p1 slots/1 B 12.00"}, entriesOf(result))
		again := result.Freeze()
		require.Equal(t, "double", again.Sets[0].Shares[0].Campaign.Name)
		require.Equal(t, price("40.00"), *again.Lines[0].Cost)
	}
	require.Equal(t, "double", calculate(t, calc, orderOf(costing(goods("p", 1, "9.00"), "1.00")), above("B")).Entry(0).Campaign.Name)
}

func TestACalculatorIsSafeForConcurrentUse(t *testing.T) {
	calc, order, uplines := busy(t)
	want := entriesOf(calculate(t, calc, order, uplines))
	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			result := &commission.Result{}
			for range 50 {
				_, err := calc.Calculate(order, uplines, result)
				if err != nil || !slices.Equal(want, entriesOf(result)) {
					t.Errorf("got %v, %v", entriesOf(result), err)
					return
				}
			}
		}()
	}
	group.Wait()
}

func TestCalculateChangesNothingThatItIsGiven(t *testing.T) {
	calc, order, uplines := busy(t)
	order.Customer, order.Discount = "p0", dec("3.33")
	wantOrder, wantUplines := *order, slices.Clone(uplines)
	wantOrder.Lines = slices.Clone(order.Lines)
	calculate(t, calc, order, uplines)
	require.Equal(t, wantOrder, *order)
	require.Equal(t, wantUplines, uplines)
}

func TestTotalsAreSums(t *testing.T) {
	calc := newCalculator(t, commission.Plan{Rates: rates("10%")})
	empty := calculate(t, calc, orderOf(goods("p", 1, "0.00")), above("B"))
	total, err := empty.Total()
	require.NoError(t, err)
	require.Equal(t, cny.Minor(0), total, "nothing of a currency, not the zero Amount")
	fine, err := commission.New(cny, commission.Plan{Rates: rates("10%"), PriceScale: 4})
	require.NoError(t, err)
	net, err := calculate(t, fine, orderOf(goods("p", 1, "1.0001"), goods("q", 1, "2.0002")), above("B")).Net()
	require.NoError(t, err)
	require.Equal(t, money.MustCurrency("CNY", 4).Minor(30003), net)
}
