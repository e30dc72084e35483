package commission

import (
	"math/big"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
)

// exactTotal is the sum of what the shares of the lines pay before it is rounded and cut.
func (r *Result) exactTotal() *big.Rat {
	total := new(big.Rat)
	for i := range r.lines {
		line := &r.lines[i]
		if line.reason != "" {
			continue
		}
		rest, set := line.rest(), &r.sets[line.set]
		if sum, ok := r.wholeTotal(&rest, set); ok {
			total.Add(total, sum)
			continue
		}
		for j := set.shares; j < set.sharesEnd; j++ {
			// Of a single line each share of a loss is a loss of its own.
			if amount := r.exactShare(j, &rest); amount.Sign() > 0 || !r.calc.floorsOrder() {
				total.Add(total, amount)
			}
		}
	}
	return total
}

// wholeTotal is the sum of what the shares of a set pay of a line, and whether it could be worked out in whole numbers, which is several times faster.
func (r *Result) wholeTotal(rest *left, set *set) (*big.Rat, bool) {
	base, whole := rest.base.whole()
	if !whole || set.wide || base.Sign() < 0 || r.calc.offTop || set.shift < 0 {
		return nil, false
	}
	sum, term := new(big.Int), new(big.Int)
	for i := set.shares; i < set.sharesEnd; i++ {
		s, n := &r.shares[i], base
		switch {
		case s.Weight > 0 || s.Rule == RuleFee:
			return nil, false
		case s.Rate.kind == perUnit:
			n = money.UnitsOf(rest.units)
		}
		n.Big(term)
		sum.Add(sum, term.Mul(term, big.NewInt(r.coefficients[i])))
	}
	return new(big.Rat).SetFrac(sum, money.Pow10(set.shift)), true
}

// exactShare is what one share pays before it is rounded and cut.
func (r *Result) exactShare(share int, rest *left) *big.Rat {
	s := &r.shares[share]
	num, den := r.calc.exactAmount(s, rest)
	amount := new(big.Rat).SetFrac(num, den)
	if s.Weight > 0 {
		amount.Mul(amount, big.NewRat(int64(s.Weight), int64(s.Weights)))
	}
	return amount
}

// finish turns the best that was found into shares of the price.
func (a *auditor) finish(exact bool) (WorstCase, error) {
	w := &a.worst
	order := a.goods.order(w.PaidAt, w.Places)
	order.Trees = w.Trees
	if _, err := a.calc.Calculate(&order, w.Uplines, &a.result); err != nil {
		return WorstCase{}, err
	}
	w.Uncut = a.calc.ofPrice(a.best, &a.goods)
	nothing := a.result.lines[0].reason != "" // goods that pay nothing do so whoever stands above
	counted := a.calc.inexact && a.goods.Cost.Decimal.GreaterThan(a.goods.Price)
	w.Paid = decimal.Min(w.Uncut, a.calc.plan.capShare())
	w.Exact = nothing || exact && a.calc.plan.auditable() && a.seatsPayMost() && !counted && a.calc.plan.Staff.Sharing == StaffOne
	switch w.Bound = w.Uncut.Add(decimal.New(1, -maxRateScale)); {
	case nothing:
	case len(a.calc.plan.Rules) > 0:
		w.Exact, w.Bound = false, decimal.Max(w.Bound, a.calc.plan.capShare())
	case !w.Exact:
		w.Bound = decimal.Max(w.Bound, a.bound())
	}
	left := decimal.NewFromInt(1).Sub(w.Paid).Mul(a.goods.Price)
	if a.goods.Cost.Valid {
		left = left.Sub(a.goods.Cost.Decimal)
	}
	w.Margin = left
	return *w, nil
}

// capShare is the most of one line alone in an order that is paid.
func (p *Plan) capShare() decimal.Decimal {
	if p.OrderCap.IsSet() && p.OrderCap.cmp(p.Cap) < 0 {
		return p.OrderCap.Decimal()
	}
	return p.Cap.Decimal()
}

// bound is more than any line of uplines can be paid: the most of each rule by itself, in money of one unit, as a share of the price. It is reached where
// one rule pays alone; fees that come before the split are counted as if they left the others all.
func (a *auditor) bound() decimal.Decimal {
	sum := a.others(a.worth())
	for _, fee := range a.calc.plan.Fees {
		ofNet := a.goods.Price // a fee is a share of what was paid, whatever the base
		if fee.Rate.IsPerUnit() {
			ofNet = one
		}
		sum = sum.Add(fee.Rate.Decimal().Mul(ofNet).Mul(a.factor(RuleFee, 0)))
	}
	share := new(big.Rat).Quo(sum.Rat(), a.goods.Price.Rat())
	return cutOff(share).Add(decimal.New(1, -maxRateScale))
}

// worth is what rates pay of one unit of the goods, in money; losses count as nothing.
func (a *auditor) worth() worth {
	base := a.goods.Price
	switch {
	case a.calc.plan.Base == ListPrice && a.goods.List.Valid:
		base = a.goods.List.Decimal
	case a.calc.plan.Base == Profit:
		base = decimal.Max(decimal.Zero, base.Sub(a.goods.Cost.Decimal))
	}
	return func(r Rate) decimal.Decimal {
		if r.IsPerUnit() {
			return r.Decimal()
		}
		return r.share().Mul(base)
	}
}

// others is the most that all rules but fees pay, each by itself.
func (a *auditor) others(of worth) decimal.Decimal {
	sum := decimal.Zero
	for _, b := range a.calc.plan.builtins() {
		switch {
		case !b.on || b.name == RuleFee:
		case b.name == RuleSlots:
			for slot := range a.calc.slots {
				most := a.mostOfSlot(slot+1, func(_ *Upline, rate Rate) decimal.Decimal { return of(rate) })
				sum = sum.Add(most.Mul(a.factor(RuleSlots, slot+1)).Mul(decimal.NewFromInt(a.calc.plan.Staff.times(slot + 1))))
			}
		case b.name == RulePeer:
			peer, ofSlots := &a.calc.plan.Peer, decimal.Zero
			for slot := range a.calc.slots {
				ofSlots = ofSlots.Add(a.mostOfSlot(slot+1, func(u *Upline, rate Rate) decimal.Decimal {
					share := peer.share(u.Level, of)
					switch {
					case u.Level == "" || rate.coefficient == 0:
						return decimal.Zero
					case peer.Of == OfOrder:
						return share
					}
					return share.Mul(of(rate))
				}))
			}
			sum = sum.Add(peer.most(&a.calc.plan, of, ofSlots).Mul(a.factor(b.name, 0)))
		default:
			sum = sum.Add(b.most(of).Mul(a.factor(b.name, 0)))
		}
	}
	return sum
}

// mostOfSlot is the most that a slot's rate brings, whoever of the people holds it.
func (a *auditor) mostOfSlot(slot int, brings func(*Upline, Rate) decimal.Decimal) decimal.Decimal {
	order := a.goods.order(time.Time{}, Places{})
	rates, most := a.calc.ratesOf(&order, &order.Lines[0]), decimal.Zero
	for i := range a.people {
		if u := &a.people[i]; u.Bar == "" {
			rate, _ := rates.of(slot, u)
			most = decimal.Max(most, brings(u, rate))
		}
	}
	return most
}

// factor is the most that the campaigns for the goods multiply a slot of a rule by.
func (a *auditor) factor(rule string, slot int) decimal.Decimal {
	order := a.goods.order(time.Time{}, Places{})
	var campaigns []Campaign
	for i := range a.calc.campaigns {
		if k := &a.calc.campaigns[i]; !k.goods.any || k.goods.has(&order.Lines[0]) {
			campaigns = append(campaigns, k.Campaign)
		}
	}
	return a.calc.plan.largestFactor(campaigns, rule, slot)
}

// seatsPayMost reports whether a line is paid no more where some of those whom the plan names earn nothing. It can be: losses that count are not divided
// among them then, and a fee that does not come off leaves more to others whose shares are together more than the whole.
func (a *auditor) seatsPayMost() bool {
	if a.calc.plan.has(RuleTerritory) && a.loses() {
		return false
	}
	return !a.calc.offTop || !a.others(Rate.share).GreaterThan(one)
}

// loses reports whether the goods can be sold at a loss that counts.
func (a *auditor) loses() bool {
	p := &a.calc.plan
	return p.Base == Profit && p.Loss == Signed && a.goods.Cost.Valid && (a.calc.offTop || a.goods.Cost.Decimal.GreaterThan(a.goods.Price))
}

// has reports whether the plan turns a built-in rule on.
func (p *Plan) has(name string) bool {
	b, _ := p.builtin(name)
	return b.on
}

// auditable reports whether everything that the plan pays is known from the plan.
func (p *Plan) auditable() bool {
	for _, name := range p.treeNames() {
		if t := p.Trees[name]; len(t.Differential.Rates) > 8 && t.Team.pays() {
			return false
		}
	}
	return len(p.Differential.Rates) <= 8 || !p.Peer.pays() && !p.Team.pays()
}
