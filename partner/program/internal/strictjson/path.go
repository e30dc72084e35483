package strictjson

import (
	"strconv"
	"strings"
	"unicode"
)

// Field returns the path of a field or map key of the object at path. A name with characters other than letters, digits, _ and - is
// quoted: products["a b"].
func Field(path, name string) string {
	special := func(r rune) bool { return r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	switch {
	case name == "" || strings.ContainsFunc(name, special):
		return path + "[" + strconv.Quote(name) + "]"
	case path == "":
		return name
	}
	return path + "." + name
}

// Index returns the path of an element of the array at path, counting from 0.
func Index(path string, i int) string {
	return path + "[" + strconv.Itoa(i) + "]"
}

// join appends a relative path to a path.
func join(path, relative string) string {
	if path == "" || relative == "" || relative[0] == '[' {
		return path + relative
	}
	return path + "." + relative
}

// path returns the path of the value from the root of its document.
func (n *node) path() string {
	switch {
	case n.parent == nil:
		return ""
	case n.parent.kind == kindArray:
		return Index(n.parent.path(), n.index)
	}
	return Field(n.parent.path(), n.key)
}

// find follows a relative path as far as the document goes and returns the last value reached.
func (n *node) find(path string) *node {
	for path != "" {
		child, rest := n.step(path)
		if child == nil {
			return n
		}
		n, path = child, rest
	}
	return n
}

// step follows the first element of a relative path. It returns nil if there is no such value or the path is malformed.
func (n *node) step(path string) (child *node, rest string) {
	inner, bracket := strings.CutPrefix(path, "[")
	if !bracket {
		path = strings.TrimPrefix(path, ".")
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		return n.member(path[:end]), path[end:]
	}
	if quoted, err := strconv.QuotedPrefix(inner); err == nil {
		name, err := strconv.Unquote(quoted)
		rest, closed := strings.CutPrefix(inner[len(quoted):], "]")
		if err != nil || !closed {
			return nil, ""
		}
		return n.member(name), rest
	}
	digits, rest, closed := strings.Cut(inner, "]")
	i, err := strconv.Atoi(digits)
	if !closed || err != nil || n.kind != kindArray || i < 0 || i >= len(n.children) {
		return nil, ""
	}
	return n.children[i], rest
}

// member returns the first member of an object with the name, or nil.
func (n *node) member(name string) *node {
	if n.kind != kindObject {
		return nil
	}
	for _, child := range n.children {
		if child.key == name {
			return child
		}
	}
	return nil
}
