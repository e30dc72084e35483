package program

import (
	"context"
	"errors"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// Move puts a partner below another recruiter in a tree, from At on, but not before it is told.
type Move struct {
	Tree      partner.Tree // "" for that of recruiters
	Partner   partner.ID
	Recruiter partner.ID // "" for the root
	// Alone leaves those whom he recruited behind: they stand, each with his own team, below the recruiter that he had. Otherwise all below him go with him.
	Alone bool
	Meta
}

// Moved is what a move does.
type Moved struct {
	Tree     partner.Tree
	Partner  partner.ID
	Moves    bool           // whether it changes anything
	Reason   partner.Reason // why not: [tree.SameOwner], or what keeps the recruiter from having a team
	From, To partner.ID     // "" for the root
	At       time.Time      // from when; zero where it changes nothing
	Left     int            // how many of those whom he recruited stay behind
}

// MovePreview is what a move would do, and to whom.
type MovePreview struct {
	Moved
	Branch int // how many partners get another line above them: he, and all below him unless he moves alone
	tree.Loss
}

// Move puts a partner below another recruiter. Orders that are paid before it takes effect follow the tree as it was, and what is posted stays; all edges are
// kept. A move can take effect later. Then nothing is recorded meanwhile that would make somebody stand above himself when it does: the order of recording
// decides, and moving one of them otherwise first lifts it.
//
// It is [tree.ErrSelf] or a [*tree.CycleError] where somebody would stand above himself, and a [*NotFoundError] for an unknown partner or recruiter, and an
// [*UnknownTreeError] for a tree that no plan names.
func (t Team) Move(ctx context.Context, in Move) (Moved, error) {
	if err := in.check(); err != nil {
		return Moved{}, err
	}
	at := in.At
	if at.IsZero() {
		at = t.now()
	}
	op := operation{name: "move", key: list(ofTree(in.Tree, string(in.Partner), string(in.Recruiter), canonicalTime(at))...), meta: in.Meta}
	op.payload.add("partner", string(in.Partner))
	op.payload.add("recruiter", string(in.Recruiter))
	op.payload.add("alone", yes(in.Alone))
	op.payload.add("tree", string(in.Tree))
	op.addKeyedAt()
	return write(ctx, t.shell, op, func(c *call, out *Moved) (apply, error) {
		if err := c.hasTree(in.Tree); err != nil {
			return nil, err
		}
		if err := c.tx.LockTrees(ctx, []partner.Tree{in.Tree}); err != nil {
			return nil, err
		}
		moved, moves, err := c.move(in)
		if *out = moved; err != nil || !moved.Moves {
			return nil, err
		}
		return func() error { return c.addMoves(moves) }, nil
	}, func(c *call, first store.Claim, out *Moved) error {
		edges, err := c.edgesOf(in.Tree, in.Partner)
		if err != nil {
			return err
		}
		for i, e := range edges {
			if isPart(e.ID, first.Token) {
				*out = Moved{
					Tree: in.Tree, Partner: in.Partner, Moves: true, From: tree.RecruiterAt(edges[:i], e.From), To: e.Recruiter, At: e.From, Left: partOf(e.ID),
				}
			}
		}
		return nil
	})
}

// PreviewMove says what a move would do, and does nothing. Its errors are those of Move.
func (t Team) PreviewMove(ctx context.Context, in Move) (MovePreview, error) {
	if err := errors.Join(in.check(), in.Meta.check()); err != nil {
		return MovePreview{}, err
	}
	var out MovePreview
	err := t.view(ctx, func(tx store.Tx) error {
		c := &call{shell: t.shell, ctx: ctx, tx: tx, at: instant(in.At)}
		c.record.Recorded = t.now()
		err := c.hasTree(in.Tree)
		if err != nil {
			return err
		}
		if out.Moved, _, err = c.move(in); err != nil || !out.Moves {
			return err
		}
		return c.measure(&out, in.Alone)
	})
	return out, err
}

func (m *Move) check() error {
	errs := []error{partner.CheckID("partner", m.Partner)}
	if m.Recruiter != "" {
		errs = append(errs, partner.CheckID("recruiter", m.Recruiter))
	}
	if m.Partner == m.Recruiter {
		errs = append(errs, tree.ErrSelf)
	}
	return errors.Join(errs...)
}

// move works out what a move does, and who gets which recruiter by it.
func (c *call) move(in Move) (Moved, []partner.EdgeMove, error) {
	m, at := Moved{Tree: in.Tree, Partner: in.Partner, To: in.Recruiter}, c.edgeFrom()
	for _, id := range []partner.ID{in.Partner, in.Recruiter} {
		if id == "" {
			continue
		}
		known, err := c.partner(id, at)
		if err != nil {
			return m, nil, err
		}
		if known.ID == "" {
			return m, nil, &NotFoundError{Record: "partner", ID: string(id)}
		}
		if id == in.Recruiter {
			m.Reason = known.RecruitBar()
		}
	}
	edges, err := c.edgesOf(in.Tree, in.Partner)
	if err != nil {
		return m, nil, err
	}
	if m.From = tree.RecruiterAt(edges, at); m.From == m.To {
		m.Reason = tree.SameOwner
	}
	if m.Reason != "" {
		return m, nil, nil
	}
	var moves []partner.EdgeMove
	if in.Alone {
		recruits, err := c.tx.Recruits(c.ctx, []store.RecruitQuery{{Tree: in.Tree, Recruiter: in.Partner, At: at}})
		if err != nil {
			return m, nil, err
		}
		m.Left = len(recruits[0])
		for _, id := range recruits[0] {
			moves = append(moves, partner.EdgeMove{Tree: in.Tree, Partner: id, From: in.Partner, To: m.From})
		}
	}
	moves = append(moves, partner.EdgeMove{Tree: in.Tree, Partner: in.Partner, From: m.From, To: m.To}) // the last, so that its part says how many stay behind
	if err := c.checkMoves(moves); err != nil {
		return m, nil, err
	}
	m.Moves, m.At = true, at
	return m, moves, nil
}

// measure counts who moves, and finds who loses and gains them.
func (c *call) measure(m *MovePreview, alone bool) error {
	m.Branch = 1
	if !alone {
		below, err := c.below(m.Tree, m.Partner, m.At)
		if err != nil {
			return err
		}
		m.Branch += below
	}
	var lines [2][]partner.ID
	for i, id := range []partner.ID{m.From, m.To} {
		if id == "" {
			continue
		}
		found, err := c.tx.Uplines(c.ctx, []store.UplineQuery{{Tree: m.Tree, Start: id, At: m.At}})
		if err != nil {
			return err
		}
		lines[i] = found[0]
	}
	m.Loss = tree.Compare(lines[0], lines[1])
	return nil
}

// below counts who stands below somebody in a tree at an instant.
func (c *call) below(name partner.Tree, id partner.ID, at time.Time) (int, error) {
	n := 0
	for level := []partner.ID{id}; len(level) > 0; {
		queries := make([]store.RecruitQuery, len(level))
		for i, id := range level {
			queries[i] = store.RecruitQuery{Tree: name, Recruiter: id, At: at}
		}
		found, err := c.tx.Recruits(c.ctx, queries)
		if err != nil {
			return 0, err
		}
		level = nil
		for _, recruits := range found {
			level = append(level, recruits...)
		}
		n += len(level)
	}
	return n, nil
}

// checkMoves checks that several can stand where they are to, one after the other.
func (c *call) checkMoves(moves []partner.EdgeMove) error {
	if len(moves) == 1 {
		_, err := c.checkEdge(moves[0].Tree, moves[0].Partner, moves[0].To)
		return err
	}
	teams, err := c.teams(moves)
	if err != nil {
		return err
	}
	for _, m := range moves {
		if err := teams[m.Tree].Move(tree.Edge{Tree: m.Tree, Partner: m.Partner, Recruiter: m.To, From: c.edgeFrom()}); err != nil {
			return err
		}
	}
	return nil
}

// teams reads, for each tree, those who move, those who get them, and everybody who stands or is going to stand above these.
func (c *call) teams(moves []partner.EdgeMove) (map[partner.Tree]*tree.Team, error) {
	edges := map[partner.Tree][]tree.Edge{}
	known := map[store.EdgeQuery]bool{}
	var next []store.EdgeQuery
	see := func(name partner.Tree, id partner.ID) {
		if q := (store.EdgeQuery{Tree: name, Partner: id}); id != "" && !known[q] {
			known[q], next = true, append(next, q)
		}
	}
	for _, m := range moves {
		edges[m.Tree] = nil
		see(m.Tree, m.Partner)
		see(m.Tree, m.To)
	}
	for len(next) > 0 {
		found, err := c.tx.Edges(c.ctx, next)
		if err != nil {
			return nil, err
		}
		next = nil
		for _, all := range found {
			for _, e := range all {
				edges[e.Tree] = append(edges[e.Tree], e)
				see(e.Tree, e.Recruiter)
			}
		}
	}
	teams := map[partner.Tree]*tree.Team{}
	for name, all := range edges {
		teams[name] = tree.TeamOf(all)
	}
	return teams, nil
}

// addMoves adds edges that begin at edgeFrom, and tells of each.
func (c *call) addMoves(moves []partner.EdgeMove) error {
	queries := make([]store.EdgeQuery, len(moves))
	for i, m := range moves {
		queries[i] = store.EdgeQuery{Tree: m.Tree, Partner: m.Partner}
	}
	before, err := c.tx.Edges(c.ctx, queries)
	if err != nil {
		return err
	}
	edges := make([]tree.Edge, len(moves))
	for i, m := range moves {
		edges[i] = tree.Edge{
			ID: c.part(i), Tree: m.Tree, Partner: m.Partner, Recruiter: m.To, From: c.edgeFrom(), Seq: int64(len(before[i])) + 1, Record: c.record,
		}
	}
	if err := c.tx.AddEdges(c.ctx, edges); err != nil {
		return err
	}
	for i, m := range moves {
		data := withTree(m.Tree, map[string]any{"from": m.From, "recruiter": m.To, "at": edges[i].From})
		if err := c.emit("partner_moved", string(m.Partner), data); err != nil {
			return err
		}
	}
	return nil
}
