package storetest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEverySectionOfTheModelGoesWithSomePlan of each currency, or no history has it.
func TestEverySectionOfTheModelGoesWithSomePlan(t *testing.T) {
	names := map[string]bool{}
	sections := slices.Concat(modelSections, modelThemes)
	for i := range sections {
		s := &sections[i]
		require.False(t, names[s.name], "two sections are called %q", s.name)
		names[s.name] = true
		for _, currency := range []string{"CNY", "JPY", "DOT"} {
			require.True(t, slices.ContainsFunc(modelPlans(), func(p modelPlan) bool {
				return p.Currency.Code() == currency && p.with(s).name != p.name
			}), "%s: %s", currency, s.name)
		}
	}
}
