package commission_test

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
)

// genBudgets draws a plan whose campaigns are counted over orders, and the same plan with none that is.
func genBudgets(t *rapid.T) (with, uncounted *commission.Calculator, campaigns []commission.Campaign) {
	c := genCases().Draw(t, "plan")
	for i := range c.plan.Fees {
		c.plan.Fees[i].BeforeSplit = false
	}
	plain := c
	plain.campaigns = slices.Clone(c.campaigns)
	uncounted, _ = plain.calculator(t)
	c.plan = uncounted.Plan()
	for i := range c.campaigns {
		k := &c.campaigns[i]
		for _, most := range []*decimal.NullDecimal{&k.Budget, &k.PerCustomer} {
			if amount := genAmount(t, "most", c.cur.Scale()); amount.Sign() > 0 && k.Factor.GreaterThan(dec("1")) && often(t, "counted", 60) {
				*most = decimal.NewNullDecimal(amount)
			}
		}
	}
	with, _ = c.calculator(t)
	return with, uncounted, c.campaigns
}

func sumOf(t *rapid.T, r *commission.Result) money.Amount {
	total, err := r.Total()
	require.NoError(t, err)
	return total
}

func minus(t *rapid.T, a, b money.Amount) money.Amount {
	d, err := a.Sub(b)
	require.NoError(t, err)
	return d
}

// TestRule_6_25_OneCampaignAddsWhatTheOrderPaysMoreWithIt, or it is as if there were none, or it adds exactly what is left for the customer.
func TestRule_6_25_OneCampaignAddsWhatTheOrderPaysMoreWithIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		with, uncounted, campaigns := genBudgets(t)
		if len(campaigns) == 0 {
			return
		}
		one := campaigns[:1]
		with, err := everybodyRules.New(with.Currency(), with.Plan(), one...)
		require.NoError(t, err)
		all, err := everybodyRules.New(with.Currency(), with.Plan(), commission.Campaign{
			Name: one[0].Name, From: one[0].From, To: one[0].To, Factor: one[0].Factor, Slots: one[0].Slots, Rules: one[0].Rules, Products: one[0].Products,
			Categories: one[0].Categories, SKUs: one[0].SKUs, Levels: one[0].Levels, PerOrder: one[0].PerOrder,
		})
		require.NoError(t, err)
		none, err := everybodyRules.New(with.Currency(), with.Plan())
		require.NoError(t, err)
		order, uplines := genOrders(uncounted.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
		for i := range order.Lines {
			order.Lines[i].GiveUp = decimal.Zero
		}
		got, full, bare := calculate(t, with, order, uplines), calculate(t, all, order, uplines), calculate(t, none, order, uplines)
		uses := got.Uses()
		if len(uses) == 0 {
			require.Equal(t, slices.Collect(full.Entries()), slices.Collect(got.Entries()))
			return
		}
		added := minus(t, sumOf(t, full), sumOf(t, bare))
		most := func(of decimal.NullDecimal) money.Amount {
			amount, err := with.Currency().Amount(of.Decimal)
			require.NoError(t, err)
			return amount
		}
		switch use := uses[0]; use.Reason {
		case "":
			require.Equal(t, slices.Collect(full.Entries()), slices.Collect(got.Entries()))
			require.Zero(t, use.Added.Cmp(least(added)))
			require.False(t, one[0].Budget.Valid && use.Added.Cmp(most(one[0].Budget)) > 0)
			require.False(t, one[0].PerCustomer.Valid && use.Added.Cmp(most(one[0].PerCustomer)) > 0)
		case commission.BudgetSpent:
			require.Equal(t, slices.Collect(bare.Entries()), slices.Collect(got.Entries()), "nothing of it")
			require.Equal(t, slices.Collect(bare.Unpaid()), slices.Collect(got.Unpaid()))
			require.Positive(t, added.Cmp(most(one[0].Budget)))
		case commission.CutByCustomerCap:
			require.Zero(t, use.Added.Cmp(most(one[0].PerCustomer)))
			require.Zero(t, minus(t, sumOf(t, got), sumOf(t, bare)).Cmp(use.Added), "exactly what is left")
			require.Positive(t, added.Cmp(use.Added))
		}
	})
}

// least is an amount that is not below 0.
func least(a money.Amount) money.Amount {
	if a.Sign() < 0 {
		return a.Currency().Minor(0)
	}
	return a
}

// TestRule_6_25_NoOrderTakesWhatIsUsedAboveABudgetAndFullRefundsLeaveNothing: over orders of two customers and refunds in any portions, each order judged by what
// those before it use then.
func TestRule_6_25_NoOrderTakesWhatIsUsedAboveABudgetAndFullRefundsLeaveNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		calc, _, campaigns := genBudgets(t)
		type paid struct {
			customer string
			frozen   commission.Frozen
			returned []commission.Returned
			uses     []commission.CampaignUse
		}
		var orders []*paid
		type counter struct{ campaign, customer string }
		used := func() map[counter]money.Amount {
			sums := map[counter]money.Amount{}
			for _, o := range orders {
				for _, u := range o.uses {
					require.GreaterOrEqual(t, u.Added.Sign(), 0)
					for _, k := range []counter{{u.Campaign, ""}, {u.Campaign, o.customer}} {
						sum, err := sums[k].Add(u.Added)
						require.NoError(t, err)
						sums[k] = sum
					}
				}
			}
			return sums
		}
		// What stands on a counter is within its most, or no more than what stood there: a refund may count what others have used since.
		reserved := func(before, sums map[counter]money.Amount) {
			for _, c := range campaigns {
				for _, customer := range []string{"", "x", "y"} {
					k, most := counter{c.Name, customer}, c.PerCustomer
					if customer == "" {
						most = c.Budget
					}
					if most.Valid && sums[k].Decimal().GreaterThan(most.Decimal) {
						require.Zero(t, sums[k].Cmp(before[k]), "%v is above %s", k, most.Decimal)
					}
				}
			}
		}
		for range rapid.IntRange(1, 5).Draw(t, "steps") {
			order, uplines := genOrders(calc.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
			o := &paid{customer: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "buyer")}
			sums := used()
			for _, c := range campaigns {
				order.Used = append(order.Used, commission.Used{Campaign: c.Name, Total: sums[counter{c.Name, ""}], Customer: sums[counter{c.Name, o.customer}]})
			}
			result := calculate(t, calc, order, uplines)
			o.frozen, o.uses = result.Freeze(), result.Uses()
			o.returned = make([]commission.Returned, len(o.frozen.Lines))
			first := slices.Collect(result.Entries())
			same := targetOf(t, calc, o.frozen)
			require.Equal(t, first, slices.Collect(same.Entries()))
			require.Equal(t, o.uses, same.Uses())
			orders = append(orders, o)
			reserved(sums, used())

			back := rapid.SampledFrom(orders).Draw(t, "which comes back")
			for _, r := range genRefunds(t, calc, back.frozen) {
				if r.units > back.frozen.Lines[r.line].Quantity-back.returned[r.line].Units {
					continue
				}
				r.addTo(t, back.returned)
				target := targetOf(t, calc, back.frozen, back.returned...)
				back.uses = target.Uses()
				require.Len(t, back.uses, len(back.frozen.Campaigns))
				for i, use := range back.uses {
					require.Equal(t, back.frozen.Campaigns[i].Campaign, use.Campaign)
					require.LessOrEqual(t, use.Added.Cmp(back.frozen.Campaigns[i].Added), 0, "never more than it reserved")
				}
				withinCaps(t, calc, back.frozen, back.returned, target)
			}
		}
		for _, o := range orders {
			target := targetOf(t, calc, o.frozen, everything(t, calc, o.frozen)...)
			require.Zero(t, target.Len())
			o.uses = target.Uses()
		}
		for k, sum := range used() {
			require.True(t, sum.IsZero(), "%v", k)
		}
	})
}

// withinCaps: no cut of a campaign takes a line or the order over its cap, and only losses that count are below 0.
func withinCaps(t *rapid.T, calc *commission.Calculator, frozen commission.Frozen, returned []commission.Returned, target *commission.Result) {
	lines := map[commission.LineID]money.Amount{}
	payees := map[standingKey]money.Amount{}
	plan := calc.Plan()
	for e := range target.Entries() {
		if !e.Rate.IsPerUnit() && plan.Base == commission.Profit && plan.Loss != commission.FloorLine {
			payees[standingKey{rule: e.Rule, slot: e.Slot, payee: e.Payee}] = plus(t, payees[standingKey{rule: e.Rule, slot: e.Slot, payee: e.Payee}], e.Amount)
		} else {
			require.Positive(t, e.Amount.Sign())
		}
		lines[e.Line] = plus(t, lines[e.Line], e.Amount)
	}
	for i := range frozen.Lines {
		limit, err := calc.CapOf(&frozen.Lines[i], returned[i])
		require.NoError(t, err)
		require.LessOrEqual(t, lines[frozen.Lines[i].ID].Units().Cmp(limit.Units()), 0)
	}
	for k, sum := range payees {
		require.False(t, plan.Loss == commission.FloorOrder && sum.Sign() < 0, "%v owes %s", k, sum)
	}
	limit, err := calc.OrderCapOf(&frozen, returned)
	require.NoError(t, err)
	require.LessOrEqual(t, sumOf(t, target).Units().Cmp(limit.Units()), 0)
}

func plus(t *rapid.T, a, b money.Amount) money.Amount {
	sum, err := a.Add(b)
	require.NoError(t, err)
	return sum
}

// TestRule_6_25_LimitsOnlyLowerWhatAnAuditSays: it is the same with and without them, but for losses that count, and no order pays more under them.
func TestRule_6_25_LimitsOnlyLowerWhatAnAuditSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		with, uncounted, _ := genBudgets(t)
		if with.Plan().Slots > 2 || len(with.Plan().Rules) > 0 {
			return
		}
		mix := commission.Mix{Goods: []commission.Goods{{SKU: rapid.SampledFrom(genGoods).Draw(t, "sku"), Price: decimal.New(100, 0), Cost: decimal.NewNullDecimal(decimal.New(int64(rapid.SampledFrom([]int{40, 140}).Draw(t, "cost")), 0))}}}
		limited, err := with.Audit(mix)
		require.NoError(t, err)
		all, err := uncounted.Audit(mix)
		require.NoError(t, err)
		plan := with.Plan()
		if plan.Base == commission.Profit && plan.Loss == commission.Signed {
			require.False(t, limited.Worst[0].Bound.LessThan(all.Worst[0].Bound))
			return
		}
		require.Equal(t, all, limited)
		if plan.Base == commission.Profit {
			return
		}
		order, uplines := genOrders(with.Price().Scale(), false).Draw(t, "order"), genUplines().Draw(t, "uplines")
		for i := range order.Lines {
			order.Lines[i].GiveUp = decimal.Zero
		}
		require.LessOrEqual(t, sumOf(t, calculate(t, with, order, uplines)).Cmp(sumOf(t, calculate(t, uncounted, order, uplines))), 0)
	})
}
