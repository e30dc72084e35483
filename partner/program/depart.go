package program

import (
	"context"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// Depart ends somebody's time as a partner.
type Depart struct {
	Partner  partner.ID
	WithTeam bool // whether one who recruited others is meant to be cleared out
	Meta
}

// Departed is what it did that somebody left.
type Departed struct {
	Partner      partner.ID
	To           partner.Status
	At           time.Time
	PayableUntil time.Time          // until when he can withdraw; zero: for ever
	Forfeits     bool               // whether what is pending of his is forfeited, which RunDue then takes
	Edges        []partner.EdgeMove // who has another recruiter, tree by tree
	Transfers    []partner.Transfer // whose customers are others'
}

// Finish ends a termination, and what hangs on the partner goes where the plan's section joining.leaving says: from At on his customers, and from the instant
// of recording on, or At where that is later, those whom he recruited, each with his own team, and so in every tree. What is posted settles to him, unless
// the section says that what is pending is forfeited: then RunDue takes it, a batch at a time, from At on, and what is told of late is taken where it is
// posted. What was released before stays his. [Partners.PreviewDeparture] says before what it does.
//
// It is a [*partner.MoveError] unless he is leaving, a [*NotFoundError] for somebody who is no partner or for the partner who is to get the customers, and a
// [*TransferError] where that one earns nothing.
func (p Partners) Finish(ctx context.Context, in Depart) (Departed, error) {
	return p.depart(ctx, in, partner.MoveFinish)
}

// ClearOut removes a partner at once, as Finish ends a termination. For one who recruited others it is a [*partner.TeamError], which has what would become of
// them, unless WithTeam says that it is meant so. Its other errors are those of Finish.
func (p Partners) ClearOut(ctx context.Context, in Depart) (Departed, error) {
	return p.depart(ctx, in, partner.MoveClearOut)
}

func (p Partners) depart(ctx context.Context, in Depart, move partner.Move) (Departed, error) {
	if err := partner.CheckID("partner", in.Partner); err != nil {
		return Departed{}, err
	}
	at := in.At
	if at.IsZero() {
		at = p.now()
	}
	op := operation{name: string(move), key: list(string(in.Partner), canonicalTime(at)), meta: in.Meta}
	op.payload.add("partner", string(in.Partner))
	op.payload.add("withTeam", yes(in.WithTeam))
	op.addKeyedAt()
	return write(ctx, p.shell, op, func(c *call, out *Departed) (apply, error) {
		v, publish, err := c.planAt("at", c.at)
		if err != nil {
			return nil, err
		}
		customers, err := c.customersLeft(in.Partner, c.tx.LockBindings)
		if err != nil {
			return nil, err
		}
		trees, err := c.trees()
		if err != nil {
			return nil, err
		}
		if err := c.tx.LockTrees(ctx, trees); err != nil {
			return nil, err
		}
		d, err := c.departure(v, in, move, customers)
		if err != nil {
			return nil, err
		}
		*out = Departed{
			Partner: in.Partner, To: d.To, At: d.At, PayableUntil: d.PayableUntil, Forfeits: d.OnPending == partner.PendingForfeits, Edges: d.Edges, Transfers: d.Transfers,
		}
		return func() error {
			return inTurn(publish,
				func() error { return c.addMoves(d.Edges) },
				func() error { return c.addTransfers(d.Transfers, tree.ByRelease) },
				func() error {
					return c.learn(d.Facts, "partner_"+string(d.To), string(in.Partner), map[string]any{"recruits": len(d.Edges), "customers": len(d.Transfers)})
				},
				func() error {
					if !out.Forfeits {
						return nil
					}
					return c.forfeitFrom(in.Partner)
				})
		}, nil
	}, func(c *call, first store.Claim, out *Departed) error {
		*out = Departed{Partner: in.Partner, At: c.at}
		return c.departed(out, first)
	})
}

// forfeitFrom notes that somebody forfeits what is pending of his from the instant of the call on.
func (c *call) forfeitFrom(id partner.ID) error {
	locked, err := c.tx.LockForfeits(c.ctx, []partner.ID{id})
	if err != nil {
		return err
	}
	return c.tx.SaveForfeits(c.ctx, []settlement.Forfeits{locked[0].Add(c.at, c.record)})
}

// PreviewDeparture says what it would do that a partner leaves by [partner.MoveFinish] or [partner.MoveClearOut], and does nothing. For one who recruited others
// it says what becomes of them, whether or not WithTeam is set. Its other errors are those of Finish.
func (p Partners) PreviewDeparture(ctx context.Context, in Depart, move partner.Move) (partner.Departure, error) {
	if err := partner.CheckID("partner", in.Partner); err != nil {
		return partner.Departure{}, err
	}
	if err := in.Meta.check(); err != nil {
		return partner.Departure{}, err
	}
	in.WithTeam = true
	var out partner.Departure
	err := p.view(ctx, func(tx store.Tx) error {
		c := &call{shell: p.shell, ctx: ctx, tx: tx, at: instant(in.At)}
		c.record.Recorded = p.now()
		if in.At.IsZero() {
			c.at = c.record.Recorded
		}
		v, _, err := c.planAt("at", c.at)
		if err != nil {
			return err
		}
		customers, err := c.customersLeft(in.Partner, tx.Bindings)
		if err != nil {
			return err
		}
		out, err = c.departure(v, in, move, customers)
		return err
	})
	return out, err
}

// departure works out what it does that somebody leaves whose customers these are.
func (c *call) departure(v *version, in Depart, move partner.Move, customers []partner.Customer) (partner.Departure, error) {
	who, err := c.leaver(v, in.Partner)
	if err != nil {
		return partner.Departure{}, err
	}
	who.Customers = customers
	leaving := v.plan.Joining.Leaving.WithDefaults()
	d, err := leaving.Depart(who, move, in.WithTeam, c.at)
	if err != nil {
		return partner.Departure{}, err
	}
	if len(d.Transfers) > 0 {
		bar, err := c.ownerBar(leaving.CustomersTo)
		if err != nil {
			return partner.Departure{}, err
		}
		if bar != "" {
			return partner.Departure{}, &TransferError{Problems: []TransferProblem{{Customer: d.Transfers[0].Customer, Reason: bar}}}
		}
	}
	return d, c.checkMoves(d.Edges)
}
