package draw

import (
	"io"
	"strings"
)

// SVG writes a picture: the root on the left, every step below it a column to the right, a coloured bar for the level. It names no font but sans-serif, has
// a title and a description for who cannot see it, and can stand alone or within a page. Lengths are pixels at its natural size.
func (d *Drawing) SVG(w io.Writer) error {
	items := d.items()
	p := picture{Drawing: d, output: newOutput(w), boxes: d.boxes(items), items: items, levels: d.levels()}
	p.draw()
	return p.Flush()
}

type picture struct {
	*Drawing
	output
	items  []item
	boxes  []box
	levels map[string]int
}

const (
	titleSize  = 18
	titleWidth = 600
	corner     = 8 // of boxes and edges
	knob       = 5 // the radius of the sign of somebody whose children are not shown
)

var inXML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")

func (p *picture) draw() {
	title := wrap(p.Title, titleSize, titleWidth)
	summary := p.summary()
	wide, tall, head := width(summary, 12), 0, len(title)*(titleSize+leading)+12+leading+margin/2
	for _, line := range title {
		wide = max(wide, bold(width(line, titleSize)))
	}
	for i := range p.boxes {
		p.boxes[i].x += margin
		p.boxes[i].y += margin + head
		wide = max(wide, p.boxes[i].x+p.boxes[i].width-margin)
		tall = max(tall, p.boxes[i].y+p.boxes[i].height)
	}
	wide, tall = wide+2*margin, tall+margin
	p.put(`<svg xmlns="http://www.w3.org/2000/svg" role="img" width="`, wide, `" height="`, tall, `" viewBox="0 0 `, wide, ` `, tall, "\">\n")
	p.put("<title>", inXML.Replace(p.Title), "</title>\n<desc>", inXML.Replace(summary), "</desc>\n")
	p.put(`<rect width="`, wide, `" height="`, tall, `" fill="#ffffff"/>`, "\n")
	p.put(`<g font-family="sans-serif" font-size="12" fill="`, pale, "\">\n")
	y := margin
	for _, line := range title {
		y += titleSize
		p.put(`<text x="`, margin, `" y="`, y, `" font-size="`, titleSize, `" font-weight="bold" fill="`, ink, `">`, inXML.Replace(line), "</text>\n")
		y += leading
	}
	p.put(`<text x="`, margin, `" y="`, y+12, `">`, inXML.Replace(summary), "</text>\n")
	p.put(`<g fill="none" stroke="`, stroke, "\">\n")
	for i := range p.items {
		p.edge(i)
	}
	p.put("</g>\n")
	for i := range p.items {
		p.item(i)
	}
	p.put("</g>\n</svg>\n")
}

// edge draws the line from an item's parent to it: all lines of one parent turn at the same place between the columns.
func (p *picture) edge(i int) {
	it := &p.items[i]
	if it.parent < 0 {
		return
	}
	from, to := &p.boxes[it.parent], &p.boxes[i]
	x1, y1, x2, y2 := from.x+from.width, from.y+from.height/2, to.x, to.y+to.height/2
	p.put(`<path d="M`, x1, ` `, y1)
	if y1 != y2 {
		turn := x2 - columnGap/2
		r, sign := min(corner, max(y2-y1, y1-y2)/2), 1
		if y2 < y1 {
			sign = -1
		}
		p.put(`H`, turn-r, `Q`, turn, ` `, y1, ` `, turn, ` `, y1+sign*r, `V`, y2-sign*r, `Q`, turn, ` `, y2, ` `, turn+r, ` `, y2)
	}
	p.put(`H`, x2)
	if it.kind != member {
		p.put(`" stroke-dasharray="4 3`)
	}
	p.put("\"/>\n")
}

func (p *picture) item(i int) {
	it, b := &p.items[i], &p.boxes[i]
	p.put("<g>\n", `<rect x="`, b.x, `" y="`, b.y, `" width="`, b.width, `" height="`, b.height, `" rx="`, corner, `" fill="#ffffff" stroke="`, stroke)
	if it.kind != member {
		p.put(`" stroke-dasharray="4 3`)
	}
	p.put("\"/>\n")
	if it.kind == member {
		p.put(`<rect x="`, b.x, `" y="`, b.y+corner, `" width="4" height="`, b.height-2*corner, `" fill="`, p.colour(it, p.levels), "\"/>\n")
		if p.Nodes[it.node].closed() {
			x, y := b.x+b.width, b.y+b.height/2
			p.put(`<circle cx="`, x, `" cy="`, y, `" r="`, knob, `" fill="#ffffff" stroke="`, stroke, "\"/>\n")
			p.put(`<path d="M`, x-knob+2, ` `, y, `h`, 2*knob-4, `M`, x, ` `, y-knob+2, `v`, 2*knob-4, `" stroke="`, pale, "\"/>\n")
		}
	}
	y := b.y + padY - leading
	for _, t := range b.texts {
		x := b.x + padX
		if t.right {
			x = b.x + b.width - padX
		} else {
			y += t.size + leading
		}
		if t.text == "" {
			continue
		}
		p.put(`<text x="`, x, `" y="`, y-2)
		switch {
		case t.right:
			p.put(`" text-anchor="end" fill="`, ink)
		case t.size == labelSize:
			p.put(`" font-size="`, t.size, `" font-weight="bold" fill="`, ink)
		}
		p.put(`">`, inXML.Replace(t.text), "</text>\n")
	}
	p.put("</g>\n")
}
