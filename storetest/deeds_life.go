package storetest

import (
	"context"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

const (
	applyPlan     = `{"currency": "CNY", "joining": {"entry": "application", "form": [{"key": "phone"}], "agreements": [{"key": "terms", "version": "1"}]}, "commission": {"rates": ["10%"]}}`
	automaticPlan = `{"currency": "CNY", "joining": {"entry": "application", "review": "automatic"}, "commission": {"rates": ["10%"]}}`
	eligiblePlan  = `{"currency": "CNY", "joining": {"entry": "application", "spend": "100"}, "commission": {"rates": ["10%"]}}`
)

// lifeDeeds is what is done about applications, and about partners who stay or leave.
func lifeDeeds() []deed {
	one := func(b *branch) { b.add("alice") }
	apply := func(in program.Apply) func(context.Context, *branch) (any, error) {
		return func(ctx context.Context, b *branch) (any, error) {
			in.Applicant, in.Recruiter, in.Meta = "erin", "alice", program.Meta{Key: "a"}
			return b.Partners.Apply(ctx, in)
		}
	}
	filled := apply(program.Apply{
		Source: "海报", Answers: list(partner.FieldAnswer{Field: "phone", Value: "1"}), Accepted: list(partner.Accepted{Agreement: "terms", Version: "1"}),
	})
	applied := func(b *branch) {
		one(b)
		out, err := filled(b.ctx, b)
		must(b, out, err)
		b.application = out.(program.ApplicationOutcome).Application.ID
	}
	review := func(decision partner.ApplicationState) func(context.Context, *branch) (any, error) {
		return func(ctx context.Context, b *branch) (any, error) {
			return b.Partners.Review(ctx, program.Review{Application: b.application, Decision: decision, Meta: program.Meta{Actor: "ann", Reason: "checked"}})
		}
	}
	terminate := func(ctx context.Context, b *branch) (any, error) {
		return b.Partners.Terminate(ctx, program.Terminate{Partner: "alice"})
	}
	return []deed{
		{"Partners.Apply", applyPlan, one, filled, false},
		{"Partners.Apply that is approved at once", automaticPlan, one, apply(program.Apply{}), false},
		{"Partners.Review that approves", applyPlan, applied, review(partner.ApplicationApproved), false},
		{"Partners.Review that rejects", applyPlan, applied, review(partner.ApplicationRejected), false},
		{"Orders.Paid that lets its buyer apply", eligiblePlan, one, pay("o-1"), false},
		{"Partners.FreezeWithdrawal", simplePlan, one, func(ctx context.Context, b *branch) (any, error) {
			return b.Partners.FreezeWithdrawal(ctx, program.Freeze{Partner: "alice"})
		}, false},
		{"Partners.Terminate", simplePlan, one, terminate, false},
		{"Partners.Resume", simplePlan, func(b *branch) {
			one(b)
			out, err := terminate(b.ctx, b)
			must(b, out, err)
		}, func(ctx context.Context, b *branch) (any, error) {
			return b.Partners.Resume(ctx, program.Terminate{Partner: "alice"})
		}, false},
		{"Partners.Renew", levelsPlan, one, func(ctx context.Context, b *branch) (any, error) {
			return b.Partners.Renew(ctx, program.Renew{Partner: "alice", Level: "gold", Days: 30})
		}, false},
	}
}
