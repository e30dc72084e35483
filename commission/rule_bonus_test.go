package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// Rules 4.1 to 4.8 about what changes the rate of a slot.

// s02 is the plan of scenario S02a: 10, 5 and 2 % as the product's rates, and a bonus by level for each slot.
func s02() commission.Plan {
	return commission.Plan{
		Products: map[string][]commission.Rate{"p": rates("10%", "5%", "2%")},
		LevelBonus: commission.LevelBonus{Rates: map[partner.Level][]commission.Rate{
			"junior": rates("0%", "0%", "0%"), "middle": rates("2%", "1%", "0.5%"), "senior": rates("3%", "2%", "1%"),
		}},
	}
}

func TestRule_4_01_AnotherPlanChangesOrdersPaidAfterwardsOnly(t *testing.T) {
	before, after := newCalculator(t, commission.Plan{Rates: rates("10%", "5%", "2%")}), newCalculator(t, commission.Plan{Rates: rates("10%", "5%", "2%"), Slots: 1})
	order, uplines := orderOf(goods("p", 2, "100.00")), above("C", "B", "A")
	paid := calculate(t, before, order, uplines)
	require.Equal(t, []string{"p slots/1 C 10.00"}, entriesOf(calculate(t, after, order, uplines)))
	back := commission.Returned{Units: 1, Valued: 1}
	require.Equal(t, []string{"p slots/1 C 5.00", "p slots/2 B 2.50", "p slots/3 A 1.00"}, entriesOf(targetOf(t, before, paid.Freeze(), back)))
}

func TestRule_4_06_ScenarioS02aTheBonusOfALevelIsAddedByItsSlot(t *testing.T) {
	paid := calculate(t, newCalculator(t, s02()), orderOf(goods("p", 1, "1000.00")), above("C:junior", "B:middle", "A:senior"))
	require.Equal(t, []string{"p slots/1 C 100.00", "p slots/2 B 60.00", "p slots/3 A 30.00"}, entriesOf(paid))
	require.Equal(t, "190.00", totalOf(t, paid))
	var sources []string
	for e := range paid.Entries() {
		sources = append(sources, e.Rate.String()+" "+e.Source.String())
	}
	require.Equal(t, []string{"10% product p", "6% product p, plus 1% for level middle", "3% product p, plus 1% for level senior"}, sources,
		"a bonus that changes nothing is not shown")
}

func TestRule_4_06_ScenariosS02bAndS02cABonusGoesWithThePlaceThatSomebodyTakes(t *testing.T) {
	plan := s02()
	plan.SelfPurchase = commission.Own
	require.Equal(t, []string{"p slots/1 C 100.00", "p slots/2 B 60.00", "p slots/3 A 30.00"},
		entriesOf(selfBought(t, plan, "C:junior", "B:middle", "A:senior", "Z:junior")))
	plan.SelfPurchase = commission.ShiftUp
	require.Equal(t, []string{"p slots/1 B 120.00", "p slots/2 A 70.00", "p slots/3 Z 20.00"},
		entriesOf(selfBought(t, plan, "C:junior", "B:middle", "A:senior", "Z:junior")))
	plan.SelfPurchase = commission.SkipSlot
	require.Equal(t, []string{"p slots/2 B 60.00", "p slots/3 A 30.00"}, entriesOf(selfBought(t, plan, "C:junior", "B:middle", "A:senior", "Z:junior")))
}

func TestRule_4_06_ABonusIsAddedToARateOfItsKindWhateverGaveIt(t *testing.T) {
	bonus := func(texts ...string) commission.LevelBonus {
		return commission.LevelBonus{Rates: map[partner.Level][]commission.Rate{"gold": rates(texts...)}}
	}
	plan := commission.Plan{
		Rates:  rates("1%"),
		Levels: map[partner.Level][]commission.Rate{"gold": rates("2%")}, Partners: map[partner.ID][]commission.Rate{"VIP": rates("3%")},
		Categories: map[string][]commission.Rate{"c": rates("4%")}, Products: map[string][]commission.Rate{"p": rates("5%")},
		SKUs: map[string][]commission.Rate{"s": rates("6%"), "fixed": rates("3.00/unit"), "zero": rates("0%")},
	}
	line := func(sku, product, category string, own ...string) commission.Line {
		return commission.Line{ID: "l", SKU: sku, Product: product, Category: category, Quantity: 2, Amount: dec("100.00"), Rates: rates(own...)}
	}
	for _, c := range []struct {
		bonus        commission.LevelBonus
		line         commission.Line
		payee        string
		amount, from string
	}{
		{bonus("10%"), line("", "", ""), "B", "1.00", "default"},
		{bonus("10%"), line("", "", ""), "B:gold", "12.00", "level gold, plus 10% for level gold"},
		{bonus("10%"), line("", "", ""), "VIP:gold", "13.00", "partner VIP, plus 10% for level gold"},
		{bonus("10%"), line("", "", "c"), "B:gold", "14.00", "category c, plus 10% for level gold"},
		{bonus("10%"), line("", "p", "c"), "B:gold", "15.00", "product p, plus 10% for level gold"},
		{bonus("10%"), line("s", "p", "c"), "B:gold", "16.00", "sku s, plus 10% for level gold"},
		{bonus("10%"), line("s", "p", "c", "7%"), "B:gold", "17.00", "line, plus 10% for level gold"},
		{bonus("10%"), line("zero", "", ""), "B:gold", "10.00", "sku zero, plus 10% for level gold"},
		{bonus("10%"), line("fixed", "", ""), "B:gold", "6.00", "sku fixed"},
		{bonus("0.50/unit"), line("fixed", "", ""), "B:gold", "7.00", "sku fixed, plus 0.5/unit for level gold"},
		{bonus("0.50/unit"), line("s", "", ""), "B:gold", "6.00", "sku s"},
		{bonus("-", "10%"), line("s", "", ""), "B:gold", "6.00", "sku s"},
		{bonus("10%"), line("s", "", "", "95%"), "B:gold", "100.00", "line, plus 10% for level gold"}, // a share ends at the whole base
	} {
		plan.LevelBonus = c.bonus
		paid := calculate(t, newCalculator(t, plan), orderOf(c.line), above(c.payee))
		require.Equal(t, 1, paid.Len())
		require.Equal(t, c.amount, paid.Entry(0).Amount.Plain(), c.from)
		require.Equal(t, c.from, paid.Entry(0).Source.String())
	}
}

func TestRule_4_06_ASlotWithoutARateHasNoneByABonusEither(t *testing.T) {
	for mode := range commission.Replace + 1 {
		plan := commission.Plan{Rates: rates("-", "5%"), LevelBonus: commission.LevelBonus{
			Mode: mode, Rates: map[partner.Level][]commission.Rate{"gold": rates("10%", "10%", "10%")},
		}}
		paid := calculate(t, newCalculator(t, plan), orderOf(goods("p", 1, "100.00")), above("C:gold", "B", "A:gold"))
		require.Equal(t, []string{"p slots/2 B 5.00"}, entriesOf(paid), mode)
		require.Equal(t, []string{"p slots/1 C@1 no_rate"}, unpaidOf(paid), mode)
	}
}

func TestRule_4_06_ABonusIsOfSlotsAlone(t *testing.T) {
	plan := commission.Plan{
		Rates: rates("10%"), Team: commission.Team{Rate: commission.MustRate("1%")}, Recruiter: commission.Recruiter{Rate: commission.MustRate("2%")},
		Differential: commission.Differential{Rates: map[partner.Level]commission.Rate{"gold": commission.MustRate("3%")}},
		LevelBonus:   commission.LevelBonus{Rates: map[partner.Level][]commission.Rate{"gold": rates("5%", "5%", "5%")}},
	}
	paid := calculate(t, newCalculator(t, plan), orderOf(goods("p", 1, "100.00")), above("B", "A:gold!"))
	require.Equal(t, []string{"p slots/1 B 10.00", "p team/0 A 1.00", "p differential/0 A 3.00", "p recruiter/0 A 2.00"}, entriesOf(paid))
}

func TestRule_4_07_ScenarioS02dTheModesAreDifferentAlgebra(t *testing.T) {
	order := orderOf(goods("p", 2, "100.00"))
	for _, c := range []struct {
		mode                      commission.BonusMode
		rate, bonus, amount, from string
	}{
		{commission.Additive, "10%", "10%", "20.00", "default, plus 10% for level gold"},
		{commission.Multiplicative, "10%", "10%", "11.00", "default, raised by 10% for level gold"},
		{commission.Replace, "10%", "10%", "10.00", "default"},
		{commission.Multiplicative, "3.00/unit", "50%", "9.00", "default, raised by 50% for level gold"},
		{commission.Multiplicative, "60%", "100%", "100.00", "default, raised by 100% for level gold"},
		{commission.Multiplicative, "10%", "0%", "10.00", "default"},
		{commission.Replace, "10%", "4.00/unit", "8.00", "default, replaced by 4/unit for level gold"},
		{commission.Replace, "3.00/unit", "5%", "5.00", "default, replaced by 5% for level gold"},
		{commission.Replace, "0%", "5%", "5.00", "default, replaced by 5% for level gold"},
	} {
		plan := commission.Plan{Rates: rates(c.rate), LevelBonus: commission.LevelBonus{
			Mode: c.mode, Rates: map[partner.Level][]commission.Rate{"gold": rates(c.bonus)},
		}}
		paid := calculate(t, newCalculator(t, plan), order, above("B:gold"))
		require.Equal(t, []string{"p slots/1 B " + c.amount}, entriesOf(paid), c.from)
		require.Equal(t, c.from, paid.Entry(0).Source.String())
		plain := calculate(t, newCalculator(t, commission.Plan{Rates: rates(c.rate)}), order, above("B:gold"))
		require.Equal(t, entriesOf(plain), entriesOf(calculate(t, newCalculator(t, plan), order, above("B:silver"))), "another level has no bonus")
	}
	plan := commission.Plan{Rates: rates("10%"), LevelBonus: commission.LevelBonus{
		Mode: commission.Replace, Rates: map[partner.Level][]commission.Rate{"gold": rates("0%")},
	}}
	require.Equal(t, []string{"p slots/1 B@1 zero_rate"}, unpaidOf(calculate(t, newCalculator(t, plan), order, above("B:gold"))))
}

func TestRule_4_06_AShareWithItsBonusEndsAtTheWholeBase(t *testing.T) {
	for mode := range commission.Replace {
		plan := commission.Plan{Rates: rates("60%"), LevelBonus: commission.LevelBonus{
			Mode: mode, Rates: map[partner.Level][]commission.Rate{"gold": rates("90%")},
		}}
		paid := calculate(t, newCalculator(t, plan), orderOf(goods("p", 1, "100.00")), above("B:gold"))
		require.Equal(t, "100%", paid.Entry(0).Rate.String(), mode)
		require.False(t, paid.Entry(0).Cut, "it is not the cap that ends it")
	}
}

func TestRule_4_07_ACampaignMultipliesTheRaisedRate(t *testing.T) {
	plan := s02()
	plan.LevelBonus.Mode = commission.Multiplicative
	calc := newCalculator(t, plan, commission.Campaign{Name: "double", Factor: dec("2")})
	paid := calculate(t, calc, orderOf(goods("p", 1, "1000.00")), above("C:middle"))
	require.Equal(t, []string{"p slots/1 C 204.00"}, entriesOf(paid), "1000.00 × 10% × 1.02 × 2")
}

func TestRule_4_08_APersonalRateBeatsTheGoodsWhereThePlanSaysSo(t *testing.T) {
	plan := commission.Plan{
		Rates: rates("1%", "1%"), Partners: map[partner.ID][]commission.Rate{"B": rates("12%", "-"), "A": rates("-", "11%")},
		Categories: map[string][]commission.Rate{"c": rates("4%")}, Products: map[string][]commission.Rate{"p": rates("5%", "5%")},
		SKUs: map[string][]commission.Rate{"s": rates("6%", "0%")},
	}
	order := orderOf(
		commission.Line{ID: "sku", SKU: "s", Product: "p", Category: "c", Quantity: 1, Amount: dec("100.00")},
		commission.Line{ID: "product", Product: "p", Category: "c", Quantity: 1, Amount: dec("100.00")},
		commission.Line{ID: "category", Category: "c", Quantity: 1, Amount: dec("100.00")},
		commission.Line{ID: "line", SKU: "s", Quantity: 1, Amount: dec("100.00"), Rates: rates("7%", "7%")},
	)
	paid := calculate(t, newCalculator(t, plan), order, above("B", "A"))
	require.Equal(t, []string{
		"sku slots/1 B 6.00", "product slots/1 B 5.00", "product slots/2 A 5.00", "category slots/1 B 4.00", "category slots/2 A 11.00",
		"line slots/1 B 7.00", "line slots/2 A 7.00",
	}, entriesOf(paid))
	plan.Personal = commission.BeforeGoods
	paid = calculate(t, newCalculator(t, plan), order, above("B", "A"))
	require.Equal(t, []string{
		"sku slots/1 B 12.00", "sku slots/2 A 11.00", "product slots/1 B 12.00", "product slots/2 A 11.00", "category slots/1 B 12.00", "category slots/2 A 11.00",
		"line slots/1 B 7.00", "line slots/2 A 7.00",
	}, entriesOf(paid), "a rate given with the line comes before all")
	require.Equal(t, "partner B", paid.Entry(0).Source.String())
}
