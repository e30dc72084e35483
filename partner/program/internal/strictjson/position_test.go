package strictjson_test

import (
	"strings"
	"testing"

	"github.com/fenrun/fenrun/partner/program/internal/strictjson"
	"github.com/stretchr/testify/require"
)

// at is short for a position.
func at(line, column int) strictjson.Position {
	return strictjson.Position{Line: line, Column: column}
}

func TestPositionsCountCharactersAndLines(t *testing.T) {
	const document = "{\r\n" +
		"  \"name\": \"日本語😀\", \"levels\": [\r\n" +
		"\t{\"name\": \"é\", \"from\": 1}, {\"name\": \"\", \"from\": 2}],\n" +
		"  \"commission\": {\"products\": {\"a b\": [1], \"ключ\": [2, 3], \"\": [], \"x\\\"]\": [4]}}\n" +
		"}\r\n"
	var plan Plan
	positions, err := strictjson.DecodePositions([]byte(document), &plan)
	require.NoError(t, err)
	for path, want := range map[string]strictjson.Position{
		"":                                    at(1, 1),
		"name":                                at(2, 11),
		"levels":                              at(2, 29),
		"levels[0]":                           at(3, 2),
		"levels[0].name":                      at(3, 11),
		"levels[1].from":                      at(3, 49),
		"commission.products.ключ":            at(4, 51),
		"commission.products.ключ[1]":         at(4, 55),
		`commission.products["a b"][0]`:       at(4, 39),
		`commission.products["ключ"][0]`:      at(4, 52),
		`commission.products[""]`:             at(4, 63),
		`commission.products["x\"]"][0]`:      at(4, 76),
		`commission.products["x\"]"][0].more`: at(4, 76),
		"levels[2].name":                      at(2, 29),
		"levels.name":                         at(2, 29),
		"levels[x]":                           at(2, 29),
		"levels[0":                            at(2, 29),
		"levels[-1]":                          at(2, 29),
		`commission.products["a b`:            at(4, 30),
		`commission.products["a b"`:           at(4, 30),
		"name[0]":                             at(2, 11),
		"absent.deep[1]":                      at(1, 1),
		"[0]":                                 at(1, 1),
	} {
		require.Equal(t, want.String(), positions.At(path).String(), path)
	}
}

func TestPositionsAreKnownDespiteProblems(t *testing.T) {
	var levels []Level
	positions, err := strictjson.DecodePositions([]byte("[\n{\"name\": 1, \"name\": 2}]"), &levels)
	require.Error(t, err)
	require.Equal(t, at(2, 10), positions.At("[0].name"), "of a duplicate field the first counts")
}

func TestWithoutADocumentThereAreNoPositions(t *testing.T) {
	positions, err := strictjson.DecodePositions([]byte("{"), &Plan{})
	require.Error(t, err)
	require.Zero(t, positions.At("name"))
	require.Zero(t, strictjson.Positions{}.At(""))
}

func TestPositionsAreRightFarIntoALongLine(t *testing.T) {
	for _, length := range []int{1021, 1022, 1023, 1024, 1025, 5000} {
		document := []byte("[\"" + strings.Repeat("é", length) + "\",\n\"" + strings.Repeat("e", length) + "\", true]")
		var texts []string
		_, err := strictjson.DecodePositions(document, &texts)
		require.EqualError(t, err, at(2, length+5).String()+": [2]: expected a string, found true or false")
	}
}

func TestPathsQuoteUnusualNames(t *testing.T) {
	require.Equal(t, "a", strictjson.Field("", "a"))
	require.Equal(t, "a.b-c_9", strictjson.Field("a", "b-c_9"))
	require.Equal(t, `a["b.c"]`, strictjson.Field("a", "b.c"))
	require.Equal(t, `[""]`, strictjson.Field("", ""))
	require.Equal(t, "a[3]", strictjson.Index("a", 3))
}
