package sqlstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

// exists returns what names a record of one key that exists already.
func exists(record string) func(key []any) error {
	return func(key []any) error { return &store.ExistsError{Record: record, Key: key[0].(string)} }
}

func (t *tx) AddPartners(ctx context.Context, partners []partner.Partner) error {
	tuples := make([][]any, len(partners))
	for i, p := range partners {
		tuples[i] = append([]any{string(p.ID), micros(p.Joined)}, recordOf(p.Record)...)
	}
	return t.add(ctx, &partnersTable, tuples, exists("partner"))
}

func (t *tx) Partners(ctx context.Context, ids []partner.ID) ([]partner.Partner, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found := map[partner.ID]partner.Partner{}
	err := t.selecting(ctx, &partnersTable, sortedKeys(singles(ids)), false, func(scan func(...any) error) error {
		p, err := scanPartner(scan)
		found[p.ID] = p
		return err
	})
	return inOrder(ids, found), err
}

// inOrder returns for each id what was found under it.
func inOrder[K comparable, V any](ids []K, found map[K]V) []V {
	out := make([]V, len(ids))
	for i, id := range ids {
		out[i] = found[id]
	}
	return out
}

func scanPartner(scan func(...any) error) (partner.Partner, error) {
	var p partner.Partner
	var joined int64
	var r scanned
	err := scan(append([]any{&p.ID, &joined}, r.into()...)...)
	p.Joined, p.Record = moment(joined), r.record()
	return p, err
}

func (t *tx) ScanPartners(ctx context.Context, after partner.ID, limit int) ([]partner.Partner, error) {
	var out []partner.Partner
	err := t.scanning(ctx, &partnersTable, "", []any{string(after)}, limit, func(scan func(...any) error) error {
		p, err := scanPartner(scan)
		out = append(out, p)
		return err
	})
	return out, err
}

// scanning reads records with a key above after, in order of key.
func (t *tx) scanning(ctx context.Context, of *table, where string, after []any, limit int, read func(scan func(...any) error) error) error {
	if err := t.reads(ctx); err != nil || limit < 1 {
		return err
	}
	q := t.query("SELECT "+list(of.key, of.rest)+" FROM {"+of.name+"} WHERE tenant = ? AND ", t.tenant)
	q.list(of.key)
	q.text.WriteString(" > ")
	q.values([][]any{after})
	return t.each(ctx, q.add(where+" ORDER BY "+list(of.key)+" LIMIT ?", int64(limit)), read)
}

func (t *tx) AddFacts(ctx context.Context, facts []partner.Fact) error {
	if err := t.writes(ctx); err != nil || len(facts) == 0 {
		return err
	}
	ids := make([]string, len(facts))
	for i, f := range facts {
		ids[i] = string(f.Partner)
	}
	counts, err := t.head(ctx, "facts", ids)
	if err != nil {
		return err
	}
	tuples := make([][]any, len(facts))
	for i, f := range facts {
		counts[ids[i]]++
		tuples[i] = append([]any{ids[i], counts[ids[i]], string(f.Kind), f.Value, micros(f.At)}, recordOf(f.Record)...)
	}
	t.wrote = true
	if err := t.insert(ctx, &factsTable, tuples, fresh); err != nil {
		return err
	}
	return t.setHead(ctx, "facts", counts)
}

func (t *tx) LockFacts(ctx context.Context, ids []partner.ID) ([][]partner.Fact, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	heads := make([]string, len(ids))
	for i, id := range ids {
		heads[i] = string(id)
	}
	if _, err := t.head(ctx, "facts", heads); err != nil {
		return nil, err
	}
	return t.facts(ctx, ids, true)
}

func (t *tx) Facts(ctx context.Context, ids []partner.ID) ([][]partner.Fact, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return t.facts(ctx, ids, false)
}

func (t *tx) facts(ctx context.Context, ids []partner.ID, lock bool) ([][]partner.Fact, error) {
	order := "" // they are put in order here, which takes less than there
	if lock {
		order = "partner, seq"
	}
	all := make([]partner.Fact, 0, 2*len(ids)) // most people have a status and a level
	var f partner.Fact
	var at int64
	var r scanned
	into := append([]any{&f.Partner, &f.Seq, &f.Kind, &f.Value, &at}, r.into()...)
	err := t.owned(ctx, &factsTable, factsTable.key[:1], singles(ids), order, lock, func(scan func(...any) error) error {
		err := scan(into...)
		f.At, f.Record = moment(at), r.record()
		all = append(all, f)
		return err
	})
	inTurn := func(a, b partner.Fact) int {
		return cmp.Or(cmp.Compare(a.Partner, b.Partner), cmp.Compare(a.Seq, b.Seq))
	}
	if !slices.IsSortedFunc(all, inTurn) {
		slices.SortFunc(all, inTurn)
	}
	found := make(map[partner.ID][]partner.Fact, len(ids))
	for len(all) > 0 {
		of, n := all[0].Partner, 1
		for n < len(all) && all[n].Partner == of {
			n++
		}
		found[of], all = all[:n:n], all[n:]
	}
	return inOrder(ids, found), err
}

// owned reads the records of which a column has one of these values, in an order if one is given; with a lock, so that they are those of this moment, where they are to
// be acted on.
func (t *tx) owned(ctx context.Context, of *table, by []column, keys [][]any, order string, lock bool, read func(scan func(...any) error) error) error {
	return t.chunks(sortedKeys(keys), func(keys [][]any) error {
		q := t.query("SELECT "+list(of.key, of.rest)+" FROM {"+of.name+"} WHERE tenant = ? AND ", t.tenant).among(by, keys)
		if order != "" {
			q.add(" ORDER BY " + order)
		}
		if t.current {
			lock = contended[of] // the others are only added to, by whoever has locked their head
		}
		if lock {
			t.locking(q)
		}
		return t.each(ctx, q, read)
	})
}

func (t *tx) Spent(ctx context.Context, customers []partner.Customer) ([]money.Amount, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	found, err := t.spent(ctx, customers)
	return inOrder(customers, found), err
}

func (t *tx) spent(ctx context.Context, customers []partner.Customer) (map[partner.Customer]money.Amount, error) {
	found := map[partner.Customer]money.Amount{}
	err := t.selecting(ctx, &customersTable, sortedKeys(singles(customers)), false, func(scan func(...any) error) error {
		s, err := scanSpend(scan)
		found[s.Customer] = s.Amount
		return err
	})
	return found, err
}

func (t *tx) AddSpend(ctx context.Context, spend []store.Spend) ([]money.Amount, error) {
	if err := t.writes(ctx); err != nil || len(spend) == 0 {
		return nil, err
	}
	customers := make([]partner.Customer, len(spend))
	for i, s := range spend {
		customers[i] = s.Customer
	}
	totals, err := t.lockSpent(ctx, customers)
	if err != nil {
		return nil, err
	}
	out, changed := make([]money.Amount, len(spend)), map[partner.Customer]bool{}
	for i, s := range spend {
		if out[i], err = totals[s.Customer].Add(s.Amount); err != nil {
			return nil, err
		}
		changed[s.Customer] = changed[s.Customer] || out[i] != totals[s.Customer]
		totals[s.Customer] = out[i]
	}
	t.wrote = true
	var tuples [][]any
	for _, key := range sortedKeys(singles(customers)) {
		customer := partner.Customer(key[0].(string))
		if t.spends[customer] = totals[customer]; changed[customer] {
			code, scale := currencyOf(totals[customer])
			tuples = append(tuples, []any{key[0], digits(totals[customer]), code, scale})
		}
	}
	return out, t.insert(ctx, &customersTable, tuples, upsert)
}

// lockSpent locks what customers have spent, as far as it is not locked yet, and returns it.
func (t *tx) lockSpent(ctx context.Context, customers []partner.Customer) (map[partner.Customer]money.Amount, error) {
	totals := make(map[partner.Customer]money.Amount, len(customers))
	var unlocked []partner.Customer
	for _, c := range customers {
		total, locked := t.spends[c]
		if totals[c] = total; !locked {
			unlocked = append(unlocked, c)
		}
	}
	if len(unlocked) == 0 {
		return totals, nil
	}
	if t.spends == nil {
		t.spends = map[partner.Customer]money.Amount{}
	}
	return totals, t.lock(ctx, &customersTable, singles(unlocked), []any{"0", "", int64(0)}, func(scan func(...any) error) error {
		s, err := scanSpend(scan)
		totals[s.Customer], t.spends[s.Customer] = s.Amount, s.Amount
		return err
	})
}

func scanSpend(scan func(...any) error) (store.Spend, error) {
	var s store.Spend
	var units, code string
	var scale int64
	if err := scan(&s.Customer, &units, &code, &scale); err != nil {
		return s, err
	}
	var err error
	s.Amount, err = amountOf(units, code, scale)
	return s, err
}

func (t *tx) ScanCustomers(ctx context.Context, after partner.Customer, limit int) ([]store.Spend, error) {
	if err := t.reads(ctx); err != nil || limit < 1 {
		return nil, err
	}
	// Each side gives as many as are asked for, so that neither is read whole.
	q := t.query("SELECT id FROM (SELECT id FROM (SELECT id FROM {customers} WHERE tenant = ? AND id > ? AND currency <> '' ORDER BY id LIMIT ?"+t.sharing()+") a "+
		"UNION SELECT id FROM (SELECT DISTINCT customer AS id FROM {bindings} WHERE tenant = ? AND customer > ? ORDER BY customer LIMIT ?"+t.sharing()+") b) c "+
		"ORDER BY id LIMIT ?", t.tenant, string(after), int64(limit), t.tenant, string(after), int64(limit), int64(limit))
	var ids []partner.Customer
	err := t.each(ctx, q, func(scan func(...any) error) error {
		var id partner.Customer
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	spent, err := t.spent(ctx, ids)
	out := make([]store.Spend, len(ids))
	for i, id := range ids {
		out[i] = store.Spend{Customer: id, Amount: spent[id]}
	}
	return out, err
}
