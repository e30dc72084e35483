package program_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/storetest"
)

// TestRule_8_2_TheMemberSystemIsTheShops: who is which member, and at what level, is asked of the shop when it matters, and kept nowhere else.
func TestRule_8_2_TheMemberSystemIsTheShops(t *testing.T) {
	members := map[partner.ID]string{"carol": "silver"}
	s := family(t, `{
		"currency": "CNY", "levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2}],
		"joining": {"threshold": {"all": [{"metric": {"name": "memberLevel"}, "oneOf": ["black card"]}]}},
		"commission": {"rates": ["10%"]}
	}`, func(c *program.Config) {
		c.Hooks.Measure = program.MeasureFunc(func(_ context.Context, asked program.Asked) (partner.Value, bool, error) {
			level, known := members[asked.Partner]
			return partner.Value{Text: level}, known && asked.Metric.Name == partner.MetricMemberLevel, nil
		})
	})
	require.False(t, s.paid(s.order("o-1", 1, "10.00")).Promoted)
	members["carol"] = "black card"
	require.True(t, s.paid(s.order("o-2", 1, "10.00")).Promoted)

	state := func() program.PartnerState {
		now, err := s.Partners.At(ctx, "carol", s.now)
		require.NoError(t, err)
		return now
	}
	require.Equal(t, partner.Level("agent"), state().Level, "a member's level is no partner's")
	_, err := s.Partners.SetLevel(ctx, program.SetLevel{Partner: "carol", Level: "gold"})
	require.NoError(t, err)
	require.Equal(t, "black card", members["carol"], "and a partner's is no member's")

	delete(members, "carol") // the shop forgets the member: the partner stays until the shop says otherwise
	s.paid(s.order("o-3", 1, "10.00"))
	require.Equal(t, partner.Active, state().Status)
	require.Error(t, s.Partners.CheckDelete(ctx, "carol"))

	text, err := storetest.Dump(ctx, s.store)
	require.NoError(t, err)
	require.NotContains(t, string(text), "silver")
	require.NotContains(t, string(text), `"Value":"black card"`)
}
