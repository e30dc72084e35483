package commission

import (
	"fmt"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// rung is a member on the ladder.
type rung struct {
	team   money.Units // his own volume and everybody's below
	flow   money.Units // of it, what nobody below has a higher rate for
	legs   money.Units // what those whose flow reaches him are entitled to
	paid   money.Units
	above  int32 // his recruiter; later the nearest above with no lower rate; -1 for none
	higher int32 // the nearest above with a higher rate; -1 for none
	step   int16 // -1 for none
	gains  bool  // whether something flows to him from a lower rate, or is his own
}

// ladder works from the leaves of the tree to its roots and back, over flat slices: first team volumes and the steps that they reach, then, from the roots
// down, who is the next above with no lower rate, then what flows along these. Each volume is paid at the rates that it meets on its way, each the highest
// so far; what flows into a member, times his rate, is what his team is entitled to.
func (r *BonusResult) ladder() error {
	if err := r.plant(); err != nil {
		return err
	}
	for _, i := range r.order {
		if k := &r.rungs[i]; k.above >= 0 {
			team := &r.rungs[k.above].team
			*team = plus(*team, k.team)
		}
	}
	r.climb()
	for n := len(r.order) - 1; n >= 0; n-- {
		k := &r.rungs[r.order[n]]
		share := r.share(k)
		// Every step of this walk is to a higher rate, so that it is no longer than there are rates.
		for k.above >= 0 && r.share(&r.rungs[k.above]) < share {
			k.above = r.rungs[k.above].higher
		}
		if k.higher = k.above; k.above >= 0 && r.share(&r.rungs[k.above]) == share {
			k.higher = r.rungs[k.above].higher
		}
	}
	for _, i := range r.order {
		k := &r.rungs[i]
		entitled := k.legs
		if share := r.entitled(k); share.Cmp(entitled) > 0 {
			entitled = share
		}
		k.paid, _ = entitled.Sub(k.legs)
		if k.above >= 0 {
			above := &r.rungs[k.above]
			above.flow, above.legs = plus(above.flow, k.flow), plus(above.legs, entitled)
			above.gains = above.gains || !k.flow.IsZero() && r.share(k) < r.share(above)
		}
	}
	for i := range r.rungs {
		if k := &r.rungs[i]; k.paid.Sign() > 0 {
			r.pays = append(r.pays, bonusPay{member: int32(i), step: int32(k.step), base: k.flow, legs: k.legs, amount: k.paid})
		} else {
			r.skip(i, r.whyNoBonus(i))
		}
	}
	return nil
}

// plant checks the members, and orders them so that everybody comes before his recruiter.
func (r *BonusResult) plant() error {
	members := r.in.Members
	r.rungs, r.order = resize(r.rungs, len(members)), resize(r.order, len(members))
	recruits := r.children.clear(len(members))
	var total money.Units
	for i := range members {
		m, k := &members[i], &r.rungs[i]
		*k = rung{team: m.Volume, flow: m.Volume, above: int32(m.Recruiter), step: -1, gains: !m.Volume.IsZero()}
		if m.Recruiter < -1 || m.Recruiter >= len(members) {
			r.fail(memberPath(i, "recruiter"), "%d is none of %d members; -1 is nobody", m.Recruiter, len(members))
			continue
		}
		if m.Recruiter >= 0 {
			recruits[m.Recruiter]++
		}
		// What no sum of absolute volumes exceeds, no sum of volumes does.
		var err error
		if total, err = total.Add(absolute(m.Volume)); err != nil {
			return r.calc.tooLarge(err)
		}
	}
	if r.failed != nil {
		return r.failed
	}
	order := r.order[:0]
	for i := range members {
		if recruits[i] == 0 {
			order = append(order, int32(i))
		}
	}
	for next := 0; next < len(order); next++ {
		if above := r.rungs[order[next]].above; above >= 0 {
			if recruits[above]--; recruits[above] == 0 {
				order = append(order, above)
			}
		}
	}
	// Whoever is left waits for himself.
	for i := 0; i < len(members) && len(order) < len(members); i++ {
		if recruits[i] > 0 {
			length := 0
			for j := int32(i); recruits[j] > 0; j = r.rungs[j].above {
				recruits[j] = 0
				length++
			}
			r.fail(memberPath(i, "recruiter"), "%q stands above himself, in a circle of %d", members[i].Partner, length)
		}
	}
	return r.failure()
}

// climb finds everybody's step: by level, or by what his team's volume reaches. One who is barred has none.
func (r *BonusResult) climb() {
	x, capped := r.calc, r.calc.bonus.Ladder.LegCap.IsSet()
	if capped {
		r.children.list(r.rungs)
	}
	for i := range r.rungs {
		m, k := &r.in.Members[i], &r.rungs[i]
		if m.Bar != "" {
			continue
		}
		if x.levels != nil {
			if step, ok := x.levels[m.Level]; ok {
				k.step = step
			}
			continue
		}
		k.step = int16(x.reached(k.team))
		for capped && k.step >= 0 && !r.reaches(i, &x.steps[k.step]) {
			k.step--
		}
	}
}

// reaches reports whether a member's own volume and what each of his legs can contribute are a step's threshold.
func (r *BonusResult) reaches(member int, s *bonusStep) bool {
	counted, parts := r.in.Members[member].Volume, uint64(0)
	whole := tens[r.calc.bonus.Ladder.LegCap.scale]
	for leg := r.children.first[member]; leg >= 0; leg = r.children.next[leg] {
		team := r.rungs[leg].team
		if team.Cmp(s.leg) <= 0 {
			counted = plus(counted, team)
			continue
		}
		counted = plus(counted, s.leg)
		if parts += s.cut; parts >= whole {
			counted, parts = plus(counted, money.UnitsOf(1)), parts-whole
		}
	}
	return counted.Cmp(s.from) >= 0
}

// share is the rate of a member, 0 where he has none.
func (r *BonusResult) share(k *rung) int64 {
	if k.step >= 0 {
		return r.calc.steps[k.step].share
	}
	return 0
}

// entitled is what the volume that flows to a member is worth to him and all below, if there is any.
func (r *BonusResult) entitled(k *rung) money.Units {
	if k.step < 0 || k.flow.Sign() <= 0 {
		return money.Units{}
	}
	return r.calc.amount(money.Down, k.flow, &r.calc.steps[k.step])
}

func (r *BonusResult) whyNoBonus(member int) partner.Reason {
	m, k := &r.in.Members[member], &r.rungs[member]
	switch {
	case m.Bar != "":
		return m.Bar
	case k.team.Sign() <= 0:
		return NoVolume
	case k.step < 0 && r.calc.levels != nil:
		return NoRate
	case k.step < 0:
		return NotReached
	case r.share(k) == 0:
		return ZeroRate
	case !k.gains:
		return Overtaken
	case k.flow.Sign() <= 0 || r.entitled(k).Cmp(k.legs) < 0:
		return NoVolume
	}
	return RoundsToZero
}

// legs lists the recruits of every member.
type legs struct {
	first []int32 // -1 for none; how many there are while the members are put in order
	next  []int32 // the next of the same recruiter, -1 for none
}

// clear returns a counter for each member, all 0.
func (l *legs) clear(members int) []int32 {
	l.first = resize(l.first, members)
	clear(l.first)
	return l.first
}

// list finds the recruits, while above is still the recruiter.
func (l *legs) list(rungs []rung) {
	l.next = resize(l.next, len(rungs))
	for i := range l.first {
		l.first[i] = -1
	}
	for i := range rungs {
		if above := rungs[i].above; above >= 0 {
			l.next[i], l.first[above] = l.first[above], int32(i)
		}
	}
}

// resize returns a slice of that length, with whatever lay in it.
func resize[T any](s []T, length int) []T {
	if cap(s) < length {
		return make([]T, length)
	}
	return s[:length]
}

func absolute(u money.Units) money.Units {
	if u.Sign() < 0 {
		return u.Neg()
	}
	return u
}

// memberPath is only built for an error.
func memberPath(i int, field string) string { return fmt.Sprintf("members[%d].%s", i, field) }
