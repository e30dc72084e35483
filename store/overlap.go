package store

// Overlapping is what a [Tx] can be too: one that writes while its caller goes on.
type Overlapping interface {
	// Overlaps reports whether SaveOrders and AddRows with many records of new orders may return before these are written, so that it pays to call them before
	// all that there will be are known. An error comes with a later call.
	Overlaps() bool
}
