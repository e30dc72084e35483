package storetest

import "reflect"

// walk visits every value that can be reached from v through pointers, slices, maps and exported fields, the outer ones first. visit says whether to go
// on into the value.
func walk(v reflect.Value, visit func(reflect.Value) (deeper bool)) {
	if !visit(v) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem(), visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				walk(v.Field(i), visit)
			}
		}
	}
}

// scribble overwrites all memory that v shares with whoever has a copy of it: what its pointers and slices lead to.
func scribble(v any) {
	walk(reflect.ValueOf(v), func(v reflect.Value) bool {
		switch {
		case v.Kind() == reflect.Slice:
			for i := range v.Len() {
				scribbleWithin(v.Index(i))
			}
			return false
		case v.Kind() == reflect.Pointer && !v.IsNil():
			scribbleWithin(v.Elem())
			return false
		}
		return true
	})
}

// scribbleWithin overwrites what an element leads to, then the element itself.
func scribbleWithin(v reflect.Value) {
	scribble(v.Interface())
	if v.CanSet() {
		v.SetZero()
	}
}

// replace sets every T that can be reached from *into.
func replace[T any](into any, value T) {
	walk(reflect.ValueOf(into), func(v reflect.Value) bool {
		if v.CanSet() && v.Type() == reflect.TypeFor[T]() {
			v.Set(reflect.ValueOf(value))
			return false
		}
		return true
	})
}
