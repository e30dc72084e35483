package tree

import (
	"slices"
	"strings"

	"github.com/fenrun/fenrun/partner"
)

// rings returns the rings that nodes would close, as a [BuildError] has them. coming says who gets which recruiter.
func (ix *Index) rings(nodes []Node, coming map[partner.ID]partner.ID) [][]partner.ID {
	if len(nodes) == 1 && !ix.closes(nodes[0]) {
		return nil
	}
	// Every line upwards is followed once: it ends at who has no recruiter, at somebody whose line is known, or in a ring.
	known := map[partner.ID]int{} // by which line somebody was seen
	var rings [][]partner.ID
	for i := range nodes {
		var line []partner.ID
		id := nodes[i].ID
		for id != "" && known[id] == 0 {
			known[id] = i + 1
			line = append(line, id)
			id = ix.above(id, coming)
		}
		if id != "" && known[id] == i+1 {
			rings = append(rings, fromLowest(line[slices.Index(line, id):]))
		}
	}
	slices.SortFunc(rings, func(a, b []partner.ID) int { return strings.Compare(string(a[0]), string(b[0])) })
	return rings
}

// closes reports whether a node alone would close a ring.
func (ix *Index) closes(n Node) bool {
	if n.ID == n.Recruiter {
		return true
	}
	m, ok := ix.Find(n.ID)
	up, known := ix.Find(n.Recruiter)
	return ok && known && ix.Above(m, up)
}

// above returns somebody's recruiter as he will be, "" for none.
func (ix *Index) above(id partner.ID, coming map[partner.ID]partner.ID) partner.ID {
	if up, ok := coming[id]; ok {
		return up
	}
	if m, ok := ix.Find(id); ok {
		if up, ok := ix.Recruiter(m); ok {
			return ix.ID(up)
		}
	}
	return ""
}

// fromLowest turns a ring until the lowest id comes first.
func fromLowest(ring []partner.ID) []partner.ID {
	lowest := 0
	for i := range ring {
		if ring[i] < ring[lowest] {
			lowest = i
		}
	}
	return slices.Concat(ring[lowest:], ring[:lowest])
}
