package commission

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Campaign multiplies what named slots or rules pay for orders whose instant, by [Plan].CampaignAt, lies within a window. Where several apply to one share,
// [Plan].Stacking says what they make of it.
type Campaign struct {
	Name   string          `json:"name"`
	From   *time.Time      `json:"from,omitempty"` // nil: since ever
	To     *time.Time      `json:"to,omitempty"`   // the first instant after it; nil: for ever
	Factor decimal.Decimal `json:"factor"`
	Slots  []int           `json:"slots,omitempty"` // none: every slot
	Rules  []string        `json:"rules,omitempty"` // names of rules; none: slots
	// Products, Categories and SKUs are the goods for which it is, those that any of the three names. None: all goods.
	Products   []string `json:"products,omitempty"`
	Categories []string `json:"categories,omitempty"`
	SKUs       []string `json:"skus,omitempty"`
	// Levels are those of the ones for whom it is. None: everybody. An amount that several divide is of no level.
	Levels []partner.Level `json:"levels,omitempty"`
	// PerOrder is the most that it adds, over all lines of an order, to what one payee gets by one rule, and slot, after the campaigns before it in the
	// plan. Absent: no cap but those of the plan. One with a cap does not apply to an amount that several divide.
	PerOrder decimal.NullDecimal `json:"perOrder,omitempty"`
	// Budget is the most that it adds to all orders together ([CampaignUse]). An order that needs more than is left of it is calculated without the
	// campaign; a smaller one may still have it. What a refund takes back is there again. A refund never waits for a budget and depends on no other order:
	// where it makes the campaign add more again than a refund before it had left, which is mostly a unit of rounding and never more than the order reserved
	// at first, that counts too, whatever is left. An order that is judged again ([LevelAtRelease], GraceMinutes) is judged with what all others leave of it,
	// as one that is paid then: what it had itself is there for it, and where that and what is left are too little for it, it is without the campaign and
	// what it had is there for others. A plan that is published later goes on with what a campaign of this name has used. Absent: no budget.
	Budget decimal.NullDecimal `json:"budget,omitempty"`
	// PerCustomer is the most that it adds to all orders of one customer together, to everybody who is paid for them. What an order would have more is cut
	// off; where nothing is left it is calculated without the campaign. Refunds are as with Budget. Absent: no cap.
	PerCustomer decimal.NullDecimal `json:"perCustomer,omitempty"`
}

// Applied is what multiplied a share: a promotion, one campaign or, where the plan stacks them, several.
type Applied struct {
	Name     string          `json:"name"` // of several: "a + b"
	Factor   decimal.Decimal `json:"factor"`
	PerOrder *money.Amount   `json:"perOrder,omitempty"` // the most that it adds over an order; nil for no cap
	Parts    []CampaignPart  `json:"parts,omitempty"`    // the several, in the order of the plan; each has its own cap
}

// CampaignPart is one of several campaigns that multiplied a share together.
type CampaignPart struct {
	Name     string          `json:"name"`
	Factor   decimal.Decimal `json:"factor"`
	PerOrder *money.Amount   `json:"perOrder,omitempty"` // the most that it adds over an order; nil for no cap
}

// covers reports whether an instant lies in the half-open window.
func (c *Campaign) covers(instant time.Time) bool {
	return (c.From == nil || !instant.Before(*c.From)) && (c.To == nil || instant.Before(*c.To))
}

// names reports whether it is for a rule and slot.
func (c *Campaign) names(rule string, slot int) bool {
	if !slices.Contains(c.rules(), rule) {
		return false
	}
	return rule != RuleSlots || len(c.Slots) == 0 || slices.Contains(c.Slots, slot)
}

var onlySlots = []string{RuleSlots}

func (c *Campaign) rules() []string {
	if len(c.Rules) == 0 {
		return onlySlots
	}
	return c.Rules
}

// pays reports whether it is for a payee of a level. Where several divide an amount, it has no level and no cap, or it would be no longer one amount.
func (c *Campaign) pays(level partner.Level, divided bool) bool {
	if divided {
		return len(c.Levels) == 0 && !c.PerOrder.Valid
	}
	return len(c.Levels) == 0 || slices.Contains(c.Levels, level)
}

// campaign is a Campaign made ready: its goods as sets, and what is shown of it where it applies.
type campaign struct {
	Campaign
	goods   goodsSets
	applied Applied
}

// campaign makes one ready. What cannot work has been refused.
func (c *Calculator) campaign(source Campaign) campaign {
	factor, _ := rateOf(source.Factor, percent)
	k := campaign{Campaign: source, applied: Applied{Name: source.Name, Factor: factor.Decimal()}}
	k.goods = Excluded{Products: source.Products, SKUs: source.SKUs, Categories: source.Categories}.sets()
	if source.PerOrder.Valid {
		most, _ := c.currency.Amount(source.PerOrder.Decimal)
		k.applied.PerOrder = &most
	}
	return k
}

// openCampaigns finds the campaigns that run at the order's instant, and reports whether some of them are for certain goods only.
func (r *Result) openCampaigns() (goods bool) {
	r.running, r.named = r.running[:0], r.named[:0]
	at := r.calc.plan.CampaignAt.instant(r.order)
	for i := range r.calc.campaigns {
		if k := &r.calc.campaigns[i]; k.covers(at) && !r.leavesOut(k.Name) {
			r.running = append(r.running, i)
			goods = goods || k.goods.any
		}
	}
	r.counting = r.running
	return goods
}

// campaignsFor returns those of the running campaigns that are for a line's goods.
func (r *Result) campaignsFor(l *Line) []int {
	start := len(r.named)
	for _, i := range r.running {
		if k := &r.calc.campaigns[i]; !k.goods.any || k.goods.has(l) {
			r.named = append(r.named, i)
		}
	}
	return r.named[start:len(r.named):len(r.named)]
}

// applied returns what multiplies a share of the lines about which the rules are asked, nil if nothing does.
func (r *Result) applied(rule string, slot int, payee *Upline, divided bool) *Applied {
	c, n := r.calc, 0
	if c.campaigns == nil {
		return nil
	}
	var best *campaign
	for _, i := range r.counting {
		k := &c.campaigns[i]
		if !k.names(rule, slot) || !k.pays(payee.Level, divided) {
			continue
		}
		if n++; n == 1 || c.plan.Stacking == StackMax && k.applied.Factor.GreaterThan(best.applied.Factor) {
			best = k
		}
	}
	switch {
	case n == 0:
		return nil
	case n == 1 || c.plan.Stacking == StackMax:
		return &best.applied
	}
	parts := make([]CampaignPart, 0, n)
	for _, i := range r.counting {
		if k := &c.campaigns[i]; k.names(rule, slot) && k.pays(payee.Level, divided) {
			parts = append(parts, k.applied.parts()...)
		}
	}
	return c.plan.Stacking.stack(parts)
}

// parts are the several campaigns, or the one.
func (a *Applied) parts() []CampaignPart {
	switch {
	case a == nil:
		return nil
	case len(a.Parts) > 0:
		return a.Parts
	}
	return []CampaignPart{{Name: a.Name, Factor: a.Factor, PerOrder: a.PerOrder}}
}

// only is what is left of what multiplies a share where only these campaigns apply.
func (c *Calculator) only(a *Applied, campaigns []CampaignPart) *Applied {
	all := a.parts()
	some := slices.DeleteFunc(slices.Clone(all), func(p CampaignPart) bool { return !p.among(campaigns) })
	switch len(some) {
	case len(all):
		return a
	case 0:
		return nil
	}
	return c.plan.Stacking.stack(some)
}

// addTo appends the campaigns that are not yet on a list.
func (a *Applied) addTo(list []CampaignPart) []CampaignPart {
	for _, p := range a.parts() {
		if !p.among(list) {
			list = append(list, p)
		}
	}
	return list
}

// capped reports whether one of the campaigns has a cap of its own.
func (a *Applied) capped() bool {
	return a != nil && (a.PerOrder != nil || slices.ContainsFunc(a.Parts, func(p CampaignPart) bool { return p.PerOrder != nil }))
}

func (a *Applied) clone() *Applied {
	if a == nil {
		return nil
	}
	clone := *a
	clone.PerOrder, clone.Parts = own(a.PerOrder), slices.Clone(a.Parts)
	for i := range clone.Parts {
		clone.Parts[i].PerOrder = own(clone.Parts[i].PerOrder)
	}
	return &clone
}
