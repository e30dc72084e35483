package program

import (
	"container/heap"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// customerCount counts the customers who belong to every member. Who is a member himself is counted as such, and as no customer: everybody once.
type customerCount struct {
	*tally
	owners map[partner.Customer]tree.Member
	next   customerQueue // whose owner changes by itself, the next one first; some are in it more than once, or in vain
}

// heldCustomer is to whom a customer belongs.
type heldCustomer struct {
	customer partner.Customer
	owner    partner.ID // "" for nobody
	until    time.Time  // when that changes by itself; zero: never
}

// customerQueue is a heap by time.
type customerQueue []changing

type changing struct {
	customer partner.Customer
	at       time.Time
}

func (q customerQueue) Len() int           { return len(q) }
func (q customerQueue) Less(i, j int) bool { return q[i].at.Before(q[j].at) }
func (q customerQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *customerQueue) Push(x any)        { *q = append(*q, x.(changing)) }
func (q *customerQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// due calls each with those whose time has come, from place i of the heap on: below who is not due nobody is.
func (q customerQueue) due(i int, now time.Time, each func(partner.Customer)) {
	if i < len(q) && !q[i].at.After(now) {
		each(q[i].customer)
		q.due(2*i+1, now, each)
		q.due(2*i+2, now, each)
	}
}

func newCustomerCount(ix *tree.Index) *customerCount {
	return &customerCount{tally: newTally(ix), owners: map[partner.Customer]tree.Member{}}
}

// touched returns whose owner events can have changed, or the time that has gone by since, each once and in order.
func (c *customerCount) touched(events []store.Event, now time.Time) ([]partner.Customer, error) {
	touched := map[partner.Customer]bool{}
	for i := range events {
		switch e := &events[i]; {
		case strings.HasPrefix(e.Kind, customerEvents):
			touched[partner.Customer(e.Subject)] = true
		case e.Kind == "order_paid":
			data, err := readOrderEvent(e)
			if err != nil {
				return nil, err
			}
			touched[data.Customer] = true
		}
	}
	c.next.due(0, now, func(customer partner.Customer) { touched[customer] = true })
	return slices.Sorted(maps.Keys(touched)), nil
}

// customerEvents begins the kinds of all events that change to whom a customer belongs, beside his orders: their subject is his id.
const customerEvents = "customer_"

// held returns to whom customers belong now, and until when.
func (r *teamReader) held(customers []partner.Customer) ([]heldCustomer, error) {
	known, err := r.tx.Bindings(r.ctx, customers)
	if err != nil {
		return nil, err
	}
	policies, err := r.policies()
	if err != nil {
		return nil, err
	}
	all := make([]heldCustomer, len(customers))
	for i, customer := range customers {
		all[i] = heldAt(tree.History(known[i], policies...), r.now)
		all[i].customer = customer
	}
	return all, nil
}

// heldAt finds who has a customer at an instant, and when that changes.
func heldAt(history []tree.Held, now time.Time) (h heldCustomer) {
	for _, held := range history {
		if held.From.After(now) {
			if h.until.IsZero() {
				h.until = held.From
			}
			break
		}
		if held.To.IsZero() || held.To.After(now) {
			h.owner, h.until = held.Owner, held.To
		}
	}
	return h
}

// allHeld returns to whom every customer belongs who does, or will, belong to somebody.
func (r *teamReader) allHeld() ([]heldCustomer, error) {
	var all []heldCustomer
	for after := partner.Customer(""); ; {
		page, err := r.tx.ScanCustomers(r.ctx, after, r.config.Batch)
		if err != nil || len(page) == 0 {
			return all, err
		}
		ids := make([]partner.Customer, len(page))
		for i := range page {
			ids[i] = page[i].Customer
		}
		held, err := r.held(ids)
		if err != nil {
			return nil, err
		}
		for _, h := range held {
			if h.owner != "" || !h.until.IsZero() {
				all = append(all, h)
			}
		}
		after = ids[len(ids)-1]
	}
}

// change takes over who are members, and to whom customers belong as of an instant.
func (c *customerCount) change(ix *tree.Index, nodes []tree.Node, held []heldCustomer, now time.Time) {
	c.tally.change(ix)
	for len(c.next) > 0 && !c.next[0].at.After(now) {
		heap.Pop(&c.next)
	}
	for _, n := range nodes {
		c.set(ix, heldCustomer{customer: partner.Customer(n.ID)})
	}
	for _, h := range held {
		c.set(ix, h)
	}
}

// set takes over to whom a customer belongs.
func (c *customerCount) set(ix *tree.Index, h heldCustomer) {
	if had, ok := c.owners[h.customer]; ok {
		c.own[had]--
		delete(c.owners, h.customer)
	}
	if _, member := ix.Find(partner.ID(h.customer)); member {
		return
	}
	if owner, ok := ix.Find(h.owner); ok {
		c.own[owner]++
		c.owners[h.customer] = owner
	}
	if !h.until.IsZero() {
		heap.Push(&c.next, changing{h.customer, h.until})
	}
}
