package program

import (
	"fmt"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission"
)

// reign is the time from an instant on for which a plan is in force; the first one's reaches back for ever.
type reign struct {
	from    time.Time
	version *version
}

// reigns are the times of the plans, in order, as [call.planAt] finds them.
func reigns(versions []*version) []reign {
	byTime := slices.Clone(versions)
	slices.SortStableFunc(byTime, func(a, b *version) int { return a.stored.From.Compare(b.stored.From) })
	var all []reign
	for _, v := range byTime {
		if n := len(all); n > 0 && all[n-1].from.Equal(v.stored.From) {
			all[n-1].version = v
			continue
		}
		all = append(all, reign{from: v.stored.From, version: v})
	}
	return all
}

// endOf returns the first instant after a period: the first at which the calendar of the plan that is in force then is past it. So every period begins
// where the one before it ends, also where a plan brings another calendar: no instant is in two periods of a kind or in none, and since no plan is in force
// from the past on, no plan that is published moves an end that has come.
func endOf(plans []reign, p commission.Period) time.Time {
	var end time.Time
	for i, plan := range plans {
		end = instant(plan.version.calendar.To(p))
		if i > 0 && end.Before(plan.from) {
			end = plan.from
		}
		if i+1 < len(plans) && !end.Before(plans[i+1].from) {
			continue // the next calendar says when
		}
		break
	}
	return end
}

// window finds the half-open window of a period.
func (c *call) window(p commission.Period) (from, to time.Time, err error) {
	versions, _, err := c.versionsToBe()
	if err != nil {
		return from, to, err
	}
	if len(versions) == 0 {
		return from, to, &NoPlanError{Field: "period", At: c.now()}
	}
	plans := reigns(versions)
	return endOf(plans, p.Prev()), endOf(plans, p), nil
}

// keepTerms finds bonuses of a plan that count their orders in other periods, or at another node, than a bonus of the same name before: an order would
// count twice in it, or never.
func keepTerms(versions []*version, plan Plan) []PlanProblem {
	var problems []PlanProblem
	for i, b := range plan.Bonuses {
		for _, v := range versions {
			at := slices.IndexFunc(v.plan.Bonuses, func(old commission.Bonus) bool { return old.Name == b.Name })
			if at < 0 {
				continue
			}
			if old := v.plan.Bonuses[at]; old.Every != b.Every {
				problems = append(problems, termProblem(i, "every", b.Name, old.Every.String(), v))
			} else if old.Counts != b.Counts {
				problems = append(problems, termProblem(i, "counts", b.Name, old.Counts.String(), v))
			} else {
				continue
			}
			break
		}
	}
	return problems
}

func termProblem(bonus int, field, name, old string, v *version) PlanProblem {
	return PlanProblem{Path: fmt.Sprintf("bonuses[%d].%s", bonus, field), Message: fmt.Sprintf(
		"the bonus %q has %q in plan version %d, and orders would count twice or never in another; give the bonus that has another a name of its own",
		name, old, v.stored.Version)}
}
