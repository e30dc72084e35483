package commission

import (
	"fmt"
	"math/big"
	"math/bits"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// tiers finds for each member how much of his volume is paid at each tier's rate; from there on the modes are the same.
func (r *BonusResult) tiers() error {
	x, mode := r.calc, r.calc.bonus.Tiers.Mode
	if mode == Prospective {
		if err := r.checkSales(); err != nil {
			return err
		}
	}
	r.volumes, r.parts, r.rests = resize(r.volumes, len(x.steps)), resize(r.parts, len(x.steps)), resize(r.rests, len(x.steps))
	for i := range r.in.Members {
		m := &r.in.Members[i]
		clear(r.volumes)
		switch {
		case m.Bar != "":
			r.skip(i, m.Bar)
			continue
		case m.Volume.Sign() <= 0:
			r.skip(i, NoVolume)
			continue
		case mode == Marginal:
			x.divide(r.volumes, m.Volume)
		case mode == Retroactive:
			if tier := x.reached(m.Volume); tier >= 0 {
				r.volumes[tier] = m.Volume
			}
		default:
			x.follow(r.volumes, r.in.Sales[i])
		}
		if reason := r.payTiers(i); reason != "" {
			r.skip(i, reason)
		}
	}
	return nil
}

// checkSales fails where a member's sales are not together his volume, or too large to add up.
func (r *BonusResult) checkSales() error {
	if len(r.in.Sales) != len(r.in.Members) {
		r.fail("sales", "the sales of %d members are needed, not of %d", len(r.in.Members), len(r.in.Sales))
		return r.failed
	}
	for i, sales := range r.in.Sales {
		var total, absolutes money.Units
		var err error
		for _, sale := range sales {
			// What no sum of absolute sales exceeds, no sum of sales does.
			if absolutes, err = absolutes.Add(absolute(sale)); err != nil {
				return r.calc.tooLarge(err)
			}
			total = plus(total, sale)
		}
		if volume := r.in.Members[i].Volume; total != volume {
			price := r.calc.calc.price
			r.fail(fmt.Sprintf("sales[%d]", i), "they are together %s, and the volume is %s", price.Of(total).Plain(), price.Of(volume).Plain())
		}
	}
	return r.failure()
}

// divide gives each tier the part of a volume that lies in it.
func (x *BonusCalculator) divide(into []money.Units, volume money.Units) {
	for tier := x.reached(volume); tier >= 0; tier-- {
		from := x.steps[tier].from
		into[tier], _ = volume.Sub(from)
		volume = from
	}
}

// follow gives each sale to the tier that the sales before it had reached. Who stands below 0 has reached what 0 reaches.
func (x *BonusCalculator) follow(into []money.Units, sales []money.Units) {
	var before money.Units
	for _, sale := range sales {
		reached := before
		if reached.Sign() < 0 {
			reached = money.Units{}
		}
		if tier := x.reached(reached); tier >= 0 {
			into[tier] = plus(into[tier], sale)
		}
		before = plus(before, sale)
	}
}

// payTiers adds a member's entries, one for each tier at which some of his volume is paid, or says why there are none. What they are together is rounded
// once and laid on the tiers by largest remainder.
func (r *BonusResult) payTiers(member int) partner.Reason {
	sign, ok := r.layFast()
	if !ok {
		sign = r.layExact()
	}
	start := len(r.pays)
	for tier, part := range r.parts {
		if !part.IsZero() {
			r.pays = append(r.pays, bonusPay{member: int32(member), step: int32(tier), base: r.volumes[tier], amount: part})
		}
	}
	switch {
	case len(r.pays) > start:
		return ""
	case sign < 0:
		return NoVolume
	case sign > 0:
		return RoundsToZero
	}
	for _, volume := range r.volumes {
		if !volume.IsZero() {
			return ZeroRate
		}
	}
	return NotReached
}

// layFast sets the parts of the tiers and returns the sign of their exact sum, where all numbers are small; else it reports false. The parts of a sum
// that is not above 0 are 0.
func (r *BonusResult) layFast() (sign int, ok bool) {
	shift := r.calc.shift()
	if shift >= len(tens) {
		return 0, false
	}
	var exact, left int64
	den := int64(tens[shift])
	for tier := range r.volumes {
		n, ok := r.volumes[tier].Int64()
		hi, lo := bits.Mul64(uint64(max(n, -n)), uint64(r.calc.steps[tier].share))
		if !ok || hi != 0 || lo >= money.DividerLimit/maxSteps {
			return 0, false
		}
		product := int64(lo)
		if n < 0 {
			product = -product
		}
		exact += product
		part := product / den
		if product%den < 0 {
			part--
		}
		r.parts[tier], r.rests[tier] = money.UnitsOf(part), uint64(product-part*den)
		left -= part
	}
	if exact <= 0 {
		clear(r.parts)
		if exact < 0 {
			sign = -1
		}
		return sign, true
	}
	total, _ := r.calc.calc.plan.Rounding.Mode.MulPow10(exact, 1, shift)
	if total == 0 { // what came back at one tier must not leave parts that cancel out
		clear(r.parts)
		return 1, true
	}
	for left += total; left > 0; left-- {
		most := 0
		for tier := range r.rests {
			if r.rests[tier] > r.rests[most] {
				most = tier
			}
		}
		r.parts[most], r.rests[most] = plus(r.parts[most], money.UnitsOf(1)), 0
	}
	return 1, true
}

// layExact is layFast for every number.
func (r *BonusResult) layExact() (sign int) {
	exact, sum := make([]*big.Rat, len(r.volumes)), new(big.Rat)
	den := money.Pow10(r.calc.shift())
	for tier := range r.volumes {
		product := r.volumes[tier].Big(nil)
		product.Mul(product, big.NewInt(r.calc.steps[tier].share))
		exact[tier] = new(big.Rat).SetFrac(product, den)
		sum.Add(sum, exact[tier])
	}
	clear(r.parts)
	if sum.Sign() <= 0 {
		return sum.Sign()
	}
	total := r.calc.calc.plan.Rounding.Mode.Quo(sum.Num(), sum.Denom())
	if total.Sign() == 0 {
		return 1
	}
	for tier, part := range largestRemainder(exact, total) {
		r.parts[tier], _ = money.UnitsFromBig(part) // a part is not above its volume, since no share is above 1
	}
	return 1
}
