// Package commission works out what an order pays: who earns how much from which line, at which rate, and who gets nothing and why.
//
// It needs no store. A plan is data, the people above the sale are a slice, and the result is a list of entries:
//
//	calc, err := commission.New(money.MustCurrency("CNY", 2), commission.Plan{
//		Rates: []commission.Rate{commission.MustRate("10%"), commission.MustRate("5%")},
//	})
//	result, err := calc.Calculate(&commission.Order{ID: "o-1", Customer: "carol", Lines: []commission.Line{
//		{ID: "1", Product: "tea", Quantity: 3, Amount: decimal.RequireFromString("597.00")},
//	}}, []commission.Upline{{Partner: "bob"}, {Partner: "alice"}}, nil)
//	for e := range result.Entries() {
//		fmt.Println(e.Payee, e.Amount) // bob 59.70 CNY, alice 29.85 CNY
//	}
//
// After a refund, [Calculator.Target] works out what the order should pay in all, on what it froze when it was paid, and [Difference] what that takes
// back:
//
//	target, err := calc.Target(result.Freeze(), []commission.Returned{{Units: 1, Valued: 1}}, nil) // bob 39.80, alice 19.90
//
// # What always holds
//
// An entry is rounded once. The entries of a line are together never above its cap, those of an order never above
// the order's. What a refund leaves depends on what came back, not on the portions
// in which it did; a full refund leaves nothing. Equal input gives equal output, to the last unit: nothing here reads a clock, a store or a random number.
//
// # The vocabulary of a plan
//
// See [Plan]. A [Rule] says who is paid at which rate; the built-in ones are slots (by distance from the sale), team (the nearest leader above) and
// differential (each level what exceeds the levels below). Everything after the rules is the same for all of them: the factor of campaigns, rounding in
// its scope, the caps of campaigns, the floor of losses, the caps of lines and of the order.
package commission
