package strictjson_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fenrun/fenrun/partner/program/internal/strictjson"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

// decode decodes into a new T.
func decode[T any](document string) (T, error) {
	var v T
	err := strictjson.Decode([]byte(document), &v)
	return v, err
}

func TestEveryKindOfFieldIsDecoded(t *testing.T) {
	got, err := decode[Plan](`{
		"version": 3, "name": "caf\u00e9 \ud83d\ude00", "active": true, "small": -128, "large": 9223372036854775807, "count": 65535,
		"state": "open", "rates": ["0.10", "-12.5", "007"], "cap": "100", "share": "10%", "start": "2026-01-31T09:00:00Z",
		"commission": {"rates": [], "products": {"p2": [1, 2], "a b": null}},
		"levels": [{"name": "one", "from": -0}], "codes": {"x": "on"}, "rule": [{"name": "r", "from": 2}],
		"next": {"name": "child", "cap": null, "rates": null, "commission": null, "rule": null}
	}`)
	require.NoError(t, err)
	require.Equal(t, 3, got.Version)
	require.Equal(t, "café 😀", got.Name)
	require.Empty(t, got.Header.Name)
	require.True(t, got.Active)
	require.EqualValues(t, -128, got.Small)
	require.EqualValues(t, 9223372036854775807, got.Large)
	require.EqualValues(t, 65535, got.Count)
	require.Equal(t, State("open"), got.State)
	require.Len(t, got.Rates, 3)
	for i, want := range []string{"0.1", "-12.5", "7"} {
		require.True(t, decimal.RequireFromString(want).Equal(got.Rates[i]), want)
	}
	require.True(t, got.Cap.Valid && got.Cap.Decimal.Equal(decimal.NewFromInt(100)))
	require.Equal(t, Percent{10}, got.Share)
	require.Equal(t, time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC), got.Start)
	require.Equal(t, &Commission{Rates: []string{}, Products: map[string][]int{"p2": {1, 2}, "a b": nil}}, got.Commission)
	require.Equal(t, []Level{{Name: "one"}}, got.Levels)
	require.Equal(t, map[Code]State{"X": "on"}, got.Codes)
	require.Equal(t, Rule{Level{"r", 2}}, got.Rule)
	require.Equal(t, &Plan{Name: "child"}, got.Next)
}

func TestWhatTheDocumentLeavesOutIsKept(t *testing.T) {
	plan := Plan{Name: "old", Large: 7, Rates: []decimal.Decimal{decimal.NewFromInt(1)}, Codes: map[Code]State{"A": "a"}}
	require.NoError(t, strictjson.Decode([]byte(`{"name": "new", "codes": {"b": "b"}}`), &plan))
	require.Equal(t, "new", plan.Name)
	require.EqualValues(t, 7, plan.Large)
	require.Len(t, plan.Rates, 1)
	require.Equal(t, map[Code]State{"B": "b"}, plan.Codes, "a map is replaced as a whole")
}

// planProblems are documents for a Plan that have one problem each; "name" is added to those that do without.
var planProblems = map[string]struct{ document, problem string }{
	"an unknown field names the nearest known one": {
		`{"commission": {"rats": []}}`, `1:17: commission.rats: unknown field "rats"; did you mean "rates"?`},
	"a field in the wrong case names the right one": {
		`{"LEVELS": []}`, `1:2: LEVELS: unknown field "LEVELS"; did you mean "levels"?`},
	"an unknown field that is near to nothing lists what is known": {
		`{"levels": [{"name": "", "from": 1, "colour": 1}]}`,
		`1:37: levels[0].colour: unknown field "colour"; known fields are "name", "from"`},
	"an embedded field is known by its own name":   {`{"versoin": 1}`, `1:2: versoin: unknown field "versoin"; did you mean "version"?`},
	"an unknown field deep within has a full path": {`{"next": {"name": "", "naem": 1}}`, `1:23: next.naem: unknown field "naem"; did you mean "name"?`},
	"a duplicate field is refused":                 {`{"large": 1, "large": 2}`, `1:14: large: duplicate field "large"; it stands at 1:2 already`},
	"a duplicate map key is refused":               {`{"codes": {"A": "", "A": ""}}`, `1:21: codes.A: duplicate key "A"`},
	"a map key that decodes to another is refused": {`{"codes": {"a": "", "A": ""}}`, `1:21: codes.A: duplicate key "A"`},
	"a map key that does not decode is refused":    {`{"codes": {"a b": ""}}`, `1:12: codes["a b"]: a code has no spaces`},
	"a missing required field is told at its object": {
		`{"levels": [{"from": 1}]}`, `1:13: levels[0]: required field "name" is missing`},
	"null is refused for a string":         {`{"state": null}`, `1:11: state: null is not allowed; leave the field out`},
	"null is refused for a struct":         {`{"levels": [null]}`, `1:13: levels[0]: null is not allowed; leave the field out`},
	"null is refused for a text":           {`{"share": null}`, `1:11: share: null is not allowed; leave the field out`},
	"null is refused for a decimal":        {`{"rates": [null]}`, `1:12: rates[0]: null is not allowed; leave the field out`},
	"a string is not a number":             {`{"state": 1}`, `1:11: state: expected a string, found a number`},
	"a boolean is not a string":            {`{"active": "true"}`, `1:12: active: expected true or false, found a string`},
	"an array is not an object":            {`{"commission": []}`, `1:16: commission: expected an object, found an array`},
	"an object is not an array":            {`{"levels": {}}`, `1:12: levels: expected an array, found an object`},
	"a string is not a map":                {`{"codes": ""}`, `1:11: codes: expected an object, found a string`},
	"an object is not a text":              {`{"share": {}}`, `1:11: share: expected a string, found an object`},
	"a boolean is not a decimal":           {`{"cap": true}`, `1:9: cap: expected a string, found true or false`},
	"a number in quotes is not an integer": {`{"large": "1"}`, `1:11: large: expected a number, found a string`},
	"a fraction is not an integer": {
		`{"large": 1.0}`, `1:11: large: expected a whole number without fraction or exponent, found 1.0`},
	"an exponent is not an integer": {
		`{"large": 1e3}`, `1:11: large: expected a whole number without fraction or exponent, found 1e3`},
	"an integer that is too large is refused": {
		`{"small": 128}`, `1:11: small: 128 is out of range; the least is -128 and the most is 127`},
	"an unsigned integer that is negative is refused": {
		`{"count": -1}`, `1:11: count: -1 is out of range; the least is 0 and the most is 65535`},
	"a bare number is refused for a decimal": {
		`{"rates": ["1", 0.1]}`, `1:17: rates[1]: a bare number is not accepted; write it as a string, for example "0.1"`},
	"a bare number is refused for an optional decimal": {
		`{"cap": 5}`, `1:9: cap: a bare number is not accepted; write it as a string, for example "0.1"`},
	"a bare number gets the hint of its type": {
		`{"share": 10}`, `1:11: share: a bare number is not accepted; write "10%"`},
	"a bare number is refused for a time": {
		`{"start": 1}`, `1:11: start: a bare number is not accepted; write it as a string, for example "2026-01-31T09:00:00Z"`},
	"a decimal has no exponent": {
		`{"cap": "1e9"}`, `1:9: cap: "1e9" is not a decimal number in plain notation, for example "0.1"`},
	"a decimal has digits before the point": {
		`{"cap": ".5"}`, `1:9: cap: ".5" is not a decimal number in plain notation, for example "0.1"`},
	"a decimal has digits after the point": {
		`{"cap": "5."}`, `1:9: cap: "5." is not a decimal number in plain notation, for example "0.1"`},
	"a decimal has no line break": {
		`{"cap": "5\n"}`, `1:9: cap: "5\n" is not a decimal number in plain notation, for example "0.1"`},
	"a decimal is not endless": {
		`{"cap": "` + strings.Repeat("1", 61) + `"}`, `1:9: cap: a decimal number has at most 60 characters`},
	"a time without zone is refused": {
		`{"start": "2026-01-31T09:00:00"}`,
		`1:11: start: "2026-01-31T09:00:00" is not a time as in RFC 3339, for example "2026-01-31T09:00:00Z"`},
	"the error of a text becomes the message": {`{"share": "ten"}`, `1:11: share: "ten" is not a percentage`},
	"the error of a value that decodes itself becomes the message, on one line": {
		`{"rule": {}}`, `1:10: rule: a rule is; a list`},
	"a problem within a value that decodes itself is placed there": {
		`{"rule": [{"name": "", "from": true}]}`, `1:32: rule[0].from: expected a number, found true or false`},
	"a problem of an unknown field within a value that decodes itself": {
		`{"rule": [{"name": "", "from": 1, "form": 1}]}`, `1:43: rule[0].form: unknown field "form"; did you mean "from"?`},
}

func TestProblemsOfAPlan(t *testing.T) {
	for name, c := range planProblems {
		t.Run(name, func(t *testing.T) {
			_, err := decode[Plan](strings.TrimSuffix(c.document, "}") + `, "name": ""}`)
			require.EqualError(t, err, c.problem)
		})
	}
}

func TestAllProblemsAreToldInTheOrderOfTheText(t *testing.T) {
	_, err := decode[Plan](`{
  "small": 300,
  "next": {"small": 1, "small": "x", "rates": [1, "2", true]},
  "levels": [{}],
  "nmae": ""
}`)
	require.EqualError(t, err, strings.Join([]string{
		`1:1: document: required field "name" is missing`,
		`2:12: small: 300 is out of range; the least is -128 and the most is 127`,
		`3:11: next: required field "name" is missing`,
		`3:24: next.small: duplicate field "small"; it stands at 3:12 already`,
		`3:33: next.small: expected a number, found a string`,
		`3:48: next.rates[0]: a bare number is not accepted; write it as a string, for example "0.1"`,
		`3:56: next.rates[2]: expected a string, found true or false`,
		`4:14: levels[0]: required field "name" is missing`,
		`4:14: levels[0]: required field "from" is missing`,
		`5:3: nmae: unknown field "nmae"; did you mean "name"?`,
	}, "\n"))

	var problem strictjson.Problem
	require.ErrorAs(t, err, &problem)
	require.Equal(t, strictjson.Position{Line: 1, Column: 1}, problem.Position)
}

// refusing is a text that is refused with the error it is told.
type refusing struct{ err error }

func (r *refusing) UnmarshalText([]byte) error { return r.err }

func TestProblemsReturnedByATypeStandUnderThePathOfItsValue(t *testing.T) {
	inner := strictjson.Problem{Path: "weeks", Position: at(7, 7), Message: "too many"}
	for name, err := range map[string]error{
		"one":     inner,
		"a list":  strictjson.Problems{inner},
		"wrapped": fmt.Errorf("period: %w", strictjson.Problems{inner}),
	} {
		t.Run(name, func(t *testing.T) {
			v := refusing{err}
			require.EqualError(t, strictjson.Decode([]byte(` "4w"`), &v), "1:2: weeks: too many")
			plan := struct {
				Period refusing `json:"period"`
			}{v}
			require.EqualError(t, strictjson.Decode([]byte(`{"period": "4w"}`), &plan), "1:12: period.weeks: too many")
		})
	}
}

func TestNullIsRefusedByATypeThatDecodesItselfAndDoesNotAcceptIt(t *testing.T) {
	_, err := decode[struct {
		Raw json.RawMessage `json:"raw"`
	}](`{"raw": null}`)
	require.EqualError(t, err, "1:9: raw: null is not allowed; leave the field out")
}

func TestAFieldWithoutTagHasNoName(t *testing.T) {
	_, err := decode[struct {
		Untagged any
		hidden   any
		Skipped  any `json:"-"`
		//lint:ignore SA5008 encoding/json takes this tag for the name "-", and so do we
		Dash   int `json:"-,"`
		GoName int `json:",omitempty"`
	}](`{"Untagged": 1, "hidden": 1, "Skipped": 1, "-": 1, "GoName": 1}`)
	require.EqualError(t, err, `1:2: Untagged: unknown field "Untagged"; known fields are "-", "GoName"
1:17: hidden: unknown field "hidden"; known fields are "-", "GoName"
1:30: Skipped: unknown field "Skipped"; known fields are "-", "GoName"`)
}

func TestAnUnknownFieldOfAnEmptyStructSaysThatNoneIsKnown(t *testing.T) {
	_, err := decode[struct{}](`{"a": 1}`)
	require.EqualError(t, err, `1:2: a: unknown field "a"; no fields are known here`)
}

func TestAReportIsCutShort(t *testing.T) {
	_, err := decode[[]bool]("[" + strings.Repeat("1,", 5000) + "1]")
	var problems strictjson.Problems
	require.ErrorAs(t, err, &problems)
	require.Len(t, problems, 1001)
	require.Equal(t, "[999]", problems[999].Path)
	require.EqualError(t, problems[1000], "document: there are more problems; only the first 1000 are listed")
}

func TestALongTextIsShortenedInAMessage(t *testing.T) {
	_, err := decode[int](strings.Repeat("9", 1000))
	require.ErrorContains(t, err, strings.Repeat("9", 60)+"… is out of range")
}

func TestAnUnsupportedTargetPanicsWhateverTheDocument(t *testing.T) {
	type inner struct{ A int }
	sameNames := reflect.StructOf([]reflect.StructField{
		{Name: "A", Type: reflect.TypeFor[int](), Tag: `json:"a"`},
		{Name: "B", Type: reflect.TypeFor[int](), Tag: `json:"a"`},
	})
	for name, v := range map[string]any{
		"an interface":         new(any),
		"a float":              new(float64),
		"an array":             new([2]int),
		"bytes":                new([]byte),
		"a map by integer":     new(map[int]string),
		"a map by decimal":     new(map[decimal.Decimal]string),
		"an embedded pointer":  new(struct{ *inner }),
		"two fields of a name": reflect.New(sameNames).Interface(),
		"a number in a string": new(struct {
			A int `json:"a,string"`
		}),
		"a float deep within": new(map[string][]struct {
			A *float32 `json:"a"`
		}),
		"no pointer":    Plan{},
		"a nil pointer": (*Plan)(nil),
		"nothing":       nil,
	} {
		t.Run(name, func(t *testing.T) {
			require.Panics(t, func() { _ = strictjson.Decode([]byte("null"), v) })
		})
	}
}

func TestNoProblemsAreNoError(t *testing.T) {
	var problems strictjson.Problems
	require.NoError(t, problems.Err())
	problems.Add("b", strictjson.Position{Line: 2, Column: 1}, "late, %d%%", 5)
	problems.Add("a", strictjson.Position{}, "somewhere")
	err := problems.Err()
	require.EqualError(t, err, "a: somewhere\n2:1: b: late, 5%")
	require.True(t, errors.Is(err, problems[0]))
}

func TestTheNearestNameIsFound(t *testing.T) {
	known := []string{"rates", "rate", "products", "名前"}
	for name, want := range map[string]string{
		"rats": "rates", "rate": "rate", "RATES": "rates", "raets": "rates", "prodcut": "products", "producto": "products",
		"名": "名前", "raw": "", "": "", "unheard-of": "",
	} {
		require.Equal(t, want, strictjson.Nearest(name, known), name)
	}
	require.Empty(t, strictjson.Nearest("x", nil))
}
