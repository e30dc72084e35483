package commission

// LineRates says whether rates given with an order line count.
type LineRates uint8

const (
	// AllowLineRates lets a rate given with the line come before every rate of the plan.
	AllowLineRates LineRates = iota
	// IgnoreLineRates pays by the plan alone.
	IgnoreLineRates
)

// Base is what a share is taken of.
type Base uint8

const (
	// Amount is the net paid for the goods of a line: after discounts, without freight.
	Amount Base = iota
	// Profit is the net paid less the cost given with the line.
	Profit
	// ListPrice is the list price given with the line, of the units that stay. The cap is a share of the net paid all the same.
	ListPrice
)

// Loss is what a line sold below cost does where the base is profit.
type Loss uint8

const (
	// FloorLine counts a loss as 0: it never eats another line's commission.
	FloorLine Loss = iota
	// FloorOrder nets losses against profits within an order; what a rule pays somebody for an order never falls below 0.
	FloorOrder
	// Signed lets a loss give a negative entry.
	Signed
)

// Attribution is one place to look for the partner whose line an order pays.
type Attribution uint8

const (
	// Buyer is the buyer's own line, where he is in the tree himself.
	Buyer Attribution = iota
	// Owner is the partner to whom the buyer is bound.
	Owner
	// Referrer is the partner whom the order itself names.
	Referrer
	// Chosen is a partner whom the shop's own code chose. No plan can list it.
	Chosen
	// ByStaff is a member of the shop's own staff, as [Plan].Staff says. No plan can list it.
	ByStaff
)

// SelfPurchase is who is paid where the line of an order begins with the buyer himself.
type SelfPurchase uint8

const (
	// ShiftUp leaves the buyer out: his uplines take slots 1, 2, ….
	ShiftUp SelfPurchase = iota
	// Own gives the buyer slot 1.
	Own
	// SkipSlot leaves slot 1 unpaid: the uplines keep slots 2, 3, ….
	SkipSlot
	// Nobody pays nobody.
	Nobody
)

// Missing is what becomes of a slot whose holder is missing or earns nothing.
type Missing uint8

const (
	// Forfeit leaves the slot with the shop.
	Forfeit Missing = iota
	// Compress passes over those who earn nothing: the next who earns takes the slot.
	Compress
	// ToTop gives the slot to the topmost upline who earns.
	ToTop
	// Dynamic is Compress that also passes over those for whom the slot has no rate: the next whom it would pay takes it. A slot that would pay nobody is
	// held, unpaid, by the first who earns.
	Dynamic
)

// passes reports whether the plan passes over those who earn nothing.
func (o Missing) passes() bool { return o == Compress || o == Dynamic }

// PersonalRates says where a partner's own rates stand among the others.
type PersonalRates uint8

const (
	// AfterGoods puts them after the rates of the goods (SKU, product, category).
	AfterGoods PersonalRates = iota
	// BeforeGoods puts them before those.
	BeforeGoods
)

// Overflow is what happens to amounts above the cap of a line or of an order.
type Overflow uint8

const (
	// ProRata cuts all in proportion, by largest remainder.
	ProRata Overflow = iota
	// CutFarthest cuts the farthest from the buyer first: fees beside the split, agents of regions from the largest region on, then uplines from the top on.
	CutFarthest
	// RefusePlan refuses a plan whose rates can exceed the cap; what only an order can know (per-unit amounts, rates given with a line, a list price
	// above what was paid) is cut pro rata.
	RefusePlan
)

// Scope is where rounding happens.
type Scope uint8

const (
	// PerEntry rounds each entry: line × payee × rule, and slot.
	PerEntry Scope = iota
	// PerOrder rounds each payee × rule, and slot, once over the order and lays the sum on the lines by largest remainder.
	PerOrder
)

var (
	lineRatesNames    = []string{"allow", "ignore"}
	baseNames         = []string{"amount", "profit", "list-price"}
	lossNames         = []string{"floor-line", "floor-order", "signed"}
	attributionNames  = []string{"buyer", "owner", "referrer", "chosen", "staff"}
	selfPurchaseNames = []string{"shift-up", "own", "skip-slot", "nobody"}
	missingNames      = []string{"forfeit", "compress", "to-top", "dynamic"}
	personalNames     = []string{"after-goods", "before-goods"}
	overflowNames     = []string{"pro-rata", "cut-farthest", "refuse"}
	scopeNames        = []string{"entry", "order"}
)

// String returns the option's name in a plan.
func (o LineRates) String() string { return OptionText(o, lineRatesNames) }

// MarshalText writes the form of String.
func (o LineRates) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *LineRates) UnmarshalText(text []byte) error { return ParseOption(o, text, lineRatesNames) }

// String returns the option's name in a plan.
func (o Base) String() string { return OptionText(o, baseNames) }

// MarshalText writes the form of String.
func (o Base) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *Base) UnmarshalText(text []byte) error { return ParseOption(o, text, baseNames) }

// String returns the option's name in a plan.
func (o Loss) String() string { return OptionText(o, lossNames) }

// MarshalText writes the form of String.
func (o Loss) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *Loss) UnmarshalText(text []byte) error { return ParseOption(o, text, lossNames) }

// String returns the option's name in a plan.
func (o Attribution) String() string { return OptionText(o, attributionNames) }

// MarshalText writes the form of String.
func (o Attribution) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *Attribution) UnmarshalText(text []byte) error { return ParseOption(o, text, attributionNames) }

// String returns the option's name in a plan.
func (o SelfPurchase) String() string { return OptionText(o, selfPurchaseNames) }

// MarshalText writes the form of String.
func (o SelfPurchase) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *SelfPurchase) UnmarshalText(text []byte) error {
	return ParseOption(o, text, selfPurchaseNames)
}

// String returns the option's name in a plan.
func (o Missing) String() string { return OptionText(o, missingNames) }

// MarshalText writes the form of String.
func (o Missing) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *Missing) UnmarshalText(text []byte) error { return ParseOption(o, text, missingNames) }

// String returns the option's name in a plan.
func (o PersonalRates) String() string { return OptionText(o, personalNames) }

// MarshalText writes the form of String.
func (o PersonalRates) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *PersonalRates) UnmarshalText(text []byte) error { return ParseOption(o, text, personalNames) }

// String returns the option's name in a plan.
func (o Overflow) String() string { return OptionText(o, overflowNames) }

// MarshalText writes the form of String.
func (o Overflow) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *Overflow) UnmarshalText(text []byte) error { return ParseOption(o, text, overflowNames) }

// String returns the option's name in a plan.
func (o Scope) String() string { return OptionText(o, scopeNames) }

// MarshalText writes the form of String.
func (o Scope) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *Scope) UnmarshalText(text []byte) error { return ParseOption(o, text, scopeNames) }
