package commission_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

func TestRule_4_46_AnExplanationNamesTheBonusOfTheLevel(t *testing.T) {
	for mode, want := range map[commission.BonusMode][2]string{
		commission.Additive:       {"A: 70.00 CNY from line p of order o1: slot 2, 7% of 1000.00 (product p, plus 2% for level senior), ", "7% × 1000.00（商品比例 p，等级 senior 加 2%），"},
		commission.Multiplicative: {"A: 51.00 CNY from line p of order o1: slot 2, 5.1% of 1000.00 (product p, raised by 2% for level senior), ", "5.1% × 1000.00（商品比例 p，等级 senior 上浮 2%），"},
		commission.Replace:        {"A: 20.00 CNY from line p of order o1: slot 2, 2% of 1000.00 (product p, replaced by 2% for level senior), ", "2% × 1000.00（商品比例 p，等级 senior 改为 2%），"},
	} {
		plan := s02()
		plan.LevelBonus.Mode = mode
		paid := calculate(t, newCalculator(t, plan), orderOf(goods("p", 1, "1000.00")), above("C", "A:senior"))
		x := commission.Explanation{Order: "o1", Plan: 1, Entry: paid.Entry(1)}
		require.Contains(t, x.String(), want[0])
		require.Contains(t, x.Chinese(), want[1])

		text, err := json.Marshal(x)
		require.NoError(t, err)
		require.Contains(t, string(text), `"source":{"kind":"product","key":"p","bonus":{"level":"senior","mode":"`+mode.String()+`","rate":"2%"}}`)
		var back commission.Explanation
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, x.Entry.Source, back.Entry.Source)
		require.Equal(t, x.String(), back.String())
		require.Equal(t, x.Chinese(), back.Chinese())
	}
}

func TestAnExplanationOfTheRecruitersBonus(t *testing.T) {
	paid := calculate(t, newCalculator(t, commission.Plan{Recruiter: recruiting}), orderOf(goods("p", 1, "100.00")), above("C", "B:gold"))
	x := commission.Explanation{Order: "o1", Plan: 1, Entry: paid.Entry(0)}
	require.Contains(t, x.String(), "B: 4.00 CNY from line p of order o1: recruiter, upline 2, 4% of 100.00 (recruiter gold), ")
	require.Contains(t, x.Chinese(), "B：4.00 CNY，来自订单 o1 商品行 p：邀请人奖励（上级第 2 位），4% × 100.00（邀请人奖励比例 gold），")
}

func TestASourceWithoutABonusSaysNothingOfIt(t *testing.T) {
	text, err := json.Marshal(commission.Source{Kind: commission.FromDefault})
	require.NoError(t, err)
	require.JSONEq(t, `{"kind": "default"}`, string(text))
	require.Equal(t, commission.Source{Kind: commission.FromSKU, Key: "s"}, commission.Source{Kind: commission.FromSKU, Key: "s"}.Clone())
}

// TestABonusSharesNoMemory: not what is frozen, a copy of it, or a copy of an entry.
func TestABonusSharesNoMemory(t *testing.T) {
	calc := newCalculator(t, s02())
	paid := calculate(t, calc, orderOf(goods("p", 1, "1000.00")), above("C:senior"))
	frozen, entry := paid.Freeze(), paid.Entry(0).Clone()
	copied := frozen.Clone()
	for _, bonus := range []*commission.Raise{frozen.Sets[0].Shares[0].Source.Bonus, copied.Sets[0].Shares[0].Source.Bonus, entry.Source.Bonus} {
		require.Equal(t, commission.Raise{Level: "senior", Rate: commission.MustRate("3%")}, *bonus)
		*bonus = commission.Raise{Level: "changed"}
		require.Equal(t, partner.Level("senior"), paid.Entry(0).Source.Bonus.Level)
		require.Equal(t, partner.Level("senior"), calculate(t, calc, orderOf(goods("p", 1, "1.00")), above("B:senior")).Entry(0).Source.Bonus.Level)
	}
}

func TestBonusesNeedNoMemory(t *testing.T) {
	plan := s02()
	plan.Recruiter, plan.Missing, plan.Rates = recruiting, commission.Dynamic, rates("1%")
	calc, result := newCalculator(t, plan), &commission.Result{}
	order, uplines := orderOf(goods("p", 1, "1000.00"), goods("q", 1, "1.00")), above("C:senior", "B#candidate", "A:middle", "Z:junior")
	calculateAgain := func() {
		if _, err := calc.Calculate(order, uplines, result); err != nil {
			t.Fatal(err)
		}
	}
	calculateAgain()
	require.Equal(t, 4, result.Len())
	require.Zero(t, testing.AllocsPerRun(100, calculateAgain))
}
