package draw

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawItems returns items breadth first, and how tall each is.
func drawItems(t *rapid.T) (items []item, heights []int) {
	most := rapid.IntRange(1, 120).Draw(t, "most")
	wide := rapid.SampledFrom([]int{1, 2, 3, 8}).Draw(t, "wide")
	items = []item{{parent: none}}
	for i := 0; i < len(items); i++ {
		items[i].first = len(items)
		items[i].n = min(rapid.IntRange(0, wide).Draw(t, "children"), most-len(items))
		for range items[i].n {
			items = append(items, item{parent: i, depth: items[i].depth + 1})
		}
	}
	for range items {
		heights = append(heights, 2*rapid.SampledFrom([]int{1, 5, 5, 40, 300}).Draw(t, "half the height"))
	}
	return items, heights
}

func TestRule_3_19_NothingOverlapsAndParentsStandInTheMiddle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items, heights := drawItems(t)
		apart := func(a, b int) int { return (heights[a] + heights[b]) / 2 }
		middles := tidy(items, apart)
		last := map[int]int{} // the last item of a depth
		lowest := 0
		for i, it := range items {
			lowest = min(lowest, middles[i])
			if before, ok := last[it.depth]; ok {
				require.GreaterOrEqual(t, middles[i]-middles[before], apart(before, i), "%d and %d", before, i)
			}
			last[it.depth] = i
			if it.n > 0 {
				off := middles[it.first] + middles[it.first+it.n-1] - 2*middles[i]
				require.True(t, off == 0 || off == 1, "%d is off by %d half pixels", i, off)
			}
		}
		require.Zero(t, lowest)
	})
}

// outline has the uppermost and the lowermost item of every depth below an item, with their places against it.
type outline struct{ upper, lower [][2]int }

// naive lays out a branch as the rule says it: every child as close to the ones before it as they let it, the parent in the middle. It returns the outline
// as seen from the parent.
func naive(items []item, apart func(a, b int) int, i int) outline {
	var all outline
	first, last := 0, 0
	it := items[i]
	for c := it.first; c < it.first+it.n; c++ {
		o, at := naive(items, apart, c), 0
		for depth := 0; depth < min(len(all.lower), len(o.upper)); depth++ {
			before, next := all.lower[depth], o.upper[depth]
			need := before[1] + apart(before[0], next[0]) - next[1]
			if depth == 0 || need > at {
				at = need
			}
		}
		if last = at; c == it.first {
			first = at
		}
		for depth := range o.upper {
			o.upper[depth][1] += at
			o.lower[depth][1] += at
			if depth == len(all.upper) {
				all.upper, all.lower = append(all.upper, o.upper[depth]), append(all.lower, o.lower[depth])
			}
			all.lower[depth] = o.lower[depth]
		}
	}
	for depth := range all.upper {
		all.upper[depth][1] -= (first + last) >> 1
		all.lower[depth][1] -= (first + last) >> 1
	}
	return outline{append([][2]int{{i, 0}}, all.upper...), append([][2]int{{i, 0}}, all.lower...)}
}

func TestRule_3_19_NoBranchIsFurtherAwayThanItMustBe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items, heights := drawItems(t)
		apart := func(a, b int) int { return (heights[a] + heights[b]) / 2 }
		middles := tidy(items, apart)
		o := naive(items, apart, 0)
		for depth := range o.upper {
			for _, end := range [][2]int{o.upper[depth], o.lower[depth]} {
				require.Equal(t, end[1], middles[end[0]]-middles[0], "the outline at depth %d: item %d", depth, end[0])
			}
		}
	})
}

func TestRule_3_19_BranchesAreCloseAndSmallOnesAreSpread(t *testing.T) {
	ten := func(int, int) int { return 10 }
	// A root with children of 3, none, none and 3 children: the large branches meet below, and the small ones stand evenly between.
	items := []item{{parent: none, first: 1, n: 4}, {first: 5, n: 3, depth: 1}, {first: 8, depth: 1}, {first: 8, depth: 1}, {first: 8, n: 3, depth: 1}}
	for _, parent := range []int{1, 1, 1, 4, 4, 4} {
		items = append(items, item{parent: parent, first: 11, depth: 2})
	}
	require.Equal(t, []int{25, 10, 20, 30, 40, 0, 10, 20, 30, 40, 50}, tidy(items, ten))
	// With six children each they do not fit side by side at once, and what is between moves along.
	items = []item{{parent: none, first: 1, n: 4}, {first: 5, n: 6, depth: 1}, {first: 11, depth: 1}, {first: 11, depth: 1}, {first: 11, n: 6, depth: 1}}
	for _, parent := range []int{1, 1, 1, 1, 1, 1, 4, 4, 4, 4, 4, 4} {
		items = append(items, item{parent: parent, first: 17, depth: 2})
	}
	require.Equal(t, []int{25, 45, 65, 85}, tidy(items, ten)[1:5])
}

func TestRule_3_19_LinesAreNeverCutNorWiderThanTheyMay(t *testing.T) {
	signs := []string{"a", "W", "i", " ", "-", "很", "é", "e\u0301", "😀", "👨\u200d👩\u200d👧", "👍🏽", "م"}
	rapid.Check(t, func(t *rapid.T) {
		text := clean(strings.Join(rapid.SliceOfN(rapid.SampledFrom(signs), 0, 80).Draw(t, "text"), ""))
		limit := rapid.IntRange(1, 300).Draw(t, "limit")
		lines := wrap(text, 12, limit)
		require.NotEmpty(t, lines)
		require.Equal(t, strings.ReplaceAll(text, " ", ""), strings.ReplaceAll(strings.Join(lines, ""), " ", ""))
		for i, line := range lines {
			require.True(t, len(lines) == 1 || line != "", "no line is empty: %q", lines)
			for _, r := range line {
				require.False(t, joins(r), "%q begins within a character", line)
				break
			}
			together := strings.Count(line, "") == 2 || strings.ContainsAny(line, "\u0301\u200d\U0001f3fd")
			require.True(t, width(line, 12) <= limit || together, "line %d of %q is wider than %d", i, lines, limit)
		}
	})
	require.Equal(t, []string{"Wolfgang", "Wassermann-", "Mustermann"}, wrap("Wolfgang Wassermann-Mustermann", 12, 90))
}

// TestRule_3_19_NoTextLeavesItsBox holds the boxes of a picture against the texts in them, as wide as they are at most.
func TestRule_3_19_NoTextLeavesItsBox(t *testing.T) {
	labels := []string{"alice", strings.Repeat("W", 1000), strings.Repeat("很", 1000), strings.Repeat("a word ", 140), strings.Repeat("👨‍👩‍👧‍👦", 9), "<&>"}
	rapid.Check(t, func(t *rapid.T) {
		var d Drawing
		items, _ := drawItems(t)
		for i, it := range items {
			items[i].node = i
			label := rapid.SampledFrom(labels).Draw(t, "label")
			n := Node{Label: label, Level: rapid.SampledFrom(labels).Draw(t, "level"), Direct: it.n, All: it.n}
			for range rapid.IntRange(0, 2).Draw(t, "figures") {
				n.Figures = append(n.Figures, Figure{Name: rapid.SampledFrom(labels).Draw(t, "figure")})
			}
			d.Nodes = append(d.Nodes, Drawn{Node: n, First: it.first, Shown: it.n, Depth: it.depth, Parent: it.parent})
		}
		all := d.items()
		require.Equal(t, items, all)
		boxes := d.boxes(all)
		for i, b := range boxes {
			require.GreaterOrEqual(t, b.y, 0)
			for j, other := range boxes[:i] {
				if all[i].depth == all[j].depth {
					require.Equal(t, other.x, b.x, "what is as deep stands in one column")
					require.Equal(t, other.width, b.width)
				}
				require.False(t, b.x < other.x+other.width && other.x < b.x+b.width && b.y < other.y+other.height && other.y < b.y+b.height, "%d and %d overlap", j, i)
			}
			tall, left := 0, 0
			for _, line := range b.texts {
				w := width(line.text, line.size)
				if line.size == labelSize {
					w = bold(w)
				}
				if line.right {
					w += left + figureGap
				} else {
					tall += line.size + leading
					left = w
					if w == 0 {
						left = -figureGap
					}
				}
				require.LessOrEqual(t, w, b.width-2*padX, "%q", line.text)
				require.True(t, w <= textWidth || strings.Contains(line.text, "\u200d"), "%q is broken where it is too wide", line.text)
			}
			require.LessOrEqual(t, tall-leading, b.height-2*padY)
		}
	})
}

func TestRule_3_19_CountsAndAmountsAreGrouped(t *testing.T) {
	for number, want := range map[string]string{
		"0": "0", "999": "999", "-999": "-999", "1000": "1,000", "-1000": "-1,000", "3721": "3,721", "1234567": "1,234,567", "-123456.70 CNY": "-123,456.70 CNY",
		"1234.123456 USD": "1,234.123456 USD",
	} {
		require.Equal(t, want, grouped(number))
	}
}

func TestRule_3_19_TextsBecomeOneLineThatEveryFormCanHold(t *testing.T) {
	for text, want := range map[string]string{
		"": "", " a  b ": "a  b", "a\nb\tc\r": "a b c", "a\x00b\x7f": "a\ufffdb\ufffd", "\u202ea\u2066b\u200f": "ab", "a\u2028b": "a b", "\uffff": "\ufffd", "a\xffb": "a\ufffdb",
		"👨\u200d👩": "👨\u200d👩", "]]> & <b>": "]]> & <b>",
	} {
		require.Equal(t, want, clean(text), "%q", text)
	}
}
