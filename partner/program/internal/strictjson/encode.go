package strictjson

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Encode writes v as canonical JSON that Decode reads back: fields in the order of the struct, keys of maps sorted, two spaces a level, decimals as plain
// text whatever the host has set in package decimal, instants in UTC. What is absent is left out: nil pointers, invalid NullDecimals, and empty strings,
// slices and maps whose field says omitempty. It has an error only where a MarshalText or MarshalJSON has one.
func Encode(v any) ([]byte, error) {
	var compact bytes.Buffer
	if err := encode(&compact, reflect.ValueOf(v)); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := json.Indent(&text, compact.Bytes(), "", "  "); err != nil {
		return nil, err
	}
	text.WriteByte('\n')
	return text.Bytes(), nil
}

func encode(w *bytes.Buffer, v reflect.Value) error {
	switch x := v.Interface().(type) {
	case decimal.Decimal:
		return encodeString(w, decimalText(x))
	case decimal.NullDecimal:
		return encodeString(w, decimalText(x.Decimal))
	case time.Time:
		return encodeString(w, x.UTC().Format(time.RFC3339Nano))
	case json.Marshaler:
		raw, err := x.MarshalJSON()
		w.Write(raw)
		return err
	case encoding.TextMarshaler:
		text, err := x.MarshalText()
		if err != nil {
			return err
		}
		return encodeString(w, string(text))
	}
	switch v.Kind() {
	case reflect.Pointer:
		return encode(w, v.Elem())
	case reflect.String:
		return encodeString(w, v.String())
	case reflect.Struct:
		return encodeStruct(w, v)
	case reflect.Slice:
		w.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				w.WriteByte(',')
			}
			if err := encode(w, v.Index(i)); err != nil {
				return err
			}
		}
		w.WriteByte(']')
		return nil
	case reflect.Map:
		return encodeMap(w, v)
	}
	fmt.Fprint(w, v.Interface()) // what is left are booleans and integers
	return nil
}

func encodeStruct(w *bytes.Buffer, v reflect.Value) error {
	w.WriteByte('{')
	first := true
	for i := range v.NumField() {
		name, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" || absent(v.Field(i), strings.Contains(options, "omitempty")) {
			continue
		}
		if !first {
			w.WriteByte(',')
		}
		first = false
		if err := encodeString(w, name); err != nil {
			return err
		}
		w.WriteByte(':')
		if err := encode(w, v.Field(i)); err != nil {
			return err
		}
	}
	w.WriteByte('}')
	return nil
}

func absent(v reflect.Value, omitEmpty bool) bool {
	if d, ok := v.Interface().(decimal.NullDecimal); ok {
		return !d.Valid
	}
	switch v.Kind() {
	case reflect.Pointer:
		return v.IsNil()
	case reflect.Struct:
		return false
	case reflect.Slice, reflect.Map:
		return v.IsNil() || omitEmpty && v.Len() == 0
	}
	return omitEmpty && v.IsZero()
}

func encodeMap(w *bytes.Buffer, v reflect.Value) error {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	w.WriteByte('{')
	for i, key := range keys {
		if i > 0 {
			w.WriteByte(',')
		}
		if err := encodeString(w, key.String()); err != nil {
			return err
		}
		w.WriteByte(':')
		if err := encode(w, v.MapIndex(key)); err != nil {
			return err
		}
	}
	w.WriteByte('}')
	return nil
}

// encodeString leaves <, > and & as they are, so that a text stays readable.
func encodeString(w *bytes.Buffer, s string) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return err
	}
	w.Truncate(w.Len() - 1) // the line break that Encode adds
	return nil
}

// decimalText is the number without trailing zeros or an exponent.
func decimalText(d decimal.Decimal) string {
	text := d.StringFixed(max(0, -d.Exponent()))
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
