package commission

import (
	"cmp"
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
	base, whole := rest.base.int64()
	if !whole || set.wide || base < 0 || r.calc.offTop || set.shift < 0 {
		return nil, false
	}
	sum, term := new(big.Int), new(big.Int)
	for i := set.shares; i < set.sharesEnd; i++ {
		s, n := &r.shares[i], base
		switch {
		case s.Weight > 0 || s.Rule == RuleFee:
			return nil, false
		case s.Rate.kind == perUnit:
			n = rest.units
		}
		term.SetInt64(r.coefficients[i])
		sum.Add(sum, term.Mul(term, big.NewInt(n)))
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
	if _, err := a.calc.Calculate(&order, w.Uplines, &a.result); err != nil {
		return WorstCase{}, err
	}
	w.Uncut = a.calc.ofPrice(a.best, &a.goods)
	w.Paid, w.Exact = decimal.Min(w.Uncut, a.calc.plan.capShare()), exact && a.calc.plan.auditable() && !(a.calc.inexact && a.goods.Cost.Decimal.GreaterThan(a.goods.Price))
	switch w.Bound = w.Uncut.Add(decimal.New(1, -maxRateScale)); {
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

// bound is more than any line of uplines can be paid: the most of each rule by itself.
func (a *auditor) bound() decimal.Decimal {
	c, sum := a.calc, decimal.Zero
	campaigns := make([]Campaign, len(c.campaigns))
	for i := range campaigns {
		campaigns[i] = c.campaigns[i].Campaign
	}
	for _, b := range c.plan.builtins() {
		switch {
		case !b.on || b.name == RuleFee:
		case b.name == RuleSlots:
			sum = sum.Add(a.slotsBound(campaigns))
		default:
			sum = sum.Add(b.most().Mul(c.plan.largestFactor(campaigns, b.name, 0)))
		}
	}
	return c.plan.withFees(sum, c.plan.largestFactor(campaigns, RuleFee, 0))
}

// slotsBound is the most that the slots pay, each to whom it pays the most.
func (a *auditor) slotsBound(campaigns []Campaign) decimal.Decimal {
	order := a.goods.order(time.Time{}, Places{})
	rates := a.calc.ratesOf(&order, &order.Lines[0])
	sum := decimal.Zero
	for slot := 1; slot <= a.calc.slots; slot++ {
		most := decimal.Zero
		for i := range a.people {
			rate, _ := rates.of(slot, &a.people[i])
			share := rate.share()
			if rate.IsPerUnit() {
				share = cutOff(new(big.Rat).Quo(rate.Decimal().Rat(), a.goods.Price.Rat()))
			}
			most = decimal.Max(most, share)
		}
		sum = sum.Add(most.Mul(a.calc.plan.largestFactor(campaigns, RuleSlots, slot)))
	}
	return sum
}

// has reports whether the plan turns a built-in rule on.
func (p *Plan) has(name string) bool {
	b, _ := p.builtin(name)
	return b.on
}

// auditable reports whether everything that the plan pays is known from the plan.
func (p *Plan) auditable() bool {
	return cmp.Compare(len(p.Differential.Rates), 8) <= 0 || !p.Peer.pays() && !p.Team.pays()
}
