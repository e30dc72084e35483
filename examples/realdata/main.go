// Realdata runs the recorded orders of real shops and campaigns through the programme and compares what every partner earned with what is known to be
// right.
//
//	go run ./examples/realdata DIR
//
// DIR has a folder for each data set: plo, retail, superstore, astar-tree, mentors, or some of them. Their files are described in plo.go, retail.go,
// superstore.go and forest.go. What is missing is skipped and said. The exit code is 1 where anything differs.
//
// A set is run several times, by plans that differ in one rule or in rounding, each time on a programme of its own, from whose store everything that is
// compared is read back. What is printed of a run: the rows of the files that it took; the events that it told the programme, in order of time (who
// joined, what was paid and refunded); the entries that came of them, reversals too; how many checks the programme's own audit made; differences; and the
// totals by the columns of the expected files.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./examples/realdata DIR")
		os.Exit(2)
	}
	if err := realdata(context.Background(), os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

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

// realdata runs every set that it finds in a directory. Its error says that something differs, or could not be run.
func realdata(ctx context.Context, dir string, out io.Writer) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	rep := &report{out: out}
	found := 0
	var names, ignored []string
	for _, s := range sets {
		names = append(names, s.name)
		folder := filepath.Join(dir, s.name)
		if stat, err := os.Stat(folder); err != nil || !stat.IsDir() {
			fmt.Fprintf(out, "%s: there is no such folder, skipped\n\n", s.name)
			continue
		}
		found++
		rep.begin(s.name)
		if err := s.run(ctx, folder, rep); err != nil {
			rep.fail(err)
		}
		rep.unread(folder, s.files)
		fmt.Fprintln(out)
	}
	for _, e := range entries {
		if !slices.Contains(names, e.Name()) {
			ignored = append(ignored, e.Name())
		}
	}
	if len(ignored) > 0 {
		fmt.Fprintf(out, "ignored, since no layout of theirs is known: %s\n", strings.Join(ignored, ", "))
	}
	if found == 0 {
		return fmt.Errorf("realdata: %s has none of the folders %s", dir, strings.Join(names, ", "))
	}
	return rep.end()
}
