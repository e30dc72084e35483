package program

import (
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

// leaver reads what hangs on somebody who leaves, but for his customers.
func (c *call) leaver(v *version, id partner.ID) (partner.Leaver, error) {
	state, err := c.partner(id, c.at)
	if err != nil {
		return partner.Leaver{}, err
	}
	if state.ID == "" {
		return partner.Leaver{}, &NotFoundError{Record: "partner", ID: string(id)}
	}
	who := partner.Leaver{Standing: partner.Standing{ID: id, State: state.State}}
	trees, err := c.trees()
	if err != nil {
		return who, err
	}
	for _, name := range trees {
		place, err := c.place(name, id)
		if err != nil {
			return who, err
		}
		if name == "" {
			who.Place = place
		} else {
			who.Others = append(who.Others, place)
		}
	}
	who.Pending, who.Available, err = c.money(v, id)
	return who, err
}

// place reads where somebody stands in a tree from when an edge begins that is recorded now.
func (c *call) place(name partner.Tree, id partner.ID) (partner.Place, error) {
	place, from := partner.Place{Tree: name}, c.edgeFrom()
	var err error
	if place.Above, err = c.above(name, id, from); err != nil {
		return place, err
	}
	recruits, err := c.tx.Recruits(c.ctx, []store.RecruitQuery{{Tree: name, Recruiter: id, At: from}})
	if err != nil {
		return place, err
	}
	place.Recruits = recruits[0]
	place.Below, err = c.below(name, id, from)
	return place, err
}

// above returns the line above somebody in a tree at an instant, the nearest first, with what holds of each.
func (c *call) above(name partner.Tree, id partner.ID, at time.Time) ([]partner.Standing, error) {
	lines, err := c.tx.Uplines(c.ctx, []store.UplineQuery{{Tree: name, Start: id, At: at}})
	if err != nil {
		return nil, err
	}
	ids := lines[0][1:]
	facts, err := c.tx.Facts(c.ctx, ids)
	if err != nil {
		return nil, err
	}
	var line []partner.Standing
	for i, id := range ids {
		line = append(line, partner.Standing{ID: id, State: partner.At(facts[i], at)})
	}
	return line, nil
}

// money returns what somebody has in cash that is not released, and what of it he could withdraw.
func (c *call) money(v *version, id partner.ID) (pending, available money.Amount, err error) {
	pending, available = v.plan.Currency.Minor(0), v.plan.Currency.Minor(0)
	balances, err := c.tx.Balances(c.ctx, []partner.ID{id})
	if err != nil {
		return pending, available, err
	}
	for _, b := range balances[0] {
		if b.Currency() == v.plan.Currency.Currency {
			b = b.In(b.Currency())
			pending, available = b.Pending, b.Available
		}
	}
	return pending, available, nil
}

// departed reads what the first call did by which somebody left: where those stand whom he had recruited before it, and whose his customers are.
func (c *call) departed(out *Departed, first store.Claim) error {
	facts, err := c.tx.Facts(c.ctx, []partner.ID{out.Partner})
	if err != nil {
		return err
	}
	for i, f := range facts[0] {
		if f.At.Equal(out.At) && f.Recorded.Equal(first.At) {
			state := partner.At(facts[0][:i+1], out.At)
			out.To, out.PayableUntil = state.Status, state.PayableUntil
		}
	}
	forfeits, err := c.tx.Forfeits(c.ctx, []partner.ID{out.Partner})
	if err != nil {
		return err
	}
	for _, f := range forfeits[0].All {
		out.Forfeits = out.Forfeits || f.At.Equal(out.At) && f.Recorded.Equal(first.At)
	}
	if err := c.movesOf(out, first); err != nil {
		return err
	}
	for after := partner.Customer(""); ; {
		page, err := c.tx.CustomersOf(c.ctx, out.Partner, after, c.config.Batch)
		if err != nil || len(page) == 0 {
			return err
		}
		transfers, err := c.transferred(page, first.Token)
		if err != nil {
			return err
		}
		out.Transfers, after = append(out.Transfers, transfers...), page[len(page)-1]
	}
}

// movesOf reads who got another recruiter by the first call: of those who stood below him just before that began or, where it was still to come, when it was
// recorded. Whoever has moved since, before it began, stood there then.
func (c *call) movesOf(out *Departed, first store.Claim) error {
	from := latest(first.At, out.At)
	instants := []time.Time{from.Add(-time.Microsecond)}
	if from.After(first.At) {
		instants = append(instants, first.At)
	}
	trees, err := c.trees()
	if err != nil {
		return err
	}
	for _, name := range trees {
		queries := make([]store.RecruitQuery, len(instants))
		for i, at := range instants {
			queries[i] = store.RecruitQuery{Tree: name, Recruiter: out.Partner, At: at}
		}
		found, err := c.tx.Recruits(c.ctx, queries)
		if err != nil {
			return err
		}
		recruits := slices.Concat(found...)
		slices.Sort(recruits)
		edges, err := c.tx.Edges(c.ctx, inTree(name, slices.Compact(recruits)...))
		if err != nil {
			return err
		}
		for _, all := range edges {
			for _, e := range all {
				if isPart(e.ID, first.Token) {
					out.Edges = append(out.Edges, partner.EdgeMove{Tree: name, Partner: e.Partner, From: out.Partner, To: e.Recruiter})
				}
			}
		}
	}
	return nil
}
