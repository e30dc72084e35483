package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/tree"
)

// The set plo: contributions to a campaign that paid referrers.
//
//   - contributions.csv: seq, time, account, referrer (may be empty), amount_dot.
//   - expected_referrer.csv: referrer, contributed_dot (by those who named him), reward_dot.
//   - expected_account.csv: account, contributed_dot. Its power_dot is no commission: more than all of an order's amount goes to the buyer himself.
//   - expected_tree2.csv: partner, l1_dot, l2_dot: two levels, where the first valid referrer is bound for ever.
const (
	ploContributions = "contributions.csv"
	ploReferrers     = "expected_referrer.csv"
	ploAccounts      = "expected_account.csv"
	ploTree2         = "expected_tree2.csv"
)

// ploCampaign pays the referrer whom each contribution names, who may be the buyer himself.
const ploCampaign = `{
	"currency": {"code": "DOT", "scale": 10},
	"commission": {"rates": ["5%"], "attribution": ["referrer"], "selfPurchase": "own", "rounding": {"mode": "down"}},
	"campaigns": [{"name": "early", "to": "2021-12-23T19:00:00Z", "factor": "1.2"}],
	"settlement": {"anchor": "paid"}
}`

// ploBinding pays two levels above the buyer.
const ploBinding = `{
	"currency": {"code": "DOT", "scale": 10},
	"commission": {"rates": ["5%", "2%"], "rounding": {"mode": "down"}},
	"campaigns": [{"name": "early", "to": "2021-12-23T19:00:00Z", "factor": "1.2"}],
	"settlement": {"anchor": "paid"}
}`

// contribution is one row: an order of one line with one unit.
type contribution struct {
	seq      string
	at       time.Time
	account  partner.ID
	referrer partner.ID
	amount   decimal.Decimal
}

func (c *contribution) order() *program.Order {
	return &program.Order{
		ID: commission.OrderID(c.seq), Customer: partner.Customer(c.account), Referrer: c.referrer, PaidAt: c.at,
		Lines: []program.Line{{ID: "1", Quantity: 1, Amount: c.amount}},
	}
}

func readContributions(path string) ([]contribution, error) {
	var all []contribution
	_, err := readCSV(path, []string{"seq", "time", "account", "referrer", "amount_dot"}, func(r *row) error {
		all = append(all, contribution{
			r.needed("seq"), r.instant("time", time.RFC3339), partner.ID(r.needed("account")), partner.ID(r.text("referrer")), r.number("amount_dot"),
		})
		return nil
	})
	return all, err
}

func plo(ctx context.Context, dir string, rep *report) error {
	if rep.missing(dir, ploContributions) {
		return nil
	}
	contributions, err := readContributions(filepath.Join(dir, ploContributions))
	if err != nil {
		return err
	}
	if err := ploByLink(ctx, dir, rep, contributions); err != nil {
		return err
	}
	return ploByBinding(ctx, dir, rep, contributions)
}

// ploByLink is the campaign as it was.
func ploByLink(ctx context.Context, dir string, rep *report, contributions []contribution) error {
	referrers, err := rep.readExpected(dir, ploReferrers, "referrer")
	if err != nil {
		return err
	}
	accounts, err := rep.readExpected(dir, ploAccounts, "account")
	if err != nil {
		return err
	}
	p, err := rep.player(ctx, "referrer of the order", program.MustPlan(ploCampaign))
	if err != nil || p == nil {
		return err
	}
	named, own := sums{}, sums{}
	err = p.contribute(ctx, contributions, func(*contribution) error { return nil }, func(c *contribution, paid *program.Outcome) {
		own.add(c.account, paid.Goods)
		if id := paid.Attributed.Partner; id != "" {
			named.add(id, paid.Goods)
		}
	})
	if err != nil {
		return err
	}
	books, err := p.close(ctx)
	if err != nil {
		return err
	}
	p.compare(referrers, "reward_dot", books.earned)
	p.compare(referrers, "contributed_dot", named)
	p.totals = append(p.totals, "of all accounts "+own.total().String())
	p.note(accounts, "contributed_dot", accounts.compare("contributed_dot", own))
	rep.run(p.done(len(contributions)))
	referrers.unread(rep)
	accounts.unread(rep)
	return nil
}

// contribute tells the programme of every contribution. Who is first seen becomes a partner; before says what else comes before an order.
func (p *player) contribute(ctx context.Context, contributions []contribution, before func(*contribution) error, after func(*contribution, *program.Outcome)) error {
	var steps []step
	for i := range contributions {
		c := &contributions[i]
		steps = append(steps, step{c.at, func() error {
			if err := p.meet(ctx, c.account); err != nil {
				return err
			}
			if c.referrer != "" {
				if err := p.meet(ctx, c.referrer); err != nil {
					return err
				}
			}
			if err := before(c); err != nil {
				return err
			}
			return p.pay(ctx, c.order(), func(paid *program.Outcome) { after(c, paid) })
		}})
	}
	return p.play(ctx, steps)
}

// ploByBinding binds each account to the first referrer that it can have, before the order counts.
func ploByBinding(ctx context.Context, dir string, rep *report, contributions []contribution) error {
	levels, err := rep.readExpected(dir, ploTree2, "partner")
	if err != nil {
		return err
	}
	p, err := rep.player(ctx, "first referrer for ever", program.MustPlan(ploBinding))
	if err != nil || p == nil {
		return err
	}
	var n bindings
	err = p.contribute(ctx, contributions, func(c *contribution) error { return p.bind(ctx, c, &n) }, func(*contribution, *program.Outcome) {})
	if err != nil {
		return err
	}
	books, err := p.close(ctx)
	if err != nil {
		return err
	}
	p.compare(levels, "l1_dot", books.slots[1])
	p.compare(levels, "l2_dot", books.slots[2])
	rep.run(p.done(len(contributions)))
	rep.say("referrers: %s", n)
	levels.unread(rep)
	return nil
}

// bindings counts what became of the referrers named.
type bindings struct {
	bound, same, other, self, cycle, none int
}

func (n bindings) String() string {
	return fmt.Sprintf("%s bound, %s repeats, %s other than the bound one, %s refused as self, %s refused as cycle, %s rows without",
		count(n.bound), count(n.same), count(n.other), count(n.self), count(n.cycle), count(n.none))
}

// bind makes an account the recruit of the referrer that a contribution names, if it can be.
func (p *player) bind(ctx context.Context, c *contribution, n *bindings) error {
	if c.referrer == "" {
		n.none++
		return nil
	}
	if err := p.tell(ctx); err != nil {
		return err
	}
	p.events++
	// Each row is an attempt of its own: without a key of its own a repetition would be the same attempt at another time, which is a conflict.
	out, err := p.Team.Recruit(ctx, program.Recruit{Partner: c.account, Recruiter: c.referrer, Meta: program.Meta{Key: "contribution " + c.seq}})
	var cycle *tree.CycleError
	switch {
	case errors.Is(err, tree.ErrSelf):
		n.self++
		return nil
	case errors.As(err, &cycle):
		n.cycle++
		return nil
	case err != nil:
		return err
	}
	switch out.Reason {
	case "":
		n.bound++
	case tree.SameOwner:
		n.same++
	case tree.Owned:
		n.other++
	default:
		return fmt.Errorf("recruiting %s: %s", strconv.Quote(string(c.account)), out.Reason)
	}
	return nil
}
