package tree

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
)

// The bytes that an index needs for each member, besides those of his id: for his recruiter, what his team sells, and his id's place in the tables; and for
// everything.
const (
	bytesOfCore  = 27
	bytesOfWhole = 51
)

// TestAnIndexIsSmall counts the arrays, and then what the heap says of all of them.
func TestAnIndexIsSmall(t *testing.T) {
	const n, idBytes = 200_000, 16
	build := func() *Index {
		r := rand.New(rand.NewPCG(1, 2))
		var b Builder
		for _, i := range r.Perm(n) {
			node := Node{ID: partner.ID(fmt.Sprintf("%016d", i)), Partner: true}
			if i > 0 {
				node.Recruiter = partner.ID(fmt.Sprintf("%016d", r.IntN(i)))
			}
			b.Add(node)
		}
		ix, err := b.Index(0)
		require.NoError(t, err)
		return ix
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	ix := build()
	runtime.GC()
	runtime.ReadMemStats(&after)

	require.EqualValues(t, []uintptr{8, 16, 16}, []uintptr{unsafe.Sizeof(place{}), unsafe.Sizeof(team{}), unsafe.Sizeof(self{})})
	pages := cap(ix.ids.pages) * 2 * pageSize
	tables := 4 * (cap(ix.ids.base.slots) + cap(ix.ids.later.slots))
	core := 8*cap(ix.places) + 8*cap(ix.sums) + pages + tables // of the sums half: the volume
	whole := core + 4*cap(ix.span) + 8*cap(ix.sums) + 16*cap(ix.self)
	require.LessOrEqual(t, core, bytesOfCore*n)
	require.LessOrEqual(t, whole, bytesOfWhole*n)
	require.LessOrEqual(t, int(after.HeapAlloc-before.HeapAlloc), (bytesOfWhole+idBytes)*n, "on the heap")
	runtime.KeepAlive(ix)
}

// TestAnIndexAllocatesNothingWhereItNeedNot reads and sells.
func TestAnIndexAllocatesNothingWhereItNeedNot(t *testing.T) {
	var b Builder
	for i := 1; i < 1000; i++ {
		b.Add(Node{ID: partner.ID(fmt.Sprint(i)), Recruiter: partner.ID(fmt.Sprint(i / 2))})
	}
	ix, err := b.Index(0)
	require.NoError(t, err)
	live := NewLive(ix)
	var line []Member
	sold, number := []Volume{{ID: "999", By: 1}}, int64(0)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		number++
		require.NoError(t, live.Apply(Change{Number: number, Volumes: sold}))
		live.View(func(ix *Index) {
			m, _ := ix.Find("999")
			top, _ := ix.Find("1")
			line = ix.Line(line[:0], m, 0)
			if !ix.Above(top, m) || ix.Team(top, Scope{}).Volume != number || ix.ID(line[0]) != "999" {
				t.Fatal("it is something else")
			}
		})
	}))
}
