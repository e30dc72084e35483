package program

import (
	"fmt"
	"slices"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program/internal/strictjson"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// UnknownTreeError says that no plan names a tree.
type UnknownTreeError struct {
	Tree    partner.Tree
	Nearest partner.Tree // the name that is nearly so, "" for none
}

func (e *UnknownTreeError) Error() string {
	if e.Nearest != "" {
		return fmt.Sprintf("program: no plan has a tree %q; did you mean %q?", e.Tree, e.Nearest)
	}
	return fmt.Sprintf("program: no plan has a tree %q; a plan names it in \"trees\"", e.Tree)
}

// recruiters is the tree of who recruited whom, to be locked.
var recruiters = []partner.Tree{""}

// trees returns the trees there are, in order, that of recruiters first: all that a plan names that is stored, one that is not in force yet or no more among
// it, so that what stands in them can be told before, and read after.
func (c *call) trees() ([]partner.Tree, error) {
	versions, err := c.versions()
	all := []partner.Tree{""}
	if len(versions) == 0 {
		all = append(all, c.config.Plan.Trees...)
	}
	for _, v := range versions {
		all = append(all, v.plan.Trees...)
	}
	slices.Sort(all)
	return slices.Compact(all), err
}

// hasTree is an [*UnknownTreeError] for a tree that there is not.
func (c *call) hasTree(name partner.Tree) error {
	if name == "" {
		return nil
	}
	all, err := c.trees()
	if err != nil || slices.Contains(all, name) {
		return err
	}
	return &UnknownTreeError{Tree: name, Nearest: nearestTree(name, all)}
}

// nearestTree returns the tree of which a name is nearly the name, "" for none.
func nearestTree(name partner.Tree, all []partner.Tree) partner.Tree {
	var names []string
	for _, t := range all {
		if t != "" {
			names = append(names, string(t))
		}
	}
	return partner.Tree(strictjson.Nearest(string(name), names))
}

// treeProblems are those of the trees that the plan names, and of what names one that it does not.
func (p Plan) treeProblems() []partner.Problem {
	var problems []partner.Problem
	add := func(path, format string, args ...any) {
		problems = append(problems, partner.Problem{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	for i, name := range p.Trees {
		path := fmt.Sprintf("trees[%d]", i)
		if err := partner.CheckTree(name); err != nil {
			add(path, "%s", err)
		}
		if slices.Contains(p.Trees[:i], name) {
			add(path, "%q stands twice", name)
		}
	}
	known := func(path string, name partner.Tree) {
		switch near := nearestTree(name, p.Trees); {
		case name == "" || slices.Contains(p.Trees, name):
		case near != "":
			add(path, "the plan has no tree %q; did you mean %q?", name, near)
		default:
			add(path, "the plan has no tree %q; it is named in \"trees\"", name)
		}
	}
	for _, s := range p.sections() {
		for _, used := range s.plan.TreesUsed() {
			known(s.at+used.Path, used.Tree)
		}
	}
	for i, b := range p.Bonuses {
		if b.Ladder != nil {
			known(fmt.Sprintf("bonuses[%d].ladder.tree", i), b.Ladder.Tree)
		}
	}
	return problems
}

// inTree asks for the edges of partners in a tree.
func inTree(name partner.Tree, ids ...partner.ID) []store.EdgeQuery {
	queries := make([]store.EdgeQuery, len(ids))
	for i, id := range ids {
		queries[i] = store.EdgeQuery{Tree: name, Partner: id}
	}
	return queries
}

// edgesOf returns all edges of a partner in a tree.
func (c *call) edgesOf(name partner.Tree, id partner.ID) ([]tree.Edge, error) {
	found, err := c.tx.Edges(c.ctx, inTree(name, id))
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// ofTree adds the tree, where it is not that of recruiters, to the parts of a key or of a fact.
func ofTree(name partner.Tree, parts ...string) []string {
	if name != "" {
		parts = append(parts, string(name))
	}
	return parts
}

// withTree adds the tree, where it is not that of recruiters, to the data of an event.
func withTree(name partner.Tree, data map[string]any) map[string]any {
	if name != "" {
		data["tree"] = name
	}
	return data
}
