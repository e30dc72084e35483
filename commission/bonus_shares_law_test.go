package commission_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

func TestRule_4_25_SharesArePartsOfThePoolByLargestRemainder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := commission.Pool{Rate: commission.MustRate(rapid.SampledFrom(bonusRates).Draw(t, "rate")), Partners: map[partner.ID]int64{"other": 1}}
		pool.Levels = map[partner.Level]int64{"g1": rapid.Int64Range(0, 3).Draw(t, "g1"), "g2": rapid.SampledFrom([]int64{1, 7, 1 << 62}).Draw(t, "g2")}
		pool.Barred = commission.BarredShare(rapid.IntRange(0, 1).Draw(t, "barred"))
		if often(t, "own weight", 50) {
			pool.Partners[memberID(1)] = rapid.Int64Range(0, 5).Draw(t, "own")
		}
		list, net := genTree(t, true), genVolume(t, true)
		calc := bonusOf(t, commission.Bonus{Pool: &pool})
		result := periodOf(t, calc, commission.BonusInput{Members: list, Net: net})

		whole, weights, all := zero(), make([]*big.Rat, len(list)), zero()
		if net.Sign() > 0 {
			whole = floorOf(new(big.Rat).Add(new(big.Rat).Mul(ratOf(net), pool.Rate.Decimal().Rat()), big.NewRat(1, 2)))
		}
		for i, m := range list {
			weight, own := pool.Partners[m.Partner]
			if !own {
				weight = pool.Levels[m.Level]
			}
			if m.Bar != "" && pool.Barred == commission.ToOthers {
				weight = 0
			}
			weights[i] = big.NewRat(weight, 1)
			all.Add(all, weights[i])
		}
		want, kept := make([]*big.Rat, len(list)), new(big.Rat).Set(whole)
		for i := range want {
			want[i] = zero()
		}
		if all.Sign() > 0 {
			for i := range want {
				want[i].Mul(whole, new(big.Rat).Quo(weights[i], all))
			}
			want, kept = largestRemainder(whole, want), zero()
			for i := range want {
				if list[i].Bar != "" {
					kept.Add(kept, want[i])
					want[i] = zero()
				}
			}
		}
		requireRats(t, want, unitsOfAll(t, list, result))
		require.Equal(t, kept.RatString(), ratOf(result.Kept().Units()).RatString())
		require.Equal(t, whole.RatString(), new(big.Rat).Add(ratOf(result.Total().Units()), ratOf(result.Kept().Units())).RatString(), "residue 0")

		extra := slices.Insert(slices.Clone(list), rapid.IntRange(0, len(list)).Draw(t, "place"), commission.Member{Partner: "extra", Recruiter: -1})
		require.Equal(t, paidTo(t, result), paidTo(t, periodOf(t, calc, commission.BonusInput{Members: extra, Net: net})), "weight 0 changes nothing")
		reasons := map[partner.ID]int{}
		for u := range result.Unpaid() {
			reasons[u.Partner]++
		}
		for i, m := range list {
			require.Equal(t, want[i].Sign() == 0, reasons[m.Partner] == 1)
		}
		require.Equal(t, all.Sign() == 0, reasons[""] == 1)
	})
}

func TestRule_4_24_TiersAreTheirExactSumRoundedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tiers := commission.Tiers{Steps: genSteps(t, often(t, "rising", 50))}
		single, rising := len(tiers.Steps) == 1 && tiers.Steps[0].From.IsZero(), true
		for i := 1; i < len(tiers.Steps); i++ {
			rising = rising && tiers.Steps[i].Rate.Decimal().Cmp(tiers.Steps[i-1].Rate.Decimal()) >= 0
		}
		losses := often(t, "losses", 30)
		var sales []money.Units
		member := commission.Member{Partner: "A", Recruiter: -1}
		for range rapid.IntRange(0, 5).Draw(t, "sales") {
			sale := genVolume(t, losses)
			sales = append(sales, sale)
			member.Volume, _ = member.Volume.Add(sale)
		}
		mode := money.Mode(rapid.IntRange(0, 2).Draw(t, "mode"))
		paid := map[commission.TierMode]*big.Rat{}
		for _, tiers.Mode = range []commission.TierMode{commission.Marginal, commission.Retroactive, commission.Prospective} {
			plan := commission.Plan{Rounding: commission.Rounding{Mode: mode}}
			calc, err := newCalculator(t, plan).Bonus(commission.Bonus{Name: "b", Tiers: &tiers})
			require.NoError(t, err)
			result := periodOf(t, calc, commission.BonusInput{Members: []commission.Member{member}, Sales: [][]money.Units{sales}})
			exact := tierOracle(tiers, 2, sales)
			whole, parts := zero(), exact
			if sum := total(exact); sum.Sign() > 0 {
				whole = new(big.Rat).SetInt(mode.Quo(sum.Num(), sum.Denom()))
				parts = largestRemainder(whole, exact)
			}
			if whole.Sign() == 0 {
				parts = nil
				require.NotEmpty(t, unpaidBonuses(result))
			}
			got := make([]*big.Rat, len(parts))
			for i := range got {
				got[i] = zero()
			}
			for e := range result.Entries() {
				tier := slices.IndexFunc(tiers.Steps, func(s commission.Step) bool { return s.From.String() == e.Source.Key })
				got[tier] = ratOf(e.Amount.Units())
			}
			if whole.Sign() != 0 {
				requireRats(t, parts, got)
			}
			paid[tiers.Mode] = ratOf(result.Total().Units())
			require.Equal(t, whole.RatString(), paid[tiers.Mode].RatString())
		}
		if single {
			require.Equal(t, paid[commission.Marginal], paid[commission.Retroactive])
			require.Equal(t, paid[commission.Marginal], paid[commission.Prospective])
		}
		if rising {
			require.LessOrEqual(t, paid[commission.Marginal].Cmp(paid[commission.Retroactive]), 0)
			if !losses {
				require.LessOrEqual(t, paid[commission.Prospective].Cmp(paid[commission.Retroactive]), 0)
			}
		}
	})
}
