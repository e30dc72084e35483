package commission

import (
	"fmt"
	"strings"
	"time"
)

// BonusExplanation says why an entry of a period bonus is what it is, from data that is stored with it. String says it in English, Chinese in Chinese.
type BonusExplanation struct {
	Run      string    `json:"run"`  // such as "team/2026-06"
	Plan     int       `json:"plan"` // the version of the plan that the run is judged by
	Entry    Entry     `json:"entry"`
	Rounding Rounding  `json:"rounding"`
	Released time.Time `json:"released"` // zero while it is pending
}

// String returns one line of English.
func (x BonusExplanation) String() string {
	e := &x.Entry
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s by %s", e.Payee, e.Amount, e.Rule)
	if d := e.Detail; d != nil {
		if d.Period != "" {
			fmt.Fprintf(&b, " for %s", d.Period)
		}
		x.detailEnglish(&b, d)
		if d.Pays != e.Amount {
			fmt.Fprintf(&b, "; %s in all, less what was paid before", d.Pays)
		}
	}
	if e.Reason != "" {
		fmt.Fprintf(&b, ", %s", ReasonEnglish(e.Reason))
	}
	fmt.Fprintf(&b, "; run %s, plan version %d", x.Run, x.Plan)
	if !x.Released.IsZero() {
		fmt.Fprintf(&b, "; released at %s", x.Released.Format(timeFormat))
	}
	return b.String()
}

func (x *BonusExplanation) detailEnglish(b *strings.Builder, d *BonusDetail) {
	e := &x.Entry
	if p := d.Pool; p != nil {
		fmt.Fprintf(b, ": %d of %s parts (%s) of a pool of %s, %s of the shop's net of %s, rounded %s; the share is cut off", p.Weight, p.Weights, e.Source, p.Pool,
			e.Rate, d.Volume.Plain(), x.Rounding.Mode)
		if p.Residue {
			b.WriteString(", and one unit more is of what the division left over")
		}
		fmt.Fprintf(b, "; %s of the pool stays with the shop", p.Kept)
		return
	}
	fmt.Fprintf(b, ": %s of %s (%s)", e.Rate, d.Base.Plain(), e.Source)
	if e.Source.Kind == FromTiers {
		fmt.Fprintf(b, " of a volume of %s, rounded %s once over all tiers", d.Volume.Plain(), x.Rounding.Mode)
		return
	}
	fmt.Fprintf(b, ", the team's volume is %s", d.Volume.Plain())
	if d.Base != d.Volume {
		b.WriteString(", of which the rest met a higher rate below")
	}
	b.WriteString(", cut off")
	for i, leg := range d.Legs {
		word := ", less "
		if i > 0 {
			word = " and "
		}
		fmt.Fprintf(b, "%s%s for %s at %s below", word, leg.Entitled.Plain(), leg.Volume.Plain(), leg.Rate)
	}
	if m := d.Missed; m != nil {
		fmt.Fprintf(b, "; the step of %s from %s on is missed, since of a leg at most %s counts towards it and so %s in all", m.Rate, m.From, m.Most.Plain(), m.Counted.Plain())
		for i, leg := range m.Legs {
			fmt.Fprintf(b, "%s%s's leg has %s", [...]string{": ", ", "}[min(i, 1)], leg.Partner, leg.Volume.Plain())
		}
	}
}

// Chinese returns one line of Chinese.
func (x BonusExplanation) Chinese() string {
	e := &x.Entry
	var b strings.Builder
	fmt.Fprintf(&b, "%s：%s", e.Payee, e.Amount)
	if d := e.Detail; d != nil {
		if d.Period != "" {
			fmt.Fprintf(&b, "，周期 %s", d.Period)
		}
		x.detailChinese(&b, d)
		if d.Pays != e.Amount {
			fmt.Fprintf(&b, "；合计应得 %s，减去此前已计部分", d.Pays)
		}
	}
	if e.Reason != "" {
		fmt.Fprintf(&b, "，%s", ReasonChinese(e.Reason))
	}
	fmt.Fprintf(&b, "；结算批次 %s，方案版本 %d", x.Run, x.Plan)
	if !x.Released.IsZero() {
		fmt.Fprintf(&b, "；%s 到账", x.Released.Format(timeFormat))
	}
	return b.String()
}

func (x *BonusExplanation) detailChinese(b *strings.Builder, d *BonusDetail) {
	e := &x.Entry
	mode := roundingModesChinese[x.Rounding.Mode.String()]
	if p := d.Pool; p != nil {
		fmt.Fprintf(b, "，%s：分红池 %s（商城净额 %s × %s，%s），权重 %d / %s，份额向下取整", sourceChinese(e.Source), p.Pool, d.Volume.Plain(), e.Rate, mode, p.Weight, p.Weights)
		if p.Residue {
			b.WriteString("，另得尾差一个最小单位")
		}
		fmt.Fprintf(b, "，池中 %s 归商城", p.Kept)
		return
	}
	fmt.Fprintf(b, "，%s：%s × %s", sourceChinese(e.Source), e.Rate, d.Base.Plain())
	if e.Source.Kind == FromTiers {
		fmt.Fprintf(b, "，本期业绩 %s，各档合计后%s一次", d.Volume.Plain(), mode)
		return
	}
	fmt.Fprintf(b, "，团队业绩 %s", d.Volume.Plain())
	if d.Base != d.Volume {
		b.WriteString("（其余部分下级比例更高）")
	}
	b.WriteString("，向下取整")
	for _, leg := range d.Legs {
		fmt.Fprintf(b, "，减去下级按 %s 对 %s 应得的 %s", leg.Rate, leg.Volume.Plain(), leg.Entitled.Plain())
	}
	if m := d.Missed; m != nil {
		fmt.Fprintf(b, "；未达到 %s 起 %s 一档：每条线最多计 %s，合计只计 %s", m.From, m.Rate, m.Most.Plain(), m.Counted.Plain())
		for i, leg := range m.Legs {
			fmt.Fprintf(b, "%s%s 线有 %s", [...]string{"（", "，"}[min(i, 1)], leg.Partner, leg.Volume.Plain())
		}
		if len(m.Legs) > 0 {
			b.WriteString("）")
		}
	}
}
