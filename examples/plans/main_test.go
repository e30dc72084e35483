package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryReadyPlanIsShown(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(context.Background(), &out, nil, false))
	want, err := os.ReadFile("testdata/table.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), out.String())
}

func TestPlansOfOnesOwnAreAudited(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"currency": "CNY", "commission": {"rates": ["35%"]}, "settlement": {"holdDays": 0}}`), 0o600))
	var out strings.Builder
	require.NoError(t, run(context.Background(), &out, []string{file}, true))
	require.Equal(t, `plan       seller  up 1  up 2  up 3  up 4  up 5  others  paid out  shop keeps  at worst
mine.json  350.00  -     -     -     -     -     -       350.00    650.00      35%

mine.json
  levels_paid: commission.slots: slots paid by distance from the sale: 1 (the seller)
  payout: other goods: up to 35% of the price is paid out, more than 30%
  early_release: settlement.holdDays: commission is released 0 days after receipt, and the goods can be given back for 7
`, out.String())
}

func TestABadPlanNamesItsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bad.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"currency": "CNY", "commission": {"rates": [10]}}`), 0o600))
	err := run(context.Background(), &strings.Builder{}, []string{file}, false)
	require.ErrorContains(t, err, "bad.json")
	require.ErrorContains(t, err, "commission.rates[0]")
	require.Error(t, run(context.Background(), &strings.Builder{}, []string{"nowhere.json"}, false))
}
