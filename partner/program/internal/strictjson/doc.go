// Package strictjson reads a JSON document that a person wrote by hand into Go structs and reports every mistake in it at once, each
// with the place to look at.
//
// Given
//
//	type Plan struct {
//		Name  string            `json:"name" strict:"required"`
//		Rates []decimal.Decimal `json:"rates"`
//	}
//
// the document
//
//	{
//	  "rats": ["0.10"],
//	  "rates": ["0.05", 0.1]
//	}
//
// is refused by [Decode] with three problems:
//
//	1:1: document: required field "name" is missing
//	2:3: rats: unknown field "rats"; did you mean "rates"?
//	3:21: rates[1]: a bare number is not accepted; write it as a string, for example "0.1"
//
// # What is stricter than encoding/json
//
//   - Names compare case-sensitively, unknown and duplicate names are problems, and only a field with a json tag has a name.
//   - null stands only for a pointer, a slice, a map, a [decimal.NullDecimal] and a [json.Unmarshaler] whose AcceptsNull() bool says so.
//   - Amounts and rates are strings: a bare number is refused where a [decimal.Decimal] or an [encoding.TextUnmarshaler] is expected.
//     A type says what to write instead by a method NumberHint(raw string) string.
//   - A decimal is written plainly, as "-12.50", never with an exponent.
//   - An integer has no fraction and no exponent and fits its Go type.
//   - The document is valid UTF-8 without a byte order mark, at most 8 MiB long and 64 levels deep; a name has at most 256 bytes.
//
// # What a target may hold
//
// Booleans, strings, integers, structs, pointers, slices, maps, [time.Time], decimals, and types that unmarshal themselves. Floats, arrays,
// byte slices and interfaces are refused by a panic that names the type, whatever the document says: they are mistakes of the program.
//
// A type that unmarshals itself may return [Problems]; their paths are taken as relative to its value.
package strictjson
