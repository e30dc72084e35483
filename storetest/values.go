package storetest

import (
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

func valueSentences() []sentence {
	var sentences []sentence
	for _, k := range kinds() {
		sentences = append(sentences,
			sentence{k.name + " come back as they were, field by field", func(x *trial) { k.roundTrip(x, func(any) {}) }},
			sentence{k.name + " keep instants to the microsecond, in UTC", func(x *trial) { keepInstants(x, k) }},
			sentence{k.name + " keep amounts of 38 digits", func(x *trial) { keepAmounts(x, k) }},
			sentence{k.name + " keep texts of any characters", func(x *trial) { keepTexts(x, k) }})
	}
	return sentences
}

func copySentences() []sentence {
	var sentences []sentence
	for _, k := range kinds() {
		sentences = append(sentences,
			sentence{"changing " + k.name + " after they were written changes nothing stored", k.argument},
			sentence{"changing " + k.name + " that were read changes nothing stored", k.results})
	}
	return append(sentences, sentence{"changing rows that FoldRows and ReleaseRows returned changes nothing stored", markedRows})
}

func markedRows(x *trial) {
	write(x, store.Tx.AddRows, list(sampleRow("o-1", "p-1", 1, 100), sampleRow("o-1", "p-2", 1, 200)))
	for _, mark := range []func(store.Tx) ([]settlement.Row, error){
		func(tx store.Tx) ([]settlement.Row, error) { return tx.FoldRows(x.ctx, 10, day(8)) },
		func(tx store.Tx) ([]settlement.Row, error) {
			return tx.ReleaseRows(x.ctx, list(settlement.OfOrder("o-1")), day(9))
		},
	} {
		x.update(func(tx store.Tx) error {
			rows, err := mark(tx)
			require.Len(x, rows, 2)
			scribble(rows)
			return err
		})
	}
	want := list(sampleRow("o-1", "p-1", 1, 100), sampleRow("o-1", "p-2", 1, 200))
	for i := range want {
		want[i].Folded, want[i].Released = day(8), day(9)
	}
	same(x, want, orderRows(x, "o-1"))
}

// instants are those that a programme can have, at their edges.
func instants() []time.Time {
	return []time.Time{
		{},
		time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(1970, 1, 1, 0, 0, 0, 1000, time.UTC),
		time.Date(2024, 2, 29, 23, 59, 59, 999_999_000, time.UTC),
		time.Date(2026, 3, 29, 1, 30, 0, 100_000_000, time.UTC), // an hour that some zones do not have
		time.Date(2038, 1, 19, 3, 14, 8, 7000, time.UTC),        // beyond 32 bits of seconds
		time.Date(2262, 4, 12, 0, 0, 0, 1000, time.UTC),         // beyond 64 bits of nanoseconds
		time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
	}
}

func keepInstants(x *trial, k kind) {
	for _, at := range instants() {
		k.roundTrip(x.of(store.Tenant("at "+short(at))), func(records any) { replace(records, at) })
	}
}

// amounts are of 38 digits, which no 64 bits hold, and of currencies at their edges.
func amounts() []money.Amount {
	most, err := money.MustCurrency("CNY", 2).Parse(strings.Repeat("9", 36) + ".99")
	if err != nil {
		panic(err) // 38 digits are an amount
	}
	digits := most.Units()
	return []money.Amount{
		most, most.Neg(),
		money.MustCurrency("DOT.chain-10_xy", 18).Of(digits), money.MustCurrency("x", 0).Of(digits.Neg()),
		money.MustCurrency("CNY", 2).Minor(1<<53 + 1), // the first number that a double does not hold
		money.MustCurrency("CNY", 2).Minor(0), {},
	}
}

func keepAmounts(x *trial, k kind) {
	for _, a := range amounts() {
		k.roundTrip(x.of(store.Tenant("amount "+short(a))), func(records any) { replace(records, a) })
	}
}

// texts have what a database could take for something else.
func texts() []string {
	return list("", " ", `\`, `'; DROP TABLE rows; --`, "a\tb\r\nc\n", "{\"a\":null}", "é e\u0301 ﷺ 🏳️‍🌈", strings.Repeat("长", 2000/3))
}

func keepTexts(x *trial, k kind) {
	for _, text := range texts() {
		k.roundTrip(x.of(store.Tenant("text "+short(text))), func(records any) {
			replace(records, partner.Record{Recorded: day(1), Actor: text[:min(len(text), 198)], Reason: text})
		})
	}
}
