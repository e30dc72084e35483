// Quickstart sells three of something through a partner, refunds one, and shows who earns what.
package main

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
)

func main() {
	ctx := context.Background()
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	prog := must(program.New(memstore.New(), program.Config{
		Plan:  program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}}`),
		Clock: func() time.Time { return noon },
	}))

	must(prog.Partners.Add(ctx, program.Add{Partner: "alice"}))
	must(prog.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"}))
	must(prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "bob"}))

	tea := program.Line{ID: "1", Product: "tea", Quantity: 3, Amount: decimal.RequireFromString("597.00")}
	must(prog.Orders.Paid(ctx, program.Order{ID: "o-1", Customer: "carol", PaidAt: noon, Lines: []program.Line{tea}}))
	must(prog.Orders.Received(ctx, program.Received{Order: "o-1"}))
	fmt.Printf("carol buys three, paid and received:\n%s\n", must(prog.Orders.Outcome(ctx, "o-1")))

	one := []program.RefundLine{{Line: "1", Quantity: 1}}
	fmt.Printf("she returns one:\n%s\n", must(prog.Orders.Refunded(ctx, program.Refund{ID: "r-1", Order: "o-1", Lines: one})))

	must(prog.RunDue(ctx, noon.AddDate(0, 0, 7)))
	fmt.Printf("a week later:\n%s\n", must(prog.Wallet.Balances(ctx, "alice", "bob")))
	fmt.Println(must(prog.Audit(ctx)))
}

// must stops at the first error, as a program of 25 lines may.
func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
