package partner

import (
	"fmt"
	"slices"
	"time"

	"github.com/fenrun/fenrun/commission/money"
)

// Metric is a number that is known of somebody, such as what he has spent or what his team has sold. Joining conditions, conditions of levels and targets
// of tasks all name what they ask for in these words, so that one evaluation serves them all. The zero value of a field is its default, which
// [Metric.WithDefaults] shows; a field that means nothing for a metric is refused where it is set.
type Metric struct {
	Name  MetricName `json:"name" strict:"required"`
	Scope Scope      `json:"scope,omitempty"` // whose; "" is the metric's narrowest: own, or direct for people
	Node  Node       `json:"node,omitempty"`  // from when on an order counts; "" is paid
	Count Count      `json:"count,omitempty"` // whether what came back still counts; "" is net

	// Days is a rolling window: what happened in the last so many days of 24 hours, up to the evaluation. 0 is none. An order belongs to the instant of
	// its payment, somebody who was brought to the instant at which he was bound or recruited.
	Days int `json:"days,omitempty"`
	// Since leaves out what happened before an instant: mostly that from which the condition is in effect. nil is since ever. It is data, so that a plan
	// that is published again for another reason takes nothing back that somebody has reached.
	Since *time.Time `json:"since,omitempty"`
	// SinceLevel leaves out what happened before he reached the level that he has, and that by which he reached it.
	SinceLevel bool `json:"sinceLevel,omitempty"`

	// SelfPurchase says that what a partner sells to himself is a sale too.
	SelfPurchase bool `json:"selfPurchase,omitempty"`
	// Products, Categories and SKUs are the goods that count, those that any of the three names. None: all goods.
	Products   []string `json:"products,omitempty"`
	Categories []string `json:"categories,omitempty"`
	SKUs       []string `json:"skus,omitempty"`
	// Levels are those of the partners who count. None: every level, and none.
	Levels []Level `json:"levels,omitempty"`
}

// MetricName says what a metric measures.
type MetricName string

// The metrics.
const (
	// MetricSpend is what he has paid for goods himself, after discounts: money.
	MetricSpend MetricName = "spend"
	// MetricOrders is how many orders he has paid himself. Net leaves out every order with an after-sale that is open or has succeeded.
	MetricOrders MetricName = "orders"
	// MetricUnits is how many units he has bought himself, mostly of designated goods.
	MetricUnits MetricName = "units"
	// MetricTopUp is the most that he has put into his account with the shop at once: money, of one event, never a sum. That it was refunded later takes
	// nothing back, and is a flag ([TopUpRefunded]).
	MetricTopUp MetricName = "topUp"
	// MetricCustomers is how many people belong to the scope who are no partners, each counted once: customers, and recruits who are candidates.
	MetricCustomers MetricName = "customers"
	// MetricPartners is how many partners the scope has brought, each counted once: no candidates, and nobody who has left or has not renewed.
	MetricPartners MetricName = "partners"
	// MetricVolume is what was paid for the goods that the scope sold: money.
	MetricVolume MetricName = "volume"
	// MetricSales is how many orders the scope sold. Net leaves out every order with an after-sale that is open or has succeeded.
	MetricSales MetricName = "sales"
	// MetricEarned is what he has earned himself in the programme in all, net of reversals: commission, bonuses and rewards in money, whether he has
	// withdrawn it or not. Paid counts all that is posted, AfterSaleOver what was released of it.
	MetricEarned MetricName = "earned"
	// MetricMemberLevel is the level that he has as a member of the shop: a text, of which the shop alone knows.
	MetricMemberLevel MetricName = "memberLevel"
)

// Scope says whose deeds a metric counts.
type Scope string

// The scopes.
const (
	// Own is himself.
	Own Scope = "own"
	// Direct is whom he brought himself: customers bound to him and partners whom he recruited, and what those partners sold.
	Direct Scope = "direct"
	// WholeTeam is himself and everybody below him.
	WholeTeam Scope = "team"
	// UntilLeader is the team without the leaders in it and without what stands below them.
	UntilLeader Scope = "until-leader"
)

// Node says from when on an order counts.
type Node string

// The nodes.
const (
	// Paid: from its payment on.
	Paid Node = "paid"
	// Completed: once it is received.
	Completed Node = "completed"
	// AfterSaleOver: once nothing of it can come back.
	AfterSaleOver Node = "after-sale-over"
)

// Count says whether what came back still counts.
type Count string

// The ways to count.
const (
	// Net is after refunds and returns.
	Net Count = "net"
	// Gross is before them.
	Gross Count = "gross"
)

// Unit is what a metric is measured in.
type Unit string

// The units.
const (
	Money  Unit = "money"  // in the currency of the plan
	Number Unit = "number" // a whole number
	Text   Unit = "text"
)

// metricKind is what can be said of a metric.
type metricKind struct {
	name   MetricName
	unit   Unit
	scopes []Scope // the first is the default; none where it has no scope
	nodes  []Node  // from when on an order counts, the first is the default; none where that is no question
	orders bool    // it counts orders: net or gross
	goods  bool    // it can be of certain goods
	window bool
	sales  bool // self-purchase is a question
	levels bool
}

var (
	ownScope = []Scope{Own}
	peopleOf = []Scope{Direct, WholeTeam, UntilLeader}
	salesOf  = []Scope{Own, Direct, WholeTeam, UntilLeader}
	nodes    = []Node{Paid, Completed, AfterSaleOver}
	posted   = []Node{Paid, AfterSaleOver}
	counts   = []Count{Net, Gross}
	metrics  = []metricKind{
		{name: MetricSpend, unit: Money, scopes: ownScope, nodes: nodes, orders: true, goods: true, window: true},
		{name: MetricOrders, unit: Number, scopes: ownScope, nodes: nodes, orders: true, goods: true, window: true},
		{name: MetricUnits, unit: Number, scopes: ownScope, nodes: nodes, orders: true, goods: true, window: true},
		{name: MetricTopUp, unit: Money, scopes: ownScope, window: true},
		{name: MetricCustomers, unit: Number, scopes: peopleOf, window: true},
		{name: MetricPartners, unit: Number, scopes: peopleOf, window: true, levels: true},
		{name: MetricVolume, unit: Money, scopes: salesOf, nodes: nodes, orders: true, goods: true, window: true, sales: true},
		{name: MetricSales, unit: Number, scopes: salesOf, nodes: nodes, orders: true, goods: true, window: true, sales: true},
		{name: MetricEarned, unit: Money, scopes: ownScope, nodes: posted},
		{name: MetricMemberLevel, unit: Text},
	}
)

// kind returns what can be said of the metric, the zero metricKind for one that there is not.
func (m *Metric) kind() metricKind {
	for _, k := range metrics {
		if k.name == m.Name {
			return k
		}
	}
	return metricKind{}
}

// Unit returns what the metric is measured in, "" for a metric that there is not.
func (m Metric) Unit() Unit { return m.kind().unit }

// WithDefaults returns the metric with every field that was left out set to what it means.
func (m Metric) WithDefaults() Metric {
	k := m.kind()
	if m.Scope == "" && len(k.scopes) > 0 {
		m.Scope = k.scopes[0]
	}
	if m.Node == "" && len(k.nodes) > 0 {
		m.Node = k.nodes[0]
	}
	if k.orders && m.Count == "" {
		m.Count = Net
	}
	return m
}

// maxWindow keeps windows within what every store can count.
const maxWindow = 3650

// Validate returns every problem of the metric, with paths that begin with the given one, nil if there is none.
func (m Metric) Validate(path string) []Problem {
	var problems []Problem
	add := func(field, format string, args ...any) {
		problems = append(problems, Problem{Path: path + "." + field, Message: fmt.Sprintf(format, args...)})
	}
	k := m.kind()
	if k.name == "" {
		add("name", "%q is none of %q", m.Name, metricNames())
		return problems
	}
	if m.Scope != "" && !slices.Contains(k.scopes, m.Scope) {
		add("scope", "%s is of %q, not %q", m.Name, k.scopes, m.Scope)
	}
	if m.Days < 0 || m.Days > maxWindow {
		add("days", "a window has 1 to %d days, not %d", maxWindow, m.Days)
	}
	if m.Since != nil && m.Since.IsZero() {
		add("since", "an instant is needed")
	}
	if m.Node != "" && len(k.nodes) > 0 && !slices.Contains(k.nodes, m.Node) {
		add("node", "%q is none of %q", m.Node, k.nodes)
	}
	if m.Count != "" && k.orders && !slices.Contains(counts, m.Count) {
		add("count", "%q is none of %q", m.Count, counts)
	}
	for _, f := range []struct {
		field    string
		set, has bool
	}{
		{"node", m.Node != "", len(k.nodes) > 0},
		{"count", m.Count != "", k.orders},
		{"days", m.Days != 0, k.window},
		{"since", m.Since != nil, k.window},
		{"sinceLevel", m.SinceLevel, k.window},
		{"selfPurchase", m.SelfPurchase, k.sales},
		{"products", len(m.Products) > 0, k.goods},
		{"categories", len(m.Categories) > 0, k.goods},
		{"skus", len(m.SKUs) > 0, k.goods},
		{"levels", len(m.Levels) > 0, k.levels},
	} {
		if f.set && !f.has {
			add(f.field, "it means nothing for %s; leave it out", m.Name)
		}
	}
	return problems
}

func metricNames() []MetricName {
	names := make([]MetricName, len(metrics))
	for i, k := range metrics {
		names[i] = k.name
	}
	return names
}

// From returns the first instant that the metric's window covers as of an instant, the zero Time for all. levelSince is when he reached his level, as
// [LevelSince] says.
func (m *Metric) From(at, levelSince time.Time) time.Time {
	var from time.Time
	later := func(t time.Time) {
		if t.After(from) {
			from = t
		}
	}
	if m.Days > 0 {
		later(at.Add(-time.Duration(m.Days) * 24 * time.Hour))
	}
	if m.Since != nil {
		later(*m.Since)
	}
	if m.SinceLevel && !levelSince.IsZero() {
		later(levelSince.Add(time.Microsecond))
	}
	return from
}

// OfGoods reports whether the goods count.
func (m *Metric) OfGoods(product, category, sku string) bool {
	if len(m.Products) == 0 && len(m.Categories) == 0 && len(m.SKUs) == 0 {
		return true
	}
	return slices.Contains(m.Products, product) || slices.Contains(m.Categories, category) || slices.Contains(m.SKUs, sku)
}

// Value is what a metric measured: of an amount of money Amount, of a number Number, of a text Text.
type Value struct {
	Amount money.Amount `json:"amount"`
	Number int64        `json:"number,omitempty"`
	Text   string       `json:"text,omitempty"`
	Flag   Reason       `json:"flag,omitempty"` // why somebody should look at it before anything is granted for it; "" for nothing
}

// TopUpRefunded is the flag of a top-up that counts although it was refunded later.
const TopUpRefunded Reason = "top_up_refunded"

// Facts are what is known of somebody as of an instant.
type Facts interface {
	// Measure returns the value of a metric with its defaults written out, and whether it is known. What is not known meets no condition.
	Measure(m Metric) (Value, bool)
}

// FactsFunc is a function that is [Facts].
type FactsFunc func(m Metric) (Value, bool)

// Measure calls the function.
func (f FactsFunc) Measure(m Metric) (Value, bool) { return f(m) }
