package program

import (
	"context"
	"slices"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// ExplainedBonus is an entry of a period run with its explanation: the round of the run that posted it, and its index in the payee's row, from 0. What he has
// forfeited of the run comes last.
type ExplainedBonus struct {
	Round int64 // 0 for what he has forfeited
	Index int
	commission.BonusExplanation
}

// Explain returns every entry of a payee in a run, corrections too, in order of round, each with why it is what it is, from what was stored with it. It is
// empty for somebody whom the run has paid nothing, and a [*NotFoundError] for a run that was never locked.
func (b Bonuses) Explain(ctx context.Context, run settlement.RunID, payee partner.ID) ([]ExplainedBonus, error) {
	var out []ExplainedBonus
	err := b.view(ctx, func(tx store.Tx) error {
		runs, err := tx.Runs(ctx, []settlement.RunID{run})
		if err != nil {
			return err
		}
		r := runs[0]
		if r.State == "" {
			return &NotFoundError{Record: "run", ID: string(run)}
		}
		v, err := (&call{shell: b.shell, ctx: ctx, tx: tx}).planOf(r.Plan)
		if err != nil {
			return err
		}
		part := r.Source(r.Chunk(payee))
		rows, err := tx.Rows(ctx, []settlement.Source{part, settlement.OfForfeits(part)})
		if err != nil {
			return err
		}
		for _, row := range slices.Concat(rows...) {
			if row.Payee != payee {
				continue
			}
			round := row.Revision
			if row.Source.Forfeited() {
				round = 0
			}
			for i, e := range row.Entries {
				out = append(out, ExplainedBonus{Round: round, Index: i, BonusExplanation: commission.BonusExplanation{
					Run: string(run), Plan: r.Plan, Entry: e, Rounding: v.plan.Commission.Rounding, Released: row.Released,
				}})
			}
		}
		return nil
	})
	return out, err
}
