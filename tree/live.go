package tree

import "sync"

// Live is an index that is read by any number of goroutines while one keeps it current.
//
//	live := tree.NewLive(ix)
//	live.View(func(ix *tree.Index) {
//		bob, ok := ix.Find("bob")
//		…
//	})
//	err := live.Apply(changes...)
//
// A change waits for the views that are open, and views wait for the changes of one call: short views and some hundred changes a call keep both short.
type Live struct {
	mu sync.RWMutex
	ix *Index
}

// NewLive returns a live index. The index belongs to it from then on.
func NewLive(ix *Index) *Live { return &Live{ix: ix} }

// View calls fn with the index as it is after some change, which it stays until fn returns. fn keeps nothing of it but ids, and calls no method of Live.
func (l *Live) View(fn func(*Index)) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	fn(l.ix)
}

// Apply is [Index.Apply].
func (l *Live) Apply(changes ...Change) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ix.Apply(changes...)
}

// Replace puts another index in the place of this one, such as one that was built anew. Members of the old one mean nothing in it.
func (l *Live) Replace(ix *Index) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ix = ix
}
