package commission

import (
	"encoding/json"
	"strconv"

	"github.com/fenrun/fenrun/commission/money"
)

// AppendEntries appends the JSON of entries to b and returns it: to the byte what [json.Marshal] makes of them, in a fraction of its time, because a ledger writes
// some with every order.
func AppendEntries(b []byte, entries []Entry) ([]byte, error) {
	if entries == nil {
		return append(b, "null"...), nil
	}
	w := entryWriter{b: append(b, '[')}
	for i := range entries {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.entry(&entries[i])
	}
	return append(w.b, ']'), w.err
}

// entryWriter writes entries in the order of their fields. The names that it is given begin with what separates them from the field before.
type entryWriter struct {
	b   []byte
	err error // the first
}

func (w *entryWriter) entry(e *Entry) {
	w.text(`{"line":`, string(e.Line))
	w.text(`,"rule":`, e.Rule)
	w.some(`,"slot":`, int64(e.Slot))
	w.number(`,"position":`, int64(e.Position))
	w.text(`,"payee":`, string(e.Payee))
	w.named(`,"level":`, string(e.Level))
	w.amount(`,"amount":`, &e.Amount)
	w.amount(`,"base":`, &e.Base)
	w.number(`,"units":`, e.Units)
	w.rate(`,"rate":`, &e.Rate)
	w.text(`,"source":{"kind":`, e.Source.Kind.String())
	w.named(`,"key":`, e.Source.Key)
	if e.Source.Bonus != nil {
		w.rare(`,"bonus":`, e.Source.Bonus)
	}
	if e.Source.Rate != nil {
		w.rate(`,"rate":`, e.Source.Rate)
	}
	w.b = append(w.b, '}')
	if e.Campaign != nil {
		w.rare(`,"campaign":`, e.Campaign)
	}
	w.some(`,"weight":`, int64(e.Weight))
	w.some(`,"weights":`, int64(e.Weights))
	w.flag(`,"cut":true`, e.Cut)
	w.flag(`,"cutByOrder":true`, e.CutByOrder)
	w.flag(`,"cutByCampaign":true`, e.CutByCampaign)
	w.named(`,"reason":`, string(e.Reason))
	if e.Promotion != nil {
		w.rare(`,"promotion":`, e.Promotion)
	}
	if e.GiveUp != nil {
		w.amount(`,"giveUp":`, e.GiveUp)
	}
	if e.Detail != nil {
		w.rare(`,"detail":`, e.Detail)
	}
	w.b = append(w.b, '}')
}

// text writes a text. One in which something is to be escaped is left to encoding/json.
func (w *entryWriter) text(name, text string) {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			w.rare(name, text)
			return
		}
	}
	w.b = append(append(w.b, name...), '"')
	w.b = append(append(w.b, text...), '"')
}

// named writes a text unless it is empty.
func (w *entryWriter) named(name, text string) {
	if text != "" {
		w.text(name, text)
	}
}

func (w *entryWriter) number(name string, n int64) {
	w.b = strconv.AppendInt(append(w.b, name...), n, 10)
}

// some writes a number unless it is 0.
func (w *entryWriter) some(name string, n int64) {
	if n != 0 {
		w.number(name, n)
	}
}

func (w *entryWriter) flag(written string, set bool) {
	if set {
		w.b = append(w.b, written...)
	}
}

func (w *entryWriter) amount(name string, a *money.Amount) {
	w.b, _ = a.AppendText(append(append(w.b, name...), '"'))
	w.b = append(w.b, '"')
}

func (w *entryWriter) rate(name string, r *Rate) {
	w.b, _ = r.AppendText(append(append(w.b, name...), '"'))
	w.b = append(w.b, '"')
}

// rare writes what few entries have.
func (w *entryWriter) rare(name string, value any) {
	written, err := json.Marshal(value)
	if w.err == nil {
		w.err = err
	}
	w.b = append(append(w.b, name...), written...)
}
