package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

var boughtSentences = []sentence{
	{"LockCustomerOrders returns each customer's posted orders from an instant on, in order of PaidAt, then id", boughtInOrder},
	{"LockCustomerOrders returns an order as it is now, and what fails is not among its orders", boughtAgain},
	{"CustomerOrders has only the orders of its customer, and SoldOrders only those of its seller", boughtAndSold},
	{"an order that becomes another partner's is among his sales from then on, and one that is nobody's among no sales", soldAgain},
}

func boughtBy(id commission.OrderID, customer partner.Customer, at time.Time) settlement.Order {
	o := paidOrders.order(id, at)
	o.Customer = customer
	return o
}

func boughtInOrder(x *trial) {
	parked := boughtBy("parked", "c-1", day(3))
	parked.Posted = false
	write(x, store.Tx.SaveOrders, list(
		boughtBy("b", "c-1", day(3)), boughtBy("a", "c-1", day(3)), boughtBy("z", "c-1", day(2)), boughtBy("early", "c-1", day(2).Add(-time.Microsecond)),
		boughtBy("other", "c-2", day(4)), boughtBy("last", "c-1", day(9)), parked))
	x.update(func(tx store.Tx) error {
		got, err := tx.LockCustomerOrders(x.ctx, list[partner.Customer]("c-2", "nobody", "c-1", "C-1"), day(2))
		same(x, [][]settlement.Order{
			list(boughtBy("other", "c-2", day(4))), nil,
			list(boughtBy("z", "c-1", day(2)), boughtBy("a", "c-1", day(3)), boughtBy("b", "c-1", day(3)), boughtBy("last", "c-1", day(9))), nil,
		}, got, "by customer")
		return err
	})
}

func boughtAgain(x *trial) {
	o := boughtBy("o-1", "c-1", day(2))
	write(x, store.Tx.SaveOrders, list(o))
	o.Revision++
	o.Returned[0].Units = 3
	require.ErrorIs(x, x.st.Update(x.ctx, x.tenant, func(tx store.Tx) error {
		if err := tx.SaveOrders(x.ctx, list(o, boughtBy("o-2", "c-1", day(3)))); err != nil {
			return err
		}
		got, err := tx.LockCustomerOrders(x.ctx, list[partner.Customer]("c-1"), day(0))
		if err != nil {
			return err
		}
		same(x, list(o, boughtBy("o-2", "c-1", day(3))), got[0], "fn sees what it has written")
		return errRefused
	}), errRefused)
	write(x, store.Tx.SaveOrders, list(o))
	x.update(func(tx store.Tx) error {
		got, err := tx.LockCustomerOrders(x.ctx, list[partner.Customer]("c-1"), day(0))
		same(x, [][]settlement.Order{list(o)}, got, "once, with what has come back since")
		return err
	})
}

// idsFrom are the ids of somebody's orders.
func idsFrom(x *trial, read ordersFrom) []commission.OrderID {
	x.Helper()
	var got []commission.OrderID
	x.view(func(tx store.Tx) error {
		orders, err := read(tx, x.ctx, time.Time{}, store.OrderCursor{}, 100)
		got = nil
		for _, o := range orders {
			got = append(got, o.ID)
		}
		return err
	})
	return got
}

func boughtAndSold(x *trial) {
	sold := func(id commission.OrderID, customer partner.Customer, seller partner.ID) settlement.Order {
		o := boughtBy(id, customer, day(3))
		o.Attributed = commission.Attributed{Partner: seller, By: commission.Owner}
		return o
	}
	write(x, store.Tx.SaveOrders, list(sold("a", "c-1", "p-1"), sold("b", "c-1", "P-1"), sold("c", "C-1", "p-1"), sold("d", "p-1", "c-1"), sold("e", "c-1", "")))
	require.Equal(x, list[commission.OrderID]("a", "b", "e"), idsFrom(x, customerOrdersOf("c-1")))
	require.Equal(x, list[commission.OrderID]("a", "c"), idsFrom(x, soldOrdersOf("p-1")))
	require.Equal(x, list[commission.OrderID]("d"), idsFrom(x, soldOrdersOf("c-1")))
	require.Empty(x, idsFrom(x, soldOrdersOf("")), "what is nobody's is not the sale of one without a name")
	require.Empty(x, idsFrom(x, customerOrdersOf("nobody")))
}

func soldAgain(x *trial) {
	o := boughtBy("o-1", "c-1", day(2))
	var sellers []partner.ID
	for _, seller := range list[partner.ID]("p-1", "", "p-2", "p-2", "p-1", "") {
		o.Attributed.Partner = seller
		write(x, store.Tx.SaveOrders, list(o))
		o.Revision++
		sellers = nil
		for _, id := range list[partner.ID]("p-1", "p-2") {
			if len(idsFrom(x, soldOrdersOf(id))) > 0 {
				sellers = append(sellers, id)
			}
		}
		if seller == "" {
			require.Empty(x, sellers)
		} else {
			require.Equal(x, list(seller), sellers)
		}
	}
}
