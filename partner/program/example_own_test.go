package program_test

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
)

// founder is a rule of the shop's own: the top of the line gets a share too.
func founder(params commission.Params) (commission.Rule, error) {
	var p struct{ Rate commission.Rate }
	err := params.Decode(&p)
	return commission.RuleFunc(func(in *commission.Input, out *commission.Shares) {
		if top := len(in.Uplines) - 1; top >= 0 {
			out.Pay(top, 0, p.Rate, commission.Source{Kind: commission.FromOwn})
		}
	}), err
}

// A rule of the shop's own, turned on by the plan with parameters of its own.
func ExampleConfig_rules() {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	rules := commission.Rules{{Name: "founder", Version: "1", Make: founder}}
	prog := must(program.New(memstore.New(), program.Config{
		Rules: rules,
		Plan: program.MustPlan(`{
		  "currency": "CNY",
		  "commission": {"rates": ["10%"], "rules": [{"name": "founder", "params": {"rate": "1%"}}]}
		}`, rules),
		Clock: func() time.Time { return noon },
	}))
	must(prog.Partners.Add(ctx, program.Add{Partner: "alice"}))
	must(prog.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"}))
	must(prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"}))
	tea := program.Line{ID: "1", Product: "tea", Quantity: 3, Amount: decimal.RequireFromString("597.00")}
	fmt.Print(must(prog.Orders.Paid(ctx, program.Order{ID: "o-1", Customer: "carol", PaidAt: noon, Lines: []program.Line{tea}})))
	// Output:
	// bob    earns 59.70 CNY  10% of 597.00 (line 1, default)  released 7 days after it is received
	// alice  earns 5.97 CNY   1% of 597.00 (line 1, own)       released 7 days after it is received
	// the shop keeps 531.33 CNY of 597.00 CNY
}

// The shop's own risk check: one order pays nobody, and another is not released while a dispute is open.
func ExampleHooks() {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	prog := must(program.New(memstore.New(), program.Config{
		Plan:  program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%"]}, "settlement": {"anchor": "paid"}}`),
		Clock: func() time.Time { return noon },
		Hooks: program.Hooks{
			Verify: program.VerifyFunc(func(_ context.Context, sale program.Sale) (program.Verdict, error) {
				if sale.Order.Customer == "mallory" {
					return program.Verdict{Order: "brushed"}, nil
				}
				return program.Verdict{}, nil
			}),
			Release: program.ReleaseFunc(func(_ context.Context, due program.Release) (partner.Reason, error) {
				if due.Order.ID == "o-1" {
					return "disputed", nil
				}
				return "", nil
			}),
		},
	}))
	must(prog.Partners.Add(ctx, program.Add{Partner: "bob"}))
	must(prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"}))
	must(prog.Team.Bind(ctx, program.Bind{Customer: "mallory", Owner: "bob"}))
	tea := []program.Line{{ID: "1", Quantity: 1, Amount: decimal.RequireFromString("199.00")}}
	fmt.Print(must(prog.Orders.Paid(ctx, program.Order{ID: "o-1", Customer: "carol", PaidAt: noon, Lines: tea})))
	fmt.Print(must(prog.Orders.Paid(ctx, program.Order{ID: "o-2", Customer: "mallory", PaidAt: noon, Lines: tea})))
	fmt.Println(must(prog.RunDue(ctx, noon.AddDate(0, 0, 7))).Vetoed)
	// Output:
	// bob  earns 19.90 CNY  10% of 199.00 (line 1, default)  released 2026-06-08T12:00:00Z
	// the shop keeps 179.10 CNY of 199.00 CNY
	// nobody  earns nothing  line 1, all rules  brushed
	// the shop keeps 199.00 CNY of 199.00 CNY
	// [{o-1 disputed}]
}
