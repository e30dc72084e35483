package settlement

import (
	"slices"
	"time"
)

// Exchange is an exchange of goods of an order for others.
type Exchange struct {
	ID       string
	At       time.Time
	Held     bool      // whether the order waits for it to be closed
	ClosedAt time.Time // zero: it is open
}

// OpenExchange adds an exchange to the order. One that holds the order keeps it from being released until it is closed; of an order that has been
// released there is nothing left to hold.
func (o Order) OpenExchange(id string, at time.Time, hold bool) Order {
	o.Exchanges = append(slices.Clone(o.Exchanges), Exchange{ID: id, At: at, Held: hold && o.Released.IsZero()})
	o.Revision++
	return o
}

// CloseExchange closes an exchange and reports whether there is such a one that is open.
func (o Order) CloseExchange(id string, at time.Time) (after Order, closed bool) {
	i := slices.IndexFunc(o.Exchanges, func(x Exchange) bool { return x.ID == id && x.ClosedAt.IsZero() })
	if i < 0 {
		return o, false
	}
	o.Exchanges = slices.Clone(o.Exchanges)
	o.Exchanges[i].ClosedAt = at
	o.Revision++
	return o, true
}

// Exchanging reports whether the order waits for an exchange to be closed.
func (o *Order) Exchanging() bool {
	return slices.ContainsFunc(o.Exchanges, func(x Exchange) bool { return x.Held && x.ClosedAt.IsZero() })
}
