package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/sqlstore"
	"github.com/fenrun/fenrun/tree"
)

// ordersPlan pays what the order of the other measurements does: slots 1 and 2, and the differential of four levels
// over the whole line of uplines.
const ordersPlan = `{
  "currency": "CNY",
  "levels": [{"id": "L1", "weight": 1, "default": true}, {"id": "L2", "weight": 2}, {"id": "L3", "weight": 3}, {"id": "L4", "weight": 4}],
  "commission": {"rates": ["10%", "5%"], "differential": {"rates": {"L1": "1%", "L2": "2%", "L3": "3%", "L4": "4%"}}},
  "settlement": {"holdDays": 7}
}`

// seller is a partner with one customer.
type seller struct {
	id, recruiter partner.ID
	level         partner.Level
}

func (s seller) customer() partner.Customer { return partner.Customer("c" + s.id) }

// lineTeam is a team of so many lines of twelve partners each, with the levels of the order of the other measurements: an order from the one at the end of a
// line is that order, and pays five of them.
func lineTeam(n int) []seller {
	var all []seller
	for i := range n {
		for j, level := range levels {
			s := seller{id: inLine(i, j), level: level}
			if j < len(levels)-1 {
				s.recruiter = inLine(i, j+1)
			}
			all = append(all, s)
		}
	}
	return all
}

func inLine(line, place int) partner.ID { return partner.ID(fmt.Sprintf("u%013d%02d", line, place)) }

// atEnd reports whether somebody stands at the end of a line.
func (s seller) atEnd() bool { return strings.HasSuffix(string(s.id), "00") }

// programme is a programme on tables of its own in the database that is measured.
type programme struct {
	*program.Program
	store   store.Store
	config  sqlstore.Config
	sellers []seller
	buyers  []partner.Customer // who buys, one after the other
	paidAt  time.Time
	count   *atomic.Int64 // orders so far; programmes on the same tables share it
}

// newProgramme makes tables whose names begin so, and puts sellers into them.
func newProgramme(db *database, prefix string, sellers []seller) (*programme, error) {
	config := sqlstore.Config{Dialect: db.dialect.sql, Prefix: prefix}
	if err := db.drop(prefix); err != nil {
		return nil, err
	}
	if err := sqlstore.Migrate(context.Background(), db.DB, config); err != nil {
		return nil, err
	}
	st, err := sqlstore.New(db.DB, config)
	if err != nil {
		return nil, err
	}
	p := &programme{config: config, sellers: sellers, paidAt: time.Now().UTC().Truncate(time.Microsecond), count: new(atomic.Int64)}
	p = p.among(seller.atEnd)
	if err := p.on(st); err != nil {
		return nil, err
	}
	if err := p.load(); err != nil {
		return nil, err
	}
	if err := p.pay(context.Background()); err != nil { // which publishes the plan
		return nil, err
	}
	return p, db.do(db.dialect.loaded)
}

// on puts the programme on a store.
func (p *programme) on(st store.Store) (err error) {
	p.store = st
	p.Program, err = program.New(st, program.Config{Plan: program.MustPlan(ordersPlan), Batch: 1000})
	return err
}

// through returns the same programme on the same tables through another store.
func (p *programme) through(st store.Store) (*programme, error) {
	other := *p
	return &other, other.on(st)
}

// among returns the same programme where only customers of some sellers buy.
func (p *programme) among(some func(seller) bool) *programme {
	other := *p
	other.buyers = nil
	for _, s := range p.sellers {
		if some(s) {
			other.buyers = append(other.buyers, s.customer())
		}
	}
	return &other
}

// load writes the sellers as they have been since yesterday, each with his level and a customer who is bound to him.
func (p *programme) load() error {
	ctx, at := context.Background(), p.paidAt.AddDate(0, 0, -1)
	record := partner.Record{Recorded: at}
	for some := range slices.Chunk(p.sellers, 1000) {
		err := p.store.Update(ctx, "", func(tx store.Tx) error {
			var partners []partner.Partner
			var facts []partner.Fact
			var edges []tree.Edge
			var bindings []tree.Binding
			for _, s := range some {
				partners = append(partners, partner.Partner{ID: s.id, Joined: at, Record: record})
				facts = append(facts,
					partner.Fact{Partner: s.id, Kind: partner.FactStatus, Value: string(partner.Active), At: at, Record: record},
					partner.Fact{Partner: s.id, Kind: partner.FactLevel, Value: string(s.level), At: at, Record: record})
				if s.recruiter != "" {
					edges = append(edges, tree.Edge{ID: "e" + string(s.id), Partner: s.id, Recruiter: s.recruiter, From: at, Seq: 1, Record: record})
				}
				bindings = append(bindings, tree.Binding{ID: "b" + string(s.id), Customer: s.customer(), Owner: s.id, At: at, Record: record})
			}
			return errors.Join(tx.AddPartners(ctx, partners), tx.AddFacts(ctx, facts), tx.AddEdges(ctx, edges), tx.AddBindings(ctx, bindings))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// order is the next order: of another customer each time, until all have bought.
func (p *programme) order() program.Order {
	n := p.count.Add(1)
	o := program.Order{
		ID: commission.OrderID(fmt.Sprintf("o%015d", n)), Customer: p.buyers[int(n)%len(p.buyers)], PaidAt: p.paidAt,
		Lines: make([]program.Line, len(lineAmounts)),
	}
	for i, amount := range lineAmounts {
		o.Lines[i] = program.Line{
			ID: commission.LineID(lineID(i)), SKU: fmt.Sprintf("s%d", i), Product: fmt.Sprintf("p%d", i), Category: "c", Quantity: 1, Amount: decimal.New(amount, -2),
		}
	}
	return o
}

// pay pays one order, which must earn somebody something.
func (p *programme) pay(ctx context.Context) error {
	out, err := p.Orders.Paid(ctx, p.order())
	if err == nil && len(out.Entries) == 0 {
		return fmt.Errorf("order %s pays nobody", out.Order)
	}
	return err
}

// payGroup pays so many orders in one transaction.
func (p *programme) payGroup(ctx context.Context, size int) error {
	orders := make([]program.Order, size)
	for i := range orders {
		orders[i] = p.order()
	}
	paid, err := p.Orders.PaidBatch(ctx, orders)
	for _, one := range paid {
		err = errors.Join(err, one.Err)
	}
	return err
}

// groupOf is payGroup of so many.
func (p *programme) groupOf(size int) func(context.Context) error {
	return func(ctx context.Context) error { return p.payGroup(ctx, size) }
}

// One at a time, a slice is one order or group: all are alike, and on a busy machine nothing longer is left alone. several is how long slices are in which
// several work at once.
const (
	alone   = time.Nanosecond
	several = 50 * time.Millisecond
)

// at is a contender of so many workers that do a work at once, each of them again and again. Its first error is kept.
func at(workers int, failed *firstError, work func(ctx context.Context) error) *contender {
	c := &contender{side: workers, run: func(n int) {
		var left atomic.Int64
		left.Store(int64(n))
		var all sync.WaitGroup
		for range workers {
			all.Go(func() {
				for left.Add(-1) >= 0 {
					if failed.keep(work(context.Background())) {
						return
					}
				}
			})
		}
		all.Wait()
	}}
	if c.long = alone; workers > 1 {
		c.long = several
	}
	return c
}

// grouped is at for groups of so many orders, on one connection.
func grouped(size int, failed *firstError, work func(ctx context.Context) error) *contender {
	c := at(1, failed, work)
	c.each = size
	return c
}

// firstError is the first of the errors of workers.
type firstError struct {
	mu  sync.Mutex
	err error
}

// keep keeps an error if it is the first, and reports whether there was one.
func (f *firstError) keep(err error) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
	return f.err != nil
}
