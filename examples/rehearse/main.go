// Rehearse plays scenario files on the real engine and tells every difference between what they expect and what comes.
//
//	go run ./examples/rehearse FILE|DIR…
//
// It prints a line a file and a summary, and exits 1 if anything differs or a file cannot be read. With -explain it prints why every entry is what it is, in
// English, or in Chinese with -lang zh. A directory stands for every .json file in it and below it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/fenrun/fenrun/examples/internal/progress"
	"github.com/fenrun/fenrun/partner/program/rehearsal"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// options are what the command line asks for.
type options struct {
	explain bool
	lang    string
}

func run(args []string, out, problems io.Writer) (exit int) {
	var o options
	flags := flag.NewFlagSet("rehearse", flag.ContinueOnError)
	flags.SetOutput(problems)
	flags.BoolVar(&o.explain, "explain", false, "print why every entry is what it is")
	flags.StringVar(&o.lang, "lang", "en", "the language of explanations: en or zh")
	flags.Usage = func() {
		fmt.Fprintln(problems, "usage: rehearse [-explain] [-lang en|zh] FILE|DIR…")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if flags.NArg() == 0 || o.lang != "en" && o.lang != "zh" {
		flags.Usage()
		return 2
	}
	files, err := collect(flags.Args())
	if err != nil {
		fmt.Fprintln(problems, err)
		return 1
	}
	var count tally
	var lines strings.Builder // until the bar is away
	bar := progress.New(len(files), "scenarios")
	for _, file := range files {
		o.play(file, &count, &lines)
		bar.Add(1)
	}
	bar.Done()
	fmt.Fprint(out, lines.String())
	fmt.Fprintln(out, count)
	if len(files) == 0 || count.ok < len(files) {
		return 1
	}
	return 0
}

// tally counts files, and what was looked at in them.
type tally struct {
	files, ok, different, unreadable int
	events, checks                   int
}

// String is the summary.
func (t tally) String() string {
	return fmt.Sprintf("%d files: %d ok, %d with differences, %d unreadable; %d events, %d checks", t.files, t.ok, t.different, t.unreadable, t.events, t.checks)
}

// play runs one file and prints what came of it.
func (o options) play(file string, count *tally, out io.Writer) {
	count.files++
	report, err := rehearse(file)
	count.events += report.Events
	count.checks += report.Checks
	switch {
	case err != nil:
		count.unreadable++
		fmt.Fprintf(out, "unreadable  %s\n%s\n", file, indent(err.Error()))
		return
	case report.OK():
		count.ok++
		fmt.Fprintf(out, "ok          %s\n", report)
	default:
		count.different++
		fmt.Fprintf(out, "different   %s\n%s\n", file, indent(report.String()))
	}
	if !o.explain {
		return
	}
	for _, x := range report.Explanations {
		text := x.String()
		if o.lang == "zh" {
			text = x.Chinese()
		}
		fmt.Fprintln(out, indent(text))
	}
}

func rehearse(file string) (rehearsal.Report, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return rehearsal.Report{}, err
	}
	scenario, err := rehearsal.Parse(text)
	if err != nil {
		return rehearsal.Report{}, err
	}
	return rehearsal.Run(context.Background(), scenario)
}

// indent sets the lines of a text under a file's name.
func indent(text string) string {
	return "            " + strings.ReplaceAll(text, "\n", "\n            ")
}

// collect returns the files that the arguments stand for, those of a directory by name.
func collect(args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		found, err := os.Stat(arg)
		if err != nil {
			return nil, err
		}
		if !found.IsDir() {
			files = append(files, arg)
			continue
		}
		err = filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && filepath.Ext(path) == ".json" {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}
