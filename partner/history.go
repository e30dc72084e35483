package partner

import (
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission/money"
)

// History is what happened to somebody and his team, as values, as of an instant. It measures every metric event by event, and so says what the metrics
// mean: counters that a store keeps must give the same. It is [Facts].
type History struct {
	Partner     ID
	At          time.Time // as of when
	LevelSince  time.Time // when he reached the level that he has; zero: he never changed it
	MemberLevel string    // his level as a member of the shop; "": not known
	Currency    money.Currency
	Deals       []Deal
	TopUps      []TopUp
	People      []Person
	Earnings    []Earning
}

// Deal is an order as conditions see it.
type Deal struct {
	Buyer  ID // who bought
	Seller ID // the partner whose sale it is; "" for nobody
	PaidAt time.Time
	// CompletedAt is when it was received, AfterSaleOverAt when nothing of it could come back any more. Zero: not yet.
	CompletedAt     time.Time
	AfterSaleOverAt time.Time
	AfterSale       bool // whether an after-sale of it is open or has succeeded
	Lines           []DealLine
}

// DealLine is one line of a deal.
type DealLine struct {
	Product, Category, SKU string
	Units, Returned        int64
	Paid, Refunded         money.Amount
}

// TopUp is money that somebody put into his account with the shop.
type TopUp struct {
	At       time.Time
	Amount   money.Amount
	Refunded bool // whether it went back later
}

// Earning is money that was posted to him, below 0 what was taken back of it.
type Earning struct {
	At       time.Time // when it was posted
	Released time.Time // when it was released; zero: not yet
	Amount   money.Amount
}

// Person is one who was brought by somebody, for as long as that held: From is the first instant, To the first after it, zero for ever. Of several who
// claim to have brought the same one at the same time the earliest has him.
type Person struct {
	ID      ID
	By      ID // the recruiter of a partner, the owner of a customer
	Partner bool
	Level   Level // of a partner; one who changes it has an interval for each
	Leader  bool
	From    time.Time
	To      time.Time
}

// Measure implements [Facts].
func (h History) Measure(m Metric) (Value, bool) {
	m = m.WithDefaults()
	from := m.From(h.At, h.LevelSince)
	switch m.Name {
	case MetricSpend, MetricOrders, MetricUnits:
		return h.deals(m, from, func(d *Deal) bool { return d.Buyer == h.Partner })
	case MetricVolume, MetricSales:
		return h.deals(m, from, func(d *Deal) bool {
			return d.Seller != "" && (m.SelfPurchase || d.Buyer != d.Seller) && slices.Contains(h.scope(m.Scope, d.PaidAt), d.Seller)
		})
	case MetricTopUp:
		return h.topUp(from), true
	case MetricEarned:
		return h.earned(m)
	case MetricCustomers, MetricPartners:
		return Value{Number: h.people(m, from)}, true
	case MetricMemberLevel:
		return Value{Text: h.MemberLevel}, h.MemberLevel != ""
	}
	return Value{}, false
}

// deals measures what counts orders. Sums beyond 38 digits are not known.
func (h *History) deals(m Metric, from time.Time, of func(*Deal) bool) (Value, bool) {
	v := Value{Amount: h.Currency.Minor(0)}
	for i := range h.Deals {
		d := &h.Deals[i]
		if d.PaidAt.Before(from) || !reached(d.node(m.Node), h.At) || !of(d) {
			continue
		}
		counts := false
		for _, line := range d.Lines {
			if !m.OfGoods(line.Product, line.Category, line.SKU) {
				continue
			}
			counts = true
			amount, units := line.Paid, line.Units
			if m.Count == Net {
				var err error
				if amount, err = amount.Sub(line.Refunded); err != nil {
					return Value{}, false
				}
				units -= line.Returned
			}
			var err error
			if v.Amount, err = v.Amount.Add(amount); err != nil {
				return Value{}, false
			}
			if m.Name == MetricUnits {
				v.Number += units
			}
		}
		if counts && m.Name != MetricUnits && (m.Count == Gross || !d.AfterSale) {
			v.Number++
		}
	}
	if m.Unit() == Money {
		return Value{Amount: v.Amount}, true
	}
	return Value{Number: v.Number}, true
}

// node returns when the deal came to a node, zero for not yet.
func (d *Deal) node(n Node) time.Time {
	switch n {
	case Completed:
		return d.CompletedAt
	case AfterSaleOver:
		return d.AfterSaleOverAt
	}
	return d.PaidAt
}

func reached(node, at time.Time) bool { return !node.IsZero() && !node.After(at) }

// topUp returns the largest, of equal ones one that was not refunded.
func (h *History) topUp(from time.Time) Value {
	best := Value{Amount: h.Currency.Minor(0)}
	for _, t := range h.TopUps {
		if t.At.Before(from) || t.At.After(h.At) {
			continue
		}
		c := t.Amount.Cmp(best.Amount)
		if c > 0 || c == 0 && !t.Refunded {
			best = Value{Amount: t.Amount}
			if t.Refunded {
				best.Flag = TopUpRefunded
			}
		}
	}
	return best
}

// earned sums what was posted, or released. Sums beyond 38 digits are not known.
func (h *History) earned(m Metric) (Value, bool) {
	v := Value{Amount: h.Currency.Minor(0)}
	for _, e := range h.Earnings {
		at := e.At
		if m.Node == AfterSaleOver {
			at = e.Released
		}
		if !reached(at, h.At) {
			continue
		}
		var err error
		if v.Amount, err = v.Amount.Add(e.Amount); err != nil {
			return Value{}, false
		}
	}
	return v, true
}

// scope returns the partners whose sales are those of the scope at an instant.
func (h *History) scope(s Scope, at time.Time) []ID {
	switch s {
	case Own:
		return []ID{h.Partner}
	case Direct:
		return h.below(at, 1, false)
	}
	return append([]ID{h.Partner}, h.below(at, -1, s == UntilLeader)...)
}

// below returns the partners below him at an instant, at most depth levels of them (below 0: all), the nearest first.
func (h *History) below(at time.Time, depth int, untilLeader bool) []ID {
	holders := h.holders(at)
	var all []ID
	for level := []ID{h.Partner}; len(level) > 0 && depth != 0; depth-- {
		var next []ID
		for _, p := range holders {
			if p.Partner && slices.Contains(level, p.By) && p.ID != h.Partner && !(untilLeader && p.Leader) && !slices.Contains(all, p.ID) {
				next, all = append(next, p.ID), append(all, p.ID)
			}
		}
		level = next
	}
	return all
}

// holders returns who was brought by whom at an instant, each person once as a customer and once as a partner.
func (h *History) holders(at time.Time) []Person {
	var all []Person
	for _, p := range h.People {
		if p.From.After(at) || !p.To.IsZero() && !at.Before(p.To) {
			continue
		}
		i := slices.IndexFunc(all, func(q Person) bool { return q.ID == p.ID && q.Partner == p.Partner })
		switch {
		case i < 0:
			all = append(all, p)
		case p.From.Before(all[i].From):
			all[i] = p
		}
	}
	return all
}

// brought returns when somebody was brought by whom he belongs to, whatever has changed about him since.
func (h *History) brought(p Person) time.Time {
	first := p.From
	for _, q := range h.People {
		if q.ID == p.ID && q.By == p.By && q.Partner == p.Partner && q.From.Before(first) {
			first = q.From
		}
	}
	return first
}

// people counts who belongs to the scope now and was brought within the window.
func (h *History) people(m Metric, from time.Time) int64 {
	holders := h.holders(h.At)
	team := []ID{h.Partner}
	if m.Scope != Direct {
		team = h.scope(m.Scope, h.At)
	}
	var n int64
	for _, p := range holders {
		switch {
		case p.Partner != (m.Name == MetricPartners), p.ID == h.Partner, h.brought(p).Before(from), !slices.Contains(team, p.By):
		case m.Name == MetricCustomers && slices.ContainsFunc(holders, func(q Person) bool { return q.Partner && q.ID == p.ID }):
		case m.Name == MetricPartners && m.Scope == UntilLeader && p.Leader:
		case len(m.Levels) > 0 && !slices.Contains(m.Levels, p.Level):
		default:
			n++
		}
	}
	return n
}
