package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/fenrun/fenrun/commission/money"
)

// printTable prints a line a plan.
func printTable(out io.Writer, all []tried) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "plan\t")
	for _, who := range line {
		fmt.Fprintf(w, "%s\t", who)
	}
	fmt.Fprintln(w, "others\tpaid out\tshop keeps\tat worst")
	for _, t := range all {
		cells := []string{t.name}
		for _, who := range line {
			cells = append(cells, figure(t.paid[who]))
		}
		worst := percent(t.worst)
		if !t.exact {
			worst = "<= " + worst
		}
		fmt.Fprintln(w, strings.Join(append(cells, figure(t.others), figure(t.total), figure(t.kept), worst), "\t"))
	}
	return w.Flush()
}

func figure(a money.Amount) string {
	if a.IsZero() {
		return "-"
	}
	return a.Plain()
}

// printFindings prints what the audit of each plan found.
func printFindings(out io.Writer, all []tried) {
	for _, t := range all {
		fmt.Fprintf(out, "\n%s\n", t.name)
		for _, f := range t.reference.Findings {
			place := ""
			if f.Path != "" {
				place = f.Path + ": "
			}
			fmt.Fprintf(out, "  %s: %s%s\n", f.Code, place, f.Evidence)
		}
	}
}
