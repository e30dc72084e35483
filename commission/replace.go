package commission

import (
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Replacement returns the entries that turn what stands into the target where an order is judged again: whatever amount is another one is taken back as it
// stands, with its own rate and base, and posted as the target has it. Both have the reason. standing is every entry posted so far, reversals too. An amount
// that stands as it should gives none. The errors are those of [money.Amount.Sub].
func Replacement(standing []Entry, target *Result, reason partner.Reason) ([]Entry, error) {
	sums, order, err := sumEntries(standing)
	if err != nil {
		return nil, err
	}
	wanted := slices.AppendSeq(make([]Entry, 0, target.Len()), target.Entries())
	var out []Entry
	for i := range wanted {
		e := &wanted[i]
		if stands := sums[keyOf(e)]; stands != nil && stands.Amount.Cmp(e.Amount) == 0 {
			delete(sums, keyOf(e))
			e.Amount = money.Amount{}
		}
	}
	if out, err = appendGone(out, sums, order, reason); err != nil {
		return nil, err
	}
	for _, e := range wanted {
		if !e.Amount.IsZero() {
			e.Reason = reason
			out = append(out, e)
		}
	}
	return out, nil
}

// goneFor is the entry that takes back all that stands.
func (e *Entry) goneFor(reason partner.Reason) (Entry, error) {
	gone := *e
	gone.Amount, gone.Base, gone.Units, gone.GiveUp, gone.Reason = money.Amount{}, money.Amount{}, 0, nil, reason
	gone.Detail = gone.Detail.without()
	err := gone.subtract(e)
	return gone, err
}
