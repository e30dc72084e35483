package program

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

// releaseLeft notes of customers who are bound as of an instant after which their owners have left what would have become of them then, had it been told in
// time: who is still such a customer belongs to whom the plan of then gives the customers of one who leaves. The bindings are written.
func (c *call) releaseLeft(bound ...tree.Binding) error {
	bound = slices.DeleteFunc(slices.Clone(bound), func(b tree.Binding) bool { return b.Owner == "" || b.Reason != "" })
	for n := 0; n < len(bound); n++ { // who gets him may have left too
		left, err := c.leftSince(bound[n])
		if err != nil {
			return err
		}
		for _, b := range left {
			b.ID = fmt.Sprintf("%s+%d", c.token, len(bound))
			if err := c.tx.AddBindings(c.ctx, []tree.Binding{b}); err != nil {
				return err
			}
			if err := c.emitTransfer(partner.Transfer{Customer: b.Customer, From: b.Had, To: b.Owner}); err != nil {
				return err
			}
			bound = append(bound, b)
		}
	}
	return nil
}

// leftSince returns what becomes of a customer, whom this binds, since his owner has left: nothing, or whose he is from the first instant on at which he was
// still his and the owner left.
func (c *call) leftSince(bound tree.Binding) ([]tree.Binding, error) {
	facts, err := c.tx.Facts(c.ctx, []partner.ID{bound.Owner})
	if err != nil {
		return nil, err
	}
	for _, f := range partner.Sorted(facts[0]) {
		left := f.Kind == partner.FactStatus && !partner.Status(f.Value).Live() && f.At.After(bound.At)
		if !left {
			continue
		}
		owner, err := c.owner(bound.Customer, f.At)
		if err != nil {
			return nil, err
		}
		if owner != bound.Owner {
			continue
		}
		to, err := c.inherits(bound, f)
		if err != nil {
			return nil, err
		}
		b := tree.Binding{Customer: bound.Customer, Owner: to, By: tree.ByTransfer, At: f.At, Had: owner, Record: c.record}
		if to == "" {
			b.By = tree.ByRelease
		}
		return []tree.Binding{b}, nil
	}
	return nil, nil
}

// inherits returns who gets a customer of one who left by a fact, "" for nobody.
func (c *call) inherits(bound tree.Binding, f partner.Fact) (partner.ID, error) {
	v, _, err := c.planAt("at", f.At)
	if errors.Is(err, ErrNoPlan) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	who := partner.Leaver{Standing: partner.Standing{ID: bound.Owner}}
	if who.Above, err = c.above("", bound.Owner, latest(f.At, f.Recorded)); err != nil {
		return "", err
	}
	return v.plan.Joining.Leaving.WithDefaults().NewOwner(bound.Customer, &who), nil
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
