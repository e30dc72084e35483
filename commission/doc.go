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
// An entry is rounded once. The entries of a line are together never above its cap, those of an order never above the order's. What a refund leaves
// depends on what came back, not on the portions in which it did; a full refund leaves nothing. Equal input gives equal output, to the last unit: nothing
// here reads a clock, a store or a random number.
//
// # The vocabulary of a plan
//
// See [Plan]. A [Rule] says who is paid at which rate; the built-in ones are slots (by distance from the sale), team (leaders above),
// differential (each level what exceeds the levels below), recruiter, peer (who has the level of one who earns below him), territory (agents of the order's
// region) and fee; [Rules] adds those of the shop's own. Slots, team and differential are paid in other trees than that of recruiters too, such as that of who
// supplies whom, each by its own line and its own rates ([Tree]). Everything after the rules is the same for all of
// them: the factor of campaigns, rounding in its scope, the caps of campaigns, the floor of losses, the caps of lines and of the order.
//
// # Period bonuses
//
// A [Bonus] pays for a whole month, quarter or year: a [Ladder] a rate on team volume less what the legs are entitled to, a [Pool] a share of the shop's
// sales divided by weight, [Tiers] a rate on one's own sales that depends on how much they are. [Calculator.Bonus] makes it ready; it takes a flat slice
// of [Member] in any order, a million of them in one pass, and gives entries and, for everybody else, reasons:
//
//	bonus, err := calc.Bonus(commission.Bonus{Name: "team", Ladder: &commission.Ladder{Steps: []commission.Step{
//		{From: decimal.NewFromInt(10_000), Rate: commission.MustRate("5%")},
//		{From: decimal.NewFromInt(100_000), Rate: commission.MustRate("10%")},
//	}}})
//	result, err := bonus.Calculate(commission.BonusInput{Members: []commission.Member{
//		{Partner: "alice", Recruiter: -1, Volume: money.UnitsOf(90_000_00)},
//		{Partner: "bob", Recruiter: 0, Volume: money.UnitsOf(30_000_00)},
//	}}, nil) // alice 10 % of 120,000.00 less bob's 1,500.00, bob 1,500.00
//
// Where nobody has a lower rate than one below him, a ladder pays a team exactly its volume × the rate at its top, cut off once; the shares of a pool are
// together the pool, to the last unit. A [Calendar] says when a [Period] begins and ends, in the plan's zone and fiscal year; every instant lies in exactly one.
package commission
