package strictjson

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// maxProblems is the number of problems after which a report ends; it bounds the cost of a hostile document.
const maxProblems = 1000

// Decode reads one JSON document into v, a non-nil pointer. It returns nil or [Problems], sorted by position: all mistakes of the
// document, or one if its syntax is broken. A report of more than 1000 problems is cut short and says so.
//
// Fields that the document leaves out keep what v held. After an error v is partly filled and not to be used.
func Decode(data []byte, v any) error {
	_, err := DecodePositions(data, v)
	return err
}

// DecodePositions is [Decode], and also returns the positions of every value, so that a later check of the meaning can say where a value
// stands. They are known unless the syntax is broken, and refer to data, which is not to change while they are used.
func DecodePositions(data []byte, v any) (Positions, error) {
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		panic(fmt.Sprintf("strictjson: cannot decode into %T; a non-nil pointer is needed", v))
	}
	d := &decoder{source: newSource(data), schema: schemaOf(target.Type().Elem())}

	root, broken := parse(data)
	if broken != nil {
		return Positions{}, Problems{{Position: d.source.position(broken.at), Message: broken.message}}
	}
	d.value(root, target.Elem())
	problems := d.problems.sorted()
	if d.cut {
		problems.Add("", Position{}, "there are more problems; only the first %d are listed", maxProblems)
	}
	positions := Positions{root: root, source: d.source}
	if len(problems) == 0 {
		return positions, nil
	}
	return positions, problems
}

// decoder fills Go values from the tree of one document. Its methods report problems and go on.
type decoder struct {
	source   *source
	schema   schema
	problems Problems
	cut      bool // whether problems were left out
}

// value decodes a value into an addressable Go value of any supported type.
func (d *decoder) value(n *node, v reflect.Value) {
	sh := d.schema[v.Type()]
	if n.kind == kindNull && sh.form != formJSON {
		d.null(n, v, sh)
		return
	}
	switch sh.form {
	case formPointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem())
	case formDecimal, formNullDecimal:
		d.decimal(n, v)
	case formJSON:
		d.json(n, v)
	case formText:
		d.text(n, v)
	case formBool:
		if d.expect(n, kindBool) {
			v.SetBool(d.raw(n) == "true")
		}
	case formString:
		if d.expect(n, kindString) {
			v.SetString(d.string(n))
		}
	case formInt, formUint:
		d.integer(n, v, sh.form == formUint)
	case formSlice:
		d.slice(n, v)
	case formMap:
		d.mapping(n, v)
	case formStruct:
		d.object(n, v, sh)
	}
}

// null decodes null into a type that does not unmarshal itself.
func (d *decoder) null(n *node, v reflect.Value, sh *shape) {
	switch {
	case sh.form == formNullDecimal:
	case v.Kind() == reflect.Pointer, v.Kind() == reflect.Slice, v.Kind() == reflect.Map:
	default:
		d.nullRefused(n)
		return
	}
	v.SetZero()
}

// nullRefused reports a null that the type does not take.
func (d *decoder) nullRefused(n *node) {
	d.add(n, n.start, "null is not allowed; leave the field out")
}

// expect reports whether the value has the kind; if not, that is a problem.
func (d *decoder) expect(n *node, want kind) bool {
	if n.kind != want {
		d.add(n, n.start, "expected %s, found %s", want, n.kind)
	}
	return n.kind == want
}

// raw returns the text of a value as it is written.
func (d *decoder) raw(n *node) string {
	return string(d.source.data[n.start:n.end])
}

// string returns the text that a string stands for.
func (d *decoder) string(n *node) string {
	return unquote(d.source.data[n.start:n.end])
}

// add reports a problem of the value, found at the offset.
func (d *decoder) add(n *node, at int, format string, args ...any) {
	if len(d.problems) == maxProblems {
		d.cut = true
		return
	}
	d.problems.Add(n.path(), d.source.position(at), format, args...)
}

// fail reports the error that a type's own unmarshalling of the value at the offset returned. Problems within are placed at the value
// that their path names.
func (d *decoder) fail(n *node, at int, err error) {
	var nested Problems
	var single Problem
	switch {
	case errors.As(err, &nested):
	case errors.As(err, &single):
		nested = Problems{single}
	default:
		d.add(n, at, "%s", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	for _, p := range nested {
		where := at
		if inner := n.find(p.Path); inner != n {
			where = inner.start
		}
		if d.add(n, where, "%s", p.Message); !d.cut {
			last := &d.problems[len(d.problems)-1]
			last.Path = join(last.Path, p.Path)
		}
	}
}

// clip shortens a text that a message repeats.
func clip(s string) string {
	const most = 60
	if runes := []rune(s[:min(len(s), 4*most+4)]); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// quote is clip with quotes around.
func quote(s string) string {
	return strconv.Quote(clip(s))
}
