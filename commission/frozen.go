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
	// Campaigns are those that have a budget or a cap for each customer. What one added then is the most that it adds whatever comes back.
	Campaigns []CampaignUse `json:"campaigns,omitempty"`
}

// FrozenLine is a line of an order with its part of the order's discount, and of the tenders that do not count, taken off.
type FrozenLine struct {
	ID       LineID         `json:"id"`
	Quantity int64          `json:"quantity"`
	Net      money.Amount   `json:"net"`              // what counts of what it costs, without its part of discount and tenders; at the price scale
	Cost     *money.Amount  `json:"cost,omitempty"`   // at the price scale; nil if not given
	List     *money.Amount  `json:"list,omitempty"`   // the list price of all its units, at the price scale; nil if not given
	GiveUp   *money.Amount  `json:"giveUp,omitempty"` // what the buyer paid less than Net because the seller gives it up, at the price scale; nil for nothing
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
	// Promotion is that by which the goods were sold, where it multiplies the rate.
	Promotion *Applied `json:"promotion,omitempty"`
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
	f := Frozen{Lines: make([]FrozenLine, len(r.lines)), Sets: make([]FrozenSet, len(r.sets)), Campaigns: r.Uses()}
	for i := range r.lines {
		l := &r.lines[i]
		f.Lines[i] = FrozenLine{ID: l.id, Quantity: l.quantity, Net: r.calc.price.Of(l.net), Reason: l.reason, Set: l.set}
		if l.facts == nil {
			continue
		}
		if l.facts.costed {
			cost := r.calc.price.Of(l.facts.cost)
			f.Lines[i].Cost = &cost
		}
		if l.facts.listed {
			list := r.calc.price.Of(l.facts.list)
			f.Lines[i].List = &list
		}
		if l.givesUp() {
			giveUp := r.calc.price.Of(l.facts.giveUp)
			f.Lines[i].GiveUp = &giveUp
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
		l := &f.Lines[i]
		l.Cost, l.List, l.GiveUp = own(l.Cost), own(l.List), own(l.GiveUp)
	}
	f.Sets, f.Campaigns = slices.Clone(f.Sets), slices.Clone(f.Campaigns)
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
		share.Campaign, share.Promotion, share.Source = share.Campaign.clone(), share.Promotion.clone(), share.Source.Clone()
	}
}

// Clone returns a copy that shares no memory with s.
func (s Source) Clone() Source {
	s.Bonus, s.Rate = own(s.Bonus), own(s.Rate)
	return s
}

// Clone returns a copy that shares no memory with e.
func (e Entry) Clone() Entry {
	e.Campaign, e.Promotion, e.GiveUp, e.Source = e.Campaign.clone(), e.Promotion.clone(), own(e.GiveUp), e.Source.Clone()
	return e
}

// own returns a copy of what p points to, nil for nil.
func own[T any](p *T) *T {
	if p == nil {
		return nil
	}
	copied := *p
	return &copied
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
