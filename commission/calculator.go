package commission

import (
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Calculator is a plan made ready to calculate. It is immutable and safe for concurrent use.
type Calculator struct {
	plan        Plan
	currency    money.Currency
	price       money.Currency // the currency at the price scale: what amounts on an order are counted in
	slots       int
	rules       []namedRule
	campaigns   []campaign
	promotions  map[string]*Applied // those that have a factor
	excluded    goodsSets
	tenders     map[string]bool // those that do not count
	capWhole    bool            // the cap is the line's net paid itself, in the same units
	plainRates  lineRates       // those of lines without rates of their own
	goods       bool            // goods have rates of their own
	defaults    bool            // nobody has rates of his own
	choosy      bool            // some goods that are paid for may pay nothing
	orderCapped bool            // the order has a cap of its own
	overOrder   bool            // amounts are decided over the whole order, not line by line
	scale       uint8           // the most decimals of a share that the plan gives
	plain       scaling         // of sets with such shares
	needsChain  int
	bonuses     map[partner.Level][]*Raise                // by slot
	seats       []func([]partner.ID, *Order) []partner.ID // by rule: appends those whom it names for an order
	offTop      bool                                      // some fee is taken before everything else
	own         bool                                      // some rule is one of the shop's own
	inexact     bool                                      // an audit cannot tell the worst case of a loss: a campaign that grows it can be spent
	beyond      bool                                      // somebody can be paid who does not stand in the line of recruiters
	trees       []partner.Tree                            // by which it pays beside that of recruiters
}

type namedRule struct {
	name string
	rule Rule
	own  bool // one of the shop's own: what it decides is looked over
}

// goodsSets are goods as sets; nil where none are named.
type goodsSets struct {
	any                        bool
	products, skus, categories map[string]bool
}

// New returns the calculator of a plan in a currency, with its campaigns. A plan that cannot work is a [*PlanError] with all its problems. A plan that
// names rules of the shop's own needs [Rules.New].
func New(currency money.Currency, plan Plan, campaigns ...Campaign) (*Calculator, error) {
	return Rules(nil).New(currency, plan, campaigns...)
}

// calculator is New for a plan that can work.
func (r Rules) calculator(currency money.Currency, plan Plan, campaigns []Campaign) (*Calculator, error) {
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
	c.orderCapped = plan.OrderCap.IsSet()
	for _, b := range c.plan.builtins() {
		if b.on {
			c.rules = append(c.rules, namedRule{name: b.name, rule: b.build()})
			if b.seats != nil {
				c.seats = append(c.seats, b.seats)
			}
		}
	}
	c.rules, c.own = append(c.rules, r.made(&plan, &problems{})...), len(plan.Rules) > 0
	c.bonuses = plan.LevelBonus.bonuses()
	c.defaults = len(plan.Partners)+len(plan.Levels) == 0 && c.bonuses == nil
	for _, use := range plan.TreesUsed() {
		c.trees = append(c.trees, use.Tree)
	}
	slices.Sort(c.trees)
	c.trees = slices.Compact(c.trees)
	c.beyond = len(c.seats)+len(c.trees) > 0
	for _, fee := range plan.Fees {
		c.offTop = c.offTop || fee.BeforeSplit
	}
	for _, source := range campaigns {
		c.campaigns = append(c.campaigns, c.campaign(source))
	}
	c.needsChain = c.reach()
	return c, nil
}

var wholeLine = Rate{coefficient: 1, kind: percent}

func (e Excluded) sets() goodsSets {
	x := goodsSets{products: keySet(e.Products), skus: keySet(e.SKUs), categories: keySet(e.Categories)}
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
	for _, l := range appendLists(nil, "", p.LevelBonus.Rates) {
		for _, rate := range l.rates {
			look(rate)
		}
	}
	for _, b := range p.builtins() {
		for _, rate := range b.rates {
			look(rate)
		}
	}
	return scale
}

// reach is how many uplines decide an order, 0 for all of them.
func (c *Calculator) reach() int {
	if c.plan.Missing != Forfeit && c.slots > 0 {
		return 0
	}
	n, own := max(c.slots, 1), false
	for _, named := range c.rules {
		if !named.own {
			continue
		}
		if _, elsewhere := named.rule.(*treeRule); elsewhere {
			continue
		}
		reach := reachOf(named.rule)
		if reach == 0 {
			return 0
		}
		n, own = max(n, reach), true
	}
	for _, b := range c.plan.builtins() {
		tree, _ := cutRule(b.name)
		switch {
		case tree != "":
		case b.on && b.deep:
			return 0
		case b.on && b.name == RuleRecruiter:
			n = max(n, 2)
		}
	}
	if c.plan.SelfPurchase == ShiftUp && (c.slots > 0 || n > 1 || own) {
		n++
	}
	return n
}

// Seats are those whom the plan itself names for an order, each once, in order of id: the agents of its region and the payees of fees. Calculate can pay
// them too.
func (c *Calculator) Seats(order *Order) []partner.ID { return c.appendSeats(nil, order) }

func (c *Calculator) appendSeats(ids []partner.ID, order *Order) []partner.ID {
	for _, of := range c.seats {
		ids = of(ids, order)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Reach is how many uplines in a tree, from the attributed partner on, decide an order; 0 is all of them up to the top. Calculate needs no more. "" is the
// tree of recruiters.
func (c *Calculator) Reach(name partner.Tree) int {
	if name != "" {
		return c.reachIn(name)
	}
	return c.needsChain
}

// Plan returns the plan with its defaults filled in. Its slices and maps must not be changed.
func (c *Calculator) Plan() Plan { return c.plan }

// Currency returns the currency in which amounts are paid.
func (c *Calculator) Currency() money.Currency { return c.currency }

// Price returns the currency at the plan's price scale, in which amounts on an order are counted.
func (c *Calculator) Price() money.Currency { return c.price }

// lineRates finds the rates of one line of goods.
type lineRates struct {
	calc                            *Calculator
	set                             int // the set of shares that they gave
	line, sku, product, category    []Rate
	campaigns                       []int // those that count, where some are for certain goods only
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
	// A key is kept only where the plan knows it, so that goods without rates of their own share one set, or where a rule of the shop's own sees it.
	if own, ok := c.plan.SKUs[l.SKU]; ok || c.own {
		r.sku, r.skuKey = own, l.SKU
	}
	if own, ok := c.plan.Products[l.Product]; ok || c.own {
		r.product, r.productKey = own, l.Product
	}
	if own, ok := c.plan.Categories[l.Category]; ok || c.own {
		r.category, r.categoryKey = own, l.Category
	}
	return r
}

// of is the rate of a slot by precedence, with the bonus of the payee's level.
func (r *lineRates) of(slot int, payee *Upline) (Rate, Source) {
	rate, source := r.before(slot-1, payee)
	if r.calc.bonuses != nil {
		return r.calc.raise(rate, source, slot, payee)
	}
	return rate, source
}

// before is the precedence: line, SKU, product, category, partner (unless he comes before the goods), level, default.
func (r *lineRates) before(i int, payee *Upline) (Rate, Source) {
	plan := &r.calc.plan
	var personal []Rate
	if len(plan.Partners) > 0 {
		personal = plan.Partners[payee.Partner]
	}
	switch {
	case isSet(r.line, i):
		return r.line[i], Source{Kind: FromLine}
	case isSet(r.kind, i):
		return r.kind[i], Source{Kind: FromKind, Key: string(r.kindKey)}
	case plan.Personal == BeforeGoods && isSet(personal, i):
		return personal[i], Source{Kind: FromPartner, Key: string(payee.Partner)}
	case isSet(r.sku, i):
		return r.sku[i], Source{Kind: FromSKU, Key: r.skuKey}
	case isSet(r.product, i):
		return r.product[i], Source{Kind: FromProduct, Key: r.productKey}
	case isSet(r.category, i):
		return r.category[i], Source{Kind: FromCategory, Key: r.categoryKey}
	case isSet(personal, i):
		return personal[i], Source{Kind: FromPartner, Key: string(payee.Partner)}
	}
	if len(plan.Levels) > 0 {
		if own := plan.Levels[payee.Level]; isSet(own, i) {
			return own[i], Source{Kind: FromLevel, Key: string(payee.Level)}
		}
	}
	if isSet(plan.Rates, i) {
		return plan.Rates[i], Source{Kind: FromDefault}
	}
	return Rate{}, Source{}
}

func isSet(rates []Rate, i int) bool { return i < len(rates) && rates[i].IsSet() }

// same reports whether two lines of an order have the same rates and campaigns, so that a rule's answer for one is its answer for the other.
func (r *lineRates) same(other *lineRates) bool {
	return len(r.line) == 0 && len(other.line) == 0 &&
		r.promotion == other.promotion &&
		r.skuKey == other.skuKey && r.productKey == other.productKey && r.categoryKey == other.categoryKey &&
		// The key of goods that the plan does not know is "", which can also be a key of the plan.
		len(r.sku) == len(other.sku) && len(r.product) == len(other.product) && len(r.category) == len(other.category) &&
		slices.Equal(r.campaigns, other.campaigns)
}

func (c *Calculator) excludes(l *Line) bool { return c.excluded.any && c.excluded.has(l) }

func (g *goodsSets) has(l *Line) bool {
	return g.products[l.Product] || g.skus[l.SKU] || g.categories[l.Category]
}
