package draw_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree/draw"
)

var cny = money.MustCurrency("CNY", 2)

// hostile are labels that end, begin or hide something somewhere, or are of a width of their own.
var hostile = []string{
	"", "alice", `"quoted" and 'single'`, "]]>", "-->", "<script>alert(1)</script>", "a & b &amp; c &#x41;", `back\slash \N \l \n`, "#quot; #35; %%{init: {}}%%",
	"`markdown` **bold** _x_", "1. a list", "- a list", "end", "style n0 fill:#f00;", "line\nbreak\ttab\r\n", "nul\x00 bell\a del\x7f", "broken \xff\xfe utf-8", "\u202eturned\u202c",
	"\ufffe\uffff", "王小明（总监）", "ﾊﾝｶｸ カタカナ 한국어", "😀👨‍👩‍👧‍👦🏳️‍🌈👍🏽", "Z̵̡̢̛a̶̧͝l̷̨g̴̢͠ơ̶", "مرحبا بالعالم", "{{x}} ${y} {b}", "|pipe|[x](y)", " spaces  within ",
	strings.Repeat("x", 1000), strings.Repeat("很", 1000), strings.Repeat("word ", 200), strings.Repeat("👨‍👩‍👧‍👦", 40), "﷽",
}

// world is a forest with what is true of it.
type world struct {
	members  []draw.Member
	children map[partner.ID][]partner.ID // in order
	depth    map[partner.ID]int
	source   *draw.Forest
}

func newWorld(t require.TestingT, members []draw.Member) world {
	w := world{members: members, children: map[partner.ID][]partner.ID{}, depth: map[partner.ID]int{}}
	for _, m := range members {
		w.children[m.Recruiter] = append(w.children[m.Recruiter], m.ID)
	}
	for _, ids := range w.children {
		slices.Sort(ids)
	}
	var err error
	w.source, err = draw.NewForest("the shop", members)
	require.NoError(t, err)
	return w
}

// below counts everybody below a member.
func (w world) below(id partner.ID) int {
	n := 0
	for waiting := slices.Clone(w.children[id]); len(waiting) > 0; n++ {
		last := waiting[len(waiting)-1]
		waiting = append(waiting[:len(waiting)-1], w.children[last]...)
	}
	return n
}

func drawWorld(t *rapid.T, most int) world {
	n := rapid.IntRange(1, most).Draw(t, "members")
	ids := rapid.Permutation(numbered(n)).Draw(t, "ids")
	wide := rapid.Bool().Draw(t, "wide")
	var members []draw.Member
	for i, id := range ids {
		m := draw.Member{Node: draw.Node{ID: id, Label: rapid.SampledFrom(hostile).Draw(t, "label")}}
		m.Level = rapid.SampledFrom([]string{"", "gold", "<silver>", "总监"}).Draw(t, "level")
		m.Status = rapid.SampledFrom([]string{"", "", "frozen"}).Draw(t, "status")
		for f := range rapid.IntRange(0, 2).Draw(t, "figures") {
			amount := rapid.SampledFrom([]int64{0, 1, -99, 123456789, -1 << 62}).Draw(t, "amount")
			m.Figures = append(m.Figures, draw.Figure{Name: []string{"own", "团队 & all"}[f], Amount: cny.Minor(amount)})
		}
		if i > 0 {
			from := 0
			if !wide {
				from = max(0, i-4)
			}
			if up := rapid.IntRange(from, i).Draw(t, "recruiter"); up < i {
				m.Recruiter = ids[up]
			}
		}
		members = append(members, m)
	}
	return newWorld(t, members)
}

func numbered(n int) []partner.ID {
	ids := make([]partner.ID, n)
	for i := range ids {
		ids[i] = partner.ID(fmt.Sprintf("p%06d", i))
	}
	return ids
}

func drawOptions(t *rapid.T, w world) draw.Options {
	o := draw.Options{
		Depth:    rapid.IntRange(0, 4).Draw(t, "depth"),
		Children: rapid.IntRange(0, 5).Draw(t, "children"),
		Nodes:    rapid.IntRange(0, 40).Draw(t, "nodes"),
		Title:    rapid.SampledFrom(hostile).Draw(t, "title"),
		Language: rapid.SampledFrom([]draw.Language{draw.English, draw.Chinese}).Draw(t, "language"),
	}
	if rapid.Bool().Draw(t, "rooted") {
		o.Root = rapid.SampledFrom(w.members).Draw(t, "root").ID
	}
	if ids := w.children[o.Root]; len(ids) > 0 && rapid.Bool().Draw(t, "goes on") {
		o.After = rapid.SampledFrom(ids).Draw(t, "after")
	}
	return o
}

func write(t require.TestingT, form func(io.Writer) error) string {
	var out strings.Builder
	require.NoError(t, form(&out))
	return out.String()
}

// graph is what every form must have in common: the items by what they say first, in the order of the form, and who stands below whom.
type graph struct {
	names []string
	edges [][2]int
}

// expected returns the graph of a drawing, breadth first.
func expected(d *draw.Drawing) graph {
	var g graph
	at := map[int]int{} // of nodes in names
	leave := func(n int, count int) {
		if count > 0 {
			g.names = append(g.names, strconv.Itoa(count))
			g.edges = append(g.edges, [2]int{at[n], len(g.names) - 1})
		}
	}
	at[0] = 0
	g.names = append(g.names, d.Nodes[0].Label)
	for i := range d.Nodes {
		n := &d.Nodes[i]
		if n.Shown == 0 {
			continue
		}
		leave(i, n.Before)
		for c := n.First; c < n.First+n.Shown; c++ {
			at[c] = len(g.names)
			g.names = append(g.names, d.Nodes[c].Label)
			g.edges = append(g.edges, [2]int{at[i], at[c]})
		}
		leave(i, n.More)
	}
	return g
}

// squeezed returns a text without spaces: what is left of it however its lines are broken.
func squeezed(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \n\u00a0\u3000\u2028", r) {
			return -1
		}
		return r
	}, text)
}

// requireSays checks what an item says first: the label of a member, or how many are left out.
func requireSays(t require.TestingT, want, text string) {
	text = squeezed(text)
	if n, err := strconv.Atoi(want); err == nil && !strings.HasPrefix(text, want) {
		digits := regexp.MustCompile(`[0-9,]+`).FindString(text)
		require.Equal(t, strconv.Itoa(n), strings.ReplaceAll(digits, ",", ""), text)
		return
	}
	require.True(t, strings.HasPrefix(text, squeezed(want)), "%q is not said by %q", want, text)
}

// rectangle, line and words are what is on a picture.
type rectangle struct{ x, y, width, height int }

type words struct {
	x, y, size int
	right      bool
	text       string
}

type picture struct {
	width, height int
	boxes         []rectangle
	texts         [][]words // by box
	lines         [][4]int  // from x, y to x, y
	title         string
}

func readSVG(t require.TestingT, text string) picture {
	var p picture
	element := ""
	var in *words
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		require.NoError(t, err)
		return n
	}
	for decoder := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := decoder.Token()
		if err == io.EOF {
			return p
		}
		require.NoError(t, err, text)
		switch e := token.(type) {
		case xml.StartElement:
			a := map[string]string{"x": "0", "y": "0"}
			for _, attribute := range e.Attr {
				a[attribute.Name.Local] = attribute.Value
			}
			element = e.Name.Local
			switch {
			case e.Name.Local == "svg":
				p.width, p.height = number(a["width"]), number(a["height"])
				require.Equal(t, fmt.Sprintf("0 0 %d %d", p.width, p.height), a["viewBox"])
			case e.Name.Local == "rect" && a["rx"] != "":
				p.boxes = append(p.boxes, rectangle{number(a["x"]), number(a["y"]), number(a["width"]), number(a["height"])})
				p.texts = append(p.texts, nil)
			case e.Name.Local == "path" && strings.Contains(a["d"], "H"):
				all := regexp.MustCompile(`-?\d+`).FindAllString(a["d"], -1)
				end := number(all[1])
				if strings.Contains(a["d"], "Q") {
					end = number(all[len(all)-2]) // of the last turn, before the way across
				}
				p.lines = append(p.lines, [4]int{number(all[0]), number(all[1]), number(all[len(all)-1]), end})
			case e.Name.Local == "text" && len(p.boxes) > 0:
				w := words{x: number(a["x"]), y: number(a["y"]), size: 12, right: a["text-anchor"] == "end"}
				if a["font-size"] != "" {
					w.size = number(a["font-size"])
				}
				last := len(p.texts) - 1
				p.texts[last] = append(p.texts[last], w)
				in = &p.texts[last][len(p.texts[last])-1]
			}
		case xml.EndElement:
			in, element = nil, ""
		case xml.CharData:
			if in != nil {
				in.text += string(e)
			} else if element == "title" {
				p.title += string(e)
			}
		}
	}
}

// readDOT and readMermaid return the items and edges of the two languages; the forms name items n1, n1more and so on.
func readDOT(t require.TestingT, text string) graph {
	node := regexp.MustCompile(`^  (n\w+) \[label="((?:[^"\\]|\\.)*)"[^"\n]*(?:"[^"\n]*")*[^"\n]*\];$`)
	return readLines(t, text, " -> ", func(line string) (string, string, bool) {
		m := node.FindStringSubmatch(line)
		if m == nil {
			return "", "", false
		}
		return m[1], strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\l`, "\n", "&amp;", "&").Replace(m[2]), true
	})
}

func readMermaid(t require.TestingT, text string) graph {
	node := regexp.MustCompile(`^  (n\w+)\["([^"]*)"\](?::::\w+)?$`)
	code := regexp.MustCompile(`#(\d+);`)
	return readLines(t, text, " --- ", func(line string) (string, string, bool) {
		m := node.FindStringSubmatch(line)
		if m == nil {
			return "", "", false
		}
		return m[1], code.ReplaceAllStringFunc(strings.ReplaceAll(m[2], "<br/>", "\n"), func(s string) string {
			n, _ := strconv.Atoi(s[1 : len(s)-1])
			return string(rune(n))
		}), true
	})
}

func readLines(t require.TestingT, text, arrow string, node func(line string) (id, label string, ok bool)) graph {
	var g graph
	at := map[string]int{}
	for _, line := range strings.Split(text, "\n") {
		if id, label, ok := node(line); ok && id != "node" {
			at[id] = len(g.names)
			g.names = append(g.names, label)
		} else if from, to, ok := strings.Cut(strings.TrimSuffix(strings.TrimSpace(line), ";"), arrow); ok && strings.HasPrefix(from, "n") && len(from) < 16 {
			require.Contains(t, at, from)
			require.Contains(t, at, to)
			g.edges = append(g.edges, [2]int{at[from], at[to]})
		}
	}
	return g
}

// object is an item in JSON.
type object struct {
	Name      string
	Value     json.Number
	Collapsed *bool
	ID, Of    partner.ID
	After     partner.ID
	More      int
	Children  []object
}

// readJSON returns the graph of the JSON, breadth first.
func readJSON(t require.TestingT, text string) graph {
	var root object
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	require.NoError(t, decoder.Decode(&root), text)
	g := graph{names: []string{root.Name}}
	for i, waiting := 0, []object{root}; i < len(waiting); i++ {
		for _, c := range waiting[i].Children {
			g.edges = append(g.edges, [2]int{i, len(waiting)})
			g.names = append(g.names, c.Name)
			waiting = append(waiting, c)
		}
	}
	return g
}

func forms(d *draw.Drawing) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{"svg": d.SVG, "dot": d.DOT, "mermaid": d.Mermaid, "json": d.JSON}
}

func requireEqualGraph(t require.TestingT, want, got graph, text string) {
	require.Len(t, got.names, len(want.names), text)
	require.Equal(t, want.edges, got.edges, text)
	for i := range want.names {
		requireSays(t, want.names[i], got.names[i])
	}
}
