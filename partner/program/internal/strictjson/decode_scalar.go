package strictjson

import (
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// integer decodes a whole number into an integer of any size.
func (d *decoder) integer(n *node, v reflect.Value, unsigned bool) {
	if !d.expect(n, kindNumber) {
		return
	}
	raw := d.raw(n)
	if strings.ContainsAny(raw, ".eE") {
		d.add(n, n.start, "expected a whole number without fraction or exponent, found %s", clip(raw))
		return
	}
	bits := v.Type().Bits()
	if unsigned {
		i, err := strconv.ParseUint(raw, 10, bits)
		if err != nil {
			d.add(n, n.start, "%s is out of range; the least is 0 and the most is %d", clip(raw), uint64(math.MaxUint64)>>(64-bits))
			return
		}
		v.SetUint(i)
		return
	}
	i, err := strconv.ParseInt(raw, 10, bits)
	if err != nil {
		most := int64(math.MaxInt64) >> (64 - bits)
		d.add(n, n.start, "%s is out of range; the least is %d and the most is %d", clip(raw), -most-1, most)
		return
	}
	v.SetInt(i)
}

// maxDecimal is the number of characters that a decimal may have.
const maxDecimal = 60

// plainDecimal is the notation of decimals. It has no exponent, since a few characters of that would stand for gigabytes of digits.
var plainDecimal = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// decimal decodes a string into a decimal.Decimal or decimal.NullDecimal.
func (d *decoder) decimal(n *node, v reflect.Value) {
	if n.kind == kindNumber {
		d.bareNumber(n, v)
		return
	}
	if !d.expect(n, kindString) {
		return
	}
	text := d.string(n)
	if len(text) > maxDecimal {
		d.add(n, n.start, "a decimal number has at most %d characters", maxDecimal)
		return
	}
	if !plainDecimal.MatchString(text) {
		d.add(n, n.start, `%s is not a decimal number in plain notation, for example "0.1"`, quote(text))
		return
	}
	parsed, err := decimal.NewFromString(text)
	switch {
	case err != nil:
		d.fail(n, n.start, err)
	case v.Type() == nullDecimalType:
		v.Set(reflect.ValueOf(decimal.NewNullDecimal(parsed)))
	default:
		v.Set(reflect.ValueOf(parsed))
	}
}

// json hands the text of a value to a json.Unmarshaler.
func (d *decoder) json(n *node, v reflect.Value) {
	target := v.Addr().Interface()
	if n.kind == kindNull {
		if t, ok := target.(interface{ AcceptsNull() bool }); !ok || !t.AcceptsNull() {
			d.nullRefused(n)
			return
		}
	}
	if err := target.(json.Unmarshaler).UnmarshalJSON(d.source.data[n.start:n.end:n.end]); err != nil {
		d.fail(n, n.start, err)
	}
}

// text hands a string to an encoding.TextUnmarshaler.
func (d *decoder) text(n *node, v reflect.Value) {
	if n.kind == kindNumber {
		d.bareNumber(n, v)
		return
	}
	if !d.expect(n, kindString) {
		return
	}
	text := d.string(n)
	err := unmarshalText(v, text)
	switch {
	case err == nil:
	case v.Type() == timeType:
		d.add(n, n.start, `%s is not a time as in RFC 3339, for example %s`, quote(text), timeExample)
	default:
		d.fail(n, n.start, err)
	}
}

// unmarshalText hands a text to an addressable encoding.TextUnmarshaler.
func unmarshalText(v reflect.Value, text string) error {
	return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
}

// timeExample shows how a time is written.
const timeExample = `"2026-01-31T09:00:00Z"`

// bareNumber reports a number where a string is expected, with what to write instead.
func (d *decoder) bareNumber(n *node, v reflect.Value) {
	hint := `write it as a string, for example "0.1"`
	if v.Type() == timeType {
		hint = "write it as a string, for example " + timeExample
	}
	if t, ok := v.Addr().Interface().(interface{ NumberHint(raw string) string }); ok {
		hint = t.NumberHint(d.raw(n))
	}
	d.add(n, n.start, "a bare number is not accepted; %s", hint)
}
