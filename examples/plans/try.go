package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/memstore"
)

// tried is what an order pays under a plan.
type tried struct {
	name      string
	paid      map[partner.ID]money.Amount
	others    money.Amount // those who do not stand above the sale
	total     money.Amount
	kept      money.Amount
	worst     decimal.Decimal // the most of a price that the plan can pay
	exact     bool
	reference commission.Audit
}

// line are the people above the sale, the seller first.
var line = []partner.ID{"seller", "up 1", "up 2", "up 3", "up 4", "up 5"}

var (
	places = commission.Places{ShipTo: "33/01"}

	noon  = time.Date(2026, 6, 18, 12, 0, 0, 0, time.UTC)
	price = decimal.RequireFromString("1000.00")
	cost  = decimal.RequireFromString("600.00")
)

// try sells something through a new programme with the plan.
func try(ctx context.Context, plan program.Plan) (tried, error) {
	t := tried{name: plan.Name, paid: map[partner.ID]money.Amount{}}
	prog, err := program.New(memstore.New(), program.Config{Plan: plan, Clock: func() time.Time { return noon }})
	if err != nil {
		return t, err
	}
	if err := cast(ctx, prog, plan); err != nil {
		return t, err
	}
	outcome, err := prog.Orders.Paid(ctx, program.Order{
		ID: "o-1", Customer: "buyer", Referrer: line[0], PaidAt: noon.Add(time.Hour), Places: places,
		Lines: []program.Line{{ID: "1", Quantity: 1, Amount: price, Cost: decimal.NewNullDecimal(cost)}},
	})
	if err != nil {
		return t, err
	}
	entries := outcome.Entries
	for _, bonus := range plan.Bonuses {
		run, err := prog.Bonuses.Preview(ctx, program.BonusRun{Bonus: bonus.Name, Period: commission.Calendar{}.PeriodAt(bonus.Every, noon)})
		if err != nil {
			return t, err
		}
		entries = append(entries, run.Entries...)
	}
	for _, e := range entries {
		if err := t.add(e); err != nil {
			return t, err
		}
	}
	if t.kept, err = outcome.Goods.Sub(t.total); err != nil {
		return t, err
	}
	return t, t.audit(plan)
}

// add counts an entry.
func (t *tried) add(e commission.Entry) (err error) {
	if t.total, err = t.total.Add(e.Amount); err != nil {
		return err
	}
	if slices.Contains(line, e.Payee) {
		t.paid[e.Payee], err = t.paid[e.Payee].Add(e.Amount)
		return err
	}
	t.others, err = t.others.Add(e.Amount)
	return err
}

// cast adds the people above the sale, two of each level from the lowest upwards, and those whom the plan names.
func cast(ctx context.Context, prog *program.Program, plan program.Plan) error {
	levels := slices.SortedFunc(slices.Values(plan.Levels), func(a, b incentive.Level) int { return cmp.Compare(a.Weight, b.Weight) })
	for i := len(line) - 1; i >= 0; i-- {
		add := program.Add{Partner: line[i]}
		if len(levels) > 0 {
			add.Level = levels[min(i/2, len(levels)-1)].ID
		}
		if _, err := prog.Partners.Add(ctx, add); err != nil {
			return err
		}
		if i == len(line)-1 {
			continue
		}
		if _, err := prog.Team.Recruit(ctx, program.Recruit{Partner: line[i], Recruiter: line[i+1]}); err != nil {
			return err
		}
	}
	calc, err := commission.New(plan.Currency.Currency, plan.Commission, plan.Campaigns...)
	if err != nil {
		return err
	}
	for _, id := range calc.Seats(&commission.Order{Places: places}) {
		if _, err := prog.Partners.Add(ctx, program.Add{Partner: id}); err != nil {
			return err
		}
	}
	_, err = prog.Team.Bind(ctx, program.Bind{Customer: "buyer", Owner: line[0]})
	return err
}

// audit finds the most that the plan can pay of goods like these.
func (t *tried) audit(plan program.Plan) error {
	var err error
	t.reference, err = plan.Audit(program.Mix{Goods: []commission.Goods{{Price: price, Cost: decimal.NewNullDecimal(cost)}}})
	if err != nil {
		return err
	}
	t.worst, t.exact = t.reference.Worst[0].Paid, t.reference.Worst[0].Exact
	if !t.exact {
		t.worst = t.reference.Worst[0].Bound
	}
	t.worst = t.worst.Add(t.reference.Periods)
	return nil
}

// percent writes 0.3 as "30%".
func percent(share decimal.Decimal) string { return fmt.Sprint(share.Shift(2).Round(2), "%") }
