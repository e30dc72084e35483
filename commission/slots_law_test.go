package commission_test

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// genUniform draws a plan of which each slot pays everybody the same rate, except that "g3" may get nothing, and orders of strangers.
func genUniform(t *rapid.T) (calc *commission.Calculator, naive oracle, paupers bool) {
	c := genCase{cur: money.MustCurrency("CUR", rapid.SampledFrom([]int{2, 0, 6}).Draw(t, "scale"))}
	p := &c.plan
	p.Rates, p.Products = genRates(t, "default", 1), genRatesBy[string](t, "products", genGoods)
	p.Missing = commission.Missing(rapid.IntRange(0, 3).Draw(t, "missing"))
	p.Base = commission.Base(rapid.IntRange(0, 1).Draw(t, "base"))
	p.Overflow = commission.Overflow(rapid.IntRange(0, 1).Draw(t, "overflow"))
	p.Rounding.Mode = money.Mode(rapid.IntRange(0, 2).Draw(t, "mode"))
	p.LineRates = commission.IgnoreLineRates
	switch rapid.IntRange(0, 2).Draw(t, "bonus") {
	case 1:
		p.LevelBonus = genLevelBonus(t)
		list := p.LevelBonus.Rates[slices.Min(slices.Collect(maps.Keys(p.LevelBonus.Rates)))]
		for _, level := range genLevels {
			p.LevelBonus.Rates[partner.Level(level)] = list
		}
		if p.Validate(c.cur, nil) != nil {
			p.LevelBonus = commission.LevelBonus{}
		}
	case 2:
		paupers = true
		p.LevelBonus = commission.LevelBonus{Mode: commission.Replace, Rates: map[partner.Level][]commission.Rate{"g3": rates("0%", "0/unit", "0%")}}
	}
	calc, naive = c.calculator(t)
	return calc, naive, paupers
}

// TestRule_4_18_SlotsPayNoMoreThanTheirRatesOfTheBase whatever becomes of missing holders; and as much, where those who earn nothing of a slot are passed
// over and enough others stand above, up to a unit for each entry.
func TestRule_4_18_SlotsPayNoMoreThanTheirRatesOfTheBase(t *testing.T) {
	whole := 0
	rapid.Check(t, func(t *rapid.T) {
		calc, naive, paupers := genUniform(t)
		for range 4 {
			order, uplines := withoutFacts(genOrders(calc.Price().Scale(), false).Draw(t, "order")), genUplines().Draw(t, "uplines")
			order.Customer = "buyer"
			earning := 0
			for _, u := range uplines {
				if u.Bar == "" && !(paupers && u.Level == "g3") {
					earning++
				}
			}
			result := calculate(t, calc, order, uplines)
			paid, slots := map[commission.LineID]*big.Rat{}, map[string]bool{}
			for e := range result.Entries() {
				slot := fmt.Sprint(e.Line, "/", e.Slot)
				require.False(t, slots[slot], "a slot is paid once")
				slots[slot] = true
				if paid[e.Line] == nil {
					paid[e.Line] = new(big.Rat)
				}
				paid[e.Line].Add(paid[e.Line], new(big.Rat).SetInt(e.Amount.Units().Big(nil)))
			}
			frozen := result.Freeze()
			for i, line := range naive.freeze(order, nil) {
				if calc.Plan().Base == commission.Profit && !line.source.Cost.Valid {
					continue // it pays nothing
				}
				most, rated := new(big.Rat), int64(0)
				for slot := 1; slot <= calc.Plan().Slots; slot++ {
					rate := naive.slotRate(order.Kind, line.source, slot, &commission.Upline{Partner: "somebody"})
					if rate.amount.Sign() > 0 {
						rated++
						most.Add(most, minor(naive.exact(&line, &oracleShare{perUnit: rate.perUnit, rate: rate.amount}, 0), naive.scale))
					}
				}
				at := slices.IndexFunc(frozen.Lines, func(l commission.FrozenLine) bool { return l.ID == line.source.ID })
				limit, err := calc.CapOf(&frozen.Lines[at], commission.Returned{})
				require.NoError(t, err)
				if room := new(big.Rat).SetInt(limit.Units().Big(nil)); most.Cmp(room) > 0 {
					most = room
				}
				got := paid[line.source.ID]
				if got == nil {
					got = new(big.Rat)
				}
				rounding := big.NewRat(rated, 1)
				require.LessOrEqual(t, got.Cmp(new(big.Rat).Add(most, rounding)), 0, "line %d", i)
				if calc.Plan().Missing == commission.Dynamic && earning >= calc.Plan().Slots {
					whole++
					require.GreaterOrEqual(t, got.Cmp(most.Sub(most, rounding)), 0, "line %d", i)
				}
			}
		}
	})
	require.Positive(t, whole)
}

// TestUplinesBeyondReachChangeNothing, neither amounts nor reasons, in any combination of a plan's sections and policies.
func TestUplinesBeyondReachChangeNothing(t *testing.T) {
	cut := 0
	rapid.Check(t, func(t *rapid.T) {
		c := genCases().Draw(t, "plan")
		if often(t, "shallow", 70) {
			c.plan.Team, c.plan.Differential, c.plan.Peer = commission.Team{}, commission.Differential{}, commission.Peer{}
			if often(t, "forfeit", 70) {
				c.plan.Missing = commission.Forfeit
			}
		}
		calc, _ := c.calculator(t)
		for range 3 {
			order, uplines := withoutFacts(genOrders(calc.Price().Scale(), false).Draw(t, "order")), genUplines().Draw(t, "uplines")
			reach := calc.Reach("")
			if reach == 0 || reach >= len(uplines) {
				continue
			}
			cut++
			if often(t, "bought himself", 40) {
				order.Customer = partner.Customer(uplines[0].Partner)
			}
			all, near := calculate(t, calc, order, uplines), calculate(t, calc, order, uplines[:reach])
			require.Equal(t, slices.Collect(all.Entries()), slices.Collect(near.Entries()))
			require.Equal(t, slices.Collect(all.Unpaid()), slices.Collect(near.Unpaid()))
		}
	})
	require.Positive(t, cut)
}

// TestRule_4_35_SplittingAnOrderChangesTotalsByRoundingOnly: the units of its lines come in several orders, and together these pay what the one does, up
// to a unit for each amount that is rounded or capped. Losses are netted within an order only, so that those are left out.
func TestRule_4_35_SplittingAnOrderChangesTotalsByRoundingOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := genCases().Draw(t, "plan")
		if c.plan.Loss == commission.FloorOrder {
			c.plan.Loss = commission.FloorLine
		}
		c.plan.OrderCap = commission.Rate{} // what is capped over an order is more over several
		for i := range c.campaigns {
			c.campaigns[i].PerOrder.Valid = false
		}
		calc, _ := c.calculator(t)
		total, rounded := new(big.Int), int64(0)
		add := func(order *commission.Order, uplines []commission.Upline, sign int64) {
			result := calculate(t, calc, order, uplines)
			for e := range result.Entries() {
				total.Add(total, new(big.Int).Mul(big.NewInt(sign), e.Amount.Units().Big(nil)))
			}
			for _, line := range result.Freeze().Lines {
				if rounded++; line.Reason == "" {
					rounded += int64(len(result.Freeze().Sets[line.Set].Shares))
				}
			}
		}
		order, uplines := withoutFacts(genOrders(calc.Price().Scale(), true).Draw(t, "order")), genUplines().Draw(t, "uplines")
		add(order, uplines, -1)
		parts := make([]commission.Order, rapid.IntRange(2, 3).Draw(t, "parts"))
		for _, line := range order.Lines {
			sold, left := decimal.NewFromInt(line.Quantity), line.Quantity
			amount, cost := line.Amount.DivRound(sold, 18), line.Cost.Decimal.DivRound(sold, 18)
			for i := range parts {
				line.Quantity = left
				if i < len(parts)-1 {
					line.Quantity = rapid.Int64Range(0, left).Draw(t, "units")
				}
				left -= line.Quantity
				units := decimal.NewFromInt(line.Quantity)
				line.Amount, line.Cost.Decimal = amount.Mul(units), cost.Mul(units)
				if line.Quantity > 0 {
					parts[i].Lines = append(parts[i].Lines, line)
				}
			}
		}
		for i := range parts {
			if len(parts[i].Lines) > 0 {
				parts[i].ID, parts[i].Customer, parts[i].PaidAt, parts[i].Places, parts[i].Trees = order.ID, order.Customer, order.PaidAt, order.Places, order.Trees
				add(&parts[i], uplines, 1)
			}
		}
		require.LessOrEqual(t, total.CmpAbs(big.NewInt(rounded)), 0, "%s units of difference in %d amounts", total, rounded)
	})
}

// withoutFacts makes an ordinary sale of an order: goods at an amount, and nothing that says more.
func withoutFacts(order *commission.Order) *commission.Order {
	order.Kind, order.Bar, order.Tenders, order.Staff = "", "", nil, ""
	for i := range order.Lines {
		l := &order.Lines[i]
		l.Gift, l.Promotion, l.List, l.GiveUp = false, "", decimal.NullDecimal{}, decimal.Decimal{}
	}
	return order
}
