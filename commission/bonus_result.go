package commission

import (
	"iter"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// BonusResult is what a period bonus pays: its entries, and who gets nothing and why. It may be used again as a buffer for the next calculation, which
// then needs no memory of its own; what was read from it before stays valid.
type BonusResult struct {
	calc   *BonusCalculator
	in     BonusInput
	pays   []bonusPay
	skips  []bonusSkip
	shared money.Units // a pool
	kept   money.Units // what of it nobody gets
	failed *BonusError

	// scratch, kept for the next calculation
	rungs    []rung
	order    []int32
	children legs // the recruits of each, where legs are capped
	flows    legs // whose volume comes to each next
	whole    []money.Units
	weights  money.Units // of all who divide a pool
	volumes  []money.Units
	parts    []money.Units
	rests    []uint64
}

// bonusPay is an entry.
type bonusPay struct {
	member, step int32
	weight       int64
	base         money.Units // at the price scale
	legs         money.Units // what a ladder's legs were entitled to
	amount       money.Units
}

// bonusSkip is a member who gets nothing, -1 for nobody in particular.
type bonusSkip struct {
	member int32
	reason partner.Reason
}

func (r *BonusResult) reset(x *BonusCalculator, in BonusInput) {
	r.calc, r.in, r.shared, r.kept, r.weights, r.failed = x, in, money.Units{}, money.Units{}, money.Units{}, nil
	r.pays, r.skips = r.pays[:0], r.skips[:0]
}

func (r *BonusResult) skip(member int, reason partner.Reason) {
	r.skips = append(r.skips, bonusSkip{member: int32(member), reason: reason})
}

// Len returns the number of entries.
func (r *BonusResult) Len() int { return len(r.pays) }

// Entries yields the entries in the order of the members, those of tiers by tier within a member.
func (r *BonusResult) Entries() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for i := range r.pays {
			if !yield(r.Entry(i)) {
				return
			}
		}
	}
}

// Entry returns entry i, 0 ≤ i < Len. It has no line, slot or position; its rule is [Bonus.Rule].
//
// Of a ladder, Base is the team volume without what has met a higher rate below, Rate is the payee's own, and the amount is Rate of Base, cut off, less
// [BonusResult.Legs]; the key of the source is the step's threshold or the level. As of payment it is the sum of that over the spots where the payee had
// this step, an entry for each step. Of a pool, Base is the shop's net, Rate makes the
// pool of it, Units is the payee's weight, and the key is the level whose weight it is, "" for a weight of his own. Of tiers, Base is the volume paid at
// one tier, and the key is the tier's threshold. Detail says how it came about; it is made anew by every call.
func (r *BonusResult) Entry(i int) Entry {
	p := &r.pays[i]
	m, s := &r.in.Members[p.member], &r.calc.steps[p.step]
	key := s.key
	if r.calc.source == FromPool && !r.calc.bonus.Pool.own(m) {
		key = string(m.Level)
	}
	return Entry{
		Rule: r.calc.rule, Payee: m.Partner, Level: m.Level, Amount: r.Amount(i), Base: r.calc.calc.price.Of(p.base), Units: p.weight, Rate: s.rate,
		Source: Source{Kind: r.calc.source, Key: key}, Detail: r.detail(i),
	}
}

// Amount returns the amount of entry i alone.
func (r *BonusResult) Amount(i int) money.Amount { return r.calc.calc.currency.Of(r.pays[i].amount) }

// Legs returns what the legs of the payee of entry i were entitled to, which a ladder takes off his; 0 for a pool and for tiers.
func (r *BonusResult) Legs(i int) money.Amount { return r.calc.calc.currency.Of(r.pays[i].legs) }

// Unpaid yields who gets nothing, in the order of the members, with the reason. It names nobody where a pool has no members.
func (r *BonusResult) Unpaid() iter.Seq[Unpaid] {
	return func(yield func(Unpaid) bool) {
		for _, s := range r.skips {
			u := Unpaid{Rule: r.calc.rule, Reason: s.reason}
			if s.member >= 0 {
				u.Partner = r.in.Members[s.member].Partner
			}
			if !yield(u) {
				return
			}
		}
	}
}

// Total returns the sum of the entries.
func (r *BonusResult) Total() money.Amount {
	var total money.Units
	for i := range r.pays {
		total = plus(total, r.pays[i].amount)
	}
	return r.calc.calc.currency.Of(total)
}

// Kept returns what of a pool stays with the shop; 0 for a ladder and for tiers.
func (r *BonusResult) Kept() money.Amount {
	return r.calc.calc.currency.Of(r.kept)
}

// plus is a + b where the caller knows that it has at most 38 digits.
func plus(a, b money.Units) money.Units {
	s, _ := a.Add(b)
	return s
}
