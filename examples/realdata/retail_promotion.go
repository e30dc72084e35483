package main

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// promotionPlan makes somebody a partner by what he has bought himself, from the next order on. Before that his slot is forfeited, or goes to the next
// partner above him.
//
// What it should give is in expected_promotion.csv: partner, promoted_at and by_invoice (the order that reached it), spend (all own sales), and what each of
// the two ways pays.
const promotionPlan = `{
	"currency": {"code": "GBP", "scale": 6},
	"joining": {"spend": "300.00"},
	"commission": {"rates": ["10%", "5%"]},
	"settlement": {"anchor": "paid"}
}`

// promotion runs the sales, without refunds, where partners have to earn their place.
func (s *shop) promotion(ctx context.Context, dir string, rep *report) error {
	x, err := rep.readExpected(dir, retailPromotion, "partner")
	if err != nil || x == nil {
		return err
	}
	for _, way := range []struct {
		column  string
		missing commission.Missing
	}{{"exact_no_compression", commission.Forfeit}, {"exact_compression", commission.Compress}} {
		plan := program.MustPlan(promotionPlan)
		plan.Commission.Missing = way.missing
		if err := s.promote(ctx, rep, x, plan, way.column); err != nil {
			return err
		}
	}
	x.unread(rep)
	return nil
}

func (s *shop) promote(ctx context.Context, rep *report, x *expected, plan program.Plan, column string) error {
	p, err := rep.player(ctx, column, plan)
	if err != nil || p == nil {
		return err
	}
	at, by := map[partner.ID]string{}, map[partner.ID]string{}
	bought, spend := sums{}, sums{}
	steps := s.joinAndPay(ctx, p, func(o *program.Order, paid *program.Outcome) {
		id := partner.ID(o.Customer)
		bought.add(id, paid.Goods)
		if paid.Promoted {
			p.remember(id)
			at[id], by[id] = o.PaidAt.Format(retailTime), string(o.ID)
			spend[id] = decimal.Decimal{}
		}
	})
	if err := p.play(ctx, steps); err != nil {
		return err
	}
	for id := range spend {
		spend[id] = bought[id]
	}
	books, err := p.close(ctx)
	if err != nil {
		return err
	}
	p.compare(x, column, books.earned)
	p.compare(x, "spend", spend)
	p.compareTexts(x, "promoted_at", at)
	p.compareTexts(x, "by_invoice", by)
	p.totals = append(p.totals, count(len(by))+" promoted")
	rep.run(p.done(len(s.members) + s.lines))
	return nil
}
