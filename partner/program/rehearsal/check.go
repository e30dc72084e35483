package rehearsal

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/settlement"
)

// checker compares what came of one event, or of all of them, with what was expected.
type checker struct {
	*runner
	event int
	label string
}

// nothing is how a report writes that there is nothing.
const nothing = "nothing"

// check counts a comparison and reports it if it failed.
func (c checker) check(ok bool, what, want, got string) {
	c.report.Checks++
	if !ok {
		c.report.Differences = append(c.report.Differences, Difference{Event: c.event, Label: c.label, What: what, Want: orNothing(want), Got: orNothing(got)})
	}
}

func orNothing(text string) string {
	if text == "" {
		return nothing
	}
	return text
}

// same compares texts.
func (c checker) same(what, want, got string) { c.check(want == got, what, want, got) }

// optional compares with what was expected, if anything was.
func optional[T comparable](c checker, what string, want *T, got T) {
	if want != nil {
		c.check(*want == got, what, fmt.Sprint(*want), fmt.Sprint(got))
	}
}

// instant compares an instant, if one was expected.
func (c checker) instant(what string, want *time.Time, got time.Time) {
	if want != nil {
		c.check(want.Equal(got), what, want.UTC().Format(time.RFC3339Nano), timeText(got))
	}
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// amount compares an amount with a number, if one was expected.
func (c checker) amount(what string, want decimal.NullDecimal, got money.Amount) {
	if want.Valid {
		c.exactly(what, want.Decimal, got)
	}
}

func (c checker) exactly(what string, want decimal.Decimal, got money.Amount) {
	c.check(want.Equal(got.Decimal()), what, fixed(want, got.Currency().Scale()), got.Plain())
}

// fixed writes a number with as many decimals as a currency has, or as it has itself.
func fixed(d decimal.Decimal, scale int) string {
	return d.StringFixed(max(int32(scale), -d.Exponent()))
}

// answer compares what the programme answered.
func (c checker) answer(want *Expect, got any, err error) {
	switch {
	case want.fails():
		c.refused(want, err)
		return
	case err != nil:
		c.check(false, "error", "", err.Error())
		return
	case want == nil:
		c.check(true, "error", "", "")
		return
	}
	switch got := got.(type) {
	case program.Outcome:
		c.outcome(want, &got)
	case program.RefundOutcome:
		c.refund(want, &got)
	case program.ExchangeOutcome:
		c.exchange(want, &got)
	case program.ReceivedOutcome:
		c.instant("releaseAt", want.ReleaseAt, got.ReleaseAt)
		optional(c, "parked", want.Parked, got.Parked)
	case program.Due:
		c.released(want, &got)
	case program.RunOutcome:
		c.bonus(want, &got)
	case settlement.Grants:
		c.grants(want, &got)
	case levels:
		c.levels(want, &got)
	case program.BindOutcome:
		optional(c, "owner", want.Owner, got.Owner)
		optional(c, "bound", want.Bound, got.Bound)
		optional(c, "reason", want.Reason, got.Reason)
	case program.RecruitOutcome:
		optional(c, "recruited", want.Recruited, got.Recruits)
		optional(c, "reason", want.Reason, got.Reason)
		c.partner(want, &got.Partner)
	case []partner.Transfer:
		c.transfers(want.Transfers, got)
	case program.Departed:
		c.departure(want, &got)
	case program.Moved:
		optional(c, "moved", want.Moved, got.Moves)
		optional(c, "reason", want.Reason, got.Reason)
	case program.PartnerState:
		c.partner(want, &got)
	case program.PublishedPlan:
		c.version(want, got.Version)
	case settlement.Withdrawal:
		c.withdrawn(want, &got)
	}
}

// refused compares an error.
func (c checker) refused(want *Expect, err error) {
	text := ""
	if err != nil {
		text = err.Error()
	}
	if want.Error != "" {
		c.check(strings.Contains(text, want.Error), "error", fmt.Sprintf("one that says %q", want.Error), text)
	}
	if want.ErrorType != "" {
		c.check(err != nil && errorTypes[want.ErrorType](err), "error", string(want.ErrorType), text)
	}
}

func (c checker) partner(want *Expect, got *program.PartnerState) {
	optional(c, "recruiter", want.Recruiter, got.Recruiter)
	optional(c, "level", want.Level, got.Level)
	optional(c, "status", want.Status, got.Status)
}

func (c checker) version(want *Expect, got int) {
	if want.Version != 0 {
		c.same("version", fmt.Sprint(want.Version), fmt.Sprint(got))
	}
}

func (c checker) released(want *Expect, got *program.Due) {
	if want.Released != nil {
		c.same("released", fmt.Sprint(want.Released), fmt.Sprint(append(want.Released[:0:0], got.Released...)))
	}
	if want.Vetoed != nil {
		vetoed := map[commission.OrderID]partner.Reason{}
		for _, v := range got.Vetoed {
			vetoed[v.Order] = v.Reason
		}
		c.same("vetoed", fmt.Sprint(want.Vetoed), fmt.Sprint(vetoed))
	}
	if want.Granted != nil {
		c.granted(want.Granted, got.Granted)
	}
	c.rises(want.Rises, got.Risen)
	if want.Promotes != nil {
		c.same("promotes", fmt.Sprint(want.Promotes), fmt.Sprint(append(want.Promotes[:0:0], got.Promoted...)))
	}
	for _, failed := range got.FailedGrants {
		c.check(false, fmt.Sprintf("one-off bonuses for %s", failed.User), "", failed.Err.Error())
	}
	for _, failed := range got.Failed {
		c.check(false, fmt.Sprintf("release of %s", failed.Order), "", failed.Err.Error())
	}
}

func (c checker) withdrawn(want *Expect, got *settlement.Withdrawal) {
	if want.State != "" {
		c.same("state", string(want.State), string(got.State))
	}
	if want.Withdrawal != "" {
		c.same("withdrawal", want.Withdrawal, c.withdrawalKey(got.ID))
	}
	net, err := got.Net()
	if err != nil {
		c.check(false, "net", "", err.Error())
		return
	}
	c.amount("net", want.Net, net)
}

// balances compares the buckets that are named, partner by partner, in cash and then in other assets.
func (c checker) balances(ctx context.Context, want map[partner.ID]Buckets) error {
	ids := slices.Sorted(maps.Keys(want))
	got, err := c.prog.Wallet.Balances(ctx, ids...)
	if err != nil {
		return err
	}
	for i, b := range got {
		if err := c.balance(want[ids[i]].Balance, "", b); err != nil {
			return err
		}
	}
	return c.assetBalances(ctx, ids, want)
}

// balance compares the buckets that are named of one balance.
func (c checker) balance(want Balance, asset string, b settlement.Balance) error {
	earned, err := b.Earned()
	if err != nil {
		return err
	}
	for _, bucket := range []struct {
		name string
		want decimal.NullDecimal
		got  money.Amount
	}{
		{"earned", want.Earned, earned}, {"pending", want.Pending, b.Pending}, {"available", want.Available, b.Available},
		{"withdrawing", want.Withdrawing, b.Withdrawing}, {"paid", want.Paid, b.Paid}, {"taxed", want.Taxed, b.Taxed}, {"fees", want.Fees, b.Fees},
		{"debt", want.Debt, b.Debt},
	} {
		c.amount(inAsset(fmt.Sprintf("%s of %s", bucket.name, b.Partner), asset), bucket.want, bucket.got)
	}
	return nil
}

// unchanged compares records before and after what must not change them.
func (c checker) unchanged(what string, before, after []part) {
	difference := changed(before, after)
	c.check(difference == "", what, "no change", "a change of "+difference)
}
