package storetest

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
)

// budgetsAtOnce: each order needs 62.04 of a budget that lasts for k of them, and 31.01 of a cap for the customer.
func budgetsAtOnce(x *trial) {
	x.contended(func(x *trial, workers, round int) {
		k := max(workers/2, 1)
		budget, most := cny.Minor(int64(6204*k+round*617%6204)), cny.Minor(int64(3101*k+2000))
		b := x.branch(fmt.Sprintf(`{"currency": "CNY", "commission": {"rates": ["10%%", "5%%"]}, "campaigns": [
			{"name": "double", "factor": "2", "budget": %q, "slots": [1]}, {"name": "second", "factor": "2", "perCustomer": %q, "slots": [2]}]}`, budget.Plain(), most.Plain()))
		b.family()
		raised, cut := make([]bool, workers), make([]bool, workers)
		errs := together(workers, func(i int) error {
			out, err := b.Orders.Paid(b.ctx, b.order(commission.OrderID(fmt.Sprint("o-", i))))
			for _, use := range out.Campaigns {
				raised[i] = raised[i] || use.Campaign == "double" && use.Reason == ""
				cut[i] = cut[i] || use.Campaign == "second" && use.Reason != "" && !use.Added.IsZero()
			}
			return err
		})
		require.Equal(x, workers, won(x, nil, errs), "no order is refused")
		of := func(all []bool) (n int) {
			for _, one := range all {
				if one {
					n++
				}
			}
			return n
		}
		require.Equal(x, min(k, workers), of(raised), "of %d orders", workers)
		require.Equal(x, min(max(workers-k, 0), 1), of(cut), "one gets what is left for the customer")
		used := func() []money.Amount {
			return read(x, barely(store.Tx.Counters), list(counterKey("double", ""), counterKey("second", "carol")))
		}
		require.Equal(x, cny.Minor(int64(6204*min(k, workers))), used()[0])
		require.LessOrEqual(x, used()[1].Cmp(most), 0)
		b.sound()

		won(x, nil, together(workers, func(i int) error {
			id := fmt.Sprint("o-", i)
			_, err := b.Orders.Refunded(b.ctx, program.Refund{ID: id, Order: commission.OrderID(id), Lines: []program.RefundLine{{Line: "1", Quantity: 3}, {Line: "2", Quantity: 1}}})
			return err
		}))
		require.Equal(x, list(money.Amount{}, money.Amount{}), used())
		b.sound()
	})
}
