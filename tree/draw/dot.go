package draw

import (
	"io"
	"strings"
)

// inDOT escapes a text within a quoted label: what ends it, what begins an escape, and what begins an entity.
var inDOT = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "&", "&amp;")

// DOT writes a graph in the language of Graphviz (https://graphviz.org/doc/info/lang.html), from left to right, children in order.
func (d *Drawing) DOT(w io.Writer) error {
	o, items, levels := newOutput(w), d.items(), d.levels()
	o.put("digraph team {\n")
	o.put(`  graph [rankdir=LR, ordering=out, nodesep=0.15, ranksep=0.6, fontname="sans-serif", labelloc=t, label="`)
	for _, line := range append(wrap(d.Title, titleSize, titleWidth), d.summary()) {
		o.put(inDOT.Replace(line), `\n`)
	}
	o.put("\"];\n", `  node [shape=box, style=rounded, fontname="sans-serif", fontsize=12, fontcolor="`, ink, `", color="`, stroke, "\"];\n")
	o.put(`  edge [arrowhead=none, color="`, stroke, "\"];\n")
	for i := range items {
		it := &items[i]
		o.put("  ", it.id(), ` [label="`)
		for _, line := range d.lines(it) {
			o.put(inDOT.Replace(line), `\l`)
		}
		o.put(`"`)
		if colour := d.colour(it, levels); colour != stroke {
			o.put(`, color="`, colour, `"`)
		}
		if it.kind != member {
			o.put(`, style="rounded,dashed"`)
		}
		o.put("];\n")
	}
	for i := range items {
		if up := items[i].parent; up >= 0 {
			o.put("  ", items[up].id(), " -> ", items[i].id(), ";\n")
		}
	}
	o.put("}\n")
	return o.Flush()
}
