package store

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/tree"
)

// Partners keeps who takes part.
type Partners interface {
	// AddPartners adds partners. One whose id exists is an [*ExistsError].
	AddPartners(ctx context.Context, partners []partner.Partner) error
	// Partners returns partners by id.
	Partners(ctx context.Context, ids []partner.ID) ([]partner.Partner, error)
	// ScanPartners returns at most limit partners with an id above after, in order of id.
	ScanPartners(ctx context.Context, after partner.ID, limit int) ([]partner.Partner, error)

	// AddFacts adds facts and numbers them: Seq continues each partner's count, in the order given. The partners' facts are locked until the end.
	AddFacts(ctx context.Context, facts []partner.Fact) error
	// LockFacts returns what Facts does, as it is now, and keeps others from adding facts of these partners until the end.
	LockFacts(ctx context.Context, ids []partner.ID) ([][]partner.Fact, error)
	// Facts returns all facts of each partner in order of Seq.
	Facts(ctx context.Context, ids []partner.ID) ([][]partner.Fact, error)

	// AddSpend adds to what customers have spent themselves and returns each customer's total after it. The same customer may come more than once. The zero Amount
	// adds nothing and keeps others from adding until the end; of who has spent nothing then nothing is kept either.
	AddSpend(ctx context.Context, spend []Spend) ([]money.Amount, error)
	// Spent returns what each customer has spent in all, the zero Amount for one who has spent nothing.
	Spent(ctx context.Context, customers []partner.Customer) ([]money.Amount, error)
	// ScanCustomers returns at most limit customers with an id above after, in order of id, each with what he has spent in all: those who have spent or
	// whom somebody attempted to bind.
	ScanCustomers(ctx context.Context, after partner.Customer, limit int) ([]Spend, error)
}

// Spend is what a customer has paid for goods himself.
type Spend struct {
	Customer partner.Customer
	Amount   money.Amount
}

// Applications keeps who applies to become a partner.
type Applications interface {
	// LockApplications returns what ApplicationsOf does, as it is now, and keeps others from saving applications of these applicants until the end.
	LockApplications(ctx context.Context, applicants []partner.ID) ([][]partner.Application, error)
	// SaveApplications writes applications. Each one's revision must be one above the stored one's, else it is [ErrStale]. Who applied never changes.
	SaveApplications(ctx context.Context, applications []partner.Application) error
	// ApplicationsOf returns all applications of each applicant in order of id, without locking.
	ApplicationsOf(ctx context.Context, applicants []partner.ID) ([][]partner.Application, error)
	// Applications returns applications by id, without locking.
	Applications(ctx context.Context, ids []partner.ApplicationID) ([]partner.Application, error)
	// ScanApplications returns at most limit applications with an id above after, in order of id.
	ScanApplications(ctx context.Context, after partner.ApplicationID, limit int) ([]partner.Application, error)
	// OpenApplications returns at most limit applications that wait for a decision, with an id above after, in order of id.
	OpenApplications(ctx context.Context, after partner.ApplicationID, limit int) ([]partner.Application, error)
}

// Tree keeps who brought whom.
type Tree interface {
	// LockTrees keeps everybody else from adding edges to these trees until the end, so that two that would close a ring cannot be added at once. It is the
	// first lock of a transaction that takes it, but for those of bindings.
	LockTrees(ctx context.Context, trees []partner.Tree) error
	// AddEdges adds edges; those that a partner has stay. Each one's Seq must be one above that of the partner's last edge in its tree, from 1 on, else it
	// is [ErrStale].
	AddEdges(ctx context.Context, edges []tree.Edge) error
	// Edges returns for each query all edges of its partner in its tree, in order of Seq.
	Edges(ctx context.Context, queries []EdgeQuery) ([][]tree.Edge, error)
	// Uplines returns for each query the line of people upwards as of its instant, as [tree.Walk] does by the edges of its tree that [tree.EdgeAt] finds.
	Uplines(ctx context.Context, queries []UplineQuery) ([][]partner.ID, error)
	// Recruits returns for each query who stands directly below its recruiter as of its instant, in order of id.
	Recruits(ctx context.Context, queries []RecruitQuery) ([][]partner.ID, error)

	// AddBindings adds what decides to whom customers belong. One whose id exists is an [*ExistsError].
	AddBindings(ctx context.Context, bindings []tree.Binding) error
	// LockBindings returns what Bindings does, as it is now, and keeps others from adding bindings of these customers until the end.
	LockBindings(ctx context.Context, customers []partner.Customer) ([][]tree.Binding, error)
	// Bindings returns all bindings of each customer in order of time, then id.
	Bindings(ctx context.Context, customers []partner.Customer) ([][]tree.Binding, error)
	// CustomersOf returns at most limit customers with an id above after, in order of id, of whom a binding names a partner as the owner, whatever came
	// of it.
	CustomersOf(ctx context.Context, owner partner.ID, after partner.Customer, limit int) ([]partner.Customer, error)
}

// EdgeQuery asks for the edges of a partner in a tree.
type EdgeQuery struct {
	Tree    partner.Tree
	Partner partner.ID
}

// UplineQuery asks for the line of people from Start upwards in a tree, Start first.
type UplineQuery struct {
	Tree  partner.Tree
	Start partner.ID
	At    time.Time
	Depth int // 0: all
}

// RecruitQuery asks for those directly below Recruiter in a tree.
type RecruitQuery struct {
	Tree      partner.Tree
	Recruiter partner.ID
	At        time.Time
}

// Plans keeps published plans.
type Plans interface {
	// AddPlan adds a plan. Its version is one above the last one's, from 1 on; any other is [ErrStale].
	AddPlan(ctx context.Context, plan PlanVersion) error
	// Plans returns the plans from version first on, in order of version.
	Plans(ctx context.Context, first int) ([]PlanVersion, error)
}

// PlanVersion is one published plan.
type PlanVersion struct {
	Version int
	From    time.Time // the first instant that it judges
	Hash    string    // of the text
	Text    []byte    // the canonical document
	partner.Record
}

// Ledger keeps orders, rows and balances.
type Ledger interface {
	// LockOrders returns orders as they are now and keeps them from others until the end: nobody else can lock or save them. What does not exist is
	// locked too and comes back with only its ID and revision 0.
	LockOrders(ctx context.Context, ids []commission.OrderID) ([]settlement.Order, error)
	// SaveOrders writes orders. Each one's revision must be one above the stored one's, else it is [ErrStale].
	SaveOrders(ctx context.Context, orders []settlement.Order) error
	// Orders returns orders without locking.
	Orders(ctx context.Context, ids []commission.OrderID) ([]settlement.Order, error)
	// ScanOrders returns at most limit orders with an id above after, in order of id.
	ScanOrders(ctx context.Context, after commission.OrderID, limit int) ([]settlement.Order, error)
	// PaidOrders returns at most limit posted orders that were paid from an instant on and before another, and that come after the given one, in order of
	// PaidAt, then id. The zero OrderCursor begins.
	PaidOrders(ctx context.Context, from, to time.Time, after OrderCursor, limit int) ([]settlement.Order, error)
	// ReleasedOrders returns at most limit orders that were released from an instant on and before another, and that come after the given one, in order of
	// Released, then id. The zero OrderCursor begins.
	ReleasedOrders(ctx context.Context, from, to time.Time, after OrderCursor, limit int) ([]settlement.Order, error)
	// LockCustomerOrders returns the posted orders of each customer that were paid from an instant on, as they are now, in order of PaidAt, then id, and keeps
	// them from others until the end, as LockOrders does.
	LockCustomerOrders(ctx context.Context, customers []partner.Customer, from time.Time) ([][]settlement.Order, error)
	// CustomerOrders returns at most limit posted orders of a customer that were paid from an instant on and that come after the given one, in order of
	// PaidAt, then id. The zero OrderCursor begins. It locks none.
	CustomerOrders(ctx context.Context, customer partner.Customer, from time.Time, after OrderCursor, limit int) ([]settlement.Order, error)
	// SoldOrders is CustomerOrders of a seller: of the partner whose order it is ([settlement.Order.Attributed]).
	SoldOrders(ctx context.Context, seller partner.ID, from time.Time, after OrderCursor, limit int) ([]settlement.Order, error)
	// DueOrders returns at most limit ids of orders that are posted, not released, and due at an instant (ReleaseAt is not after it), in order of
	// ReleaseAt, then id, passing over skip. It may leave out orders that others have locked.
	DueOrders(ctx context.Context, instant time.Time, skip []commission.OrderID, limit int) ([]commission.OrderID, error)

	// AddRows adds rows. One whose source, payee, currency and revision exist is an [*ExistsError]. The currency of a row is that of its Amount.
	AddRows(ctx context.Context, rows []settlement.Row) error
	// Rows returns all rows of each source in order of revision, payee, currency.
	Rows(ctx context.Context, sources []settlement.Source) ([][]settlement.Row, error)
	// PartnerRows returns at most limit rows of a payee that come after the given one, newest first: in descending order of At, source, revision,
	// currency. The zero RowCursor begins.
	PartnerRows(ctx context.Context, payee partner.ID, after RowCursor, limit int) ([]settlement.Row, error)
	// FoldRows marks at most limit rows that are not folded as folded at an instant and returns them as they are after it, in order of payee, currency,
	// source, revision. The caller adds them to the balances in the same transaction. It may leave out rows that others are working on.
	FoldRows(ctx context.Context, limit int, instant time.Time) ([]settlement.Row, error)
	// ReleaseRows marks all rows of the sources that are not released as released at an instant, and as folded where they were not, and returns them as
	// they were before it, in order of payee, currency, source, revision.
	ReleaseRows(ctx context.Context, sources []settlement.Source, instant time.Time) ([]settlement.Row, error)

	// Balances returns each partner's balances, one for each currency, in order of currency; Pending counts rows that are not folded too. A balance of
	// which every amount is 0 is left out. An amount that is 0 may come without its currency.
	Balances(ctx context.Context, ids []partner.ID) ([][]settlement.Balance, error)
	// ChangeBalances applies changes in the order given, each to its partner's balance in its currency ([settlement.Change.Currency]) and to no other, in
	// one step that nothing can come between: the condition and the sum are judged on the balance as it is now, whatever this transaction has read.
	// Where less is available than a change needs it is [settlement.ErrInsufficient], and none of the call's changes takes effect: the transaction may
	// go on. From then on Balances returns in this transaction what the changes made of them, and nobody else can change them before its end.
	ChangeBalances(ctx context.Context, changes []settlement.Change) error
}

// OrderCursor is a place among orders by payment, or by release.
type OrderCursor struct {
	At time.Time
	ID commission.OrderID
}

// RowCursor is a place in a payee's rows.
type RowCursor struct {
	At       time.Time
	Source   settlement.Source
	Revision int64
	Currency money.Currency
}

// Runs keeps period runs.
type Runs interface {
	// LockRuns returns runs as they are now and keeps them from others until the end: nobody else can lock or save them. What does not exist is locked too
	// and comes back with only its ID and revision 0.
	LockRuns(ctx context.Context, ids []settlement.RunID) ([]settlement.Run, error)
	// SaveRuns writes runs. Each one's revision must be one above the stored one's, else it is [ErrStale].
	SaveRuns(ctx context.Context, runs []settlement.Run) error
	// Runs returns runs without locking.
	Runs(ctx context.Context, ids []settlement.RunID) ([]settlement.Run, error)
	// ScanRuns returns at most limit runs with an id above after, in order of id.
	ScanRuns(ctx context.Context, after settlement.RunID, limit int) ([]settlement.Run, error)
	// ReleasingRuns returns at most limit ids of runs of which some part waits to be released ([settlement.Run.Releasing]), in order of id, passing over
	// skip. It may leave out runs that others have locked.
	ReleasingRuns(ctx context.Context, skip []settlement.RunID, limit int) ([]settlement.RunID, error)
}

// Payouts keeps withdrawals.
type Payouts interface {
	// AddWithdrawals adds withdrawals. One whose id exists is an [*ExistsError].
	AddWithdrawals(ctx context.Context, withdrawals []settlement.Withdrawal) error
	// LockWithdrawals returns withdrawals as they are now and keeps them from others until the end: nobody else can lock or save them.
	LockWithdrawals(ctx context.Context, ids []settlement.WithdrawalID) ([]settlement.Withdrawal, error)
	// SaveWithdrawals writes withdrawals. Each one's revision must be one above the stored one's, else it is [ErrStale].
	SaveWithdrawals(ctx context.Context, withdrawals []settlement.Withdrawal) error
	// Withdrawals returns withdrawals without locking.
	Withdrawals(ctx context.Context, ids []settlement.WithdrawalID) ([]settlement.Withdrawal, error)
	// ScanWithdrawals returns at most limit withdrawals with an id above after, in order of id.
	ScanWithdrawals(ctx context.Context, after settlement.WithdrawalID, limit int) ([]settlement.Withdrawal, error)
}

// Events keeps what was done: idempotency keys, and events for whoever listens.
type Events interface {
	// Claim records that operations are done under their keys. A key that is taken keeps what it has. It returns for each claim who has the key now:
	// the claim itself, told by its token, or the one that came first.
	Claim(ctx context.Context, claims []Claim) ([]Claim, error)
	// Claimed returns for each operation and key who has it, without claiming.
	Claimed(ctx context.Context, keys []ClaimKey) ([]Claim, error)
	// ScanClaims returns at most limit claims with a key above after, in order of operation, then key.
	ScanClaims(ctx context.Context, after ClaimKey, limit int) ([]Claim, error)

	// AppendEvents appends events; whatever Number they come with, they have none yet. Their ids are unique: the caller makes them so.
	AppendEvents(ctx context.Context, events []Event) error
	// UnnumberedEvents returns at most limit events without a number, with an id above after, in order of id.
	UnnumberedEvents(ctx context.Context, after string, limit int) ([]Event, error)
	// NumberEvents gives at most limit events that have no number the next ones, without gaps, and returns how many. What was committed before
	// something else was appended comes before it, and the events of one transaction keep their order.
	NumberEvents(ctx context.Context, limit int) (int, error)
	// Events returns at most limit events with a number above after, in order of number.
	Events(ctx context.Context, after int64, limit int) ([]Event, error)

	// LockReaders returns of each reader the number of the last event that it has read, 0 where it has read none, and keeps others from it until the end: who
	// reads and writes what follows from it in one transaction does so once. It is the first lock of a transaction that takes it.
	LockReaders(ctx context.Context, readers []string) ([]int64, error)
	// SaveReaders notes how far readers have read.
	SaveReaders(ctx context.Context, readers []Reader) error
	// Readers returns what LockReaders does, without locking.
	Readers(ctx context.Context, readers []string) ([]int64, error)
}

// Reader is one who reads events by their numbers, and how far it has come.
type Reader struct {
	Name   string
	Number int64 // of the last event that it has read
}

// ClaimKey names one use of an operation.
type ClaimKey struct {
	Operation string
	Key       string
}

// Claim says who used a key, and for what.
type Claim struct {
	ClaimKey
	Hash   string // of the payload
	Fields string // a short hash of each field, so that a conflict can name the one that differs
	Token  string // of the call that came first; unique
	At     time.Time
}

// Event is something that happened.
type Event struct {
	ID      string
	Number  int64 // 1, 2, … without a gap; 0 until it has one
	Kind    string
	Subject string // the id of what it happened to
	At      time.Time
	Data    []byte // JSON, by kind
	partner.Record
}
