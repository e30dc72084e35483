package main

import (
	"context"
	"path/filepath"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner/program"
)

// The set retail: a shop's invoices, its refunds, and a tree over its customers.
//
//   - lines-*.csv.gz: invoice, line, time, customer (may be empty), product, qty, unit_price, kind. Lines of kind "sale" with a customer are read.
//   - tree.csv: customer, referrer (may be empty), joined.
//   - refunds.csv: refund_invoice, refund_line, time, orig_invoice, orig_line (both empty where the original is not known), qty.
//   - expected_unilevel.csv: partner, exact_l1, exact_l2, and for each rounding its column; net_ before a column's name means after the refunds.
//   - expected_promotion.csv: see retail_promotion.go.
//   - expected_team.csv: see retail_team.go.
const (
	retailLines     = "lines-*.csv.gz"
	retailTree      = "tree.csv"
	retailRefunds   = "refunds.csv"
	retailUnilevel  = "expected_unilevel.csv"
	retailPromotion = "expected_promotion.csv"
	retailTeam      = "expected_team.csv"

	retailTime = "2006-01-02T15:04:05"
)

// retailPlan pays two levels above the buyer. Prices have more decimals than the currency.
const retailPlan = `{
	"currency": "GBP",
	"commission": {"rates": ["10%", "5%"], "priceScale": 3},
	"settlement": {"anchor": "paid"}
}`

// retailExact is the same without rounding: no share of a price has more than six decimals.
const retailExact = `{
	"currency": {"code": "GBP", "scale": 6},
	"commission": {"rates": ["10%", "5%"]},
	"settlement": {"anchor": "paid"}
}`

func retail(ctx context.Context, dir string, rep *report) error {
	if rep.missing(dir, retailLines) || rep.missing(dir, retailTree) {
		return nil
	}
	s, err := readRetail(dir)
	if err != nil {
		return err
	}
	rep.say("%s sale lines of customers in %s orders, %s people in the tree", count(s.lines), count(len(s.orders)), count(len(s.members)))
	if err := s.readRefunds(filepath.Join(dir, retailRefunds), rep); err != nil {
		return err
	}
	x, err := rep.readExpected(dir, retailUnilevel, "partner")
	if err != nil {
		return err
	}
	if err := s.unilevel(ctx, rep, x, program.MustPlan(retailExact), "exact"); err != nil {
		return err
	}
	for _, scope := range []struct {
		name  string
		value commission.Scope
	}{{"line", commission.PerEntry}, {"order", commission.PerOrder}} {
		for _, mode := range []struct {
			name  string
			value money.Mode
		}{{"up", money.HalfUp}, {"even", money.HalfEven}, {"down", money.Down}} {
			plan := program.MustPlan(retailPlan)
			plan.Commission.Rounding = commission.Rounding{Scope: scope.value, Mode: mode.value}
			if err := s.unilevel(ctx, rep, x, plan, scope.name+"_"+mode.name); err != nil {
				return err
			}
		}
	}
	x.unread(rep)
	if err := s.team(ctx, dir, rep); err != nil {
		return err
	}
	return s.promotion(ctx, dir, rep)
}

// unilevel runs everything that happened through one plan.
func (s *shop) unilevel(ctx context.Context, rep *report, x *expected, plan program.Plan, column string) error {
	p, err := rep.player(ctx, column, plan)
	if err != nil || p == nil {
		return err
	}
	steps := s.joinAndPay(ctx, p, func(*program.Order, *program.Outcome) {})
	for _, r := range s.refunds {
		steps = append(steps, step{r.At, func() error { return p.refund(ctx, r) }})
	}
	if err := p.play(ctx, steps); err != nil {
		return err
	}
	if err := p.refuse(ctx, s.unknown); err != nil {
		return err
	}
	books, err := p.close(ctx)
	if err != nil {
		return err
	}
	if column == "exact" {
		p.compare(x, "exact_l1", books.slots[1])
		p.compare(x, "exact_l2", books.slots[2])
	} else {
		p.compare(x, column, books.posted)
	}
	if s.known {
		p.compare(x, "net_"+column, books.earned)
	}
	rep.run(p.done(len(s.members) + s.lines + s.rows))
	return nil
}

// readRetail reads the sales and the tree.
func readRetail(dir string) (*shop, error) {
	files, err := filepath.Glob(filepath.Join(dir, retailLines))
	if err != nil {
		return nil, err
	}
	s := &shop{}
	if s.members, err = readTree(filepath.Join(dir, retailTree), retailTime); err != nil {
		return nil, err
	}
	needed := []string{"invoice", "line", "time", "customer", "product", "qty", "unit_price", "kind"}
	for _, file := range files {
		_, err := readCSV(file, needed, func(r *row) error {
			if r.text("kind") != "sale" || r.text("customer") == "" {
				return nil
			}
			units := r.quantity("qty")
			return s.sell(r, r.needed("invoice"), r.instant("time", retailTime), program.Line{
				ID: commission.LineID(r.needed("line")), Product: r.text("product"), Quantity: units,
				Amount: r.number("unit_price").Mul(decimal.NewFromInt(units)),
			})
		})
		if err != nil {
			return nil, err
		}
	}
	s.sort()
	return s, nil
}
