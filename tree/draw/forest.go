package draw

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/fenrun/fenrun/partner"
)

// Member is a node of a [Forest] and who stands directly above it.
type Member struct {
	Node                 // Direct and All are counted, whatever they say
	Recruiter partner.ID // "" for none
}

// Forest is a list of members as a [Source], children in order of id.
type Forest struct {
	nodes    map[partner.ID]Node
	children map[partner.ID][]partner.ID
}

// NewForest returns the source of a list of members in any order. The whole forest is called name. A member without an id or who
// comes twice, and a recruiter who is no member, are reported all at once; then, whoever would stand above himself.
func NewForest(name string, members []Member) (*Forest, error) {
	f := &Forest{nodes: map[partner.ID]Node{"": {Label: name}}, children: map[partner.ID][]partner.ID{}}
	above := make(map[partner.ID]partner.ID, len(members))
	var problems []error
	for i := range members {
		m := &members[i]
		if _, twice := above[m.ID]; twice || m.ID == "" {
			problems = append(problems, fmt.Errorf("draw: member %d, %q: an id that nobody else has is needed", i+1, m.ID))
			continue
		}
		n := m.Node
		n.Direct, n.All = 0, 0
		above[m.ID], f.nodes[m.ID] = m.Recruiter, n
		f.children[m.Recruiter] = append(f.children[m.Recruiter], m.ID)
	}
	for i := range members {
		if r := members[i].Recruiter; r != "" {
			if _, ok := above[r]; !ok {
				problems = append(problems, fmt.Errorf("draw: member %q: his recruiter %q is no member", members[i].ID, r))
			}
		}
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	order := []partner.ID{""} // whoever is reached from the top, uplines first
	for i := 0; i < len(order); i++ {
		slices.Sort(f.children[order[i]])
		order = append(order, f.children[order[i]]...)
	}
	for _, id := range slices.Backward(order[1:]) {
		f.count(above[id], f.nodes[id].All)
		delete(above, id)
	}
	if len(above) > 0 {
		ring := make([]partner.ID, 0, len(above))
		for id := range above {
			ring = append(ring, id)
		}
		return nil, fmt.Errorf("draw: %q and %d more stand above themselves, or below somebody who does", slices.Min(ring), len(ring)-1)
	}
	return f, nil
}

// count adds a child who has a number of members below him.
func (f *Forest) count(to partner.ID, all int) {
	n := f.nodes[to]
	n.Direct++
	n.All += 1 + all
	f.nodes[to] = n
}

// Node implements [Source].
func (f *Forest) Node(id partner.ID) (Node, error) {
	n, ok := f.nodes[id]
	if !ok {
		return Node{}, &UnknownError{id}
	}
	return n, nil
}

// Children implements [Source].
func (f *Forest) Children(of, after partner.ID, limit int) (Page, error) {
	ids := f.children[of]
	from, found := slices.BinarySearchFunc(ids, after, cmp.Compare)
	if found {
		from++
	}
	var p Page
	for _, id := range ids[from:min(from+limit, len(ids))] {
		p.Nodes = append(p.Nodes, f.nodes[id])
	}
	p.Left = len(ids) - from - len(p.Nodes)
	return p, nil
}
