package commission

import (
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// own reports whether the pool gives a member a weight of his own.
func (p *Pool) own(m *Member) bool {
	_, ok := p.Partners[m.Partner]
	return ok
}

// weight is what a member's part of the pool is in proportion to, 0 where his weight is left out.
func (p *Pool) weight(m *Member) int64 {
	if m.Bar != "" && p.Barred == ToOthers {
		return 0
	}
	if own, ok := p.Partners[m.Partner]; ok {
		return own
	}
	return p.Levels[m.Level]
}

func (r *BonusResult) pool() error {
	pool, rate := r.calc.bonus.Pool, &r.calc.steps[0]
	if r.in.Net.Sign() > 0 {
		r.shared = r.calc.amount(r.calc.calc.plan.Rounding.Mode, r.in.Net, rate)
	}
	r.volumes = r.volumes[:0]
	for i := range r.in.Members {
		if weight := pool.weight(&r.in.Members[i]); weight > 0 {
			r.pays = append(r.pays, bonusPay{member: int32(i), weight: weight, base: r.in.Net})
			r.volumes = append(r.volumes, money.UnitsOf(weight))
			r.weights = plus(r.weights, money.UnitsOf(weight))
		}
	}
	nobody := len(r.pays) == 0
	r.parts = r.parts[:0]
	if !nobody {
		// Weights above 0 bear any total.
		r.parts, _ = money.Split(r.parts, r.shared, r.volumes)
	}
	all := r.pays
	r.pays = r.pays[:0]
	r.kept = r.shared
	for i := range r.in.Members {
		m, amount, shares := &r.in.Members[i], money.Units{}, false
		if next := len(r.volumes) - len(all); len(all) > 0 && int(all[0].member) == i {
			amount, shares = r.parts[next], true
		}
		if shares && m.Bar == "" && !amount.IsZero() {
			pay := all[0]
			pay.amount = amount
			r.pays = append(r.pays, pay)
			r.kept, _ = r.kept.Sub(amount)
		} else {
			r.skip(i, r.whyNoShare(m, shares))
		}
		if shares {
			all = all[1:]
		}
	}
	if nobody {
		r.skip(-1, NoMembers)
	}
	return nil
}

func (r *BonusResult) whyNoShare(m *Member, shares bool) partner.Reason {
	switch {
	case m.Bar != "":
		return m.Bar
	case !shares:
		return NoWeight
	case r.in.Net.Sign() <= 0:
		return NoVolume
	case r.calc.steps[0].share == 0:
		return ZeroRate
	}
	return RoundsToZero
}
