// Package program is a partner programme behind one door: the shop tells it what happened (a recruit, a bind, an order paid, received, refunded), and it
// keeps who earns what, from when it can be withdrawn, and why.
//
//	plan := program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}}`)
//	prog, err := program.New(memstore.New(), program.Config{Plan: plan})
//
//	prog.Partners.Add(ctx, program.Add{Partner: "alice"})
//	prog.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"})
//	prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"})
//
//	outcome, err := prog.Orders.Paid(ctx, program.Order{ID: "o-1", Customer: "carol", PaidAt: paid, Lines: []program.Line{
//		{ID: "1", Product: "tea", Quantity: 3, Amount: decimal.RequireFromString("597.00")},
//	}})
//	fmt.Println(outcome) // bob 59.70, alice 29.85, and what the shop keeps
//
// Every write takes one struct with the facts and four fields that every write has: Key (the same key is done once; empty: the natural one), At (when it
// happened; zero: now), Actor and Reason. The same call again gives the first result again; the same key with other facts is a
// [store.ErrConflict] that names the field.
//
// Bad input is an error and changes nothing. What merely pays nothing (a buyer without owner, a frozen partner) is no error: the outcome says why.
//
// What a plan pays for whole months, quarters or years is run by [Bonuses]: previewed, locked, posted, and released by [Program.RunDue], which also
// judges what a plan pays once for one who was brought. Before anything is sold, [Plan.Audit] says what a plan can pay at worst.
//
// Levels can be reached: a partner's level is judged with every order that he pays, after the order itself ([Outcome].Risen), and holds from then on.
// [Partners.LevelProgress] says how far he is, [Partners.LevelLog] how his level has changed and by what; [Partners.SetLevel] gives one by hand.
//
// A plan can pay other assets beside cash, which is the plan's currency: [Plan].Assets are points, for example, each with a commission section of its own.
// They are earned, held, released and taken back as cash is, and a partner has a balance in each ([Wallet.Balances] is cash, [Wallet.Assets] the others);
// only cash can be withdrawn, and so be taxed. Where an asset is named by its code, "" is cash.
//
// Pages, lists and drawings of teams of any size come from memory: [Team.Index] reads who stands where, who sold what in a period and how many customers belong
// to whom, [TeamIndex.Refresh] keeps it current by the events, and [TeamIndex.Performance], [TeamIndex.Children] and [TeamIndex.Draw] show it, to a partner as
// far as he earns.
//
// What no plan can say is the shop's own code: [Config].Rules are rules that plans can name, [Config].Hooks decide at some places.
//
// The programme starts no goroutine: the shop's scheduler calls [Program.RunDue], which releases what is due.
package program
