package store

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Tallies keeps what teams have sold: sums of a series, by partner and day, and what was counted of each order, so that an order that is read again
// changes the sums by the difference. Who reads or writes the sums of a series to change them holds the lock of the reader of its events, and so is the only one.
type Tallies interface {
	// Tallies returns sums by key, the zero Tally for one that there is not.
	Tallies(ctx context.Context, keys []TallyKey) ([]Tally, error)
	// TalliesOf returns at most limit sums of a partner in a series, those of the days after the given one, in order of day.
	TalliesOf(ctx context.Context, after TallyKey, limit int) ([]Tally, error)
	// SaveTallies writes sums in place of those that there are. Of several with one key the last counts.
	SaveTallies(ctx context.Context, tallies []Tally) error
	// ScanTallies returns at most limit sums with a key above after, in order of series, partner, day.
	ScanTallies(ctx context.Context, after TallyKey, limit int) ([]Tally, error)

	// Counted returns what was counted of orders, the zero Counted for one of which nothing was.
	Counted(ctx context.Context, keys []CountedKey) ([]Counted, error)
	// SaveCounted writes what was counted of orders in place of what there is. Of several with one key the last counts.
	SaveCounted(ctx context.Context, counted []Counted) error
	// CountedBetween returns at most limit records of a series of orders that were paid from an instant on and before another, and that come after the
	// given place, in order of PaidAt, then order. The zero OrderCursor begins.
	CountedBetween(ctx context.Context, series string, from, to time.Time, after OrderCursor, limit int) ([]Counted, error)
	// ScanCounted returns at most limit records with a key above after, in order of series, then order.
	ScanCounted(ctx context.Context, after CountedKey, limit int) ([]Counted, error)
}

// TallyKey names a sum.
type TallyKey struct {
	Series  string // of sums that are counted in one way
	Partner partner.ID
	Day     int64 // whole days of 24 hours since the start of 1970 in UTC, below 0 for those before
}

// Tally is what was sold for somebody on a day: money or a number.
type Tally struct {
	TallyKey
	Amount money.Amount // may come without its currency where it is 0
	Number int64
}

// CountedKey names what a series has counted of an order.
type CountedKey struct {
	Series string
	Order  commission.OrderID
}

// Counted is what a series has counted of an order, and for whom.
type Counted struct {
	CountedKey
	Seller   partner.ID
	PaidAt   time.Time
	Partners []partner.ID // for whom, the nearest to the seller first
	Amount   money.Amount // for each of them
	Number   int64
}

// Clone returns a copy that shares no memory with c.
func (c Counted) Clone() Counted {
	c.Partners = append([]partner.ID(nil), c.Partners...)
	return c
}
