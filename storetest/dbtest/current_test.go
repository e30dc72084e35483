package dbtest

import (
	"context"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// updating reads in Updates what others read in Views.
type updating struct{ store.Store }

func (u updating) View(ctx context.Context, tenant store.Tenant, fn func(store.Tx) error) error {
	return u.Update(ctx, tenant, fn)
}

// What others commit after the shop's first read an Update in the shop's transaction sees, at whatever isolation that is: a write depends on it.
func TestAnUpdateInTheShopsTransactionOnMySQLReadsWhatIsCommitted(t *testing.T) {
	p := &place{db: server(t, "mysql", mysqlAt), config: sqlstore.Config{Dialect: sqlstore.MySQL}}
	t.Cleanup(func() { p.drop(t, "") })
	for name, as := range isolations(sqlstore.MySQL) {
		t.Run(name, func(t *testing.T) {
			ctx, st := context.Background(), p.open(t)
			host, joined, err := begin(ctx, p.db, st, as)
			require.NoError(t, err)
			defer func() { require.NoError(t, host.Rollback()) }()
			want := flow(t, st)
			require.Equal(t, want, dumped(t, updating{joined}))

			at := flowBegins.AddDate(1, 0, 0)
			require.NoError(t, joined.Update(ctx, "", func(tx store.Tx) error {
				lines, err := tx.Uplines(ctx, []store.UplineQuery{{Start: "bob", At: at}, {Start: "bob", At: at, Depth: 1}, {Start: "bob", At: flowBegins.AddDate(-1, 0, 0)}})
				require.NoError(t, err)
				require.Equal(t, [][]partner.ID{{"bob", "alice"}, {"bob"}, {"bob"}}, lines)
				recruits, err := tx.Recruits(ctx, []store.RecruitQuery{{Recruiter: "alice", At: at}})
				require.NoError(t, err)
				require.Equal(t, [][]partner.ID{{"bob"}}, recruits)
				customers, err := tx.CustomersOf(ctx, "bob", "", 10)
				require.NoError(t, err)
				require.Equal(t, []partner.Customer{odd}, customers)
				settled, err := tx.SettledOrders(ctx, []partner.Customer{odd})
				require.NoError(t, err)
				require.Equal(t, commission.OrderID("o-2"), settled[0].ID)
				sold, err := tx.SoldOrders(ctx, "bob", time.Time{}, store.OrderCursor{}, 10)
				require.NoError(t, err)
				require.Len(t, sold, 1)
				rows, err := tx.PartnerRows(ctx, "alice", store.RowCursor{}, 100)
				require.NoError(t, err)
				require.NotEmpty(t, rows)
				return nil
			}))
		})
	}
}

// A line that others lengthen in the middle is followed as it is, and not as the shop's snapshot has it.
func TestALineThatOthersChangeIsFollowedInTheShopsTransaction(t *testing.T) {
	p := &place{db: server(t, "mysql", mysqlAt), config: sqlstore.Config{Dialect: sqlstore.MySQL}}
	t.Cleanup(func() { p.drop(t, "") })
	ctx, st := context.Background(), p.open(t)
	prog, now := flowing(t, st)
	for _, recruit := range []program.Recruit{{Partner: "b", Recruiter: "a"}, {Partner: "c", Recruiter: "b"}, {Partner: "d", Recruiter: "c"}, {Partner: "y", Recruiter: "x"}} {
		_, _ = prog.Partners.Add(ctx, program.Add{Partner: recruit.Recruiter})
		require.NoError(t, err(prog.Team.Recruit(ctx, recruit)))
	}
	host, joined, failed := begin(ctx, p.db, st, nil)
	require.NoError(t, failed)
	defer func() { require.NoError(t, host.Rollback()) }()
	*now = now.Add(time.Hour)
	require.NoError(t, err(prog.Team.Move(ctx, program.Move{Partner: "c", Recruiter: "y"})))
	line := func(in func(context.Context, store.Tenant, func(store.Tx) error) error) (out []partner.ID) {
		require.NoError(t, in(ctx, "", func(tx store.Tx) error {
			lines, err := tx.Uplines(ctx, []store.UplineQuery{{Start: "d", At: *now}})
			out = lines[0]
			return err
		}))
		return out
	}
	require.Equal(t, []partner.ID{"d", "c", "b", "a"}, line(joined.View), "a View reads the shop's own snapshot")
	require.Equal(t, []partner.ID{"d", "c", "y", "x"}, line(joined.Update))
}

// An order that is judged in the shop's transaction is judged by what others have told meanwhile.
func TestAnOrderInTheShopsTransactionPaysWhomOthersHaveBoundMeanwhile(t *testing.T) {
	p := &place{db: server(t, "mysql", mysqlAt), config: sqlstore.Config{Dialect: sqlstore.MySQL}}
	t.Cleanup(func() { p.drop(t, "") })
	ctx, st := context.Background(), p.open(t)
	prog, now := flowing(t, st)
	require.NoError(t, err(prog.Partners.Add(ctx, program.Add{Partner: "alice"})))
	host, joined, failed := begin(ctx, p.db, st, nil)
	require.NoError(t, failed)
	defer func() { _ = host.Rollback() }() // after a commit there is nothing to roll back
	require.NoError(t, err(prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "alice"})))
	out, failed := prog.In(joined).Orders.Paid(ctx, tea("o-1", "carol", "100.00", now.Add(time.Second)))
	require.NoError(t, failed)
	require.Equal(t, partner.ID("alice"), out.Attributed.Partner)
	require.NoError(t, host.Commit())
	report, failed := prog.Audit(ctx)
	require.NoError(t, failed)
	require.True(t, report.OK(), report)
}

// What others have done meanwhile is done, and not refused by what is left after it.
func TestWhatOthersHaveDoneMeanwhileIsRepeatedInTheShopsTransaction(t *testing.T) {
	p := &place{db: server(t, "mysql", mysqlAt), config: sqlstore.Config{Dialect: sqlstore.MySQL}}
	t.Cleanup(func() { p.drop(t, "") })
	ctx, st := context.Background(), p.open(t)
	prog, now := flowing(t, st)
	require.NoError(t, err(prog.Partners.Add(ctx, program.Add{Partner: "alice"})))
	require.NoError(t, err(prog.Team.Bind(ctx, program.Bind{Customer: "carol", Owner: "alice"})))
	require.NoError(t, err(prog.Orders.Paid(ctx, tea("o-1", "carol", "100.00", now.Add(time.Second)))))
	*now = now.AddDate(0, 0, 8)
	require.NoError(t, err(prog.RunDue(ctx, *now)))
	all := program.Withdraw{Partner: "alice", Amount: decimal.RequireFromString("10.00"), Meta: program.Meta{Key: "w-1"}}
	for name, as := range isolations(sqlstore.MySQL) {
		t.Run(name, func(t *testing.T) {
			host, joined, failed := begin(ctx, p.db, st, as)
			require.NoError(t, failed)
			defer func() { _ = host.Rollback() }() // after a commit there is nothing to roll back
			first, failed := prog.Wallet.Withdraw(ctx, all)
			require.NoError(t, failed)
			again, failed := prog.In(joined).Wallet.Withdraw(ctx, all)
			require.NoError(t, failed)
			require.Equal(t, first, again)
			other := all
			other.Key = "w-2"
			require.Error(t, err(prog.In(joined).Wallet.Withdraw(ctx, other)), "nothing is left")
			require.NoError(t, host.Commit())
		})
	}
	require.NotContains(t, dumped(t, st), "w-2", "an empty claim is none")
	require.NoError(t, st.Update(ctx, "", func(tx store.Tx) error {
		won, err := tx.Claim(ctx, []store.Claim{{ClaimKey: store.ClaimKey{Operation: "withdraw", Key: "w-2"}, Hash: "h", Token: "t", At: flowBegins}})
		require.Equal(t, "t", won[0].Token)
		return err
	}))
}
