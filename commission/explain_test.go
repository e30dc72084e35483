package commission_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

var reasons = []partner.Reason{
	commission.NoOwner, commission.NoReferrer, commission.SelfPurchased, commission.ExcludedGoods, commission.NoUpline, commission.NoLeader, commission.NoAgent, commission.UnknownReferrer,
	commission.NoRate, commission.ZeroRate, commission.Overtaken, commission.NoCost, commission.NoProfit, commission.NothingPaid,
	commission.ExcludedKind, commission.GiftGoods, commission.Exchanged, commission.NotJoining, commission.NoListPrice, commission.GivenUp,
	commission.AwaitsBalance, commission.AwaitsCollection, commission.AwaitsFormation,
	commission.RoundsToZero, commission.CutByCap, commission.Refunded, commission.NoVolume, commission.NotReached, commission.NoWeight, commission.NoMembers, partner.NotPartner, partner.NotYetPartner, partner.EarningFrozen,
	partner.Expired, partner.IsTerminating, partner.HasLeft, partner.IsClearedOut,
	commission.CutByOrderCap, commission.CutByCampaignCap, commission.NoFactor,
}

func TestEveryReasonHasAnEnglishAndAChineseText(t *testing.T) {
	var english, chinese []string
	for _, r := range reasons {
		english, chinese = append(english, commission.ReasonEnglish(r)), append(chinese, commission.ReasonChinese(r))
		require.NotEqual(t, string(r), commission.ReasonEnglish(r))
		require.True(t, strings.ContainsFunc(commission.ReasonChinese(r), func(c rune) bool { return unicode.Is(unicode.Han, c) }), r)
	}
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(english))), len(reasons), "no two read the same")
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(chinese))), len(reasons))
	require.Equal(t, "host's own", commission.ReasonEnglish("host's own"))
	require.Equal(t, "host's own", commission.ReasonChinese("host's own"))
}

// explained is the explanation of an entry that everything has happened to.
func explained(t *testing.T, change func(*commission.Plan)) commission.Explanation {
	plan := commission.Plan{
		Products: map[string][]commission.Rate{"p": rates("25%")}, Cap: commission.MustRate("30%"), Missing: commission.Compress,
		Rounding: commission.Rounding{Mode: money.HalfEven},
	}
	change(&plan)
	calc := newCalculator(t, plan, commission.Campaign{Name: "618", Factor: dec("2"), Rules: []string{commission.RuleSlots, commission.RuleTeam}})
	paid := calculate(t, calc, orderOf(goods("p", 2, "500.00")), above("B#earning_frozen", "A!"))
	return commission.Explanation{
		Order: "o1", Plan: 7, Entry: paid.Entry(0), Rounding: plan.Rounding, Cap: plan.Cap, ReleaseAt: june, Passed: slices.Collect(paid.Unpaid()),
	}
}

func requireParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	require.NotContains(t, text, "\n")
	for _, part := range parts {
		require.Contains(t, text, part)
	}
}

// TestRule_4_46: base, rate, source, version, place, rounding and all that changed the amount are shown, in both languages.
func TestRule_4_46_AnExplanationShowsAllThatMadeTheAmount(t *testing.T) {
	x := explained(t, func(*commission.Plan) {})
	common := []string{"A", "150.00 CNY", "line p", "o1", "slot 1", "25%", "500.00", "product p", "× 2", "618",
		"half-even per entry", "30%", "version 7", "2025-06-01T12:00:00Z"}
	requireParts(t, x.String(), append(common, "passed over B at 1: his earnings are frozen")...)
	requireParts(t, x.Chinese(), "A", "150.00 CNY", "商品行 p", "o1", "第 1 层", "25%", "500.00", "商品比例 p", "× 2", "618", "按笔银行家舍入", "上限 30%", "版本 7",
		"2025-06-01T12:00:00Z", "跳过第 1 位 B：收益已冻结")

	fixed := explained(t, func(p *commission.Plan) { p.Products["p"] = rates("3.00/unit") })
	requireParts(t, fixed.String(), "12.00 CNY", "3/unit × 2 units")
	requireParts(t, fixed.Chinese(), "12.00 CNY", "3/unit × 2 件")

	team := explained(t, func(p *commission.Plan) {
		p.Products, p.Team.Rate, p.Rounding.Scope = nil, commission.MustRate("4%"), commission.PerOrder
	})
	requireParts(t, team.String(), "40.00 CNY", "team, upline 2", "4%", "per order")
	requireParts(t, team.Chinese(), "40.00 CNY", "团队奖励（上级第 2 位）", "按订单")

	x.ReleaseAt, x.Passed, x.Entry.Campaign, x.Entry.Cut, x.Entry.Reason = time.Time{}, nil, nil, false, commission.Refunded
	for _, text := range []string{x.String(), x.Chinese()} {
		require.NotContains(t, text, "618")
		require.NotContains(t, text, "2025-06-01")
		require.NotContains(t, text, "30%")
		require.NotContains(t, text, "B")
	}
	require.Contains(t, x.String(), "adjusted after a refund")
	require.Contains(t, x.Chinese(), "退款调整")
}

func TestRule_4_46_StackedCampaignsAndTheirCapsAreShown(t *testing.T) {
	plan := commission.Plan{Rates: rates("10%"), Stacking: commission.StackSum, OrderCap: commission.MustRate("11%"), Cap: commission.MustRate("12%")}
	calc := newCalculator(t, plan, commission.Campaign{Name: "618", Factor: dec("2"), PerOrder: decimal.NewNullDecimal(dec("8"))}, commission.Campaign{Name: "new", Factor: dec("1.5")})
	x := commission.Explanation{Order: "o1", Plan: 7, Stacking: plan.Stacking, Cap: plan.Cap, OrderCap: plan.OrderCap}
	x.Entry = calculate(t, calc, orderOf(goods("p", 1, "100.00")), above("B")).Entry(0)
	requireParts(t, x.String(), "11.00 CNY", "× 2.5 (campaigns 618 × 2, at most 8.00 CNY an order and new × 1.5, added up)", "cut by the campaign's cap",
		"cut by the line's cap of 12%", "cut by the order's cap of 11%")
	requireParts(t, x.Chinese(), "11.00 CNY", "× 2.5（活动 618 × 2（每单最多加 8.00 CNY）、new × 1.5，相加）", "受活动上限限制", "受商品行上限 12% 限制", "受订单上限 11% 限制")

	x.Stacking = commission.StackProduct
	require.Contains(t, x.String(), "multiplied")
	require.Contains(t, x.Chinese(), "相乘")
	x.Entry.Campaign.Parts = nil
	x.Entry.Campaign.Name, x.Entry.Campaign.PerOrder = "618", &x.Entry.Amount
	require.Contains(t, x.String(), "(campaign 618, at most 11.00 CNY an order)")
	require.Contains(t, x.Chinese(), "（活动 618（每单最多加 11.00 CNY））")
}

func TestPassedOverAreThoseBelowThePayeeByTheSameRuleAndSlot(t *testing.T) {
	differential := commission.Differential{Rates: map[partner.Level]commission.Rate{"g1": commission.MustRate("1%"), "g2": commission.MustRate("3%")}}
	order, uplines := orderOf(goods("p", 1, "100.00"), goods("q", 1, "100.00")), above("E#candidate:g1", "D:g1", "C#earning_frozen", "B", "A:g2")
	for missing, want := range map[commission.Missing][]string{
		commission.Forfeit:  {"slots D: ", "differential D: E", "differential A: E C B"},
		commission.Compress: {"slots D: E", "slots B: C", "differential D: E", "differential A: E C B"},
		commission.ToTop:    {"slots A: E", "slots D: ", "differential D: E", "differential A: E C B"},
	} {
		plan := commission.Plan{Rates: rates("10%", "5%"), Missing: missing, Differential: differential}
		plan.Excluded.Products = []string{"q"}
		calc := newCalculator(t, plan)
		paid := calculate(t, calc, order, uplines)
		var got []string
		for e := range paid.Entries() {
			var passed []string
			for _, u := range paid.Freeze().PassedOver(&e) {
				require.Equal(t, e.Line, u.Line)
				require.Equal(t, e.Rule, u.Rule)
				require.Equal(t, e.Slot, u.Slot)
				passed = append(passed, string(u.Partner))
			}
			got = append(got, e.Rule+" "+string(e.Payee)+": "+strings.Join(passed, " "))
		}
		require.Equal(t, want, got, missing)
	}
}

func TestAnExplanationIsData(t *testing.T) {
	x := explained(t, func(*commission.Plan) {})
	text, err := json.Marshal(x)
	require.NoError(t, err)
	var back commission.Explanation
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, x.String(), back.String())
	require.Equal(t, x.Chinese(), back.Chinese())
}
