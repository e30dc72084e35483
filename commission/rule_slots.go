package commission

// RuleSlots is the name of the rule that pays by distance from the sale.
const RuleSlots = "slots"

func (p *Plan) slotsRule() builtin {
	b := builtin{name: RuleSlots, on: p.Slots > 0, build: func() Rule { return &slotRule{missing: p.Missing, staff: p.Staff} }}
	if p.Staff.Sharing != StaffOne {
		b.seats = p.Staff.seats
	}
	return b
}

// slotRule pays slot 1, 2, … to the attributed partner, his recruiter, and so on.
type slotRule struct {
	missing Missing
	staff   Staff
}

func (r *slotRule) Shares(in *Input, out *Shares) {
	next, slots := in.Vacant, in.Slots()
	for slot := 1; slot <= slots; slot++ {
		holder := -1
		if slot <= in.Vacant {
			out.Skip(slot-1, slot, SelfPurchased)
		} else {
			holder, next = r.holder(in, out, next, slot)
		}
		switch {
		case slot == 1 && r.staff.Sharing != StaffOne:
			r.payFirst(in, out, holder)
		case holder >= 0:
			in.pay(out, holder, slot)
		}
	}
}

// holder returns the index of who holds a slot for which that of next comes first, -1 with the reason where it pays nobody, and which comes first for the
// slot above.
func (r *slotRule) holder(in *Input, out *Shares, next, slot int) (holder, after int) {
	index := next
	if r.missing.passes() {
		index = r.compress(in, out, index, slot)
	}
	next = index + 1
	if index < len(in.Uplines) && in.Uplines[index].Bar == "" {
		return index, next
	}
	if r.missing == ToTop {
		if top := topmost(in.Uplines[in.Vacant:]); top >= 0 {
			if index < len(in.Uplines) {
				out.Skip(index, slot, in.Uplines[index].Bar)
			}
			return top + in.Vacant, next
		}
	}
	if index >= len(in.Uplines) {
		out.Skip(-1, slot, NoUpline)
	} else {
		out.Skip(index, slot, in.Uplines[index].Bar)
	}
	return -1, next
}

// pay pays the holder of a slot at the rate of the slot.
func (in *Input) pay(out *Shares, index, slot int) {
	if c := in.rates.calc; c.defaults && in.rates == &c.plainRates && slot <= len(c.plan.Rates) {
		if share := out.quick(index, slot, c.plan.Rates[slot-1]); share != nil {
			share.Source.Kind, share.Source.Key, share.Source.Bonus, share.Source.Rate = FromDefault, "", nil, nil
			return
		}
	}
	rate, source := in.Rate(slot, &in.Uplines[index])
	out.Pay(index, slot, rate, source)
}

// compress passes over those who earn nothing in the slot, from index on, and returns who is next: by Compress those who earn nothing at all, by Dynamic
// also those for whom the slot has no rate, unless it has none for anybody.
func (r *slotRule) compress(in *Input, out *Shares, index, slot int) int {
	holder := index
	for holder < len(in.Uplines) && in.Uplines[holder].Bar != "" {
		holder++
	}
	if r.missing == Dynamic {
		if paid := in.firstPaid(holder, slot); paid < len(in.Uplines) {
			holder = paid
		}
	}
	for ; index < holder; index++ {
		u := &in.Uplines[index]
		if u.Bar != "" {
			out.Skip(index, slot, u.Bar)
			continue
		}
		rate, source := in.Rate(slot, u)
		out.Pay(index, slot, rate, source) // the reason becomes that it is 0 or not set
	}
	return holder
}

// firstPaid returns the first upline from index on whom a slot would pay, the number of uplines if none.
func (in *Input) firstPaid(index, slot int) int {
	for ; index < len(in.Uplines); index++ {
		u := &in.Uplines[index]
		if rate, _ := in.Rate(slot, u); u.Bar == "" && rate.coefficient != 0 {
			break
		}
	}
	return index
}

// topmost returns the index of the highest upline who earns, -1 if none does.
func topmost(uplines []Upline) int {
	for i := len(uplines) - 1; i >= 0; i-- {
		if uplines[i].Bar == "" {
			return i
		}
	}
	return -1
}
