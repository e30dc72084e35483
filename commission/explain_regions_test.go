package commission_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
)

func TestRule_4_46_EntriesOfAgentsAndFeesAreExplained(t *testing.T) {
	plan := regions(commission.SplitShares, map[string]commission.Region{"33/01": region("10%", "A*1", "B*2"), "33": region("2%", "C")})
	plan.Fees = []commission.Fee{{Name: "platform", Payee: "P", Rate: commission.MustRate("5%"), BeforeSplit: true}, {Name: "care", Payee: "P", Rate: commission.MustRate("0.50/unit")}}
	paid := calculate(t, newCalculator(t, plan), sentTo("33/01", goods("p", 2, "100.00")), nil)
	var all []commission.Explanation
	for e := range paid.Entries() {
		all = append(all, commission.Explanation{Order: "o1", Plan: 7, Entry: e})
	}
	require.Equal(t, []string{
		"A: 3.17 CNY from line p of order o1: territory, 10% of 95.00 (territory 33/01), 1 of 3 parts, rounded half-up per entry; plan version 7",
		"B: 6.33 CNY from line p of order o1: territory, 10% of 95.00 (territory 33/01), 2 of 3 parts, rounded half-up per entry; plan version 7",
		"C: 1.90 CNY from line p of order o1: territory, 2% of 95.00 (territory 33), rounded half-up per entry; plan version 7",
		"P: 5.00 CNY from line p of order o1: fee, 5% of 100.00 (fee platform), rounded half-up per entry; plan version 7",
		"P: 1.00 CNY from line p of order o1: fee, 0.5/unit × 2 units (fee care), rounded half-up per entry; plan version 7",
	}, []string{all[0].String(), all[1].String(), all[2].String(), all[3].String(), all[4].String()})
	require.Equal(t, []string{
		"A：3.17 CNY，来自订单 o1 商品行 p：区域代理分红，10% × 95.00（区域比例 33/01），3 份中的 1 份，按笔四舍五入；方案版本 7",
		"B：6.33 CNY，来自订单 o1 商品行 p：区域代理分红，10% × 95.00（区域比例 33/01），3 份中的 2 份，按笔四舍五入；方案版本 7",
		"C：1.90 CNY，来自订单 o1 商品行 p：区域代理分红，2% × 95.00（区域比例 33），按笔四舍五入；方案版本 7",
		"P：5.00 CNY，来自订单 o1 商品行 p：服务费，5% × 100.00（服务费比例 platform），按笔四舍五入；方案版本 7",
		"P：1.00 CNY，来自订单 o1 商品行 p：服务费，0.5/unit × 2 件（服务费比例 care），按笔四舍五入；方案版本 7",
	}, []string{all[0].Chinese(), all[1].Chinese(), all[2].Chinese(), all[3].Chinese(), all[4].Chinese()})

	text, err := json.Marshal(all[1])
	require.NoError(t, err)
	require.Contains(t, string(text), `"weight":2,"weights":3`)
	var back commission.Explanation
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, all[1].String(), back.String())
}
