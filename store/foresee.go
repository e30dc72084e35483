package store

import (
	"context"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// Foreseeing is what a [Tx] can be too: one that reads at once what it is told that it is going to be asked, where each answer costs a way to a server.
type Foreseeing interface {
	// Foresee reads what the next calls read, in the order of the fields, as those calls would do now. The calls that follow find it there, up to the first
	// that writes. What is then not asked for, or asked for in another way, costs time and nothing else.
	Foresee(ctx context.Context, next Reads) error
}

// Reads are calls of methods that read, by their arguments. An empty one is no call.
type Reads struct {
	Claimed    []ClaimKey
	Plans      int // the first version; 0: no call
	LockOrders []commission.OrderID
	Bindings   []partner.Customer
	Partners   []partner.ID
}
