package strictjson_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fenrun/fenrun/partner/program/internal/strictjson"
	"github.com/stretchr/testify/require"
)

// anything takes every value, so that only the syntax of a document counts.
type anything struct{}

func (*anything) AcceptsNull() bool          { return true }
func (*anything) UnmarshalJSON([]byte) error { return nil }

func TestSyntaxErrors(t *testing.T) {
	for name, c := range map[string]struct{ document, problem string }{
		"an empty document":                 {"", `1:1: document: unexpected end of the document; expected a value`},
		"white space only":                  {" \n ", `2:2: document: unexpected end of the document; expected a value`},
		"an open object":                    {"{\n", `2:1: document: unexpected end of the document; expected a name in double quotes`},
		"an open array":                     {`["é"`, `1:5: document: unexpected end of the document; expected ',' or ']'`},
		"an open string":                    {`["a`, `1:4: document: unexpected end of the document; expected '"'`},
		"a string over two lines":           {"[\"é\r\n\"]", `1:4: document: unexpected line break in a string; close the string or write \n`},
		"a tab in a string":                 {"\"\t\"", `1:2: document: unexpected control character in a string; write \u0009`},
		"a comma too many in an array":      {"[1,\n]", `2:1: document: unexpected character ']'; expected a value`},
		"a comma too many in an object":     {`{"a": 1,}`, `1:9: document: unexpected character '}'; expected a name in double quotes`},
		"a missing comma":                   {`{"a": 1 "b": 2}`, `1:9: document: unexpected character '"'; expected ',' or '}'`},
		"a missing colon":                   {`{"a" 1}`, `1:6: document: unexpected character '1'; expected ':'`},
		"a name without quotes":             {`{a: 1}`, `1:2: document: unexpected character 'a'; expected a name in double quotes`},
		"a comment":                         {"// é\n{}", `1:1: document: unexpected character '/'; expected a value`},
		"a misspelt keyword":                {`[ture]`, `1:3: document: unexpected character 'u'; expected true`},
		"a keyword in capitals":             {`[True]`, `1:2: document: unexpected character 'T'; expected a value`},
		"a number with a leading zero":      {`[-01]`, `1:3: document: a number does not start with 0`},
		"a number with a plus":              {`+1`, `1:1: document: unexpected character '+'; expected a value`},
		"a number without integer part":     {`-.5`, `1:2: document: unexpected character '.'; expected a digit`},
		"a number without fraction":         {`[1.]`, `1:4: document: unexpected character ']'; expected a digit`},
		"a number without exponent":         {`1e+`, `1:4: document: unexpected end of the document; expected a digit`},
		"an unknown escape":                 {`"\x"`, `1:3: document: unexpected character 'x'; expected one of " \ / b f n r t u after the backslash`},
		"a short code point":                {`"\u12"`, `1:6: document: unexpected character '"'; expected four hexadecimal digits after \u`},
		"trailing data":                     {"{}\nx", `2:1: document: trailing data after the document: unexpected character 'x'; expected nothing more`},
		"a zero byte":                       {"[\x00]", `1:2: document: unexpected character '\x00'; expected a value`},
		"a character beyond ASCII":          {"[“a”]", `1:2: document: unexpected character '“'; expected a value`},
		"a byte order mark":                 {"\uFEFF{}", `1:1: document: the document starts with a byte order mark; save it as UTF-8 without one`},
		"invalid UTF-8 in a string":         {"[\"é\xff\"]", `1:4: document: invalid UTF-8; save the document as UTF-8`},
		"invalid UTF-8 in a name":           {"{\"\xc3\": 1}", `1:3: document: invalid UTF-8; save the document as UTF-8`},
		"a UTF-16 document":                 {"\xff\xfe{\x00}\x00", `1:1: document: invalid UTF-8; save the document as UTF-8`},
		"a surrogate encoded as UTF-8":      {"\"\xed\xa0\x80\"", `1:2: document: invalid UTF-8; save the document as UTF-8`},
		"too many levels":                   {strings.Repeat("[", 65), `1:65: document: the document is more than 64 levels deep`},
		"too many levels of objects":        {strings.Repeat(`{"":`, 65), `1:257: document: the document is more than 64 levels deep`},
		"a long name":                       {`{"` + strings.Repeat("a", 257) + `": 1}`, `1:2: document: a name is longer than 256 bytes`},
		"a document that is too long":       {strings.Repeat(" ", 8<<20+1), `1:1: document: the document is longer than 8 MiB`},
		"a closing bracket of another kind": {`[}`, `1:2: document: unexpected character '}'; expected a value`},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			err := strictjson.Decode([]byte(c.document), new(anything))
			require.EqualError(t, err, c.problem)
			require.IsType(t, strictjson.Problems{}, err)
		})
	}
}

func TestDocumentsAtTheLimitsAreAccepted(t *testing.T) {
	for name, document := range map[string]string{
		"levels":              strings.Repeat("[", 64) + strings.Repeat("]", 64),
		"levels side by side": "[" + strings.Repeat("[],", 100) + "[]]",
		"name":                `{"` + strings.Repeat("a", 256) + `": 1}`,
		"size":                strings.Repeat(" ", 8<<20-2) + "{}",
	} {
		require.NoError(t, strictjson.Decode([]byte(document), new(anything)), name)
	}
}

func TestEscapesAreDecoded(t *testing.T) {
	for document, want := range map[string]string{
		`"\"\\\/\b\f\n\r\t"`:   "\"\\/\b\f\n\r\t",
		`"\u00e9\uD83D\uDE00"`: "é😀",
		`"plain"`:              "plain",
		`"\ud83d!"`:            "\uFFFD!",
	} {
		got, err := decode[string](document)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// seeds are documents for the fuzz test, beside those of the other tests.
var seeds = []string{
	``, `null`, ` {"a": [1, -2.5e+10, "x\u00e9\n", true, false, null, {}]} `, `{"a": 1, "a": 2}`, `[1,]`, `{"a":}`, `"\ud83d\ude00"`, `0`, `-`,
	`01`, `1.`, `1e`, `tru`, `nullx`, "\"\xff\"", "\uFEFF1", "\"\n\"", `"\q"`, `[[[[]]]]`, `{"":{"":{}}}`, "\u00a0", "[\r\n1\t]",
	`{"name": "a", "rates": ["0.1"], "levels": [{"name": "x", "from": 1}], "rule": [{}], "codes": {"a b": "c"}}`,
}

func FuzzDecode(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	for _, c := range planProblems {
		f.Add([]byte(c.document))
	}
	limits := []string{"longer than", "byte order mark", "levels deep"}
	f.Fuzz(func(t *testing.T, document []byte) {
		err := strictjson.Decode(document, new(anything))
		for _, limit := range limits {
			if err != nil && strings.Contains(err.Error(), limit) {
				return
			}
		}
		if want := json.Valid(document) && utf8.Valid(document); (err == nil) != want {
			t.Fatalf("%q: valid is %v, but the error is %v", document, want, err)
		}

		var plan Plan
		positions, planErr := strictjson.DecodePositions(document, &plan)
		if err != nil {
			require.Equal(t, err, planErr, "broken syntax is told alike for every target")
			return
		}
		require.NotZero(t, positions.At("levels[0].name"))
		if planErr == nil {
			require.NoError(t, json.Unmarshal(document, new(Plan)), "what is accepted is accepted by encoding/json")
			return
		}
		lines, last := strings.Count(string(document), "\n")+1, strictjson.Position{Line: 1, Column: 1}
		for _, p := range planErr.(strictjson.Problems) {
			require.True(t, p.Position.Line > last.Line || p.Position.Line == last.Line && p.Position.Column >= last.Column, "%v is in order", p)
			require.LessOrEqual(t, p.Position.Line, lines)
			last = p.Position
			positions.At(p.Path)
		}
	})
}
