package draw

import "strconv"

// item is what a form draws: a member, or how many of his siblings are left out.
type item struct {
	kind   kind
	node   int // the member, or him whose children are left out, in Drawing.Nodes
	parent int // -1 for the root
	first  int // its children are n items from here on
	n      int
	depth  int
}

type kind int

const (
	member kind = iota
	before
	more
)

// items lists what is drawn: the root, then what is one step below, and so on, children side by side in order.
func (d *Drawing) items() []item {
	all := make([]item, 0, len(d.Nodes)+len(d.Nodes)/8+1)
	all = append(all, item{parent: -1})
	for i := 0; i < len(all); i++ {
		all[i].first = len(all)
		if all[i].kind != member {
			continue
		}
		child := item{node: all[i].node, parent: i, depth: all[i].depth + 1}
		n := &d.Nodes[child.node]
		if n.closed() {
			continue
		}
		if n.Before > 0 {
			child.kind = before
			all = append(all, child)
		}
		for at := range n.Shown {
			all = append(all, item{node: n.First + at, parent: i, depth: child.depth})
		}
		if n.More > 0 {
			child.kind = more
			all = append(all, child)
		}
		all[i].n = len(all) - all[i].first
	}
	return all
}

// id names an item in a form; it says nothing about who it is.
func (it *item) id() string {
	return "n" + strconv.Itoa(it.node) + [...]string{member: "", before: "before", more: "more"}[it.kind]
}

// leftOut is the text of an item that is no member.
func (d *Drawing) leftOut(it *item) string {
	w, n := &languages[d.Language], &d.Nodes[it.node]
	if it.kind == before {
		return fill(w.before, n.Before)
	}
	return fill(w.more, n.More)
}

// row is one line of text of an item: what stands on the left, and, of a figure, the amount on the right.
type row struct{ left, right string }

// rows returns the texts of an item, the label first.
func (d *Drawing) rows(it *item) []row {
	if it.kind != member {
		return []row{{left: d.leftOut(it)}}
	}
	n := &d.Nodes[it.node]
	rows := []row{{left: n.Label}}
	standing := n.Level
	if n.Level != "" && n.Status != "" {
		standing += " · "
	}
	if standing += n.Status; standing != "" {
		rows = append(rows, row{left: standing})
	}
	if counts := d.counts(n); counts != "" {
		rows = append(rows, row{left: counts})
	}
	for _, f := range n.Figures {
		rows = append(rows, row{f.Name, grouped(f.Amount.String())})
	}
	return rows
}

// size returns the font size of a row of an item, in pixels: 14 for the labels of members, which are bold, and 12 for everything else.
func (it *item) size(row int) int {
	if row == 0 && it.kind == member {
		return labelSize
	}
	return 12
}

const labelSize = 14

// lines returns the texts of an item for a form that breaks no lines itself, each at most a box wide.
func (d *Drawing) lines(it *item) []string {
	var lines []string
	for i, r := range d.rows(it) {
		text := r.left
		if r.right != "" && text != "" {
			text += " "
		}
		lines = append(lines, wrap(text+r.right, it.size(i), textWidth)...)
	}
	return lines
}

// levels numbers the levels of a drawing by where they come first.
func (d *Drawing) levels() map[string]int {
	levels := map[string]int{}
	for i := range d.Nodes {
		if level := d.Nodes[i].Level; level != "" {
			if _, ok := levels[level]; !ok {
				levels[level] = len(levels)
			}
		}
	}
	return levels
}

const (
	ink    = "#0f172a" // labels
	pale   = "#475569" // everything else that is read
	stroke = "#94a3b8" // boxes and edges
)

// palette tells levels apart. Every colour stands out from white; what it means is written beside it too.
var palette = [...]string{"#2563eb", "#b45309", "#047857", "#be123c", "#7c3aed", "#0e7490", "#a21caf", "#4d7c0f"}

// colour returns the colour of an item's level.
func (d *Drawing) colour(it *item, levels map[string]int) string {
	if it.kind == member {
		if at, ok := levels[d.Nodes[it.node].Level]; ok {
			return palette[at%len(palette)]
		}
	}
	return stroke
}
