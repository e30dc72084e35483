package storetest

import (
	"maps"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

// What the shop keeps of what orders pay: of those who have left, and of those from whom it has taken a customer.

// forfeits is why somebody forfeits what an order pays him by what is known at an instant, "" if he does not: he has left since it was paid, or when it was
// known, or he was its buyer's owner and the buyer was taken from him since.
func (o *oracle) forfeits(x *oracleOrder, id partner.ID, now time.Time) partner.Reason {
	for _, d := range o.departures {
		before := !x.in.PaidAt.After(d.at) || !x.recorded.After(d.recorded)
		if d.id == id && d.forfeits && !d.at.After(now) && before {
			return commission.ForfeitedByLeaving
		}
	}
	for _, b := range o.bindings {
		if b.by == tree.ByVoid && b.customer == x.customer && b.had == id && x.ownedBy(id) && !x.in.PaidAt.After(b.at) {
			return commission.ForfeitedByUnbinding
		}
	}
	return ""
}

// ownedBy reports whether an order is somebody's because he was its buyer's owner.
func (x *oracleOrder) ownedBy(id partner.ID) bool {
	return x.whose == commission.Attributed{Partner: id, By: commission.Owner}
}

// forfeit takes what somebody forfeits of an order as it stands: all that is pending of his or, of an order that was released, what it pays one to whom it
// paid nothing before. What was taken once stays the shop's, whatever becomes of the order.
func (o *oracle) forfeit(x *oracleOrder, now time.Time) {
	pays := modelByPayee(o.standing(x))
	for id, amount := range pays {
		takes := !x.released && amount != 0 || amount > 0 && !x.paid[id]
		if reason := o.forfeits(x, id, now); takes && x.lost[id] == "" && reason != "" {
			x.lost[id] = reason
		}
	}
	for id := range pays {
		x.paid[id] = true
	}
}

// void takes what the owners of a customer have pending from his orders, whom they lose.
func (o *oracle) void(b oracleBinding) {
	for _, x := range o.orders {
		if x.posted && !x.released && x.customer == b.customer && x.ownedBy(b.had) && !x.in.PaidAt.After(b.at) {
			o.forfeit(x, o.clock)
		}
	}
}

// shares is what stands of an order by payee, without what is forfeited.
func (o *oracle) shares(x *oracleOrder) map[partner.ID]int64 {
	sums := modelByPayee(o.standing(x))
	maps.DeleteFunc(sums, func(id partner.ID, _ int64) bool { return x.lost[id] != "" })
	return sums
}

// booked is what stands of an order, and what the shop keeps of it.
func (o *oracle) booked(x *oracleOrder) map[oracleKey]int64 {
	all := maps.Clone(o.standing(x))
	for id, amount := range modelByPayee(o.standing(x)) {
		if x.lost[id] != "" && amount != 0 {
			all[oracleKey{rule: commission.RuleForfeit, payee: id}] = -amount
		}
	}
	return all
}

func modelEarlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
