package commission_test

import (
	"math/big"

	"github.com/fenrun/fenrun/commission"
)

// The oracle's rates of slots and the recruiter's bonus.

// oracleRate is a rate as a plain number; amount 0 pays nothing.
type oracleRate struct {
	set, perUnit bool
	amount       *big.Rat
}

func plainRate(r commission.Rate) oracleRate {
	return oracleRate{r.IsSet(), r.IsPerUnit(), r.Decimal().Rat()}
}

// slotRate is the rate that stands for a payee, changed by the bonus of his level.
func (o oracle) slotRate(kind commission.OrderKind, line *commission.Line, slot int, payee *commission.Upline) oracleRate {
	at := func(list []commission.Rate) oracleRate {
		if slot > len(list) {
			return oracleRate{amount: new(big.Rat)}
		}
		return plainRate(list[slot-1])
	}
	goods := *line
	if o.plan.LineRates == commission.IgnoreLineRates {
		goods.Rates = nil
	}
	rate := plainRate(o.rate(kind, &goods, slot, payee))
	if own := at(o.plan.Partners[payee.Partner]); o.plan.Personal == commission.BeforeGoods && own.set && !at(goods.Rates).set && !at(o.plan.Kinds[kind].Rates).set {
		rate = own
	}
	bonus := at(o.plan.LevelBonus.Rates[payee.Level])
	if !rate.set || !bonus.set {
		return rate
	}
	switch o.plan.LevelBonus.Mode {
	case commission.Replace:
		return bonus
	case commission.Multiplicative:
		rate.amount = new(big.Rat).Mul(rate.amount, bonus.amount.Add(bonus.amount, big.NewRat(1, 1)))
	case commission.Additive:
		if rate.perUnit == bonus.perUnit {
			rate.amount = bonus.amount.Add(bonus.amount, rate.amount)
		}
	}
	if whole := big.NewRat(1, 1); !rate.perUnit && rate.amount.Cmp(whole) > 0 {
		rate.amount = whole
	}
	return rate
}

// paySlot adds what a slot pays its holder, unless the rate is not set or 0.
func (o oracle) paySlot(shares []oracleShare, kind commission.OrderKind, line *commission.Line, slot, holder int, uplines []commission.Upline) []oracleShare {
	payee := &uplines[holder]
	rate := o.slotRate(kind, line, slot, payee)
	if rate.amount.Sign() == 0 {
		return shares
	}
	return append(shares, oracleShare{
		rule: commission.RuleSlots, slot: slot, position: holder + 1, payee: payee.Partner, perUnit: rate.perUnit, rate: rate.amount,
		level: payee.Level,
	})
}

// dynamic is who holds a slot, -1 if nobody: above the holder of the slot before, the nearest whom it pays, else the nearest who earns.
func (o oracle) dynamic(kind commission.OrderKind, line *commission.Line, slot int, uplines []commission.Upline, vacant int) int {
	from := vacant
	if slot > vacant+1 {
		below := o.dynamic(kind, line, slot-1, uplines, vacant)
		if below < 0 {
			return -1
		}
		from = below + 1
	}
	earns := -1
	for i := from; i < len(uplines); i++ {
		if uplines[i].Bar != "" {
			continue
		}
		if o.slotRate(kind, line, slot, &uplines[i]).amount.Sign() > 0 {
			return i
		}
		if earns < 0 {
			earns = i
		}
	}
	return earns
}

// recruiter is the second of the uplines, whatever becomes of slots that nobody holds.
func (o oracle) recruiter(uplines []commission.Upline) []oracleShare {
	if len(uplines) < 2 || uplines[1].Bar != "" {
		return nil
	}
	rate := o.plan.Recruiter.Rate
	if own, ok := o.plan.Recruiter.Levels[uplines[1].Level]; ok {
		rate = own
	}
	return pay(nil, commission.RuleRecruiter, 0, 1, uplines, rate)
}
