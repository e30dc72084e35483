// Package progress shows on a terminal how far work is that takes longer than a second.
//
//	bar := progress.New(len(orders), "orders")
//	for _, o := range orders {
//		pay(o)
//		bar.Add(1)
//	}
//	bar.Done()
package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

const (
	patience = time.Second            // shorter work shows nothing
	pace     = 100 * time.Millisecond // between two pictures
	width    = 30
)

// Bar is a line on stderr that shows how much is done. Where stderr is no terminal it shows nothing. It is used by one goroutine.
type Bar struct {
	out         io.Writer // nil: nothing is shown
	now         func() time.Time
	label       string
	done, total int
	next        time.Time // when it is drawn again
	drawn       bool
}

// New returns a bar for work of total steps.
func New(total int, label string) *Bar {
	if stat, err := os.Stderr.Stat(); err != nil || stat.Mode()&os.ModeCharDevice == 0 {
		return &Bar{}
	}
	return newBar(os.Stderr, time.Now, total, label)
}

func newBar(out io.Writer, now func() time.Time, total int, label string) *Bar {
	return &Bar{out: out, now: now, label: label, total: max(total, 1), next: now().Add(patience)}
}

// Add says that n more steps are done.
func (b *Bar) Add(n int) {
	if b.out == nil {
		return
	}
	b.done = min(b.done+n, b.total)
	now := b.now()
	if now.Before(b.next) {
		return
	}
	b.next, b.drawn = now.Add(pace), true
	full := width * b.done / b.total
	fmt.Fprintf(b.out, "\r%s [%s%s] %3d%%", b.label, strings.Repeat("#", full), strings.Repeat(".", width-full), 100*b.done/b.total)
}

// Done takes the bar away.
func (b *Bar) Done() {
	if b.drawn {
		fmt.Fprint(b.out, "\r\x1b[K")
		b.drawn = false
	}
}
