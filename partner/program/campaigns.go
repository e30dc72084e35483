package program

import (
	"cmp"
	"context"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// counted is a counter of a campaign, with the most that it may stand at.
type counted struct {
	store.CounterKey
	most money.Amount
}

// countersOf are the counters of a campaign and a customer: that of its budget and that of its cap for each customer, as far as the plan has them.
func (v *version) countersOf(c *commission.Campaign, customer partner.Customer) []counted {
	var all []counted
	if most, err := v.calc.Currency().Amount(c.Budget.Decimal); c.Budget.Valid && err == nil {
		all = append(all, counted{store.CounterKey{Campaign: c.Name}, most})
	}
	if most, err := v.calc.Currency().Amount(c.PerCustomer.Decimal); c.PerCustomer.Valid && err == nil {
		all = append(all, counted{store.CounterKey{Campaign: c.Name, Customer: customer}, most})
	}
	return all
}

// used tells the calculation what earlier orders use of the campaigns that can raise this one. An order that is posted locks what it reads, so that what is
// left of them is the same until it is written.
func (c *call) used(j *judged, people int, locks bool) error {
	campaigns := j.version.calc.Counted(j.order)
	if len(campaigns) == 0 || people == 0 {
		return nil
	}
	var keys []store.CounterKey
	for i := range campaigns {
		for _, k := range j.version.countersOf(&campaigns[i], j.order.Customer) {
			keys = append(keys, k.CounterKey)
		}
	}
	slices.SortFunc(keys, compareCounters)
	var read func(context.Context, []store.CounterKey) ([]money.Amount, error) = c.tx.Counters
	if locks {
		read = c.tx.LockCounters
	}
	amounts, err := read(c.ctx, keys)
	if err != nil {
		return err
	}
	for i, key := range keys {
		if n := len(j.order.Used); n == 0 || j.order.Used[n-1].Campaign != key.Campaign {
			j.order.Used = append(j.order.Used, commission.Used{Campaign: key.Campaign})
		}
		u := &j.order.Used[len(j.order.Used)-1]
		if key.Customer == "" {
			u.Total = amounts[i]
		} else {
			u.Customer = amounts[i]
		}
	}
	return nil
}

func compareCounters(a, b store.CounterKey) int {
	return cmp.Or(cmp.Compare(a.Campaign, b.Campaign), cmp.Compare(a.Customer, b.Customer))
}

// count writes by how much what an order uses of campaigns changes. What an order reserves must fit what there is, by the plan that judged it. A refund
// waits for nothing: rounding, or a loss that comes back, can make a campaign add again what an earlier refund released and others have used since.
func (c *call) count(v *version, p settlement.Posting) error {
	var changes []store.CounterChange
	reserves := len(p.Order.Refunds) == 0
	for _, use := range p.Campaigns {
		for _, k := range v.countersOfUse(use.Campaign, p.Order.Customer) {
			change := store.CounterChange{CounterKey: k.CounterKey, Amount: use.Added}
			if reserves && use.Added.Sign() > 0 {
				change.Most = &k.most
			}
			changes = append(changes, change)
		}
	}
	if len(changes) == 0 {
		return nil
	}
	slices.SortFunc(changes, func(a, b store.CounterChange) int { return compareCounters(a.CounterKey, b.CounterKey) })
	return c.tx.ChangeCounters(c.ctx, changes)
}

// countersOfUse are the counters of a campaign of the plan, by its name.
func (v *version) countersOfUse(name string, customer partner.Customer) []counted {
	at := slices.IndexFunc(v.plan.Campaigns, func(c commission.Campaign) bool { return c.Name == name })
	if at < 0 {
		return nil
	}
	return v.countersOf(&v.plan.Campaigns[at], customer)
}
