package program

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// FailedGrant is a user whose one-off bonuses could not be judged, and why.
type FailedGrant struct {
	User partner.ID
	Err  error
}

// judge judges one batch of users by whom something has happened, and where that fails each of them alone. They are found in a transaction before the one
// that judges them, so that this one begins with their locks and sees everything that was done under them.
func (r *dueRun) judge(ctx context.Context) (more bool, err error) {
	var users []partner.ID
	err = r.view(ctx, func(tx store.Tx) error {
		users, err = tx.DueGrants(ctx, r.now, r.users, r.config.Batch)
		return err
	})
	if err != nil || len(users) == 0 {
		return false, err
	}
	slices.Sort(users)
	more = len(users) == r.config.Batch
	again, err := r.judgeUsers(ctx, users)
	if err == nil || r.joined || ctx.Err() != nil {
		return more || again, err
	}
	for _, user := range users {
		again, err := r.judgeUsers(ctx, []partner.ID{user})
		more = more || again
		if err != nil {
			if ctx.Err() != nil {
				return false, err
			}
			r.config.Log.WarnContext(ctx, "the one-off bonuses for a user cannot be judged", "user", user, "error", err)
			r.due.FailedGrants = append(r.due.FailedGrants, FailedGrant{User: user, Err: err})
			r.users = append(r.users, user)
		}
	}
	return more, nil
}

// judgeUsers judges users in one transaction, and reports whether somebody is to be judged again.
func (r *dueRun) judgeUsers(ctx context.Context, users []partner.ID) (again bool, err error) {
	var out judgedGrants
	err = r.store.Update(ctx, r.tenant, func(tx store.Tx) (err error) {
		out, err = r.call(ctx, tx).judgeGrants(users, r.now)
		return err
	})
	if err != nil {
		return false, err
	}
	r.due.Granted = append(r.due.Granted, out.changes...)
	r.due.Risen = append(r.due.Risen, out.rises...)
	r.users = append(r.users, out.later...)
	return out.again, nil
}

// judgedGrants is what came of judging users.
type judgedGrants struct {
	changes []GrantChange
	rises   []Rise
	again   bool         // whether somebody is to be judged again at once
	later   []partner.ID // who is judged again when the clock is where this run is
}

// judgeGrants judges the one-off bonuses for users, who stand in order: it looks for levels that they reached and for their first settled orders, and pays
// or takes back what these make different. Where the plan lets rewards cascade they rise first by what they were paid before, and whoever is paid himself
// for a level is to be judged again.
func (c *call) judgeGrants(users []partner.ID, now time.Time) (judgedGrants, error) {
	var out judgedGrants
	cascade, err := c.cascades(now)
	if err != nil {
		return out, err
	}
	if cascade {
		if out.rises, err = c.rise(c.measured, users...); err != nil {
			return out, err
		}
	}
	grants, err := c.tx.LockGrants(c.ctx, users)
	if err != nil {
		return out, err
	}
	grants = slices.DeleteFunc(grants, func(g settlement.Grants) bool { return g.Due.IsZero() || g.Due.After(now) })
	known := now // of a level that begins after the clock nobody knows yet what the plan will be then
	if c.record.Recorded.Before(known) {
		known = c.record.Recorded
	}
	judged, err := c.findGrants(grants, known)
	if err != nil {
		return out, err
	}
	stored := make([]settlement.Grants, len(grants))
	for i := range grants {
		stored[i] = grants[i].Clone()
	}
	if err := c.forfeitGrants(grants, judged, now); err != nil {
		return out, err
	}
	var rows []settlement.Row
	var saved []settlement.Grants
	for i, before := range grants {
		after, paid, err := before.Judge(judged[i], now, c.record)
		if err != nil {
			return out, err
		}
		changed := grantChanges(before, after)
		switch {
		case cascade && slices.ContainsFunc(changed, func(x GrantChange) bool { return x.Grant.Payee == x.User }):
			after.Due, out.again = now, true
		case !after.Due.IsZero() && !after.Due.After(now):
			out.later = append(out.later, after.User)
			if after.Due.Equal(stored[i].Due) && after.Settled == stored[i].Settled && slices.Equal(after.All, stored[i].All) {
				continue // also by the run before this one it was too early
			}
		}
		saved = append(saved, after)
		rows = append(rows, paid...)
		out.changes = append(out.changes, changed...)
	}
	if err := c.tx.SaveGrants(c.ctx, saved); err != nil {
		return out, err
	}
	if err := c.addRows(rows); err != nil {
		return out, err
	}
	for _, x := range out.changes {
		kind := "grant_paid"
		if !x.Grant.Stands {
			kind = "grant_taken_back"
		}
		data := map[string]any{"user": x.User, "bonus": x.Grant.Name, "level": x.Grant.Level, "amount": x.Grant.Amount}
		if err := c.emit(kind, string(x.Grant.Payee), data); err != nil {
			return out, err
		}
	}
	if len(c.events) == 0 {
		return out, nil
	}
	return out, c.tx.AppendEvents(c.ctx, c.events)
}

// cascades reports whether the plan in force at an instant lets a reward for a level count towards the next at once.
func (c *call) cascades(at time.Time) (bool, error) {
	v, _, err := c.planAt("at", at)
	if errors.Is(err, ErrNoPlan) {
		return false, nil
	}
	return err == nil && v.plan.Rising.Reward == incentive.Cascade, err
}

// forfeitGrants gives the reason to bonuses that are not paid and that those have forfeited who would get them: they have left, and get nothing more.
func (c *call) forfeitGrants(grants []settlement.Grants, judged []settlement.Judged, now time.Time) error {
	if any, err := c.anyForfeit(); err != nil || !any {
		return err
	}
	waiting := map[partner.ID][]*settlement.Grant{}
	for i := range grants {
		for _, list := range [][]settlement.Grant{grants[i].All, judged[i].Found} {
			for k := range list {
				if g := &list[k]; g.Owed() && !g.Stands {
					waiting[g.Payee] = append(waiting[g.Payee], g)
				}
			}
		}
	}
	payees := sortedKeys(waiting)
	known, err := c.tx.Forfeits(c.ctx, payees)
	if err != nil {
		return err
	}
	for i, id := range payees {
		for _, g := range waiting[id] {
			if known[i].Covers(g.At, now, now) {
				g.Reason = commission.ForfeitedByLeaving
			}
		}
	}
	return nil
}

// grantChanges are the bonuses that are paid after a judgement and were not before it, or the other way round.
func grantChanges(before, after settlement.Grants) []GrantChange {
	var changes []GrantChange
	for i, g := range after.All {
		if stood := i < len(before.All) && before.All[i].Stands; stood != g.Stands {
			changes = append(changes, GrantChange{User: after.User, Grant: g, Settled: after.Settled})
		}
	}
	return changes
}

// findGrants finds for each user what there is to be judged of him at an instant, by all that is known. As long as no plan has one-off bonuses no order of his
// is looked for, since a refund of it would not be told of either.
func (c *call) findGrants(grants []settlement.Grants, now time.Time) ([]settlement.Judged, error) {
	users, customers := make([]partner.ID, len(grants)), make([]partner.Customer, len(grants))
	for i := range grants {
		users[i], customers[i] = grants[i].User, partner.Customer(grants[i].User)
	}
	facts, err := c.tx.Facts(c.ctx, users)
	if err != nil {
		return nil, err
	}
	edges, err := c.tx.Edges(c.ctx, inTree("", users...))
	if err != nil {
		return nil, err
	}
	bindings, err := c.tx.Bindings(c.ctx, customers)
	if err != nil {
		return nil, err
	}
	pays, _, err := c.oneOffs()
	if err != nil {
		return nil, err
	}
	settled := make([]settlement.Order, len(grants))
	if pays {
		if settled, err = c.tx.SettledOrders(c.ctx, customers); err != nil {
			return nil, err
		}
	}
	judged := make([]settlement.Judged, len(grants))
	for i := range grants {
		u := grantUser{call: c, facts: facts[i], edges: edges[i], bindings: bindings[i], settled: settled[i], out: &judged[i]}
		u.out.Settled = settled[i].ID
		if err := errors.Join(u.upgrades(now), u.firstOrder()); err != nil {
			return nil, err
		}
		u.out.Found = slices.DeleteFunc(u.out.Found, func(g settlement.Grant) bool { return grants[i].Has(g.Name, g.Level) })
	}
	return judged, c.barPayees(judged)
}

// grantUser is one user with all that decides on the one-off bonuses for him.
type grantUser struct {
	*call
	facts    []partner.Fact // in the order in which they were recorded
	edges    []tree.Edge
	bindings []tree.Binding
	settled  settlement.Order // the first of his settled orders; without id there is none
	out      *settlement.Judged
}

// recruiter is who recruited the user, as of an instant; "" for nobody.
func (u *grantUser) recruiter(at time.Time) partner.ID { return tree.RecruiterAt(u.edges, at) }

// recruiterOn is who recruited the user when he reached a level. The level with which somebody is recruited is reached below his recruiter, also where that
// was told late: his first edge begins only when it is recorded, as the level is.
func (u *grantUser) recruiterOn(level partner.Fact) partner.ID {
	if len(u.edges) > 0 && u.edges[0].Recorded.Equal(level.Recorded) {
		return u.edges[0].Recruiter
	}
	return u.recruiter(level.At)
}

// payeeOf is who gets what is given for a level that the user reached.
func (u *grantUser) payeeOf(r incentive.Reached, level partner.Fact) partner.ID {
	if r.Payee == incentive.ToSelf {
		return level.Partner
	}
	return u.recruiterOn(level)
}

// upgrades finds the levels that the user reached by now, one fact at a time in the order in which they were recorded: each against those before it.
func (u *grantUser) upgrades(now time.Time) error {
	for i, f := range u.facts {
		if f.Kind != partner.FactLevel {
			continue
		}
		if f.At.After(now) {
			if u.out.Next.IsZero() || f.At.Before(u.out.Next) {
				u.out.Next = f.At
			}
			continue
		}
		v, _, err := u.planAt("at", f.At)
		if errors.Is(err, ErrNoPlan) {
			continue
		}
		if err != nil {
			return err
		}
		before := partner.At(u.facts[:i], f.At).Level
		for _, r := range v.plan.OneOffs.Reached(v.plan.Levels, before, partner.Level(f.Value), f.At) {
			amount, err := v.plan.Currency.Amount(r.Amount)
			if err != nil {
				return err
			}
			g := settlement.Grant{
				Name: r.Name, Kind: settlement.ForUpgrade, Level: r.Level, At: f.At, Plan: v.stored.Version, Payee: u.payeeOf(r, f), Amount: amount,
			}
			u.out.Found = append(u.out.Found, g)
		}
	}
	return nil
}

// firstOrder finds the bonuses for the user's first settled order, by the plan that judged it.
func (u *grantUser) firstOrder() error {
	o := &u.settled
	if o.ID == "" {
		return nil
	}
	v, err := u.planOf(o.Plan)
	if err != nil {
		return err
	}
	for i := range v.plan.OneOffs {
		x := &v.plan.OneOffs[i]
		if x.FirstOrder == nil || !x.Covers(o.PaidAt) {
			continue
		}
		payee := u.recruiter(o.PaidAt)
		if x.FirstOrder.Of == incentive.NewCustomers {
			if payee, err = u.ownerOf(u.bindings, o.PaidAt); err != nil {
				return err
			}
			if payee == "" && o.Attributed.By == commission.Owner {
				payee = o.Attributed.Partner // whom a binding within the plan's grace made the owner
			}
		}
		if payee == "" {
			continue // he is no new user of anybody's
		}
		amount, err := v.plan.Currency.Amount(x.FirstOrder.Amount)
		if err != nil {
			return err
		}
		u.out.Found = append(u.out.Found, settlement.Grant{
			Name: x.Name, Kind: settlement.ForFirstOrder, Order: o.ID, At: o.PaidAt, Plan: v.stored.Version, Payee: payee, Amount: amount,
		})
	}
	return nil
}

// barPayees finds why those whose bonuses were found earn nothing, as of the instants of the bonuses.
func (c *call) barPayees(judged []settlement.Judged) error {
	at := map[partner.ID][]*settlement.Grant{}
	for i := range judged {
		for j := range judged[i].Found {
			g := &judged[i].Found[j]
			at[g.Payee] = append(at[g.Payee], g)
		}
	}
	for _, g := range at[""] {
		g.Reason = commission.NoRecruiter
	}
	delete(at, "")
	payees := slices.Sorted(maps.Keys(at))
	facts, err := c.tx.Facts(c.ctx, payees)
	if err != nil {
		return err
	}
	for i, id := range payees {
		for _, g := range at[id] {
			v, err := c.planOf(g.Plan)
			if err != nil {
				return err
			}
			g.Reason = v.plan.Joining.Bar(partner.At(facts[i], g.At))
		}
	}
	return nil
}
