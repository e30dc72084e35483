package program

import (
	"slices"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// recruiterAt returns who stands above a partner with these edges at an instant, or who is the first to do so later; "" for nobody.
func recruiterAt(edges []tree.Edge, at time.Time) partner.ID {
	if len(edges) == 0 {
		return ""
	}
	first := slices.MinFunc(edges, func(a, b tree.Edge) int { return a.From.Compare(b.From) })
	if first.From.After(at) {
		at = first.From
	}
	return tree.RecruiterAt(edges, at)
}

// edgeFrom is when an edge begins that is recorded now, or was by the first call: then, or later where it happens later. What was paid before follows the tree
// as it was.
func (c *call) edgeFrom() time.Time {
	recorded := c.record.Recorded
	if !c.known.IsZero() {
		recorded = c.known
	}
	if c.at.Before(recorded) {
		return recorded
	}
	return c.at
}

// keptBy returns who keeps somebody from being recruited by another in a tree: who stands above him at the instant of this call or is the first to do so later,
// else who does when the edge would begin. A recruit that is told late takes nobody from whom he was moved to since.
func (c *call) keptBy(name partner.Tree, id partner.ID) (partner.ID, error) {
	edges, err := c.edgesOf(name, id)
	if err != nil {
		return "", err
	}
	edges = slices.DeleteFunc(edges, func(e tree.Edge) bool { return !c.knows(e.Record) })
	if by := recruiterAt(edges, c.at); by != "" {
		return by, nil
	}
	return tree.RecruiterAt(edges, c.edgeFrom()), nil
}

// checkEdge checks that somebody can stand below a recruiter from then on, and returns the line above the recruiter as it is then, himself first.
func (c *call) checkEdge(name partner.Tree, id, recruiter partner.ID) ([]partner.ID, error) {
	edges, err := c.edgesOf(name, id)
	if err != nil {
		return nil, err
	}
	var above []partner.ID // of the first instant
	err = tree.CheckMove(id, recruiter, c.edgeFrom(), edges, func(id partner.ID, at time.Time) ([]partner.ID, time.Time, error) {
		line, next, err := c.lineAt(name, id, at)
		if above == nil {
			above = line
		}
		return line, next, err
	})
	return above, err
}

// lineAt returns the line above somebody at an instant, himself first, and the first instant after it at which an edge in it begins.
func (c *call) lineAt(name partner.Tree, id partner.ID, at time.Time) (line []partner.ID, next time.Time, err error) {
	lines, err := c.tx.Uplines(c.ctx, []store.UplineQuery{{Tree: name, Start: id, At: at}})
	if err != nil {
		return nil, time.Time{}, err
	}
	edges, err := c.tx.Edges(c.ctx, inTree(name, lines[0]...))
	if err != nil {
		return nil, time.Time{}, err
	}
	return lines[0], tree.NextAfter(slices.Concat(edges...), at), nil
}

// addEdge adds an edge that begins at edgeFrom.
func (c *call) addEdge(name partner.Tree, id, recruiter partner.ID) error {
	edges, err := c.edgesOf(name, id)
	if err != nil {
		return err
	}
	edge := tree.Edge{ID: c.token, Tree: name, Partner: id, Recruiter: recruiter, From: c.edgeFrom(), Seq: int64(len(edges)) + 1, Record: c.record}
	if err := c.tx.AddEdges(c.ctx, []tree.Edge{edge}); err != nil {
		return err
	}
	return c.emit("partner_recruited", string(id), withTree(name, map[string]any{"recruiter": recruiter}))
}
