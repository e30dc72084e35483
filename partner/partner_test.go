package partner_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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
