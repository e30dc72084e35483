// Parts uses pieces of the library alone, without a programme and without a store: the tree, the calculation with one's own uplines, and money.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

var (
	cny  = money.MustCurrency("CNY", 2)
	june = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
)

func main() {
	if err := errors.Join(theTree(os.Stdout), theCalculation(os.Stdout), theMoney(os.Stdout)); err != nil {
		log.Fatal(err)
	}
}

// theTree says who brought whom; nobody ever stands above himself.
func theTree(out io.Writer) error {
	team := tree.NewTeam()
	for _, e := range []tree.Edge{{Partner: "bob", Recruiter: "alice", From: june}, {Partner: "dan", Recruiter: "bob", From: june}} {
		if err := team.Add(e); err != nil {
			return err
		}
	}
	fmt.Fprintln(out, "dan's line in June:", team.Uplines("dan", june, 0))
	fmt.Fprintln(out, "dan's line in May:", team.Uplines("dan", june.AddDate(0, -1, 0), 0))
	fmt.Fprintln(out, "refused:", team.Add(tree.Edge{Partner: "alice", Recruiter: "dan", From: june}))
	return nil
}

// theCalculation needs no tree of ours: who stands above the buyer, and who of them earns, is what the shop says.
func theCalculation(out io.Writer) error {
	rates := []commission.Rate{commission.MustRate("10%"), commission.MustRate("5%"), commission.MustRate("2%")}
	calc, err := commission.New(cny, commission.Plan{Rates: rates, Excluded: commission.Excluded{Products: []string{"voucher"}}})
	if err != nil {
		return err
	}
	order := &commission.Order{ID: "o-1", Customer: "carol", Lines: []commission.Line{
		{ID: "1", Product: "tea", Quantity: 3, Amount: decimal.RequireFromString("599.00")},
		{ID: "2", Product: "voucher", Quantity: 1, Amount: decimal.RequireFromString("50.00")},
	}}
	uplines := []commission.Upline{{Partner: "dan"}, {Partner: "bob", Bar: partner.EarningFrozen}, {Partner: "alice"}}
	paid, err := calc.Calculate(order, uplines, nil)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "\ncarol buys three teas and a voucher:")
	for e := range paid.Entries() {
		fmt.Fprintf(out, "  %s earns %s: slot %d of line %s, %s of %s\n", e.Payee, e.Amount, e.Slot, e.Line, e.Rate, e.Base)
	}
	for u := range paid.Unpaid() {
		where := "line " + string(u.Line)
		if u.Slot > 0 {
			where += fmt.Sprintf(" at slot %d", u.Slot)
		}
		fmt.Fprintf(out, "  %s pays nothing: %s\n", where, commission.ReasonEnglish(u.Reason))
	}

	fmt.Fprintln(out, "\nshe returns one tea, so that the order should pay")
	target, err := calc.Target(paid.Freeze(), []commission.Returned{{Units: 1, Valued: 1}}, nil)
	if err != nil {
		return err
	}
	for e := range target.Entries() {
		fmt.Fprintf(out, "  %s %s\n", e.Payee, e.Amount)
	}
	changes, err := commission.Difference(slices.Collect(paid.Entries()), target)
	fmt.Fprintln(out, "which takes back")
	for _, e := range changes {
		fmt.Fprintf(out, "  %s %s\n", e.Payee, e.Amount)
	}
	return err
}

// theMoney splits without losing a fen: cut off downwards, and what is left over goes to the largest remainders.
func theMoney(out io.Writer) error {
	thirds, err := money.Split(nil, cny.Minor(10000).Units(), []money.Units{money.UnitsOf(1), money.UnitsOf(1), money.UnitsOf(1)})
	fmt.Fprintln(out, "\n100.00 among three:")
	for _, part := range thirds {
		fmt.Fprintln(out, " ", cny.Of(part))
	}
	return err
}
