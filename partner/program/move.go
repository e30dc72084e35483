package program

import (
	"context"
	"errors"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// Move puts a partner below another recruiter, from At on, but not before it is told.
type Move struct {
	Partner   partner.ID
	Recruiter partner.ID // "" for the root
	// Alone leaves those whom he recruited behind: they stand, each with his own team, below the recruiter that he had. Otherwise all below him go with him.
	Alone bool
	Meta
}

// Moved is what a move does.
type Moved struct {
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
// It is [tree.ErrSelf] or a [*tree.CycleError] where somebody would stand above himself, and a [*NotFoundError] for an unknown partner or recruiter.
func (t Team) Move(ctx context.Context, in Move) (Moved, error) {
	if err := in.check(); err != nil {
		return Moved{}, err
	}
	at := in.At
	if at.IsZero() {
		at = t.now()
	}
	op := operation{name: "move", key: list(string(in.Partner), string(in.Recruiter), canonicalTime(at)), meta: in.Meta}
	op.payload.add("partner", string(in.Partner))
	op.payload.add("recruiter", string(in.Recruiter))
	op.payload.add("alone", yes(in.Alone))
	op.addKeyedAt()
	return write(ctx, t.shell, op, func(c *call, out *Moved) (apply, error) {
		if err := c.tx.LockTree(ctx); err != nil {
			return nil, err
		}
		moved, moves, err := c.move(in)
		if *out = moved; err != nil || !moved.Moves {
			return nil, err
		}
		return func() error { return c.addMoves(moves) }, nil
	}, func(c *call, first store.Claim, out *Moved) error {
		edges, err := c.tx.Edges(ctx, []partner.ID{in.Partner})
		if err != nil {
			return err
		}
		for i, e := range edges[0] {
			if isPart(e.ID, first.Token) {
				*out = Moved{Partner: in.Partner, Moves: true, From: tree.RecruiterAt(edges[0][:i], e.From), To: e.Recruiter, At: e.From, Left: partOf(e.ID)}
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
		var err error
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
	m, at := Moved{Partner: in.Partner, To: in.Recruiter}, c.edgeFrom()
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
	edges, err := c.tx.Edges(c.ctx, []partner.ID{in.Partner})
	if err != nil {
		return m, nil, err
	}
	if m.From = tree.RecruiterAt(edges[0], at); m.From == m.To {
		m.Reason = tree.SameOwner
	}
	if m.Reason != "" {
		return m, nil, nil
	}
	var moves []partner.EdgeMove
	if in.Alone {
		recruits, err := c.tx.Recruits(c.ctx, []store.RecruitQuery{{Recruiter: in.Partner, At: at}})
		if err != nil {
			return m, nil, err
		}
		m.Left = len(recruits[0])
		for _, id := range recruits[0] {
			moves = append(moves, partner.EdgeMove{Partner: id, From: in.Partner, To: m.From})
		}
	}
	moves = append(moves, partner.EdgeMove{Partner: in.Partner, From: m.From, To: m.To}) // the last, so that its part says how many stay behind
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
		below, err := c.below(m.Partner, m.At)
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
		found, err := c.tx.Uplines(c.ctx, []store.UplineQuery{{Start: id, At: m.At}})
		if err != nil {
			return err
		}
		lines[i] = found[0]
	}
	m.Loss = tree.Compare(lines[0], lines[1])
	return nil
}

// below counts who stands below somebody at an instant.
func (c *call) below(id partner.ID, at time.Time) (int, error) {
	n := 0
	for level := []partner.ID{id}; len(level) > 0; {
		queries := make([]store.RecruitQuery, len(level))
		for i, id := range level {
			queries[i] = store.RecruitQuery{Recruiter: id, At: at}
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
		_, err := c.checkEdge(moves[0].Partner, moves[0].To)
		return err
	}
	team, err := c.team(moves)
	if err != nil {
		return err
	}
	for _, m := range moves {
		if err := team.Move(tree.Edge{Partner: m.Partner, Recruiter: m.To, From: c.edgeFrom()}); err != nil {
			return err
		}
	}
	return nil
}

// team reads those who move, those who get them, and everybody who stands or is going to stand above these.
func (c *call) team(moves []partner.EdgeMove) (*tree.Team, error) {
	var edges []tree.Edge
	known := map[partner.ID]bool{"": true}
	var next []partner.ID
	see := func(id partner.ID) {
		if !known[id] {
			known[id], next = true, append(next, id)
		}
	}
	for _, m := range moves {
		see(m.Partner)
		see(m.To)
	}
	for len(next) > 0 {
		found, err := c.tx.Edges(c.ctx, next)
		if err != nil {
			return nil, err
		}
		next = nil
		for _, all := range found {
			for _, e := range all {
				edges = append(edges, e)
				see(e.Recruiter)
			}
		}
	}
	return tree.TeamOf(edges), nil
}

// addMoves adds edges that begin at edgeFrom, and tells of each.
func (c *call) addMoves(moves []partner.EdgeMove) error {
	ids := make([]partner.ID, len(moves))
	for i, m := range moves {
		ids[i] = m.Partner
	}
	before, err := c.tx.Edges(c.ctx, ids)
	if err != nil {
		return err
	}
	edges := make([]tree.Edge, len(moves))
	for i, m := range moves {
		edges[i] = tree.Edge{ID: c.part(i), Partner: m.Partner, Recruiter: m.To, From: c.edgeFrom(), Seq: int64(len(before[i])) + 1, Record: c.record}
	}
	if err := c.tx.AddEdges(c.ctx, edges); err != nil {
		return err
	}
	for i, m := range moves {
		if err := c.emit("partner_moved", string(m.Partner), map[string]any{"from": m.From, "recruiter": m.To, "at": edges[i].From}); err != nil {
			return err
		}
	}
	return nil
}
