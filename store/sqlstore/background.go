package sqlstore

import (
	"context"

	"github.com/fenrun/fenrun/store"
)

// Background is what a [Runner] at PostgreSQL can be too: one that runs statements of which nothing comes back while its caller goes on. Whatever is run next
// waits for them, and gives the error of the first that failed; after that none was run.
type Background interface {
	// Start runs statements.
	Start(ctx context.Context, statements []Statement)
	// Copy runs a COPY FROM STDIN with all of its data.
	Copy(ctx context.Context, statement string, data []byte)
	// Wait waits for what was begun and returns its error; nil where nothing was.
	Wait() error
}

var _ store.Overlapping = (*tx)(nil)

// Overlaps implements [store.Overlapping].
func (t *tx) Overlaps() bool { return t.behind != nil }

// large is how many bytes of texts make a statement worth a way of its own to the server.
const large = 64_000

// large reports whether a statement is worth to be run while its transaction goes on.
func (q *query) large() bool {
	size := 0
	for _, arg := range q.args {
		if texts, ok := arg.(Texts); ok {
			for _, text := range texts {
				size += len(text)
			}
		}
	}
	return size >= large
}
