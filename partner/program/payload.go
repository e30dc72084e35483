package program

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// payload is the facts of an operation in canonical form, field by field: the same facts give the same text, however they were written.
type payload []payloadField

type payloadField struct{ name, value string }

// payloadVersion marks the canonical form; a change of the form gets a new mark.
const payloadVersion = "1"

func (p *payload) add(name, value string) {
	if value != "" {
		*p = append(*p, payloadField{name, value})
	}
}

// hash is over version, names and values, each with its length before it, so that no two payloads read the same.
func (p payload) hash() string {
	h := sha256.New()
	write := func(s string) {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(s)))
		h.Write(length[:])
		h.Write([]byte(s))
	}
	write(payloadVersion)
	for _, f := range p {
		write(f.name)
		write(f.value)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// fieldHashes is "name=hash;…", with 4 bytes of hash a field: enough to name the field in which two payloads differ, once their hashes do.
func (p payload) fieldHashes() string {
	var b strings.Builder
	for _, f := range p {
		sum := sha256.Sum256([]byte(f.value))
		b.WriteString(f.name + "=" + hex.EncodeToString(sum[:4]) + ";")
	}
	return b.String()
}

// differingField names the first field in which two lists of field hashes differ.
func differingField(first, second string) string {
	known := map[string]string{}
	for _, f := range strings.Split(first, ";") {
		name, hash, _ := strings.Cut(f, "=")
		known[name] = hash
	}
	for _, f := range strings.Split(second, ";") {
		name, hash, _ := strings.Cut(f, "=")
		if known[name] != hash {
			return name
		}
		delete(known, name)
	}
	for _, f := range strings.Split(first, ";") {
		if name, _, _ := strings.Cut(f, "="); known[name] != "" {
			return name
		}
	}
	return "payload"
}

// canonicalDecimal is the number as digits and exponent without trailing zeros: 1, 1.0 and 1.00 are the same, and no exponent is written out. 0 is "".
func canonicalDecimal(d decimal.Decimal) string {
	digits := d.Coefficient().String()
	if digits == "0" {
		return ""
	}
	short := strings.TrimRight(digits, "0")
	return short + "e" + strconv.Itoa(int(d.Exponent())+len(digits)-len(short))
}

func canonicalNull(d decimal.NullDecimal) string {
	if !d.Valid {
		return ""
	}
	return "=" + canonicalDecimal(d.Decimal)
}

func canonicalTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(instant(t).UnixMicro(), 10)
}

// list joins values so that no two lists read the same.
func list(values ...string) string {
	var b strings.Builder
	for _, v := range values {
		b.WriteString(strconv.Itoa(len(v)) + ":" + v)
	}
	return b.String()
}

// digest is a text of any length as 64 hex digits.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
