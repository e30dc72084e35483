package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// shop is what the files of a shop say.
type shop struct {
	members []member
	orders  []*program.Order // in order of time, then id
	byID    map[commission.OrderID]*program.Order
	lines   int
	returns
}

// member is a row of a tree.csv.
type member struct {
	id, recruiter partner.ID
	joined        time.Time
}

// readTree reads who recruited whom.
func readTree(path, layout string) ([]member, error) {
	var members []member
	seen := map[partner.ID]bool{}
	_, err := readCSV(path, []string{"customer", "referrer", "joined"}, func(r *row) error {
		m := member{partner.ID(r.needed("customer")), partner.ID(r.text("referrer")), r.instant("joined", layout)}
		if seen[m.id] {
			return fmt.Errorf("%s:%d: %s comes twice", r.file, r.line, m.id)
		}
		seen[m.id] = true
		members = append(members, m)
		return nil
	})
	return members, err
}

// sell adds a line to its order, which is paid at the time of its earliest line.
func (s *shop) sell(r *row, order string, at time.Time, line program.Line) error {
	id, customer := commission.OrderID(order), partner.Customer(r.needed("customer"))
	o := s.byID[id]
	if o == nil {
		o = &program.Order{ID: id, Customer: customer, PaidAt: at}
		if s.byID == nil {
			s.byID = map[commission.OrderID]*program.Order{}
		}
		s.byID[id] = o
		s.orders = append(s.orders, o)
	}
	if o.Customer != customer {
		return fmt.Errorf("%s:%d: order %s belongs to %s and to %s", r.file, r.line, id, o.Customer, customer)
	}
	if at.Before(o.PaidAt) {
		o.PaidAt = at
	}
	o.Lines = append(o.Lines, line)
	s.lines++
	return nil
}

func (s *shop) sort() {
	slices.SortFunc(s.orders, func(a, b *program.Order) int { return cmp.Or(a.PaidAt.Compare(b.PaidAt), cmp.Compare(a.ID, b.ID)) })
}

// joinAndPay returns the steps of everybody who joined and everything that was paid; after sees each outcome.
func (s *shop) joinAndPay(ctx context.Context, p *player, after func(*program.Order, *program.Outcome)) []step {
	steps := make([]step, 0, len(s.members)+len(s.orders))
	for _, m := range s.members {
		steps = append(steps, step{m.joined, func() error { return p.join(ctx, m) }})
	}
	for _, o := range s.orders {
		steps = append(steps, step{o.PaidAt, func() error {
			return p.pay(ctx, o, func(paid *program.Outcome) { after(o, paid) })
		}})
	}
	return steps
}
