package commission

import (
	"fmt"
	"slices"
)

// OptionText is the text of an option whose choices have these names, in the order of their numbers. A number without a name is "unknown (n)".
func OptionText[T ~uint8](option T, names []string) string {
	if int(option) < len(names) {
		return names[option]
	}
	return fmt.Sprintf("unknown (%d)", uint8(option))
}

// ParseOption sets an option to the choice that a text names. A text that names none is an [*OptionError], and changes nothing.
func ParseOption[T ~uint8](option *T, text []byte, names []string) error {
	i := slices.Index(names, string(text))
	if i < 0 {
		return &OptionError{Text: string(text), Names: names}
	}
	*option = T(i)
	return nil
}

// OptionError says that a text names none of the choices there are.
type OptionError struct {
	Text  string
	Names []string
}

func (e *OptionError) Error() string {
	return fmt.Sprintf("commission: %q is none of %q", e.Text, e.Names)
}
