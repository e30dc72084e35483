package commission

import (
	"cmp"
	"math"
	"math/big"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// caps say which caps lowered an amount.
type caps uint8

const (
	lineCap caps = 1 << iota
	orderCap
	campaignCap
)

// reason is why a cap left nothing.
func (c caps) reason() partner.Reason {
	switch c {
	case orderCap:
		return CutByOrderCap
	case campaignCap:
		return CutByCampaignCap
	}
	return CutByCap
}

// place is one share of one line.
type place struct{ line, share int }

func (p place) cmp(q place) int { return cmp.Or(p.line-q.line, p.share-q.share) }

// gone is a place that a cap left nothing.
type gone struct {
	place
	by caps
}

// applyCap cuts the entries from start on, which are those of one line and make up sum, so that together they are not above the line's cap. What is cut
// to nothing is no entry.
func (r *Result) applyCap(start int, net *ratio, sum money.Units) error {
	limit, err := r.calc.capOf(net)
	if err != nil || sum.Cmp(limit) <= 0 {
		return err
	}
	return r.cutTo(limit, start, lineCap)
}

// applyOrderCap is applyCap for all entries of the order and its own cap.
func (r *Result) applyOrderCap() error {
	sum, err := money.Units{}, error(nil)
	for _, amount := range r.amounts {
		if sum, err = sum.Add(amount); err != nil {
			return err
		}
	}
	limit, err := r.orderLimit()
	if err != nil || sum.Cmp(limit) <= 0 {
		return err
	}
	return r.cutTo(limit, 0, orderCap)
}

// cutTo cuts the gains among the entries from start on so that all of these together are the limit.
func (r *Result) cutTo(limit money.Units, start int, by caps) (err error) {
	r.weights, r.parts, r.places = r.weights[:0], r.parts[:0], r.places[:0]
	for i := start; i < len(r.amounts); i++ {
		gain := r.amounts[i]
		if gain.Sign() < 0 {
			// A loss is never cut, and leaves so much more room for the gains.
			if limit, err = limit.Sub(gain); err != nil {
				return err
			}
			gain = money.Units{}
		}
		line, share := r.at(i)
		r.weights, r.places = append(r.weights, gain), append(r.places, place{line, share})
	}
	if r.calc.plan.Overflow == CutFarthest {
		r.cutFarthest(limit)
	} else if r.parts, err = money.Split(r.parts, limit, r.weights); err != nil {
		return err
	}
	r.lay(start, by)
	return nil
}

// lay replaces the entries from start on by the parts that a cap leaves of them.
func (r *Result) lay(start int, by caps) {
	r.mark(len(r.amounts), 0)
	uncut, cuts := r.amounts[start:], r.cuts[start:] // read before they are written over: what is laid is no longer than what was there
	r.removeEntries(start)
	r.cuts = r.cuts[:start]
	for i, amount := range uncut {
		at, marks := r.places[i], cuts[i]
		if amount.Sign() > 0 && r.parts[i] != amount {
			amount, marks = r.parts[i], marks|by
		}
		if amount.IsZero() {
			r.gone = append(r.gone, gone{at, by})
			continue
		}
		r.addEntry(at.line, at.share, amount)
		r.cuts = append(r.cuts, marks)
	}
}

// mark notes that a cap lowered the entries from start on.
func (r *Result) mark(start int, by caps) {
	for len(r.cuts) < len(r.amounts) {
		r.cuts = append(r.cuts, 0)
	}
	for i := start; i < len(r.cuts); i++ {
		r.cuts[i] |= by
	}
}

// cutFarthest keeps whole entries nearest to the buyer first; at equal distance the earlier rule comes first.
func (r *Result) cutFarthest(limit money.Units) {
	r.parts = append(r.parts, make([]money.Units, len(r.weights))...)
	for position := int32(0); limit.Sign() > 0; {
		next := int32(0)
		for i, take := range r.weights {
			switch p := r.distance(&r.shares[r.places[i].share]); {
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
	if c.capWhole {
		return net.units, nil
	}
	return c.shareOf(c.plan.Cap, net)
}

// shareOf is a share of an amount at the price scale, cut off downwards to the currency.
func (c *Calculator) shareOf(share Rate, amount *ratio) (money.Units, error) {
	if u, ok := amount.scaled(money.Down, share.coefficient, c.capShift(share)); ok {
		return u, nil
	}
	return c.exactShareOf(share, amount.num(), big.NewInt(amount.den))
}

// exactShareOf is shareOf of any num/den.
func (c *Calculator) exactShareOf(share Rate, num, den *big.Int) (money.Units, error) {
	num = new(big.Int).Mul(num, big.NewInt(share.coefficient))
	return money.UnitsFromBig(money.Down.Quo(num, new(big.Int).Mul(den, money.Pow10(c.capShift(share)))))
}

func (c *Calculator) capShift(share Rate) int {
	return int(share.scale) + c.price.Scale() - c.currency.Scale()
}

// orderLimit is the most that the order may pay: the plan's share of what is left of all lines' nets, cut off downwards; all of it without one.
func (r *Result) orderLimit() (money.Units, error) {
	total, parts := whole(money.Units{}), new(big.Rat)
	for i := range r.lines {
		rest := r.lines[i].rest()
		var err error
		if total.units, err = total.units.Add(rest.net.units); err != nil {
			return money.Units{}, err
		}
		if rest.net.part != 0 {
			parts.Add(parts, big.NewRat(rest.net.part, rest.net.den))
		}
	}
	share := wholeLine
	if own := r.calc.plan.OrderCap; own.IsSet() {
		share = own
	}
	if parts.Sign() == 0 {
		return r.calc.shareOf(share, &total)
	}
	parts.Add(parts, new(big.Rat).SetInt(total.num()))
	return r.calc.exactShareOf(share, parts.Num(), parts.Denom())
}

// smallCap is capOf for a small whole net, 0 where it does not fit.
func (c *Calculator) smallCap(net uint64) uint64 {
	limit, _ := money.Down.MulPow10(int64(net), c.plan.Cap.coefficient, c.capShift(c.plan.Cap))
	return uint64(limit)
}

// CapOf returns the most that a line may pay when so much of it has come back. Its error is a [*money.RangeError].
func (c *Calculator) CapOf(line *FrozenLine, back Returned) (money.Amount, error) {
	limit, err := c.capOf(&c.lineLeft(line, &back).left.net)
	return c.currency.Of(limit), err
}

// OrderCapOf returns the most that an order may pay when so much of it has come back; returned[i] belongs to line i, and a shorter slice means nothing
// more. Without a cap of the order it is what is left of its net. Its error is a [*money.RangeError].
func (c *Calculator) OrderCapOf(frozen *Frozen, returned []Returned) (money.Amount, error) {
	r := &Result{calc: c}
	r.thawAll(frozen.Lines, returned)
	limit, err := r.orderLimit()
	return c.currency.Of(limit), err
}
