package main

import (
	"cmp"
	"math"
	"runtime"
	"time"

	"github.com/fenrun/fenrun/examples/internal/progress"
)

const (
	rounds = 101
	slice  = 12 * time.Millisecond // long enough that work which allocates pays for its garbage collection in every slice
)

// contender is one of the ways of doing a work that are compared; run does it n times.
type contender struct {
	run  func(n int)
	each int           // how many works one run is; 0 for one
	side int           // how many it does side by side; 0 for one
	long time.Duration // of its slices; 0 for the usual

	perSlice int
	fastest  float64 // ns of one work, in the fastest slice
}

// race times the contenders against each other. On a machine that others use too, means and medians say how busy it was; so the contenders run in turn,
// in slices short enough to find an undisturbed moment, and the fastest slice of each counts.
func race(label string, contenders ...*contender) { raceFor(rounds, label, contenders...) }

// raceFor is race with so many rounds, fewer where one run is long.
func raceFor(rounds int, label string, contenders ...*contender) {
	bar := progress.New(rounds*len(contenders), label)
	defer bar.Done()
	for _, c := range contenders {
		c.calibrate()
	}
	for range rounds {
		for _, c := range contenders {
			c.time(c.perSlice)
			bar.Add(1)
		}
	}
}

// calibrate warms the contender up and finds how many times it fits into a slice, in which all that it does side by side have something to do.
func (c *contender) calibrate() {
	c.fastest = math.MaxFloat64
	long, least := cmp.Or(c.long, slice), max(c.side, 1)
	for n := least; ; n *= 2 {
		took := c.time(n)
		if took >= long {
			took = min(took, c.time(n)) // what is done once, such as to connect, is no part of a slice
		}
		if took >= long {
			c.perSlice = max(least, int(float64(long)/float64(took)*float64(n)))
			return
		}
	}
}

func (c *contender) time(n int) time.Duration {
	started := time.Now()
	c.run(n)
	took := time.Since(started)
	c.fastest = min(c.fastest, float64(took)/float64(n*max(c.each, 1)))
	return took
}

// allocations returns how many allocations one run makes once its buffers have grown. The least of several counts leaves out what the runtime allocates
// for itself meanwhile.
func allocations(run func(n int)) float64 {
	const n, tries = 1000, 5
	run(n)
	least := math.MaxFloat64
	for range tries {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		run(n)
		runtime.ReadMemStats(&after)
		least = min(least, float64(after.Mallocs-before.Mallocs)/n)
	}
	return least
}
