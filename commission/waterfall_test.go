package commission_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// The merchant pays 30 % to the highest level above a sale; each agency keeps what its own share exceeds that of the agency below.
func ExampleWaterfall() {
	calc, err := commission.New(money.MustCurrency("CNY", 2), commission.Plan{Differential: commission.Differential{Rates: map[partner.Level]commission.Rate{
		"shop": commission.MustRate("12%"), "city": commission.MustRate("20%"), "province": commission.MustRate("30%"),
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	order := &commission.Order{ID: "o-1", Customer: "carol", Lines: []commission.Line{
		{ID: "1", Product: "tea", Quantity: 1, Amount: decimal.RequireFromString("597.00")},
	}}
	uplines := []commission.Upline{{Partner: "tea-house", Level: "shop"}, {Partner: "hangzhou", Level: "city"}, {Partner: "zhejiang", Level: "province"}}
	paid, err := calc.Calculate(order, uplines, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	chain, err := commission.Waterfall(slices.Collect(paid.Entries()), commission.RuleDifferential)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range chain {
		fmt.Println(p.Payee, "gets", p.Gross, "and passes on", p.PaidOut, "so that it keeps", p.Net)
	}
	// Output:
	// zhejiang gets 179.10 CNY and passes on 119.40 CNY so that it keeps 59.70 CNY
	// hangzhou gets 119.40 CNY and passes on 71.64 CNY so that it keeps 47.76 CNY
	// tea-house gets 71.64 CNY and passes on 0.00 CNY so that it keeps 71.64 CNY
}

// chainOf writes each party as "payee@position gross - paidOut = net".
func chainOf(t *testing.T, entries []commission.Entry, rule string) []string {
	t.Helper()
	chain, err := commission.Waterfall(entries, rule)
	require.NoError(t, err)
	var list []string
	for _, p := range chain {
		list = append(list, fmt.Sprintf("%s@%d %s - %s = %s", p.Payee, p.Position, p.Gross.Plain(), p.PaidOut.Plain(), p.Net.Plain()))
	}
	return list
}

func TestRule_4_45_EachAgencySeesGrossPaidOutAndNet(t *testing.T) {
	calc := newCalculator(t, commission.Plan{
		Rates: rates("5%"), Team: commission.Team{Mode: commission.EveryLeader, Levels: map[partner.Level]commission.Rate{
			"city": commission.MustRate("4%"), "province": commission.MustRate("10%"),
		}},
		Fees: []commission.Fee{{Name: "platform", Payee: "P", Rate: commission.MustRate("1%")}},
	})
	order := orderOf(goods("1", 1, "100.01"), goods("2", 4, "400.00"))
	paid := calculate(t, calc, order, above("S:shop", "C:city!", "K:city!", "V:province!"))
	entries := slices.Collect(paid.Entries())
	require.Equal(t, []string{"V@4 50.00 - 20.00 = 30.00", "C@2 20.00 - 0.00 = 20.00"}, chainOf(t, entries, commission.RuleTeam),
		"over both lines; of equal levels one is passed over")
	require.Equal(t, []string{"S@1 25.00 - 0.00 = 25.00"}, chainOf(t, entries, commission.RuleSlots))
	require.Empty(t, chainOf(t, entries, commission.RuleFee), "who stands in no line is in no chain")
	require.Empty(t, chainOf(t, entries, commission.RuleDifferential))
	require.Empty(t, chainOf(t, nil, commission.RuleTeam))

	changes, err := commission.Difference(entries, targetOf(t, calc, paid.Freeze(), commission.Returned{Units: 1, Valued: 1}, commission.Returned{Units: 1, Valued: 1}))
	require.NoError(t, err)
	entries = append(entries, changes...)
	require.Equal(t, []string{"V@4 30.00 - 12.00 = 18.00", "C@2 12.00 - 0.00 = 12.00"}, chainOf(t, entries, commission.RuleTeam), "what stands after a refund")
	changes, err = commission.Difference(entries, targetOf(t, calc, paid.Freeze(), commission.Returned{Units: 1, Valued: 1}, commission.Returned{Units: 4, Valued: 4}))
	require.NoError(t, err)
	require.Equal(t, []string{"V@4 0.00 - 0.00 = 0.00", "C@2 0.00 - 0.00 = 0.00"}, chainOf(t, append(entries, changes...), commission.RuleTeam))
}

func TestRule_4_45_AWaterfallOfTwoCurrenciesOrTooMuchIsAnError(t *testing.T) {
	of := func(position int, amount money.Amount) commission.Entry {
		return commission.Entry{Rule: commission.RuleTeam, Position: position, Payee: "A", Amount: amount}
	}
	usd := money.MustCurrency("USD", 2).Minor(1)
	for _, entries := range [][]commission.Entry{{of(1, cny.Minor(1)), of(1, usd)}, {of(1, cny.Minor(1)), of(2, usd)}} {
		chain, err := commission.Waterfall(entries, commission.RuleTeam)
		var mismatch *money.MismatchError
		require.ErrorAs(t, err, &mismatch)
		require.Nil(t, chain)
	}
}

// TestRule_4_45_TheNetsOfAChainAreTheOutlay: in any order, before and after any refund, whoever is cut.
func TestRule_4_45_TheNetsOfAChainAreTheOutlay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calc, _ := genCases().Draw(t, "plan").calculator(t)
		order, uplines := genOrders(calc.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
		paid := calculate(t, calc, order, uplines)
		standing, frozen := book(slices.Collect(paid.Entries())), paid.Freeze()
		for range 2 {
			for _, rule := range []string{commission.RuleSlots, commission.RuleTeam, commission.RuleDifferential, commission.RuleTerritory, commission.RuleFee} {
				requireChain(t, calc, standing, rule)
			}
			target, err := calc.Target(frozen, genReturned(t, calc, frozen), nil)
			require.NoError(t, err)
			standing.post(t, target)
		}
	})
}

// requireChain fails unless each party's gross is its net and those of all below, what it pays out is the gross of the next, and the top's gross is all.
func requireChain(t *rapid.T, calc *commission.Calculator, entries []commission.Entry, rule string) {
	chain, err := commission.Waterfall(entries, rule)
	require.NoError(t, err)
	outlay, nets := calc.Currency().Minor(0), calc.Currency().Minor(0)
	own := map[partner.ID]money.Amount{}
	for _, e := range entries {
		if e.Rule == rule && e.Position > 0 {
			outlay, err = outlay.Add(e.Amount)
			require.NoError(t, err)
			own[e.Payee], err = own[e.Payee].Add(e.Amount)
			require.NoError(t, err)
		}
	}
	for i, p := range chain {
		require.Equal(t, own[p.Payee], p.Net)
		kept, err := p.Gross.Sub(p.PaidOut)
		require.NoError(t, err)
		require.Equal(t, p.Net, kept)
		below := calc.Currency().Minor(0)
		if i+1 < len(chain) {
			below = chain[i+1].Gross
			require.Greater(t, p.Position, chain[i+1].Position)
		}
		require.Equal(t, below, p.PaidOut)
		nets, err = nets.Add(p.Net)
		require.NoError(t, err)
	}
	require.Len(t, chain, len(own))
	require.Equal(t, outlay, nets)
	if len(chain) > 0 {
		require.Equal(t, outlay, chain[0].Gross)
	}
}
