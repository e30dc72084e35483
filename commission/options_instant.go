package commission

import "time"

// OrderInstant is the instant of an order at which something counts.
type OrderInstant uint8

const (
	// AtPayment is when the order was paid.
	AtPayment OrderInstant = iota
	// AtCreation is when it was created. An order that does not say when counts as created when it was paid.
	AtCreation
)

// LevelAt is when the levels count that decide what an order pays.
type LevelAt uint8

const (
	// LevelAtPaid takes the levels of when the order was paid.
	LevelAtPaid LevelAt = iota
	// LevelAtRelease takes those of when its hold ends: the order is judged once more when it is released, with all else as it was when it was paid but for
	// what is left of campaigns' budgets then, and the difference is posted in each asset. Until then it stands at the levels of payment.
	LevelAtRelease
)

// Contested is whose an order is where its buyer is in the tree and it names another partner.
type Contested uint8

const (
	// ByPreference pays the first of [Plan].Attribution: the buyer's own line, or the other's where the plan lists referrer before buyer.
	ByPreference Contested = iota
	// PayNeither pays neither line.
	PayNeither
)

// Exchanges is what becomes of an order whose goods are exchanged for others.
type Exchanges uint8

const (
	// HoldExchange keeps the order's commission from being released until the exchange is closed. The order of the other goods pays nothing.
	HoldExchange Exchanges = iota
	// RefundExchange is a refund of what comes back, and the order of the other goods pays as an ordinary sale.
	RefundExchange
)

var (
	instantNames   = []string{"paid", "created"}
	levelAtNames   = []string{"paid", "released"}
	contestedNames = []string{"attribution", "nobody"}
	exchangesNames = []string{"hold", "refund"}
)

// String returns the option's name in a plan.
func (o OrderInstant) String() string { return OptionText(o, instantNames) }

// MarshalText writes the form of String.
func (o OrderInstant) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *OrderInstant) UnmarshalText(text []byte) error { return ParseOption(o, text, instantNames) }

// String returns the option's name in a plan.
func (o LevelAt) String() string { return OptionText(o, levelAtNames) }

// MarshalText writes the form of String.
func (o LevelAt) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *LevelAt) UnmarshalText(text []byte) error { return ParseOption(o, text, levelAtNames) }

// String returns the option's name in a plan.
func (o Contested) String() string { return OptionText(o, contestedNames) }

// MarshalText writes the form of String.
func (o Contested) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *Contested) UnmarshalText(text []byte) error { return ParseOption(o, text, contestedNames) }

// String returns the option's name in a plan.
func (o Exchanges) String() string { return OptionText(o, exchangesNames) }

// MarshalText writes the form of String.
func (o Exchanges) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads a name; any other is an [*OptionError].
func (o *Exchanges) UnmarshalText(text []byte) error { return ParseOption(o, text, exchangesNames) }

// instant returns the instant of an order that the option means.
func (o OrderInstant) instant(order *Order) time.Time {
	if o == AtCreation && !order.CreatedAt.IsZero() {
		return order.CreatedAt
	}
	return order.PaidAt
}

// AttributedAt returns the instant at which the plan looks whose an order is.
func (p Plan) AttributedAt(order *Order) time.Time { return p.AttributionAt.instant(order) }

// maxGraceMinutes is a day: who binds a customer later than that did not bring the order.
const maxGraceMinutes = 24 * 60

// Grace is how long after an order's instant a binding still makes it somebody's.
func (p Plan) Grace() time.Duration { return time.Duration(p.GraceMinutes) * time.Minute }

// MaxGrace is the longest that there is of [Plan.Grace].
const MaxGrace = maxGraceMinutes * time.Minute

func (v *problems) instants(p Plan) {
	v.option("commission.attributionAt", int(p.AttributionAt), len(instantNames))
	v.option("commission.campaignAt", int(p.CampaignAt), len(instantNames))
	v.option("commission.levelAt", int(p.LevelAt), len(levelAtNames))
	v.option("commission.contested", int(p.Contested), len(contestedNames))
	v.option("commission.exchange", int(p.Exchange), len(exchangesNames))
	if p.GraceMinutes < 0 || p.GraceMinutes > maxGraceMinutes {
		v.add("commission.graceMinutes", "from 0 (no grace) to %d minutes, which is a day, not %d", maxGraceMinutes, p.GraceMinutes)
	}
}
