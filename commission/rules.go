package commission

import (
	"github.com/fenrun/fenrun/partner"
)

// The names of the built-in rules, as they stand in entries and campaigns.
const (
	RuleSlots        = "slots"
	RuleTeam         = "team"
	RuleDifferential = "differential"
)

// slotRule pays slot 1, 2, … to the attributed partner, his recruiter, and so on.
type slotRule struct {
	missing Missing
}

func (r *slotRule) Shares(in Input, out *Shares) {
	next, slots := in.Vacant, in.Slots()
	for slot := 1; slot <= slots; slot++ {
		if slot <= in.Vacant {
			out.Skip(slot-1, slot, SelfPurchased)
			continue
		}
		index := next
		if r.missing == Compress {
			for index < len(in.Uplines) && in.Uplines[index].Bar != "" {
				out.Skip(index, slot, in.Uplines[index].Bar)
				index++
			}
		}
		next = index + 1
		if index >= len(in.Uplines) || in.Uplines[index].Bar != "" {
			if r.missing == ToTop {
				if top := topmost(in.Uplines[in.Vacant:]); top >= 0 {
					if index < len(in.Uplines) {
						out.Skip(index, slot, in.Uplines[index].Bar)
					}
					index = top + in.Vacant
					rate, source := in.Rate(slot, &in.Uplines[index])
					out.Pay(index, slot, rate, source)
					continue
				}
			}
			if index >= len(in.Uplines) {
				out.Skip(-1, slot, NoUpline)
			} else {
				out.Skip(index, slot, in.Uplines[index].Bar)
			}
			continue
		}
		rate, source := in.Rate(slot, &in.Uplines[index])
		out.Pay(index, slot, rate, source)
	}
}

// topmost returns the index of the highest upline who earns, -1 if none does.
func topmost(uplines []Upline) int {
	for i := len(uplines) - 1; i >= 0; i-- {
		if uplines[i].Bar == "" {
			return i
		}
	}
	return -1
}

// teamRule pays the nearest leader above the seller.
type teamRule struct {
	team    Team
	missing Missing
}

func (r *teamRule) Shares(in Input, out *Shares) {
	for i := 1; i < len(in.Uplines); i++ {
		u := &in.Uplines[i]
		if !u.Leader {
			continue
		}
		if u.Bar != "" {
			out.Skip(i, 0, u.Bar)
			if r.missing == Compress {
				continue
			}
			return
		}
		if rate, ok := r.team.Levels[u.Level]; ok {
			out.Pay(i, 0, rate, Source{Kind: FromTeam, Key: string(u.Level)})
		} else {
			out.Pay(i, 0, r.team.Rate, Source{Kind: FromTeam})
		}
		return
	}
	out.Skip(-1, 0, NoLeader)
}

// differentialRule walks up and pays each upline what his level's share exceeds the best share so far; it stops at the highest share of all.
type differentialRule struct {
	short []shortLevel
	long  map[partner.Level]int64 // the shares of levels that are not short
	scale uint8                   // of all shares
	top   int64
}

// shortLevel is the share of a level that is short enough to be compared as a number.
type shortLevel struct {
	code  uint64
	share int64
}

func (r *differentialRule) Shares(in Input, out *Shares) {
	var best int64
	for i := in.Vacant; i < len(in.Uplines) && best < r.top; i++ {
		u := &in.Uplines[i]
		if u.Bar != "" {
			out.Skip(i, 0, u.Bar)
			continue
		}
		share, known := r.share(u.Level)
		switch {
		case !known:
			out.Skip(i, 0, NoRate)
		case share == 0:
			out.Skip(i, 0, ZeroRate)
		case share <= best:
			out.Skip(i, 0, Overtaken)
		default:
			rate := Rate{coefficient: share - best, scale: r.scale, kind: percent}
			if rate.coefficient%10 == 0 {
				rate = rate.shortest()
			}
			out.Pay(i, 0, rate, Source{Kind: FromDifferential, Key: string(u.Level)})
			best = share
		}
	}
}

// share returns the share of a level, and whether it has one. Every upline of every order is looked up here.
func (r *differentialRule) share(level partner.Level) (share int64, known bool) {
	if len(level) > maxShort {
		share, known = r.long[level]
		return share, known
	}
	code := codeOf(level)
	for i := range r.short {
		if r.short[i].code == code {
			return r.short[i].share, true
		}
	}
	return 0, false
}

const maxShort = 7

// codeOf packs a short level into a number: the count of its bytes, and the bytes.
func codeOf(level partner.Level) uint64 {
	code := uint64(len(level))
	for i := range len(level) {
		code = code<<8 | uint64(level[i])
	}
	return code
}
