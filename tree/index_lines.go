package tree

// Line appends to dst the line of people from a member upwards, himself first, at most depth of them (0: all).
func (ix *Index) Line(dst []Member, m Member, depth int) []Member {
	dst = append(dst, m)
	for n := 1; n != depth; n++ {
		if m = ix.parent(m); m == nobody {
			break
		}
		dst = append(dst, m)
	}
	return dst
}

// together is how many lines are walked at once: enough that the memory is busy all the time, few enough that all of them stay at hand.
const together = 64

// Lines is [Index.Line] for many members, whose lines are walked side by side: while one waits for memory the others go on. Line i is that of member i; dst
// is used again where it has room.
func (ix *Index) Lines(dst [][]Member, of []Member, depth int) [][]Member {
	for len(dst) < len(of) {
		dst = append(dst, nil)
	}
	dst = dst[:len(of)]
	for from := 0; from < len(of); from += together {
		ix.walk(dst[from:], of[from:min(from+together, len(of))], depth)
	}
	return dst
}

func (ix *Index) walk(dst [][]Member, of []Member, depth int) {
	var at [together]Member // where the lines are that go on
	var line [together]int  // and which they are
	for i, m := range of {
		dst[i] = append(dst[i][:0], m)
		at[i], line[i] = m, i
	}
	for going, n := len(of), 1; going > 0 && n != depth; n++ {
		still := 0
		for i := range going {
			up := ix.parent(at[i])
			if up == nobody {
				continue
			}
			dst[line[i]] = append(dst[line[i]], up)
			at[still], line[still] = up, line[i]
			still++
		}
		going = still
	}
}

// Above reports whether a member stands above another one. Nobody stands above himself.
func (ix *Index) Above(upline, m Member) bool {
	for {
		if m < ix.base && (len(ix.strayed) == 0 || !ix.hasStrayed(m)) {
			return upline < m && m < upline+ix.size(upline)
		}
		top := m - Member(ix.places[m].offset)
		if top <= upline && upline < m {
			return true
		}
		if m = ix.parent(top); m == upline || m == nobody {
			return m == upline
		}
	}
}

// Depth returns how many stand above a member.
func (ix *Index) Depth(m Member) int {
	depth := 0
	for {
		offset := Member(ix.places[m].offset)
		depth += int(offset)
		up := ix.parent(m - offset)
		if up == nobody {
			return depth
		}
		m = up
		depth++
	}
}
