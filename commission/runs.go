package commission

import "github.com/fenrun/fenrun/commission/money"

// run is a stretch of entries one after another, of one line and of one share after another. Most lines are one run, so that nothing has to be written
// for each of their entries but its amount.
type run struct {
	line, share int // of the first
	entry       int // the index of the first
}

// addEntry adds an entry, unless its amount is 0.
func (r *Result) addEntry(line, share int, amount money.Units) {
	if amount.IsZero() {
		return
	}
	entry := len(r.amounts)
	r.amounts = append(r.amounts, amount)
	if n := len(r.runs); n > 0 {
		if last := r.runs[n-1]; last.line == line && share-last.share == entry-last.entry {
			return
		}
	}
	r.runs = append(r.runs, run{line: line, share: share, entry: entry})
}

// removeEntries removes the entries from start on, which is the first of a line.
func (r *Result) removeEntries(start int) {
	r.amounts = r.amounts[:start]
	for len(r.runs) > 0 && r.runs[len(r.runs)-1].entry >= start {
		r.runs = r.runs[:len(r.runs)-1]
	}
}

// at returns the line and the share of entry i.
func (r *Result) at(i int) (line, share int) {
	low, high := 0, len(r.runs)
	for high-low > 1 {
		if middle := (low + high) / 2; r.runs[middle].entry <= i {
			low = middle
		} else {
			high = middle
		}
	}
	k := &r.runs[low]
	return k.line, k.share + i - k.entry
}
