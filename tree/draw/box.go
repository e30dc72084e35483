package draw

// Sizes of a picture, in pixels.
const (
	textWidth = 210 // longer texts are broken
	leading   = 4   // between lines
	padX      = 12
	padY      = 8
	columnGap = 56 // between the boxes of one depth and those of the next
	rowGap    = 8  // between siblings
	branchGap = 20 // between the children of different members
	figureGap = 16 // between a figure's name and its amount
	margin    = 24
)

// text is a line in a box.
type text struct {
	text  string
	size  int
	right bool // ends at the right side, on the line of the text before it
}

// box is an item in a picture.
type box struct {
	texts         []text
	x, y          int
	width, height int // height is even, so that a middle is a whole pixel
}

// boxOf measures an item.
func (d *Drawing) boxOf(it *item) box {
	var b box
	inner, tall := 0, 0
	add := func(line string, size int) int {
		w := width(line, size)
		if size == labelSize {
			w = bold(w)
		}
		inner = max(inner, w)
		tall += size + leading
		b.texts = append(b.texts, text{text: line, size: size})
		return w
	}
	for i, r := range d.rows(it) {
		size, limit := it.size(i), textWidth
		if size == labelSize {
			limit = textWidth * 5 / 6
		}
		var w int
		for _, line := range wrap(r.left, size, limit) {
			w = add(line, size)
		}
		if r.right == "" {
			continue
		}
		// An amount that does not fit beside the last line of its name gets a line of its own.
		amount := width(r.right, size)
		if w+figureGap+amount > textWidth {
			add("", size)
			w = -figureGap
		}
		inner = max(inner, w+figureGap+amount)
		b.texts = append(b.texts, text{r.right, size, true})
	}
	b.width = inner + 2*padX
	b.height = (tall - leading + 2*padY + 1) &^ 1
	return b
}

// boxes places items: from left to right what is one step further below, in columns of equal boxes; from top to bottom, siblings.
func (d *Drawing) boxes(items []item) []box {
	boxes := make([]box, len(items))
	var columns []int // the width of each, then where it begins
	for i := range items {
		boxes[i] = d.boxOf(&items[i])
		if items[i].depth == len(columns) {
			columns = append(columns, 0)
		}
		columns[items[i].depth] = max(columns[items[i].depth], boxes[i].width)
	}
	middles := tidy(items, func(a, b int) int {
		gap := branchGap
		if items[a].parent == items[b].parent {
			gap = rowGap
		}
		return (boxes[a].height+boxes[b].height)/2 + gap
	})
	x := 0
	for i, w := range columns {
		columns[i] = x
		x += w + columnGap
	}
	columns = append(columns, x)
	top := 0
	for i := range boxes {
		depth := items[i].depth
		boxes[i].x = columns[depth]
		if items[i].kind == member {
			boxes[i].width = columns[depth+1] - columns[depth] - columnGap
		}
		boxes[i].y = middles[i] - boxes[i].height/2
		top = min(top, boxes[i].y)
	}
	for i := range boxes {
		boxes[i].y -= top
	}
	return boxes
}
