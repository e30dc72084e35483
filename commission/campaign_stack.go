package commission

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
)

// Stacking is what several campaigns make of one share.
type Stacking uint8

const (
	// StackMax lets the one with the largest factor apply alone, of equal ones the first in the plan.
	StackMax Stacking = iota
	// StackSum adds up what each adds: 1.5 and 1.2 make 1.7. Discounts (factors below 1) never make it less than 0.
	StackSum
	// StackProduct multiplies them: 1.5 and 1.2 make 1.8.
	StackProduct
)

var stackingNames = []string{"max", "sum", "product"}

// String returns the option's name in a plan.
func (o Stacking) String() string { return OptionText(o, stackingNames) }

// MarshalText writes the form of String.
func (o Stacking) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *Stacking) UnmarshalText(text []byte) error { return ParseOption(o, text, stackingNames) }

var one = decimal.NewFromInt(1)

// factor is what the factors of parts make together, 1 without any.
func (o Stacking) factor(parts []CampaignPart) decimal.Decimal {
	factor := one
	for _, p := range parts {
		if o == StackSum {
			factor = factor.Add(p.Factor).Sub(one)
		} else {
			factor = factor.Mul(p.Factor)
		}
	}
	return decimal.Max(factor, decimal.Zero)
}

// stack puts parts together. That the factor has at most 18 digits is checked with the plan.
func (o Stacking) stack(parts []CampaignPart) *Applied {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.Name
	}
	factor, _ := rateOf(o.factor(parts), percent)
	return &Applied{Name: strings.Join(names, " + "), Factor: factor.Decimal(), Parts: parts}
}

// maxFactor is the most that a campaign, or several together, multiply by.
const maxFactor = 1000

func (v *problems) campaigns(p Plan, currency money.Currency, campaigns []Campaign) {
	names, found := map[string]bool{}, len(*v)
	for i := range campaigns {
		c, path := &campaigns[i], fmt.Sprintf("campaigns[%d]", i)
		if c.Name == "" || names[c.Name] {
			v.add(path+".name", "every campaign has a name of its own, not %q", c.Name)
		}
		names[c.Name] = true
		if c.From != nil && c.To != nil && !c.From.Before(*c.To) {
			v.add(path+".to", "the window ends (%s) before it begins (%s)", c.To.Format(timeFormat), c.From.Format(timeFormat))
		}
		if factor, ok := rateOf(c.Factor, percent); !ok || c.Factor.GreaterThan(decimal.NewFromInt(maxFactor)) || factor.coefficient == 0 {
			v.add(path+".factor", "a factor is above 0 and at most %d, with at most 18 digits; 2 doubles", maxFactor)
		}
		for j, slot := range c.Slots {
			if slot < 1 || slot > p.Slots {
				v.add(v.index(path+".slots", j), "the plan pays slots 1 to %d, not %d", p.Slots, slot)
			}
		}
		for j, rule := range c.Rules {
			if _, ok := p.builtin(rule); !ok && !p.names(rule) {
				v.add(v.index(path+".rules", j), "no rule is called %q; the plan has %q", rule, p.ruleNames())
			}
		}
		v.goods(path+".products", c.Products)
		v.goods(path+".categories", c.Categories)
		v.goods(path+".skus", c.SKUs)
		v.most(path+".perOrder", p, currency, c, c.PerOrder)
		v.budget(path, p, currency, c)
	}
	if len(*v) == found {
		v.stacks(p, campaigns)
	}
}

// goods notes names that are none: goods without a name are never meant.
func (v *problems) goods(path string, keys []string) {
	for i, key := range keys {
		if key == "" {
			v.add(v.index(path, i), "goods have a name")
		}
	}
}

// most checks the most that a campaign adds, to an order or to many.
func (v *problems) most(path string, p Plan, currency money.Currency, c *Campaign, most decimal.NullDecimal) {
	if !most.Valid {
		return
	}
	switch _, err := currency.Amount(most.Decimal); {
	case err != nil:
		v.add(path, "%s", err)
	case most.Decimal.Sign() <= 0:
		v.add(path, "a cap is above 0; leave it out for none")
	case c.Factor.LessThanOrEqual(one):
		v.add(path, "a factor of %s adds nothing that could be capped", plain(c.Factor))
	case slices.Contains(c.Rules, RuleFee) && slices.ContainsFunc(p.Fees, func(f Fee) bool { return f.BeforeSplit }):
		v.add(path, "a fee that is taken before the split decides what all others get, and cannot be cut after them")
	}
}

// stacks refuses factors that would be too long or too large together, at the campaign that begins last.
func (v *problems) stacks(p Plan, campaigns []Campaign) {
	if p.Stacking == StackMax {
		return
	}
	for i := range campaigns {
		c := &campaigns[i]
		together := []CampaignPart{{Name: c.Name, Factor: c.Factor}}
		for j := range campaigns {
			if other := &campaigns[j]; j != i && other.coversStart(c) && c.meets(other) {
				together = append(together, CampaignPart{Name: other.Name, Factor: other.Factor})
			}
		}
		if len(together) > 1 && !p.Stacking.bears(together) {
			names := make([]string, len(together))
			for j, k := range together {
				names[j] = k.Name
			}
			v.add(fmt.Sprintf("campaigns[%d].factor", i), "%q can apply together, and their factors (stacking %q) make more than %d or more than 18 digits",
				names, p.Stacking, maxFactor)
		}
	}
}

// coversStart reports whether a campaign runs at the first instant of another. Of those that ever run at one instant, all run at the first of the one that
// begins last.
func (c *Campaign) coversStart(other *Campaign) bool {
	if other.From == nil {
		return c.From == nil
	}
	return c.covers(*other.From)
}

// meets reports whether two campaigns can be for one share, if their goods and times allow.
func (c *Campaign) meets(other *Campaign) bool {
	return meet(c.Levels, other.Levels) && slices.ContainsFunc(c.rules(), func(name string) bool {
		return slices.Contains(other.rules(), name) && (name != RuleSlots || meet(c.Slots, other.Slots))
	})
}

// meet reports whether two lists have something in common; an empty one has everything.
func meet[T comparable](a, b []T) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(x T) bool { return slices.Contains(b, x) })
}

// most is the most that any of the parts make together, at least 1. More than maxFactor is not worked out.
func (o Stacking) most(parts []CampaignPart) decimal.Decimal {
	most := one
	for _, p := range parts {
		switch {
		case p.Factor.LessThanOrEqual(one):
		case o == StackMax:
			most = decimal.Max(most, p.Factor)
		case o == StackSum:
			most = most.Add(p.Factor).Sub(one)
		default:
			most = most.Mul(p.Factor)
		}
		if most.GreaterThan(decimal.NewFromInt(maxFactor)) {
			return most
		}
	}
	return most
}

// bears reports whether whatever any of the parts make together is a factor that there can be.
func (o Stacking) bears(parts []CampaignPart) bool {
	scale, product, ok := 0, int64(1), true
	for _, p := range parts {
		factor, _ := rateOf(p.Factor, percent)
		if o == StackSum {
			scale = max(scale, int(factor.scale))
			continue
		}
		scale += int(factor.scale)
		if product, ok = mul64(product, factor.coefficient); !ok || product >= maxCoefficient || scale > maxRateScale {
			return false
		}
	}
	most := o.most(parts)
	return most.LessThanOrEqual(decimal.NewFromInt(maxFactor)) && (o != StackSum || most.Shift(int32(scale)).LessThan(decimal.NewFromInt(maxCoefficient)))
}

// maxCoefficient is above every coefficient of a rate.
const maxCoefficient = 1e18

// largestFactor is the most that the campaigns that can apply together multiply a slot of a rule by, at least 1.
func (p *Plan) largestFactor(campaigns []Campaign, rule string, slot int) decimal.Decimal {
	largest := one
	for i := range campaigns {
		var together []CampaignPart
		for j := range campaigns {
			if c := &campaigns[j]; c.names(rule, slot) && (i == j || c.coversStart(&campaigns[i]) && c.meets(&campaigns[i])) {
				together = append(together, CampaignPart{Factor: c.Factor})
			}
		}
		largest = decimal.Max(largest, p.Stacking.most(together))
	}
	return largest
}

// campaignWords are the words of a language in which a share's campaigns are told.
type campaignWords struct {
	one, several, and, how, limit string
	stacked                       map[Stacking]string
}

var (
	campaignEnglish = campaignWords{
		one: "campaign ", several: "campaigns ", and: " and ", how: ", ", limit: ", at most %s an order",
		stacked: map[Stacking]string{StackSum: "added up", StackProduct: "multiplied"},
	}
	campaignChinese = campaignWords{
		one: "活动 ", several: "活动 ", and: "、", how: "，", limit: "（每单最多加 %s）",
		stacked: map[Stacking]string{StackSum: "相加", StackProduct: "相乘"},
	}
)

// text says what multiplied a share: "campaign 618, at most 5.00 CNY an order", or "campaigns 618 × 2 and new × 1.5, multiplied".
func (w *campaignWords) text(a *Applied, stacking Stacking) string {
	limit := func(most *money.Amount) string {
		if most == nil {
			return ""
		}
		return fmt.Sprintf(w.limit, most)
	}
	if len(a.Parts) == 0 {
		return w.one + a.Name + limit(a.PerOrder)
	}
	texts := make([]string, len(a.Parts))
	for i, p := range a.Parts {
		texts[i] = fmt.Sprintf("%s × %s%s", p.Name, p.Factor, limit(p.PerOrder))
	}
	return w.several + strings.Join(texts, w.and) + w.how + w.stacked[stacking]
}
