package commission

import "github.com/fenrun/fenrun/commission/money"

// ofPayment reports whether members are spots that partners had, of which somebody can have several.
func (r *BonusResult) ofPayment() bool { return r.calc.bonus.Ladder.AsOf == AsOfPayment }

// gather adds up the team volumes of all spots of each partner.
func (r *BonusResult) gather() {
	r.whole = r.whole[:0]
	if !r.ofPayment() {
		return
	}
	r.whole = resize(r.whole, len(r.rungs))
	for i := range r.rungs {
		if k := &r.rungs[i]; int(k.person) == i {
			r.whole[i] = k.team
		} else {
			r.whole[k.person] = plus(r.whole[k.person], k.team)
		}
	}
}

// teamOf is the team volume of a person in all of his spots, by the first of them.
func (r *BonusResult) teamOf(person int32) money.Units {
	if len(r.whole) > 0 {
		return r.whole[person]
	}
	return r.rungs[person].team
}

// climb finds everybody's step: by level, or by what his team's volume reaches, wherever he stood. One who is barred has none.
func (r *BonusResult) climb() {
	x, capped := r.calc, r.calc.bonus.Ladder.LegCap.IsSet()
	if capped {
		r.children.list(r.rungs)
	}
	person, step := int32(-1), int16(0) // whose step was found last
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
		if k.person != person {
			person, step = k.person, int16(x.reached(r.teamOf(k.person)))
			for capped && step >= 0 {
				if r.counted(person, &x.steps[step], nil).Cmp(x.steps[step].from) >= 0 {
					break
				}
				step--
			}
		}
		k.step = step
	}
}

// counted is what a person's own volume and what each of his legs can contribute make towards a step's threshold. The legs of which only a part counts
// are given to capped, unless it is nil.
func (r *BonusResult) counted(person int32, s *bonusStep, capped func(leg CappedLeg)) (counted money.Units) {
	whole, parts := tens[r.calc.bonus.Ladder.LegCap.scale], uint64(0)
	for i := int(person); i < len(r.rungs) && r.rungs[i].person == person; i++ {
		counted = plus(counted, r.in.Members[i].Volume)
	}
	for leg := r.children.first[person]; leg >= 0; {
		// The spots of one leg come one after another.
		team, who := money.Units{}, r.rungs[leg].person
		for ; leg >= 0 && r.rungs[leg].person == who; leg = r.children.next[leg] {
			team = plus(team, r.rungs[leg].team)
		}
		if team.Cmp(s.leg) <= 0 {
			counted = plus(counted, team)
			continue
		}
		if capped != nil {
			capped(CappedLeg{Partner: r.in.Members[who].Partner, Volume: r.calc.calc.price.Of(team)})
		}
		counted = plus(counted, s.leg)
		if parts += s.cut; parts >= whole {
			counted, parts = plus(counted, money.UnitsOf(1)), parts-whole
		}
	}
	return counted
}

// legs lists for every member those who come next below him.
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

// list finds for every person those whose rung names one of his as the one above, the spots of somebody one after another.
func (l *legs) list(rungs []rung) {
	l.first, l.next = resize(l.first, len(rungs)), resize(l.next, len(rungs))
	for i := range l.first {
		l.first[i] = -1
	}
	for i := range rungs {
		if above := rungs[i].above; above >= 0 {
			person := rungs[above].person
			l.next[i], l.first[person] = l.first[person], int32(i)
		}
	}
}
