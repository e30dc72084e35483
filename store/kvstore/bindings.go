package kvstore

import (
	"context"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// binding keeps a binding's record beside it: both have a reason.
type binding struct {
	Binding tree.Binding
	Record  partner.Record
}

// bindingIDKey is of the customer of a binding, by its id.
func (t *tx) bindingIDKey(b tree.Binding) path { return t.at("binding ids").text(b.ID) }

func (t *tx) bindingsOf(customer partner.Customer) path {
	return t.at("bindings").text(string(customer))
}

// bindingHeadKey is of a record that changes with every binding of a customer.
func (t *tx) bindingHeadKey(customer partner.Customer) path {
	return t.at("binding heads").text(string(customer))
}

// customersOf are those of whom a binding names somebody as the owner.
func (t *tx) customersOf(owner partner.ID) path { return t.at("owned").text(string(owner)) }

func (t *tx) AddBindings(ctx context.Context, bindings []tree.Binding) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	if _, err := t.lock(ctx, keys(bindings, t.bindingIDKey)); err != nil {
		return err
	}
	for _, b := range bindings {
		if t.now(t.bindingIDKey(b)) != nil {
			return &store.ExistsError{Record: "binding", Key: b.ID}
		}
		if err := write(t, t.bindingsOf(b.Customer).instant(b.At).text(b.ID), binding{b, b.Record}); err != nil {
			return err
		}
		names := []path{t.bindingIDKey(b), t.bindingHeadKey(b.Customer)}
		if b.Owner != "" {
			names = append(names, t.customersOf(b.Owner).text(string(b.Customer)))
		}
		if err := reindex(t, nil, names, b.Customer); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) LockBindings(ctx context.Context, customers []partner.Customer) ([][]tree.Binding, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	if _, err := t.lock(ctx, keys(customers, t.bindingHeadKey)); err != nil {
		return nil, err
	}
	return t.Bindings(ctx, customers)
}

func (t *tx) Bindings(ctx context.Context, customers []partner.Customer) ([][]tree.Binding, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found, err := scans[binding](ctx, t, ranges(customers, t.bindingsOf))
	if err != nil {
		return nil, err
	}
	out := make([][]tree.Binding, len(customers))
	for i := range found {
		for _, b := range found[i] {
			b.Binding.Record = b.Record
			out[i] = append(out[i], b.Binding)
		}
	}
	return out, nil
}

func (t *tx) CustomersOf(ctx context.Context, owner partner.ID, after partner.Customer, limit int) ([]partner.Customer, error) {
	of := t.customersOf(owner)
	return scanned[partner.Customer](ctx, t, of.page(of.text(string(after)), limit))
}
