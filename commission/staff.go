package commission

import (
	"github.com/fenrun/fenrun/partner"
)

// Staff says whose an order is that matches somebody of the shop's own staff (导购), whom the order names, and a partner too, who is found by Attribution.
// The zero Staff makes it one's: the partner's. An order that matches one of them alone, or one who is both, is his alone whatever stands here. Where both
// are paid they are paid slot 1, and all that goes by the line of people above the seller goes by the partner's.
type Staff struct {
	Sharing StaffSharing `json:"sharing"`
	// First is whose the order is where it is one's.
	First StaffFirst `json:"first"`
	// StaffWeight and PartnerWeight are the parts of each where they divide slot 1.
	StaffWeight   int32 `json:"staffWeight,omitempty"`
	PartnerWeight int32 `json:"partnerWeight,omitempty"`
}

// StaffSharing is what becomes of an order that a member of the staff and a partner have sold.
type StaffSharing uint8

const (
	// StaffOne makes it one's.
	StaffOne StaffSharing = iota
	// StaffBoth pays each of them slot 1 in full, at his own rate.
	StaffBoth
	// StaffRatio divides slot 1 between them by weight, by largest remainder, at the rate of the partner. Where nobody is paid slot 1 the member of the
	// staff gets his part of what it would pay him. A cap cuts each of them for himself, as all others, so that it can leave them together a unit more or
	// less than one alone.
	StaffRatio
)

// StaffFirst is whose an order is that a member of the staff and a partner have sold, where it is one's.
type StaffFirst uint8

const (
	// PartnerFirst makes it the partner's.
	PartnerFirst StaffFirst = iota
	// StaffMember makes it the member's of the staff, and the line above him is paid.
	StaffMember
)

var (
	staffSharingNames = []string{"one", "both", "ratio"}
	staffFirstNames   = []string{"partner", "staff"}
)

// String returns the option's name in a plan.
func (o StaffSharing) String() string { return OptionText(o, staffSharingNames) }

// MarshalText writes the form of String.
func (o StaffSharing) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *StaffSharing) UnmarshalText(text []byte) error {
	return ParseOption(o, text, staffSharingNames)
}

// String returns the option's name in a plan.
func (o StaffFirst) String() string { return OptionText(o, staffFirstNames) }

// MarshalText writes the form of String.
func (o StaffFirst) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *StaffFirst) UnmarshalText(text []byte) error { return ParseOption(o, text, staffFirstNames) }

func (s Staff) check(v *problems, p *Plan) {
	v.option("commission.staff.sharing", int(s.Sharing), len(staffSharingNames))
	v.option("commission.staff.first", int(s.First), len(staffFirstNames))
	if s.First != PartnerFirst && s.Sharing != StaffOne {
		v.add("commission.staff.first", "it means something only where the order is one's")
	}
	for _, w := range []struct {
		field  string
		weight int32
	}{{"staffWeight", s.StaffWeight}, {"partnerWeight", s.PartnerWeight}} {
		switch ratio := s.Sharing == StaffRatio; {
		case ratio && (w.weight < 1 || w.weight > maxAgentWeight):
			v.add("commission.staff."+w.field, "a weight is from 1 to %d, not %d", maxAgentWeight, w.weight)
		case !ratio && w.weight != 0:
			v.add("commission.staff."+w.field, "it means something only where they divide slot 1")
		}
	}
	if s.Sharing == StaffRatio && p.Peer.pays() && p.Peer.Of == OfIncome && p.Peer.takes(RuleSlots) {
		v.add("commission.staff.sharing", "a peer's share of slot 1 is of all of it, and the seller gets a part; set \"of\": \"order\" in commission.peer, or \"income\" without %q", RuleSlots)
	}
}

// seats appends the member of the staff whom an order names, where he can be paid beside a partner.
func (s Staff) seats(ids []partner.ID, order *Order) []partner.ID {
	if order.Staff == "" {
		return ids
	}
	return append(ids, order.Staff)
}

// times is how often a plan pays a slot at most.
func (s Staff) times(slot int) int64 {
	if slot == 1 && s.Sharing == StaffBoth {
		return 2
	}
	return 1
}

// payFirst pays slot 1, which somebody at an index of Input.Uplines holds, -1 for nobody, and the member of the staff whom the order names. One who holds
// the slot himself, is no partner, or buys for himself, leaves all of it to the holder; one who earns nothing for another reason does so where the plan
// passes over such, else his part stays with the shop.
func (r *slotRule) payFirst(in *Input, out *Shares, holder int) {
	id := in.Order.Staff
	if id == "" || holder >= 0 && in.Uplines[holder].Partner == id {
		r.payHolder(in, out, holder)
		return
	}
	index, member := in.seat(id)
	bar, gone := member.Bar, member.Bar == partner.NotPartner || member.Bar != "" && r.missing.passes()
	if string(id) == string(in.Order.Customer) {
		bar, gone = SelfPurchased, true
	}
	if r.staff.Sharing == StaffBoth || gone {
		r.payHolder(in, out, holder)
		if bar != "" {
			out.Skip(index, 1, bar)
			return
		}
		rate, source := in.Rate(1, member)
		out.Pay(index, 1, rate, source)
		return
	}
	by, weights := member, r.staff.StaffWeight+r.staff.PartnerWeight
	if holder >= 0 {
		by = &in.Uplines[holder]
	}
	rate, source := in.Rate(1, by)
	if holder >= 0 {
		out.PayPart(holder, 1, rate, source, r.staff.PartnerWeight, weights)
	}
	if bar != "" {
		out.Skip(index, 1, bar)
		return
	}
	out.PayPart(index, 1, rate, source, r.staff.StaffWeight, weights)
}

func (r *slotRule) payHolder(in *Input, out *Shares, holder int) {
	if holder >= 0 {
		in.pay(out, holder, 1)
	}
}
