package commission

// RuleSlots is the name of the rule that pays by distance from the sale.
const RuleSlots = "slots"

func (p *Plan) slotsRule() builtin {
	return builtin{name: RuleSlots, on: p.Slots > 0, build: func() Rule { return &slotRule{missing: p.Missing} }}
}

// slotRule pays slot 1, 2, … to the attributed partner, his recruiter, and so on.
type slotRule struct {
	missing Missing
}

func (r *slotRule) Shares(in *Input, out *Shares) {
	next, slots := in.Vacant, in.Slots()
	for slot := 1; slot <= slots; slot++ {
		if slot <= in.Vacant {
			out.Skip(slot-1, slot, SelfPurchased)
			continue
		}
		index := next
		if r.missing == Compress || r.missing == Dynamic {
			index = r.compress(in, out, index, slot)
		}
		next = index + 1
		if index >= len(in.Uplines) || in.Uplines[index].Bar != "" {
			if r.missing == ToTop {
				if top := topmost(in.Uplines[in.Vacant:]); top >= 0 {
					if index < len(in.Uplines) {
						out.Skip(index, slot, in.Uplines[index].Bar)
					}
					index = top + in.Vacant
					rate, source := in.Rate(slot, &in.Uplines[index])
					out.Pay(index, slot, rate, source)
					continue
				}
			}
			if index >= len(in.Uplines) {
				out.Skip(-1, slot, NoUpline)
			} else {
				out.Skip(index, slot, in.Uplines[index].Bar)
			}
			continue
		}
		rate, source := in.Rate(slot, &in.Uplines[index])
		out.Pay(index, slot, rate, source)
	}
}

// compress passes over those who earn nothing in the slot, from index on, and returns who is next: by Compress those who earn nothing at all, by Dynamic
// also those for whom the slot has no rate.
func (r *slotRule) compress(in *Input, out *Shares, index, slot int) int {
	for ; index < len(in.Uplines); index++ {
		reason := in.Uplines[index].Bar
		if reason == "" && r.missing == Dynamic {
			switch rate, _ := in.Rate(slot, &in.Uplines[index]); {
			case !rate.IsSet():
				reason = NoRate
			case rate.coefficient == 0:
				reason = ZeroRate
			}
		}
		if reason == "" {
			break
		}
		out.Skip(index, slot, reason)
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
