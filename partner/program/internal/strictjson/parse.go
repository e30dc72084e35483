package strictjson

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// The limits that keep the cost of a hostile document bounded.
const (
	maxSize  = 8 << 20 // bytes in a document
	maxDepth = 64      // objects and arrays inside each other
	maxName  = 256     // bytes in a name
)

// kind is the JSON type of a value.
type kind uint8

// The kinds of values.
const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindString
	kindArray
	kindObject
)

// String names the kind as a message does.
func (k kind) String() string {
	return [...]string{"null", "true or false", "a number", "a string", "an array", "an object"}[k]
}

// node is one value of a document.
type node struct {
	kind       kind
	start, end int     // offsets of the value's text
	parent     *node   // nil for the root
	index      int     // place among the parent's children
	key        string  // name in the parent, if that is an object
	keyStart   int     // offset of the name
	children   []*node // elements of an array, members of an object
}

// syntaxError says why the text is not a JSON document, and where.
type syntaxError struct {
	at      int
	message string
}

// parser reads a document from left to right.
type parser struct {
	data  []byte
	at    int
	depth int
}

// parse returns the tree of values of a document.
func parse(data []byte) (*node, *syntaxError) {
	p := &parser{data: data}
	if len(data) > maxSize {
		return nil, p.fail("the document is longer than %d MiB", maxSize>>20)
	}
	if bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")) {
		return nil, p.fail("the document starts with a byte order mark; save it as UTF-8 without one")
	}
	root, err := p.value()
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(data) {
		return nil, p.unexpected("trailing data after the document", "nothing more")
	}
	return root, nil
}

// value reads any value and the space in front of it.
func (p *parser) value() (*node, *syntaxError) {
	p.space()
	n := &node{start: p.at}
	var err *syntaxError
	switch c := p.peek(); {
	case c == '{':
		n.kind = kindObject
		err = p.list(n, '}', p.member)
	case c == '[':
		n.kind = kindArray
		err = p.list(n, ']', p.value)
	case c == '"':
		n.kind = kindString
		err = p.quoted()
	case c == '-' || isDigit(c):
		n.kind = kindNumber
		err = p.number()
	case c == 't':
		n.kind = kindBool
		err = p.literal("true")
	case c == 'f':
		n.kind = kindBool
		err = p.literal("false")
	case c == 'n':
		err = p.literal("null")
	default:
		err = p.unexpected("", "a value")
	}
	n.end = p.at
	return n, err
}

// list reads the children of an object or array, each by the function, up to and including the closing character.
func (p *parser) list(n *node, closing byte, child func() (*node, *syntaxError)) *syntaxError {
	if p.depth++; p.depth > maxDepth {
		return p.fail("the document is more than %d levels deep", maxDepth)
	}
	defer func() { p.depth-- }()
	p.at++
	if p.space(); p.peek() == closing {
		p.at++
		return nil
	}
	for {
		c, err := child()
		if err != nil {
			return err
		}
		c.parent, c.index = n, len(n.children)
		n.children = append(n.children, c)
		p.space()
		switch p.peek() {
		case ',':
			p.at++
		case closing:
			p.at++
			return nil
		default:
			return p.unexpected("", fmt.Sprintf("',' or '%c'", closing))
		}
	}
}

// member reads a name and its value.
func (p *parser) member() (*node, *syntaxError) {
	p.space()
	start := p.at
	if p.peek() != '"' {
		return nil, p.unexpected("", "a name in double quotes")
	}
	if err := p.quoted(); err != nil {
		return nil, err
	}
	if p.at-start-len(`""`) > maxName {
		p.at = start
		return nil, p.fail("a name is longer than %d bytes", maxName)
	}
	key := unquote(p.data[start:p.at])
	if p.space(); p.peek() != ':' {
		return nil, p.unexpected("", "':'")
	}
	p.at++
	n, err := p.value()
	n.key, n.keyStart = key, start
	return n, err
}

// space skips white space.
func (p *parser) space() {
	for p.at < len(p.data) && strings.IndexByte(" \t\r\n", p.data[p.at]) >= 0 {
		p.at++
	}
}

// peek returns the next byte, or 0 at the end; a 0 in the text is legal nowhere.
func (p *parser) peek() byte {
	if p.at < len(p.data) {
		return p.data[p.at]
	}
	return 0
}

// fail returns an error at the current offset.
func (p *parser) fail(format string, args ...any) *syntaxError {
	return &syntaxError{at: p.at, message: fmt.Sprintf(format, args...)}
}

// unexpected says what stands at the current offset instead of the expected. The context, if any, opens the message.
func (p *parser) unexpected(context, expected string) *syntaxError {
	if context != "" {
		context += ": "
	}
	if p.at == len(p.data) {
		return p.fail("%sunexpected end of the document; expected %s", context, expected)
	}
	r, size := utf8.DecodeRune(p.data[p.at:])
	if r == utf8.RuneError && size == 1 {
		return p.invalidUTF8()
	}
	return p.fail("%sunexpected character %q; expected %s", context, r, expected)
}

// invalidUTF8 returns the error for bytes that are no character.
func (p *parser) invalidUTF8() *syntaxError {
	return p.fail("invalid UTF-8; save the document as UTF-8")
}
