package commission

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Calculator is a plan made ready to calculate. It is immutable and safe for concurrent use.
type Calculator struct {
	plan       Plan
	currency   money.Currency
	price      money.Currency // the currency at the price scale: what amounts on an order are counted in
	slots      int
	rules      []namedRule
	campaigns  []campaign
	promotions map[string]*Applied // those that have a factor
	excluded   exclusions
	tenders    map[string]bool // those that do not count
	capWhole   bool            // the cap is the line's net paid itself, in the same units
	plainRates lineRates       // those of lines without rates of their own
	goods      bool            // goods have rates of their own
	choosy     bool            // some goods that are paid for may pay nothing
	overOrder  bool            // amounts are decided over the whole order, not line by line
	scale      uint8           // the most decimals of a share that the plan gives
	plain      scaling         // of sets with such shares
	needsChain int
}

type namedRule struct {
	name string
	rule Rule
}

// exclusions are the excluded goods as sets; nil where the plan names none.
type exclusions struct {
	any                        bool
	products, skus, categories map[string]bool
}

// campaign is a Campaign with what is shown of it where it applies.
type campaign struct {
	Campaign
	applied Applied
}

// Applied is the campaign, or the promotion, that multiplied a share.
type Applied struct {
	Name   string          `json:"name"`
	Factor decimal.Decimal `json:"factor"`
}

// New returns the calculator of a plan in a currency, with its campaigns. A plan that cannot work is a [*PlanError] with all its problems.
func New(currency money.Currency, plan Plan, campaigns ...Campaign) (*Calculator, error) {
	if problems := plan.Validate(currency, campaigns); len(problems) > 0 {
		return nil, &PlanError{Problems: problems}
	}
	plan = plan.WithDefaults(currency)
	price, err := money.NewCurrency(currency.Code(), plan.PriceScale)
	if err != nil {
		return nil, err
	}
	c := &Calculator{plan: plan, currency: currency, price: price, slots: plan.Slots}
	c.capWhole = plan.Cap == wholeLine && price.Scale() == currency.Scale()
	c.plainRates.calc = c
	c.excluded = plan.Excluded.sets()
	c.tenders = keySet(plan.Tenders.Excluded)
	c.promotions = plan.applied()
	c.goods = len(plan.SKUs)+len(plan.Products)+len(plan.Categories) > 0
	c.choosy = c.excluded.any || plan.Base != Amount
	c.scale = plan.rateScale()
	c.plain = c.scalingOf(int(c.scale) + price.Scale() - currency.Scale())
	c.overOrder = plan.Rounding.Scope == PerOrder || c.floorsOrder()
	if plan.Slots > 0 {
		c.rules = append(c.rules, namedRule{RuleSlots, &slotRule{missing: plan.Missing}})
	}
	if plan.Team.pays() {
		c.rules = append(c.rules, namedRule{RuleTeam, &teamRule{team: plan.Team, missing: plan.Missing}})
	}
	if len(plan.Differential.Rates) > 0 {
		c.rules = append(c.rules, namedRule{RuleDifferential, newDifferential(plan.Differential)})
	}
	for _, source := range campaigns {
		factor, _ := rateOf(source.Factor, percent) // validated above
		c.campaigns = append(c.campaigns, campaign{Campaign: source, applied: Applied{Name: source.Name, Factor: factor.Decimal()}})
	}
	c.needsChain = c.reach()
	return c, nil
}

var wholeLine = Rate{coefficient: 1, kind: percent}

func (e Excluded) sets() exclusions {
	x := exclusions{products: keySet(e.Products), skus: keySet(e.SKUs), categories: keySet(e.Categories)}
	x.any = len(x.products)+len(x.skus)+len(x.categories) > 0
	return x
}

func keySet(keys []string) map[string]bool {
	if len(keys) == 0 {
		return nil
	}
	m := make(map[string]bool, len(keys))
	for _, k := range keys {
		m[k] = true
	}
	return m
}

// rateScale is the most decimals of a share that the plan gives.
func (p Plan) rateScale() (scale uint8) {
	look := func(rate Rate) {
		if rate.kind == percent {
			scale = max(scale, rate.scale)
		}
	}
	for _, l := range p.lists() {
		for _, rate := range l.rates {
			look(rate)
		}
	}
	look(p.Team.Rate)
	for _, rate := range p.Team.Levels {
		look(rate)
	}
	for _, rate := range p.Differential.Rates {
		look(rate)
	}
	return scale
}

func (t Team) pays() bool { return t.Rate.IsSet() || len(t.Levels) > 0 }

func newDifferential(d Differential) *differentialRule {
	r := &differentialRule{long: map[partner.Level]int64{}}
	for _, rate := range d.Rates {
		r.scale = max(r.scale, rate.scale)
	}
	for _, level := range slices.Sorted(maps.Keys(d.Rates)) {
		share := d.Rates[level].coefficient
		for range r.scale - d.Rates[level].scale {
			share *= 10
		}
		r.top = max(r.top, share)
		if len(level) <= maxShort {
			r.short = append(r.short, shortLevel{codeOf(level), share})
		} else {
			r.long[level] = share
		}
	}
	return r
}

// reach is how many uplines decide an order, 0 for all of them.
func (c *Calculator) reach() int {
	switch {
	case c.plan.Missing != Forfeit, c.plan.Team.pays(), len(c.plan.Differential.Rates) > 0:
		return 0
	case c.plan.SelfPurchase == ShiftUp:
		return c.slots + 1
	}
	return max(c.slots, 1)
}

// Reach is how many uplines, from the attributed partner on, decide an order; 0 is all of them up to the top. Calculate needs no more.
func (c *Calculator) Reach() int { return c.needsChain }

// Plan returns the plan with its defaults filled in. Its slices and maps must not be changed.
func (c *Calculator) Plan() Plan { return c.plan }

// Currency returns the currency in which amounts are paid.
func (c *Calculator) Currency() money.Currency { return c.currency }

// Price returns the currency at the plan's price scale, in which amounts on an order are counted.
func (c *Calculator) Price() money.Currency { return c.price }

// campaignFor returns the campaign with the largest factor that covers the order's payment for this rule and slot, nil if none does.
func (c *Calculator) campaignFor(order *Order, rule string, slot int) *Applied {
	var best *Applied
	for i := range c.campaigns {
		k := &c.campaigns[i]
		if k.covers(order.PaidAt) && k.names(rule, slot) && (best == nil || k.applied.Factor.GreaterThan(best.Factor)) {
			best = &k.applied
		}
	}
	return best
}

func (c Campaign) names(rule string, slot int) bool {
	if len(c.Rules) == 0 {
		if rule != RuleSlots {
			return false
		}
	} else if !slices.Contains(c.Rules, rule) {
		return false
	}
	return rule != RuleSlots || len(c.Slots) == 0 || slices.Contains(c.Slots, slot)
}

// lineRates finds the rates of one line of goods.
type lineRates struct {
	calc                            *Calculator
	set                             int // the set of shares that they gave
	line, sku, product, category    []Rate
	skuKey, productKey, categoryKey string
	kind                            []Rate // of the order's kind: the same for all lines of an order
	kindKey                         OrderKind
	promotion                       *Applied
}

func (c *Calculator) ratesOf(o *Order, l *Line) lineRates {
	r := lineRates{calc: c, kind: c.plan.Kinds[o.Kind].Rates, kindKey: o.Kind, promotion: c.promotions[l.Promotion]}
	if c.plan.LineRates == AllowLineRates {
		r.line = l.Rates
	}
	// A key is kept only where the plan knows it, so that goods without rates of their own share one set.
	if own, ok := c.plan.SKUs[l.SKU]; ok {
		r.sku, r.skuKey = own, l.SKU
	}
	if own, ok := c.plan.Products[l.Product]; ok {
		r.product, r.productKey = own, l.Product
	}
	if own, ok := c.plan.Categories[l.Category]; ok {
		r.category, r.categoryKey = own, l.Category
	}
	return r
}

// of is the precedence: line, kind of order, SKU, product, category, partner, level, default.
func (r *lineRates) of(slot int, payee *Upline) (Rate, Source) {
	i := slot - 1
	switch {
	case isSet(r.line, i):
		return r.line[i], Source{Kind: FromLine}
	case isSet(r.kind, i):
		return r.kind[i], Source{FromKind, string(r.kindKey)}
	case isSet(r.sku, i):
		return r.sku[i], Source{FromSKU, r.skuKey}
	case isSet(r.product, i):
		return r.product[i], Source{FromProduct, r.productKey}
	case isSet(r.category, i):
		return r.category[i], Source{FromCategory, r.categoryKey}
	}
	plan := &r.calc.plan
	if len(plan.Partners) > 0 {
		if own := plan.Partners[payee.Partner]; isSet(own, i) {
			return own[i], Source{FromPartner, string(payee.Partner)}
		}
	}
	if len(plan.Levels) > 0 {
		if own := plan.Levels[payee.Level]; isSet(own, i) {
			return own[i], Source{FromLevel, string(payee.Level)}
		}
	}
	if isSet(plan.Rates, i) {
		return plan.Rates[i], Source{Kind: FromDefault}
	}
	return Rate{}, Source{}
}

func isSet(rates []Rate, i int) bool { return i < len(rates) && rates[i].IsSet() }

// same reports whether two lines of an order have the same rates, so that a rule's answer for one is its answer for the other.
func (r *lineRates) same(other *lineRates) bool {
	return len(r.line) == 0 && len(other.line) == 0 &&
		r.promotion == other.promotion &&
		r.skuKey == other.skuKey && r.productKey == other.productKey && r.categoryKey == other.categoryKey &&
		// The key of goods that the plan does not know is "", which can also be a key of the plan.
		len(r.sku) == len(other.sku) && len(r.product) == len(other.product) && len(r.category) == len(other.category)
}

func (c *Calculator) excludes(l *Line) bool {
	return c.excluded.any && (c.excluded.products[l.Product] || c.excluded.skus[l.SKU] || c.excluded.categories[l.Category])
}
