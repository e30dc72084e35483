package main

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/partner"
)

// hand is what a good engineer writes in integers for exactly this plan and nothing else: the same ids and levels in, line, payee and amount out; nothing
// is checked, explained or kept for refunds.
type hand struct {
	lines   []handLine
	uplines []handUpline
	entries []handEntry
}

type handLine struct {
	id     string
	amount int64
}

type handUpline struct{ id, level string }

type handEntry struct {
	line, payee string
	amount      int64
}

// The rates in hundredths of a percent.
const slot1, slot2, whole = 10_00, 5_00, 100_00

func shareOf(level string) int64 {
	switch level {
	case "L1":
		return 1_00
	case "L2":
		return 2_00
	case "L3":
		return 3_00
	case "L4":
		return 4_00
	}
	return 0
}

func newHand() *hand {
	h := &hand{}
	for i, amount := range lineAmounts {
		h.lines = append(h.lines, handLine{string(lineID(i)), amount})
	}
	for i, level := range levels {
		h.uplines = append(h.uplines, handUpline{string(partnerID(i)), string(level)})
	}
	return h
}

func (h *hand) calculate() {
	type payee struct {
		id   string
		rate int64
	}
	payees := [6]payee{{h.uplines[0].id, slot1}, {h.uplines[1].id, slot2}}
	n, best := 2, int64(0)
	for i := range h.uplines {
		if share := shareOf(h.uplines[i].level); share > best {
			payees[n] = payee{h.uplines[i].id, share - best}
			n, best = n+1, share
		}
	}
	if cap(h.entries) < n*len(h.lines) {
		h.entries = make([]handEntry, n*len(h.lines))
	}
	h.entries = h.entries[:n*len(h.lines)]
	rest := h.entries
	for i := range h.lines {
		l := &h.lines[i]
		for j := range payees[:n] {
			p, e := &payees[j], &rest[j]
			e.line, e.payee, e.amount = l.id, p.id, (l.amount*p.rate+whole/2)/whole
		}
		rest = rest[n:]
	}
}

func (h *hand) run(n int) {
	for range n {
		h.calculate()
	}
}

// bare is hand without ids and names: lines and payees are positions, levels small numbers. It is the floor of what the arithmetic costs.
type bare struct {
	amounts []int64
	levels  []uint8
	entries []bareEntry
}

type bareEntry struct {
	line, payee int32
	amount      int64
}

var bareShares = [...]int64{0, 1_00, 2_00, 3_00, 4_00}

func newBare() *bare {
	b := &bare{amounts: lineAmounts}
	for _, level := range levels {
		b.levels = append(b.levels, level[1]-'0')
	}
	return b
}

func (b *bare) calculate() {
	type payee struct {
		position int32
		rate     int64
	}
	payees := [6]payee{{0, slot1}, {1, slot2}}
	n, best := 2, int64(0)
	for i, level := range b.levels {
		if share := bareShares[level]; share > best {
			payees[n] = payee{int32(i), share - best}
			n, best = n+1, share
		}
	}
	entries := b.entries[:0]
	for line, amount := range b.amounts {
		for _, p := range payees[:n] {
			entries = append(entries, bareEntry{int32(line), p.position, (amount*p.rate + whole/2) / whole})
		}
	}
	b.entries = entries
}

func (b *bare) run(n int) {
	for range n {
		b.calculate()
	}
}

// plain is what people write with decimals: line by line, each amount the line's times the rate, rounded.
type plain struct {
	lines   []plainLine
	uplines []handUpline
	slots   []decimal.Decimal
	shares  map[string]decimal.Decimal
	entries []plainEntry
}

type plainLine struct {
	id     string
	amount decimal.Decimal
}

type plainEntry struct {
	line, payee string
	amount      decimal.Decimal
}

func newPlain() *plain {
	p := &plain{uplines: newHand().uplines, shares: map[string]decimal.Decimal{}}
	for _, rate := range slotRates {
		p.slots = append(p.slots, fraction(rate))
	}
	for level, share := range shares {
		p.shares[string(level)] = fraction(share)
	}
	for i, amount := range lineAmounts {
		p.lines = append(p.lines, plainLine{string(lineID(i)), decimal.New(amount, -2)})
	}
	return p
}

// fraction reads "10%" as 0.10.
func fraction(rate string) decimal.Decimal {
	return decimal.RequireFromString(rate[:len(rate)-1]).Shift(-2)
}

func (p *plain) calculate() {
	p.entries = nil
	for _, line := range p.lines {
		for slot, rate := range p.slots[:min(len(p.slots), len(p.uplines))] {
			p.pay(line, p.uplines[slot].id, rate)
		}
		// As the rule says it: the share less the best so far, where that is above 0.
		best := decimal.Zero
		for _, u := range p.uplines {
			share := p.shares[u.level]
			if rate := share.Sub(best); rate.IsPositive() {
				p.pay(line, u.id, rate)
				best = share
			}
		}
	}
}

func (p *plain) pay(line plainLine, payee string, rate decimal.Decimal) {
	p.entries = append(p.entries, plainEntry{line.id, payee, line.amount.Mul(rate).Round(2)})
}

func (p *plain) run(n int) {
	for range n {
		p.calculate()
	}
}

// sameEntries checks that all pay the same amounts of the same lines to the same partners, so that equal work is compared.
func sameEntries(ours *ours, hand *hand, bare *bare, plain *plain) error {
	ours.calculate()
	hand.calculate()
	bare.calculate()
	plain.calculate()
	n := ours.result.Len()
	if len(hand.entries) != n || len(bare.entries) != n || len(plain.entries) != n {
		return fmt.Errorf("calculate gives %d entries, by hand there are %d, bare %d, in decimals %d", n, len(hand.entries), len(bare.entries), len(plain.entries))
	}
	for i := range n {
		e, h, b, p := ours.result.Entry(i), hand.entries[i], bare.entries[i], plain.entries[i]
		want := entryText(string(e.Line), string(e.Payee), e.Amount.Decimal())
		for name, got := range map[string]string{
			"by hand":     entryText(h.line, h.payee, decimal.New(h.amount, -2)),
			"bare":        entryText(string(lineID(int(b.line))), string(partnerID(int(b.payee))), decimal.New(b.amount, -2)),
			"in decimals": entryText(p.line, p.payee, p.amount),
		} {
			if got != want {
				return fmt.Errorf("entry %d: calculate pays %s, %s it is %s", i, want, name, got)
			}
		}
	}
	return nil
}

func entryText(line, payee string, amount decimal.Decimal) string {
	return fmt.Sprintf("%s of line %s to %s", amount.StringFixed(2), line, payee)
}

func lineID(i int) string { return fmt.Sprintf("o1-%d", i+1) }

func partnerID(i int) partner.ID { return partner.ID(fmt.Sprintf("p%07d", i+1)) }
