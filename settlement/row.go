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

// rows packs entries into one row a payee and currency, in order of both. Payees whose entries cancel out get a row too, since its entries say why. The entries
// are put in order in place, and are then the rows'.
func rows(source Source, revision int64, key string, at time.Time, record partner.Record, entries []commission.Entry) ([]Row, error) {
	order := func(a, b *commission.Entry) int {
		return cmp.Or(cmp.Compare(a.Payee, b.Payee), a.Amount.Currency().Cmp(b.Amount.Currency()))
	}
	places := make([]int, len(entries)) // which are sorted, since an entry is large
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int { return cmp.Or(order(&entries[a], &entries[b]), a-b) })
	arrange(entries, places)
	payees := 0
	for i := range entries {
		if i == 0 || order(&entries[i], &entries[i-1]) != 0 {
			payees++
		}
	}
	all := make([]Row, 0, payees)
	for start := 0; start < len(entries); {
		end := start
		total := money.Amount{}
		var err error
		for end < len(entries) && order(&entries[end], &entries[start]) == 0 {
			if total, err = total.Add(entries[end].Amount); err != nil {
				return nil, err
			}
			end++
		}
		all = append(all, Row{
			Source: source, Payee: entries[start].Payee, Revision: revision, Key: key, Amount: total,
			Entries: entries[start:end:end], At: at, Record: record,
		})
		start = end
	}
	return all, nil
}

// arrange puts the entry of places[i] at i, along each ring of places with one entry in hand. places is used up.
func arrange(entries []commission.Entry, places []int) {
	for i := range places {
		if places[i] == i {
			continue
		}
		hand, at := entries[i], i
		for places[at] != i {
			next := places[at]
			entries[at], places[at] = entries[next], at
			at = next
		}
		entries[at], places[at] = hand, at
	}
}
