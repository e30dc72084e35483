package kvstore

import (
	"cmp"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission/money"
)

// parts are those of a key: a text, a number, and another text.
type parts struct {
	first  string
	number int64
	last   string
}

func (p parts) path() path { return path("").text(p.first).number(p.number).text(p.last) }

func (p parts) compare(q parts) int {
	return cmp.Or(cmp.Compare(p.first, q.first), cmp.Compare(p.number, q.number), cmp.Compare(p.last, q.last))
}

func drawParts(t *rapid.T) parts {
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b", "\x00", "\x01", "\xfe", "\xff"}), 0, 3).Draw(t, "text"), "")
	})
	number := rapid.SampledFrom([]int64{math.MinInt64, -256, -1, 0, 1, 255, math.MaxInt64})
	return parts{text.Draw(t, "first"), number.Draw(t, "number"), text.Draw(t, "last")}
}

func TestKeysSortAsTheirPartsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawParts(t), drawParts(t)
		want := a.compare(b)
		require.Equal(t, want, strings.Compare(string(a.path()), string(b.path())))
		require.Equal(t, -want, strings.Compare(string(path("x").down(a.path())), string(path("x").down(b.path()))))
	})
}

func TestARangeHasWhatBeginsWithItsPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawParts(t), drawParts(t)
		r, key := path("").text(a.first).under(), string(b.path())
		require.Equal(t, a.first == b.first, key >= r.From && key < r.To)
		r = path("").text(a.first).number(a.number).under()
		require.Equal(t, a.first == b.first && a.number == b.number, key >= r.From && key < r.To)
	})
}

func TestCurrenciesSortAsTheyCompare(t *testing.T) {
	all := []money.Currency{{}, money.MustCurrency("A", 0), money.MustCurrency("A", 18), money.MustCurrency("A.", 1), money.MustCurrency("AB", 0), money.MustCurrency("a", 2)}
	for _, a := range all {
		for _, b := range all {
			require.Equal(t, cmp.Compare(a.Cmp(b), 0), strings.Compare(string(path("").currency(a)), string(path("").currency(b))), "%v %v", a, b)
		}
	}
}
