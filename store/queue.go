package store

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// Queue keeps orders of which the shop has told and which are still to be posted. To put one there is one insertion, which waits for nobody and reads nothing.
type Queue interface {
	// Enqueue adds orders. One of the same order and hash stays as it is.
	Enqueue(ctx context.Context, orders []QueuedOrder) error
	// Queued returns at most limit orders, those that wait or those that were refused, that come after the given one, in order of PaidAt, then order, then
	// hash. The zero QueueCursor begins. It locks none.
	Queued(ctx context.Context, refused bool, after QueueCursor, limit int) ([]QueuedOrder, error)
	// RefuseQueued writes why orders cannot be posted, those of the same order and hash that are there.
	RefuseQueued(ctx context.Context, orders []QueuedOrder) error
	// Dequeue removes the orders at these places.
	Dequeue(ctx context.Context, places []QueueCursor) error
}

// QueuedOrder is an order in the queue.
type QueuedOrder struct {
	Order   commission.OrderID
	Hash    string // of what the shop told; an order that is told of in two ways is there twice
	PaidAt  time.Time
	Data    []byte // JSON
	Refused string // why it cannot be posted; "" while it waits
	partner.Record
}

// QueueCursor is a place in the queue.
type QueueCursor struct {
	PaidAt time.Time
	Order  commission.OrderID
	Hash   string
}

// Place is where the order stands in the queue.
func (q QueuedOrder) Place() QueueCursor {
	return QueueCursor{PaidAt: q.PaidAt, Order: q.Order, Hash: q.Hash}
}
