package commission

import (
	"slices"

	"github.com/fenrun/fenrun/partner"
)

// Candidates are those whose line an order could pay, each "" where there is none.
type Candidates struct {
	Buyer    partner.ID // the buyer, if he has a place in the tree
	Owner    partner.ID // the partner to whom the buyer is bound as of payment
	Referrer partner.ID // the partner whom the order names, if there is such a partner
	Unknown  bool       // whether the order names somebody who is no partner
	Staff    partner.ID // the member of the shop's own staff whom the order names, if he is a partner of the programme
}

func (c Candidates) of(source Attribution) partner.ID {
	switch source {
	case Buyer:
		return c.Buyer
	case Owner:
		return c.Owner
	case Referrer:
		return c.Referrer
	}
	return ""
}

// Attributed is the partner whose line an order pays: the first of its uplines.
type Attributed struct {
	Partner partner.ID     // "" if nobody's
	By      Attribution    // where he was found
	Reason  partner.Reason // why nobody's; "" if somebody's
}

// defaultAttribution is the buyer's own line if he is in the tree, else his owner's.
var defaultAttribution = []Attribution{Buyer, Owner}

// Attributed returns the partner whose line an order pays, by the plan's order of preference, and the place where he was found. An empty candidate is
// one that there is not; with none at all the result is "", and the reason says so. Of a member of the staff and a partner it is the partner, unless the
// plan makes the order the member's.
func (p Plan) Attributed(c Candidates) Attributed {
	found := p.attributed(c)
	if c.Staff != "" && (found.Partner == "" || p.Staff.Sharing == StaffOne && p.Staff.First == StaffMember && found.Partner != c.Staff) {
		return Attributed{Partner: c.Staff, By: ByStaff}
	}
	return found
}

// attributed is Attributed where there is no member of the staff.
func (p Plan) attributed(c Candidates) Attributed {
	sources := p.Attribution
	if len(sources) == 0 {
		sources = defaultAttribution
	}
	if p.Contested == PayNeither && c.Buyer != "" && c.Referrer != "" && c.Buyer != c.Referrer {
		return Attributed{Reason: ContestedOrder}
	}
	for _, source := range sources {
		if id := c.of(source); id != "" {
			return Attributed{Partner: id, By: source}
		}
	}
	switch {
	case slices.Contains(sources, Referrer) && c.Unknown:
		return Attributed{Reason: UnknownReferrer}
	case slices.Contains(sources, Referrer) && !slices.Contains(sources, Owner):
		return Attributed{Reason: NoReferrer}
	}
	return Attributed{Reason: NoOwner}
}
