package commission

import (
	"math"
	"math/big"

	"github.com/fenrun/fenrun/commission/money"
)

// applyCap cuts the entries from start on, which are those of one line and make up sum, so that together they are not above the line's cap. What is cut
// to nothing is no entry.
func (r *Result) applyCap(index, start int, net *ratio, sum money.Units) error {
	limit, err := r.calc.capOf(net)
	if err != nil || sum.Cmp(limit) <= 0 {
		return err
	}
	r.weights, r.parts, r.payers = r.weights[:0], r.parts[:0], r.payers[:0]
	for i := start; i < len(r.amounts); i++ {
		gain := r.amounts[i]
		if gain.Sign() < 0 {
			// A loss is never cut, and leaves so much more room for the gains.
			if limit, err = limit.Sub(gain); err != nil {
				return err
			}
			gain = money.Units{}
		}
		_, payer := r.at(i)
		r.weights, r.payers = append(r.weights, gain), append(r.payers, payer)
	}
	if r.calc.plan.Overflow == CutFarthest {
		r.cutFarthest(limit)
	} else if r.parts, err = money.Split(r.parts, limit, r.weights); err != nil {
		return err
	}
	r.lay(index, start)
	return nil
}

// lay replaces the entries from start on by the parts that the cap leaves of them.
func (r *Result) lay(index, start int) {
	for len(r.cuts) < start {
		r.cuts = append(r.cuts, false)
	}
	uncut := r.amounts[start:] // read before it is written over: what is laid is no longer than what was there
	r.removeEntries(start)
	for i, amount := range uncut {
		cut := false
		if amount.Sign() > 0 {
			amount, cut = r.parts[i], r.parts[i] != amount
		}
		if r.addEntry(index, r.payers[i], amount); !amount.IsZero() {
			r.cuts = append(r.cuts, cut)
		}
	}
}

// cutFarthest keeps whole entries nearest to the buyer first; at equal distance the earlier rule comes first.
func (r *Result) cutFarthest(limit money.Units) {
	r.parts = append(r.parts, make([]money.Units, len(r.weights))...)
	for position := int32(0); limit.Sign() > 0; {
		next := int32(0)
		for i, take := range r.weights {
			switch p := r.distance(&r.shares[r.payers[i]]); {
			case p == position:
				if take.Cmp(limit) > 0 {
					take = limit
				}
				r.parts[i] = take
				limit, _ = limit.Sub(take)
			case p > position && (next == 0 || p < next):
				next = p
			}
		}
		if next == 0 {
			return
		}
		position = next
	}
}

// distance is how far from the buyer a share's payee stands. Those with seats are the farthest, but for a fee that comes before the split: of what it left
// everybody else has his share.
func (r *Result) distance(s *Share) int32 {
	switch {
	case s.Position > 0:
		return s.Position
	case r.calc.beforeSplit(s):
		return 0
	}
	return math.MaxInt32
}

// capOf is the most that a line may pay: a share of what is left of its net, cut off downwards.
func (c *Calculator) capOf(net *ratio) (money.Units, error) {
	shift := int(c.plan.Cap.scale) + c.price.Scale() - c.currency.Scale()
	if n, ok := net.int64(); ok {
		if c.capWhole {
			return money.UnitsOf(n), nil
		}
		if limit, ok := money.Down.MulPow10(n, c.plan.Cap.coefficient, shift); ok {
			return money.UnitsOf(limit), nil
		}
	}
	num := new(big.Int).Mul(net.num(), big.NewInt(c.plan.Cap.coefficient))
	den := money.Pow10(shift)
	return money.UnitsFromBig(money.Down.Quo(num, den.Mul(den, big.NewInt(net.den))))
}

// smallCap is capOf for a small whole net, 0 where it does not fit.
func (c *Calculator) smallCap(net uint64) uint64 {
	limit, _ := money.Down.MulPow10(int64(net), c.plan.Cap.coefficient, int(c.plan.Cap.scale)+c.price.Scale()-c.currency.Scale())
	return uint64(limit)
}

// CapOf returns the most that a line may pay when so much of it has come back. Its error is a [*money.RangeError].
func (c *Calculator) CapOf(line *FrozenLine, back Returned) (money.Amount, error) {
	limit, err := c.capOf(&c.lineLeft(line, &back).left.net)
	return c.currency.Of(limit), err
}
