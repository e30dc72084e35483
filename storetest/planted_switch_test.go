package storetest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// plantedEnv names the bug that a binary with all of them has: its place in the list, counted from 1. 0 or nothing is none.
const plantedEnv = "FENRUN_PLANTED_BUG"

// plantedNumber is what each package that a bug changes gets: the number of the bug.
const plantedNumber = `package %s

import (
	"os"
	"strconv"
)

var plantedBug, _ = strconv.Atoi(os.Getenv(%q))
`

// plantedSources returns every file that a bug changes, with all bugs in it, and one more in each package. To build a program for each bug takes much
// longer than to find it, so that one program has them all: a function that a bug changes stands in its file as it is and as the bug has it, under another
// name, and begins with a look at the number of the bug.
func plantedSources(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]*plantedFile{}
	for i, bug := range plantedBugs {
		for name, text := range plantedSource(t, bug) {
			if files[name] == nil {
				files[name] = newPlantedFile(t, name, plantedRead(t, name))
			}
			files[name].plant(t, i+1, bug.name, newPlantedFile(t, name, text))
		}
	}
	all := map[string]string{}
	for name, f := range files {
		all[name] = f.written()
		all[path.Join(path.Dir(name), "planted_bug.go")] = fmt.Sprintf(plantedNumber, f.tree.Name.Name, plantedEnv)
	}
	return all
}

// plantedRead reads a file that is named from the root of the module.
func plantedRead(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(name)))
	require.NoError(t, err)
	return string(raw)
}

// plantedFile is a file of source and what bugs make of its functions.
type plantedFile struct {
	name, text string
	set        *token.FileSet
	tree       *ast.File
	functions  []*ast.FuncDecl
	calls      map[int]string // what a function begins with, by its place
	changed    strings.Builder
}

func newPlantedFile(t *testing.T, name, text string) *plantedFile {
	t.Helper()
	f := &plantedFile{name: name, text: text, set: token.NewFileSet(), calls: map[int]string{}}
	var err error
	f.tree, err = parser.ParseFile(f.set, name, text, parser.SkipObjectResolution)
	require.NoError(t, err)
	for _, d := range f.tree.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			f.functions = append(f.functions, fn)
		}
	}
	return f
}

// of is the text of a part of the file.
func (f *plantedFile) of(from, to token.Pos) string {
	return f.text[f.set.Position(from).Offset:f.set.Position(to).Offset]
}

// outside is the text without the bodies of functions.
func (f *plantedFile) outside() string {
	var out strings.Builder
	from := f.tree.FileStart
	for _, fn := range f.functions {
		out.WriteString(f.of(from, fn.Body.Pos()))
		from = fn.Body.End()
	}
	out.WriteString(f.of(from, f.tree.FileEnd))
	return out.String()
}

// plant adds what a bug makes of the functions that it changes.
func (f *plantedFile) plant(t *testing.T, number int, bug string, with *plantedFile) {
	t.Helper()
	require.Equal(t, f.outside(), with.outside(), "%q: a bug is in functions", bug)
	for i, fn := range f.functions {
		body := with.of(with.functions[i].Body.Pos(), with.functions[i].Body.End())
		if body == f.of(fn.Body.Pos(), fn.Body.End()) {
			continue
		}
		name := fmt.Sprintf("%sWithBug%d", fn.Name.Name, number)
		call := f.call(fn, name)
		if fn.Type.Results == nil {
			call += "; return"
		} else {
			call = "return " + call
		}
		f.calls[i] += fmt.Sprintf(" if plantedBug == %d { %s };", number, call)
		fmt.Fprintf(&f.changed, "\n//line /%s/%s:%d\n%s%s%s%s\n", bug, f.name, f.set.Position(fn.Pos()).Line,
			f.of(fn.Pos(), fn.Name.Pos()), name, f.of(fn.Name.End(), fn.Body.Pos()), body)
	}
}

// call is the call of a function under another name with what the function was called with.
func (f *plantedFile) call(fn *ast.FuncDecl, name string) string {
	if fn.Recv != nil {
		name = f.values(fn.Recv)[0] + "." + name
	}
	if fn.Type.TypeParams != nil {
		name += "[" + strings.Join(f.values(fn.Type.TypeParams), ", ") + "]"
	}
	return name + "(" + strings.Join(f.values(fn.Type.Params), ", ") + ")"
}

// values are the names of parameters. Where one has none its function does not use it, and gets what is zero.
func (f *plantedFile) values(list *ast.FieldList) (values []string) {
	for _, field := range list.List {
		kind, rest := field.Type, ""
		if all, ok := kind.(*ast.Ellipsis); ok {
			kind, rest = &ast.ArrayType{Elt: all.Elt}, "..."
		}
		names := field.Names
		if len(names) == 0 {
			names = []*ast.Ident{ast.NewIdent("_")}
		}
		for _, n := range names {
			value := n.Name
			if value == "_" {
				value = "(*new(" + types.ExprString(kind) + "))"
			}
			values = append(values, value+rest)
		}
	}
	return values
}

// written is the file with all that was planted.
func (f *plantedFile) written() string {
	var out strings.Builder
	from := f.tree.FileStart
	for i, fn := range f.functions {
		out.WriteString(f.of(from, fn.Body.Lbrace+1) + f.calls[i])
		from = fn.Body.Lbrace + 1
	}
	return out.String() + f.of(from, f.tree.FileEnd) + f.changed.String()
}
