package partner_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

var june = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

func day(n int) time.Time { return june.AddDate(0, 0, n) }

func fact(kind partner.FactKind, value string, at time.Time, seq int64) partner.Fact {
	return partner.Fact{Partner: "bob", Kind: kind, Value: value, At: at, Seq: seq}
}

func TestAStateIsWhatHoldsAtTheInstant(t *testing.T) {
	facts := []partner.Fact{
		fact(partner.FactStatus, "active", day(1), 1),
		fact(partner.FactEarning, partner.Frozen, day(9), 2),
		fact(partner.FactLevel, "gold", day(3), 3),
		fact(partner.FactEarning, partner.Open, day(9), 4),
	}
	require.Equal(t, partner.NotPartner, partner.At(facts, day(1).Add(-1)).Bar())
	require.Equal(t, partner.State{Status: partner.Active}, partner.At(facts, day(1)))
	require.Equal(t, partner.Level("gold"), partner.At(facts, day(3)).Level)
	require.Empty(t, partner.At(facts, day(9)).Bar(), "of two facts of one instant the last recorded holds")
	require.Equal(t, partner.EarningFrozen, partner.At(facts[:3], day(9)).Bar())
	require.Equal(t, partner.NotYetPartner, partner.At([]partner.Fact{fact(partner.FactStatus, "candidate", day(1), 1)}, day(2)).Bar())
	require.Equal(t, partner.State{}, partner.At(nil, day(9)))
}

func TestTheOrderInWhichFactsAreGivenDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var facts []partner.Fact
		for i := range rapid.IntRange(0, 8).Draw(t, "facts") {
			kind := rapid.SampledFrom([]partner.FactKind{partner.FactStatus, partner.FactLevel, partner.FactEarning}).Draw(t, "kind")
			facts = append(facts, fact(kind, fmt.Sprint(i), day(rapid.IntRange(0, 3).Draw(t, "day")), int64(i+1)))
		}
		instant := day(rapid.IntRange(0, 3).Draw(t, "instant"))
		want := partner.At(facts, instant)
		if got := partner.At(rapid.Permutation(facts).Draw(t, "shuffled"), instant); got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestAnIDIsShortReadableText(t *testing.T) {
	for _, good := range []string{"1", "用户-1", "a b%_'\"", strings.Repeat("x", 64)} {
		require.NoError(t, partner.CheckID("partner", good))
	}
	for _, bad := range []string{"", strings.Repeat("x", 65), "a\x00", "a\n", "\xff", "a\u0085"} {
		var id *partner.IDError
		require.ErrorAs(t, partner.CheckID("partner", partner.ID(bad)), &id)
		require.Equal(t, "partner", id.Field)
		require.Less(t, len(id.Error()), 300)
	}
}

func TestRule_1_04_TheThresholdIsReachedAtExactlyTheAmount(t *testing.T) {
	cny := money.MustCurrency("CNY", 2)
	j := partner.Joining{Spend: decimal.NewNullDecimal(decimal.RequireFromString("300"))}
	require.False(t, j.Reached(cny.Minor(29999)))
	require.True(t, j.Reached(cny.Minor(30000)))
	require.Equal(t, partner.Candidate, j.StatusOnRecruit())
	require.False(t, partner.Joining{}.Reached(cny.Minor(30000)), "a plan that asks for nothing promotes nobody")
	require.Equal(t, partner.Active, partner.Joining{}.StatusOnRecruit())
}
