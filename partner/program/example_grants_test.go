package program_test

import (
	"fmt"
	"time"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
)

// A recruit reaches gold, and his recruiter gets a bonus once an order of the recruit's own is settled.
func ExampleBonuses_Grants() {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	prog := must(program.New(memstore.New(), program.Config{
		Plan: program.MustPlan(`{
			"currency": "CNY",
			"levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}],
			"commission": {"rates": ["10%"]},
			"settlement": {"anchor": "paid"},
			"oneOffs": [{"name": "spring", "upgrade": {"levels": {"gold": "50.00"}}}]
		}`),
		Clock: func() time.Time { return now },
	}))
	must(prog.Partners.Add(ctx, program.Add{Partner: "alice"}))
	must(prog.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"}))
	must(prog.Partners.SetLevel(ctx, program.SetLevel{Partner: "bob", Level: "gold"}))
	must(prog.Orders.Paid(ctx, program.Order{ID: "o-1", Customer: "bob", PaidAt: now, Lines: []program.Line{line("1", 1, "100.00")}}))
	for _, days := range []int{0, 7} {
		must(prog.RunDue(ctx, now.AddDate(0, 0, days)))
		fmt.Println(must(prog.Bonuses.Grants(ctx, "bob"))[0].Explain()[0])
	}
	// Output:
	// alice: 50.00 CNY by the bonus spring, for bob, who reached level gold at 2026-06-01T12:00:00Z; not paid as long as he has no settled order; plan version 1
	// alice: 50.00 CNY by the bonus spring, for bob, who reached level gold at 2026-06-01T12:00:00Z; paid, since his order o-1 is settled; plan version 1
}
