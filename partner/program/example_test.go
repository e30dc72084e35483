package program_test

import (
	"fmt"
	"log"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
)

// A partner sells three, one comes back, and a week after receipt the rest can be withdrawn.
func Example() {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	prog := must(program.New(memstore.New(), program.Config{
		Plan:  program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}}`),
		Clock: func() time.Time { return noon },
	}))
	must(prog.Partners.Add(ctx, program.Add{Partner: "alice"}))
	must(prog.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"}))
	must(prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"}))

	tea := program.Line{ID: "1", Product: "tea", Quantity: 3, Amount: decimal.RequireFromString("597.00")}
	fmt.Print(must(prog.Orders.Paid(ctx, program.Order{ID: "o-1", Customer: "carol", PaidAt: noon, Lines: []program.Line{tea}})))
	must(prog.Orders.Received(ctx, program.Received{Order: "o-1"}))
	one := []program.RefundLine{{Line: "1", Quantity: 1}}
	fmt.Print(must(prog.Orders.Refunded(ctx, program.Refund{ID: "r-1", Order: "o-1", Lines: one})))
	must(prog.RunDue(ctx, noon.AddDate(0, 0, 7)))
	fmt.Println(must(prog.Wallet.Balances(ctx, "bob"))[0].Available)
	fmt.Println(must(prog.Audit(ctx)))
	// Output:
	// bob    earns 59.70 CNY  10% of 597.00 (line 1, default)  released 7 days after it is received
	// alice  earns 29.85 CNY  5% of 597.00 (line 1, default)   released 7 days after it is received
	// the shop keeps 507.45 CNY of 597.00 CNY
	// alice  29.85 CNY → 19.90 CNY
	// bob    59.70 CNY → 39.80 CNY
	// 39.80 CNY
	// entries and balances agree: 51 checks on 1 orders, 4 rows and 2 partners
}

// The shop records its order and the commission in one transaction: both, or neither.
func ExampleProgram_In() {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	st := memstore.New()
	prog := must(program.New(st, program.Config{
		Plan:  program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%"]}}`),
		Clock: func() time.Time { return noon },
	}))
	must(prog.Partners.Add(ctx, program.Add{Partner: "bob"}))
	must(prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"}))
	order := program.Order{ID: "o-1", Customer: "carol", PaidAt: noon, Lines: []program.Line{{ID: "1", Quantity: 1, Amount: decimal.NewFromInt(199)}}}

	tx := st.Begin()
	must(prog.In(tx).Orders.Paid(ctx, order))
	tx.Rollback() // the payment did not go through after all
	fmt.Println(must(prog.Wallet.Balances(ctx, "bob"))[0].Pending)

	tx = st.Begin()
	must(prog.In(tx).Orders.Paid(ctx, order))
	if err := tx.Commit(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(must(prog.Wallet.Balances(ctx, "bob"))[0].Pending)
	// Output:
	// 0.00 CNY
	// 19.90 CNY
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
