package draw

import (
	"strconv"
	"strings"
)

// Language is that of a drawing's own words. Names of people, levels and figures are the source's.
type Language int

// The languages of a drawing.
const (
	English Language = iota
	Chinese
)

// phrases are a language's words; {0} and {1} are numbers.
type phrases struct {
	direct, counts, notShown, more, before, summary string
}

var languages = [...]phrases{
	English: {
		direct: "{0} direct", counts: "{0} direct, {1} in all", notShown: " (not shown)", more: "and {0} more", before: "{0} before",
		summary: "{0} of {1} below are shown",
	},
	Chinese: {
		direct: "直属 {0}", counts: "直属 {0}，团队 {1}", notShown: "（未画出）", more: "还有 {0} 个", before: "前面还有 {0} 个",
		summary: "下级共 {1} 个，画出 {0} 个",
	},
}

func fill(phrase string, numbers ...int) string {
	for i, n := range numbers {
		phrase = strings.Replace(phrase, "{"+strconv.Itoa(i)+"}", grouped(strconv.Itoa(n)), 1)
	}
	return phrase
}

// grouped writes a number that may have decimals and a unit behind it with a comma after every third digit from the point to the left.
func grouped(number string) string {
	end := 0
	for end < len(number) && (number[end] == '-' || number[end] >= '0' && number[end] <= '9') {
		end++
	}
	for at := end - 3; at > 0 && number[at-1] != '-'; at -= 3 {
		number = number[:at] + "," + number[at:]
	}
	return number
}

// summary says how much of the team a drawing shows.
func (d *Drawing) summary() string {
	shown := len(d.Nodes) - 1
	return fill(languages[d.Language].summary, shown, max(shown, d.Nodes[0].All))
}

// counts says how many stand below a node, "" for nobody.
func (d *Drawing) counts(n *Drawn) string {
	if n.Direct == 0 {
		return ""
	}
	w := &languages[d.Language]
	text := fill(w.direct, n.Direct)
	if n.All > n.Direct {
		text = fill(w.counts, n.Direct, n.All)
	}
	if n.closed() {
		text += w.notShown
	}
	return text
}

// closed reports whether there are children of whom none is shown.
func (n *Drawn) closed() bool { return n.Shown == 0 && n.Before+n.More > 0 }
