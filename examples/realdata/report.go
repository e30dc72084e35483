package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// shown is how many differences of one run are printed.
const shown = 10

// report prints what is found and counts what is wrong.
type report struct {
	out         io.Writer
	stores      *stores        // of the runs
	only        *regexp.Regexp // the runs that are asked for
	set         string
	titled      bool // whether the table of the set has begun
	results     []result
	differences int
	failed      int // sets that could not be run
}

// result is one run of a set through the programme.
type result struct {
	name        string
	rows        int // rows of the files that it took
	events      int // what the programme was told: who joined, what was paid and refunded
	entries     int // what it posted, reversals too
	checks      int // comparisons of its audit
	totals      []string
	compared    int      // columns of expected files
	missing     []string // columns that an expected file does not have
	differences []string
	books       *books
	time        time.Duration
}

// newReport returns a report of what the flags ask for, whose stores the caller closes.
func newReport(ctx context.Context, f flags, out io.Writer) (*report, error) {
	only, err := regexp.Compile(f.runs)
	if err != nil {
		return nil, fmt.Errorf("realdata: -run: %w", err)
	}
	s, err := openStores(ctx, f.db)
	if err != nil {
		return nil, fmt.Errorf("realdata: -db: %w", err)
	}
	return &report{out: out, stores: s, only: only}, nil
}

const layout = "  %-24s %9s %8s %9s %9s %12s %8s  %s\n"

func (r *report) begin(set string) {
	r.set, r.titled = set, false
	fmt.Fprintln(r.out, set)
}

func (r *report) say(format string, args ...any) {
	fmt.Fprintf(r.out, "  "+format+"\n", args...)
}

// missing says that a set cannot be run without a file, if it is not there.
func (r *report) missing(dir, file string) bool {
	found, err := filepath.Glob(filepath.Join(dir, file))
	if err != nil || len(found) > 0 {
		return false
	}
	r.say("%s is missing: skipped", file)
	return true
}

// run prints a run and up to ten of its differences.
func (r *report) run(x result) {
	if !r.titled {
		fmt.Fprintf(r.out, layout, "run", "rows", "events", "entries", "checks", "differences", "time", "totals")
		r.titled = true
	}
	differences := count(len(x.differences))
	if x.compared == 0 && len(x.differences) == 0 {
		differences = "not compared"
	}
	fmt.Fprintf(r.out, layout, x.name, count(x.rows), count(x.events), count(x.entries), count(x.checks), differences,
		fmt.Sprintf("%.1f s", x.time.Seconds()), strings.Join(x.totals, ", "))
	for i, d := range x.differences {
		if i == shown {
			r.say("  … and %s more", count(len(x.differences)-shown))
			break
		}
		r.say("  difference: %s", d)
	}
	for _, m := range x.missing {
		r.say("  not compared: %s", m)
	}
	r.results = append(r.results, x)
	r.differences += len(x.differences)
}

// fail says that a set could not be run to its end.
func (r *report) fail(err error) {
	r.failed++
	r.say("failed: %v", err)
}

// unread says which files of a folder belong to none of the patterns.
func (r *report) unread(dir string, patterns []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		r.fail(err)
		return
	}
	for _, e := range entries {
		known := false
		for _, pattern := range patterns {
			match, err := filepath.Match(pattern, e.Name())
			known = known || err == nil && match
		}
		if !known {
			r.say("%s is not read", e.Name())
		}
	}
}

// end prints the sum of it all. Its error says that something is wrong.
func (r *report) end() error {
	fmt.Fprintf(r.out, "%s differences in %s runs\n", count(r.differences), count(len(r.results)))
	switch {
	case r.failed > 0:
		return fmt.Errorf("realdata: %s sets could not be run to the end, %s differences", count(r.failed), count(r.differences))
	case r.differences > 0:
		return fmt.Errorf("realdata: %s differences", count(r.differences))
	case len(r.results) == 0 && r.only.String() != "":
		return fmt.Errorf("realdata: there is no run %s", r.only)
	}
	return nil
}

// count writes a number with commas: 172,635.
func count(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
