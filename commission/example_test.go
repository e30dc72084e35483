package commission_test

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// The calculation alone, with one's own uplines and no store: 10 % to the partner of the sale, 5 % to who recruited him.
func ExampleCalculator_Calculate() {
	calc, err := commission.New(money.MustCurrency("CNY", 2), commission.Plan{
		Rates:    []commission.Rate{commission.MustRate("10%"), commission.MustRate("5%"), commission.MustRate("2%")},
		Excluded: commission.Excluded{Products: []string{"gift-card"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	order := &commission.Order{ID: "o-1", Customer: "carol", Lines: []commission.Line{
		{ID: "1", Product: "tea", Quantity: 3, Amount: decimal.RequireFromString("597.00")},
		{ID: "2", Product: "gift-card", Quantity: 1, Amount: decimal.RequireFromString("100.00")},
	}}
	uplines := []commission.Upline{{Partner: "bob"}, {Partner: "alice", Bar: partner.EarningFrozen}}
	result, err := calc.Calculate(order, uplines, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for e := range result.Entries() {
		fmt.Println(e.Payee, "earns", e.Amount, "from line", e.Line, "at", e.Rate)
	}
	for u := range result.Unpaid() {
		fmt.Println("line", u.Line, "slot", u.Slot, "pays nothing:", commission.ReasonEnglish(u.Reason))
	}
	// Output:
	// bob earns 59.70 CNY from line 1 at 10%
	// line 1 slot 2 pays nothing: his earnings are frozen
	// line 1 slot 3 pays nothing: nobody stands there
	// line 2 slot 0 pays nothing: the goods are excluded
}

// One of three units comes back: what the order should pay now, and what that takes back.
func ExampleCalculator_Target() {
	calc, err := commission.New(money.MustCurrency("CNY", 2), commission.Plan{
		Rates: []commission.Rate{commission.MustRate("10%"), commission.MustRate("5%")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	order := &commission.Order{ID: "o-1", Customer: "carol", Lines: []commission.Line{
		{ID: "1", Product: "tea", Quantity: 3, Amount: decimal.RequireFromString("597.00")},
	}}
	paid, err := calc.Calculate(order, []commission.Upline{{Partner: "bob"}, {Partner: "alice"}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	target, err := calc.Target(paid.Freeze(), []commission.Returned{{Units: 1, Valued: 1}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	back, err := commission.Difference(slices.Collect(paid.Entries()), target)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, e := range back {
		fmt.Println(e.Payee, paid.Amount(i), "->", target.Amount(i), "by", e.Amount)
	}
	// Output:
	// bob 59.70 CNY -> 39.80 CNY by -19.90 CNY
	// alice 29.85 CNY -> 19.90 CNY by -9.95 CNY
}
