package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// goal is one row of the table: a figure of ours, what it is compared with, and the bound that has to be kept.
type goal struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Unit      string  `json:"unit,omitempty"`
	Ours      float64 `json:"ours"`
	Reference float64 `json:"reference,omitempty"` // none where our figure itself is bounded
	Ratio     float64 `json:"ratio,omitempty"`
	Goal      string  `json:"goal,omitempty"` // none for a row that is there to be looked at
	Holds     bool    `json:"holds"`
}

// slower is a goal about how many times the reference's time our work may take.
func slower(id, name string, ours, reference, atMost float64) goal {
	g := times(id, name, ours, reference, ours/reference)
	g.Goal, g.Holds = "<= "+number(atMost)+"x", g.Ratio <= atMost
	return g
}

// faster is a goal about how many times our time the reference has to take.
func faster(id, name string, ours, reference, atLeast float64) goal {
	g := times(id, name, ours, reference, reference/ours)
	g.Goal, g.Holds = ">= "+number(atLeast)+"x", g.Ratio >= atLeast
	return g
}

// times is a comparison without a goal.
func times(id, name string, ours, reference, ratio float64) goal {
	return goal{ID: id, Name: name, Unit: "ns", Ours: ours, Reference: reference, Ratio: ratio, Holds: true}
}

// withoutGoal is the comparison without the goal.
func (g goal) withoutGoal() goal { return times(g.ID, g.Name, g.Ours, g.Reference, g.Ratio) }

// count is a goal about a number that has a bound of its own.
func count(id, name string, ours, atMost float64) goal {
	return goal{ID: id, Name: name, Ours: ours, Goal: "<= " + number(atMost), Holds: ours <= atMost}
}

func printTable(out io.Writer, goals []goal) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "goal\tname\tours\treference\tratio\tgoal\tholds")
	for _, g := range goals {
		fmt.Fprintln(w, strings.Join(g.cells(), "\t"))
	}
	return w.Flush()
}

func (g goal) cells() []string {
	figure := func(f float64) string { return strings.TrimSpace(figure(f) + " " + g.Unit) }
	reference, ratio, bound, holds := "-", "-", "-", "-"
	if g.Reference > 0 {
		reference, ratio = figure(g.Reference), fmt.Sprintf("%.2fx", g.Ratio)
	}
	if g.Goal != "" {
		bound, holds = g.Goal, "yes"
	}
	if !g.Holds {
		holds = "NO"
	}
	return []string{g.ID, g.Name, figure(g.Ours), reference, ratio, bound, holds}
}

// figure writes of a figure what is worth reading: whole numbers whole, small ones with one decimal.
func figure(f float64) string {
	if f < 100 && f != float64(int64(f)) {
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'f', 0, 64)
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
