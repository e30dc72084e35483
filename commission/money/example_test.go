package money_test

import (
	"fmt"
	"math/big"

	"github.com/fenrun/fenrun/commission/money"
)

func ExampleSplit() {
	// A coupon of 30.00 taken off three lines of goods.
	lines := []money.Units{money.UnitsOf(10000), money.UnitsOf(11980), money.UnitsOf(2997)}
	parts, err := money.Split(nil, money.UnitsOf(3000), lines)
	if err != nil {
		fmt.Println(err)
		return
	}
	cny := money.MustCurrency("CNY", 2)
	for _, part := range parts {
		fmt.Println(cny.Of(part))
	}
	// Output:
	// 12.01 CNY
	// 14.39 CNY
	// 3.60 CNY
}

func ExampleCurrency_Parse() {
	cny := money.MustCurrency("CNY", 2)
	for _, text := range []string{"19.9", "-3", "19.901", "1e9"} {
		amount, err := cny.Parse(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(amount)
	}
	// Output:
	// 19.90 CNY
	// -3.00 CNY
	// money: 19.901 has more than 2 decimals
	// money: "1e9" is not a plain decimal number such as 19.90
}

func ExampleMode() {
	two := big.NewInt(2)
	for _, mode := range []money.Mode{money.HalfUp, money.HalfEven, money.Down} {
		fmt.Print(mode)
		for _, n := range []int64{1, 3, 5, -5} { // 0.5, 1.5, 2.5, -2.5
			fmt.Print("  ", mode.Quo(big.NewInt(n), two))
		}
		fmt.Println()
	}
	// Output:
	// half-up  1  2  3  -3
	// half-even  0  2  2  -2
	// down  0  1  2  -2
}
