package commission_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

func goldBonus(mode commission.BonusMode, texts ...string) commission.LevelBonus {
	return commission.LevelBonus{Mode: mode, Rates: map[partner.Level][]commission.Rate{"gold": rates(texts...)}}
}

func TestAllProblemsOfALevelBonusAreNamedAtOnce(t *testing.T) {
	says := requirePlanError(t, []string{
		"commission.cap", "commission.levelBonus.rates.gold[1]", `commission.levelBonus.rates["v i p"]`, "commission.rates[0]", "commission.skus.s[1]",
	}, commission.Plan{
		Rates: rates("12.3456789012345678%", "10%"), Cap: commission.MustRate("1/unit"), SKUs: map[string][]commission.Rate{"s": rates("-", "0.333333333333333333/unit")},
		LevelBonus: commission.LevelBonus{Mode: commission.Multiplicative, Rates: map[partner.Level][]commission.Rate{
			"gold": rates("10%", "2/unit"), "silver": rates("0.5%", "0.5%"), "v i p": make([]commission.Rate, 101),
		}},
	})
	require.Contains(t, says, `a rate is raised by a share such as "10%", not by 2/unit`)
	require.Contains(t, says, `commission.rates[0]: 12.3456789012345678% with the bonus of level "gold" has more than 18 digits`)
	requirePlanError(t, []string{"commission.levelBonus.mode"}, commission.Plan{LevelBonus: commission.LevelBonus{Mode: 3}})
}

// TestARateThatABonusMakesTooLongIsRefusedWhereverItStands, and one digit less is not; what no slot pays does not matter.
func TestARateThatABonusMakesTooLongIsRefusedWhereverItStands(t *testing.T) {
	long := map[commission.BonusMode][3]string{ // a bonus, the longest rate that bears it, and one that does not
		commission.Additive:       {"3.00/unit", "0.33333333333333333/unit", "0.333333333333333333/unit"},
		commission.Multiplicative: {"2.5%", "12.3456789012345%", "12.34567890123457%"},
	}
	for mode, c := range long {
		for path, plan := range map[string]func(rate string) commission.Plan{
			"commission.rates[0]": func(r string) commission.Plan { return commission.Plan{Rates: rates(r)} },
			"commission.levels.gold[0]": func(r string) commission.Plan {
				return commission.Plan{Levels: map[partner.Level][]commission.Rate{"gold": rates(r)}}
			},
			"commission.partners.B[0]": func(r string) commission.Plan {
				return commission.Plan{Partners: map[partner.ID][]commission.Rate{"B": rates(r)}}
			},
			"commission.categories.c[0]": func(r string) commission.Plan {
				return commission.Plan{Categories: map[string][]commission.Rate{"c": rates(r)}}
			},
			"commission.products.p[0]": func(r string) commission.Plan {
				return commission.Plan{Products: map[string][]commission.Rate{"p": rates(r)}}
			},
			"commission.skus.s[0]": func(r string) commission.Plan {
				return commission.Plan{SKUs: map[string][]commission.Rate{"s": rates(r)}}
			},
		} {
			short, tooLong := plan(c[1]), plan(c[2])
			short.LevelBonus, tooLong.LevelBonus = goldBonus(mode, c[0]), goldBonus(mode, c[0])
			newCalculator(t, short)
			says := requirePlanError(t, []string{path}, tooLong)
			require.Contains(t, says, `with the bonus of level "gold" has more than 18 digits`)
			tooLong.LevelBonus = goldBonus(mode, "-", c[0])
			newCalculator(t, tooLong)
		}
		unpaid := commission.Plan{Rates: rates("10%", c[2]), Slots: 1, LevelBonus: goldBonus(mode, "-", c[0])}
		newCalculator(t, unpaid)
		unpaid.Slots = 2
		requirePlanError(t, []string{"commission.rates[1]"}, unpaid)
	}
	newCalculator(t, commission.Plan{Rates: rates("99.9999999999999999%"), LevelBonus: goldBonus(commission.Additive, "0.0000000000000001%")})
	newCalculator(t, commission.Plan{Rates: rates("0.00000005%"), LevelBonus: goldBonus(commission.Multiplicative, "0.0000002%")}) // 1 at the 18th decimal
	newCalculator(t, commission.Plan{Rates: rates("0.333333333333333333/unit"), LevelBonus: goldBonus(commission.Replace, "12.3456789012345678%")})
}

// TestARateOfALineThatABonusMakesTooLongIsAnErrorOfTheOrder, unless it does not count: the plan ignores it, or pays no such slot.
func TestARateOfALineThatABonusMakesTooLongIsAnErrorOfTheOrder(t *testing.T) {
	order := orderOf(goods("p", 1, "100.00"), goods("q", 1, "100.00"))
	order.Lines[1].Rates = rates("10%", "12.34567890123457%", "0.333333333333333333/unit")
	plan := commission.Plan{Rates: rates("1%", "1%", "1%"), LevelBonus: goldBonus(commission.Multiplicative, "2.5%", "2.5%", "2.5%")}
	_, err := newCalculator(t, plan).Calculate(order, above("C", "B:gold"), nil)
	requireProblems(t, err, []string{"lines[1].rates[1]", "lines[1].rates[2]"}, `12.34567890123457% with the bonus of level "gold" has more than 18 digits`)

	plan.Slots = 1
	calculate(t, newCalculator(t, plan), order, above("C:gold", "B:gold"))
	plan.Slots, plan.LineRates = 3, commission.IgnoreLineRates
	require.Equal(t, []string{"p slots/1 C 1.00", "p slots/2 B 1.03", "q slots/1 C 1.00", "q slots/2 B 1.03"},
		entriesOf(calculate(t, newCalculator(t, plan), order, above("C", "B:gold"))))
}

// TestRule_4_19_ARefusingPlanCountsBonuses: each plan pays 30 % at most, which is its cap, and what is added is one unit too much.
func TestRule_4_19_ARefusingPlanCountsBonuses(t *testing.T) {
	refuse := func(change func(*commission.Plan)) commission.Plan {
		plan := commission.Plan{Rates: rates("10%", "5%"), Cap: commission.MustRate("30%"), Overflow: commission.RefusePlan}
		change(&plan)
		return plan
	}
	level := func(texts ...string) map[partner.Level][]commission.Rate {
		return map[partner.Level][]commission.Rate{"gold": rates(texts...)}
	}
	for _, c := range []struct {
		path     string
		fits     func(*commission.Plan)
		exceeds  func(*commission.Plan)
		campaign []commission.Campaign
	}{
		{"commission.rates",
			func(p *commission.Plan) { p.LevelBonus = goldBonus(commission.Additive, "10%", "5%") },
			func(p *commission.Plan) { p.LevelBonus = goldBonus(commission.Additive, "10%", "5.0001%") }, nil},
		{"commission.rates",
			func(p *commission.Plan) { p.LevelBonus = goldBonus(commission.Multiplicative, "100%", "100%") },
			func(p *commission.Plan) {
				p.LevelBonus = goldBonus(commission.Multiplicative, "100%", "100%")
				p.Rates = rates("10%", "5.0001%")
			}, nil},
		{"commission.rates",
			func(p *commission.Plan) { p.LevelBonus = goldBonus(commission.Replace, "25%", "1%") },
			func(p *commission.Plan) { p.LevelBonus = goldBonus(commission.Replace, "25.0001%", "1%") }, nil},
		{"commission.rates", // a slot without a rate has none to replace
			func(p *commission.Plan) {
				p.Rates, p.LevelBonus = rates("-", "5%"), goldBonus(commission.Replace, "90%", "30%")
			},
			func(p *commission.Plan) {
				p.Rates, p.LevelBonus = rates("-", "5%"), goldBonus(commission.Replace, "90%", "30.0001%")
			}, nil},
		{"commission.rates",
			func(p *commission.Plan) { p.LevelBonus = goldBonus(commission.Additive, "5%") },
			func(p *commission.Plan) { p.LevelBonus = goldBonus(commission.Additive, "5.0001%") },
			[]commission.Campaign{{Name: "c", Factor: dec("1.666666666666666"), Slots: []int{1}}}},
		{"commission.rates",
			func(p *commission.Plan) { p.Recruiter.Rate = commission.MustRate("15%") },
			func(p *commission.Plan) { p.Recruiter.Rate = commission.MustRate("15.0001%") }, nil},
		{"commission.rates",
			func(p *commission.Plan) {
				p.Recruiter.Levels = map[partner.Level]commission.Rate{"gold": commission.MustRate("15%")}
			},
			func(p *commission.Plan) {
				p.Recruiter.Levels = map[partner.Level]commission.Rate{"gold": commission.MustRate("15.0001%")}
			}, nil},
		// A level's own rate is raised by that level's bonus alone, and the plan's own rate not by the bonus of a level that has its own.
		{"commission.levels.gold",
			func(p *commission.Plan) {
				p.Levels = level("20%")
				p.LevelBonus = commission.LevelBonus{Rates: map[partner.Level][]commission.Rate{"gold": rates("5%"), "silver": rates("15%")}}
			},
			func(p *commission.Plan) {
				p.Levels = level("20%")
				p.LevelBonus = commission.LevelBonus{Rates: map[partner.Level][]commission.Rate{"gold": rates("5.0001%"), "silver": rates("15%")}}
			}, nil},
		{"commission.levels.gold",
			func(p *commission.Plan) { p.Levels, p.LevelBonus = level("1%"), goldBonus(commission.Additive, "24%") },
			func(p *commission.Plan) {
				p.Levels, p.LevelBonus = level("1%"), goldBonus(commission.Additive, "24.0001%")
			}, nil},
		{"commission.partners.B",
			func(p *commission.Plan) {
				p.Partners, p.LevelBonus = map[partner.ID][]commission.Rate{"B": rates("15%")}, goldBonus(commission.Additive, "10%")
			},
			func(p *commission.Plan) {
				p.Partners, p.LevelBonus = map[partner.ID][]commission.Rate{"B": rates("15%")}, goldBonus(commission.Additive, "10.0001%")
			}, nil},
		{"commission.products.p",
			func(p *commission.Plan) {
				p.Products, p.LevelBonus = map[string][]commission.Rate{"p": rates("15%")}, goldBonus(commission.Additive, "10%")
			},
			func(p *commission.Plan) {
				p.Products, p.LevelBonus = map[string][]commission.Rate{"p": rates("15%")}, goldBonus(commission.Additive, "10.0001%")
			}, nil},
		// Where a partner's own rates come before the goods', one slot can pay them and another the goods'.
		{"commission.products.p",
			func(p *commission.Plan) {
				p.Partners, p.Products = map[partner.ID][]commission.Rate{"B": rates("-", "15%")}, map[string][]commission.Rate{"p": rates("20%", "1%")}
			},
			func(p *commission.Plan) {
				p.Partners, p.Products = map[partner.ID][]commission.Rate{"B": rates("-", "15%")}, map[string][]commission.Rate{"p": rates("20%", "1%")}
				p.Personal = commission.BeforeGoods
			}, nil},
	} {
		newCalculator(t, refuse(c.fits), c.campaign...)
		requirePlanError(t, []string{c.path}, refuse(c.exceeds), c.campaign...)
	}
}
