package draw

import (
	"errors"
	"fmt"

	"github.com/fenrun/fenrun/partner"
)

// Options say how much of a team is drawn, and for whom. The zero Options draw the whole forest from the top, 300 members at most.
type Options struct {
	Root     partner.ID // who is drawn first; "": the whole forest
	After    partner.ID // only the root's children after this one: the cursor to go on
	Depth    int        // how many steps below the root are drawn; 0: as many as there are
	Children int        // how many children of one member; 0: 20
	Nodes    int        // how many members in all, those nearest to the root first; 0: 300
	Title    string     // what stands above the drawing; "": the root's label
	Language Language   // of the drawing's own words
	// Mask, where it is set, returns a member as the viewer may see him. An id that it changes is changed wherever the drawing has it: the host must know
	// how to turn such an id back when it comes as Root or After.
	Mask func(Node) Node
}

// What Options mean where they say nothing.
const (
	DefaultChildren = 20
	DefaultNodes    = 300
)

// WithDefaults returns options in which nothing is left to a default, but the title.
func (o Options) WithDefaults() Options {
	if o.Children == 0 {
		o.Children = DefaultChildren
	}
	if o.Nodes == 0 {
		o.Nodes = DefaultNodes
	}
	return o
}

func (o Options) check() error {
	var problems []error
	for _, n := range []struct {
		name  string
		value int
	}{{"Depth", o.Depth}, {"Children", o.Children}, {"Nodes", o.Nodes}} {
		if n.value < 0 {
			problems = append(problems, fmt.Errorf("draw: %s is %d: a number from 0 is needed", n.name, n.value))
		}
	}
	if o.Language != English && o.Language != Chinese {
		problems = append(problems, fmt.Errorf("draw: Language is %d: English or Chinese is needed", o.Language))
	}
	return errors.Join(problems...)
}

// Drawing is a part of a team that is ready to be written. Its texts are cleaned: one line each, of characters that every form can hold.
type Drawing struct {
	Title    string
	Language Language
	Nodes    []Drawn // the root, then whoever is one step below, and so on; children side by side in order
}

// Drawn is a member in a drawing.
type Drawn struct {
	Node
	Depth  int // steps below the root
	Parent int // whose child he is, in Drawing.Nodes; -1 for the root
	First  int // his children are Shown nodes from here on
	Shown  int
	Before int // children before the first that is shown: only the root's, where the drawing goes on after a child
	More   int // children after the last that is shown
}

// After returns the cursor to go on after the last child of a node that is shown, "" where none is.
func (d *Drawing) After(node int) partner.ID {
	n := &d.Nodes[node]
	if n.Shown == 0 {
		return ""
	}
	return d.Nodes[n.First+n.Shown-1].ID
}

// Build makes a drawing of a part of a team. It asks the source once for the root and once for each member whose children are shown. Options that make no
// sense are refused all at once; an error of the source is returned with the member it was asked for.
func Build(source Source, o Options) (*Drawing, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	o = o.WithDefaults()
	root, err := source.Node(o.Root)
	if err != nil {
		return nil, err
	}
	b := builder{Options: o, source: source, seen: map[partner.ID]bool{o.Root: true}}
	b.add(root, o.Root, 0, -1)
	for i := 0; i < len(b.drawing.Nodes); i++ {
		if err := b.open(i); err != nil {
			return nil, err
		}
	}
	b.drawing.Language = o.Language
	if b.drawing.Title = clean(o.Title); b.drawing.Title == "" {
		b.drawing.Title = b.drawing.Nodes[0].Label
	}
	return &b.drawing, nil
}

type builder struct {
	Options
	source  Source
	drawing Drawing
	ids     []partner.ID // of the drawing's nodes, as the source has them
	seen    map[partner.ID]bool
}

func (b *builder) add(n Node, id partner.ID, depth, parent int) {
	if b.Mask != nil {
		n = b.Mask(n)
	}
	b.ids = append(b.ids, id)
	b.drawing.Nodes = append(b.drawing.Nodes, Drawn{Node: n.cleaned(), Depth: depth, Parent: parent, More: n.Direct})
}

// open adds the children of a node, as many as the options let it.
func (b *builder) open(i int) error {
	n := &b.drawing.Nodes[i]
	n.First = len(b.drawing.Nodes)
	limit := min(b.Children, b.Nodes-n.First)
	if n.Direct == 0 || limit <= 0 || b.Depth > 0 && n.Depth == b.Depth {
		return nil
	}
	id, after := b.ids[i], partner.ID("")
	if i == 0 {
		after = b.Options.After
	}
	page, err := b.source.Children(id, after, limit)
	if err == nil {
		err = page.check(id, limit)
	}
	if err != nil {
		return fmt.Errorf("children of %q: %w", id, err)
	}
	n.Shown, n.More = len(page.Nodes), page.Left
	if after != "" {
		n.Before = max(0, n.Direct-n.Shown-n.More)
	}
	depth := n.Depth + 1
	for _, child := range page.Nodes {
		if b.seen[child.ID] {
			return &SourceError{id, fmt.Sprintf("%q is shown twice", child.ID)}
		}
		b.seen[child.ID] = true
		b.add(child, child.ID, depth, i)
	}
	return nil
}

// cleaned returns a node whose texts can be drawn, and which shares no memory with the source.
func (n Node) cleaned() Node {
	if n.Label = clean(n.Label); n.Label == "" {
		n.Label = clean(string(n.ID))
	}
	if n.Label == "" {
		n.Label = "–"
	}
	n.Level, n.Status = clean(n.Level), clean(n.Status)
	figures := n.Figures
	n.Figures = nil
	for _, f := range figures {
		n.Figures = append(n.Figures, Figure{clean(f.Name), f.Amount})
	}
	return n
}
