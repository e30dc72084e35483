package program

import (
	"maps"
	"slices"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// spend adds what the buyer of an order has spent on it to what his total should be.
func (a *audit) spend(o *settlement.Order, v *version) error {
	on, err := spentOn(v, o)
	total := a.spends[o.Customer]
	sum(&total, on)
	a.spends[o.Customer] = total
	return err
}

// spent compares what each customer has spent with what his orders come to.
func (a *audit) spent() error {
	err := pages(a.ctx, a.tx.ScanCustomers, func(s *store.Spend) partner.Customer { return s.Customer }, func(page []store.Spend) error {
		for _, s := range page {
			a.spentBy(s)
			delete(a.spends, s.Customer)
		}
		return nil
	})
	for _, customer := range slices.Sorted(maps.Keys(a.spends)) {
		a.spentBy(store.Spend{Customer: customer})
	}
	return err
}

func (a *audit) spentBy(s store.Spend) {
	should := a.spends[s.Customer]
	if a.derived(should.Units() == s.Amount.Units(), "I12", string(s.Customer), "he has spent %s, his orders come to %s", s.Amount, should) {
		a.mends.spent = append(a.mends.spent, store.Spend{Customer: s.Customer, Amount: missing(should, s.Amount)})
	}
}
