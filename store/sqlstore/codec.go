package sqlstore

import (
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// never is the zero time in microseconds, as a literal: partial indexes are for queries that say so word for word.
const never = "-62135596800000000"

func micros(t time.Time) int64 { return t.UnixMicro() }

func moment(n int64) time.Time { return time.UnixMicro(n).UTC() }

func flag(set bool) int64 {
	if set {
		return 1
	}
	return 0
}

// recordOf are the values of the record columns.
func recordOf(r partner.Record) []any { return []any{micros(r.Recorded), r.Actor, r.Reason} }

// scanned is where the record columns are read into.
type scanned struct {
	recorded      int64
	actor, reason string
}

func (s *scanned) into() []any { return []any{&s.recorded, &s.actor, &s.reason} }

func (s *scanned) record() partner.Record {
	return partner.Record{Recorded: moment(s.recorded), Actor: s.actor, Reason: s.reason}
}

// digits are minor units as text.
func digits(a money.Amount) string { return a.Units().Big(new(big.Int)).String() }

// currencyOf is an amount's currency as it is kept: "" and 0 for none.
func currencyOf(amounts ...money.Amount) (code string, scale int64) {
	for _, a := range amounts {
		if c := a.Currency(); !c.IsZero() {
			return c.Code(), int64(c.Scale())
		}
	}
	return "", 0
}

// amountOf reads minor units of a currency.
func amountOf(digits, code string, scale int64) (money.Amount, error) {
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return money.Amount{}, fmt.Errorf("sqlstore: %q are no minor units", digits)
	}
	units, err := money.UnitsFromBig(n)
	if err != nil || code == "" {
		return money.Amount{}, err
	}
	currency, err := money.NewCurrency(code, int(scale))
	if err != nil {
		return money.Amount{}, err
	}
	return currency.Of(units), nil
}

// document writes a record as JSON.
func document(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// read reads a document of a format.
func read(format int64, text string, into any) error {
	if format != currentFormat {
		return fmt.Errorf("sqlstore: a document of format %d, which is newer than this version", format)
	}
	return json.Unmarshal([]byte(text), into)
}
