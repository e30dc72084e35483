package program

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
)

// sum takes the entries out of the result, and their digest.
func (x *bonusRun) sum() error {
	x.entries = slices.AppendSeq(make([]commission.Entry, 0, x.result.Len()), x.result.Entries())
	x.unpaid = slices.Collect(x.result.Unpaid())
	x.total, x.kept = x.result.Total(), x.result.Kept()
	digest := sha256.New()
	out := json.NewEncoder(digest)
	last := partner.ID("")
	for _, e := range x.entries {
		if e.Payee != last {
			x.payees, last = x.payees+1, e.Payee
		}
		if err := out.Encode(e); err != nil {
			return err
		}
	}
	x.digest = hex.EncodeToString(digest.Sum(nil))
	return nil
}

// empty is a run that pays nothing.
func (x *bonusRun) empty() {
	zero := x.version.calc.Currency().Minor(0)
	x.entries, x.unpaid, x.total, x.kept, x.payees, x.digest = nil, nil, zero, zero, 0, ""
}

// parts divides the entries by the part of the run in which their payee is.
func (x *bonusRun) parts(run settlement.Run) [][]commission.Entry {
	all := make([][]commission.Entry, max(1, run.Chunks))
	for _, e := range x.entries {
		at := run.Chunk(e.Payee)
		all[at] = append(all[at], e)
	}
	return all
}

// outcome says what the run pays and what that changes.
func (x *bonusRun) outcome() (RunOutcome, error) {
	out := RunOutcome{
		Run: x.run, Entries: x.entries, Unpaid: x.unpaid, Total: x.total, Kept: x.kept, Plan: x.version.stored.Version, Bonus: x.bonus,
	}
	before, after := map[partner.ID]money.Amount{}, map[partner.ID]money.Amount{}
	add := func(to map[partner.ID]money.Amount, entries []commission.Entry) error {
		for _, e := range entries {
			sum, err := to[e.Payee].Add(e.Amount)
			if err != nil {
				return err
			}
			to[e.Payee] = sum
		}
		return nil
	}
	if err := errors.Join(add(before, x.stands), add(after, x.entries)); err != nil {
		return RunOutcome{}, err
	}
	zero := x.version.calc.Currency().Minor(0)
	for _, id := range slices.Sorted(payees(before, after)) {
		change := PayeeChange{Payee: id, Before: before[id], After: after[id]}
		for _, a := range []*money.Amount{&change.Before, &change.After} {
			if *a == (money.Amount{}) {
				*a = zero
			}
		}
		if change.Before != change.After {
			out.Changes = append(out.Changes, change)
		}
	}
	return out, nil
}

// payees yields everybody who is in one of two maps, once.
func payees(a, b map[partner.ID]money.Amount) func(yield func(partner.ID) bool) {
	return func(yield func(partner.ID) bool) {
		for id := range a {
			if !yield(id) {
				return
			}
		}
		for id := range b {
			if _, both := a[id]; !both && !yield(id) {
				return
			}
		}
	}
}
