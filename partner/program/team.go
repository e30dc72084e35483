package program

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// Recruit says that a partner brought somebody into his team or, in another tree, that somebody stands below him there.
type Recruit struct {
	Tree      partner.Tree // "" for that of recruiters
	Partner   partner.ID   // who was brought
	Recruiter partner.ID   // by whom
	Meta
}

// RecruitOutcome says what became of a recruit.
type RecruitOutcome struct {
	Partner  PartnerState
	Recruits bool // whether the edge is new
	// Reason is why not: [tree.Owned] where he has another recruiter, [tree.SameOwner] where he has this one, or why the recruiter may not recruit, such as
	// [partner.MayNotRecruit].
	Reason partner.Reason
}

// Bind says that a customer came by a partner: he clicked his link, scanned his code, was assigned to him.
type Bind struct {
	Customer partner.Customer
	Owner    partner.ID
	By       tree.Cause // what he did: [tree.ByShare], which "" is, [tree.ByContact] or [tree.ByOrder]
	Meta
}

// BindOutcome says what became of an attempt to bind.
type BindOutcome struct {
	Owner  partner.ID     // who owns the customer as of At
	Bound  bool           // whether by this attempt
	Reason partner.Reason // why not
}

// Recruit puts somebody into the team of a recruiter, until somebody of the shop moves him. Who is not known yet becomes a partner by it, or a candidate
// where the plan asks something of recruits. The recruiter must be known; he may be a candidate. Who has a recruiter keeps him, and the outcome says so.
// Where the recruiter's level may not recruit, or he has left, nothing is recorded and the outcome says why, or, where the plan passes recruits up, the
// nearest above him who may is the recruiter.
//
// In another tree than that of recruiters both must be known, the recruiter must not have left, and nobody joins or gets a level by it.
//
// It is [tree.ErrSelf] or a [*tree.CycleError] where somebody would stand above himself, a [*NotFoundError] for an unknown recruiter, and an
// [*UnknownTreeError] for a tree that no plan names.
func (t Team) Recruit(ctx context.Context, in Recruit) (RecruitOutcome, error) {
	if err := errors.Join(partner.CheckID("partner", in.Partner), partner.CheckID("recruiter", in.Recruiter)); err != nil {
		return RecruitOutcome{}, err
	}
	if in.Partner == in.Recruiter {
		return RecruitOutcome{}, tree.ErrSelf
	}
	op := operation{name: "recruit", key: list(ofTree(in.Tree, string(in.Partner), string(in.Recruiter))...), meta: in.Meta}
	op.payload.add("partner", string(in.Partner))
	op.payload.add("recruiter", string(in.Recruiter))
	op.payload.add("tree", string(in.Tree))
	op.addKeyedAt()
	return write(ctx, t.shell, op, func(c *call, out *RecruitOutcome) (apply, error) {
		v, publish, err := c.planAt("at", c.at)
		if err != nil {
			return nil, err
		}
		if err := c.hasTree(in.Tree); err != nil {
			return nil, err
		}
		if err := c.tx.LockTrees(ctx, []partner.Tree{in.Tree}); err != nil {
			return nil, err
		}
		recruit, err := c.recruit(v, in)
		if err != nil || recruit.join == nil {
			out.Partner, out.Reason = recruit.state, recruit.reason
			return nil, err
		}
		return func() error {
			if err := inTurn(publish, recruit.join); err != nil {
				return err
			}
			out.Reason, out.Recruits = recruit.reason, recruit.reason == ""
			if out.Recruits {
				if err := c.addEdge(in.Tree, in.Partner, recruit.by); err != nil {
					return err
				}
			}
			out.Partner, err = c.partner(in.Partner, c.at)
			return err
		}, nil
	}, func(c *call, first store.Claim, out *RecruitOutcome) error {
		state, err := c.partner(in.Partner, c.at)
		if err != nil {
			return err
		}
		edges, err := c.edgesOf(in.Tree, in.Partner)
		if err != nil {
			return err
		}
		*out = RecruitOutcome{Partner: state, Recruits: slices.ContainsFunc(edges, func(e tree.Edge) bool { return e.ID == first.Token })}
		if !out.Recruits {
			kept, err := c.keptBy(in.Tree, in.Partner)
			if err != nil {
				return err
			}
			out.Reason = recruited(kept, in.Recruiter)
		}
		return nil
	})
}

// recruiting is what becomes of a recruit.
type recruiting struct {
	state  PartnerState   // of who is recruited
	by     partner.ID     // who stands above him then
	reason partner.Reason // why nobody new does
	join   apply          // makes him a partner or a candidate where he is not known; nil where he is refused
}

// recruit works out what becomes of a recruit. Who may not be recruited by whom he is, because he would stand above himself, is an error.
func (c *call) recruit(v *version, in Recruit) (recruiting, error) {
	r := recruiting{by: in.Recruiter}
	recruiter, err := c.partner(in.Recruiter, c.at)
	if err != nil {
		return r, err
	}
	if recruiter.ID == "" {
		return r, &NotFoundError{Record: "partner", ID: string(in.Recruiter)}
	}
	if r.state, err = c.partner(in.Partner, c.at); err != nil {
		return r, err
	}
	r.join = nothing
	if in.Tree != "" {
		return c.stand(r, in, recruiter)
	}
	kept, err := c.keptBy("", in.Partner)
	if err != nil || kept != "" {
		r.reason = recruited(kept, in.Recruiter)
		return r, err
	}
	above, err := c.checkEdge("", in.Partner, in.Recruiter)
	if err != nil {
		return r, err
	}
	by, reason, err := c.entitled(v, above)
	if err != nil || reason != "" {
		return recruiting{state: r.state, reason: reason}, err
	}
	r.by = by.ID
	if r.state.ID == "" {
		r.join, err = c.join(v, in.Partner, r.state, v.plan.Joining.StatusOnRecruit(), v.plan.Levels.RecruitLevel(by.Level))
	}
	return r, err
}

// stand works out what becomes of a recruit in another tree than that of recruiters.
func (c *call) stand(r recruiting, in Recruit, recruiter PartnerState) (recruiting, error) {
	if r.state.ID == "" {
		return r, &NotFoundError{Record: "partner", ID: string(in.Partner)}
	}
	kept, err := c.keptBy(in.Tree, in.Partner)
	if err != nil || kept != "" {
		r.reason = recruited(kept, in.Recruiter)
		return r, err
	}
	if _, err := c.checkEdge(in.Tree, in.Partner, in.Recruiter); err != nil {
		return r, err
	}
	if bar := recruiter.RecruitBar(); bar != "" {
		return recruiting{state: r.state, reason: bar}, nil
	}
	return r, nil
}

// entitled returns who recruits where somebody brings a recruit, or the reason why nobody may. above is the line above him, himself first.
func (c *call) entitled(v *version, above []partner.ID) (partner.Standing, partner.Reason, error) {
	if v.plan.Joining.Unentitled != partner.UnentitledPassUp {
		above = above[:1]
	}
	var line []partner.Standing
	for _, id := range above {
		who, err := c.standing(id)
		if err != nil {
			return partner.Standing{}, "", err
		}
		line = append(line, who)
	}
	by, reason := v.plan.Levels.Recruiter(line, v.plan.Joining.Unentitled)
	for _, who := range line {
		if who.ID == by {
			return who, "", nil
		}
	}
	return partner.Standing{}, reason, nil
}

// standing returns what holds of somebody; of one who is known, and joined only after the event of which the programme hears late, or has left since, what came
// to hold: a recruit stands below him from when it is recorded.
func (c *call) standing(id partner.ID) (partner.Standing, error) {
	who, err := c.partner(id, c.at)
	if err == nil && c.edgeFrom().After(c.at) {
		var then PartnerState
		if then, err = c.partner(id, c.edgeFrom()); then.Status != "" && !then.Status.Live() {
			who = then
		}
	}
	if err == nil && who.ID != "" && who.Status == "" {
		who, err = c.partner(id, tree.Ever)
	}
	return partner.Standing{ID: id, State: who.State}, err
}

func recruited(has, wants partner.ID) partner.Reason {
	switch has {
	case "":
		return ""
	case wants:
		return tree.SameOwner
	}
	return tree.Owned
}

// Owner returns who owns a customer as of an instant (zero: now), "" for nobody.
func (t Team) Owner(ctx context.Context, customer partner.Customer, at time.Time) (partner.ID, error) {
	if at.IsZero() {
		at = t.now()
	}
	var owner partner.ID
	err := t.view(ctx, func(tx store.Tx) error {
		var err error
		owner, err = (&call{shell: t.shell, ctx: ctx, tx: tx}).owner(customer, instant(at))
		return err
	})
	return owner, err
}

// Uplines asks for the line of people above a partner in a tree.
type Uplines struct {
	Tree    partner.Tree // "" for that of recruiters
	Partner partner.ID
	At      time.Time // zero: now
	Depth   int       // at most how many of them, himself among them; 0: all
}

// Uplines returns the line of people from a partner upwards as of an instant, himself first. Somebody without recruiter gives only himself. It is an
// [*UnknownTreeError] for a tree that no plan names.
func (t Team) Uplines(ctx context.Context, in Uplines) ([]partner.ID, error) {
	at := in.At
	if at.IsZero() {
		at = t.now()
	}
	var line []partner.ID
	err := t.view(ctx, func(tx store.Tx) error {
		if err := (&call{shell: t.shell, ctx: ctx, tx: tx}).hasTree(in.Tree); err != nil {
			return err
		}
		lines, err := tx.Uplines(ctx, []store.UplineQuery{{Tree: in.Tree, Start: in.Partner, At: instant(at), Depth: in.Depth}})
		if err == nil {
			line = lines[0]
		}
		return err
	})
	return line, err
}

// Edges asks below whom a partner stood in a tree.
type Edges struct {
	Tree    partner.Tree // "" for that of recruiters
	Partner partner.ID
}

// Edges returns everything that is recorded of who stands directly above a partner, moves to come among it, in order of recording: [tree.EdgeAt] finds which
// of it held at any instant. It is an [*UnknownTreeError] for a tree that no plan names.
func (t Team) Edges(ctx context.Context, in Edges) ([]tree.Edge, error) {
	var out []tree.Edge
	err := t.view(ctx, func(tx store.Tx) error {
		c := &call{shell: t.shell, ctx: ctx, tx: tx}
		err := c.hasTree(in.Tree)
		if err == nil {
			out, err = c.edgesOf(in.Tree, in.Partner)
		}
		return err
	})
	return out, err
}
