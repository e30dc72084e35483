package storetest

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// hooked is a transaction whose every call goes through around, which makes the call or does not, and says what it returns.
type hooked struct {
	tx     store.Tx
	around func(method string, call func() error) error
}

var _ store.Tx = (*hooked)(nil)

// through makes a call that returns something.
func through[R any](h *hooked, method string, call func() (R, error)) (R, error) {
	var out, none R
	err := h.around(method, func() (err error) {
		out, err = call()
		return err
	})
	if err != nil {
		return none, err
	}
	return out, nil
}

func (h *hooked) AddPartners(ctx context.Context, partners []partner.Partner) error {
	return h.around("AddPartners", func() error { return h.tx.AddPartners(ctx, partners) })
}

func (h *hooked) Partners(ctx context.Context, ids []partner.ID) ([]partner.Partner, error) {
	return through(h, "Partners", func() ([]partner.Partner, error) { return h.tx.Partners(ctx, ids) })
}

func (h *hooked) ScanPartners(ctx context.Context, after partner.ID, limit int) ([]partner.Partner, error) {
	return through(h, "ScanPartners", func() ([]partner.Partner, error) { return h.tx.ScanPartners(ctx, after, limit) })
}

func (h *hooked) AddFacts(ctx context.Context, facts []partner.Fact) error {
	return h.around("AddFacts", func() error { return h.tx.AddFacts(ctx, facts) })
}

func (h *hooked) LockFacts(ctx context.Context, ids []partner.ID) ([][]partner.Fact, error) {
	return through(h, "LockFacts", func() ([][]partner.Fact, error) { return h.tx.LockFacts(ctx, ids) })
}

func (h *hooked) Facts(ctx context.Context, ids []partner.ID) ([][]partner.Fact, error) {
	return through(h, "Facts", func() ([][]partner.Fact, error) { return h.tx.Facts(ctx, ids) })
}

func (h *hooked) AddSpend(ctx context.Context, spend []store.Spend) ([]money.Amount, error) {
	return through(h, "AddSpend", func() ([]money.Amount, error) { return h.tx.AddSpend(ctx, spend) })
}

func (h *hooked) Spent(ctx context.Context, customers []partner.Customer) ([]money.Amount, error) {
	return through(h, "Spent", func() ([]money.Amount, error) { return h.tx.Spent(ctx, customers) })
}

func (h *hooked) LockApplications(ctx context.Context, applicants []partner.ID) ([][]partner.Application, error) {
	return through(h, "LockApplications", func() ([][]partner.Application, error) { return h.tx.LockApplications(ctx, applicants) })
}

func (h *hooked) SaveApplications(ctx context.Context, applications []partner.Application) error {
	return h.around("SaveApplications", func() error { return h.tx.SaveApplications(ctx, applications) })
}

func (h *hooked) ApplicationsOf(ctx context.Context, applicants []partner.ID) ([][]partner.Application, error) {
	return through(h, "ApplicationsOf", func() ([][]partner.Application, error) { return h.tx.ApplicationsOf(ctx, applicants) })
}

func (h *hooked) Applications(ctx context.Context, ids []partner.ApplicationID) ([]partner.Application, error) {
	return through(h, "Applications", func() ([]partner.Application, error) { return h.tx.Applications(ctx, ids) })
}

func (h *hooked) ScanApplications(ctx context.Context, after partner.ApplicationID, limit int) ([]partner.Application, error) {
	return through(h, "ScanApplications", func() ([]partner.Application, error) { return h.tx.ScanApplications(ctx, after, limit) })
}

func (h *hooked) OpenApplications(ctx context.Context, after partner.ApplicationID, limit int) ([]partner.Application, error) {
	return through(h, "OpenApplications", func() ([]partner.Application, error) { return h.tx.OpenApplications(ctx, after, limit) })
}

func (h *hooked) ScanCustomers(ctx context.Context, after partner.Customer, limit int) ([]store.Spend, error) {
	return through(h, "ScanCustomers", func() ([]store.Spend, error) { return h.tx.ScanCustomers(ctx, after, limit) })
}

func (h *hooked) LockTrees(ctx context.Context, trees []partner.Tree) error {
	return h.around("LockTrees", func() error { return h.tx.LockTrees(ctx, trees) })
}

func (h *hooked) AddEdges(ctx context.Context, edges []tree.Edge) error {
	return h.around("AddEdges", func() error { return h.tx.AddEdges(ctx, edges) })
}

func (h *hooked) Edges(ctx context.Context, queries []store.EdgeQuery) ([][]tree.Edge, error) {
	return through(h, "Edges", func() ([][]tree.Edge, error) { return h.tx.Edges(ctx, queries) })
}

func (h *hooked) Uplines(ctx context.Context, queries []store.UplineQuery) ([][]partner.ID, error) {
	return through(h, "Uplines", func() ([][]partner.ID, error) { return h.tx.Uplines(ctx, queries) })
}

func (h *hooked) Recruits(ctx context.Context, queries []store.RecruitQuery) ([][]partner.ID, error) {
	return through(h, "Recruits", func() ([][]partner.ID, error) { return h.tx.Recruits(ctx, queries) })
}

func (h *hooked) AddBindings(ctx context.Context, bindings []tree.Binding) error {
	return h.around("AddBindings", func() error { return h.tx.AddBindings(ctx, bindings) })
}

func (h *hooked) LockBindings(ctx context.Context, customers []partner.Customer) ([][]tree.Binding, error) {
	return through(h, "LockBindings", func() ([][]tree.Binding, error) { return h.tx.LockBindings(ctx, customers) })
}

func (h *hooked) Bindings(ctx context.Context, customers []partner.Customer) ([][]tree.Binding, error) {
	return through(h, "Bindings", func() ([][]tree.Binding, error) { return h.tx.Bindings(ctx, customers) })
}

func (h *hooked) CustomersOf(ctx context.Context, owner partner.ID, after partner.Customer, limit int) ([]partner.Customer, error) {
	return through(h, "CustomersOf", func() ([]partner.Customer, error) { return h.tx.CustomersOf(ctx, owner, after, limit) })
}

func (h *hooked) AddPlan(ctx context.Context, plan store.PlanVersion) error {
	return h.around("AddPlan", func() error { return h.tx.AddPlan(ctx, plan) })
}

func (h *hooked) Plans(ctx context.Context, first int) ([]store.PlanVersion, error) {
	return through(h, "Plans", func() ([]store.PlanVersion, error) { return h.tx.Plans(ctx, first) })
}

func (h *hooked) LockOrders(ctx context.Context, ids []commission.OrderID) ([]settlement.Order, error) {
	return through(h, "LockOrders", func() ([]settlement.Order, error) { return h.tx.LockOrders(ctx, ids) })
}

func (h *hooked) SaveOrders(ctx context.Context, orders []settlement.Order) error {
	return h.around("SaveOrders", func() error { return h.tx.SaveOrders(ctx, orders) })
}

func (h *hooked) Orders(ctx context.Context, ids []commission.OrderID) ([]settlement.Order, error) {
	return through(h, "Orders", func() ([]settlement.Order, error) { return h.tx.Orders(ctx, ids) })
}

func (h *hooked) ScanOrders(ctx context.Context, after commission.OrderID, limit int) ([]settlement.Order, error) {
	return through(h, "ScanOrders", func() ([]settlement.Order, error) { return h.tx.ScanOrders(ctx, after, limit) })
}

func (h *hooked) PaidOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return through(h, "PaidOrders", func() ([]settlement.Order, error) { return h.tx.PaidOrders(ctx, from, to, after, limit) })
}

func (h *hooked) ReleasedOrders(ctx context.Context, from, to time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return through(h, "ReleasedOrders", func() ([]settlement.Order, error) { return h.tx.ReleasedOrders(ctx, from, to, after, limit) })
}

func (h *hooked) CustomerOrders(ctx context.Context, customer partner.Customer, from time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return through(h, "CustomerOrders", func() ([]settlement.Order, error) { return h.tx.CustomerOrders(ctx, customer, from, after, limit) })
}

func (h *hooked) SoldOrders(ctx context.Context, seller partner.ID, from time.Time, after store.OrderCursor, limit int) ([]settlement.Order, error) {
	return through(h, "SoldOrders", func() ([]settlement.Order, error) { return h.tx.SoldOrders(ctx, seller, from, after, limit) })
}

func (h *hooked) LockCustomerOrders(ctx context.Context, customers []partner.Customer, from time.Time) ([][]settlement.Order, error) {
	return through(h, "LockCustomerOrders", func() ([][]settlement.Order, error) { return h.tx.LockCustomerOrders(ctx, customers, from) })
}

func (h *hooked) DueOrders(ctx context.Context, instant time.Time, skip []commission.OrderID, limit int) ([]commission.OrderID, error) {
	return through(h, "DueOrders", func() ([]commission.OrderID, error) { return h.tx.DueOrders(ctx, instant, skip, limit) })
}

func (h *hooked) AddRows(ctx context.Context, rows []settlement.Row) error {
	return h.around("AddRows", func() error { return h.tx.AddRows(ctx, rows) })
}

func (h *hooked) Rows(ctx context.Context, sources []settlement.Source) ([][]settlement.Row, error) {
	return through(h, "Rows", func() ([][]settlement.Row, error) { return h.tx.Rows(ctx, sources) })
}

func (h *hooked) PartnerRows(ctx context.Context, payee partner.ID, after store.RowCursor, limit int) ([]settlement.Row, error) {
	return through(h, "PartnerRows", func() ([]settlement.Row, error) { return h.tx.PartnerRows(ctx, payee, after, limit) })
}

func (h *hooked) FoldRows(ctx context.Context, limit int, instant time.Time) ([]settlement.Row, error) {
	return through(h, "FoldRows", func() ([]settlement.Row, error) { return h.tx.FoldRows(ctx, limit, instant) })
}

func (h *hooked) ReleaseRows(ctx context.Context, sources []settlement.Source, instant time.Time) ([]settlement.Row, error) {
	return through(h, "ReleaseRows", func() ([]settlement.Row, error) { return h.tx.ReleaseRows(ctx, sources, instant) })
}

func (h *hooked) Balances(ctx context.Context, ids []partner.ID) ([][]settlement.Balance, error) {
	return through(h, "Balances", func() ([][]settlement.Balance, error) { return h.tx.Balances(ctx, ids) })
}

func (h *hooked) ChangeBalances(ctx context.Context, changes []settlement.Change) error {
	return h.around("ChangeBalances", func() error { return h.tx.ChangeBalances(ctx, changes) })
}

func (h *hooked) LockCounters(ctx context.Context, keys []store.CounterKey) ([]money.Amount, error) {
	return through(h, "LockCounters", func() ([]money.Amount, error) { return h.tx.LockCounters(ctx, keys) })
}

func (h *hooked) Counters(ctx context.Context, keys []store.CounterKey) ([]money.Amount, error) {
	return through(h, "Counters", func() ([]money.Amount, error) { return h.tx.Counters(ctx, keys) })
}

func (h *hooked) ChangeCounters(ctx context.Context, changes []store.CounterChange) error {
	return h.around("ChangeCounters", func() error { return h.tx.ChangeCounters(ctx, changes) })
}

func (h *hooked) ScanCounters(ctx context.Context, after store.CounterKey, limit int) ([]store.Counter, error) {
	return through(h, "ScanCounters", func() ([]store.Counter, error) { return h.tx.ScanCounters(ctx, after, limit) })
}

func (h *hooked) LockRuns(ctx context.Context, ids []settlement.RunID) ([]settlement.Run, error) {
	return through(h, "LockRuns", func() ([]settlement.Run, error) { return h.tx.LockRuns(ctx, ids) })
}

func (h *hooked) SaveRuns(ctx context.Context, runs []settlement.Run) error {
	return h.around("SaveRuns", func() error { return h.tx.SaveRuns(ctx, runs) })
}

func (h *hooked) Runs(ctx context.Context, ids []settlement.RunID) ([]settlement.Run, error) {
	return through(h, "Runs", func() ([]settlement.Run, error) { return h.tx.Runs(ctx, ids) })
}

func (h *hooked) ScanRuns(ctx context.Context, after settlement.RunID, limit int) ([]settlement.Run, error) {
	return through(h, "ScanRuns", func() ([]settlement.Run, error) { return h.tx.ScanRuns(ctx, after, limit) })
}

func (h *hooked) ReleasingRuns(ctx context.Context, skip []settlement.RunID, limit int) ([]settlement.RunID, error) {
	return through(h, "ReleasingRuns", func() ([]settlement.RunID, error) { return h.tx.ReleasingRuns(ctx, skip, limit) })
}

func (h *hooked) AddWithdrawals(ctx context.Context, withdrawals []settlement.Withdrawal) error {
	return h.around("AddWithdrawals", func() error { return h.tx.AddWithdrawals(ctx, withdrawals) })
}

func (h *hooked) LockWithdrawals(ctx context.Context, ids []settlement.WithdrawalID) ([]settlement.Withdrawal, error) {
	return through(h, "LockWithdrawals", func() ([]settlement.Withdrawal, error) { return h.tx.LockWithdrawals(ctx, ids) })
}

func (h *hooked) SaveWithdrawals(ctx context.Context, withdrawals []settlement.Withdrawal) error {
	return h.around("SaveWithdrawals", func() error { return h.tx.SaveWithdrawals(ctx, withdrawals) })
}

func (h *hooked) Withdrawals(ctx context.Context, ids []settlement.WithdrawalID) ([]settlement.Withdrawal, error) {
	return through(h, "Withdrawals", func() ([]settlement.Withdrawal, error) { return h.tx.Withdrawals(ctx, ids) })
}

func (h *hooked) ScanWithdrawals(ctx context.Context, after settlement.WithdrawalID, limit int) ([]settlement.Withdrawal, error) {
	return through(h, "ScanWithdrawals", func() ([]settlement.Withdrawal, error) { return h.tx.ScanWithdrawals(ctx, after, limit) })
}

func (h *hooked) Claim(ctx context.Context, claims []store.Claim) ([]store.Claim, error) {
	return through(h, "Claim", func() ([]store.Claim, error) { return h.tx.Claim(ctx, claims) })
}

func (h *hooked) Claimed(ctx context.Context, keys []store.ClaimKey) ([]store.Claim, error) {
	return through(h, "Claimed", func() ([]store.Claim, error) { return h.tx.Claimed(ctx, keys) })
}

func (h *hooked) ScanClaims(ctx context.Context, after store.ClaimKey, limit int) ([]store.Claim, error) {
	return through(h, "ScanClaims", func() ([]store.Claim, error) { return h.tx.ScanClaims(ctx, after, limit) })
}

func (h *hooked) Enqueue(ctx context.Context, orders []store.QueuedOrder) error {
	return h.around("Enqueue", func() error { return h.tx.Enqueue(ctx, orders) })
}

func (h *hooked) Queued(ctx context.Context, refused bool, after store.QueueCursor, limit int) ([]store.QueuedOrder, error) {
	return through(h, "Queued", func() ([]store.QueuedOrder, error) { return h.tx.Queued(ctx, refused, after, limit) })
}

func (h *hooked) RefuseQueued(ctx context.Context, orders []store.QueuedOrder) error {
	return h.around("RefuseQueued", func() error { return h.tx.RefuseQueued(ctx, orders) })
}

func (h *hooked) Dequeue(ctx context.Context, places []store.QueueCursor) error {
	return h.around("Dequeue", func() error { return h.tx.Dequeue(ctx, places) })
}

func (h *hooked) AppendEvents(ctx context.Context, events []store.Event) error {
	return h.around("AppendEvents", func() error { return h.tx.AppendEvents(ctx, events) })
}

func (h *hooked) UnnumberedEvents(ctx context.Context, after string, limit int) ([]store.Event, error) {
	return through(h, "UnnumberedEvents", func() ([]store.Event, error) { return h.tx.UnnumberedEvents(ctx, after, limit) })
}

func (h *hooked) LockReaders(ctx context.Context, readers []string) ([]int64, error) {
	return through(h, "LockReaders", func() ([]int64, error) { return h.tx.LockReaders(ctx, readers) })
}

func (h *hooked) SaveReaders(ctx context.Context, readers []store.Reader) error {
	return h.around("SaveReaders", func() error { return h.tx.SaveReaders(ctx, readers) })
}

func (h *hooked) Readers(ctx context.Context, readers []string) ([]int64, error) {
	return through(h, "Readers", func() ([]int64, error) { return h.tx.Readers(ctx, readers) })
}

func (h *hooked) NumberEvents(ctx context.Context, limit int) (int, error) {
	return through(h, "NumberEvents", func() (int, error) { return h.tx.NumberEvents(ctx, limit) })
}

func (h *hooked) Events(ctx context.Context, after int64, limit int) ([]store.Event, error) {
	return through(h, "Events", func() ([]store.Event, error) { return h.tx.Events(ctx, after, limit) })
}
