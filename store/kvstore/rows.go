package kvstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// rowName is what a row is found by; its amount tells the currency.
type rowName struct {
	Source   settlement.Source
	Payee    partner.ID
	Revision int64
	Amount   money.Amount
}

func nameOf(r *settlement.Row) rowName { return rowName{r.Source, r.Payee, r.Revision, r.Amount} }

func (t *tx) rowsOf(source settlement.Source) path {
	return t.at("rows").text(string(source.Kind)).text(source.ID)
}

func (t *tx) rowKey(n rowName) path {
	return t.rowsOf(n.Source).number(n.Revision).text(string(n.Payee)).currency(n.Amount.Currency())
}

func (t *tx) payeeRows(payee partner.ID) path { return t.at("payee rows").text(string(payee)) }

// placeOf adds where a row stands among its payee's, newest first.
func placeOf(p path, c store.RowCursor) path {
	return p.down(path("").instant(c.At).text(string(c.Source.Kind)).text(c.Source.ID).number(c.Revision).currency(c.Currency))
}

func (t *tx) unfoldedOf(payee partner.ID) path { return t.at("unfolded rows").text(string(payee)) }

func (t *tx) unfoldedKey(n rowName) path {
	return t.unfoldedOf(n.Payee).currency(n.Amount.Currency()).text(string(n.Source.Kind)).text(n.Source.ID).number(n.Revision)
}

func (t *tx) AddRows(ctx context.Context, rows []settlement.Row) error {
	err := add(ctx, t, rows, func(r settlement.Row) path { return t.rowKey(nameOf(&r)) }, func(r settlement.Row) error {
		return &store.ExistsError{Record: "row", Key: fmt.Sprintf("%s/%s/%s/%s/%d", r.Source.Kind, r.Source.ID, r.Payee, r.Amount.Currency(), r.Revision)}
	})
	if err != nil {
		return err
	}
	for i := range rows {
		r, name := &rows[i], nameOf(&rows[i])
		entries := []path{placeOf(t.payeeRows(r.Payee), store.RowCursor{At: r.At, Source: r.Source, Revision: r.Revision, Currency: r.Amount.Currency()})}
		if r.Folded.IsZero() {
			entries = append(entries, t.unfoldedKey(name))
		}
		if err := reindex(t, nil, entries, name); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) Rows(ctx context.Context, sources []settlement.Source) ([][]settlement.Row, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return scans[settlement.Row](ctx, t, ranges(sources, t.rowsOf))
}

func (t *tx) PartnerRows(ctx context.Context, payee partner.ID, after store.RowCursor, limit int) ([]settlement.Row, error) {
	r := t.payeeRows(payee).under()
	if r.Limit = limit; after != (store.RowCursor{}) {
		r.From = placeOf(t.payeeRows(payee), after).next()
	}
	names, err := scanned[rowName](ctx, t, r)
	if err != nil {
		return nil, err
	}
	return load[settlement.Row](ctx, t, keys(names, t.rowKey))
}

// FoldRows locks what it takes. Of several that run at once one takes the first rows, and the others begin again with those that are left.
func (t *tx) FoldRows(ctx context.Context, limit int, instant time.Time) ([]settlement.Row, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	r := t.at("unfolded rows").under()
	r.Limit = limit
	names, err := scanned[rowName](ctx, t, r)
	if err != nil {
		return nil, err
	}
	rows, err := locked[settlement.Row](ctx, t, keys(names, t.rowKey))
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(r settlement.Row) bool { return !r.Folded.IsZero() }) // since the index was read
	for i := range rows {
		rows[i].Folded = instant
		if err := t.mark(rows[i]); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// mark writes a row that is folded.
func (t *tx) mark(r settlement.Row) error {
	t.remove(t.unfoldedKey(nameOf(&r)))
	return write(t, t.rowKey(nameOf(&r)), r)
}

func (t *tx) ReleaseRows(ctx context.Context, sources []settlement.Source, instant time.Time) ([]settlement.Row, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	all, err := t.Rows(ctx, sources)
	if err != nil {
		return nil, err
	}
	rows := slices.DeleteFunc(slices.Concat(all...), func(r settlement.Row) bool { return !r.Released.IsZero() })
	compare := func(a, b settlement.Row) int {
		return cmp.Or(cmp.Compare(a.Payee, b.Payee), a.Amount.Currency().Cmp(b.Amount.Currency()), cmp.Compare(a.Source.Kind, b.Source.Kind),
			cmp.Compare(a.Source.ID, b.Source.ID), cmp.Compare(a.Revision, b.Revision))
	}
	slices.SortFunc(rows, compare)
	rows = slices.CompactFunc(rows, func(a, b settlement.Row) bool { return compare(a, b) == 0 }) // a source may come twice
	rows, err = locked[settlement.Row](ctx, t, keys(rows, func(r settlement.Row) path { return t.rowKey(nameOf(&r)) }))
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(r settlement.Row) bool { return !r.Released.IsZero() }) // since they were found
	for _, r := range rows {
		r.Released = instant
		if r.Folded.IsZero() {
			r.Folded = instant
		}
		if err := t.mark(r); err != nil {
			return nil, err
		}
	}
	return rows, nil
}
