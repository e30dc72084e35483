package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
)

// realDirectory is the environment variable that names a directory with real data sets.
const realDirectory = "FENRUN_REALDATA"

// naive pays two levels of first valid referrers the plain way: fractions, a map of parents, no plan.
func naive(all []contribution) (levels [2]map[partner.ID]*big.Rat, n bindings) {
	levels = [2]map[partner.ID]*big.Rat{{}, {}}
	parent := map[partner.ID]partner.ID{}
	cutOff := time.Date(2021, 12, 23, 19, 0, 0, 0, time.UTC)
	for _, c := range all {
		switch bound, ok := parent[c.account]; {
		case c.referrer == "":
			n.none++
		case c.referrer == c.account:
			n.self++
		case ok && bound == c.referrer:
			n.same++
		case ok:
			n.other++
		default:
			above := c.referrer
			for above != "" && above != c.account {
				above = parent[above]
			}
			if above != "" {
				n.cycle++
				break
			}
			parent[c.account] = c.referrer
			n.bound++
		}
		factor := big.NewRat(1, 1)
		if c.at.Before(cutOff) {
			factor = big.NewRat(12, 10)
		}
		payee := c.account
		for level, rate := range []*big.Rat{big.NewRat(5, 100), big.NewRat(2, 100)} {
			if payee = parent[payee]; payee == "" {
				break
			}
			pays := new(big.Rat).SetInt(cut(new(big.Rat).Mul(new(big.Rat).Mul(c.amount.Rat(), rate), factor)))
			if levels[level][payee] == nil {
				levels[level][payee] = new(big.Rat)
			}
			levels[level][payee].Add(levels[level][payee], pays.Quo(pays, big.NewRat(1e10, 1)))
		}
	}
	return levels, n
}

// cut returns a number in whole units of the tenth decimal.
func cut(r *big.Rat) *big.Int {
	return new(big.Int).Quo(new(big.Int).Mul(r.Num(), big.NewInt(1e10)), r.Denom())
}

// writeTree2 writes the naive result as an expected file.
func writeTree2(t *testing.T, dir string, levels [2]map[partner.ID]*big.Rat) {
	t.Helper()
	zero := new(big.Rat)
	var text strings.Builder
	w := csv.NewWriter(&text)
	require.NoError(t, w.Write([]string{"partner", "l1_dot", "l2_dot"}))
	at := func(level int, id partner.ID) string {
		if r := levels[level][id]; r != nil {
			return r.FloatString(10)
		}
		return zero.FloatString(10)
	}
	for id := range levels[0] {
		require.NoError(t, w.Write([]string{string(id), at(0, id), at(1, id)}))
	}
	for id := range levels[1] {
		if levels[0][id] == nil {
			require.NoError(t, w.Write([]string{string(id), at(0, id), at(1, id)}))
		}
	}
	w.Flush()
	require.NoError(t, os.WriteFile(filepath.Join(dir, ploTree2), []byte(text.String()), 0o644))
}

// agreesWithNaive runs contributions against the naive result and returns what was printed.
func agreesWithNaive(t *testing.T, all []contribution) string {
	t.Helper()
	dir := t.TempDir()
	levels, n := naive(all)
	writeTree2(t, dir, levels)
	var out strings.Builder
	rep, err := newReport(context.Background(), flags{}, &out)
	require.NoError(t, err)
	require.NoError(t, ploByBinding(context.Background(), dir, rep, all))
	require.NoError(t, rep.end(), out.String())
	require.Contains(t, out.String(), "referrers: "+n.String())
	require.NotContains(t, out.String(), "not compared")
	return out.String()
}

func TestTwoLevelsOfFirstReferrersAgreeWithANaiveModel(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		id := func() partner.ID { return partner.ID(fmt.Sprintf("d%d", random.IntN(25))) }
		at := time.Date(2021, 12, 22, 0, 0, 0, 0, time.UTC)
		all := make([]contribution, 150)
		for i := range all {
			at = at.Add(time.Duration(random.IntN(40)) * time.Minute)
			all[i] = contribution{seq: fmt.Sprint(i + 1), at: at, account: id(), amount: decimal.New(1+random.Int64N(1e13), -10)}
			if random.IntN(3) > 0 {
				all[i].referrer = id()
			}
		}
		agreesWithNaive(t, all)
	}
}

func TestTwoLevelsOfTheRealCampaignAgreeWithANaiveModel(t *testing.T) {
	dir := os.Getenv(realDirectory)
	if dir == "" {
		t.Skipf("%s names no directory", realDirectory)
	}
	all, err := readContributions(filepath.Join(dir, "plo", ploContributions))
	require.NoError(t, err)
	t.Log(agreesWithNaive(t, all))
}
