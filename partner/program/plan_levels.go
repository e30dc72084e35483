package program

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fenrun/fenrun/partner"
)

// LevelsHeldError says that a plan drops levels which partners hold. A plan that still has them, and those that are to come instead, lets each of these
// partners be given another one with [Partners.SetLevel]; then they can be dropped.
type LevelsHeldError struct {
	Levels []HeldLevel // in order of id
}

// HeldLevel is a level and how many partners hold it, those who may become partners and those who are leaving among them.
type HeldLevel struct {
	Level    partner.Level
	Partners int
}

func (e *LevelsHeldError) Error() string {
	texts := make([]string, len(e.Levels))
	for i, h := range e.Levels {
		texts[i] = fmt.Sprintf("%q (%d)", h.Level, h.Partners)
	}
	return "program: the plan drops levels that partners hold: " + strings.Join(texts, ", ") + "; give them others first"
}

// keepLevels is a [*LevelsHeldError] where a plan that begins at an instant drops levels of the versions before it that partners hold then, as far as is
// known now.
func (c *call) keepLevels(versions []*version, plan Plan, from time.Time) error {
	var dropped []HeldLevel
	for _, v := range versions {
		for _, level := range v.plan.Levels {
			_, kept := plan.Levels.Find(level.ID)
			if !kept && !slices.ContainsFunc(dropped, func(h HeldLevel) bool { return h.Level == level.ID }) {
				dropped = append(dropped, HeldLevel{Level: level.ID})
			}
		}
	}
	if len(dropped) == 0 {
		return nil
	}
	err := pages(c.ctx, c.tx.ScanPartners, func(p *partner.Partner) partner.ID { return p.ID }, func(page []partner.Partner) error {
		ids := make([]partner.ID, len(page))
		for i, p := range page {
			ids[i] = p.ID
		}
		facts, err := c.tx.Facts(c.ctx, ids)
		for _, f := range facts {
			state := partner.At(f, from)
			for i := range dropped {
				if state.Status.Live() && state.Level == dropped[i].Level {
					dropped[i].Partners++
				}
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	held := slices.DeleteFunc(dropped, func(h HeldLevel) bool { return h.Partners == 0 })
	if len(held) == 0 {
		return nil
	}
	slices.SortFunc(held, func(a, b HeldLevel) int { return strings.Compare(string(a.Level), string(b.Level)) })
	return &LevelsHeldError{Levels: held}
}
