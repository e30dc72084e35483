package commission_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

func TestRule_8_4_NumbersOfSeveralSystemsNeverMeet(t *testing.T) {
	texts := rapid.StringMatching(`[ab:/ ]{1,3}`)
	rapid.Check(t, func(t *rapid.T) {
		system, number := texts.Draw(t, "system"), texts.Draw(t, "number")
		other, others := texts.Draw(t, "other system"), texts.Draw(t, "its number")
		id, err := commission.ExternalID(system, number)
		require.Equal(t, strings.Contains(system, ":"), err != nil)
		second, err2 := commission.ExternalID(other, others)
		if err == nil && err2 == nil {
			require.Equal(t, system == other && number == others, id == second)
		}
	})
}

func TestRule_8_4_WhatIsNoIDIsRefused(t *testing.T) {
	for field, in := range map[string][2]string{
		"system": {"", "1"}, "number": {"till", ""}, "id": {strings.Repeat("t", 40), strings.Repeat("1", 40)},
	} {
		_, err := commission.ExternalID(in[0], in[1])
		var wrong *partner.IDError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, field, wrong.Field)
	}
}
