package commission

import (
	"cmp"
	"slices"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Party is one of a chain of agencies through which the money of an order runs from the top down, each of which keeps a part and passes on the rest.
type Party struct {
	Payee    partner.ID   `json:"payee"`
	Position int          `json:"position"` // the place in the line of uplines: 1 is the attributed partner
	Gross    money.Amount `json:"gross"`    // what comes in: what he and all below him get
	PaidOut  money.Amount `json:"paidOut"`  // what goes on to those below him
	Net      money.Amount `json:"net"`      // what he keeps: gross less paid out
}

// Waterfall shows the entries of an order by one rule, such as differential or team, as a chain from the top down: the nets are together what the merchant
// lays out, which is the gross of the first. Entries that change earlier ones count with them, so that after refunds it shows what stands; one of whom
// nothing is left has a net of 0. Entries of other rules and of those who stand in no line (agents, payees of fees) are left out; without any it is empty.
// The errors are those of [money.Amount.Add].
func Waterfall(entries []Entry, rule string) ([]Party, error) {
	var chain []Party
	places := map[int]int{} // in chain, by position
	for i := range entries {
		e := &entries[i]
		if e.Rule != rule || e.Position == 0 {
			continue
		}
		at, known := places[e.Position]
		if !known {
			at = len(chain)
			places[e.Position] = at
			chain = append(chain, Party{Payee: e.Payee, Position: e.Position})
		}
		var err error
		if chain[at].Net, err = chain[at].Net.Add(e.Amount); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(chain, func(a, b Party) int { return cmp.Compare(a.Position, b.Position) })
	var below money.Amount
	for i := range chain {
		p := &chain[i]
		if i == 0 {
			below = p.Net.Currency().Minor(0)
		}
		gross, err := below.Add(p.Net)
		if err != nil {
			return nil, err
		}
		p.Gross, p.PaidOut, below = gross, below, gross
	}
	slices.Reverse(chain)
	return chain, nil
}
