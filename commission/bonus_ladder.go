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
	person int32 // the first spot of the same partner; his own one, but in a ladder as of payment
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
	r.gather()
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
	r.flows.list(r.rungs)
	for i := 0; i < len(r.rungs); {
		i = r.payPerson(i)
	}
	return nil
}

// payPerson adds the entries of somebody whose spots begin at an index, one for each step that he had, or says why there are none, and returns where the
// next one's begin.
func (r *BonusResult) payPerson(first int) (next int) {
	start := len(r.pays)
	for next = first; next < len(r.rungs) && int(r.rungs[next].person) == first; next++ {
		k := &r.rungs[next]
		if k.paid.Sign() <= 0 {
			continue
		}
		pay := bonusPay{member: int32(next), step: int32(k.step), base: k.flow, legs: k.legs, amount: k.paid}
		for i := start; ; i++ {
			if i == len(r.pays) {
				r.pays = append(r.pays, pay)
				break
			}
			if p := &r.pays[i]; p.step == pay.step {
				p.base, p.legs, p.amount = plus(p.base, pay.base), plus(p.legs, pay.legs), plus(p.amount, pay.amount)
				break
			}
		}
	}
	if len(r.pays) == start {
		r.skip(next-1, r.whyNoBonus(next-1))
	}
	return next
}

// plant checks the members, and orders them so that everybody comes before his recruiter.
func (r *BonusResult) plant() error {
	members := r.in.Members
	r.rungs, r.order = resize(r.rungs, len(members)), resize(r.order, len(members))
	recruits := r.children.clear(len(members))
	var total money.Units
	for i := range members {
		m, k := &members[i], &r.rungs[i]
		*k = rung{team: m.Volume, flow: m.Volume, above: int32(m.Recruiter), person: int32(i), step: -1, gains: !m.Volume.IsZero()}
		if i > 0 && r.ofPayment() && m.Partner == members[i-1].Partner {
			k.person = r.rungs[i-1].person
		}
		if m.Recruiter < -1 || m.Recruiter >= len(members) {
			r.fail(memberPath(i, "recruiter"), "%d is none of %d members; -1 is nobody", m.Recruiter, len(members))
			continue
		}
		if m.Leader && r.calc.bonus.Ladder.Leaders == LeadersLeave {
			k.above = -1
		}
		if k.above >= 0 {
			recruits[k.above]++
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

func personPath(i int32) string { return fmt.Sprintf("people[%d]", i) }
