package tree

import "math"

// taken is what next says of who was peeled.
const taken = math.MaxUint32

// peel takes leaves away until none is left, and returns them in that order, which is that in which they were added: the same nodes make the same index. On
// the way everybody's team is counted. Who is left over is in a ring, and has children left to count.
func (b *Builder) peel() []uint32 {
	nodes := b.nodes
	order := make([]uint32, 0, len(nodes))
	for i := range b.said {
		m := uint32(b.said[i].who[asMember])
		if m == uint32(nobody) {
			continue
		}
		// A leaf takes those above along whose last child it was.
		for at := m; nodes[at].next == 0; {
			order = append(order, at)
			node := &nodes[at]
			node.next = taken
			up := node.up & whom
			if up == uint32(nobody) {
				break
			}
			above := &nodes[up]
			above.size += node.size
			above.most = max(above.most, node.size)
			above.next--
			at = up
		}
	}
	return order
}

// place gives everybody a place in pre-order, the child with the largest team first. Who a node's recruiter is becomes where he is.
func (b *Builder) place(leavesFirst []uint32) {
	nodes, free := b.nodes, uint32(0)
	for i := len(leavesFirst) - 1; i >= 0; i-- {
		m := leavesFirst[i]
		node := &nodes[m]
		if up := node.up & whom; up == uint32(nobody) {
			node.place = free
			free += node.size
		} else {
			above := &nodes[up]
			if node.first = above.most == node.size; node.first {
				node.place, above.most = above.place+1, 0
			} else {
				node.place = above.next
				above.next += node.size
			}
			node.up = node.up&^whom | above.place
		}
		node.next = node.place + 1 + node.most
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
		number: number, ids: idList{seed: b.seed}, base: Member(n), levels: b.levels, weight: b.weight,
		places: make([]place, n), span: make([]uint32, n), self: make([]self, n), sums: make([]team, n),
	}
	ix.ids.pages = make([]idPage, 0, (n+pageSize-1)/pageSize)
	for from := 0; from < n; from += pageSize {
		some := order[from:min(from+pageSize, n)]
		ix.ids.putPage(b, some)
		for i, m := range some {
			node, here := &b.nodes[m], &ix.places[from+i]
			if node.first {
				here.offset = ix.places[from+i-1].offset + 1 // 0 again after 65,535: a path that long is followed by another
			}
			here.up, here.level, ix.span[from+i] = node.up, node.level, node.size
			if b.volume != nil {
				ix.self[from+i].own = b.volume[m]
			}
		}
	}
	ix.ids.index(b)
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
