package commission

// Place is one place of an order.
type Place uint8

const (
	// ShipTo is where the goods are sent.
	ShipTo Place = iota
	// Pickup is the shop where the buyer fetches them.
	Pickup
	// Delivery is the point from which they are delivered.
	Delivery
)

// RegionTiers is which of the regions that contain an order's place pay.
type RegionTiers uint8

const (
	// EveryRegion pays each of them at its own rate.
	EveryRegion RegionTiers = iota
	// SmallestRegion pays the smallest alone.
	SmallestRegion
)

// Sharing is what several agents of one region get.
type Sharing uint8

const (
	// OneAgent is for plans of which no region has several agents.
	OneAgent Sharing = iota
	// SplitShares divides the region's reward by weight, by largest remainder.
	SplitShares
	// FullShares pays each agent the region's rate.
	FullShares
)

var (
	placeNames   = []string{"ship-to", "pickup", "delivery"}
	tiersNames   = []string{"every", "smallest"}
	sharingNames = []string{"one", "split", "full"}
)

// String returns the option's name in a plan.
func (o Place) String() string { return OptionText(o, placeNames) }

// MarshalText writes the form of String.
func (o Place) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *Place) UnmarshalText(text []byte) error { return ParseOption(o, text, placeNames) }

// String returns the option's name in a plan.
func (o RegionTiers) String() string { return OptionText(o, tiersNames) }

// MarshalText writes the form of String.
func (o RegionTiers) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *RegionTiers) UnmarshalText(text []byte) error { return ParseOption(o, text, tiersNames) }

// String returns the option's name in a plan.
func (o Sharing) String() string { return OptionText(o, sharingNames) }

// MarshalText writes the form of String.
func (o Sharing) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *Sharing) UnmarshalText(text []byte) error { return ParseOption(o, text, sharingNames) }
