package commission

import (
	"iter"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Result is what an order pays: its entries, and who gets nothing and why. It may be used again as a buffer for the next calculation, which then
// needs no memory of its own; what was read from it before stays valid.
type Result struct {
	calc    *Calculator
	order   *Order
	uplines []Upline
	seats   []Upline

	lines   []line
	sets    []set
	shares  []Share
	skips   []Skip
	runs    []run         // the entries
	amounts []money.Units // their amounts
	cuts    []caps        // which caps lowered them; those after its end none

	// scratch, kept for the next calculation
	in           Input
	seatIDs      []partner.ID
	seen         Line // what rules of the shop's own see of a line
	out          Shares
	failed       *OrderError
	broken       *RuleError
	ids          map[LineID]int
	rates        []lineRates
	facts        []lineFacts
	coefficients []int64 // of the shares
	weights      []money.Units
	parts        []money.Units
	places       []place
	groups       []group
	juniors      []junior
	lastGroup    int // where the last group was found
	cells        []cell
	pots         []pot
	running      []int   // the campaigns that run when the order is paid
	named        []int   // those of them for the goods of each line, where some are for certain goods only
	counting     []int   // those that count where the rules are asked
	capped       bool    // whether some campaign has a cap of its own
	gone         []gone  // what caps left nothing, in the order of entries
	limits       []limit // of campaigns that are counted over orders
	keepsAll     bool    // whether nothing is given up for now
}

// Entry is one amount that an order pays: line × payee × rule.
type Entry struct {
	Line     LineID        `json:"line"`
	Rule     string        `json:"rule"`
	Slot     int           `json:"slot,omitempty"` // the paid slot; 0 for a rule without slots
	Position int           `json:"position"`       // the place in the line of uplines: 1 is the attributed partner
	Payee    partner.ID    `json:"payee"`
	Level    partner.Level `json:"level,omitempty"` // as of payment
	Amount   money.Amount  `json:"amount"`          // in the currency of the plan; below 0 for a loss or a reversal
	Base     money.Amount  `json:"base"`            // what the rate was taken of, at the price scale; for an amount per unit the line's net paid
	Units    int64         `json:"units"`           // units that count
	Rate     Rate          `json:"rate"`
	Source   Source        `json:"source"`
	Campaign *Applied      `json:"campaign,omitempty"` // what multiplied the rate; nil for none. It must not be changed.
	Weight   int32         `json:"weight,omitempty"`   // his part of an amount that several divide, out of Weights; 0: he gets all of it
	Weights  int32         `json:"weights,omitempty"`  // the sum of the parts
	Cut      bool          `json:"cut,omitempty"`      // whether the cap of the line lowered the amount
	// CutByOrder says whether the cap of the order lowered the amount, CutByCampaign whether that of a campaign did.
	CutByOrder    bool           `json:"cutByOrder,omitempty"`
	CutByCampaign bool           `json:"cutByCampaign,omitempty"`
	Reason        partner.Reason `json:"reason,omitempty"` // why it was reversed; "" for what an order pays
	// Promotion is that by which the goods were sold, where it multiplied the rate too; nil for none. It must not be changed.
	Promotion *Applied `json:"promotion,omitempty"`
	// GiveUp is what the payee gave up for the buyer, which Amount does not have any more; below 0 where a refund gives it back to him. nil for nothing.
	GiveUp *money.Amount `json:"giveUp,omitempty"`
}

// Unpaid is one who gets nothing from a line by a rule, and why. Line-wide reasons name no rule.
type Unpaid struct {
	Line     LineID         `json:"line"`
	Rule     string         `json:"rule,omitempty"`
	Slot     int            `json:"slot,omitempty"`
	Position int            `json:"position,omitempty"`
	Partner  partner.ID     `json:"partner,omitempty"` // "" where nobody stands
	Reason   partner.Reason `json:"reason"`
}

// Len returns the number of entries.
func (r *Result) Len() int { return len(r.amounts) }

// Entries yields the entries by line and, within a line, in the order in which the rules name them: mostly by slot and position, agents from the smallest
// region on.
func (r *Result) Entries() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for i := range r.amounts {
			if !yield(r.Entry(i)) {
				return
			}
		}
	}
}

// Entry returns entry i, 0 ≤ i < Len.
func (r *Result) Entry(i int) Entry {
	index, payer := r.at(i)
	line, share := &r.lines[index], &r.shares[payer]
	rest := line.rest()
	base, cuts := rest.of(share), caps(0)
	if i < len(r.cuts) {
		cuts = r.cuts[i]
	}
	if share.Rate.IsPerUnit() {
		base = &rest.net
	}
	entry := Entry{
		Line: line.id, Rule: share.Rule, Slot: int(share.Slot), Position: int(share.Position), Payee: share.Payee, Level: share.Level,
		Amount: r.Amount(i), Base: r.calc.price.Of(base.rounded()), Units: rest.units, Rate: share.Rate, Source: share.Source,
		Campaign: share.Campaign, Promotion: share.Promotion, Weight: share.Weight, Weights: share.Weights,
		Cut: cuts&lineCap != 0, CutByOrder: cuts&orderCap != 0, CutByCampaign: cuts&campaignCap != 0,
	}
	if line.facts != nil && share.seller() {
		entry.GiveUp = r.gaveUp(line)
	}
	return entry
}

// gaveUp returns what the seller's entry bore of what he gives up, nil for nothing.
func (r *Result) gaveUp(line *line) *money.Amount {
	taken := r.calc.currency.Of(line.taken())
	if taken.IsZero() {
		return nil
	}
	return &taken
}

// Amount returns the amount of entry i alone.
func (r *Result) Amount(i int) money.Amount { return r.calc.currency.Of(r.amounts[i]) }

// Unpaid yields, line by line, whatever pays nothing, with the reason.
func (r *Result) Unpaid() iter.Seq[Unpaid] {
	return func(yield func(Unpaid) bool) {
		next := 0 // the entry that would come next
		for i := range r.lines {
			line := &r.lines[i]
			if line.reason != "" {
				if !yield(Unpaid{Line: line.id, Reason: line.reason}) {
					return
				}
				continue
			}
			set, why := &r.sets[line.set], whyNot{Result: r, index: i}
			for _, s := range r.skips[set.skips:set.skipsEnd] {
				if !yield(Unpaid{Line: line.id, Rule: s.Rule, Slot: int(s.Slot), Position: int(s.Position), Partner: s.Partner, Reason: s.Reason}) {
					return
				}
			}
			for j := set.shares; j < set.sharesEnd; j++ {
				if next < len(r.amounts) {
					if l, share := r.at(next); l == i && share == j {
						next++
						continue
					}
				}
				s := &r.shares[j]
				reason := why.reason(j)
				if !yield(Unpaid{Line: line.id, Rule: s.Rule, Slot: int(s.Slot), Position: int(s.Position), Partner: s.Payee, Reason: reason}) {
					return
				}
			}
		}
	}
}

// pays reports whether a share's rule pays its payee something on any line of the order, or would if he did not give it up.
func (r *Result) pays(share *Share) bool {
	if share.seller() && slices.ContainsFunc(r.lines, func(l line) bool { return !l.taken().IsZero() }) {
		return true
	}
	for i := range r.amounts {
		_, payer := r.at(i)
		if s := &r.shares[payer]; s.Rule == share.Rule && s.Slot == share.Slot && s.Position == share.Position && s.Payee == share.Payee {
			return true
		}
	}
	return false
}

// Net returns what was paid for the goods, or is left of it after refunds, at the price scale: without discounts, tenders that do not count, and what
// the seller gives up.
func (r *Result) Net() (money.Amount, error) {
	var total money.Units
	var err error
	for i := range r.lines {
		rest := r.lines[i].rest()
		paid := rest.paid(&r.lines[i])
		if total, err = total.Add(paid.rounded()); err != nil {
			return money.Amount{}, err
		}
	}
	return r.calc.price.Of(total), nil
}

// Total returns the sum of the entries.
func (r *Result) Total() (money.Amount, error) {
	total := r.calc.currency.Minor(0)
	var err error
	for i := range r.amounts {
		if total, err = total.Add(r.Amount(i)); err != nil {
			return money.Amount{}, err
		}
	}
	return total, nil
}
