// Package examples holds the tests that guard the house: which package may import which, what no package may do, and that the READMEs show the examples
// as they are.
package examples

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/fenrun/fenrun"

// arrows names, for each package of the module, the highest packages of ours that it may import; what those may import is allowed too.
var arrows = map[string][]string{
	"commission/money":                    {},
	"partner":                             {"commission/money"},
	"tree":                                {"partner"},
	"tree/draw":                           {"partner"},
	"commission":                          {"partner"},
	"settlement":                          {"commission"},
	"incentive":                           {"settlement", "tree"},
	"store":                               {"settlement", "tree", "incentive"},
	"store/memstore":                      {"store"},
	"store/sqlstore":                      {"store"},
	"store/kvstore":                       {"store"},
	"partner/program":                     {"store", "tree/draw", "partner/program/internal/ahead", "partner/program/internal/strictjson"},
	"partner/program/internal/ahead":      {"store"},
	"partner/program/internal/strictjson": {},
	"partner/program/rehearsal":           {"partner/program", "store/memstore"},
	"storetest":                           {"partner/program"},
}

// pure packages take values and return values: no store, no I/O, no clock, no ids.
var pure = []string{"commission/money", "partner", "tree", "tree/draw", "commission", "settlement", "incentive"}

// impure is what a pure package must not import.
var impure = []string{"database/sql", "net/http", "net", "os", "io/fs", "log", "log/slog", "context", "math/rand", "math/rand/v2", "crypto/rand", "github.com/google/uuid"}

// testOnly is what only tests and storetest may import.
var testOnly = []string{"testing", "github.com/stretchr/testify", "pgregory.net/rapid"}

// pkg is what `go list` says of a package.
type pkg struct {
	ImportPath string
	Dir        string
	Name       string
	Imports    []string
	GoFiles    []string
}

// packages returns the packages of the root module.
func packages(t *testing.T) map[string]pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Name,Imports,GoFiles", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	require.NoError(t, err)
	found := map[string]pkg{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); decoder.More(); {
		var p pkg
		require.NoError(t, decoder.Decode(&p))
		found[strings.TrimPrefix(p.ImportPath, module+"/")] = p
	}
	return found
}

// allowed returns every package of ours that a package may import.
func allowed(name string) map[string]bool {
	all := map[string]bool{}
	var add func(string)
	add = func(name string) {
		for _, next := range arrows[name] {
			if !all[next] {
				all[next] = true
				add(next)
			}
		}
	}
	add(name)
	return all
}

func TestEveryImportFollowsAnArrow(t *testing.T) {
	found := packages(t)
	for name, p := range found {
		require.Contains(t, arrows, name, "a new package needs its arrows in this test")
		may := allowed(name)
		for _, path := range p.Imports {
			if ours, ok := strings.CutPrefix(path, module+"/"); ok {
				require.True(t, may[ours], "%s must not import %s", name, ours)
			}
		}
	}
	for name := range arrows {
		require.Contains(t, found, name, "the table names a package that is gone")
	}
}

func TestTheCoreIsPure(t *testing.T) {
	found := packages(t)
	for _, name := range pure {
		for _, path := range found[name].Imports {
			require.NotContains(t, impure, path, "%s must not import it", name)
		}
		for _, call := range selectors(t, found[name], "time") {
			require.NotContains(t, []string{"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "NewTicker"}, call, "%s must not read a clock", name)
		}
		eachFile(t, found[name], func(path string, file *ast.File) {
			ast.Inspect(file, func(n ast.Node) bool {
				_, goroutine := n.(*ast.GoStmt)
				require.False(t, goroutine, "%s must not start a goroutine", path)
				return true
			})
		})
	}
}

func TestCommissionNeedsOnlyDecimalMoneyAndPartner(t *testing.T) {
	for _, path := range packages(t)["commission"].Imports {
		standard := !strings.Contains(strings.Split(path, "/")[0], ".")
		ours := slices.Contains([]string{module + "/commission/money", module + "/partner", "github.com/shopspring/decimal"}, path)
		require.True(t, standard || ours, path)
	}
}

func TestNoTestCodeInProduction(t *testing.T) {
	for name, p := range packages(t) {
		if name == "storetest" {
			continue
		}
		for _, path := range p.Imports {
			for _, forbidden := range testOnly {
				require.False(t, path == forbidden || strings.HasPrefix(path, forbidden+"/"), "%s imports %s", name, path)
			}
		}
	}
}

func TestNoFloatsInMoney(t *testing.T) {
	for name, p := range packages(t) {
		for _, call := range selectors(t, p, "decimal") {
			require.NotContains(t, []string{"NewFromFloat", "NewFromFloat32", "DivisionPrecision"}, call, name)
		}
		eachFile(t, p, func(path string, file *ast.File) {
			ast.Inspect(file, func(n ast.Node) bool {
				if call, ok := n.(*ast.SelectorExpr); ok {
					require.NotContains(t, []string{"InexactFloat64", "Float64"}, call.Sel.Name, path)
				}
				if id, ok := n.(*ast.Ident); ok {
					require.NotContains(t, []string{"float64", "float32"}, id.Name, path)
				}
				return true
			})
		})
	}
}

func TestEveryPackageHasOnePackageComment(t *testing.T) {
	for name, p := range packages(t) {
		comments := 0
		eachFile(t, p, func(_ string, file *ast.File) {
			if file.Doc != nil {
				comments++
				require.True(t, strings.HasPrefix(file.Doc.Text(), "Package "+p.Name+" "), "the comment of %s begins with its name", name)
			}
		})
		require.Equal(t, 1, comments, name)
	}
}

func TestEveryExportedNameIsExplained(t *testing.T) {
	for name, p := range packages(t) {
		eachFile(t, p, func(path string, file *ast.File) {
			for _, declaration := range file.Decls {
				for _, missing := range undocumented(declaration) {
					t.Errorf("%s: %s has no comment (%s)", name, missing, filepath.Base(path))
				}
			}
		})
	}
}

// undocumented returns the exported names of a declaration that nothing explains.
func undocumented(d ast.Decl) []string {
	var names []string
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || exportedReceiver(d.Recv) && !isWellKnown(d.Name.Name)) {
			names = append(names, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
					names = append(names, s.Name.Name)
				}
			case *ast.ValueSpec:
				for _, n := range s.Names {
					if n.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
						names = append(names, n.Name)
					}
				}
			}
		}
	}
	return names
}

func exportedReceiver(receiver *ast.FieldList) bool {
	kind := receiver.List[0].Type
	if star, ok := kind.(*ast.StarExpr); ok {
		kind = star.X
	}
	if generic, ok := kind.(*ast.IndexExpr); ok {
		kind = generic.X
	}
	id, ok := kind.(*ast.Ident)
	return ok && id.IsExported()
}

// isWellKnown names methods whose interface says what they do.
func isWellKnown(method string) bool { return method == "Error" }

func TestNoGoFileAtTheRoot(t *testing.T) {
	files, err := filepath.Glob("../*.go")
	require.NoError(t, err)
	require.Empty(t, files)
}

func TestTheTopLevelIsFixed(t *testing.T) {
	known := []string{
		"partner", "tree", "commission", "settlement", "incentive", "store", "storetest", "examples", "go.mod", "go.sum", "README.md", "LICENSE",
		"go.work", "go.work.sum", "CHANGELOG.md", "CONTRIBUTING.md", "README.zh-CN.md",
	}
	entries, err := os.ReadDir("..")
	require.NoError(t, err)
	for _, e := range entries {
		require.True(t, strings.HasPrefix(e.Name(), ".") || slices.Contains(known, e.Name()), e.Name())
	}
}

func TestFilesStayReadable(t *testing.T) {
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		require.LessOrEqual(t, strings.Count(string(text), "\n"), 500, path)
		return err
	}))
}

// eachFile parses the package's files, tests left out.
func eachFile(t *testing.T, p pkg, visit func(path string, file *ast.File)) {
	t.Helper()
	for _, name := range p.GoFiles {
		path := filepath.Join(p.Dir, name)
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		require.NoError(t, err)
		visit(path, file)
	}
}

// selectors returns every name that the package's files use of an imported package.
func selectors(t *testing.T, p pkg, of string) []string {
	t.Helper()
	var names []string
	eachFile(t, p, func(_ string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := s.X.(*ast.Ident); ok && id.Name == of {
					names = append(names, s.Sel.Name)
				}
			}
			return true
		})
	})
	return names
}
