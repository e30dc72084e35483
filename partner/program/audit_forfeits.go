package program

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

// forfeited is what the shop keeps of a source, by account, with why. It looks that each row says one thing and is of somebody whom the source pays, and adds
// what the rows make to what payees should have.
func (a *audit) forfeited(subject string, of settlement.Source, standing []settlement.Row) (sums map[account]money.Amount, why map[account]partner.Reason, err error) {
	if any, err := a.anyForfeit(); err != nil || !any {
		return nil, nil, err
	}
	rows, err := a.tx.Rows(a.ctx, []settlement.Source{settlement.OfForfeits(of)})
	if err != nil {
		return nil, nil, err
	}
	sums, why = map[account]money.Amount{}, map[account]partner.Reason{}
	for i := range rows[0] {
		row := &rows[0][i]
		a.row(subject, row)
		a.expect(row)
		one := len(row.Entries) == 1 && row.Entries[0].Rule == commission.RuleForfeit && row.Entries[0].Reason != ""
		a.check(one, "I1", subject, "revision %d by which %s forfeits says more or less than one thing", row.Revision, row.Payee)
		at := accountOf(row)
		paid := slices.ContainsFunc(standing, func(r settlement.Row) bool { return accountOf(&r) == at })
		a.check(paid, "I1", subject, "%s forfeits %s, and is paid nothing", row.Payee, at.currency)
		sums[at] = added(sums[at], row.Amount)
		if one {
			why[at] = row.Entries[0].Reason
		}
	}
	return sums, why, nil
}

func added(to, by money.Amount) money.Amount {
	sum(&to, by)
	return to
}

// forfeitsOfOrder looks that of an order nothing is left to those who have forfeited it, and that these had left or lost the customer.
func (a *audit) forfeitsOfOrder(o *settlement.Order, standing []settlement.Row) error {
	any, err := a.anyForfeit()
	if err != nil || !any {
		return err
	}
	subject := string(o.ID)
	lost, why, err := a.forfeited(subject, settlement.OfOrder(o.ID), standing)
	if err != nil {
		return err
	}
	paid := map[account]money.Amount{}
	for i := range standing {
		paid[accountOf(&standing[i])] = added(paid[accountOf(&standing[i])], standing[i].Amount)
	}
	accounts := slices.SortedFunc(maps.Keys(paid), func(x, y account) int {
		return cmp.Or(cmp.Compare(x.partner, y.partner), x.currency.Cmp(y.currency))
	})
	ids := make([]partner.ID, len(accounts))
	for i, at := range accounts {
		ids[i] = at.partner
	}
	known, err := a.tx.Forfeits(a.ctx, ids)
	if err != nil {
		return err
	}
	for i, at := range accounts {
		left := added(paid[at], lost[at])
		_, forfeits := lost[at]
		a.check(!forfeits || left.IsZero(), "I6", subject, "%s has forfeited what it pays him, and %s is left", at.partner, left)
		ever := known[i].Covers(o.PaidAt, o.Recorded, forever)
		a.check(why[at] != commission.ForfeitedByLeaving || ever, "I6", subject, "%s forfeits what it pays him, and has not left", at.partner)
	}
	return nil
}

// forever is after everything.
var forever = time.Date(lastYear, 12, 31, 0, 0, 0, 0, time.UTC)

// forfeitsOfPart looks that of a part of a run nobody forfeits more than it pays him, and that what the shop keeps is released with the part.
func (a *audit) forfeitsOfPart(r *settlement.Run, part settlement.Source, standing []settlement.Row, released bool) error {
	lost, _, err := a.forfeited(string(r.ID), part, standing)
	if err != nil || len(lost) == 0 {
		return err
	}
	for i := range standing {
		at := accountOf(&standing[i])
		lost[at] = added(lost[at], standing[i].Amount)
	}
	for at, left := range lost {
		a.check(left.Sign() >= 0, "I1", string(r.ID), "%s forfeits more of it than it pays him, by %s", at.partner, left.Neg())
	}
	rows, err := a.tx.Rows(a.ctx, []settlement.Source{settlement.OfForfeits(part)})
	if err != nil {
		return err
	}
	for _, row := range rows[0] {
		a.check(!released || !row.Released.IsZero(), "I10", string(r.ID), "what %s has forfeited of it is not released with its part", row.Payee)
	}
	return nil
}
