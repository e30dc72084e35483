package commission_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// bothTexts returns both texts of an entry that went through storage.
func bothTexts(t *testing.T, e commission.Entry) (english, chinese string) {
	t.Helper()
	raw, err := json.Marshal(e)
	require.NoError(t, err)
	var stored commission.Entry
	require.NoError(t, json.Unmarshal(raw, &stored))
	x := commission.BonusExplanation{Run: "b/2026-06", Plan: 3, Entry: stored}
	require.Equal(t, commission.BonusExplanation{Run: "b/2026-06", Plan: 3, Entry: e}.String(), x.String())
	return x.String(), x.Chinese()
}

func inJune(in commission.BonusInput) commission.BonusInput {
	in.Period, _ = commission.ParsePeriod("2026-06")
	return in
}

func TestRule_4_24_AnEntryOfALadderIsExplained(t *testing.T) {
	l := commission.Ladder{Steps: steps("0 2%, 1000 5%, 5000 10%"), LegCap: commission.MustRate("50%")}
	paid := periodOf(t, ladderOf(t, l), inJune(commission.BonusInput{Members: members("A 500.00", "B 300.00 < A", "C 6000.00 < A", "D 1000.00 < A")}))
	english, chinese := bothTexts(t, paid.Entry(0))
	require.Equal(t, "A: 34.00 CNY by ladder:b for 2026-06: 5% of 1800.00 (ladder 1000), the team's volume is 7800.00, of which the rest met a higher rate below, cut off,"+
		" less 6.00 for 300.00 at 2% below and 50.00 for 1000.00 at 5% below; the step of 10% from 5000 on is missed, since of a leg at most 2500.00 counts"+
		" towards it and so 4300.00 in all:"+
		" C's leg has 6000.00; run b/2026-06, plan version 3", english)
	require.Contains(t, chinese, "A：")
	require.Contains(t, chinese, "周期 2026-06，团队级差奖金 1000：5% × 1800.00，团队业绩 7800.00（其余部分下级比例更高），向下取整，减去下级按 2% 对 300.00 应得的 6.00")
	require.Contains(t, chinese, "；未达到 5000 起 10% 一档：每条线最多计 2500.00，合计只计 4300.00（C 线有 6000.00）；结算批次 b/2026-06，方案版本 3")
}

func TestRule_4_25_AnEntryOfAPoolIsExplained(t *testing.T) {
	pool := commission.Pool{Rate: commission.MustRate("10%"), Levels: map[partner.Level]int64{"gold": 1}, Partners: map[partner.ID]int64{"C": 1}, Barred: commission.ToShop}
	in := commission.BonusInput{Members: members("A:gold 0", "B:gold 0", "C#earning_frozen 0"), Net: price("100.00").Units()}
	paid := periodOf(t, bonusOf(t, commission.Bonus{Pool: &pool}), inJune(in))
	english, chinese := bothTexts(t, paid.Entry(0))
	require.Equal(t, "A: 3.34 CNY by pool:b for 2026-06: 1 of 3 parts (pool gold) of a pool of 10.00 CNY, 10% of the shop's net of 100.00, rounded half-up;"+
		" the share is cut off, and one unit more is of what the division left over; 3.33 CNY of the pool stays with the shop; run b/2026-06, plan version 3", english)
	require.Equal(t, "A：3.34 CNY，周期 2026-06，股东分红 gold：分红池 10.00 CNY（商城净额 100.00 × 10%，四舍五入），权重 1 / 3，份额向下取整，另得尾差一个最小单位，"+
		"池中 3.33 CNY 归商城；结算批次 b/2026-06，方案版本 3", chinese)
	english, chinese = bothTexts(t, paid.Entry(1))
	require.NotContains(t, english, "left over")
	require.NotContains(t, chinese, "尾差")
}

func TestRule_4_24_AnEntryOfTiersIsExplained(t *testing.T) {
	paid := periodOf(t, tiersOf(t, commission.Marginal, "0 5%, 1000 8%"), inJune(commission.BonusInput{Members: members("A 1500.00")}))
	english, chinese := bothTexts(t, paid.Entry(1))
	require.Equal(t, "A: 40.00 CNY by tiers:b for 2026-06: 8% of 500.00 (tiers 1000) of a volume of 1500.00, rounded half-up once over all tiers; run b/2026-06,"+
		" plan version 3", english)
	require.Equal(t, "A：40.00 CNY，周期 2026-06，阶梯奖励 1000：8% × 500.00，本期业绩 1500.00，各档合计后四舍五入一次；结算批次 b/2026-06，方案版本 3", chinese)
}

// TestRule_4_24_ACorrectionIsExplained: what changed is told beside what it is in all, step by step.
func TestRule_4_24_ACorrectionIsExplained(t *testing.T) {
	bonus := tiersOf(t, commission.Marginal, "0 5%, 1000 8%")
	entries := func(volume string) (list []commission.Entry) {
		for e := range periodOf(t, bonus, inJune(commission.BonusInput{Members: members("A "+volume, "B 1200.00")})).Entries() {
			list = append(list, e)
		}
		return list
	}
	whole, less, none := entries("1500.00"), entries("1100.00"), entries("300.00")
	changes, err := commission.Changes(whole, less, commission.Recalculated)
	require.NoError(t, err)
	require.Len(t, changes, 1, "the first tier stands as it should, and B's too")
	x := commission.BonusExplanation{Run: "b/2026-06", Plan: 3, Entry: changes[0], Released: time.Date(2026, 7, 2, 0, 0, 0, 0, time.UTC)}
	require.Equal(t, "A: -32.00 CNY by tiers:b for 2026-06: 8% of 100.00 (tiers 1000) of a volume of 1100.00, rounded half-up once over all tiers; 8.00 CNY in all,"+
		" less what was paid before, the period was calculated again; run b/2026-06, plan version 3; released at 2026-07-02T00:00:00Z", x.String())
	require.Contains(t, x.Chinese(), "；合计应得 8.00 CNY，减去此前已计部分，周期重算调整；结算批次 b/2026-06，方案版本 3；2026-07-02T00:00:00Z 到账")

	changes, err = commission.Changes(append(whole, changes...), none, commission.Recalculated)
	require.NoError(t, err)
	require.Equal(t, []string{"-35.00", "-8.00"}, []string{changes[0].Amount.Plain(), changes[1].Amount.Plain()})
	require.Equal(t, price("0.00"), changes[1].Detail.Pays, "a tier that is not reached any more pays nothing")
	require.Equal(t, price("40.00"), whole[1].Detail.Pays, "what stands is not touched")
	copied := changes[1].Clone()
	require.Equal(t, changes[1], copied)
	require.NotSame(t, changes[1].Detail, copied.Detail)
}
