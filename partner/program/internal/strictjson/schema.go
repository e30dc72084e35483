package strictjson

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/shopspring/decimal"
)

// The types with rules of their own.
var (
	decimalType         = reflect.TypeFor[decimal.Decimal]()
	nullDecimalType     = reflect.TypeFor[decimal.NullDecimal]()
	timeType            = reflect.TypeFor[time.Time]()
	jsonUnmarshalerType = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// form is the way in which values of a Go type are decoded.
type form uint8

// The forms of types.
const (
	formPointer form = iota
	formDecimal
	formNullDecimal
	formJSON // json.Unmarshaler
	formText // encoding.TextUnmarshaler
	formBool
	formString
	formInt
	formUint
	formSlice
	formMap
	formStruct
)

// shape is what the decoder knows of a Go type.
type shape struct {
	form   form
	fields []field        // of a struct, as declared
	byName map[string]int // index in fields
}

// field is a struct field with a name in the document.
type field struct {
	name     string
	index    []int // for reflect.Value.FieldByIndex
	required bool
}

// schema holds the shapes of a type and of every type within it.
type schema map[reflect.Type]*shape

// schemas are the schemas of the types that were decoded into, which do not change.
var schemas sync.Map

// schemaOf returns the schema of a type. It panics like [schema.add].
func schemaOf(t reflect.Type) schema {
	if known, ok := schemas.Load(t); ok {
		return known.(schema)
	}
	s := schema{}
	s.add(t)
	schemas.Store(t, s)
	return s
}

// add enters the type and all types within it. It panics on a type that cannot be decoded, so that such a mistake shows with any document.
func (s schema) add(t reflect.Type) {
	if s[t] != nil {
		return
	}
	sh := &shape{form: formOf(t)}
	s[t] = sh
	switch sh.form {
	case formPointer, formSlice:
		s.add(t.Elem())
	case formMap:
		key := t.Key()
		if key == decimalType || key.Kind() != reflect.String && !reflect.PointerTo(key).Implements(textUnmarshalerType) {
			panic(fmt.Sprintf("strictjson: map key of type %s is not supported", key))
		}
		s.add(t.Elem())
	case formStruct:
		sh.byName = map[string]int{}
		s.addFields(sh, t, nil)
	}
}

// addFields enters the fields of a struct and of the structs embedded in it. As in Go, an outer field hides an embedded one of its name.
func (s schema) addFields(sh *shape, t reflect.Type, parents []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(parents[:len(parents):len(parents)], i)
		tag, tagged := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case tag == "-":
			continue
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			s.addFields(sh, f.Type, index)
			continue
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Pointer:
			panic(fmt.Sprintf("strictjson: embedded pointer %s in %s is not supported", f.Type, t))
		case !tagged || !f.IsExported():
			continue
		case strings.Contains(options, "string"):
			panic(fmt.Sprintf("strictjson: option string of %s.%s is not supported", t, f.Name))
		case name == "":
			name = f.Name
		}
		s.add(f.Type)
		entry := field{name: name, index: index, required: f.Tag.Get("strict") == "required"}
		other, taken := sh.byName[name]
		switch {
		case !taken:
			sh.byName[name] = len(sh.fields)
			sh.fields = append(sh.fields, entry)
		case len(sh.fields[other].index) == len(index):
			panic(fmt.Sprintf("strictjson: two fields of %s are named %q", t, name))
		case len(sh.fields[other].index) > len(index):
			sh.fields[other] = entry
		}
	}
}

// names returns the names of a struct's fields as declared.
func (sh *shape) names() []string {
	names := make([]string, len(sh.fields))
	for i, f := range sh.fields {
		names[i] = f.name
	}
	return names
}

// formOf returns the form of a type. It panics on a type that cannot be decoded.
func formOf(t reflect.Type) form {
	switch {
	case t.Kind() == reflect.Pointer:
		return formPointer
	case t == decimalType:
		return formDecimal
	case t == nullDecimalType:
		return formNullDecimal
	case t == timeType:
		return formText
	case reflect.PointerTo(t).Implements(jsonUnmarshalerType):
		return formJSON
	case reflect.PointerTo(t).Implements(textUnmarshalerType):
		return formText
	}
	switch t.Kind() {
	case reflect.Bool:
		return formBool
	case reflect.String:
		return formString
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return formInt
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return formUint
	case reflect.Slice:
		// A list of named options is a list; bytes are not, since encoding/json writes them as base64.
		if t.Elem().Kind() != reflect.Uint8 || reflect.PointerTo(t.Elem()).Implements(textUnmarshalerType) {
			return formSlice
		}
	case reflect.Map:
		return formMap
	case reflect.Struct:
		return formStruct
	}
	panic(fmt.Sprintf("strictjson: type %s is not supported", t))
}
