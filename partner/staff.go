package partner

import "fmt"

// Staff says whose an order is that matches somebody of the shop's own staff and an external partner too. The zero Staff makes it one's: the partner's.
type Staff struct {
	Sharing StaffSharing `json:"sharing,omitempty"`
	First   StaffFirst   `json:"first,omitempty"` // whose it is where it is one's
	// StaffWeight and PartnerWeight are the parts of each where they divide it.
	StaffWeight   int32 `json:"staffWeight,omitempty"`
	PartnerWeight int32 `json:"partnerWeight,omitempty"`
}

// StaffSharing is what becomes of an order that two have sold.
type StaffSharing string

// What becomes of it.
const (
	StaffOne   StaffSharing = "one"   // it is one's; the default
	StaffBoth  StaffSharing = "both"  // each gets all that he would get alone
	StaffRatio StaffSharing = "ratio" // they divide it by their weights
)

// StaffFirst is whose an order is that two have sold, where it is one's.
type StaffFirst string

// Whose it is.
const (
	PartnerFirst StaffFirst = "partner" // the external partner's; the default
	StaffMember  StaffFirst = "staff"   // the member's of the staff
)

// Seller is one whose an order is, and his part of it: Weight of Weights. Parts of one order are divided by largest remainder, so that they are all of it.
type Seller struct {
	Partner         ID
	Weight, Weights int32
}

// WithDefaults returns the options with those that were left out set to what they mean.
func (s Staff) WithDefaults() Staff {
	orDefault(&s.Sharing, StaffOne)
	if s.Sharing == StaffOne {
		orDefault(&s.First, PartnerFirst)
	}
	return s
}

// Validate returns every problem of the options, with paths that begin with the given one, nil if there is none.
func (s Staff) Validate(path string) []Problem {
	var problems []Problem
	add := func(field, format string, args ...any) {
		problems = append(problems, Problem{Path: path + "." + field, Message: fmt.Sprintf(format, args...)})
	}
	oneOf(add, "sharing", s.Sharing, StaffOne, StaffBoth, StaffRatio)
	oneOf(add, "first", s.First, PartnerFirst, StaffMember)
	if s.First != "" && s.Sharing != "" && s.Sharing != StaffOne {
		add("first", "it means something only where the order is one's")
	}
	for _, w := range []struct {
		field  string
		weight int32
	}{{"staffWeight", s.StaffWeight}, {"partnerWeight", s.PartnerWeight}} {
		switch ratio := s.Sharing == StaffRatio; {
		case ratio && (w.weight < 1 || w.weight > maxWeight):
			add(w.field, "a weight is from 1 to %d, not %d", maxWeight, w.weight)
		case !ratio && w.weight != 0:
			add(w.field, "it means something only where they divide the order")
		}
	}
	return problems
}

// maxWeight keeps sums of weights within what a part of an order can hold.
const maxWeight = 1_000_000

// Sellers returns whose an order is that matches a member of the staff and an external partner, "" for none. One alone, or one who is both, has all of it,
// and an order that matches nobody is nobody's.
func (s Staff) Sellers(staff, external ID) []Seller {
	all := func(id ID) Seller { return Seller{Partner: id, Weight: 1, Weights: 1} }
	switch {
	case staff == "" && external == "":
		return nil
	case external == "" || staff == external:
		return []Seller{all(staff)}
	case staff == "":
		return []Seller{all(external)}
	}
	switch s.Sharing {
	case StaffBoth:
		return []Seller{all(staff), all(external)}
	case StaffRatio:
		sum := s.StaffWeight + s.PartnerWeight
		return []Seller{{staff, s.StaffWeight, sum}, {external, s.PartnerWeight, sum}}
	}
	if s.First == StaffMember {
		return []Seller{all(staff)}
	}
	return []Seller{all(external)}
}
