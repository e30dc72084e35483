package tree_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

// TestRule_8_11_PagesOfAWideNodeShowEverybodyOnce turns pages while children leave and come back, each behind and before the place of the cursor.
func TestRule_8_11_PagesOfAWideNodeShowEverybodyOnce(t *testing.T) {
	const n, limit = 1000, 7
	id := func(i int) partner.ID { return partner.ID(fmt.Sprintf("p%03d", i)) }
	for _, recruiter := range []partner.ID{"", "top"} {
		var b tree.Builder
		for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(n) {
			b.Add(tree.Node{ID: id(i), Recruiter: recruiter})
		}
		ix, err := b.Index(0)
		require.NoError(t, err)
		page := func(after partner.ID) ([]tree.Member, int) {
			if recruiter == "" {
				return ix.RootsAfter(nil, after, limit)
			}
			top, _ := ix.Find(recruiter)
			return ix.ChildrenAfter(nil, top, after, limit)
		}
		for seen, after := 0, partner.ID(""); seen < n; {
			members, left := page(after)
			for _, m := range members {
				require.Equal(t, id(seen), ix.ID(m))
				seen++
			}
			require.Equal(t, n-seen, left)
			// Who was shown last leaves, and comes back: the cursor stays where it is.
			after = id(seen - 1)
			require.NoError(t, ix.Apply(tree.Change{Put: []tree.Node{{ID: after, Recruiter: "p000"}}}))
			if next, _ := page(after); seen < n {
				require.Equal(t, id(seen), ix.ID(next[0]))
			}
			require.NoError(t, ix.Apply(tree.Change{Put: []tree.Node{{ID: after, Recruiter: recruiter}}}))
		}
	}
}
