package rehearsal

import (
	"context"
	"fmt"
	"time"

	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// LevelChange is one change of somebody's level.
type LevelChange struct {
	From  partner.Level      `json:"from,omitempty"` // "" for none
	To    partner.Level      `json:"to,omitempty"`
	Cause partner.LevelCause `json:"cause" strict:"required"`
	At    time.Time          `json:"at"`             // zero is not checked
	Says  string             `json:"says,omitempty"` // what was reached, in English; "" is not checked
}

// Prospect is how one level above somebody's stands.
type Prospect struct {
	Level partner.Level `json:"level" strict:"required"`
	Met   bool          `json:"met,omitempty"`
	Says  string        `json:"says,omitempty"` // how it stands, in English; "" is not checked
}

// Rise is a partner who got a higher level.
type Rise struct {
	Partner partner.ID    `json:"partner" strict:"required"`
	From    partner.Level `json:"from,omitempty"`
	To      partner.Level `json:"to" strict:"required"`
}

// rises compares complete lists, in order.
func (c checker) rises(want []Rise, got []program.Rise) {
	if want == nil {
		return
	}
	is := make([]Rise, len(got))
	for i, r := range got {
		is[i] = Rise(r)
	}
	c.same("rises", fmt.Sprint(want), fmt.Sprint(is))
}

// levels is what is known of somebody's level.
type levels struct {
	Level    partner.Level
	Log      []partner.LevelChange
	Progress incentive.Progress
}

func (r *runner) levels(ctx context.Context, id partner.ID, at time.Time) (any, error) {
	var out levels
	state, err := r.prog.Partners.At(ctx, id, at)
	if err != nil {
		return nil, err
	}
	log, err := r.prog.Partners.LevelLog(ctx, id)
	if err != nil {
		return nil, err
	}
	out.Level, out.Log = state.Level, log[0]
	out.Progress, err = r.prog.Partners.LevelProgress(ctx, id)
	return out, err
}

// levels compares complete lists, in order.
func (c checker) levels(want *Expect, got *levels) {
	optional(c, "level", want.Level, got.Level)
	if want.Log != nil {
		c.same("log", fmt.Sprint(len(want.Log)), fmt.Sprint(len(got.Log)))
		for i := range min(len(want.Log), len(got.Log)) {
			w, g := want.Log[i], got.Log[i]
			what := fmt.Sprintf("change %d", i+1)
			c.same(what, fmt.Sprintf("%s → %s, %s", w.From, w.To, w.Cause), fmt.Sprintf("%s → %s, %s", g.From, g.To, g.Cause))
			if !w.At.IsZero() {
				c.instant(what+", its instant", &w.At, g.At)
			}
			if w.Says != "" {
				c.same(what+", what was reached", w.Says, g.Reached.String())
			}
		}
	}
	if want.Progress != nil {
		c.same("progress", fmt.Sprint(len(want.Progress)), fmt.Sprint(len(got.Progress)))
		for i := range min(len(want.Progress), len(got.Progress)) {
			w, g := want.Progress[i], got.Progress[i]
			what := "progress to " + string(w.Level)
			c.same(what, fmt.Sprintf("%s, met: %t", w.Level, w.Met), fmt.Sprintf("%s, met: %t", g.Level, g.Verdict.Met))
			if w.Says != "" {
				c.same(what+", how it stands", w.Says, g.Verdict.String())
			}
		}
	}
}
