package commission

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
)

// GuardedSlots is how many slots a plan pays without saying so in its field slots.
const GuardedSlots = 3

// maxSlots bounds the work of one order.
const maxSlots = 100

// PlanError lists everything that is wrong with a plan.
type PlanError struct {
	Problems []Problem
}

func (e *PlanError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return "commission: plan: " + strings.Join(texts, "; ")
}

// WithDefaults returns the plan with every field that was left out set to what it means in this currency.
func (p Plan) WithDefaults(currency money.Currency) Plan {
	if p.Slots == 0 {
		p.Slots = min(p.longest(), GuardedSlots)
	}
	if len(p.Attribution) == 0 {
		p.Attribution = slices.Clone(defaultAttribution)
	}
	if !p.Cap.IsSet() {
		p.Cap = wholeLine
	}
	if p.Tenders.Excluded == nil {
		p.Tenders.Excluded = slices.Clone(excludedTenders)
	}
	if p.PriceScale == 0 {
		p.PriceScale = currency.Scale()
	}
	p.Peer = p.Peer.withDefaults(&p)
	p.Territory = p.Territory.withDefaults()
	p.Trees = maps.Clone(p.Trees)
	for name, t := range p.Trees {
		p.Trees[name] = t.withDefaults()
	}
	return p
}

// excludedTenders are those that are no new money.
var excludedTenders = []string{"points", "gift-card"}

// longest is the length of the longest list of rates by slot.
func (p Plan) longest() int {
	n := 0
	for _, list := range p.lists() {
		n = max(n, len(list.rates))
	}
	return n
}

// list is one list of rates by slot, with its path.
type list struct {
	path  string
	key   string // under which the plan has it; "" for Rates
	rates []Rate
}

// lists returns every list of rates by slot in a fixed order.
func (p Plan) lists() []list {
	all := []list{{path: "rates", rates: p.Rates}}
	all = appendLists(all, "levels", p.Levels)
	all = appendLists(all, "partners", p.Partners)
	all = appendLists(all, "categories", p.Categories)
	all = appendLists(all, "products", p.Products)
	all = appendLists(all, "skus", p.SKUs)
	return append(all, p.kindLists()...)
}

// kindLists returns the lists of rates by kind of order.
func (p Plan) kindLists() []list {
	var all []list
	for _, kind := range slices.Sorted(maps.Keys(p.Kinds)) {
		all = append(all, list{path: KeyPath("kinds", string(kind)) + ".rates", key: string(kind), rates: p.Kinds[kind].Rates})
	}
	return all
}

func appendLists[K ~string](all []list, name string, m map[K][]Rate) []list {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		all = append(all, list{path: KeyPath(name, string(key)), key: string(key), rates: m[key]})
	}
	return all
}

// KeyPath returns the path of a key within a section: commission.products.p1, or commission.products["p 1"] where the key is no plain word.
func KeyPath(section, key string) string {
	special := func(r rune) bool { return r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	if key == "" || strings.ContainsFunc(key, special) {
		return fmt.Sprintf("%s[%q]", section, key)
	}
	return section + "." + key
}

// Validate returns every problem of the plan with these campaigns in this currency, nil if there is none. Paths are those of the two sections of a plan
// document: "commission.rates[1]", "campaigns[0].factor". A plan that names rules of the shop's own needs [Rules.Validate].
func (p Plan) Validate(currency money.Currency, campaigns []Campaign) []Problem {
	return Rules(nil).Validate(p, currency, campaigns)
}

// validate finds every problem but those of the rules of the shop's own.
func (p Plan) validate(currency money.Currency, campaigns []Campaign) problems {
	var v problems
	if longest := p.longest(); longest > GuardedSlots && p.Slots == 0 {
		v.add("commission.slots", "there are rates for %d slots, more than %d; the guard is lifted by writing \"slots\": %d", longest, GuardedSlots, longest)
	}
	written := p.Trees
	p = p.WithDefaults(currency)
	v.trees(p, written)
	if currency.IsZero() {
		v.add("currency", "a plan needs a currency")
	}
	if p.Slots < 0 || p.Slots > maxSlots {
		v.add("commission.slots", "from 0 to %d slots can be paid, not %d", maxSlots, p.Slots)
	}
	if p.PriceScale < currency.Scale() || p.PriceScale > money.MaxScale {
		v.add("commission.priceScale", "amounts on an order have from %d (the currency's) to %d decimals, not %d", currency.Scale(), money.MaxScale, p.PriceScale)
	}
	if p.Cap.IsPerUnit() {
		v.add("commission.cap", "a cap is a share of the line's net paid, such as \"30%%\"; %s is an amount for each unit", p.Cap)
	}
	if p.OrderCap.IsPerUnit() {
		v.add("commission.orderCap", "a cap is a share of the order's net paid, such as \"20%%\"; %s is an amount for each unit", p.OrderCap)
	}
	for _, l := range p.lists() {
		if len(l.rates) > maxSlots {
			v.add("commission."+l.path, "%d slots are more than %d", len(l.rates), maxSlots)
		}
	}
	p.LevelBonus.check(&v)
	p.Staff.check(&v, &p)
	for _, b := range p.builtins() {
		if b.check != nil && b.on {
			b.check(&v)
		}
	}
	v.digits(&p)
	seen := map[Attribution]bool{}
	for i, a := range p.Attribution {
		switch {
		case a == Chosen:
			v.add(fmt.Sprintf("commission.attribution[%d]", i), "%s is for the shop's own code", a)
		case a == ByStaff:
			v.add(fmt.Sprintf("commission.attribution[%d]", i), "whose an order is that names a member of the staff stands in commission.staff")
		case seen[a]:
			v.add(fmt.Sprintf("commission.attribution[%d]", i), "%s stands twice", a)
		}
		seen[a] = true
	}
	v.options(p)
	v.facts(p)
	v.campaigns(p, currency, campaigns)
	if len(v) == 0 && p.Overflow == RefusePlan {
		v.overflow(p, campaigns)
	}
	return v
}

type problems []Problem

func (v *problems) add(path, format string, args ...any) {
	*v = append(*v, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
}

// options catches numbers that no name stands for, which only Go code can write.
func (v *problems) options(p Plan) {
	v.option("commission.lineRates", int(p.LineRates), len(lineRatesNames))
	v.option("commission.personal", int(p.Personal), len(personalNames))
	v.option("commission.base", int(p.Base), len(baseNames))
	v.option("commission.loss", int(p.Loss), len(lossNames))
	v.option("commission.selfPurchase", int(p.SelfPurchase), len(selfPurchaseNames))
	v.option("commission.missing", int(p.Missing), len(missingNames))
	v.instants(p)
	v.option("commission.stacking", int(p.Stacking), len(stackingNames))
	v.option("commission.overflow", int(p.Overflow), len(overflowNames))
	v.option("commission.rounding.scope", int(p.Rounding.Scope), len(scopeNames))
	v.option("commission.rounding.mode", int(p.Rounding.Mode), int(money.Down)+1)
	for i, a := range p.Attribution {
		v.option(v.index("commission.attribution", i), int(a), len(attributionNames))
	}
}

// index is the path of an element.
func (v *problems) index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// digits refuses rates that bonuses and peers would make too long to be exact.
func (v *problems) digits(p *Plan) {
	for _, l := range p.lists() {
		for i, rate := range l.rates {
			if problem := p.bears(rate, i+1); problem != "" {
				v.add(v.index("commission."+l.path, i), "%s %s", rate, problem)
			}
		}
	}
	p.Peer.digits(v, p)
}

// facts checks what the plan says of kinds of orders, promotions and tenders.
func (v *problems) facts(p Plan) {
	for _, kind := range slices.Sorted(maps.Keys(p.Kinds)) {
		path, own := KeyPath("commission.kinds", string(kind)), p.Kinds[kind]
		if kind == "" {
			v.add(path, "a kind has a name; what holds for ordinary sales stands in commission itself")
		}
		if own.Excluded && len(own.Rates) > 0 {
			v.add(path+".rates", "orders of an excluded kind have no rates")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Promotions)) {
		path, own := KeyPath("commission.promotions", name), p.Promotions[name]
		if name == "" {
			v.add(path, "a promotion has a name")
		}
		switch {
		case !own.Factor.Valid:
		case own.Excluded:
			v.add(path+".factor", "goods of an excluded promotion have no factor")
		case !fraction(own.Factor.Decimal):
			v.add(path+".factor", "a factor is above 0 and at most 1, with at most 18 decimals; 0.8 pays eight tenths")
		}
	}
	for i, kind := range p.Tenders.Excluded {
		if kind == "" || slices.Contains(p.Tenders.Excluded[:i], kind) {
			v.add(fmt.Sprintf("commission.tenders.excluded[%d]", i), "each kind of tender stands once, not %q", kind)
		}
	}
}

// fraction reports whether d is a share above 0.
func fraction(d decimal.Decimal) bool {
	rate, err := Fraction(d)
	return err == nil && rate.coefficient > 0
}

// applied returns the promotions that have a factor.
func (p Plan) applied() map[string]*Applied {
	var all map[string]*Applied
	for name, own := range p.Promotions {
		if !own.Factor.Valid {
			continue
		}
		if all == nil {
			all = make(map[string]*Applied, len(p.Promotions))
		}
		factor, _ := rateOf(own.Factor.Decimal, percent) // validated before
		all[name] = &Applied{Name: name, Factor: factor.Decimal()}
	}
	return all
}

const timeFormat = "2006-01-02T15:04:05Z07:00"
