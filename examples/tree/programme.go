package main

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/tree/draw"
)

const plan = `{
  "currency": "CNY",
  "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "director", "weight": 2}],
  "commission": {"rates": ["10%", "5%"]}
}`

// fromProgramme lets the same people join a programme and sell, and draws its index: of what was paid in June, by the names of the shop's records.
func fromProgramme(people []person) (*draw.Drawing, error) {
	ctx := context.Background()
	prog, err := program.New(memstore.New(), program.Config{Plan: program.MustPlan(plan), Clock: func() time.Time { return june }})
	if err != nil {
		return nil, err
	}
	names := map[partner.ID]string{}
	for _, p := range people {
		names[p.id] = p.name
		if err := join(ctx, prog, p); err != nil {
			return nil, err
		}
	}
	index, err := prog.Team.Index(ctx, program.IndexOf{Sales: true, From: june, To: june.AddDate(0, 1, 0)})
	if err != nil {
		return nil, err
	}
	o := options
	o.Mask = func(n draw.Node) draw.Node {
		n.Label = names[n.ID]
		return n
	}
	return index.Draw(program.DrawTeam{Options: o})
}

// join makes somebody a partner in his place, with a customer who buys what he sells.
func join(ctx context.Context, prog *program.Program, p person) error {
	if _, err := prog.Partners.Add(ctx, program.Add{Partner: p.id, Level: p.level}); err != nil {
		return err
	}
	if p.recruiter != "" {
		if _, err := prog.Team.Recruit(ctx, program.Recruit{Partner: p.id, Recruiter: p.recruiter}); err != nil {
			return err
		}
	}
	customer := partner.Customer("customer of " + p.id)
	if _, err := prog.Team.Bind(ctx, program.Bind{Customer: customer, Owner: p.id}); err != nil {
		return err
	}
	_, err := prog.Orders.Paid(ctx, program.Order{
		ID: commission.OrderID("order of " + p.id), Customer: customer, PaidAt: june,
		Lines: []program.Line{{ID: "1", Product: "tea", Quantity: 1, Amount: p.sold}},
	})
	return err
}
