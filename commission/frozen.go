package commission

import (
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Frozen is what an order freezes when it is paid: its lines, and every share that the rules gave. Refunds are calculated on it without asking the rules
// again, so that nothing that changes later (rates, levels, uplines, campaigns) can change what a refund takes back.
type Frozen struct {
	Lines []FrozenLine `json:"lines"`
	Sets  []FrozenSet  `json:"sets,omitempty"`
}

// FrozenLine is a line of an order with its part of the order's discount taken off.
type FrozenLine struct {
	ID       LineID         `json:"id"`
	Quantity int64          `json:"quantity"`
	Net      money.Amount   `json:"net"`              // at the price scale
	Cost     *money.Amount  `json:"cost,omitempty"`   // at the price scale; nil if not given
	Reason   partner.Reason `json:"reason,omitempty"` // why the whole line pays nothing
	Set      int            `json:"set"`              // which set of shares the line pays
}

// FrozenSet is what the rules gave for lines of the same rates.
type FrozenSet struct {
	Shares []Share `json:"shares,omitempty"`
	Skips  []Skip  `json:"skips,omitempty"`
}

// Share is one decision of a rule: this payee, at this rate.
type Share struct {
	Payee    partner.ID    `json:"payee"`
	Level    partner.Level `json:"level,omitempty"`
	Rule     string        `json:"rule"`
	Slot     int32         `json:"slot,omitempty"`
	Position int32         `json:"position"`
	Rate     Rate          `json:"rate"`
	Source   Source        `json:"source"`
	Campaign *Applied      `json:"campaign,omitempty"`
	Weight   int32         `json:"weight,omitempty"`  // his part of an amount that several divide, out of Weights; 0: he gets all of it
	Weights  int32         `json:"weights,omitempty"` // the sum of the parts
}

// Skip is one decision of a rule that somebody gets nothing.
type Skip struct {
	Rule     string         `json:"rule"`
	Slot     int32          `json:"slot,omitempty"`
	Position int32          `json:"position,omitempty"`
	Partner  partner.ID     `json:"partner,omitempty"`
	Reason   partner.Reason `json:"reason"`
}

// Freeze returns what the order froze, as a copy that shares no memory with the result.
func (r *Result) Freeze() Frozen {
	f := Frozen{Lines: make([]FrozenLine, len(r.lines)), Sets: make([]FrozenSet, len(r.sets))}
	for i := range r.lines {
		l := &r.lines[i]
		f.Lines[i] = FrozenLine{ID: l.id, Quantity: l.quantity, Net: r.calc.price.Of(l.net), Reason: l.reason, Set: l.set}
		if l.costed {
			cost := r.calc.price.Of(l.cost)
			f.Lines[i].Cost = &cost
		}
	}
	for i := range r.sets {
		set := &r.sets[i]
		f.Sets[i] = FrozenSet{Shares: slices.Clone(r.shares[set.shares:set.sharesEnd]), Skips: slices.Clone(r.skips[set.skips:set.skipsEnd])}
		f.Sets[i].own()
	}
	return f
}

// Clone returns a copy that shares no memory with f.
func (f Frozen) Clone() Frozen {
	f.Lines = slices.Clone(f.Lines)
	for i := range f.Lines {
		if cost := f.Lines[i].Cost; cost != nil {
			own := *cost
			f.Lines[i].Cost = &own
		}
	}
	f.Sets = slices.Clone(f.Sets)
	for i := range f.Sets {
		f.Sets[i].Shares = slices.Clone(f.Sets[i].Shares)
		f.Sets[i].Skips = slices.Clone(f.Sets[i].Skips)
		f.Sets[i].own()
	}
	return f
}

// own gives every share copies of what it points to.
func (s *FrozenSet) own() {
	for i := range s.Shares {
		share := &s.Shares[i]
		share.Campaign, share.Source = share.Campaign.clone(), share.Source.Clone()
	}
}

// Clone returns a copy that shares no memory with s.
func (s Source) Clone() Source {
	if s.Bonus != nil {
		own := *s.Bonus
		s.Bonus = &own
	}
	return s
}

// Clone returns a copy that shares no memory with e.
func (e Entry) Clone() Entry {
	e.Campaign, e.Source = e.Campaign.clone(), e.Source.Clone()
	return e
}

// PassedOver returns who was passed over by the entry's rule on the way to its payee.
func (f Frozen) PassedOver(e *Entry) []Unpaid {
	var out []Unpaid
	for i := range f.Lines {
		line := &f.Lines[i]
		if line.ID != e.Line || line.Reason != "" {
			continue
		}
		for _, s := range f.Sets[line.Set].Skips {
			if s.Rule == e.Rule && int(s.Slot) == e.Slot && s.Position > 0 && int(s.Position) < e.Position {
				out = append(out, Unpaid{Line: e.Line, Rule: s.Rule, Slot: int(s.Slot), Position: int(s.Position), Partner: s.Partner, Reason: s.Reason})
			}
		}
	}
	return out
}
