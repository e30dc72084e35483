package program

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
)

// Measurer measures from the shop's own records what the programme does not measure itself: the level that somebody has as a member of the shop. It is asked
// for nothing else: of orders and sales, his own and those of his team, and of the people whom he and his team brought, what the programme measures counts.
// It returns the value and whether it is known; what is not known meets no condition.
type Measurer interface {
	Measure(ctx context.Context, asked Asked) (partner.Value, bool, error)
}

// Asked is what a [Measurer] is asked.
type Asked struct {
	Tenant  store.Tenant
	Partner partner.ID
	Metric  partner.Metric // with its defaults written out
	At      time.Time      // as of when
}

// MeasureFunc is a function that is a [Measurer].
type MeasureFunc func(ctx context.Context, asked Asked) (partner.Value, bool, error)

// Measure calls the function.
func (f MeasureFunc) Measure(ctx context.Context, asked Asked) (partner.Value, bool, error) {
	return f(ctx, asked)
}

// ownSpend is what a customer's total in the store is: his own spending net, from payment on, since ever.
var ownSpend = partner.Metric{Name: partner.MetricSpend}.WithDefaults()

// measured is what is known of somebody as of an instant: [partner.Facts]. It reads what is asked for, once, and keeps the first error.
type measured struct {
	*call
	id       partner.ID
	at       time.Time
	version  *version
	currency money.Currency
	err      error

	// unwritten is an order of this call that the store does not have yet as it will be; nil for none.
	unwritten *settlement.Order

	spent        *money.Amount
	levelSince   *time.Time
	bought, sold *knownOrders
	values       map[string]measuredValue

	// judgedBy is when that was recorded by which he is judged: bonuses for his own levels that were paid from then on count not yet. Zero: all count.
	judgedBy time.Time

	late bool // whether something was passed over because it lies after the instant
}

// knownOrders are orders that were read from an instant on.
type knownOrders struct {
	from time.Time
	all  []settlement.Order
}

type measuredValue struct {
	value partner.Value
	known bool
}

// measured returns what is known of somebody at the instant of the call, in the currency of a plan.
func (c *call) measured(v *version, id partner.ID) *measured {
	return &measured{call: c, id: id, at: c.at, version: v, currency: v.plan.Currency.Currency, values: map[string]measuredValue{}}
}

// asOf returns what is known as of another instant.
func (m *measured) asOf(at time.Time) *measured {
	other := *m
	other.at, other.levelSince, other.values, other.late = at, nil, map[string]measuredValue{}, false
	return &other
}

// Measure implements [partner.Facts].
func (m *measured) Measure(metric partner.Metric) (partner.Value, bool) {
	if m.err != nil {
		return partner.Value{}, false
	}
	key, err := json.Marshal(metric)
	if err != nil {
		m.err = err
		return partner.Value{}, false
	}
	known, done := m.values[string(key)]
	if !done {
		if known.value, known.known, m.err = m.measure(metric); m.err != nil {
			return partner.Value{}, false
		}
		m.values[string(key)] = known
	}
	return known.value, known.known
}

func (m *measured) measure(metric partner.Metric) (partner.Value, bool, error) {
	switch {
	case isSpent(metric):
		spent, err := m.total()
		return partner.Value{Amount: spent}, true, err
	case metric.Name == partner.MetricEarned:
		return m.earnedBefore(metric.Node)
	case shopMeasures(metric):
		return m.askShop(metric)
	case isTeamSales(&metric):
		return m.teamSold(metric)
	case metric.Name == partner.MetricPartners:
		n, err := m.partners(metric)
		return partner.Value{Number: n}, true, err
	case metric.Name == partner.MetricCustomers:
		n, err := m.customers(metric)
		return partner.Value{Number: n}, true, err
	case metric.Name == partner.MetricVolume || metric.Name == partner.MetricSales:
		return m.tally(metric, &m.sold, m.readSold)
	}
	return m.tally(metric, &m.bought, m.readBought)
}

// shopMeasures reports whether a metric is one that the shop measures.
func shopMeasures(m partner.Metric) bool { return m.Name == partner.MetricMemberLevel }

// checkMeasured returns a [*PlanError] with every metric that a plan asks for and that nobody would measure, nil if there is none: nobody could ever reach it.
func (c *Config) checkMeasured(plan Plan) error {
	if c.Hooks.Measure != nil {
		return nil
	}
	var problems []PlanProblem
	plan.WithDefaults().conditions(func(path string, x *partner.Condition) {
		if x.Metric != nil && shopMeasures(*x.Metric) {
			problem := fmt.Sprintf("the shop measures %s, and Config.Hooks.Measure is not set", x.Metric.Name)
			problems = append(problems, PlanProblem{Path: path + ".metric", Message: problem})
		}
	})
	if len(problems) > 0 {
		return &PlanError{Problems: problems}
	}
	return nil
}

// isSpent reports whether a metric is what the store keeps as a customer's total.
func isSpent(m partner.Metric) bool {
	return m.Name == partner.MetricSpend && m.Node == partner.Paid && m.Count == partner.Net && m.Days == 0 && m.Since == nil && !m.SinceLevel &&
		len(m.Products)+len(m.Categories)+len(m.SKUs) == 0
}

// total is what he has spent in all, net and from payment on.
func (m *measured) total() (money.Amount, error) {
	if m.spent == nil {
		spent, err := m.tx.Spent(m.ctx, []partner.Customer{partner.Customer(m.id)})
		if err != nil {
			return money.Amount{}, err
		}
		m.spent = &spent[0]
	}
	return m.currency.Minor(0).Add(*m.spent)
}

// tally measures a metric of orders, of which those that are known hold all from an instant on or are read again.
func (m *measured) tally(metric partner.Metric, known **knownOrders, read func(time.Time) ([]settlement.Order, error)) (partner.Value, bool, error) {
	since, err := m.reachedLevel(metric)
	if err != nil {
		return partner.Value{}, false, err
	}
	t := settlement.NewTally(metric, m.currency, m.at, since)
	if *known == nil || t.From().Before((*known).from) {
		all, err := read(t.From())
		if err != nil {
			return partner.Value{}, false, err
		}
		*known = &knownOrders{from: t.From(), all: all}
	}
	for i := range (*known).all {
		if err := t.Add(&(*known).all[i]); err != nil {
			return partner.Value{}, false, err
		}
	}
	m.late = m.late || t.Late()
	return t.Value(), true, nil
}

// reachedLevel is when he reached the level that he has, where a metric asks for it.
func (m *measured) reachedLevel(metric partner.Metric) (time.Time, error) {
	if !metric.SinceLevel {
		return time.Time{}, nil
	}
	if m.levelSince == nil {
		facts, err := m.tx.Facts(m.ctx, []partner.ID{m.id})
		if err != nil {
			return time.Time{}, err
		}
		since := partner.LevelSince(facts[0], m.at)
		m.levelSince = &since
	}
	return *m.levelSince, nil
}

func (m *measured) readBought(from time.Time) ([]settlement.Order, error) {
	return m.ordersFrom(func(ctx context.Context, after store.OrderCursor, limit int) ([]settlement.Order, error) {
		return m.tx.CustomerOrders(ctx, partner.Customer(m.id), from, after, limit)
	}, func(o *settlement.Order) bool { return partner.ID(o.Customer) == m.id })
}

func (m *measured) readSold(from time.Time) ([]settlement.Order, error) {
	return m.ordersFrom(func(ctx context.Context, after store.OrderCursor, limit int) ([]settlement.Order, error) {
		return m.tx.SoldOrders(ctx, m.id, from, after, limit)
	}, func(o *settlement.Order) bool { return o.Attributed.Partner == m.id })
}

// ordersFrom reads orders, with the one that is not written yet as it will be.
func (m *measured) ordersFrom(read func(context.Context, store.OrderCursor, int) ([]settlement.Order, error), his func(*settlement.Order) bool) ([]settlement.Order, error) {
	var all []settlement.Order
	if m.unwritten != nil && his(m.unwritten) {
		all = append(all, *m.unwritten)
	}
	err := pages(m.ctx, read, func(o *settlement.Order) store.OrderCursor { return store.OrderCursor{At: o.PaidAt, ID: o.ID} }, func(page []settlement.Order) error {
		for i := range page {
			if m.unwritten == nil || page[i].ID != m.unwritten.ID {
				all = append(all, page[i])
			}
		}
		return nil
	})
	return all, err
}

// askShop asks the shop for what the programme cannot know.
func (m *measured) askShop(metric partner.Metric) (partner.Value, bool, error) {
	hook := m.config.Hooks.Measure
	if hook == nil {
		return partner.Value{}, false, nil
	}
	value, known, err := hook.Measure(m.ctx, Asked{Tenant: m.tenant, Partner: m.id, Metric: metric, At: m.at})
	if err != nil {
		return partner.Value{}, false, &HookError{Hook: "Measure", Partner: m.id, Err: err}
	}
	return value, known, nil
}

// asks calls visit with every condition of what a plan asks of somebody, to become a partner or to rise, with defaults written out.
func (v *version) asks(visit func(path string, x *partner.Condition)) {
	v.plan.Joining.Asked().Each("joining.threshold", visit)
	for i := range v.plan.Levels {
		v.plan.Levels[i].Reach.WithDefaults().Each(fmt.Sprintf("levels[%d].reach", i), visit)
	}
}

// asksAt reports whether what a plan asks of somebody can be reached when an order of his own comes to a node.
func (v *version) asksAt(node partner.Node) bool {
	asks := false
	v.plan.conditions(func(_ string, c *partner.Condition) {
		asks = asks || c.Own != nil || c.Metric.Node == node
	})
	return asks
}
