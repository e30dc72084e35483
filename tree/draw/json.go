package draw

import (
	"encoding/json"
	"io"
)

// JSON writes the root as an object of the shape that the tree series of ECharts takes as its data (https://echarts.apache.org/en/option.html#series-tree),
// with names in this order:
//
//	name       the label
//	value      the first figure as a number, where there is one
//	collapsed  whether there are children of whom none is shown; absent where there are no children
//	id, level, status, direct, all
//	figures    [{"name", "amount", "currency"}], the amount as text
//	more       where collapsed: how many children there are
//	children   those that are shown
//
// Children that are left out beside others stand among them as an object of its own: name ("and 3,721 more"), of (their parent's id), after (the cursor to go
// on; absent for those before the first), more (how many). A page that opens a node which is collapsed builds a drawing with that id as its root, one that
// opens such an object with root "of" after "after".
//
// Texts, levels, statuses and lists that are empty are absent.
func (d *Drawing) JSON(w io.Writer) error {
	o, items := newOutput(w), d.items()
	// A list of children ends after its last one, and with it its parent, who may be a last one too.
	left := make([]int, len(items))
	at := make([]int, 0, 16) // the line from the root to the item in hand
	for next := 0; ; {
		o.object(d, &items[next])
		at, left[next] = append(at, next), items[next].n
		if items[next].n > 0 {
			o.put(`,"children":[`, "\n")
			next = items[next].first
			continue
		}
		for {
			last := at[len(at)-1]
			at = at[:len(at)-1]
			o.put("}")
			if len(at) == 0 {
				o.put("\n")
				return o.Flush()
			}
			up := at[len(at)-1]
			if left[up]--; left[up] > 0 {
				o.put(",\n")
				next = last + 1
				break
			}
			o.put("]")
		}
	}
}

// object writes the beginning of an item's object, all but its children.
func (o output) object(d *Drawing, it *item) {
	n := &d.Nodes[it.node]
	if it.kind != member {
		o.put(`{"name":`, quoted(d.leftOut(it)))
		o.name("of", string(n.ID))
		if it.kind == before {
			o.put(`,"more":`, n.Before)
			return
		}
		o.name("after", string(d.After(it.node)))
		o.put(`,"more":`, n.More)
		return
	}
	o.put(`{"name":`, quoted(n.Label))
	if len(n.Figures) > 0 {
		o.put(`,"value":`, n.Figures[0].Amount.Plain())
	}
	switch {
	case n.closed():
		o.put(`,"collapsed":true`)
	case it.n > 0:
		o.put(`,"collapsed":false`)
	}
	o.name("id", string(n.ID))
	o.name("level", n.Level)
	o.name("status", n.Status)
	o.put(`,"direct":`, n.Direct, `,"all":`, n.All)
	for i, f := range n.Figures {
		o.put([...]string{`,"figures":[{"name":`, `,{"name":`}[min(i, 1)], quoted(f.Name))
		o.put(`,"amount":"`, f.Amount.Plain(), `","currency":`, quoted(f.Amount.Currency().Code()), `}`)
	}
	if len(n.Figures) > 0 {
		o.put("]")
	}
	if n.closed() {
		o.put(`,"more":`, n.Before+n.More)
	}
}

// name writes a name with a text, where there is one.
func (o output) name(name, text string) {
	if text != "" {
		o.put(`,"`, name, `":`, quoted(text))
	}
}

// quoted returns a text as JSON, in which no sign means anything to HTML.
func quoted(text string) string {
	raw, _ := json.Marshal(text) // a string cannot fail
	return string(raw)
}
