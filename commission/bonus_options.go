package commission

// Node is the moment in the life of an order at which it counts in a period bonus (结算节点).
type Node uint8

const (
	// NodePaid counts an order in the period in which it was paid, for what is left of it. One that comes back later corrects that period.
	NodePaid Node = iota
	// NodeReleased counts an order in the period in which its commission was released, when the time for returns was over, for what is left of it. An order
	// that all came back before counts nothing, and one that is not released nowhere yet. A period that is over gets no further orders, unless they are
	// released for an instant in it afterwards; what comes back after its release corrects the period in which it was released.
	NodeReleased
)

// AsOf is the instant whose tree, levels and bars a ladder sees.
type AsOf uint8

const (
	// AsOfPeriodEnd sees everybody as he stands at the end of the period: all sales of the period go the way that they would go then.
	AsOfPeriodEnd AsOf = iota
	// AsOfPayment sees each order as of its payment: it counts for those who stood above its seller then, pays at the levels that they had then, and
	// nothing to those who were barred then. The step of a ladder by steps is that of the volume of the whole period, of which each order counts for those
	// who stood above it. Where nobody moved it is the same as at the period's end.
	AsOfPayment
)

// LeaderTeams is what becomes of the team of a ladder in which a member is a leader himself.
type LeaderTeams uint8

const (
	// LeadersStay leaves a leader with his whole branch in the teams above him, which get the difference to his rate.
	LeadersStay LeaderTeams = iota
	// LeadersLeave ends the teams above at the next leader (脱离): his branch counts for him, and neither its volume nor its pay goes above him. As of payment
	// it leaves for what is sold from when he leads; as of the period's end, for all that the period sold, where he leads at its end.
	LeadersLeave
)

var (
	nodeNames        = []string{"paid", "released"}
	asOfNames        = []string{"period-end", "payment"}
	leaderTeamsNames = []string{"stay", "leave"}
)

// String returns the option's name in a plan.
func (o Node) String() string { return OptionText(o, nodeNames) }

// MarshalText writes the form of String.
func (o Node) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *Node) UnmarshalText(text []byte) error { return ParseOption(o, text, nodeNames) }

// String returns the option's name in a plan.
func (o AsOf) String() string { return OptionText(o, asOfNames) }

// MarshalText writes the form of String.
func (o AsOf) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *AsOf) UnmarshalText(text []byte) error { return ParseOption(o, text, asOfNames) }

// String returns the option's name in a plan.
func (o LeaderTeams) String() string { return OptionText(o, leaderTeamsNames) }

// MarshalText writes the form of String.
func (o LeaderTeams) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *LeaderTeams) UnmarshalText(text []byte) error { return ParseOption(o, text, leaderTeamsNames) }
