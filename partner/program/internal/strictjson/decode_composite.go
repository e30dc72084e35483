package strictjson

import (
	"fmt"
	"reflect"
	"strings"
)

// slice decodes an array. The elements are new ones, never those that the slice held.
func (d *decoder) slice(n *node, v reflect.Value) {
	if !d.expect(n, kindArray) {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.children), len(n.children)))
	for i, child := range n.children {
		d.value(child, v.Index(i))
	}
}

// mapping decodes an object into a new map.
func (d *decoder) mapping(n *node, v reflect.Value) {
	if !d.expect(n, kindObject) {
		return
	}
	t := v.Type()
	v.Set(reflect.MakeMapWithSize(t, len(n.children)))
	for _, child := range n.children {
		key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		fits := d.key(child, key)
		d.value(child, value)
		switch {
		case !fits:
		case v.MapIndex(key).IsValid():
			d.add(child, child.keyStart, "duplicate key %s", quote(child.key))
		default:
			v.SetMapIndex(key, value)
		}
	}
}

// key decodes the name of a member into a map key and reports whether it fits.
func (d *decoder) key(n *node, v reflect.Value) bool {
	if !v.Addr().Type().Implements(textUnmarshalerType) {
		v.SetString(n.key)
		return true
	}
	if err := unmarshalText(v, n.key); err != nil {
		d.fail(n, n.keyStart, err)
		return false
	}
	return true
}

// object decodes an object into a struct. Of a duplicate field the first counts; the others are only searched for problems.
func (d *decoder) object(n *node, v reflect.Value, sh *shape) {
	if !d.expect(n, kindObject) {
		return
	}
	first := make([]*node, len(sh.fields))
	for _, child := range n.children {
		if d.cut {
			return
		}
		i, known := sh.byName[child.key]
		if !known {
			d.add(child, child.keyStart, "%s", unknownField(child.key, sh.names()))
			continue
		}
		target := v.FieldByIndex(sh.fields[i].index)
		if first[i] != nil {
			d.add(child, child.keyStart, "duplicate field %q; it stands at %s already", child.key, d.source.position(first[i].keyStart))
			target = reflect.New(target.Type()).Elem()
		} else {
			first[i] = child
		}
		d.value(child, target)
	}
	for i, f := range sh.fields {
		if f.required && first[i] == nil {
			d.add(n, n.start, "required field %q is missing", f.name)
		}
	}
}

// unknownField says that a name is unknown, with the nearest known name, or with all of them if none is near.
func unknownField(name string, known []string) string {
	if near := Nearest(name, known); near != "" {
		return fmt.Sprintf("unknown field %s; did you mean %q?", quote(name), near)
	}
	if len(known) == 0 {
		return fmt.Sprintf("unknown field %s; no fields are known here", quote(name))
	}
	return fmt.Sprintf(`unknown field %s; known fields are "%s"`, quote(name), strings.Join(known, `", "`))
}
