package commission

import (
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Used is what earlier orders use of a campaign, of its budget and of the cap of the order's customer.
type Used struct {
	Campaign string       `json:"campaign"`
	Total    money.Amount `json:"total"`    // what it adds to all of them; it matters where the campaign has a budget
	Customer money.Amount `json:"customer"` // what it adds to those of the order's customer; it matters where it has a cap for each customer
}

// CampaignUse is what an order uses of a campaign that has a budget or a cap for each customer.
//
// A campaign adds to an order what it raises by what the order pays, after the campaigns before it in the plan and all caps, and before what the seller
// gives up. Where that is below 0 it adds nothing.
type CampaignUse struct {
	Campaign string         `json:"campaign"`
	Added    money.Amount   `json:"added"`            // what it adds
	Reason   partner.Reason `json:"reason,omitempty"` // why it adds nothing, or less than it would; "" for neither
}

// counted reports whether what the campaign adds is counted over orders.
func (c *Campaign) counted() bool { return c.Budget.Valid || c.PerCustomer.Valid }

// Counted returns the campaigns with a budget or a cap for each customer that can raise what an order pays, by its time and goods, in the order of the
// plan. Where there are none, [Order].Used does not matter.
func (c *Calculator) Counted(order *Order) []Campaign {
	var all []Campaign
	at := c.plan.CampaignAt.instant(order)
	for i := range c.campaigns {
		k := &c.campaigns[i]
		if k.counted() && k.covers(at) && (!k.goods.any || slices.ContainsFunc(order.Lines, func(l Line) bool { return k.goods.has(&l) })) {
			all = append(all, k.Campaign)
		}
	}
	return all
}

// limit is what an order may use of a campaign, and what it uses.
type limit struct {
	name    string
	budget  *money.Units   // what is left of its budget, of which an order gets all that it needs or nothing; nil: it has none
	most    *money.Units   // what it adds at most; nil: no matter
	out     bool           // whether the order is calculated without it
	reason  partner.Reason // why it adds less than it would
	applies bool           // whether it multiplies some share of the order
	added   money.Units
}

// checkUsed names everything that is wrong with what earlier orders use.
func (c *Calculator) checkUsed(order *Order) error {
	failed := &OrderError{Order: order.ID}
	for i := range order.Used {
		u := &order.Used[i]
		if slices.ContainsFunc(order.Used[:i], func(other Used) bool { return other.Campaign == u.Campaign }) {
			failed.add(fmt.Sprintf("used[%d].campaign", i), "%q stands twice", u.Campaign)
		}
		for _, x := range []struct {
			field string
			used  money.Amount
		}{{"total", u.Total}, {"customer", u.Customer}} {
			if cur := x.used.Currency(); cur != c.currency && !x.used.IsZero() {
				failed.add(fmt.Sprintf("used[%d].%s", i, x.field), "%s", &money.MismatchError{A: c.currency, B: cur})
			}
		}
	}
	if len(failed.Problems) > 0 {
		return failed
	}
	return nil
}

// takeUsed works out what is left for the order of the campaigns that are counted.
func (r *Result) takeUsed(order *Order) error {
	r.limits = r.limits[:0]
	if len(order.Used) > 0 {
		if err := r.calc.checkUsed(order); err != nil {
			return err
		}
	}
	if len(r.calc.campaigns) == 0 {
		return nil
	}
	at := r.calc.plan.CampaignAt.instant(order)
	for i := range r.calc.campaigns {
		k := &r.calc.campaigns[i]
		if !k.counted() || !k.covers(at) {
			continue
		}
		var used Used
		if at := slices.IndexFunc(order.Used, func(u Used) bool { return u.Campaign == k.Name }); at >= 0 {
			used = order.Used[at]
		}
		l := limit{name: k.Name}
		l.budget, l.most = r.calc.left(k.Budget, used.Total), r.calc.left(k.PerCustomer, used.Customer)
		r.limits = append(r.limits, l)
	}
	return nil
}

// left is what is left of an amount of the plan, at least 0; nil for no amount.
func (c *Calculator) left(of decimal.NullDecimal, used money.Amount) *money.Units {
	if !of.Valid {
		return nil
	}
	all, _ := c.currency.Amount(of.Decimal) // checked with the plan
	rest, err := all.Units().Sub(used.Units())
	if err != nil || rest.Sign() < 0 {
		rest = money.Units{}
	}
	return &rest
}

// takeFrozen takes what an order used when it was paid: the most that it uses whatever has come back, so that what others have used since does not matter.
func (r *Result) takeFrozen(uses []CampaignUse) {
	r.limits = r.limits[:0]
	for _, u := range uses {
		most := u.Added.Units()
		r.limits = append(r.limits, limit{name: u.Campaign, most: &most, reason: u.Reason})
	}
}

func (r *Result) limitOf(campaign string) *limit {
	if i := slices.IndexFunc(r.limits, func(l limit) bool { return l.name == campaign }); i >= 0 {
		return &r.limits[i]
	}
	return nil
}

// leavesOut reports whether the order is calculated without a campaign.
func (r *Result) leavesOut(campaign string) bool {
	l := r.limitOf(campaign)
	return l != nil && l.out
}

// leaveOut leaves out the first campaign of which there is not enough left for the order, and reports whether there is one: then the order has to be
// calculated again, since what the campaigns after it add, and which of several applies, depends on it.
func (r *Result) leaveOut() bool {
	for i := range r.limits {
		l := &r.limits[i]
		switch {
		case l.out || !l.applies:
			continue
		case l.most != nil && l.most.IsZero() && l.reason != "":
			l.out = true
		case l.budget != nil && l.added.Cmp(*l.budget) > 0:
			l.out, l.reason = true, BudgetSpent
		default:
			continue
		}
		for j := range r.limits {
			if other := &r.limits[j]; !other.out {
				other.reason = "" // of what is calculated again
			}
		}
		l.added = money.Units{}
		return true
	}
	return false
}

// Uses returns what the order uses of campaigns that have a budget or a cap for each customer, in the order of the plan: of those that multiply something of
// it, and of those that would if there were enough left of them.
func (r *Result) Uses() []CampaignUse {
	var uses []CampaignUse
	for i := range r.limits {
		if l := &r.limits[i]; l.out || l.applies || l.reason != "" {
			uses = append(uses, CampaignUse{Campaign: l.name, Added: r.calc.currency.Of(l.added), Reason: l.reason})
		}
	}
	return uses
}

// budget checks what a campaign adds at most over many orders.
func (v *problems) budget(path string, p Plan, currency money.Currency, c *Campaign) {
	v.most(path+".budget", p, currency, c, c.Budget)
	v.most(path+".perCustomer", p, currency, c, c.PerCustomer)
	if c.counted() && c.Name != "" {
		if err := partner.CheckID("name", c.Name); err != nil {
			v.add(path+".name", "what a campaign adds is counted by its name, which then is an id: %s", err)
		}
	}
}
