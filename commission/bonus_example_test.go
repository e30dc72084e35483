package commission_test

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

func exampleBonus(b commission.Bonus) *commission.BonusCalculator {
	calc, err := commission.New(money.MustCurrency("CNY", 2), commission.Plan{})
	if err != nil {
		panic(err)
	}
	bonus, err := calc.Bonus(b)
	if err != nil {
		panic(err)
	}
	return bonus
}

// A team ladder: alice's team sold 120,000.00 in the month, of which bob's team sold 30,000.00.
func ExampleLadder() {
	bonus := exampleBonus(commission.Bonus{Name: "team", Ladder: &commission.Ladder{Steps: []commission.Step{
		{From: decimal.NewFromInt(10_000), Rate: commission.MustRate("5%")},
		{From: decimal.NewFromInt(100_000), Rate: commission.MustRate("10%")},
	}}})
	result, err := bonus.Calculate(commission.BonusInput{Members: []commission.Member{
		{Partner: "alice", Recruiter: -1, Volume: money.UnitsOf(90_000_00)},
		{Partner: "bob", Recruiter: 0, Volume: money.UnitsOf(25_000_00)},
		{Partner: "carol", Recruiter: 1, Volume: money.UnitsOf(5_000_00)},
	}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range result.Len() {
		e := result.Entry(i)
		fmt.Println(e.Payee, "earns", e.Amount, "by", e.Rule, "-", e.Rate, "of", e.Base, "less", result.Legs(i))
	}
	for u := range result.Unpaid() {
		fmt.Println(u.Partner, "earns nothing:", commission.ReasonEnglish(u.Reason))
	}
	// Output:
	// alice earns 10500.00 CNY by ladder:team - 10% of 120000.00 CNY less 1500.00 CNY
	// bob earns 1500.00 CNY by ladder:team - 5% of 30000.00 CNY less 0.00 CNY
	// carol earns nothing: his volume has not reached the first step
}

// A shareholder pool: 10 % of 100.00, divided by weight to the last cent.
func ExamplePool() {
	bonus := exampleBonus(commission.Bonus{Name: "shareholders", Every: commission.Quarterly, Pool: &commission.Pool{
		Rate: commission.MustRate("10%"), Levels: map[partner.Level]int64{"gold": 10, "platinum": 20},
	}})
	result, err := bonus.Calculate(commission.BonusInput{Net: money.UnitsOf(100_00), Members: []commission.Member{
		{Partner: "alice", Level: "platinum"}, {Partner: "bob", Level: "gold"}, {Partner: "carol", Level: "gold"}, {Partner: "dave", Level: "gold"},
		{Partner: "erin", Level: "gold"},
	}}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for e := range result.Entries() {
		fmt.Println(e.Payee, "with weight", e.Units, "earns", e.Amount)
	}
	fmt.Println("together", result.Total())
	// Output:
	// alice with weight 20 earns 3.33 CNY
	// bob with weight 10 earns 1.67 CNY
	// carol with weight 10 earns 1.67 CNY
	// dave with weight 10 earns 1.67 CNY
	// erin with weight 10 earns 1.66 CNY
	// together 10.00 CNY
}

// Two sales of a month in the three modes of tiers: 800.00, and then 700.00, which crosses the threshold of 1,000.
func ExampleTiers() {
	in := commission.BonusInput{
		Members: []commission.Member{{Partner: "alice", Recruiter: -1, Volume: money.UnitsOf(1_500_00)}},
		Sales:   [][]money.Units{{money.UnitsOf(800_00), money.UnitsOf(700_00)}},
	}
	for _, mode := range []commission.TierMode{commission.Marginal, commission.Retroactive, commission.Prospective} {
		bonus := exampleBonus(commission.Bonus{Name: "sales", Tiers: &commission.Tiers{Mode: mode, Steps: []commission.Step{
			{Rate: commission.MustRate("5%")},
			{From: decimal.NewFromInt(1_000), Rate: commission.MustRate("8%")},
		}}})
		result, err := bonus.Calculate(in, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		for e := range result.Entries() {
			fmt.Println(mode, "pays", e.Amount, "for", e.Base, "at", e.Rate)
		}
	}
	// Output:
	// marginal pays 50.00 CNY for 1000.00 CNY at 5%
	// marginal pays 40.00 CNY for 500.00 CNY at 8%
	// retroactive pays 120.00 CNY for 1500.00 CNY at 8%
	// prospective pays 75.00 CNY for 1500.00 CNY at 5%
}
