package kvstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/kvstore"
)

// counting is a database that remembers the largest commit.
type counting struct {
	*memory
	most int
}

func (c *counting) Commit(ctx context.Context, items []kvstore.Item) error {
	c.most = max(c.most, len(items))
	return c.memory.Commit(ctx, items)
}

func TestAProgrammeGoesInCommitsOf100ItemsByItsBatch(t *testing.T) {
	db, now := &counting{memory: &memory{limit: 100}}, noon
	prog, err := program.New(kvstore.New(db), program.Config{
		Plan:  program.MustPlan(`{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}}`),
		Clock: func() time.Time { return now },
		Batch: 5,
	})
	require.NoError(t, err)
	_, err = prog.Partners.Add(ctx, program.Add{Partner: "alice"})
	require.NoError(t, err)
	var orders []program.Order
	for i := range 23 {
		seller, buyer := partner.ID(fmt.Sprintf("seller %d", i)), partner.Customer(fmt.Sprintf("buyer %d", i))
		_, err = prog.Team.Recruit(ctx, program.Recruit{Partner: seller, Recruiter: "alice"})
		require.NoError(t, err)
		_, err = prog.Team.Bind(ctx, program.Bind{Customer: buyer, Owner: seller})
		require.NoError(t, err)
		line := program.Line{ID: "1", Product: "tea", Quantity: 1, Amount: decimal.NewFromInt(100)}
		orders = append(orders, program.Order{ID: commission.OrderID(fmt.Sprintf("o-%d", i)), Customer: buyer, PaidAt: noon, Lines: []program.Line{line}})
	}
	alone := 0
	for _, batch := range []int{1, len(orders)} {
		db.most = 0
		paid, err := prog.Orders.PaidBatch(ctx, orders[:batch])
		require.NoError(t, err)
		var receipts []program.Received
		for _, one := range paid {
			require.NoError(t, one.Err)
			receipts = append(receipts, program.Received{Order: one.Outcome.Order})
		}
		t.Logf("PaidBatch of %d: at most %d items", batch, db.most)
		require.Greater(t, db.most, alone, "they go together")
		alone = 3 * db.most
		db.most = 0
		received, err := prog.Orders.ReceivedBatch(ctx, receipts)
		require.NoError(t, err)
		for _, one := range received {
			require.NoError(t, one.Err)
		}
		t.Logf("ReceivedBatch of %d: at most %d items", batch, db.most)
	}
	db.most = 0
	now = noon.AddDate(0, 0, 30)
	_, err = prog.RunDue(ctx, now)
	require.NoError(t, err)
	t.Logf("RunDue: at most %d items", db.most)
	balances, err := prog.Wallet.Balances(ctx, "alice")
	require.NoError(t, err)
	require.Equal(t, cny.Minor(23*500), balances[0].Available)
	audit, err := prog.Audit(ctx)
	require.NoError(t, err)
	require.Empty(t, audit.Broken)
}
