package program

import "context"

// auditPage is how many records a scan of everything reads at a time.
const auditPage = 1000

// pages reads a scan to its end. read returns at most limit records that come after a place, placeOf is the place of a record, and each is given every page
// of it.
func pages[P, R any](ctx context.Context, read func(ctx context.Context, after P, limit int) ([]R, error), placeOf func(*R) P, each func([]R) error) error {
	var after P
	for {
		page, err := read(ctx, after, auditPage)
		if err != nil || len(page) == 0 {
			return err
		}
		if err := each(page); err != nil {
			return err
		}
		after = placeOf(&page[len(page)-1])
	}
}
