package program

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// Transfer gives customers to another partner. It needs Actor and Reason.
type Transfer struct {
	Customers []partner.Customer
	To        partner.ID
	Meta
}

// Unbind takes customers from their owners: they belong to nobody. It needs Actor and Reason.
type Unbind struct {
	Customers []partner.Customer
	Meta
}

// TransferError says why customers cannot be transferred or unbound, all of them at once. None is.
type TransferError struct {
	Problems []TransferProblem
}

// TransferProblem is why one customer cannot: [tree.NotOwned], [tree.SameOwner], or what bars who would get him.
type TransferProblem struct {
	Customer partner.Customer
	Reason   partner.Reason
}

func (e *TransferError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = fmt.Sprintf("%q: %s", p.Customer, tree.ReasonEnglish(p.Reason))
	}
	return "program: no customer is transferred: " + strings.Join(texts, "; ")
}

// Transfer gives customers to another partner from At on, all of them or none, and returns in the order given who had each. Orders that are paid before At
// stay with who had them then, and so does what is posted already. It is a [*TransferError] with every customer who cannot be transferred, [tree.ErrSelf]
// where somebody would own himself, a [*NotFoundError] for an unknown partner, and a [*MetaError] where nobody says who does it and why.
func (t Team) Transfer(ctx context.Context, in Transfer) ([]partner.Transfer, error) {
	if err := partner.CheckID("to", in.To); err != nil {
		return nil, err
	}
	return t.transfer(ctx, "transfer", in.Customers, in.To, in.Meta)
}

// Unbind takes customers from their owners from At on, all of them or none, and returns in the order given who had each. They can be bound again. Orders that
// are paid before At stay with who had them then, and what is posted stays his, unless the plan's binding section voids what is pending: then the shop keeps
// what the owner has pending from orders that he has had of the customer as his owner. Its errors are those of Transfer.
func (t Team) Unbind(ctx context.Context, in Unbind) ([]partner.Transfer, error) {
	return t.transfer(ctx, "unbind", in.Customers, "", in.Meta)
}

func (t Team) transfer(ctx context.Context, name string, customers []partner.Customer, to partner.ID, meta Meta) ([]partner.Transfer, error) {
	if err := meta.answerable(); err != nil {
		return nil, err
	}
	if err := checkCustomers(customers, to); err != nil {
		return nil, err
	}
	at := meta.At
	if at.IsZero() {
		at = t.now()
	}
	named := make([]string, len(customers))
	for i, c := range customers {
		named[i] = string(c)
	}
	op := operation{name: name, key: list(string(to), canonicalTime(at), digest(list(named...))), meta: meta}
	op.payload.add("to", string(to))
	op.payload.add("customers", list(named...))
	op.addKeyedAt()
	return write(ctx, t.shell, op, func(c *call, out *[]partner.Transfer) (apply, error) {
		transfers, err := c.transfers(customers, to)
		if err != nil {
			return nil, err
		}
		*out = transfers
		if to != "" {
			return func() error { return c.addTransfers(transfers, tree.ByTransfer) }, nil
		}
		return c.unbind(transfers)
	}, func(c *call, first store.Claim, out *[]partner.Transfer) error {
		var err error
		*out, err = c.transferred(customers, first.Token)
		return err
	})
}

func checkCustomers(customers []partner.Customer, to partner.ID) error {
	if len(customers) == 0 {
		return &MetaError{Field: "customers", Problem: "at least one is named"}
	}
	seen := map[partner.Customer]bool{}
	for i, c := range customers {
		field := fmt.Sprintf("customers[%d]", i)
		if err := partner.CheckID(field, c); err != nil {
			return err
		}
		if string(c) == string(to) {
			return tree.ErrSelf
		}
		if seen[c] {
			return &MetaError{Field: field, Problem: fmt.Sprintf("%q stands there already", c)}
		}
		seen[c] = true
	}
	return nil
}

// transfers works out who gives customers to somebody ("": to nobody), whose bindings it locks.
func (c *call) transfers(customers []partner.Customer, to partner.ID) ([]partner.Transfer, error) {
	bar, err := c.ownerBar(to)
	if err != nil {
		return nil, err
	}
	owners, err := c.lockOwners(customers)
	if err != nil {
		return nil, err
	}
	transfers, problems := make([]partner.Transfer, len(customers)), []TransferProblem(nil)
	for i, customer := range customers {
		transfers[i] = partner.Transfer{Customer: customer, From: owners[i], To: to}
		reason := bar
		switch owners[i] {
		case "":
			reason = tree.NotOwned
		case to:
			reason = tree.SameOwner
		}
		if reason != "" {
			problems = append(problems, TransferProblem{Customer: customer, Reason: reason})
		}
	}
	if problems != nil {
		return nil, &TransferError{Problems: problems}
	}
	return transfers, nil
}

// ownerBar returns why somebody can get no customers, "" if he can; nobody can.
func (c *call) ownerBar(to partner.ID) (partner.Reason, error) {
	if to == "" {
		return "", nil
	}
	owner, err := c.partner(to, c.at)
	if err == nil && owner.ID == "" {
		err = &NotFoundError{Record: "partner", ID: string(to)}
	}
	return owner.Bar(), err
}

// lockOwners locks customers and returns who owns each.
func (c *call) lockOwners(customers []partner.Customer) ([]partner.ID, error) {
	sorted := slices.Sorted(slices.Values(customers))
	known, err := c.tx.LockBindings(c.ctx, sorted)
	if err != nil {
		return nil, err
	}
	owners := make([]partner.ID, len(customers))
	for i, customer := range customers {
		at, _ := slices.BinarySearch(sorted, customer)
		if owners[i], err = c.ownerOf(known[at], c.at); err != nil {
			return nil, err
		}
	}
	return owners, nil
}

// unbind takes customers from their owners, with what is pending where the plan says so.
func (c *call) unbind(transfers []partner.Transfer) (apply, error) {
	v, _, err := c.planAt("at", c.at)
	if err != nil && !errors.Is(err, ErrNoPlan) {
		return nil, err
	}
	if v == nil || v.plan.Binding.Unbind != tree.UnbindVoids {
		return func() error { return c.addTransfers(transfers, tree.ByRelease) }, nil
	}
	orders, kept, err := c.voided(transfers)
	if err != nil {
		return nil, err
	}
	return func() error {
		return inTurn(
			func() error { return c.addTransfers(transfers, tree.ByVoid) },
			func() error { return c.tx.SaveOrders(c.ctx, orders) },
			func() error { return c.addRows(kept) },
			func() error { return c.tellForfeits(kept) })
	}, nil
}

// voided works out what the shop keeps of pending orders of customers who are taken from their owners.
func (c *call) voided(transfers []partner.Transfer) (orders []settlement.Order, kept []settlement.Row, err error) {
	owners := make(map[partner.Customer]partner.ID, len(transfers))
	for _, x := range transfers {
		owners[x.Customer] = x.From
	}
	found, err := c.tx.LockCustomerOrders(c.ctx, sortedKeys(owners), time.Unix(0, 0).UTC())
	if err != nil {
		return nil, nil, err
	}
	var all []paying
	for _, o := range slices.Concat(found...) {
		if owner := owners[o.Customer]; o.Released.IsZero() && !o.PaidAt.After(c.at) && o.Attributed.By == commission.Owner && o.Attributed.Partner == owner {
			o.Revision++
			order := payingOrder(&o, nil)
			order.lost = owner
			orders, all = append(orders, o), append(all, order)
		}
	}
	kept, err = c.forfeits(c.record.Recorded, all...)
	return orders, kept, err
}

// addTransfers keeps transfers, and tells of each; release is the cause of those to nobody.
func (c *call) addTransfers(transfers []partner.Transfer, release tree.Cause) error {
	bindings := make([]tree.Binding, len(transfers))
	for i, x := range transfers {
		bindings[i] = tree.Binding{ID: c.part(i), Customer: x.Customer, Owner: x.To, By: tree.ByTransfer, At: c.at, Had: x.From, Record: c.record}
		if x.To == "" {
			bindings[i].By = release
		}
	}
	if err := c.tx.AddBindings(c.ctx, bindings); err != nil {
		return err
	}
	for _, x := range transfers {
		if err := c.emitTransfer(x); err != nil {
			return err
		}
	}
	return c.releaseLeft(bindings...)
}

// emitTransfer tells of a transfer.
func (c *call) emitTransfer(x partner.Transfer) error {
	kind := "customer_transferred"
	if x.To == "" {
		kind = "customer_unbound"
	}
	return c.emit(kind, string(x.Customer), map[string]any{"from": x.From, "to": x.To})
}

// part is the id of one of several records that a call makes.
func (c *call) part(i int) string { return fmt.Sprintf("%s-%d", c.token, i) }

// isPart reports whether a record was made by the call with a token.
func isPart(id, token string) bool { return strings.HasPrefix(id, token+"-") }

// partOf returns which of the records of its call a record is: 0, 1, …
func partOf(id string) int {
	n, _ := strconv.Atoi(id[strings.LastIndexByte(id, '-')+1:])
	return n
}

// transferred returns what became of customers by the call with a token.
func (c *call) transferred(customers []partner.Customer, token string) ([]partner.Transfer, error) {
	known, err := c.tx.Bindings(c.ctx, customers)
	if err != nil {
		return nil, err
	}
	var transfers []partner.Transfer
	for i := range known {
		for _, b := range known[i] {
			if isPart(b.ID, token) {
				transfers = append(transfers, partner.Transfer{Customer: b.Customer, From: b.Had, To: b.Owner})
			}
		}
	}
	return transfers, nil
}
