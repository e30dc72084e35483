package memstore

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

func (t *tx) AddRows(ctx context.Context, rows []settlement.Row) error {
	if err := t.writes(ctx); err != nil {
		return err
	}
	for i := range rows {
		own := rows[i].Clone()
		row := &own
		all := t.rows[row.Source]
		at, found := slices.BinarySearchFunc(all, row, compareInSource)
		if found {
			return &store.ExistsError{Record: "row", Key: fmt.Sprintf("%s/%s/%s/%s/%d", row.Source.Kind, row.Source.ID, row.Payee, row.Amount.Currency(), row.Revision)}
		}
		put(t, t.rows, row.Source, slices.Insert(slices.Clone(all), at, row))
		t.addToPayee(row)
		if row.Folded.IsZero() {
			push(t, &t.unfolded, row)
			if err := t.addPending(row, row.Amount); err != nil {
				return err
			}
		}
	}
	return nil
}

// addToPayee keeps each payee's rows in order of their cursors. Rows come mostly in that order, so that the new one goes to the end.
func (t *tx) addToPayee(row *settlement.Row) {
	payee := row.Payee
	all := t.payees[payee]
	at, _ := slices.BinarySearchFunc(all, cursorOf(row), func(r *settlement.Row, c store.RowCursor) int { return compareCursors(cursorOf(r), c) })
	t.payees[payee] = slices.Insert(all, at, row)
	t.onUndo(func() { t.payees[payee] = slices.Delete(t.payees[payee], at, at+1) })
}

func compareInSource(a, b *settlement.Row) int {
	return cmp.Or(cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Payee, b.Payee), compareCurrencies(a, b))
}

func compareByPayee(a, b settlement.Row) int {
	return cmp.Or(cmp.Compare(a.Payee, b.Payee), compareCurrencies(&a, &b), compareSources(a.Source, b.Source), cmp.Compare(a.Revision, b.Revision))
}

func compareCurrencies(a, b *settlement.Row) int { return a.Amount.Currency().Cmp(b.Amount.Currency()) }

func compareSources(a, b settlement.Source) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
}

// addPending adds to what is pending where a row is.
func (t *tx) addPending(row *settlement.Row, amount money.Amount) error {
	a := account{row.Payee, row.Amount.Currency()}
	sum, err := t.pending[a].Add(amount)
	if err == nil {
		t.open(a)
		put(t, t.pending, a, sum)
	}
	return err
}

func (t *tx) Rows(ctx context.Context, sources []settlement.Source) ([][]settlement.Row, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	out := make([][]settlement.Row, len(sources))
	for i, source := range sources {
		for _, row := range t.rows[source] {
			out[i] = append(out[i], row.Clone())
		}
	}
	return out, nil
}

func (t *tx) PartnerRows(ctx context.Context, payee partner.ID, after store.RowCursor, limit int) ([]settlement.Row, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	rows := t.payees[payee]
	end := len(rows)
	if after != (store.RowCursor{}) {
		end, _ = slices.BinarySearchFunc(rows, after, func(r *settlement.Row, c store.RowCursor) int { return compareCursors(cursorOf(r), c) })
	}
	var out []settlement.Row
	for i := end - 1; i >= 0 && len(out) < limit; i-- {
		out = append(out, rows[i].Clone())
	}
	return out, nil
}

func cursorOf(r *settlement.Row) store.RowCursor {
	return store.RowCursor{At: r.At, Source: r.Source, Revision: r.Revision, Currency: r.Amount.Currency()}
}

func compareCursors(a, b store.RowCursor) int {
	return cmp.Or(a.At.Compare(b.At), compareSources(a.Source, b.Source), cmp.Compare(a.Revision, b.Revision), a.Currency.Cmp(b.Currency))
}

func (t *tx) FoldRows(ctx context.Context, limit int, instant time.Time) ([]settlement.Row, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	var out []settlement.Row
	done := 0
	for _, row := range t.unfolded {
		if len(out) >= limit {
			break
		}
		done++
		if row.Folded.IsZero() {
			if err := t.fold(row, instant); err != nil {
				return nil, err
			}
			out = append(out, row.Clone())
		}
	}
	if done > 0 {
		before := t.unfolded
		t.unfolded = t.unfolded[done:]
		t.onUndo(func() { t.unfolded = before })
	}
	slices.SortFunc(out, compareByPayee)
	return out, nil
}

func (t *tx) fold(row *settlement.Row, instant time.Time) error {
	row.Folded = instant
	t.onUndo(func() { row.Folded = time.Time{} })
	return t.addPending(row, row.Amount.Neg())
}

func (t *tx) ReleaseRows(ctx context.Context, sources []settlement.Source, instant time.Time) ([]settlement.Row, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	var out []settlement.Row
	for _, source := range sources {
		for _, row := range t.rows[source] {
			if !row.Released.IsZero() {
				continue
			}
			out = append(out, row.Clone())
			row.Released = instant
			t.onUndo(func() { row.Released = time.Time{} })
			if row.Folded.IsZero() {
				if err := t.fold(row, instant); err != nil {
					return nil, err
				}
			}
		}
	}
	slices.SortFunc(out, compareByPayee)
	return out, nil
}
