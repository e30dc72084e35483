package partner_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
)

func TestRule_6_07_ALevelIsReachedOnceHoweverOftenItIsGiven(t *testing.T) {
	at := func(n int) time.Time { return time.Date(2026, 6, n, 0, 0, 0, 0, time.UTC) }
	level := func(n int, value string, seq int64) partner.Fact {
		return partner.Fact{Partner: "bob", Kind: partner.FactLevel, Value: value, At: at(n), Seq: seq}
	}
	facts := []partner.Fact{
		level(2, "basic", 1), {Partner: "bob", Kind: partner.FactStatus, Value: "active", At: at(3), Seq: 2}, level(4, "basic", 3), level(6, "gold", 4),
		level(8, "basic", 5), level(5, "gold", 6), level(9, "", 7),
	}
	for day, want := range map[int]time.Time{
		1: {}, 2: at(2), 4: at(2), 5: at(5), 7: at(5), 8: at(8), // the fact that is told late begins what stood there already
		9: {},
	} {
		require.Equal(t, want, partner.LevelSince(facts, at(day)), "day %d", day)
	}
	require.Zero(t, partner.LevelSince(nil, at(1)))
}
