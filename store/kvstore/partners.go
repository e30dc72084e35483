package kvstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

func (t *tx) partnerKey(id partner.ID) path { return t.at("partners").text(string(id)) }

func (t *tx) AddPartners(ctx context.Context, partners []partner.Partner) error {
	return add(ctx, t, partners, func(p partner.Partner) path { return t.partnerKey(p.ID) },
		func(p partner.Partner) error { return &store.ExistsError{Record: "partner", Key: string(p.ID)} })
}

func (t *tx) Partners(ctx context.Context, ids []partner.ID) ([]partner.Partner, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return load[partner.Partner](ctx, t, keys(ids, t.partnerKey))
}

func (t *tx) ScanPartners(ctx context.Context, after partner.ID, limit int) ([]partner.Partner, error) {
	return scanned[partner.Partner](ctx, t, t.at("partners").page(t.partnerKey(after), limit))
}

// factCountKey is of the number of a partner's facts, which every addition changes.
func (t *tx) factCountKey(id partner.ID) path { return t.at("fact counts").text(string(id)) }

func (t *tx) factsOf(id partner.ID) path { return t.at("facts").text(string(id)) }

func (t *tx) AddFacts(ctx context.Context, facts []partner.Fact) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	counts, err := locked[int64](ctx, t, keys(facts, func(f partner.Fact) path { return t.factCountKey(f.Partner) }))
	if err != nil {
		return err
	}
	count := map[partner.ID]int64{}
	for i, f := range facts {
		count[f.Partner] = max(count[f.Partner], counts[i]) + 1
		f.Seq = count[f.Partner]
		if err := write(t, t.factsOf(f.Partner).number(f.Seq), f); err != nil {
			return err
		}
		if err := write(t, t.factCountKey(f.Partner), f.Seq); err != nil {
			return err
		}
	}
	return nil
}

// LockFacts locks the counts first: what comes after that changes them, and the commit finds it.
func (t *tx) LockFacts(ctx context.Context, ids []partner.ID) ([][]partner.Fact, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	if _, err := t.lock(ctx, keys(ids, t.factCountKey)); err != nil {
		return nil, err
	}
	return t.Facts(ctx, ids)
}

func (t *tx) Facts(ctx context.Context, ids []partner.ID) ([][]partner.Fact, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return scans[partner.Fact](ctx, t, ranges(ids, t.factsOf))
}

// ranges are all that is of each of several things.
func ranges[T any](all []T, of func(T) path) []Range {
	out := make([]Range, len(all))
	for i, one := range all {
		out[i] = of(one).under()
	}
	return out
}

func (t *tx) spentKey(id partner.Customer) path { return t.at("spent").text(string(id)) }

func (t *tx) AddSpend(ctx context.Context, spend []store.Spend) ([]money.Amount, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	key := func(s store.Spend) path { return t.spentKey(s.Customer) }
	if _, err := t.lock(ctx, keys(spend, key)); err != nil {
		return nil, err
	}
	out := make([]money.Amount, len(spend))
	for i, s := range spend {
		total, err := decode[store.Spend](t.now(key(s)))
		if err != nil {
			return nil, t.fail(err)
		}
		if out[i], err = total.Amount.Add(s.Amount); err != nil {
			return nil, err
		}
		if out[i] == (money.Amount{}) {
			continue
		}
		if err := write(t, key(s), store.Spend{Customer: s.Customer, Amount: out[i]}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t *tx) Spent(ctx context.Context, customers []partner.Customer) ([]money.Amount, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	spent, err := load[store.Spend](ctx, t, keys(customers, t.spentKey))
	if err != nil {
		return nil, err
	}
	out := make([]money.Amount, len(customers))
	for i := range spent {
		out[i] = spent[i].Amount
	}
	return out, nil
}

// ScanCustomers reads as many of those who have spent as of those who were bound: of neither can more be among the first.
func (t *tx) ScanCustomers(ctx context.Context, after partner.Customer, limit int) ([]store.Spend, error) {
	out, err := scanned[store.Spend](ctx, t, t.at("spent").page(t.spentKey(after), limit))
	if err != nil {
		return nil, err
	}
	bound, err := scanned[partner.Customer](ctx, t, t.at("binding heads").page(t.bindingHeadKey(after), limit))
	if err != nil {
		return nil, err
	}
	for _, id := range bound {
		out = append(out, store.Spend{Customer: id})
	}
	// He who is there twice keeps the first, with what he has spent.
	slices.SortStableFunc(out, func(a, b store.Spend) int { return cmp.Compare(a.Customer, b.Customer) })
	out = slices.CompactFunc(out, func(a, b store.Spend) bool { return a.Customer == b.Customer })
	return out[:min(len(out), max(limit, 0))], nil
}
