package program_test

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
)

// Who supplies a partner need not be who recruited him: a plan names a tree for it, and pays up both.
func ExampleTeam_Recruit_inAnotherTree() {
	plan := program.MustPlan(`{
		"currency": "CNY",
		"trees": ["supply"],
		"commission": {"rates": ["10%", "5%"], "trees": {"supply": {"uplines": ["3%"]}}}
	}`)
	prog := must(program.New(memstore.New(), program.Config{Plan: plan, Clock: func() time.Time { return noon }}))
	must(prog.Partners.Add(ctx, program.Add{Partner: "alice"}))
	must(prog.Partners.Add(ctx, program.Add{Partner: "factory"}))
	must(prog.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"}))
	must(prog.Team.Recruit(ctx, program.Recruit{Tree: "supply", Partner: "bob", Recruiter: "factory"}))
	must(prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"}))

	out := must(prog.Orders.Paid(ctx, program.Order{ID: "o-1", Customer: "carol", PaidAt: noon, Lines: []program.Line{
		{ID: "1", Product: "tea", Quantity: 1, Amount: decimal.RequireFromString("100.00")},
	}}))
	for _, e := range out.Entries {
		fmt.Println(e.Payee, e.Rule, e.Slot, e.Amount)
	}
	fmt.Println(must(prog.Team.Uplines(ctx, program.Uplines{Tree: "supply", Partner: "bob"})))
	// Output:
	// bob slots 1 10.00 CNY
	// alice slots 2 5.00 CNY
	// factory supply/slots 2 3.00 CNY
	// [bob factory]
}
