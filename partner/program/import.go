package program

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// Import brings relations as they were kept before, with the instants from which they held. All who are named as partners are known to the programme.
type Import struct {
	Recruits []ImportedRecruit
	Bindings []ImportedBinding
	Meta
}

// ImportedRecruit says below whom a partner stands in a tree since an instant.
type ImportedRecruit struct {
	Tree               partner.Tree // "" for that of recruiters
	Partner, Recruiter partner.ID
	At                 time.Time
}

// ImportedBinding says to whom a customer belongs since an instant. A customer can come more than once, each time from another instant on.
type ImportedBinding struct {
	Customer partner.Customer
	Owner    partner.ID
	At       time.Time
}

// Imported counts what an import has brought.
type Imported struct {
	Recruits, Bindings int
}

// ImportError is everything that is wrong with an import, of which nothing was written. The paths name its fields: recruits[2].recruiter.
type ImportError struct {
	Problems []partner.Problem
}

func (e *ImportError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return "program: import: " + strings.Join(texts, "; ")
}

// Import brings relations from before: all of them or none. They hold from their own instants on, unlike others also in the past, and nothing is paid for
// them: orders that are posted stay, and those that are told later follow them. Days of validity count from the instant of a binding. It is an [*ImportError]
// with everything that is wrong, rings that the recruits would close together or with those that are known among it.
func (t Team) Import(ctx context.Context, in Import) (Imported, error) {
	if len(in.Recruits)+len(in.Bindings) == 0 {
		return Imported{}, nil
	}
	if problems := in.check(t.now()); len(problems) > 0 {
		return Imported{}, &ImportError{Problems: problems}
	}
	recruits, bindings := in.texts()
	op := operation{name: "import", key: digest(list(recruits, bindings)), meta: in.Meta}
	op.payload.add("recruits", recruits)
	op.payload.add("bindings", bindings)
	return write(ctx, t.shell, op, func(c *call, out *Imported) (apply, error) {
		if _, err := c.tx.LockBindings(ctx, in.customers()); err != nil {
			return nil, err
		}
		if err := c.tx.LockTrees(ctx, in.trees()); err != nil {
			return nil, err
		}
		problems, err := c.checkImport(in)
		if err != nil {
			return nil, err
		}
		if len(problems) > 0 {
			return nil, &ImportError{Problems: problems}
		}
		*out = Imported{Recruits: len(in.Recruits), Bindings: len(in.Bindings)}
		return func() error { return c.addImport(in) }, nil
	}, func(_ *call, _ store.Claim, out *Imported) error {
		*out = Imported{Recruits: len(in.Recruits), Bindings: len(in.Bindings)}
		return nil
	})
}

// texts returns the relations in canonical form.
func (in *Import) texts() (recruits, bindings string) {
	texts := make([]string, len(in.Recruits))
	for i, r := range in.Recruits {
		texts[i] = list(ofTree(r.Tree, string(r.Partner), string(r.Recruiter), canonicalTime(r.At))...)
	}
	recruits = list(texts...)
	texts = make([]string, len(in.Bindings))
	for i, b := range in.Bindings {
		texts[i] = list(string(b.Customer), string(b.Owner), canonicalTime(b.At))
	}
	return recruits, list(texts...)
}

// customers returns whose bindings it brings, each once and in order.
func (in *Import) customers() []partner.Customer {
	var all []partner.Customer
	for _, b := range in.Bindings {
		all = append(all, b.Customer)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// trees returns into which trees it brings people, each once and in order.
func (in *Import) trees() []partner.Tree {
	var all []partner.Tree
	for _, r := range in.Recruits {
		all = append(all, r.Tree)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// importProblems collects what is wrong with the one at a place.
type importProblems []partner.Problem

func (p *importProblems) add(kind string, i int, field, format string, args ...any) {
	*p = append(*p, partner.Problem{Path: fmt.Sprintf("%s[%d].%s", kind, i, field), Message: fmt.Sprintf(format, args...)})
}

// check finds what can be seen without the store.
func (in *Import) check(now time.Time) []partner.Problem {
	var problems importProblems
	at := func(kind string, i int, at time.Time) {
		switch {
		case at.IsZero():
			problems.add(kind, i, "at", "the instant from which it held is needed")
		case checkTime("at", at) != nil:
			problems.add(kind, i, "at", "%s", checkTime("at", at))
		case instant(at).After(now):
			problems.add(kind, i, "at", "%s is to come; what was kept before is imported", at.Format(time.RFC3339))
		}
	}
	partners := map[store.EdgeQuery]bool{}
	for i, r := range in.Recruits {
		if err := partner.CheckID("partner", r.Partner); err != nil {
			problems.add("recruits", i, "partner", "%s", err)
		}
		if err := partner.CheckID("recruiter", r.Recruiter); err != nil {
			problems.add("recruits", i, "recruiter", "%s", err)
		}
		place := store.EdgeQuery{Tree: r.Tree, Partner: r.Partner}
		if partners[place] {
			problems.add("recruits", i, "partner", "%q stands there already", r.Partner)
		}
		partners[place] = true
		at("recruits", i, r.At)
	}
	type binding struct {
		customer partner.Customer
		at       time.Time
	}
	bindings := map[binding]bool{}
	for i, b := range in.Bindings {
		if err := partner.CheckID("customer", b.Customer); err != nil {
			problems.add("bindings", i, "customer", "%s", err)
		}
		switch err := partner.CheckID("owner", b.Owner); {
		case err != nil:
			problems.add("bindings", i, "owner", "%s", err)
		case string(b.Owner) == string(b.Customer):
			problems.add("bindings", i, "owner", "%s", tree.ErrSelf)
		}
		if key := (binding{b.Customer, instant(b.At)}); bindings[key] {
			problems.add("bindings", i, "at", "%q has an owner from then on already", b.Customer)
		} else {
			bindings[key] = true
		}
		at("bindings", i, b.At)
	}
	return problems
}

// checkImport finds what is wrong with an import by what is known.
func (c *call) checkImport(in Import) ([]partner.Problem, error) {
	var problems importProblems
	unknown, err := c.unknown(in)
	if err != nil {
		return nil, err
	}
	moves := make([]partner.EdgeMove, len(in.Recruits))
	for i, r := range in.Recruits {
		moves[i] = partner.EdgeMove{Tree: r.Tree, Partner: r.Partner, To: r.Recruiter}
	}
	teams, err := c.teams(moves)
	if err != nil {
		return nil, err
	}
	for i, r := range in.Recruits {
		var unknownTree *UnknownTreeError
		switch err := c.hasTree(r.Tree); {
		case errors.As(err, &unknownTree):
			problems.add("recruits", i, "tree", "%s", err)
			continue
		case err != nil:
			return nil, err
		}
		for _, who := range []struct {
			field string
			id    partner.ID
		}{{"partner", r.Partner}, {"recruiter", r.Recruiter}} {
			if unknown[who.id] {
				problems.add("recruits", i, who.field, "there is no partner %q", who.id)
			}
		}
		if err := teams[r.Tree].Add(tree.Edge{Tree: r.Tree, Partner: r.Partner, Recruiter: r.Recruiter, From: instant(r.At)}); err != nil {
			problems.add("recruits", i, "recruiter", "%s", err)
		}
	}
	for i, b := range in.Bindings {
		if unknown[b.Owner] {
			problems.add("bindings", i, "owner", "there is no partner %q", b.Owner)
		}
	}
	return problems, nil
}

// unknown returns who of those named as partners is none.
func (c *call) unknown(in Import) (map[partner.ID]bool, error) {
	var ids []partner.ID
	for _, r := range in.Recruits {
		ids = append(ids, r.Partner, r.Recruiter)
	}
	for _, b := range in.Bindings {
		ids = append(ids, b.Owner)
	}
	found, err := c.tx.Partners(c.ctx, ids)
	if err != nil {
		return nil, err
	}
	unknown := map[partner.ID]bool{}
	for i, p := range found {
		if p.ID == "" {
			unknown[ids[i]] = true
		}
	}
	return unknown, nil
}

// addImport writes the relations, and tells of them.
func (c *call) addImport(in Import) error {
	edges := make([]tree.Edge, len(in.Recruits))
	for i, r := range in.Recruits {
		edges[i] = tree.Edge{ID: c.part(i), Tree: r.Tree, Partner: r.Partner, Recruiter: r.Recruiter, From: instant(r.At), Seq: 1, Record: c.record}
	}
	if err := c.tx.AddEdges(c.ctx, edges); err != nil {
		return err
	}
	bindings := make([]tree.Binding, len(in.Bindings))
	for i, b := range in.Bindings {
		bindings[i] = tree.Binding{ID: c.part(i), Customer: b.Customer, Owner: b.Owner, By: tree.ByImport, At: instant(b.At), Record: c.record}
	}
	if err := c.tx.AddBindings(c.ctx, bindings); err != nil {
		return err
	}
	for _, e := range edges {
		if err := c.emit("partner_recruited", string(e.Partner), withTree(e.Tree, map[string]any{"recruiter": e.Recruiter})); err != nil {
			return err
		}
	}
	for _, b := range bindings {
		if err := c.emit("customer_bind", string(b.Customer), map[string]any{"owner": b.Owner, "reason": b.Reason}); err != nil {
			return err
		}
	}
	return nil
}
