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

func (d *Departure) team() string {
	switch {
	case len(d.Recruits) == 0:
		return "nobody stands below him"
	case len(d.Edges) == 0:
		return fmt.Sprintf("%d below him stay there", d.Below)
	case d.Edges[0].To == "":
		return fmt.Sprintf("of %d below him his %d recruits move to the root with their teams", d.Below, len(d.Edges))
	}
	return fmt.Sprintf("of %d below him his %d recruits move below %s with their teams", d.Below, len(d.Edges), d.Edges[0].To)
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
	switch {
	case len(d.Recruits) == 0:
		return "没有下级"
	case len(d.Edges) == 0:
		return fmt.Sprintf("下级 %d 人保持不动", d.Below)
	case d.Edges[0].To == "":
		return fmt.Sprintf("下级共 %d 人，其中直属 %d 人连同团队成为顶级", d.Below, len(d.Edges))
	}
	return fmt.Sprintf("下级共 %d 人，其中直属 %d 人连同团队转到 %s 名下", d.Below, len(d.Edges), d.Edges[0].To)
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
