package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner/program"
)

// The set superstore: a shop that sells some lines below cost.
//
//   - lines.csv: order, line, date, customer, product, category, subcategory, qty, sales (of the line), discount, profit. Cost is sales less profit.
//   - tree.csv: customer, referrer (may be empty), joined.
//   - expected.csv: partner, and a column for each run below.
const (
	superstoreLines    = "lines.csv"
	superstoreTree     = "tree.csv"
	superstoreExpected = "expected.csv"

	superstoreDate = "2006-01-02"
)

// profitPlan pays shares of the profit, categoryPlan of the amount, by category. Amounts on an order have four decimals.
const (
	profitPlan = `{
		"currency": %s,
		"commission": {"base": "profit", "rates": ["20%%", "10%%"], "priceScale": %d},
		"settlement": {"anchor": "paid"}
	}`
	categoryPlan = `{
		"currency": %s,
		"commission": {
			"categories": {"Furniture": ["4%%", "2%%"], "Office Supplies": ["10%%", "5%%"], "Technology": ["6%%", "3%%"]},
			"priceScale": %d
		},
		"settlement": {"anchor": "paid"}
	}`
)

// superstoreRuns are the columns of expected.csv: the plan, how losses and fractions are treated, and whether amounts are kept to six decimals.
var superstoreRuns = []struct {
	column string
	plan   string
	loss   commission.Loss
	mode   money.Mode
	exact  bool
}{
	{"profit_signed_exact", profitPlan, commission.Signed, money.HalfUp, true},
	{"profit_orderclamp_exact", profitPlan, commission.FloorOrder, money.HalfUp, true},
	{"profit_lineclamp_exact", profitPlan, commission.FloorLine, money.HalfUp, true},
	{"profit_lineclamp_up", profitPlan, commission.FloorLine, money.HalfUp, false},
	{"profit_lineclamp_even", profitPlan, commission.FloorLine, money.HalfEven, false},
	{"profit_lineclamp_down", profitPlan, commission.FloorLine, money.Down, false},
	{"category_exact", categoryPlan, commission.FloorLine, money.HalfUp, true},
	{"category_up", categoryPlan, commission.FloorLine, money.HalfUp, false},
	{"category_down", categoryPlan, commission.FloorLine, money.Down, false},
}

func superstore(ctx context.Context, dir string, rep *report) error {
	if rep.missing(dir, superstoreLines) || rep.missing(dir, superstoreTree) {
		return nil
	}
	s, err := readSuperstore(dir)
	if err != nil {
		return err
	}
	rep.say("%s lines in %s orders, %s people in the tree", count(s.lines), count(len(s.orders)), count(len(s.members)))
	x, err := rep.readExpected(dir, superstoreExpected, "partner")
	if err != nil {
		return err
	}
	for _, run := range superstoreRuns {
		currency, priceScale := `"USD"`, 4
		if run.exact {
			currency, priceScale = `{"code": "USD", "scale": 6}`, 6
		}
		plan := program.MustPlan(fmt.Sprintf(run.plan, currency, priceScale))
		plan.Commission.Loss, plan.Commission.Rounding.Mode = run.loss, run.mode
		p, err := rep.player(ctx, run.column, plan)
		if err != nil {
			return err
		}
		if p == nil {
			continue
		}
		if err := p.play(ctx, s.joinAndPay(ctx, p, func(*program.Order, *program.Outcome) {})); err != nil {
			return err
		}
		books, err := p.close(ctx)
		if err != nil {
			return err
		}
		p.compare(x, run.column, books.earned)
		rep.run(p.done(len(s.members) + s.lines))
	}
	x.unread(rep)
	return nil
}

// readSuperstore reads the sales and the tree.
func readSuperstore(dir string) (*shop, error) {
	s := &shop{}
	var err error
	if s.members, err = readTree(filepath.Join(dir, superstoreTree), superstoreDate); err != nil {
		return nil, err
	}
	needed := []string{"order", "line", "date", "customer", "product", "category", "qty", "sales", "profit"}
	_, err = readCSV(filepath.Join(dir, superstoreLines), needed, func(r *row) error {
		sales := r.number("sales")
		return s.sell(r, r.needed("order"), r.instant("date", superstoreDate), program.Line{
			ID: commission.LineID(r.needed("line")), Product: r.text("product"), Category: r.text("category"), Quantity: r.quantity("qty"),
			Amount: sales, Cost: decimal.NewNullDecimal(sales.Sub(r.number("profit"))),
		})
	})
	s.sort()
	return s, err
}
