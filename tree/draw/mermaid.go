package draw

import (
	"io"
	"strconv"
	"strings"
)

// Mermaid writes a flowchart of Mermaid (https://mermaid.js.org/syntax/flowchart.html), from left to right. Mermaid itself refuses more than 500 edges or
// 50,000 characters where its configuration does not allow more (maxEdges, maxTextSize).
func (d *Drawing) Mermaid(w io.Writer) error {
	o, items, levels := newOutput(w), d.items(), d.levels()
	o.put("flowchart LR\n  accTitle: ", inMermaid(d.Title), "\n  accDescr: ", inMermaid(d.summary()), "\n")
	used := map[string]bool{}
	for i := range items {
		it := &items[i]
		o.put("  ", it.id(), `["`)
		for at, line := range d.lines(it) {
			if at > 0 {
				o.put("<br/>")
			}
			o.put(inMermaid(line))
		}
		o.put(`"]`)
		if class := d.class(it, levels); class != "" {
			used[class] = true
			o.put(":::", class)
		}
		o.put("\n")
	}
	for i := range items {
		if up := items[i].parent; up >= 0 {
			o.put("  ", items[up].id(), " --- ", items[i].id(), "\n")
		}
	}
	o.put("  classDef default fill:#ffffff,stroke:", stroke, ",color:", ink, ",text-align:left\n")
	if used[leftOutClass] {
		o.put("  classDef ", leftOutClass, " stroke-dasharray:4 3\n")
	}
	for i, colour := range palette {
		if class := levelClass + strconv.Itoa(i); used[class] {
			o.put("  classDef ", class, " stroke:", colour, "\n")
		}
	}
	return o.Flush()
}

const (
	leftOutClass = "leftOut"
	levelClass   = "level"
)

func (d *Drawing) class(it *item, levels map[string]int) string {
	if it.kind != member {
		return leftOutClass
	}
	if at, ok := levels[d.Nodes[it.node].Level]; ok {
		return levelClass + strconv.Itoa(at%len(palette))
	}
	return ""
}

// inMermaid writes every sign of ASCII but the comma as the number of its character: quotes would end a label, and #, <, &, *, - and others begin something.
func inMermaid(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r > ' ' && r < 0x7f && r != ',' && !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			b.WriteString("#" + strconv.Itoa(int(r)) + ";")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
