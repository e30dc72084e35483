package settlement

import (
	"cmp"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// SourceKind is a kind of thing that pays.
type SourceKind string

// OrderSource is a paid order.
const OrderSource SourceKind = "order"

// Source is what pays: an order, a part of a period run, or the one-off bonuses for a user.
type Source struct {
	Kind SourceKind
	ID   string
}

// OfOrder returns the source that an order is.
func OfOrder(id commission.OrderID) Source { return Source{Kind: OrderSource, ID: string(id)} }

// Row is what a source pays one payee in one currency and one revision: the sum of its entries. It is unique by source, payee, currency and revision, and
// immutable but for Folded and Released, which are set once.
type Row struct {
	Source   Source
	Payee    partner.ID
	Revision int64 // of the source: the posting, then each refund
	Key      string
	Amount   money.Amount // its currency is that of the row: cash or another asset
	Entries  []commission.Entry
	At       time.Time // when it took effect, by the host's clock
	Folded   time.Time // when it was added to the balance; zero: not yet
	Released time.Time // when it became available; zero: not yet
	partner.Record
}

// Clone returns a copy that shares no memory with r.
func (r Row) Clone() Row {
	r.Entries = CloneEntries(r.Entries)
	return r
}

// CloneEntries returns a copy of the entries that shares no memory with them.
func CloneEntries(entries []commission.Entry) []commission.Entry {
	entries = slices.Clone(entries)
	for i := range entries {
		entries[i] = entries[i].Clone()
	}
	return entries
}

// own returns a copy of what p points to, nil for nil.
func own[T any](p *T) *T {
	if p == nil {
		return nil
	}
	copied := *p
	return &copied
}

// rows packs entries into one row a payee and currency, in order of both. Payees whose entries cancel out get a row too, since its entries say why.
func rows(source Source, revision int64, key string, at time.Time, record partner.Record, entries []commission.Entry) ([]Row, error) {
	order := func(a, b *commission.Entry) int {
		return cmp.Or(cmp.Compare(a.Payee, b.Payee), a.Amount.Currency().Cmp(b.Amount.Currency()))
	}
	places := make([]int, len(entries)) // which are sorted, since an entry is large
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int { return cmp.Or(order(&entries[a], &entries[b]), a-b) })
	sorted := make([]commission.Entry, len(entries))
	for i, place := range places {
		sorted[i] = entries[place]
	}
	var all []Row
	for start := 0; start < len(sorted); {
		end := start
		total := money.Amount{}
		var err error
		for end < len(sorted) && order(&sorted[end], &sorted[start]) == 0 {
			if total, err = total.Add(sorted[end].Amount); err != nil {
				return nil, err
			}
			end++
		}
		all = append(all, Row{
			Source: source, Payee: sorted[start].Payee, Revision: revision, Key: key, Amount: total,
			Entries: sorted[start:end:end], At: at, Record: record,
		})
		start = end
	}
	return all, nil
}
