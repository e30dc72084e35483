package program

import (
	"cmp"
	"context"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// Paid takes a paid order: it finds whose order it is and who stands above as of its payment, calculates, and posts what each of them earns, pending.
// Events that came before the order are applied in the same transaction. The buyer's own spending counts after the order itself, so that an order that
// makes him a partner, or gives him a higher level, pays the relations and levels there were before it.
//
// An order that awaits something is checked and noted, and nothing is posted or counted for it; the outcome says what it awaits. Told again without that,
// it is posted once, by what holds at the PaidAt of then. Hearing that a posted order awaits something changes nothing: the outcome is what it paid,
// Repeated.
//
// An order that pays nobody is recorded too, and the outcome says why. An order that makes no sense is a [*commission.OrderError] or names the field
// otherwise, one before the first plan is [ErrNoPlan]; nothing is written then.
func (o Orders) Paid(ctx context.Context, in Order) (Outcome, error) {
	paid, err := in.paid()
	if err != nil {
		return Outcome{}, err
	}
	return paid.write(ctx, o.shell)
}

// paid is what Paid does with an order.
func (in Order) paid() (task[Outcome], error) {
	if err := in.check(); err != nil {
		return task[Outcome]{}, err
	}
	if in.Awaits != "" {
		return in.awaits(), nil
	}
	return task[Outcome]{in.operation(), func(c *call, out *Outcome) (apply, error) {
		stored, err := c.lockPaid(&in)
		if err != nil {
			return nil, err
		}
		judged, err := c.judge(&in, true)
		if err != nil {
			return nil, err
		}
		posting, err := stored.Accrue(settlement.Accrual{
			Customer: in.Customer, PaidAt: judged.order.PaidAt, Kind: in.Kind, Plan: judged.version.stored.Version, Terms: judged.version.plan.Settlement,
			Attributed: judged.attributed, Goods: settlement.GoodsOf(in.Lines), Result: judged.result, Assets: judged.assets, Case: judged.again,
			Key: c.key, Record: c.record,
		})
		if err != nil {
			return nil, err
		}
		changes, err := soldChange(judged.version, &stored, &posting.Order)
		if err != nil {
			return nil, err
		}
		if err := c.forfeitsOfNew(&posting); err != nil {
			return nil, err
		}
		reached, err := c.gracedByPayment(judged, &posting)
		if err != nil {
			return nil, err
		}
		c.spends = append(c.spends, in.Customer)
		return func() error {
			if err := judged.publish(); err != nil {
				return err
			}
			if err := c.addPayment(judged); err != nil {
				return err
			}
			if posting.Order.Promoted, err = c.spend(judged, &posting.Order); err != nil {
				return err
			}
			if posting.Order.Risen, err = c.buyerRises(judged, &posting.Order); err != nil {
				return err
			}
			if err := c.saveOrder(judged.version, posting); err != nil {
				return err
			}
			if err := c.addRows(slices.Concat(posting.Rows, posting.Forfeits)); err != nil {
				return err
			}
			if err := c.tellForfeits(posting.Forfeits); err != nil {
				return err
			}
			data := withAssets(posting.Order, map[string]any{"customer": in.Customer, "commission": posting.Order.Total})
			if err := c.emit("order_paid", string(in.ID), withSold(changes, data)); err != nil {
				return err
			}
			if err := c.attributeLate(reached); err != nil {
				return err
			}
			order, err := c.unpark(posting.Order, judged.version)
			if err != nil {
				return err
			}
			if *out, err = outcomeBy(order.JudgedAt(0), judged.version, judged.result); err == nil {
				*out, err = c.asPosted(*out, &order, judged.version)
			}
			return err
		}, nil
	}, func(c *call, first store.Claim, out *Outcome) error {
		order, v, err := c.posted(in.ID)
		if err != nil {
			return err
		}
		*out, err = c.firstOutcome(order, v)
		out.Repeated = first.Token != c.token // this call's own token is that of a commit whose answer was lost
		return err
	}}, nil
}

// awaits notes that an order is not final.
func (in Order) awaits() task[Outcome] {
	return task[Outcome]{in.operation(), func(c *call, out *Outcome) (apply, error) {
		stored, err := c.lockPaid(&in)
		if err != nil {
			return nil, err
		}
		if _, err := c.judge(&in, false); err != nil {
			return nil, err
		}
		if stored.Posted {
			v, err := c.planOf(stored.Plan)
			if err != nil {
				return nil, err
			}
			*out, err = c.firstOutcome(stored, v)
			out.Repeated = true
			return nil, err
		}
		*out = awaiting(&in)
		return func() error {
			return c.emit("order_awaits", string(in.ID), map[string]any{"customer": in.Customer, "awaits": in.Awaits})
		}, nil
	}, func(c *call, first store.Claim, out *Outcome) error {
		*out = awaiting(&in)
		out.Repeated = first.Token != c.token
		return nil
	}}
}

// awaiting is the outcome of an order that is not final.
func awaiting(in *Order) Outcome {
	return Outcome{Order: in.ID, Attributed: commission.Attributed{Reason: awaitsReasons[in.Awaits]}, Awaits: in.Awaits}
}

// Quote works out what an order would pay if it were paid now as it is, by the same engine as Paid, and writes nothing. The id may be left out, and a
// PaidAt that is left out is now. Of an order that awaits something it says so, as Paid does; what it will pay is asked without that. Its errors are those
// of Paid.
func (o Orders) Quote(ctx context.Context, in Order) (Outcome, error) {
	if in.ID == "" {
		in.ID = "quote"
	}
	if in.PaidAt.IsZero() {
		in.PaidAt = o.now()
	}
	if err := in.check(); err != nil {
		return Outcome{}, err
	}
	var out Outcome
	token := o.config.NewID() // by which its payment comes after others of the same instant
	err := o.view(ctx, func(tx store.Tx) error {
		c := &call{shell: o.shell, ctx: ctx, tx: tx, at: instant(in.PaidAt), token: token, quotes: true}
		c.record.Recorded = o.now()
		judged, err := c.judge(&in, false)
		if err != nil {
			return err
		}
		if in.Awaits != "" {
			out = awaiting(&in)
			return nil
		}
		posting, err := settlement.Order{ID: in.ID}.Accrue(settlement.Accrual{
			Customer: in.Customer, PaidAt: judged.order.PaidAt, Kind: in.Kind, Plan: judged.version.stored.Version, Terms: judged.version.plan.Settlement,
			Attributed: judged.attributed, Result: judged.result, Assets: judged.assets, Record: c.record,
		})
		if err != nil {
			return err
		}
		if err := c.forfeitsOfNew(&posting); err != nil {
			return err
		}
		if out, err = outcomeOf(posting.Order, judged.version); err != nil {
			return err
		}
		return out.less(posting.Forfeits)
	})
	return out, err
}

// Outcome returns what an order paid when it was posted or, where the plan had it judged again since, by that, with the release time as it is now, and without
// what payees have forfeited, of which it has the reason. It is a
// [*NotFoundError] for an order that is not known.
func (o Orders) Outcome(ctx context.Context, id commission.OrderID) (Outcome, error) {
	var out Outcome
	err := o.view(ctx, func(tx store.Tx) error {
		c := &call{shell: o.shell, ctx: ctx, tx: tx}
		order, v, err := c.posted(id)
		if err != nil {
			return err
		}
		if out, err = outcomeOf(order, v); err != nil {
			return err
		}
		return c.lessForfeits(&out, &order, false)
	})
	return out, err
}

// saveOrder writes the order of a posting and what it uses of campaigns.
func (c *call) saveOrder(v *version, p settlement.Posting) error {
	if err := c.tx.SaveOrders(c.ctx, []settlement.Order{p.Order}); err != nil {
		return err
	}
	return c.count(v, p)
}

// addRows writes rows and, for those that are released already, the balances in order of partner, then currency; also are changes that go with them.
func (c *call) addRows(rows []settlement.Row, also ...settlement.Change) error {
	if err := c.tx.AddRows(c.ctx, rows); err != nil {
		return err
	}
	released := slices.DeleteFunc(slices.Clone(rows), func(row settlement.Row) bool { return row.Released.IsZero() })
	slices.SortStableFunc(released, func(a, b settlement.Row) int {
		return cmp.Or(cmp.Compare(a.Payee, b.Payee), a.Amount.Currency().Cmp(b.Amount.Currency()))
	})
	changes, err := changesByPayee(released, func(row *settlement.Row) settlement.Change { return settlement.Change{Net: row.Amount} })
	if err != nil {
		return err
	}
	changes = append(changes, also...)
	slices.SortStableFunc(changes, func(a, b settlement.Change) int {
		return cmp.Or(cmp.Compare(a.Partner, b.Partner), a.Currency().Cmp(b.Currency()))
	})
	return c.tx.ChangeBalances(c.ctx, changes)
}
