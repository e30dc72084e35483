package program

import (
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/settlement"
)

// runs compares every run with the rows of its parts.
func (a *audit) runs() error {
	return pages(a.ctx, a.tx.ScanRuns, func(r *settlement.Run) settlement.RunID { return r.ID }, func(page []settlement.Run) error {
		for i := range page {
			if err := a.run(&page[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *audit) run(r *settlement.Run) error {
	a.report.Runs++
	var total money.Amount
	for chunk, source := range r.Sources() {
		rows, err := a.tx.Rows(a.ctx, []settlement.Source{source})
		if err != nil {
			return err
		}
		if err := a.forfeitsOfPart(r, source, rows[0], chunk < r.Released); err != nil {
			return err
		}
		for i := range rows[0] {
			row := &rows[0][i]
			a.row(string(r.ID), row)
			a.check(r.Chunk(row.Payee) == chunk, "I1", string(r.ID), "%s is paid by part %d", row.Payee, chunk)
			// What an earlier round released stays so; what this one pays waits until all of it is posted.
			early := row.Revision == r.Round && !row.Released.IsZero() && row.Amount.Sign() > 0 && chunk >= r.Released
			a.check(!early, "I10", string(r.ID), "round %d of %s is released before all of it is posted", row.Revision, row.Payee)
			late := chunk < r.Released && row.Released.IsZero()
			a.check(!late, "I10", string(r.ID), "round %d of %s is not released with its part", row.Revision, row.Payee)
			sum(&total, row.Amount)
			a.expect(row)
		}
	}
	done := r.State == settlement.RunCommitted || r.State == settlement.RunReversed
	a.check(!done || total.Units() == r.Total.Units(), "I1", string(r.ID), "rows sum to %s, the run has %s", total, r.Total)
	return nil
}
