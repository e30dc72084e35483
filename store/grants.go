package store

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

// Grants keeps one-off bonuses, by the user for whom they are given.
type Grants interface {
	// LockGrants returns grants as they are now and keeps them from others until the end: nobody else can lock or save them. What does not exist is locked
	// too and comes back with only its User and revision 0.
	LockGrants(ctx context.Context, users []partner.ID) ([]settlement.Grants, error)
	// SaveGrants writes grants. Each one's revision must be one above the stored one's, else it is [ErrStale].
	SaveGrants(ctx context.Context, grants []settlement.Grants) error
	// Grants returns grants without locking.
	Grants(ctx context.Context, users []partner.ID) ([]settlement.Grants, error)
	// ScanGrants returns at most limit grants of users with an id above after, in order of id.
	ScanGrants(ctx context.Context, after partner.ID, limit int) ([]settlement.Grants, error)
	// DueGrants returns at most limit users whose grants are due at an instant (Due is set and not after it), in order of Due, then id, passing over skip.
	// It may leave out those that others have locked.
	DueGrants(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error)

	// SettledOrders returns each customer's settled order ([settlement.Order.Settled]) that was released first; of those of one instant the one with the
	// lowest id. It locks none.
	SettledOrders(ctx context.Context, customers []partner.Customer) ([]settlement.Order, error)
}
