// Realdata runs the recorded orders of real shops and campaigns through the programme and compares what every partner earned with what is known to be
// right.
//
//	go run ./examples/realdata DIR                                               # in memory
//	go run ./examples/realdata -db sqlite DIR                                    # in a file that is gone afterwards; -db orders.db keeps it
//	go run ./examples/realdata -db postgres://postgres@127.0.0.1:5432/test DIR
//	go run ./examples/realdata -run 'plo|retail/exact' DIR                       # some of the runs
//
// DIR has a folder for each data set: plo, retail, superstore, astar-tree, mentors, or some of them. Their files are described in plo.go, retail.go,
// superstore.go and forest.go. What is missing is skipped and said. The exit code is 1 where anything differs.
//
// A set is run several times, by plans that differ in one rule or in rounding, each time on a programme of its own, from whose store everything that is
// compared is read back. What is printed of a run: the rows of the files that it took; the events that it told the programme, in order of time (who
// joined, what was paid and refunded); the entries that came of them, reversals too; how many checks the programme's own audit made; differences; and the
// totals by the columns of the expected files.
//
// In a database each run has tables of its own. Orders between which nothing else happens are told of together there, and so are refunds; in memory each is
// told of alone, and both give the same.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	var f flags
	flag.StringVar(&f.db, "db", "", `where it is kept: postgres://… or host=…, "sqlite", or the path of a new SQLite file; without it in memory`)
	flag.StringVar(&f.runs, "run", "", "which runs, as a regular expression of SET/RUN; without it all")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: go run ./examples/realdata [-db DATABASE] [-run RUNS] DIR")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := realdata(context.Background(), f, flag.Arg(0), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// flags are what the command line may say beside the directory.
type flags struct{ db, runs string }

// set is a layout of data: the name of its folder, the files that it may have, and how they are run.
type set struct {
	name  string
	files []string // as patterns
	run   func(ctx context.Context, dir string, rep *report) error
}

var sets = []set{
	{"plo", []string{ploContributions, ploReferrers, ploAccounts, ploTree2}, plo},
	{"retail", []string{retailLines, retailTree, retailRefunds, retailUnilevel, retailPromotion, retailTeam}, retail},
	{"superstore", []string{superstoreLines, superstoreTree, superstoreExpected}, superstore},
	{"astar-tree", []string{astarReferrals}, astar},
	{"mentors", []string{mentorsNodes, mentorsEdges}, mentors},
}

// realdata runs what the flags ask for of every set that it finds in a directory. Its error says that something differs, or could not be run.
func realdata(ctx context.Context, f flags, dir string, out io.Writer) error {
	rep, err := newReport(ctx, f, out)
	if err != nil {
		return err
	}
	return errors.Join(rep.realdata(ctx, dir), rep.stores.close())
}

func (r *report) realdata(ctx context.Context, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	found := 0
	var names, ignored []string
	for _, s := range sets {
		names = append(names, s.name)
		folder := filepath.Join(dir, s.name)
		if stat, err := os.Stat(folder); err != nil || !stat.IsDir() {
			fmt.Fprintf(r.out, "%s: there is no such folder, skipped\n\n", s.name)
			continue
		}
		found++
		r.begin(s.name)
		if err := s.run(ctx, folder, r); err != nil {
			r.fail(err)
		}
		r.unread(folder, s.files)
		fmt.Fprintln(r.out)
	}
	for _, e := range entries {
		if !slices.Contains(names, e.Name()) {
			ignored = append(ignored, e.Name())
		}
	}
	if len(ignored) > 0 {
		fmt.Fprintf(r.out, "ignored, since no layout of theirs is known: %s\n", strings.Join(ignored, ", "))
	}
	if found == 0 {
		return fmt.Errorf("realdata: %s has none of the folders %s", dir, strings.Join(names, ", "))
	}
	return r.end()
}
