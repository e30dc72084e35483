package store

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

// Forfeits keeps what partners have forfeited by leaving, by partner.
type Forfeits interface {
	// LockForfeits returns forfeits as they are now and keeps them from others until the end: nobody else can lock or save them. What does not exist is
	// locked too and comes back with only its Partner and revision 0.
	LockForfeits(ctx context.Context, partners []partner.ID) ([]settlement.Forfeits, error)
	// SaveForfeits writes forfeits. Each one's revision must be one above the stored one's, else it is [ErrStale].
	SaveForfeits(ctx context.Context, forfeits []settlement.Forfeits) error
	// Forfeits returns forfeits without locking.
	Forfeits(ctx context.Context, partners []partner.ID) ([]settlement.Forfeits, error)
	// ScanForfeits returns at most limit forfeits of partners with an id above after, in order of id.
	ScanForfeits(ctx context.Context, after partner.ID, limit int) ([]settlement.Forfeits, error)
	// DueForfeits returns at most limit partners whose forfeits are due at an instant (Due is set and not after it), in order of Due, then id, passing
	// over skip. It may leave out those that others have locked.
	DueForfeits(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error)
}
