package draw

import (
	"bufio"
	"io"
	"strconv"
)

// output writes parts one after the other and keeps the first error.
type output struct{ *bufio.Writer }

func newOutput(w io.Writer) output { return output{bufio.NewWriterSize(w, 1<<15)} }

// put writes texts and whole numbers.
func (o output) put(parts ...any) {
	for _, part := range parts {
		switch p := part.(type) {
		case string:
			o.WriteString(p)
		case int:
			o.WriteString(strconv.Itoa(p))
		}
	}
}
