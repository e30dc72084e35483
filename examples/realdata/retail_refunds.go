package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
)

// returns is what a refunds.csv says.
type returns struct {
	refunds []*program.Refund // of orders that there are, in order of time, then id
	unknown []*program.Refund // of others
	known   bool              // whether there is such a file
	rows    int
}

// readRefunds reads which sales came back. The rows of one refund invoice that give back lines of one order are one refund, at the time of its earliest.
func (s *shop) readRefunds(path string, rep *report) error {
	refunds := map[string]*program.Refund{}
	noSale := 0
	_, err := readCSV(path, []string{"refund_invoice", "refund_line", "time", "orig_invoice", "orig_line", "qty"}, func(r *row) error {
		s.rows++
		invoice, order, line := r.needed("refund_invoice"), commission.OrderID(r.text("orig_invoice")), commission.LineID(r.text("orig_line"))
		id, list := invoice+"/"+string(order), &s.refunds
		switch sold := s.byID[order]; {
		case order == "":
			order, line, list = commission.OrderID("unknown:"+invoice), commission.LineID(r.needed("refund_line")), &s.unknown
		case sold == nil:
			list = &s.unknown
		case !slices.ContainsFunc(sold.Lines, func(l program.Line) bool { return l.ID == line }):
			noSale++
			return nil
		}
		at, refund := r.instant("time", retailTime), refunds[id]
		if refund == nil {
			refund = &program.Refund{ID: id, Order: order, Meta: program.Meta{At: at}}
			refunds[id] = refund
			*list = append(*list, refund)
		}
		if at.Before(refund.At) {
			refund.At = at
		}
		giveBack(refund, line, r.quantity("qty"))
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		rep.say("%s is missing: nothing is compared after refunds", retailRefunds)
		return nil
	} else if err != nil {
		return err
	}
	s.known = true
	slices.SortFunc(s.refunds, func(a, b *program.Refund) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	rep.say("%s refund rows: %s refunds of these orders, %s of unknown ones", count(s.rows), count(len(s.refunds)), count(len(s.unknown)))
	if noSale > 0 {
		rep.say("%s refund rows give back lines that are no sales: left out", count(noSale))
	}
	return nil
}

// giveBack adds units of a line to a refund.
func giveBack(refund *program.Refund, line commission.LineID, units int64) {
	i := slices.IndexFunc(refund.Lines, func(l program.RefundLine) bool { return l.Line == line })
	if i < 0 {
		i = len(refund.Lines)
		refund.Lines = append(refund.Lines, program.RefundLine{Line: line})
	}
	refund.Lines[i].Quantity += units
}

// refuse tells the programme of refunds whose orders it does not know. Each must be refused as such, and all of them must leave everything as it was: no
// row to fold, no event to number, no balance that differs. What the programme keeps is audited and compared after it.
func (p *player) refuse(ctx context.Context, unknown []*program.Refund) error {
	if _, err := p.due(ctx); err != nil {
		return err
	}
	before, err := p.balances(ctx)
	if err != nil {
		return err
	}
	p.events += len(unknown)
	refunds := make([]program.Refund, len(unknown))
	for i, r := range unknown {
		refunds[i] = *r
	}
	for some := range slices.Chunk(refunds, p.most) {
		refunded, err := p.refunded(ctx, some)
		if err != nil {
			return err
		}
		for i, one := range refunded {
			if early := (*program.EarlyError)(nil); !errors.As(one.Err, &early) {
				p.differ("refund %s of the unknown order %s gives %v", some[i].ID, some[i].Order, one.Err)
			}
		}
	}
	did, err := p.due(ctx)
	if err != nil {
		return err
	}
	after, err := p.balances(ctx)
	if err != nil {
		return err
	}
	if did || !slices.Equal(before, after) {
		p.differ("refunds that were refused changed something")
	}
	return nil
}
