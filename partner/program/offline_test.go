package program_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/storetest"
)

func TestRule_8_4_AnOrderAtTheTillPaysAsOneInTheWebShopAndIsAnother(t *testing.T) {
	s := family(t, twoLevels)
	id, err := commission.ExternalID("till-7", "0001")
	require.NoError(t, err)
	web, till := s.order("0001", 3, "597.00"), s.order(string(id), 3, "597.00")
	first, second := s.paid(web), s.paid(till)
	require.Equal(t, amounts(first.Entries), amounts(second.Entries))
	require.False(t, second.Repeated)

	s.refunded("r-1", id, units("1", 3))
	require.Equal(t, "59.70 CNY", s.balance("bob").Pending.String(), "the order of the web shop stands")
	require.True(t, s.paid(till).Repeated)
}

func amounts(entries []commission.Entry) (all []string) {
	for _, e := range entries {
		all = append(all, string(e.Payee)+" "+e.Amount.String())
	}
	return all
}

// TestRule_8_9: what happens is told once by an event with an id and a number without a gap, whatever happens to the transaction; delivery is the shop's.
func TestRule_8_9_EveryReaderGetsEveryEventOnceInOneOrder(t *testing.T) {
	st := storetest.NewFaulty(family(t, twoLevels).store)
	prog, err := program.New(st, program.Config{})
	require.NoError(t, err)
	var feed []store.Event
	for n, id := range []string{"o-1", "o-2", "o-3", "o-4"} {
		in := program.Order{ID: commission.OrderID(id), Customer: "carol", PaidAt: noon, Lines: []program.Line{line("1", 1, "10.00")}}
		st.FailAt(3*n, storetest.After) // a call of the second order and of those after it fails after it took effect
		if _, err := prog.Orders.Paid(ctx, in); err != nil {
			require.ErrorIs(t, err, storetest.ErrFault)
		}
		st.FailAt(0, storetest.Before)
		_, err := prog.Orders.Paid(ctx, in)
		require.NoError(t, err)
		_, err = prog.RunDue(ctx, noon)
		require.NoError(t, err)
		after := int64(0) // a reader that remembers the last number it has seen
		if len(feed) > 0 {
			after = feed[len(feed)-1].Number
		}
		more, err := prog.Events(ctx, after, 100)
		require.NoError(t, err)
		feed = append(feed, more...)
	}
	ids, paid := map[string]bool{}, []string{}
	for i, e := range feed {
		require.Equal(t, int64(i+1), e.Number)
		require.NotEmpty(t, e.ID)
		require.False(t, ids[e.ID])
		ids[e.ID] = true
		if e.Kind == "order_paid" {
			paid = append(paid, e.Subject)
		}
	}
	require.Equal(t, []string{"o-1", "o-2", "o-3", "o-4"}, paid)
	anew, err := prog.Events(ctx, 0, 100)
	require.NoError(t, err)
	require.Equal(t, feed, anew, "another reader gets the same")
}
