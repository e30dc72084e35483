package storetest

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// canonical writes a value as one line of JSON without what is zero, nil or an empty slice, so that values that say the same give the same bytes
// whatever way they were kept. Fields stand in the order of their type, keys of maps sorted; bytes are written as text, amounts with their currency, and
// decimals without zeros at the end.
func canonical(v any) ([]byte, error) {
	w := &canonicalWriter{}
	if !w.value(reflect.ValueOf(v)) {
		w.out.WriteString("null")
	}
	return w.out.Bytes(), w.err
}

type canonicalWriter struct {
	out bytes.Buffer
	err error
}

// value writes a value, or nothing where there is nothing to say of it, and reports which.
func (w *canonicalWriter) value(v reflect.Value) bool {
	for v.IsValid() && (v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer) {
		if v.IsNil() {
			return false
		}
		if v.Kind() == reflect.Pointer {
			w.element(v.Elem()) // it is there, even if what it points to is zero
			return true
		}
		v = v.Elem()
	}
	if !v.IsValid() || v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 {
		return false
	}
	if d, ok := v.Interface().(decimal.Decimal); ok && d.IsZero() { // one that was read is 0 in another way than one that was never set
		return false
	}
	w.element(v)
	return true
}

// element writes a value that is there, zero or not.
func (w *canonicalWriter) element(v reflect.Value) {
	if w.marshalled(v) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !w.value(v) {
			w.out.WriteString("null")
		}
	case reflect.Struct:
		w.out.WriteByte('{')
		w.fields(v)
		w.out.WriteByte('}')
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			w.text(string(v.Bytes()))
			return
		}
		w.out.WriteByte('[')
		for i := range v.Len() {
			w.comma()
			w.element(v.Index(i))
		}
		w.out.WriteByte(']')
	case reflect.Map:
		w.out.WriteByte('{')
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, key := range keys {
			w.field(key.String(), v.MapIndex(key))
		}
		w.out.WriteByte('}')
	case reflect.String:
		w.text(v.String())
	case reflect.Bool:
		w.out.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.out.WriteString(strconv.FormatInt(v.Int(), 10))
	default:
		w.json(v)
	}
}

// marshalled writes a value whose type says how it is written.
func (w *canonicalWriter) marshalled(v reflect.Value) bool {
	if !v.CanInterface() {
		return false
	}
	switch m := v.Interface().(type) {
	case encoding.TextMarshaler:
		text, err := m.MarshalText()
		w.fail(err)
		w.text(string(text))
		return true
	case json.Marshaler:
		w.json(v)
		return true
	}
	return false
}

// fields writes what is exported and not zero; what is embedded stands among it.
func (w *canonicalWriter) fields(v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case !f.IsExported():
		case f.Anonymous && f.Type.Kind() == reflect.Struct && f.Type.NumMethod() == 0:
			w.fields(v.Field(i))
		default:
			w.field(f.Name, v.Field(i))
		}
	}
}

// field writes a field, or nothing where there is nothing to say of it.
func (w *canonicalWriter) field(name string, v reflect.Value) {
	before := w.out.Len()
	w.comma()
	w.out.WriteString(strconv.Quote(name) + ":")
	if !w.value(v) {
		w.out.Truncate(before)
	}
}

// comma parts a value from the one before it.
func (w *canonicalWriter) comma() {
	if last := w.out.Bytes()[w.out.Len()-1]; last != '{' && last != '[' {
		w.out.WriteByte(',')
	}
}

func (w *canonicalWriter) text(s string) {
	raw, err := json.Marshal(s)
	w.fail(err)
	w.out.Write(raw)
}

func (w *canonicalWriter) json(v reflect.Value) {
	raw, err := json.Marshal(v.Interface())
	w.fail(err)
	w.out.Write(raw)
}

func (w *canonicalWriter) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}
