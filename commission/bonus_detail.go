package commission

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// BonusDetail is what an entry of a period bonus came of. It is stored with the entry, so that it can be explained when the facts of the period have
// changed. It must not be changed.
type BonusDetail struct {
	Period string       `json:"period,omitempty"` // [Period.String]
	Pays   money.Amount `json:"pays"`             // in all; the entry's Amount is what it differs by from what earlier rounds paid
	Volume money.Amount `json:"volume"`           // of a ladder of the payee's team, of tiers his own, of a pool the shop's
	Base   money.Amount `json:"base"`             // what the rate is taken of in all
	// Legs are, of a ladder, what of the base came with a rate from below, by that rate, the lowest first: what these are entitled to is taken off.
	Legs   []LegsPart  `json:"legs,omitempty"`
	Missed *MissedStep `json:"missed,omitempty"` // of a ladder, the next step, where only the leg cap kept him from it; nil for none
	Pool   *PoolDetail `json:"pool,omitempty"`   // of a pool
}

// LegsPart is what comes from below at one rate.
type LegsPart struct {
	Rate     Rate         `json:"rate"`
	Volume   money.Amount `json:"volume"`
	Entitled money.Amount `json:"entitled"`
}

// MissedStep is a step of a ladder that a team's volume reached, and what counts of it towards a step did not.
type MissedStep struct {
	From    string       `json:"from"`
	Rate    Rate         `json:"rate"`
	Most    money.Amount `json:"most"` // what counts of each leg at most, cut off
	Counted money.Amount `json:"counted"`
	Legs    []CappedLeg  `json:"legs"` // those of which more was there, the largest first, at most 10
}

// CappedLeg is a leg of which only a part counts towards a step.
type CappedLeg struct {
	Partner partner.ID   `json:"partner"`
	Volume  money.Amount `json:"volume"`
}

// PoolDetail is how a pool was divided.
type PoolDetail struct {
	Pool    money.Amount    `json:"pool"`
	Weight  int64           `json:"weight"`
	Weights decimal.Decimal `json:"weights"` // of all who divide it
	Residue bool            `json:"residue"` // whether he got one of the units that the division left over
	Kept    money.Amount    `json:"kept"`    // what of the pool stays with the shop
}

// clone returns a copy that shares no memory with d.
func (d *BonusDetail) clone() *BonusDetail {
	if d = own(d); d != nil {
		d.Legs, d.Missed, d.Pool = slices.Clone(d.Legs), own(d.Missed), own(d.Pool)
		if d.Missed != nil {
			d.Missed.Legs = slices.Clone(d.Missed.Legs)
		}
	}
	return d
}

// without is the detail of an entry that is taken back whole.
func (d *BonusDetail) without() *BonusDetail {
	if d = d.clone(); d != nil {
		d.Pays = d.Pays.Currency().Minor(0)
	}
	return d
}

// shownLegs bounds the legs that an entry names.
const shownLegs = 10

// detail is what entry i came of.
func (r *BonusResult) detail(i int) *BonusDetail {
	p := &r.pays[i]
	price := r.calc.calc.price
	d := &BonusDetail{Pays: r.Amount(i), Volume: price.Of(p.base), Base: price.Of(p.base)}
	if r.in.Period != (Period{}) {
		d.Period = r.in.Period.String()
	}
	switch r.calc.source {
	case FromPool:
		d.Pool = r.poolDetail(p)
	case FromTiers:
		d.Volume = price.Of(r.in.Members[p.member].Volume)
	default:
		person := r.rungs[p.member].person
		d.Volume, d.Legs, d.Missed = price.Of(r.teamOf(person)), r.legsParts(p), r.missed(person, p)
	}
	return d
}

// legsParts adds up by rate what flows from below into the spots of an entry.
func (r *BonusResult) legsParts(p *bonusPay) []LegsPart {
	var parts []LegsPart
	for i := r.flows.first[r.rungs[p.member].person]; i >= 0; i = r.flows.next[i] {
		below := &r.rungs[i]
		into := &r.rungs[below.above]
		if r.share(below) == 0 || int32(into.step) != p.step || into.paid.Sign() <= 0 {
			continue
		}
		part := LegsPart{
			Rate: r.calc.steps[below.step].rate, Volume: r.calc.calc.price.Of(below.flow), Entitled: r.calc.calc.currency.Of(plus(below.paid, below.legs)),
		}
		at := slices.IndexFunc(parts, func(x LegsPart) bool { return x.Rate == part.Rate })
		if at < 0 {
			parts = append(parts, part)
			continue
		}
		// Together not above what the whole team sold and is entitled to.
		parts[at].Volume, _ = parts[at].Volume.Add(part.Volume)
		parts[at].Entitled, _ = parts[at].Entitled.Add(part.Entitled)
	}
	slices.SortFunc(parts, func(a, b LegsPart) int { return a.Rate.cmp(b.Rate) })
	return parts
}

// missed is the step after that of an entry, where the volume reaches it and the leg cap alone keeps the payee from it.
func (r *BonusResult) missed(person int32, p *bonusPay) *MissedStep {
	if !r.calc.bonus.Ladder.LegCap.IsSet() || r.calc.reached(r.teamOf(person)) <= int(p.step) {
		return nil
	}
	s, price := &r.calc.steps[p.step+1], r.calc.calc.price
	var legs []CappedLeg
	counted := r.counted(person, s, func(leg CappedLeg) { legs = append(legs, leg) })
	slices.SortFunc(legs, func(a, b CappedLeg) int {
		return cmp.Or(b.Volume.Units().Cmp(a.Volume.Units()), cmp.Compare(a.Partner, b.Partner))
	})
	return &MissedStep{From: s.key, Rate: s.rate, Most: price.Of(s.leg), Counted: price.Of(counted), Legs: slices.Clip(legs[:min(len(legs), shownLegs)])}
}

func (r *BonusResult) poolDetail(p *bonusPay) *PoolDetail {
	weights := r.weights.Big(nil)
	share := new(big.Int).Mul(r.shared.Big(nil), big.NewInt(p.weight))
	return &PoolDetail{
		Pool: r.calc.calc.currency.Of(r.shared), Weight: p.weight, Weights: decimal.NewFromBigInt(weights, 0),
		Residue: p.amount.Big(nil).Cmp(share.Quo(share, weights)) > 0, Kept: r.Kept(),
	}
}
