package program

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// bonusFacts gathers the input of a bonus: partners in order of id, as they were at the end of the period.
type bonusFacts struct {
	*call
	run   *bonusRun
	input commission.BonusInput
	plans map[int]*version // that orders were judged by

	genealogy *commission.Genealogy // of a ladder as of payment; nil for the others
}

func (f *bonusFacts) last() time.Time { return f.run.to.Add(-time.Microsecond) }

// gather reads people and sales.
func (f *bonusFacts) gather(calc *commission.BonusCalculator) error {
	if err := f.members(); err != nil {
		return err
	}
	if l := f.run.bonus.Ladder; l != nil && l.AsOf == commission.AsOfPayment {
		f.genealogy = calc.Genealogy(f.last())
		if err := f.standings(); err != nil {
			return err
		}
	} else if err := f.states(); err != nil {
		return err
	}
	if err := f.sales(); err != nil {
		return err
	}
	if f.genealogy == nil {
		return nil
	}
	var err error
	f.input.Members, err = f.genealogy.Members()
	return err
}

// members lists everybody.
func (f *bonusFacts) members() error {
	return pages(f.ctx, f.tx.ScanPartners, func(p *partner.Partner) partner.ID { return p.ID }, func(page []partner.Partner) error {
		for i := range page {
			f.input.Members = append(f.input.Members, commission.Member{Partner: page[i].ID, Recruiter: -1})
		}
		return nil
	})
}

// eachPage gives every page of the members with their facts and who recruited them.
func (f *bonusFacts) eachPage(each func(page []commission.Member, facts [][]partner.Fact, edges [][]tree.Edge)) error {
	for page := range slices.Chunk(f.input.Members, auditPage) {
		ids := make([]partner.ID, len(page))
		for i := range page {
			ids[i] = page[i].Partner
		}
		facts, err := f.tx.Facts(f.ctx, ids)
		if err != nil {
			return err
		}
		edges := make([][]tree.Edge, len(page))
		if f.run.bonus.Ladder != nil {
			if edges, err = f.tx.Edges(f.ctx, inTree(f.run.bonus.Ladder.Tree, ids...)); err != nil {
				return err
			}
		}
		each(page, facts, edges)
	}
	return nil
}

// states reads everybody as he was at the end of the period.
func (f *bonusFacts) states() error {
	return f.eachPage(func(page []commission.Member, facts [][]partner.Fact, edges [][]tree.Edge) {
		for i := range page {
			state := partner.At(facts[i], f.last())
			page[i].Level, page[i].Leader = state.Level, f.run.version.plan.Levels.Leads(state.Level)
			page[i].Bar = f.run.version.plan.Joining.Bar(state)
			if recruiter := tree.RecruiterAt(edges[i], f.last()); recruiter != "" {
				page[i].Recruiter = f.index(recruiter)
			}
		}
	})
}

// standings reads everybody as he was from each instant on at which something began to hold of him.
func (f *bonusFacts) standings() error {
	return f.eachPage(func(page []commission.Member, facts [][]partner.Fact, edges [][]tree.Edge) {
		for i := range page {
			f.genealogy.Add(page[i].Partner, f.standingsOf(facts[i], edges[i])...)
		}
	})
}

func (f *bonusFacts) standingsOf(facts []partner.Fact, edges []tree.Edge) []commission.Standing {
	var instants []time.Time
	for _, fact := range facts {
		instants = append(instants, fact.At)
	}
	for _, e := range edges {
		instants = append(instants, e.From)
	}
	slices.SortFunc(instants, time.Time.Compare)
	instants = slices.CompactFunc(instants, time.Time.Equal)
	all := make([]commission.Standing, len(instants))
	for i, at := range instants {
		state := partner.At(facts, at)
		all[i] = commission.Standing{
			From: at, Level: state.Level, Bar: f.run.version.plan.Joining.Bar(state), Recruiter: -1, Leader: f.run.version.plan.Levels.Leads(state.Level),
		}
		if recruiter := tree.RecruiterAt(edges, at); recruiter != "" {
			all[i].Recruiter = f.index(recruiter)
		}
	}
	return all
}

// index is the place of a partner among the members, -1 for somebody who is none.
func (f *bonusFacts) index(id partner.ID) int {
	i, found := slices.BinarySearchFunc(f.input.Members, id, func(m commission.Member, id partner.ID) int { return cmp.Compare(m.Partner, id) })
	if !found {
		return -1
	}
	return i
}

// sales adds up what is left of the orders that count in the period.
func (f *bonusFacts) sales() error {
	each := f.run.bonus.Tiers != nil && f.run.bonus.Tiers.Mode == commission.Prospective
	if each {
		f.input.Sales = make([][]money.Units, len(f.input.Members))
	}
	scale := f.run.version.calc.Price().Scale()
	return f.orders(func(page []settlement.Order) error {
		for i := range page {
			net, err := f.salesLeft(&page[i], scale)
			if err != nil {
				return err
			}
			if f.input.Net, err = f.input.Net.Add(net); err != nil {
				return err
			}
			m := f.index(page[i].Attributed.Partner)
			switch {
			case m < 0:
				continue
			case f.genealogy != nil:
				err = f.genealogy.Sell(m, page[i].PaidAt, net)
			default:
				volume := &f.input.Members[m].Volume
				*volume, err = volume.Add(net)
			}
			if err != nil {
				return err
			}
			if each {
				f.input.Sales[m] = append(f.input.Sales[m], net)
			}
		}
		return nil
	})
}

// orders gives every page of the orders that count in the period, by the node at which they do.
func (f *bonusFacts) orders(each func([]settlement.Order) error) error {
	read, at := f.tx.PaidOrders, func(o *settlement.Order) time.Time { return o.PaidAt }
	if f.run.bonus.Counts == commission.NodeReleased {
		read, at = f.tx.ReleasedOrders, func(o *settlement.Order) time.Time { return o.Released }
	}
	return pages(f.ctx, func(ctx context.Context, after store.OrderCursor, limit int) ([]settlement.Order, error) {
		return read(ctx, f.run.from, f.run.to, after, limit)
	}, func(o *settlement.Order) store.OrderCursor { return store.OrderCursor{At: at(o), ID: o.ID} }, each)
}

// salesLeft is what is left of the goods that an order sells at a price scale, cut off downwards where the order's own plan counted finer.
func (f *bonusFacts) salesLeft(o *settlement.Order, scale int) (money.Units, error) {
	v, err := f.plans[o.Plan], error(nil)
	if v == nil {
		if v, err = f.planOf(o.Plan); err != nil {
			return money.Units{}, err
		}
		f.plans[o.Plan] = v
	}
	total := v.calc.Price().Minor(0)
	for i := range o.Frozen.Lines {
		if !o.Frozen.Lines[i].Sells() {
			continue
		}
		if total, err = total.Add(v.calc.Left(&o.Frozen.Lines[i], o.Returned[i])); err != nil {
			return money.Units{}, err
		}
	}
	return money.Scaled(total.Decimal().Truncate(int32(scale)), scale)
}
