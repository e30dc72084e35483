package store

import (
	"context"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
)

// Foreseeing is what a [Tx] can be too: one that reads at once what it is told that it is going to be asked, where each answer costs a way to a server.
type Foreseeing interface {
	// Foresee does what the next calls do, in the order of the fields, as those calls would do it now. The calls that follow find it there, up to the first of
	// which nothing comes back. What is then not asked for, or asked for in another way, costs time and nothing else; but claims are taken.
	Foresee(ctx context.Context, next Reads) error
}

// Reads are calls of methods of which something comes back, by their arguments. An empty one is no call.
type Reads struct {
	Plans      int // the first version; 0: no call
	LockOrders []commission.OrderID
	LockSpent  []partner.Customer // to whose totals [Partners].AddSpend adds nothing, or something
	Claimed    []ClaimKey
	Bindings   []partner.Customer
	Partners   []partner.ID
	Claim      []Claim // which is called next, and must be
}
