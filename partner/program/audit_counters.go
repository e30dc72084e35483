package program

import (
	"maps"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// use adds what an order uses of campaigns to what their counters should be.
func (a *audit) use(o *settlement.Order, v *version) {
	for _, use := range o.Campaigns {
		for _, k := range v.countersOfUse(use.Campaign, o.Customer) {
			total := a.uses[k.CounterKey]
			sum(&total, use.Added)
			a.uses[k.CounterKey] = total
		}
	}
}

// usesOf compares what an order uses of campaigns with what they add to what is left of it.
func (a *audit) usesOf(o *settlement.Order, left []commission.CampaignUse) {
	if len(o.Campaigns)+len(left) == 0 {
		return
	}
	same := slices.EqualFunc(o.Campaigns, left, func(x, y commission.CampaignUse) bool {
		return x.Campaign == y.Campaign && x.Added.Units() == y.Added.Units()
	})
	a.check(same, "I6", string(o.ID), "it uses %v of campaigns, what is left of it %v", o.Campaigns, left)
}

// counters compares every counter with what the orders use.
func (a *audit) counters() error {
	err := pages(a.ctx, a.tx.ScanCounters, func(c *store.Counter) store.CounterKey { return c.CounterKey }, func(page []store.Counter) error {
		for _, c := range page {
			a.counter(c)
			delete(a.uses, c.CounterKey)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range slices.SortedFunc(maps.Keys(a.uses), compareCounters) {
		a.counter(store.Counter{CounterKey: key})
	}
	return nil
}

func (a *audit) counter(c store.Counter) {
	subject := c.Campaign
	if c.Customer != "" {
		subject += " for " + string(c.Customer)
	}
	used := a.uses[c.CounterKey]
	if a.derived(used.Units() == c.Amount.Units(), "I12", subject, "counted %s, the orders use %s", c.Amount, used) {
		a.mends.counters = append(a.mends.counters, store.CounterChange{CounterKey: c.CounterKey, Amount: missing(used, c.Amount)})
	}
}
