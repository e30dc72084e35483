package rehearsal

import (
	"context"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
)

// action is one thing that an event can do.
type action struct {
	name    string
	expects []string // what can be expected of it, besides what can be of every event
	subject func(*Event) (subject string, given bool)
	do      func(context.Context, *runner, *Event, program.Meta) (any, error)
}

// does does an action of one kind and returns what the programme answers.
type does[T any] func(context.Context, *runner, *T, program.Meta) (any, error)

// act makes an action from what it reads of an event: its field, what that is about, and what it does.
func act[T any](name string, field func(*Event) *T, subject func(*T) string, do does[T], expects ...string) action {
	return action{
		name: name, expects: expects,
		subject: func(e *Event) (string, bool) {
			if x := field(e); x != nil {
				return subject(x), true
			}
			return "", false
		},
		do: func(ctx context.Context, r *runner, e *Event, meta program.Meta) (any, error) {
			return do(ctx, r, field(e), meta)
		},
	}
}

var (
	ofPartner    = []string{"level", "status", "recruiter"}
	ofOrder      = []string{"entries", "unpaid", "complete", "commission", "assets", "goods", "kept", "attributed", "reason", "version", "releaseAt", "campaigns"}
	ofPaid       = append([]string{"promoted", "risen", "unparked", "repeated"}, ofOrder...)
	ofWithdrawal = []string{"state", "net", "withdrawal"}
)

// actions are all that there are.
var actions = []action{
	act("add", func(e *Event) *Add { return e.Add }, func(x *Add) string { return string(x.Partner) },
		func(ctx context.Context, r *runner, x *Add, meta program.Meta) (any, error) {
			return r.prog.Partners.Add(ctx, program.Add{Partner: x.Partner, Level: x.Level, Meta: meta})
		}, ofPartner...),
	act("recruit", func(e *Event) *Recruit { return e.Recruit }, func(x *Recruit) string { return string(x.Partner) },
		func(ctx context.Context, r *runner, x *Recruit, meta program.Meta) (any, error) {
			return r.prog.Team.Recruit(ctx, program.Recruit{Tree: x.Tree, Partner: x.Partner, Recruiter: x.Recruiter, Meta: meta})
		}, append([]string{"recruited", "reason"}, ofPartner...)...),
	act("bind", func(e *Event) *Bind { return e.Bind }, func(x *Bind) string { return string(x.Customer) },
		func(ctx context.Context, r *runner, x *Bind, meta program.Meta) (any, error) {
			return r.prog.Team.Bind(ctx, program.Bind{Customer: x.Customer, Owner: x.Owner, By: x.By, Meta: meta})
		}, "owner", "bound", "reason"),
	act("assign", func(e *Event) *Assign { return e.Assign }, func(x *Assign) string { return string(x.Customer) },
		func(ctx context.Context, r *runner, x *Assign, meta program.Meta) (any, error) {
			return r.prog.Team.Assign(ctx, program.Assign{Customer: x.Customer, Owner: x.Owner, Meta: meta})
		}, "owner", "bound", "reason"),
	act("transfer", func(e *Event) *Transfer { return e.Transfer }, func(x *Transfer) string { return string(x.To) },
		func(ctx context.Context, r *runner, x *Transfer, meta program.Meta) (any, error) {
			return r.prog.Team.Transfer(ctx, program.Transfer{Customers: x.Customers, To: x.To, Meta: meta})
		}, "transfers"),
	act("unbind", func(e *Event) *Unbind { return e.Unbind }, func(*Unbind) string { return "" },
		func(ctx context.Context, r *runner, x *Unbind, meta program.Meta) (any, error) {
			return r.prog.Team.Unbind(ctx, program.Unbind{Customers: x.Customers, Meta: meta})
		}, "transfers"),
	act("move", func(e *Event) *Move { return e.Move }, func(x *Move) string { return string(x.Partner) },
		func(ctx context.Context, r *runner, x *Move, meta program.Meta) (any, error) {
			return r.prog.Team.Move(ctx, program.Move{Tree: x.Tree, Partner: x.Partner, Recruiter: x.Recruiter, Alone: x.Alone, Meta: meta})
		}, "moved", "reason"),
	act("terminate", func(e *Event) *Person { return e.Terminate }, person,
		func(ctx context.Context, r *runner, x *Person, meta program.Meta) (any, error) {
			return r.prog.Partners.Terminate(ctx, program.Terminate{Partner: x.Partner, Meta: meta})
		}, ofPartner...),
	act("finish", func(e *Event) *Depart { return e.Finish }, departs,
		func(ctx context.Context, r *runner, x *Depart, meta program.Meta) (any, error) {
			return r.prog.Partners.Finish(ctx, program.Depart{Partner: x.Partner, WithTeam: x.WithTeam, Meta: meta})
		}, "moves", "transfers", "status", "forfeits"),
	act("clearOut", func(e *Event) *Depart { return e.ClearOut }, departs,
		func(ctx context.Context, r *runner, x *Depart, meta program.Meta) (any, error) {
			return r.prog.Partners.ClearOut(ctx, program.Depart{Partner: x.Partner, WithTeam: x.WithTeam, Meta: meta})
		}, "moves", "transfers", "status", "forfeits"),
	act("import", func(e *Event) *Import { return e.Import }, func(*Import) string { return "" },
		func(ctx context.Context, r *runner, x *Import, meta program.Meta) (any, error) {
			return r.prog.Team.Import(ctx, x.program(meta))
		}),
	act("freeze", func(e *Event) *Person { return e.Freeze }, person,
		func(ctx context.Context, r *runner, x *Person, meta program.Meta) (any, error) {
			return r.prog.Partners.Freeze(ctx, program.Freeze{Partner: x.Partner, Meta: meta})
		}, ofPartner...),
	act("unfreeze", func(e *Event) *Person { return e.Unfreeze }, person,
		func(ctx context.Context, r *runner, x *Person, meta program.Meta) (any, error) {
			return r.prog.Partners.Unfreeze(ctx, program.Freeze{Partner: x.Partner, Meta: meta})
		}, ofPartner...),
	act("level", func(e *Event) *Level { return e.Level }, func(x *Level) string { return string(x.Partner) },
		func(ctx context.Context, r *runner, x *Level, meta program.Meta) (any, error) {
			return r.prog.Partners.SetLevel(ctx, program.SetLevel{Partner: x.Partner, Level: x.Level, Until: x.Until, Meta: meta})
		}, ofPartner...),
	act("publish", func(e *Event) *Publish { return e.Publish }, func(x *Publish) string { return x.Plan.Name },
		func(ctx context.Context, r *runner, x *Publish, meta program.Meta) (any, error) {
			from := x.From
			if from.IsZero() {
				from = meta.At
			}
			return r.prog.Plans.Publish(ctx, program.Publish{Plan: x.Plan, From: from, Meta: meta})
		}, "version"),
	act("paid", func(e *Event) *Order { return e.Paid }, orderID,
		func(ctx context.Context, r *runner, x *Order, meta program.Meta) (any, error) {
			return r.prog.Orders.Paid(ctx, x.program(meta))
		}, ofPaid...),
	act("quote", func(e *Event) *Order { return e.Quote }, orderID,
		func(ctx context.Context, r *runner, x *Order, meta program.Meta) (any, error) {
			return r.prog.Orders.Quote(ctx, x.program(meta))
		}, ofOrder...),
	act("received", func(e *Event) *Received { return e.Received }, func(x *Received) string { return string(x.Order) },
		func(ctx context.Context, r *runner, x *Received, meta program.Meta) (any, error) {
			return r.prog.Orders.Received(ctx, program.Received{Order: x.Order, Meta: meta})
		}, "releaseAt", "parked"),
	act("refund", func(e *Event) *Refund { return e.Refund }, func(x *Refund) string { return x.Refund },
		func(ctx context.Context, r *runner, x *Refund, meta program.Meta) (any, error) {
			return r.prog.Orders.Refunded(ctx, program.Refund{ID: x.Refund, Order: x.Order, Lines: x.Lines, Meta: meta})
		}, "changes", "borne", "parked"),
	act("exchange", func(e *Event) *Exchange { return e.Exchange }, exchangeID,
		func(ctx context.Context, r *runner, x *Exchange, meta program.Meta) (any, error) {
			return r.prog.Orders.Exchange(ctx, program.Exchange{ID: x.Exchange, Order: x.Order, Lines: x.Lines, Meta: meta})
		}, "held", "changes", "borne"),
	act("exchangeClosed", func(e *Event) *Exchange { return e.ExchangeClosed }, exchangeID,
		func(ctx context.Context, r *runner, x *Exchange, meta program.Meta) (any, error) {
			return r.prog.Orders.ExchangeClosed(ctx, program.ExchangeClosed{ID: x.Exchange, Order: x.Order, Meta: meta})
		}),
	act("run", func(e *Event) *Due { return e.Run }, func(*Due) string { return "" },
		func(ctx context.Context, r *runner, _ *Due, meta program.Meta) (any, error) {
			return r.prog.RunDue(ctx, meta.At)
		}, "released", "vetoed", "granted", "promotes", "rises"),
	act("withdraw", func(e *Event) *Withdraw { return e.Withdraw }, func(x *Withdraw) string { return string(x.Partner) },
		func(ctx context.Context, r *runner, x *Withdraw, meta program.Meta) (any, error) {
			w, err := r.prog.Wallet.Withdraw(ctx, program.Withdraw{Partner: x.Partner, Amount: x.Amount, Asset: x.Asset, Meta: meta})
			if err == nil {
				r.withdrawals[meta.Key] = w.ID
			}
			return w, err
		}, ofWithdrawal...),
	act("approve", func(e *Event) *Withdrawal { return e.Approve }, withdrawalKey, decide(program.Wallet.Approve), ofWithdrawal...),
	act("reject", func(e *Event) *Withdrawal { return e.Reject }, withdrawalKey, decide(program.Wallet.Reject), ofWithdrawal...),
	act("pay", func(e *Event) *Payout { return e.Pay }, func(x *Payout) string { return x.Withdrawal },
		func(ctx context.Context, r *runner, x *Payout, meta program.Meta) (any, error) {
			return r.prog.Wallet.Paid(ctx, program.Payout{Withdrawal: r.withdrawal(x.Withdrawal), Tax: x.Tax, Fee: x.Fee, Meta: meta})
		}, ofWithdrawal...),
	act("bonus", func(e *Event) *Bonus { return e.Bonus }, func(x *Bonus) string { return x.Name + " " + x.Period.String() },
		func(ctx context.Context, r *runner, x *Bonus, meta program.Meta) (any, error) {
			return x.run(ctx, r, meta)
		},
		"bonuses", "commission", "kept", "changes", "unpaid", "runState", "version"),
	act("grants", func(e *Event) *GrantsOf { return e.Grants }, func(x *GrantsOf) string { return string(x.User) },
		func(ctx context.Context, r *runner, x *GrantsOf, _ program.Meta) (any, error) {
			return x.grants(ctx, r)
		}, "grants"),
	act("levels", func(e *Event) *Person { return e.Levels }, person,
		func(ctx context.Context, r *runner, x *Person, meta program.Meta) (any, error) {
			return r.levels(ctx, x.Partner, meta.At)
		}, "level", "log", "progress"),
	act("fail", func(e *Event) *Withdrawal { return e.Fail }, withdrawalKey, decide(program.Wallet.Failed), ofWithdrawal...),
}

func person(x *Person) string            { return string(x.Partner) }
func orderID(x *Order) string            { return string(x.Order) }
func exchangeID(x *Exchange) string      { return x.Exchange }
func departs(x *Depart) string           { return string(x.Partner) }
func withdrawalKey(x *Withdrawal) string { return x.Withdrawal }

func decide(move func(program.Wallet, context.Context, program.Decide) (settlement.Withdrawal, error)) does[Withdrawal] {
	return func(ctx context.Context, r *runner, x *Withdrawal, meta program.Meta) (any, error) {
		return move(r.prog.Wallet, ctx, program.Decide{Withdrawal: r.withdrawal(x.Withdrawal), Meta: meta})
	}
}

// program is the order as the programme takes it.
func (x *Order) program(meta program.Meta) program.Order {
	return program.Order{
		ID: x.Order, Customer: x.Customer, Referrer: x.Referrer, Staff: x.Staff, PaidAt: meta.At, Lines: x.Lines, Discount: x.Discount, Freight: x.Freight, Places: x.Places,
		Kind: x.Kind, Abnormal: x.Abnormal, Tenders: x.Tenders, Awaits: x.Awaits, CreatedAt: x.CreatedAt,
		Actor: meta.Actor, Reason: meta.Reason,
	}
}

// actions returns the actions that the event has; a valid one has one.
func (e *Event) actions() []action {
	var all []action
	for _, a := range actions {
		if _, given := a.subject(e); given {
			all = append(all, a)
		}
	}
	return all
}

// label says what the event does, and to what: "paid o-1".
func (e *Event) label() string {
	a := e.actions()[0]
	if subject, _ := a.subject(e); subject != "" {
		return a.name + " " + subject
	}
	return a.name
}

// order returns the order that the event is about, "" for none.
func (e *Event) order() commission.OrderID {
	switch {
	case e.Paid != nil:
		return e.Paid.Order
	case e.Quote != nil:
		return e.Quote.Order
	case e.Received != nil:
		return e.Received.Order
	case e.Refund != nil:
		return e.Refund.Order
	case e.Exchange != nil:
		return e.Exchange.Order
	case e.ExchangeClosed != nil:
		return e.ExchangeClosed.Order
	}
	return ""
}
