package tree

import "math"

// peel takes leaves away until none is left, and returns them in that order. On the way everybody's team is counted. Who is left over is in a ring, and has
// children left to count.
func (b *Builder) peel() []uint32 {
	nodes := b.nodes
	for m := range nodes {
		nodes[m].size, nodes[m].big = 1, uint32(nobody)
		if up := nodes[m].up & whom; up != uint32(nobody) {
			nodes[up].next++
		}
	}
	order := make([]uint32, 0, len(nodes))
	for m := range nodes {
		// A leaf takes those above along whose last child it was.
		for at := uint32(m); nodes[at].next == 0; {
			order = append(order, at)
			node := &nodes[at]
			node.next = math.MaxUint32 // it is taken
			up := node.up & whom
			if up == uint32(nobody) {
				break
			}
			above := &nodes[up]
			above.size += node.size
			if above.big == uint32(nobody) || node.size > nodes[above.big].size {
				above.big = at
			}
			above.next--
			at = up
		}
	}
	for _, m := range order {
		nodes[m].next = 0
	}
	return order
}

// place gives everybody a place in pre-order, the child with the largest team first.
func (b *Builder) place(leavesFirst []uint32) {
	nodes, free := b.nodes, uint32(0)
	for i := len(leavesFirst) - 1; i >= 0; i-- {
		m := leavesFirst[i]
		node := &nodes[m]
		switch up := node.up & whom; {
		case up == uint32(nobody):
			node.place = free
			free += node.size
		case nodes[up].big == m:
			node.place = nodes[up].place + 1
		default:
			node.place = nodes[up].next
			nodes[up].next += node.size
		}
		node.next = node.place + 1
		if node.big != uint32(nobody) {
			node.next += nodes[node.big].size
		}
	}
}

// lay makes the index.
func (b *Builder) lay(number int64) *Index {
	n := len(b.nodes)
	order := make([]uint32, n) // who is at a place
	for m := range b.nodes {
		order[b.nodes[m].place] = uint32(m)
	}
	ix := &Index{
		number: number, ids: newIDList(), base: Member(n), levels: b.levels,
		places: make([]place, n), span: make([]uint32, n), self: make([]self, n), sums: make([]team, n),
	}
	ix.ids.seed = b.ids.seed
	ix.ids.pages = make([]idPage, 0, (n+pageSize-1)/pageSize)
	for at, m := range order {
		if at%pageSize == 0 {
			ix.ids.putPage(&b.ids, order[at:min(at+pageSize, n)])
		}
		node, here := &b.nodes[m], &ix.places[at]
		up := node.up & whom
		if up != uint32(nobody) {
			above := &b.nodes[up]
			if above.big == m {
				here.offset = ix.places[at-1].offset + 1 // 0 again after 65,535: a path that long is followed by another
			}
			up = above.place
		}
		here.up, here.level, ix.span[at] = up|node.up&^whom, node.level, node.size
		if b.volume != nil {
			ix.self[at].own = b.volume[m]
			ix.weight += magnitude(b.volume[m])
		}
	}
	ix.ids.index()
	ix.sumUp()
	return ix
}

// sumUp works out what every member's team counts, and turns it into path sums.
func (ix *Index) sumUp() {
	n := len(ix.places)
	for m := n - 1; m >= 0; m-- {
		one := ix.one(Member(m))
		here := &ix.sums[m]
		here.all = here.all.plus(one)
		here.volume += ix.self[m].own
		if up := ix.parent(Member(m)); up != nobody {
			ix.sums[up] = ix.sums[up].plus(*here)
			ix.self[up].direct = ix.self[up].direct.plus(one)
		}
	}
	for m := 0; m < n; {
		end := m + 1
		for end < n && ix.places[end].offset != 0 {
			end++
		}
		ix.toSums(Member(m), Member(end))
		m = end
	}
}
