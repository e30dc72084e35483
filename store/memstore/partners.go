package memstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

func (t *tx) AddPartners(ctx context.Context, partners []partner.Partner) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, p := range partners {
		if _, ok := t.partners.values[p.ID]; ok {
			return &store.ExistsError{Record: "partner", Key: string(p.ID)}
		}
		t.partners.set(t, p.ID, p)
	}
	return nil
}

func (t *tx) Partners(ctx context.Context, ids []partner.ID) ([]partner.Partner, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([]partner.Partner, len(ids))
	for i, id := range ids {
		out[i] = t.partners.values[id]
	}
	return out, nil
}

func (t *tx) ScanPartners(ctx context.Context, after partner.ID, limit int) ([]partner.Partner, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var out []partner.Partner
	for _, id := range t.partners.after(after, limit) {
		out = append(out, t.partners.values[id])
	}
	return out, nil
}

func (t *tx) AddFacts(ctx context.Context, facts []partner.Fact) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for _, f := range facts {
		known := t.facts[f.Partner]
		f.Seq = int64(len(known)) + 1
		put(t, t.facts, f.Partner, append(known, f)) // undone, the list is as long as it was, whatever lies beyond its end
	}
	return nil
}

// LockFacts reads: one Update runs at a time.
func (t *tx) LockFacts(ctx context.Context, ids []partner.ID) ([][]partner.Fact, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	return t.Facts(ctx, ids)
}

func (t *tx) Facts(ctx context.Context, ids []partner.ID) ([][]partner.Fact, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([][]partner.Fact, len(ids))
	for i, id := range ids {
		out[i] = slices.Clone(t.facts[id])
	}
	return out, nil
}

func (t *tx) AddSpend(ctx context.Context, spend []store.Spend) ([]money.Amount, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	out := make([]money.Amount, len(spend))
	for i, s := range spend {
		total, err := t.spend[s.Customer].Add(s.Amount)
		if err != nil {
			return nil, err
		}
		if out[i] = total; total != (money.Amount{}) {
			put(t, t.spend, s.Customer, total)
		}
	}
	return out, nil
}

func (t *tx) Spent(ctx context.Context, customers []partner.Customer) ([]money.Amount, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([]money.Amount, len(customers))
	for i, c := range customers {
		out[i] = t.spend[c]
	}
	return out, nil
}

func (t *tx) ScanCustomers(ctx context.Context, after partner.Customer, limit int) ([]store.Spend, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	var ids []partner.Customer
	for id := range t.spend {
		ids = append(ids, id)
	}
	for id := range t.bindings {
		if _, ok := t.spend[id]; !ok {
			ids = append(ids, id)
		}
	}
	var out []store.Spend
	for _, id := range page(ids, cmp.Compare, after, limit) {
		out = append(out, store.Spend{Customer: id, Amount: t.spend[id]})
	}
	return out, nil
}
