package main

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/tree"
)

// deep is how many uplines an order looks at.
const deep = 12

// wholeOrders measures an order from the id of whose it is to its entries, on an index and on a map of nodes with plain decimals, and one whose products
// leave 64 bits.
func wholeOrders(full bool) ([]goal, error) {
	var goals []goal
	for _, size := range []struct {
		n       int
		atLeast float64 // 0: no goal
	}{{10_000, 12}, {million, 7}, {10 * million, 0}} {
		if size.n > million && !full {
			break
		}
		f := newForest(size.n)
		ours, err := newOrders(f)
		if err != nil {
			return nil, err
		}
		plain := &plainOrders{plain: newPlain(), nodes: f.nodes(), asked: ours.asked}
		if err := ours.same(plain); err != nil {
			return nil, err
		}
		whole, decimals := &contender{run: ours.run}, &contender{run: plain.run}
		race("whole orders of "+people(size.n), whole, decimals)
		g := faster("G4", "a whole order of "+people(size.n)+", against plain decimals over a map of nodes", whole.fastest, decimals.fastest, size.atLeast)
		if size.atLeast == 0 {
			g = g.withoutGoal()
		}
		goals = append(goals, g)
	}
	more, err := beyondWords()
	return append(goals, more...), err
}

// beyondWords measures orders of which the products leave 64 bits, and the amounts too.
func beyondWords() ([]goal, error) {
	small, err := newOurs()
	if err != nil {
		return nil, err
	}
	products, err := newLarge(18)
	if err != nil {
		return nil, err
	}
	amounts, err := newLarge(20)
	if err != nil {
		return nil, err
	}
	fast, product, amount := &contender{run: small.run}, &contender{run: products.run}, &contender{run: amounts.run}
	race("beyond 64 bits", fast, product, amount)
	return []goal{
		slower("G4", "calculate an order whose products leave 64 bits, against one whose do not", product.fastest, fast.fastest, 2),
		slower("G4", "calculate an order whose amounts leave 64 bits, against one whose do not", amount.fastest, fast.fastest, 2),
		count("G3", "allocations for each amount that leaves 64 bits", allocations(amounts.run)/float64(len(lineAmounts)), 1),
	}, nil
}

// newLarge is the order with amounts of at least 10^digits minor units.
func newLarge(digits int32) (*ours, error) {
	o, err := newOurs()
	if err != nil {
		return nil, err
	}
	for i := range o.order.Lines {
		amount := &o.order.Lines[i].Amount
		for amount.LessThan(decimal.New(1, digits-2)) {
			*amount = amount.Mul(decimal.New(10, 0))
		}
	}
	return o, nil
}

// orders are paid to the lines of an index.
type orders struct {
	*ours
	ix    *tree.Index
	asked *asked
	line  []tree.Member
}

func newOrders(f *forest) (*orders, error) {
	o, err := newOurs()
	if err != nil {
		return nil, err
	}
	ix := f.index()
	return &orders{ours: o, ix: ix, asked: f.asked(ix)}, nil
}

// pay pays an order to whose it is.
func (o *orders) pay(question uint32) {
	m, ok := o.ix.Find(o.asked.ids[question])
	if !ok {
		panic(o.asked.ids[question])
	}
	o.line = o.ix.Line(o.line[:0], m, deep)
	o.uplines = o.uplines[:0]
	for _, upline := range o.line {
		o.uplines = append(o.uplines, commission.Upline{Partner: o.ix.ID(upline), Level: o.ix.Level(upline)})
	}
	o.calculate()
}

func (o *orders) run(n int) {
	for ; n > 0; n-- {
		o.pay(o.asked.next(0))
	}
}

// plainOrders are paid to the lines of a map of nodes.
type plainOrders struct {
	*plain
	nodes map[string]*node
	asked *asked
}

func (p *plainOrders) payOne(question uint32) {
	p.uplines = p.uplines[:0]
	for at := p.nodes[string(p.asked.ids[question])]; at != nil && len(p.uplines) < deep; at = at.up {
		p.uplines = append(p.uplines, handUpline{at.id, at.level})
	}
	p.calculate()
}

func (p *plainOrders) run(n int) {
	for ; n > 0; n-- {
		p.payOne(p.asked.next(0))
	}
}

// same checks that both pay the same to the same partners.
func (o *orders) same(p *plainOrders) error {
	for question := range uint32(1000) {
		o.pay(question)
		p.payOne(question)
		if o.result.Len() != len(p.entries) {
			return fmt.Errorf("an order of %s has %d entries, in decimals %d", o.asked.ids[question], o.result.Len(), len(p.entries))
		}
		paid, plain := map[string]money.Amount{}, map[string]decimal.Decimal{}
		for i, e := range p.entries {
			mine := o.result.Entry(i)
			sum, err := paid[string(mine.Payee)].Add(mine.Amount)
			if err != nil {
				return err
			}
			paid[string(mine.Payee)], plain[e.payee] = sum, plain[e.payee].Add(e.amount)
		}
		for id, amount := range plain {
			if !paid[id].Decimal().Equal(amount) {
				return fmt.Errorf("an order of %s pays %s to %s, in decimals %s", o.asked.ids[question], paid[id], id, amount)
			}
		}
	}
	return nil
}
