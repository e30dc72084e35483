package partner

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ID is a partner's id: the host's own user id. A customer and a partner with the same id are the same person.
type ID string

// Customer is a buyer's id: the host's own user id. Customers need no registration.
type Customer string

// Level is the key of a level of the plan, such as "gold".
type Level string

// Tree names one of the trees in which partners stand: "" is that of who recruited whom, which every programme has; a plan can name others, such as "supply"
// for who supplies whom. Nobody's place in one says anything of his place in another.
type Tree string

// Reason is a stable, machine-readable code that says why something did not happen: why a line pays nothing, why a bind was refused. "" is none.
type Reason string

// MaxID is the longest id in bytes.
const MaxID = 64

// IDError says that a text cannot be an id.
type IDError struct {
	Field string
	Value string
}

func (e *IDError) Error() string {
	value := e.Value
	if len(value) > MaxID {
		value = strings.ToValidUTF8(value[:MaxID], "") + "..."
	}
	return fmt.Sprintf("partner: %s %q: an id is 1 to %d bytes of UTF-8 without control characters", e.Field, value, MaxID)
}

// CheckID returns nil if id can be an id: 1 to 64 bytes of valid UTF-8 without control characters, compared bytewise everywhere. Otherwise it is an
// [*IDError] naming field.
func CheckID[T ~string](field string, id T) error {
	s := string(id)
	if s == "" || len(s) > MaxID || !utf8.ValidString(s) || strings.IndexFunc(s, unicode.IsControl) >= 0 {
		return &IDError{Field: field, Value: s}
	}
	return nil
}

// MaxTree is the longest name of a tree in bytes.
const MaxTree = 32

// TreeError says that a text cannot name a tree.
type TreeError struct {
	Tree Tree
}

func (e *TreeError) Error() string {
	return fmt.Sprintf("partner: %q names no tree: a name is 1 to %d bytes of UTF-8 without control characters and slashes", string(e.Tree), MaxTree)
}

// CheckTree returns nil if a text can be the name that a plan gives a tree, else a [*TreeError]. "" cannot: the tree of recruiters has no other name.
func CheckTree(t Tree) error {
	if len(t) > MaxTree || strings.ContainsRune(string(t), '/') || CheckID("tree", t) != nil {
		return &TreeError{Tree: t}
	}
	return nil
}
