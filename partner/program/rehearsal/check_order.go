package rehearsal

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner/program"
)

// outcome compares what an order pays.
func (c checker) outcome(want *Expect, got *program.Outcome) {
	if want.Entries != nil {
		c.entries(want.Entries, "", got.Entries)
	}
	if want.Unpaid != nil || want.Complete {
		c.unpaid(want, "", got.Unpaid)
	}
	c.assets(want, got)
	c.amount("commission", want.Commission, got.Commission)
	c.amount("goods", want.Goods, got.Goods)
	if want.Kept.Valid {
		kept, err := got.Kept()
		if err != nil {
			c.check(false, "kept", "", err.Error())
		} else {
			c.exactly("kept", want.Kept.Decimal, kept)
		}
	}
	if want.Campaigns != nil {
		c.campaigns(want.Campaigns, got.Campaigns)
	}
	optional(c, "attributed", want.Attributed, got.Attributed.Partner)
	optional(c, "reason", want.Reason, got.Attributed.Reason)
	optional(c, "promoted", want.Promoted, got.Promoted)
	optional(c, "risen", want.Risen, got.Risen)
	optional(c, "repeated", want.Repeated, got.Repeated)
	c.instant("releaseAt", want.ReleaseAt, got.ReleaseAt)
	c.version(want, got.Plan)
	if want.Unparked != nil {
		c.unparked(want.Unparked, got)
	}
}

// entries compares two complete lists of entries in one asset, whatever their order.
func (c checker) entries(want []Entry, asset string, got []commission.Entry) {
	open := append(got[:0:0], got...)
	for _, w := range want {
		if w.Asset != asset {
			continue
		}
		place := placeOf(w.Line, ruleName(w.Rule, w.Slot), w.Slot)
		what := inAsset(fmt.Sprintf("entry %s of %s", place, w.Payee), asset)
		at := -1
		for i, g := range open {
			if g.Payee == w.Payee && placeOf(g.Line, g.Rule, g.Slot) == place {
				at = i
				break
			}
		}
		if at < 0 {
			c.check(false, what, w.Amount.String(), "")
			continue
		}
		c.entry(what, &w, &open[at])
		open = append(open[:at], open[at+1:]...)
	}
	for _, g := range open {
		c.check(false, inAsset(fmt.Sprintf("entry %s of %s", placeOf(g.Line, g.Rule, g.Slot), g.Payee), asset), "", g.Amount.Plain())
	}
	c.check(true, "entries", "", "") // that no other came
}

func (c checker) entry(what string, want *Entry, got *commission.Entry) {
	c.exactly(what, want.Amount, got.Amount)
	c.amount(what+", its base", want.Base, got.Base)
	if want.Rate.IsSet() {
		c.same(what+", its rate", want.Rate.String(), got.Rate.String())
	}
	if want.Source != "" {
		c.same(what+", where its rate is from", want.Source, got.Source.String())
	}
	optional(c, what+", whether it was cut", want.Cut, got.Cut)
	if want.Factor.Valid {
		factor := decimal.NewFromInt(1)
		if got.Promotion != nil {
			factor = got.Promotion.Factor
		}
		c.check(want.Factor.Decimal.Equal(factor), what+", the promotion's factor", want.Factor.Decimal.String(), factor.String())
	}
	if want.GiveUp.Valid {
		given := got.Amount.Currency().Minor(0)
		if got.GiveUp != nil {
			given = *got.GiveUp
		}
		c.exactly(what+", what he gave up", want.GiveUp.Decimal, given)
	}
	optional(c, what+", whether the order's cap cut it", want.CutByOrder, got.CutByOrder)
	optional(c, what+", whether a campaign's cap cut it", want.CutByCampaign, got.CutByCampaign)
	if want.Campaign != "" {
		applied := "" // what multiplied it
		if got.Campaign != nil {
			applied = got.Campaign.Name
		}
		c.same(what+", its campaign", want.Campaign, applied)
	}
}

// placeOf names where an entry stands: "line 1 slot 2", "line 1 team", or the whole "line 1".
func placeOf(line commission.LineID, rule string, slot int) string {
	switch {
	case rule == "":
		return fmt.Sprintf("line %s", line)
	case rule == commission.RuleSlots:
		return fmt.Sprintf("line %s slot %d", line, slot)
	case slot > 0:
		return fmt.Sprintf("line %s %s slot %d", line, rule, slot)
	}
	return fmt.Sprintf("line %s %s", line, rule)
}

// unpaid compares who gets nothing in one asset: those who are listed, or all.
func (c checker) unpaid(want *Expect, asset string, got []commission.Unpaid) {
	seen := map[string]string{}
	for _, g := range got {
		seen[nobody(placeOf(g.Line, g.Rule, g.Slot), string(g.Partner), asset)] = string(g.Reason)
	}
	for _, w := range want.Unpaid {
		if w.Asset != asset {
			continue
		}
		what := nobody(placeOf(w.Line, ruleName(w.Rule, w.Slot), w.Slot), string(w.Partner), asset)
		c.same(what, string(w.Reason), seen[what])
		delete(seen, what)
	}
	if !want.Complete {
		return
	}
	for _, g := range got {
		what := nobody(placeOf(g.Line, g.Rule, g.Slot), string(g.Partner), asset)
		if reason, more := seen[what]; more {
			c.check(false, what, "", reason)
		}
	}
}

func nobody(place, partner, asset string) string {
	if partner == "" {
		return inAsset("unpaid "+place, asset)
	}
	return inAsset(fmt.Sprintf("unpaid %s of %s", place, partner), asset)
}

func (c checker) unparked(want []Unparked, got *program.Outcome) {
	var had, has []string
	for _, u := range want {
		had = append(had, u.Event)
	}
	for _, u := range got.Unparked {
		has = append(has, u.Event)
	}
	c.same("unparked", strings.Join(had, ", "), strings.Join(has, ", "))
	for i, u := range want {
		if i < len(got.Unparked) {
			refused := got.Unparked[i].Refused
			c.check((u.Refused == "") == (refused == "") && strings.Contains(refused, u.Refused), "unparked "+u.Event+", refused", u.Refused, refused)
		}
	}
}

// refund compares what a refund takes back: a complete list of payees.
func (c checker) refund(want *Expect, got *program.RefundOutcome) {
	optional(c, "parked", want.Parked, got.Parked)
	if want.Changes != nil {
		c.changes(want.Changes, got.Changes)
	}
	if want.Borne != nil {
		c.borne(want.Borne, got.Borne)
	}
}

// exchange compares what an exchange did.
func (c checker) exchange(want *Expect, got *program.ExchangeOutcome) {
	optional(c, "held", want.Held, got.Held)
	c.refund(want, &got.Refund)
}

// borne compares complete lists of what somebody bears for another.
func (c checker) borne(want []Borne, got []commission.Entry) {
	texts := [2][]string{}
	for _, w := range want {
		texts[0] = append(texts[0], inAsset(fmt.Sprintf("%s %s", w.Payee, w.Amount.StringFixed(8)), w.Asset))
	}
	for _, g := range got {
		texts[1] = append(texts[1], inAsset(fmt.Sprintf("%s %s", g.Payee, g.Amount.Decimal().StringFixed(8)), c.assetOf(g.Amount)))
	}
	c.same("borne", fmt.Sprint(texts[0]), fmt.Sprint(texts[1]))
}

// changes compares complete lists of what payees had and have.
func (c checker) changes(want []Change, got []program.PayeeChange) {
	open := append(got[:0:0], got...)
	for _, w := range want {
		at := -1
		for i, g := range open {
			if g.Payee == w.Payee && c.assetOf(g.After) == w.Asset {
				at = i
			}
		}
		what := inAsset(fmt.Sprintf("change of %s", w.Payee), w.Asset)
		if at < 0 {
			c.check(false, what, fmt.Sprintf("%s → %s", w.Before, w.After), "")
			continue
		}
		g := open[at]
		c.exactly(what+", before", w.Before, g.Before)
		c.exactly(what+", after", w.After, g.After)
		optional(c, what+", from what was released", w.Released, g.Debt)
		open = append(open[:at], open[at+1:]...)
	}
	for _, g := range open {
		c.check(false, inAsset(fmt.Sprintf("change of %s", g.Payee), c.assetOf(g.After)), "", fmt.Sprintf("%s → %s", g.Before.Plain(), g.After.Plain()))
	}
}
