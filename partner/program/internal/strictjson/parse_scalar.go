package strictjson

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// literal reads a keyword.
func (p *parser) literal(word string) *syntaxError {
	for i := range len(word) {
		if p.peek() != word[i] {
			return p.unexpected("", word)
		}
		p.at++
	}
	return nil
}

// number reads a number.
func (p *parser) number() *syntaxError {
	if p.peek() == '-' {
		p.at++
	}
	zero := p.peek() == '0'
	start := p.at
	if err := p.digits(); err != nil {
		return err
	}
	if zero && p.at > start+1 {
		p.at = start
		return p.fail("a number does not start with 0")
	}
	if p.peek() == '.' {
		p.at++
		if err := p.digits(); err != nil {
			return err
		}
	}
	if c := p.peek(); c != 'e' && c != 'E' {
		return nil
	}
	p.at++
	if c := p.peek(); c == '+' || c == '-' {
		p.at++
	}
	return p.digits()
}

// digits reads one digit or more.
func (p *parser) digits() *syntaxError {
	if !isDigit(p.peek()) {
		return p.unexpected("", "a digit")
	}
	for isDigit(p.peek()) {
		p.at++
	}
	return nil
}

// isDigit reports whether c is a decimal digit.
func isDigit(c byte) bool {
	return '0' <= c && c <= '9'
}

// quoted reads a string with its quotes.
func (p *parser) quoted() *syntaxError {
	p.at++
	for p.at < len(p.data) {
		switch c := p.data[p.at]; {
		case c == '"':
			p.at++
			return nil
		case c == '\\':
			if err := p.escape(); err != nil {
				return err
			}
		case c == '\n' || c == '\r':
			return p.fail(`unexpected line break in a string; close the string or write \n`)
		case c < ' ':
			return p.fail(`unexpected control character in a string; write \u%04x`, c)
		default:
			r, size := utf8.DecodeRune(p.data[p.at:])
			if r == utf8.RuneError && size == 1 {
				return p.invalidUTF8()
			}
			p.at += size
		}
	}
	return p.unexpected("", `'"'`)
}

// escape reads a backslash and what it escapes.
func (p *parser) escape() *syntaxError {
	p.at++
	c := p.peek()
	if c == 0 || strings.IndexByte(`"\/bfnrtu`, c) < 0 {
		return p.unexpected("", `one of " \ / b f n r t u after the backslash`)
	}
	p.at++
	if c != 'u' {
		return nil
	}
	for range 4 {
		if c := p.peek(); c == 0 || strings.IndexByte("0123456789abcdefABCDEF", c) < 0 {
			return p.unexpected("", `four hexadecimal digits after \u`)
		}
		p.at++
	}
	return nil
}

// unquote returns the text of a string that quoted has read. As in encoding/json, half a surrogate pair reads as U+FFFD.
func unquote(token []byte) string {
	if bytes.IndexByte(token, '\\') < 0 {
		return string(token[1 : len(token)-1])
	}
	var s string
	_ = json.Unmarshal(token, &s) // cannot fail: quoted accepts the grammar of encoding/json
	return s
}
