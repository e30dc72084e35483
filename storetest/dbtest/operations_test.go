package dbtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/storetest"
)

// operationsPlan pays by levels and campaigns, pays once for what was reached, and forfeits what is pending of who leaves and of who loses a customer.
const operationsPlan = `{"currency": "CNY",
	"levels": [{"id": "agent", "weight": 1, "default": true}, {"id": "gold", "weight": 2, "leader": true}],
	"joining": {"leaving": {"pending": "forfeit"}}, "binding": {"unbind": "void"},
	"commission": {"rates": ["10%", "5%"], "stacking": "sum", "selfPurchase": "nobody", "team": {"rate": "2%"}},
	"campaigns": [{"name": "double", "factor": "2", "budget": "3000.00", "slots": [1]}, {"name": "half", "factor": "1.5", "perCustomer": "50.00"}],
	"settlement": {"holdDays": 1},
	"oneOffs": [{"name": "spring", "upgrade": {"levels": {"gold": "50.00"}}}, {"name": "welcome", "firstOrder": {"amount": "8.00", "of": "customers", "allowHeadCount": true}}]}`

// operations is an endless list of operations. Each is known by its place alone, so that a process can go on with it where another one was ended.
type operations uint64

// kind is what an operation tells of.
type kind int

const (
	added kind = iota
	paid
	received
	refunded
	bound
	recruited
	withdrawn
	decided
	ran
	moved
	queued
	levelled
	unbound
	cleared
)

// founders are the partners who are added first.
const founders = 6

// block is how many operations happen at about the same time, and clump how many of the same kind may come one after the other among them.
const block, clump = 8, 4

// buyers is how many customers there are.
const buyers = 8

// mix is how often which kind comes.
var mix = []struct {
	kind  kind
	times int
}{
	{paid, 14}, {received, 9}, {refunded, 5}, {bound, 3}, {recruited, 3}, {withdrawn, 4}, {decided, 4}, {ran, 4}, {moved, 1}, {queued, 2}, {levelled, 1}, {unbound, 1}, {cleared, 1},
}

// chance decides what is in the operation at a place.
func (o operations) chance(i int) *rand.Rand { return rand.New(rand.NewPCG(uint64(o), uint64(i))) }

// kind is that of the operation at a place. The first are of people, and of orders, receipts and refunds often several come one after the other.
func (o operations) kind(i int) kind {
	switch {
	case i < founders:
		return added
	case i < 2*founders:
		return bound
	}
	if first := i - i%clump; first >= 2*founders && o.drawn(first) <= refunded && first%(2*clump) == 0 {
		return o.drawn(first)
	}
	return o.drawn(i)
}

func (o operations) drawn(i int) kind {
	all := 0
	for _, m := range mix {
		all += m.times
	}
	n := rand.New(rand.NewPCG(uint64(o), ^uint64(i))).IntN(all)
	for _, m := range mix {
		if n -= m.times; n < 0 {
			return m.kind
		}
	}
	return paid
}

// at is when an operation happens and is told of. Those that can be told of together happen at one instant, all others each at its own: what the first answer
// was is found again by what had been recorded by then.
func (o operations) at(i int) time.Time {
	first := i
	for first%block > 0 && o.together(first-1) == o.together(i) {
		first--
	}
	return time.Date(2026, 6, 1, 12, 0, first%block, 0, time.UTC).Add(time.Duration(i/block) * 3 * time.Hour)
}

// together says which operations can be told of in one batch: those of which it says the same.
func (o operations) together(i int) int {
	switch kind := o.kind(i); kind {
	case paid, received, refunded, queued:
		return -int(kind)
	}
	return i
}

// another is the place of an operation of a kind not long before i, or i itself where there is none.
func (o operations) another(i int, of kind, r *rand.Rand) int {
	for j := i - 1 - r.IntN(24); j >= 0; j-- {
		if o.kind(j) == of {
			return j
		}
	}
	return i
}

func orderID(i int) commission.OrderID { return commission.OrderID(fmt.Sprintf("o-%05d", i)) }

func partnerID(i int) partner.ID { return partner.ID(fmt.Sprintf("p-%05d", i)) }

// somebody is a founder, or one who was recruited.
func (o operations) somebody(i int, r *rand.Rand) partner.ID {
	if j := o.another(i, recruited, r); j != i && r.IntN(3) == 0 {
		return partnerID(j)
	}
	return partnerID(r.IntN(founders))
}

func customer(i int) partner.Customer { return partner.Customer(fmt.Sprintf("c-%d", i%buyers)) }

// order is the order at a place, of two lines.
func (o operations) order(i int) program.Order {
	r := o.chance(i)
	return program.Order{
		ID: orderID(i), Customer: customer(r.IntN(buyers)), PaidAt: o.at(i).Add(-time.Duration(r.IntN(3)) * time.Minute), Discount: decimal.New(int64(r.IntN(500)), -2),
		Lines: []program.Line{
			{ID: "1", Product: "tea", Quantity: 3, Amount: decimal.New(int64(1001+r.IntN(100000)), -2)},
			{ID: "2", Product: "cup", Quantity: 1, Amount: decimal.New(int64(501+r.IntN(5000)), -2)},
		},
	}
}

// someOrder is one that was told of, or one that will be.
func (o operations) someOrder(i int, r *rand.Rand) commission.OrderID {
	if r.IntN(10) == 0 {
		return orderID(i + 1 + r.IntN(5))
	}
	return orderID(o.another(i, paid, r))
}

func (o operations) receipt(i int) program.Received {
	return program.Received{Order: o.someOrder(i, o.chance(i)), Meta: meta(i)}
}

// refund is the refund at a place: of a unit, or of some money.
func (o operations) refund(i int) program.Refund {
	r := o.chance(i)
	of := o.someOrder(i, r)
	line := []program.RefundLine{
		{Line: "1", Quantity: 1}, {Line: "2", Quantity: 1}, {Line: "1", Amount: decimal.NewNullDecimal(decimal.New(int64(1+r.IntN(700)), -2))},
	}[r.IntN(3)]
	return program.Refund{ID: fmt.Sprintf("r-%05d", i), Order: of, Lines: []program.RefundLine{line}}
}

// meta gives an operation a key of its own.
func meta(i int) program.Meta {
	return program.Meta{Key: fmt.Sprintf("k-%05d", i), Actor: "ann", Reason: "the list says so"}
}

// shop tells a programme of operations.
type shop struct {
	operations
	prog   *program.Program
	launch int // which process it is, and how often it has tried, so that none makes the ids of another
	place  atomic.Int64
	ids    atomic.Int64
}

// openShop is a shop on a store.
func openShop(st store.Store, list operations, launch int) (*shop, error) {
	s := &shop{operations: list, launch: launch}
	var err error
	s.prog, err = program.New(st, program.Config{
		Plan:  program.MustPlan(operationsPlan),
		Clock: func() time.Time { return s.at(int(s.place.Load())) },
		NewID: func() string { return fmt.Sprintf("%08x%08x%016x", s.place.Load(), s.launch, s.ids.Add(1)) },
		Batch: 5,
	})
	return s, err
}

// tell tells of the operation at a place, and returns what the programme answers. A refusal is an answer too; an error is what may be gone next time.
func (s *shop) tell(ctx context.Context, i int) (string, error) {
	s.place.Store(int64(i))
	out, err := s.do(ctx, i)
	return answer(out, err)
}

// answer writes what the programme says, without whether it says it again.
func answer(out any, err error) (string, error) {
	if err != nil {
		if refusal(err) {
			return refusedFor + err.Error(), nil
		}
		return "", err
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return "", err
	}
	var parts any
	if err := json.Unmarshal(raw, &parts); err != nil {
		return "", err
	}
	raw, err = json.Marshal(said(parts))
	return string(raw), err
}

const refusedFor = "refused: "

// refusal reports whether it is the programme that says no, which it says again in the same state.
func refusal(err error) bool {
	from, _, _ := strings.Cut(err.Error(), ":")
	switch from {
	case "program", "settlement", "partner", "tree", "commission":
		return !errors.Is(err, store.ErrUnknown)
	}
	return errors.Is(err, store.ErrConflict)
}

// answeredAgain reports whether an operation gives its first answer when it is told again: a run and what is noted for one have none, and what was refused
// was not done.
func (o operations) answeredAgain(i int, first string) bool {
	kind := o.kind(i)
	return kind != ran && kind != queued && !strings.HasPrefix(first, refusedFor)
}

// said is a value without what is empty, which a store may keep as nothing.
func said(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, part := range v {
			if part = said(part); part == nil || name == "Repeated" {
				delete(v, name)
			} else {
				v[name] = part
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = said(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	case string:
		if v == "" {
			return nil
		}
	}
	return v
}

// do tells of one operation. Each has a key of its own, but for a run, which has none, and a note in the queue, which needs none.
func (s *shop) do(ctx context.Context, i int) (any, error) {
	r := s.chance(i)
	meta := meta(i)
	switch s.kind(i) {
	case added:
		if i > 0 {
			return s.prog.Team.Recruit(ctx, program.Recruit{Partner: partnerID(i), Recruiter: partnerID((i - 1) / 2), Meta: meta})
		}
		return s.prog.Partners.Add(ctx, program.Add{Partner: partnerID(i), Meta: meta})
	case paid:
		return s.prog.Orders.Paid(ctx, s.order(i))
	case received:
		return s.prog.Orders.Received(ctx, s.receipt(i))
	case refunded:
		return s.prog.Orders.Refunded(ctx, s.refund(i))
	case bound:
		if i < 2*founders {
			return s.prog.Team.Bind(ctx, program.Bind{Customer: customer(i), Owner: partnerID(i - founders), Meta: meta})
		}
		return s.prog.Team.Bind(ctx, program.Bind{Customer: customer(r.IntN(buyers)), Owner: s.somebody(i, r), Meta: meta})
	case recruited:
		return s.prog.Team.Recruit(ctx, program.Recruit{Partner: partnerID(i), Recruiter: s.somebody(i, r), Meta: meta})
	case withdrawn:
		return s.withdraw(ctx, i)
	case decided:
		return s.decide(ctx, i, r)
	case ran:
		return nil, s.run(ctx)
	case moved:
		return s.prog.Team.Move(ctx, program.Move{Partner: s.somebody(i, r), Recruiter: s.somebody(i, r), Alone: r.IntN(2) == 0, Meta: meta})
	case queued:
		return nil, s.prog.Orders.Queue(ctx, s.order(i))
	case levelled:
		return s.prog.Partners.SetLevel(ctx, program.SetLevel{Partner: s.somebody(i, r), Level: []partner.Level{"gold", "agent"}[r.IntN(2)], Meta: meta})
	case unbound:
		return s.prog.Team.Unbind(ctx, program.Unbind{Customers: []partner.Customer{customer(r.IntN(buyers))}, Meta: meta})
	default:
		leaver := partnerID(founders - 1 - r.IntN(founders/2))
		if r.IntN(2) == 0 {
			leaver = partnerID(s.another(i, recruited, r))
		}
		return s.prog.Partners.ClearOut(ctx, program.Depart{Partner: leaver, WithTeam: true, Meta: meta})
	}
}

func (s *shop) withdraw(ctx context.Context, i int) (settlement.Withdrawal, error) {
	r := s.chance(i)
	return s.prog.Wallet.Withdraw(ctx, program.Withdraw{
		Partner: partnerID(r.IntN(founders)), Amount: decimal.New(int64(100+r.IntN(3000)), -2), Meta: meta(i),
	})
}

// decide asks for a withdrawal again, which gives its id, and settles it.
func (s *shop) decide(ctx context.Context, i int, r *rand.Rand) (any, error) {
	w, err := s.withdraw(ctx, s.another(i, withdrawn, r))
	if err != nil {
		return nil, err
	}
	decide := program.Decide{Withdrawal: w.ID}
	if r.IntN(4) == 0 {
		return s.prog.Wallet.Reject(ctx, decide)
	}
	if out, err := s.prog.Wallet.Approve(ctx, decide); err != nil {
		return out, err
	}
	if r.IntN(4) == 0 {
		return s.prog.Wallet.Failed(ctx, decide)
	}
	return s.prog.Wallet.Paid(ctx, program.Payout{Withdrawal: w.ID, Tax: decimal.New(int64(r.IntN(20)), -2), Fee: decimal.New(1, -2)})
}

// run runs what is due until nothing is. What it passed over is an error: of these operations nothing is passed over but by a fault.
func (s *shop) run(ctx context.Context) error {
	for {
		due, err := s.prog.RunDue(ctx, time.Time{})
		for _, f := range due.Failed {
			err = errors.Join(err, f.Err)
		}
		for _, f := range due.FailedForfeits {
			err = errors.Join(err, f.Err)
		}
		for _, f := range due.FailedGrants {
			err = errors.Join(err, f.Err)
		}
		for _, f := range due.Unposted {
			if !refusal(f.Err) {
				err = errors.Join(err, f.Err)
			}
		}
		if err != nil || !due.More {
			return err
		}
	}
}

// sound asserts that an audit finds nothing.
func (s *shop) sound(tb testing.TB) {
	tb.Helper()
	report, err := s.prog.Audit(context.Background())
	require.NoError(tb, err)
	require.True(tb, report.OK(), report.String())
}

// madeID is an id that the library makes, or the hash of a claim for which one was told.
var madeID = regexp.MustCompile(`\b[0-9a-f]{32}(-\d+)?\b|"Hash":"[0-9a-f]{64}","Fields":"[^"]*withdrawal=[0-9a-f]+`)

// contentOf is the dump of a store, its made ids counted in order of appearance: what had to be tried again makes other ones.
func contentOf(tb testing.TB, st store.Store) string {
	tb.Helper()
	dump, err := storetest.Dump(context.Background(), st)
	require.NoError(tb, err)
	return withoutIDs(string(dump))
}

func withoutIDs(text string) string {
	known := map[string]string{}
	return madeID.ReplaceAllStringFunc(text, func(id string) string {
		if known[id] == "" {
			known[id] = fmt.Sprintf("id %d", len(known)+1)
		}
		return known[id]
	})
}
