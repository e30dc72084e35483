package program

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// teamReader reads members as they are at an instant.
type teamReader struct {
	*call
	of     IndexOf
	now    time.Time
	basis  teamBasis
	terms  teamTerms
	begins map[partner.ID]time.Time
}

func (x *TeamIndex) reader(ctx context.Context, tx store.Tx, begins map[partner.ID]time.Time) *teamReader {
	return &teamReader{call: &call{shell: x.shell, ctx: ctx, tx: tx}, of: x.of, now: x.now(), begins: begins}
}

// teamBasis is what an index is read anew for when it is another.
type teamBasis struct {
	leaders  string    // the levels that lead
	from, to time.Time // when what was sold was paid
	versions int       // how many plans there are, all of which decide to whom customers belong
}

// teamTerms are what the plan in force says of the team.
type teamTerms struct {
	levels   incentive.Levels
	currency money.Currency
	steps    int // how far below him the plan pays anybody; everyStep: any distance
}

// everyStep stands for any number of steps below somebody.
const everyStep = -1

// readTerms finds out what the plans say. Without a plan in force nobody leads, and nobody earns.
func (r *teamReader) readTerms() error {
	if err := r.hasTree(r.of.Tree); err != nil {
		return err
	}
	r.basis.from, r.basis.to = instant(r.of.From), instant(r.of.To)
	if r.of.To.IsZero() {
		r.basis.to = tree.Ever
	}
	if r.of.Period != (commission.Period{}) {
		var err error
		if r.basis.from, r.basis.to, err = r.window(r.of.Period); err != nil {
			return err
		}
	}
	if r.of.Customers {
		versions, err := r.versions()
		if err != nil {
			return err
		}
		r.basis.versions = len(versions)
	}
	v, _, err := r.planAt("now", r.now)
	if errors.Is(err, ErrNoPlan) {
		return nil
	} else if err != nil {
		return err
	}
	r.terms = teamTerms{levels: v.plan.Levels, currency: v.calc.Currency(), steps: v.steps(r.of.Tree)}
	var lead []string
	for _, level := range v.plan.Levels {
		if level.Leader {
			lead = append(lead, string(level.ID))
		}
	}
	slices.Sort(lead)
	r.basis.leaders = list(lead...)
	return nil
}

// steps is how far below him in a tree the plan pays anybody.
func (v *version) steps(of partner.Tree) int {
	reach := v.reach(of)
	if reach == 0 || slices.ContainsFunc(v.plan.Bonuses, func(b commission.Bonus) bool { return b.Ladder != nil && b.Ladder.Tree == of }) {
		return everyStep
	}
	return reach - 1
}

// everybody adds whoever is known to a builder.
func (r *teamReader) everybody(b *tree.Builder) error {
	for after := partner.ID(""); ; {
		page, err := r.tx.ScanPartners(r.ctx, after, r.config.Batch)
		if err != nil || len(page) == 0 {
			return err
		}
		ids := make([]partner.ID, len(page))
		for i := range page {
			ids[i] = page[i].ID
		}
		nodes, err := r.nodes(ids)
		if err != nil {
			return err
		}
		for _, n := range nodes {
			b.Add(n)
		}
		after = ids[len(ids)-1]
	}
}

// touched returns whom events name, and of whom something has begun meanwhile, each once and in order.
func (r *teamReader) touched(events []store.Event) []partner.ID {
	var ids []partner.ID
	for _, e := range events {
		if strings.HasPrefix(e.Kind, partnerEvents) {
			ids = append(ids, partner.ID(e.Subject))
		}
	}
	for id, at := range r.begins {
		if !at.After(r.now) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// partnerEvents begins the kinds of all events that change what a member is: their subject is his id.
const partnerEvents = "partner_"

// nodes returns who members are, and remembers when the next of it begins.
func (r *teamReader) nodes(ids []partner.ID) ([]tree.Node, error) {
	facts, err := r.tx.Facts(r.ctx, ids)
	if err != nil {
		return nil, err
	}
	edges, err := r.tx.Edges(r.ctx, inTree(r.of.Tree, ids...))
	if err != nil {
		return nil, err
	}
	nodes := make([]tree.Node, len(ids))
	for i, id := range ids {
		delete(r.begins, id)
		begins := func(at time.Time) {
			if first, ok := r.begins[id]; at.After(r.now) && (!ok || at.Before(first)) {
				r.begins[id] = at
			}
		}
		for _, f := range facts[i] {
			begins(f.At)
		}
		for _, e := range edges[i] {
			begins(e.From)
		}
		state := partner.At(facts[i], r.now)
		nodes[i] = tree.Node{
			ID: id, Level: state.Level, Partner: state.Status == partner.Active, Leader: r.terms.levels.Leads(state.Level), Recruiter: tree.RecruiterAt(edges[i], r.now),
		}
	}
	return nodes, nil
}
