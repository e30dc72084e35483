package commission_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
)

// drawn sets a value to one of its type: a zero one as often as not, and otherwise one with whatever a writer of JSON can stumble over.
func drawn(t *rapid.T, label string, into reflect.Value) {
	if rapid.Bool().Draw(t, label+" is zero") {
		return
	}
	switch into.Interface().(type) {
	case money.Amount:
		cur, err := money.NewCurrency(rapid.SampledFrom([]string{"CNY", "POINTS"}).Draw(t, label+" code"), rapid.IntRange(0, 4).Draw(t, label+" scale"))
		require.NoError(t, err)
		into.Set(reflect.ValueOf(cur.Minor(rapid.Int64().Draw(t, label))))
		return
	case commission.Rate:
		rate, err := commission.ParseRate(rapid.SampledFrom([]string{"12.5%", "0%", "0.05/unit", "3%", "100%"}).Draw(t, label))
		require.NoError(t, err)
		into.Set(reflect.ValueOf(rate))
		return
	case decimal.Decimal:
		into.Set(reflect.ValueOf(decimal.RequireFromString("1.50")))
		return
	case time.Time:
		into.Set(reflect.ValueOf(time.Unix(rapid.Int64Range(0, 1<<32).Draw(t, label), 0).UTC()))
		return
	}
	switch into.Kind() {
	case reflect.String:
		into.SetString(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
			`"`, `\`, "<a href='x'>", "a&b", "\u2028", "\u2029", "\x00", "\x7f", "\xff", "商品", "\t\r\n", "a",
		})).Draw(t, label))
	case reflect.Int, reflect.Int32, reflect.Int64:
		into.SetInt(rapid.SampledFrom([]int64{1, -1, 42, math.MaxInt32, math.MinInt32}).Draw(t, label))
	case reflect.Uint8:
		into.SetUint(uint64(rapid.IntRange(1, 3).Draw(t, label)))
	case reflect.Bool:
		into.SetBool(true)
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		drawn(t, label+" of", into.Elem())
	case reflect.Slice:
		into.Set(reflect.MakeSlice(into.Type(), rapid.IntRange(0, 2).Draw(t, label+" length"), 2))
		for i := range into.Len() {
			drawn(t, label+" at", into.Index(i))
		}
	case reflect.Struct:
		for i := range into.NumField() {
			drawn(t, label+"."+into.Type().Field(i).Name, into.Field(i))
		}
	default:
		t.Fatalf("%s: a %s is not drawn", label, into.Type())
	}
}

func TestEntriesAreWrittenAsEncodingJSONWritesThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var entries []commission.Entry
		if !rapid.Bool().Draw(t, "nil") {
			entries = make([]commission.Entry, rapid.IntRange(0, 3).Draw(t, "entries"))
		}
		for i := range entries {
			drawn(t, "entry", reflect.ValueOf(&entries[i]).Elem())
		}
		expected, err := json.Marshal(entries)
		require.NoError(t, err)
		written, err := commission.AppendEntries([]byte("before "), entries)
		require.NoError(t, err)
		require.Equal(t, "before "+string(expected), string(written))
	})
}
