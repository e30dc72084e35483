package ahead

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// ready writes what is kept before something is called that looks at the store itself.
func (t *Tx) ready(ctx context.Context) error {
	if t.asked != nil {
		return t.asked.leave()
	}
	return t.Flush(ctx)
}

// ScanPartners implements [store.Partners].
func (t *Tx) ScanPartners(ctx context.Context, after partner.ID, limit int) ([]partner.Partner, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ScanPartners(ctx, after, limit)
}

// ScanCustomers implements [store.Partners].
func (t *Tx) ScanCustomers(ctx context.Context, after partner.Customer, limit int) ([]store.Spend, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ScanCustomers(ctx, after, limit)
}

// LockApplications implements [store.Applications].
func (t *Tx) LockApplications(ctx context.Context, applicants []partner.ID) ([][]partner.Application, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.LockApplications(ctx, applicants)
}

// ApplicationsOf implements [store.Applications].
func (t *Tx) ApplicationsOf(ctx context.Context, applicants []partner.ID) ([][]partner.Application, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ApplicationsOf(ctx, applicants)
}

// Applications implements [store.Applications].
func (t *Tx) Applications(ctx context.Context, ids []partner.ApplicationID) ([]partner.Application, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.Applications(ctx, ids)
}

// ScanApplications implements [store.Applications].
func (t *Tx) ScanApplications(ctx context.Context, after partner.ApplicationID, limit int) ([]partner.Application, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ScanApplications(ctx, after, limit)
}

// OpenApplications implements [store.Applications].
func (t *Tx) OpenApplications(ctx context.Context, after partner.ApplicationID, limit int) ([]partner.Application, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.OpenApplications(ctx, after, limit)
}

// LockTrees implements [store.Tree].
func (t *Tx) LockTrees(ctx context.Context, trees []partner.Tree) error {
	if err := t.ready(ctx); err != nil {
		return err
	}
	return t.tx.LockTrees(ctx, trees)
}

// Recruits implements [store.Tree].
func (t *Tx) Recruits(ctx context.Context, queries []store.RecruitQuery) ([][]partner.ID, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.Recruits(ctx, queries)
}

// CustomersOf implements [store.Tree].
func (t *Tx) CustomersOf(ctx context.Context, owner partner.ID, after partner.Customer, limit int) ([]partner.Customer, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.CustomersOf(ctx, owner, after, limit)
}

// ScanOrders implements [store.Ledger].
func (t *Tx) ScanOrders(ctx context.Context, after commission.OrderID, limit int) ([]settlement.Order, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ScanOrders(ctx, after, limit)
}

// PaidOrders implements [store.Ledger].
func (t *Tx) PaidOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.PaidOrders(ctx, from, to, after, limit)
}

// ReleasedOrders implements [store.Ledger].
func (t *Tx) ReleasedOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ReleasedOrders(ctx, from, to, after, limit)
}

// LockCustomerOrders implements [store.Ledger].
func (t *Tx) LockCustomerOrders(ctx context.Context, customers []partner.Customer, from time.Time) ([][]settlement.Order, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	all, err := t.tx.LockCustomerOrders(ctx, customers, from)
	for _, orders := range all {
		for _, o := range orders {
			t.orders.know(o.ID, o.Clone(), true)
		}
	}
	return all, err
}

// DueOrders implements [store.Ledger].
func (t *Tx) DueOrders(ctx context.Context, instant time.Time, skip []commission.OrderID, limit int) ([]commission.OrderID, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.DueOrders(ctx, instant, skip, limit)
}

// PartnerRows implements [store.Ledger].
func (t *Tx) PartnerRows(ctx context.Context, payee partner.ID, after store.RowCursor, limit int) ([]settlement.Row, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.PartnerRows(ctx, payee, after, limit)
}

// FoldRows implements [store.Ledger].
func (t *Tx) FoldRows(ctx context.Context, limit int, instant time.Time) ([]settlement.Row, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	t.rows.forgetIf(func(settlement.Source, []settlement.Row) bool { return true })
	return t.tx.FoldRows(ctx, limit, instant)
}

// ReleaseRows implements [store.Ledger].
func (t *Tx) ReleaseRows(ctx context.Context, sources []settlement.Source, instant time.Time) ([]settlement.Row, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	t.rows.forgetIf(func(settlement.Source, []settlement.Row) bool { return true })
	return t.tx.ReleaseRows(ctx, sources, instant)
}

// Balances implements [store.Ledger].
func (t *Tx) Balances(ctx context.Context, ids []partner.ID) ([][]settlement.Balance, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.Balances(ctx, ids)
}

// ScanCounters implements [store.Counters].
func (t *Tx) ScanCounters(ctx context.Context, after store.CounterKey, limit int) ([]store.Counter, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ScanCounters(ctx, after, limit)
}

// LockRuns implements [store.Runs].
func (t *Tx) LockRuns(ctx context.Context, ids []settlement.RunID) ([]settlement.Run, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.LockRuns(ctx, ids)
}

// Runs implements [store.Runs].
func (t *Tx) Runs(ctx context.Context, ids []settlement.RunID) ([]settlement.Run, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.Runs(ctx, ids)
}

// ScanRuns implements [store.Runs].
func (t *Tx) ScanRuns(ctx context.Context, after settlement.RunID, limit int) ([]settlement.Run, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ScanRuns(ctx, after, limit)
}

// ReleasingRuns implements [store.Runs].
func (t *Tx) ReleasingRuns(ctx context.Context, skip []settlement.RunID, limit int) ([]settlement.RunID, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ReleasingRuns(ctx, skip, limit)
}

// ScanGrants implements [store.Grants].
func (t *Tx) ScanGrants(ctx context.Context, after partner.ID, limit int) ([]settlement.Grants, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ScanGrants(ctx, after, limit)
}

// DueGrants implements [store.Grants].
func (t *Tx) DueGrants(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.DueGrants(ctx, instant, skip, limit)
}

// SettledOrders implements [store.Grants].
func (t *Tx) SettledOrders(ctx context.Context, customers []partner.Customer) ([]settlement.Order, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.SettledOrders(ctx, customers)
}

// LockWithdrawals implements [store.Payouts].
func (t *Tx) LockWithdrawals(ctx context.Context, ids []settlement.WithdrawalID) ([]settlement.Withdrawal, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.LockWithdrawals(ctx, ids)
}

// Withdrawals implements [store.Payouts].
func (t *Tx) Withdrawals(ctx context.Context, ids []settlement.WithdrawalID) ([]settlement.Withdrawal, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.Withdrawals(ctx, ids)
}

// ScanWithdrawals implements [store.Payouts].
func (t *Tx) ScanWithdrawals(ctx context.Context, after settlement.WithdrawalID, limit int) ([]settlement.Withdrawal, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ScanWithdrawals(ctx, after, limit)
}

// ScanClaims implements [store.Events].
func (t *Tx) ScanClaims(ctx context.Context, after store.ClaimKey, limit int) ([]store.Claim, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ScanClaims(ctx, after, limit)
}

// UnnumberedEvents implements [store.Events].
func (t *Tx) UnnumberedEvents(ctx context.Context, after string, limit int) ([]store.Event, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.UnnumberedEvents(ctx, after, limit)
}

// NumberEvents implements [store.Events].
func (t *Tx) NumberEvents(ctx context.Context, limit int) (int, error) {
	if err := t.ready(ctx); err != nil {
		return 0, err
	}
	return t.tx.NumberEvents(ctx, limit)
}

// Events implements [store.Events].
func (t *Tx) Events(ctx context.Context, after int64, limit int) ([]store.Event, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.Events(ctx, after, limit)
}

// Queued implements [store.Queue].
func (t *Tx) Queued(ctx context.Context, refused bool, after store.QueueCursor, limit int) ([]store.QueuedOrder, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.Queued(ctx, refused, after, limit)
}

// ScanForfeits implements [store.Forfeits].
func (t *Tx) ScanForfeits(ctx context.Context, after partner.ID, limit int) ([]settlement.Forfeits, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.ScanForfeits(ctx, after, limit)
}

// DueForfeits implements [store.Forfeits].
func (t *Tx) DueForfeits(ctx context.Context, instant time.Time, skip []partner.ID, limit int) ([]partner.ID, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.DueForfeits(ctx, instant, skip, limit)
}

// CustomerOrders implements [store.Ledger].
func (t *Tx) CustomerOrders(ctx context.Context, customer partner.Customer, from time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.CustomerOrders(ctx, customer, from, after, limit)
}

// SoldOrders implements [store.Ledger].
func (t *Tx) SoldOrders(ctx context.Context, seller partner.ID, from time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.SoldOrders(ctx, seller, from, after, limit)
}

// LockReaders implements [store.Events].
func (t *Tx) LockReaders(ctx context.Context, readers []string) ([]int64, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.LockReaders(ctx, readers)
}

// Readers implements [store.Events].
func (t *Tx) Readers(ctx context.Context, readers []string) ([]int64, error) {
	if err := t.ready(ctx); err != nil {
		return nil, err
	}
	return t.tx.Readers(ctx, readers)
}
