package program

import (
	"slices"
	"sync"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

// tally counts something of every member of an index beside his volume.
type tally struct {
	own []int64 // by member

	summing sync.Mutex
	teams   []int64 // own with that of everybody below; nil until somebody asks for it
}

func newTally(ix *tree.Index) *tally { return &tally{own: make([]int64, ix.Len())} }

// change makes room for who has joined, and forgets what teams have together: members or counts have changed.
func (t *tally) change(ix *tree.Index) {
	if n := ix.Len(); n > len(t.own) {
		t.own = append(t.own, make([]int64, n-len(t.own))...)
	}
	t.teams = nil
}

func (t *tally) add(ix *tree.Index, id partner.ID, by int64) {
	if m, ok := ix.Find(id); ok {
		t.own[m] += by
	}
}

// team returns what a member and everybody below him have together. The first question after a change adds up all teams at once.
func (t *tally) team(ix *tree.Index, m tree.Member) (int64, error) {
	t.summing.Lock()
	defer t.summing.Unlock()
	if t.teams == nil {
		teams, err := ix.RollUp(nil, t.own, false)
		if err != nil {
			return 0, err
		}
		t.teams = slices.Clip(teams)
	}
	return t.teams[m], nil
}
