package partner

import (
	"fmt"
	"time"
)

// String says in English what the departure does.
func (d Departure) String() string {
	text := fmt.Sprintf("%s becomes %s; %s", d.ID, d.To, d.team())
	released, given, to := d.transfers()
	text += fmt.Sprintf("; %d customers are released", released)
	if given > 0 {
		text += fmt.Sprintf(", %d go to %s", given, to)
	}
	if d.OnPending == PendingForfeits {
		text += fmt.Sprintf("; pending %s is forfeited to the shop", d.Pending)
	} else {
		text += fmt.Sprintf("; pending %s settles to him", d.Pending)
	}
	if d.PayableUntil.After(d.At) {
		return text + fmt.Sprintf("; available %s can be withdrawn until %s", d.Available, d.PayableUntil.UTC().Format(time.RFC3339))
	}
	return text + fmt.Sprintf("; available %s is frozen", d.Available)
}

// team says what becomes of those below him, of the other trees only where somebody stands there.
func (d *Departure) team() string {
	text := d.teamOf(&d.Place)
	for i := range d.Others {
		if p := &d.Others[i]; len(p.Recruits) > 0 {
			text += fmt.Sprintf("; in tree %s %s", p.Tree, d.teamOf(p))
		}
	}
	return text
}

func (d *Departure) teamOf(p *Place) string {
	to, moves := d.recruitsTo(p.Tree)
	switch {
	case len(p.Recruits) == 0:
		return "nobody stands below him"
	case !moves:
		return fmt.Sprintf("%d below him stay there", p.Below)
	case to == "":
		return fmt.Sprintf("of %d below him his %d recruits move to the root with their teams", p.Below, len(p.Recruits))
	}
	return fmt.Sprintf("of %d below him his %d recruits move below %s with their teams", p.Below, len(p.Recruits), to)
}

// recruitsTo returns below whom those move who stand directly below him in a tree, which are all of them or none.
func (d *Departure) recruitsTo(t Tree) (to ID, moves bool) {
	for _, m := range d.Edges {
		if m.Tree == t {
			return m.To, true
		}
	}
	return "", false
}

// Chinese says in Chinese what the departure does.
func (d Departure) Chinese() string {
	text := fmt.Sprintf("%s 变更为%s；%s", d.ID, ReasonChinese(statusBars[d.To]), d.teamChinese())
	released, given, to := d.transfers()
	text += fmt.Sprintf("；%d 位客户解除绑定", released)
	if given > 0 {
		text += fmt.Sprintf("，%d 位客户转给 %s", given, to)
	}
	if d.OnPending == PendingForfeits {
		text += fmt.Sprintf("；待结算 %s 归商家", d.Pending)
	} else {
		text += fmt.Sprintf("；待结算 %s 照常结算给本人", d.Pending)
	}
	if d.PayableUntil.After(d.At) {
		return text + fmt.Sprintf("；可提现 %s，截止 %s", d.Available, d.PayableUntil.UTC().Format(time.RFC3339))
	}
	return text + fmt.Sprintf("；可提现 %s 冻结", d.Available)
}

func (d *Departure) teamChinese() string {
	text := d.teamOfChinese(&d.Place)
	for i := range d.Others {
		if p := &d.Others[i]; len(p.Recruits) > 0 {
			text += fmt.Sprintf("；关系树 %s 中%s", p.Tree, d.teamOfChinese(p))
		}
	}
	return text
}

func (d *Departure) teamOfChinese(p *Place) string {
	to, moves := d.recruitsTo(p.Tree)
	switch {
	case len(p.Recruits) == 0:
		return "没有下级"
	case !moves:
		return fmt.Sprintf("下级 %d 人保持不动", p.Below)
	case to == "":
		return fmt.Sprintf("下级共 %d 人，其中直属 %d 人连同团队成为顶级", p.Below, len(p.Recruits))
	}
	return fmt.Sprintf("下级共 %d 人，其中直属 %d 人连同团队转到 %s 名下", p.Below, len(p.Recruits), to)
}

// transfers counts the customers who belong to nobody and those who get another owner, of whom there is one.
func (d *Departure) transfers() (released, given int, to ID) {
	for _, t := range d.Transfers {
		if t.To == "" {
			released++
			continue
		}
		given++
		to = t.To
	}
	return released, given, to
}
