package store

import (
	"context"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Counters keeps what orders use of campaigns: in all where a campaign has a budget, by customer where it has a cap for each of them.
//
// The counter of a budget is one record that every order locks which the campaign can raise, from before it is calculated until its transaction ends:
// these orders are posted one after another, each after the commit of the one before, and refunds of them wait their turn too, as does what judges them
// again. A campaign that must not slow a rush down has caps and no budget: the counter of a customer is touched by his orders alone. Orders of other goods
// and times, and campaigns with neither, lock none.
type Counters interface {
	// LockCounters returns counters as they are now and keeps them from others until the end: nobody else can lock or change them. One that does not exist
	// is locked too. An amount that is 0 may come without its currency, here and in Counters.
	LockCounters(ctx context.Context, keys []CounterKey) ([]money.Amount, error)
	// Counters returns counters without locking.
	Counters(ctx context.Context, keys []CounterKey) ([]money.Amount, error)
	// ChangeCounters applies changes in the order given, each in one step that nothing can come between: the condition and the sum are judged on the
	// counter as it is now, whatever this transaction has read. Where a counter would be above a change's Most it is [ErrStale]: somebody else has used
	// what the caller knew as left, or there never was so much. None of the call's changes takes effect then.
	ChangeCounters(ctx context.Context, changes []CounterChange) error
	// ScanCounters returns at most limit counters that are not 0, with a key above after, in order of campaign, then customer.
	ScanCounters(ctx context.Context, after CounterKey, limit int) ([]Counter, error)
}

// CounterKey names a counter. A campaign has the same one in all plans that have it by this name, so that a plan that is published later goes on counting.
type CounterKey struct {
	Campaign string
	Customer partner.Customer // "": of the campaign's budget
}

// Counter is what orders use of a campaign.
type Counter struct {
	CounterKey
	Amount money.Amount
}

// CounterChange adds to a counter.
type CounterChange struct {
	CounterKey
	Amount money.Amount  // below 0 to take back
	Most   *money.Amount // what the counter must not exceed with it; nil: no matter
}
