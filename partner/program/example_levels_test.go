package program_test

import (
	"fmt"
	"time"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
)

// A partner rises by what he buys, is paid for it, and can see how far the next level is and how he got the one that he has.
func ExamplePartners_LevelProgress() {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	prog := must(program.New(memstore.New(), program.Config{
		Plan: program.MustPlan(`{
			"currency": "CNY",
			"levels": [
				{"id": "agent", "weight": 1, "default": true},
				{"id": "gold", "weight": 2, "reach": {"all": [{"metric": {"name": "spend"}, "atLeast": "100"}]}},
				{"id": "director", "weight": 3, "reach": {"any": [{"metric": {"name": "spend"}, "atLeast": "5000"}, {"metric": {"name": "earned"}, "atLeast": "1000"}]}}
			],
			"commission": {"rates": ["10%"]},
			"oneOffs": [{"name": "congratulations", "upgrade": {"payee": "self", "levels": {"gold": "30.00"}}}]
		}`),
		Clock: func() time.Time { return now },
	}))
	must(prog.Partners.Add(ctx, program.Add{Partner: "bob"}))
	outcome := must(prog.Orders.Paid(ctx, program.Order{ID: "o-1", Customer: "bob", PaidAt: now, Lines: []program.Line{line("1", 1, "120.00")}}))
	fmt.Println(outcome.Risen)
	must(prog.RunDue(ctx, now))
	fmt.Println(must(prog.Partners.LevelProgress(ctx, "bob")))
	for _, change := range must(prog.Partners.LevelLog(ctx, "bob"))[0] {
		fmt.Println(change.To, change.Cause, change.Reached)
	}
	// Output:
	// gold
	// director: any of: own spend: 120.00 of 5,000.00, 4,880.00 short; own earnings: 30.00 of 1,000.00, 970.00 short
	// agent joined nothing is asked for
	// gold reached own spend: 120.00 of 100.00, met
}
