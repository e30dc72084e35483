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

// counts reports whether the plan has a campaign with counters.
func (v *version) counts() bool {
	return slices.ContainsFunc(v.plan.Campaigns, func(c commission.Campaign) bool { return len(v.countersOf(&c, "")) > 0 })
}

// used tells the calculation what earlier orders use of the campaigns that can raise this one. An order that is posted locks what it reads, so that what is
// left of them is the same until it is written.
func (c *call) used(j *judged, people int, locks bool) error {
	if people == 0 {
		return nil
	}
	read := c.tx.Counters
	if locks {
		read = c.tx.LockCounters
	}
	var err error
	j.order.Used, err = c.usedOf(j.version, j.order, read)
	return err
}

// usedOf reads what stands on the counters of the campaigns that can raise an order.
func (c *call) usedOf(v *version, order *commission.Order, read func(context.Context, []store.CounterKey) ([]money.Amount, error)) ([]commission.Used, error) {
	keys := v.counterKeys(order)
	if len(keys) == 0 {
		return nil, nil
	}
	amounts, err := read(c.ctx, keys)
	if err != nil {
		return nil, err
	}
	var all []commission.Used
	for i, key := range keys {
		if n := len(all); n == 0 || all[n-1].Campaign != key.Campaign {
			all = append(all, commission.Used{Campaign: key.Campaign})
		}
		u := &all[len(all)-1]
		if key.Customer == "" {
			u.Total = amounts[i]
		} else {
			u.Customer = amounts[i]
		}
	}
	return all, nil
}

// counterKeys are the counters of the campaigns that can raise an order, in order.
func (v *version) counterKeys(order *commission.Order) []store.CounterKey {
	var keys []store.CounterKey
	campaigns := v.calc.Counted(order)
	for i := range campaigns {
		for _, k := range v.countersOf(&campaigns[i], order.Customer) {
			keys = append(keys, k.CounterKey)
		}
	}
	slices.SortFunc(keys, compareCounters)
	return keys
}

// lockCounted locks what is left of campaigns for orders that are judged again in one transaction, all of it at once and in order, and these keys with it.
// Each has a Case.
func (c *call) lockCounted(orders []settlement.Order, keys []store.CounterKey) error {
	for i := range orders {
		v, err := c.planOf(orders[i].Plan)
		if err != nil {
			return err
		}
		keys = append(keys, v.counterKeys(&orders[i].Case.Order)...)
	}
	if len(keys) == 0 {
		return nil
	}
	slices.SortFunc(keys, compareCounters)
	_, err := c.tx.LockCounters(c.ctx, slices.Compact(keys))
	return err
}

// usedByOthers reads what all orders but o use of the campaigns that can raise it, with what this transaction is going to count. lockCounted has locked
// the counters.
func (c *call) usedByOthers(v *version, o *settlement.Order, order *commission.Order) ([]commission.Used, error) {
	all, err := c.usedOf(v, order, c.tx.LockCounters)
	if err != nil {
		return nil, err
	}
	for i := range all {
		u := &all[i]
		if u.Total, err = u.Total.Add(c.counting[store.CounterKey{Campaign: u.Campaign}]); err != nil {
			return nil, err
		}
		if u.Customer, err = u.Customer.Add(c.counting[store.CounterKey{Campaign: u.Campaign, Customer: o.Customer}]); err != nil {
			return nil, err
		}
	}
	for _, use := range o.Campaigns {
		at := slices.IndexFunc(all, func(u commission.Used) bool { return u.Campaign == use.Campaign })
		if at < 0 {
			continue
		}
		for _, k := range v.countersOfUse(use.Campaign, o.Customer) {
			counted := &all[at].Total
			if k.Customer != "" {
				counted = &all[at].Customer
			}
			if *counted, err = counted.Sub(use.Added); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// willCount notes what a posting is going to change on counters, for the orders that the same transaction judges after it.
func (c *call) willCount(v *version, p *settlement.Posting) error {
	for _, use := range p.Campaigns {
		for _, k := range v.countersOfUse(use.Campaign, p.Order.Customer) {
			total, err := c.counting[k.CounterKey].Add(use.Added)
			if err != nil {
				return err
			}
			if c.counting == nil {
				c.counting = map[store.CounterKey]money.Amount{}
			}
			c.counting[k.CounterKey] = total
		}
	}
	return nil
}

func compareCounters(a, b store.CounterKey) int {
	return cmp.Or(cmp.Compare(a.Campaign, b.Campaign), cmp.Compare(a.Customer, b.Customer))
}

// count writes by how much what an order uses of campaigns changes. What an order reserves, when it is posted or judged again, must fit what there is, by
// the plan that judged it. A refund waits for nothing: rounding, or a loss that comes back, can make a campaign add again what an earlier refund released
// and others have used since.
func (c *call) count(v *version, p settlement.Posting) error {
	var changes []store.CounterChange
	refunds := len(p.Order.Refunds)
	reserves := refunds == 0 || p.Order.Refunds[refunds-1].Revision < p.Order.Revision
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

// countAgain is count for orders that were judged again, in the order in which they were.
func (c *call) countAgain(postings []settlement.Posting) error {
	for _, p := range postings {
		v, err := c.planOf(p.Order.Plan)
		if err != nil {
			return err
		}
		if err := c.count(v, p); err != nil {
			return err
		}
	}
	return nil
}

// countersOfUse are the counters of a campaign of the plan, by its name.
func (v *version) countersOfUse(name string, customer partner.Customer) []counted {
	at := slices.IndexFunc(v.plan.Campaigns, func(c commission.Campaign) bool { return c.Name == name })
	if at < 0 {
		return nil
	}
	return v.countersOf(&v.plan.Campaigns[at], customer)
}
