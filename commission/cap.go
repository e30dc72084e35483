package commission

import (
	"math/big"

	"github.com/fenrun/fenrun/commission/money"
)

// applyCap cuts the entries from start on, which are those of one line and make up sum, so that together they are not above the line's cap. What is cut
// to nothing is no entry.
func (r *Result) applyCap(line *line, start int, sum money.Units) error {
	limit, err := r.calc.capOf(&line.left.net)
	if err != nil || sum.Cmp(limit) <= 0 {
		return err
	}
	r.weights, r.parts = r.weights[:0], r.parts[:0]
	for _, gain := range r.amounts[start:] {
		if gain.Sign() < 0 {
			// A loss is never cut, and leaves so much more room for the gains.
			if limit, err = limit.Sub(gain); err != nil {
				return err
			}
			gain = money.Units{}
		}
		r.weights = append(r.weights, gain)
	}
	if r.calc.plan.Overflow == CutFarthest {
		r.cutFarthest(r.cells[start:], limit)
	} else if r.parts, err = money.Split(r.parts, limit, r.weights); err != nil {
		return err
	}
	for i, part := range r.parts {
		if amount := &r.amounts[start+i]; amount.Sign() > 0 {
			r.cells[start+i].cut = part != *amount
			*amount = part
		}
	}
	r.dropZeros(start)
	return nil
}

// cutFarthest keeps whole entries nearest to the buyer first; at equal distance the earlier rule comes first.
func (r *Result) cutFarthest(cells []cell, limit money.Units) {
	r.parts = append(r.parts, make([]money.Units, len(cells))...)
	for position := int32(1); limit.Sign() > 0; {
		next := int32(0)
		for i := range cells {
			switch p := r.shares[cells[i].share].Position; {
			case p == position:
				take := r.weights[i]
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

// CapOf returns the most that a line may pay when so much of it has come back. Its error is a [*money.RangeError].
func (c *Calculator) CapOf(line *FrozenLine, back Returned) (money.Amount, error) {
	limit, err := c.capOf(c.netLeft(line, &back))
	return c.currency.Of(limit), err
}
