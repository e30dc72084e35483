package kvstore

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/fenrun/fenrun/commission/money"
)

// path is a key, or the beginning of one. What is added to it sorts, byte by byte, as what was added does, and never runs into what is added next.
type path string

// text adds a text. The shorter of two that begin alike comes first, whatever follows either of them.
func (p path) text(s string) path {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "\x00\xff")
	}
	return p + path(s) + "\x00\x01"
}

func (p path) number(n int64) path {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n)^1<<63)
	return p + path(b[:])
}

func (p path) instant(t time.Time) path { return p.number(t.UnixMicro()) }

func (p path) currency(c money.Currency) path { return p.text(c.Code()).number(int64(c.Scale())) }

// down adds a path so that what is above another comes before it.
func (p path) down(q path) path {
	b := []byte(q)
	for i := range b {
		b[i] = ^b[i]
	}
	return p + path(b)
}

// next is the lowest key above this one.
func (p path) next() string { return string(p) + "\x00" }

// last is the lowest key above all that begin with p. Every path begins with a text, which does not end with the highest byte.
func (p path) last() string {
	b := []byte(p)
	for b[len(b)-1] == 0xff {
		b = b[:len(b)-1]
	}
	b[len(b)-1]++
	return string(b)
}

// under is all that begins with p.
func (p path) under() Range { return Range{From: string(p), To: p.last()} }

// page is at most limit of what begins with p and comes after a key.
func (p path) page(after path, limit int) Range {
	return Range{From: after.next(), To: p.last(), Limit: limit}
}

// keys are those of several things.
func keys[T any](all []T, key func(T) path) []path {
	out := make([]path, len(all))
	for i, one := range all {
		out[i] = key(one)
	}
	return out
}
