package partner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// Verdict says whether conditions are met, and how each of them stands. That of conditions that ask for nothing has no parts and is not met: nothing was
// reached, since there is nothing to reach.
type Verdict struct {
	Met   bool   `json:"met"`
	Any   bool   `json:"any,omitempty"` // whether one of the parts is enough
	Parts []Part `json:"parts,omitempty"`
}

// Part is how one condition stands.
type Part struct {
	Condition Condition `json:"condition"`
	Met       bool      `json:"met"`
	Known     bool      `json:"known"`  // whether the metric could be measured; what is not known is not met
	Value     Value     `json:"value"`  // of the metric
	Answer    Answer    `json:"answer"` // of a condition of the shop's own
	Within    Verdict   `json:"within"` // of a condition that is a list
}

// Evaluate judges conditions by what is known of somebody. A condition of the shop's own that is not among own is not known.
func (c Conditions) Evaluate(facts Facts, own Predicates) Verdict {
	list, anyOf := c.list()
	v := Verdict{Any: anyOf, Met: len(list) > 0 && !anyOf}
	for i := range list {
		part := list[i].evaluate(facts, own)
		if v.Parts = append(v.Parts, part); part.Met == anyOf {
			v.Met = anyOf
		}
	}
	return v
}

func (c *Condition) evaluate(facts Facts, own Predicates) Part {
	part := Part{Condition: *c}
	switch {
	case c.Metric != nil:
		metric := c.Metric.WithDefaults()
		part.Condition.Metric = &metric
		part.Value, part.Known = facts.Measure(metric)
		part.Met = part.Known && c.compare(part.Value)
	case c.Own != nil:
		if predicate, _, err := own.made(c.Own); err == nil {
			part.Known, part.Answer = true, predicate(facts)
			part.Met = part.Answer.Met
		}
	default:
		part.Within = Conditions{All: c.All, Any: c.Any}.Evaluate(facts, own)
		part.Known, part.Met = true, part.Within.Met
	}
	return part
}

// Flags returns why somebody should look at it before anything is granted, each reason once, in the order of the conditions.
func (v Verdict) Flags() []Reason {
	var flags []Reason
	for _, p := range v.Parts {
		for _, f := range append(p.Within.Flags(), p.Value.Flag) {
			if f != "" && !slices.Contains(flags, f) {
				flags = append(flags, f)
			}
		}
	}
	return flags
}

// words are the texts of one language.
type words struct {
	all, any, nothing, unknown, met, own string
	metric                               func(*Metric) string
	of, atMost, oneOf                    string // formats of what there is and what is asked
	short                                string // format of what is missing
	answer                               func(Answer) string
	colon, separator, open, close        string
}

var english = words{
	all: "all of: ", any: "any of: ", nothing: "nothing is asked for", unknown: "not known", met: ", met", own: "own condition %s",
	metric: metricEnglish, of: "%s of %s", atMost: "%s, at most %s", oneOf: "%s, one of %s is needed", short: ", %s short",
	answer: func(a Answer) string { return a.English }, colon: ": ", separator: "; ", open: "(", close: ")",
}

var chinese = words{
	all: "满足全部条件：", any: "满足任一条件：", nothing: "没有门槛", unknown: "暂无数据", met: "，已达成", own: "自定义条件 %s",
	metric: metricChinese, of: "%s / %s", atMost: "%s，不超过 %s", oneOf: "%s，需为 %s 之一", short: "，还差 %s",
	answer: func(a Answer) string { return a.Chinese }, colon: "：", separator: "；", open: "（", close: "）",
}

// String says in English how the conditions stand: "all of: own spend: 1,200.00 of 2,000.00, 800.00 short; direct customers invited: 5 of 5, met".
func (v Verdict) String() string { return v.text(&english) }

// Chinese is String in Chinese.
func (v Verdict) Chinese() string { return v.text(&chinese) }

func (v *Verdict) text(w *words) string {
	if len(v.Parts) == 0 {
		return w.nothing
	}
	texts := make([]string, len(v.Parts))
	for i := range v.Parts {
		texts[i] = v.Parts[i].text(w)
	}
	text := strings.Join(texts, w.separator)
	switch {
	case len(v.Parts) == 1:
		return text
	case v.Any:
		return w.any + text
	}
	return w.all + text
}

// String says in English how the condition stands.
func (p Part) String() string { return p.text(&english) }

// Chinese is String in Chinese.
func (p Part) Chinese() string { return p.text(&chinese) }

func (p *Part) text(w *words) string {
	var text string
	switch c := &p.Condition; {
	case c.Own != nil:
		text = fmt.Sprintf(w.own, c.Own.Name)
		if answer := w.answer(p.Answer); answer != "" {
			text += " " + answer
		}
	case c.Metric == nil:
		return w.open + p.Within.text(w) + w.close
	default:
		text = w.metric(c.Metric) + w.colon + p.number(w)
	}
	if p.Met {
		text += w.met
	}
	return text
}

// number says what there is and what is asked.
func (p *Part) number(w *words) string {
	c := &p.Condition
	if !p.Known {
		switch {
		case c.AtLeast.Valid:
			return fmt.Sprintf(w.of, w.unknown, p.figure(c.AtLeast.Decimal))
		case c.AtMost.Valid:
			return fmt.Sprintf(w.atMost, w.unknown, p.figure(c.AtMost.Decimal))
		}
		return fmt.Sprintf(w.oneOf, w.unknown, strings.Join(c.OneOf, ", "))
	}
	if c.Metric.Unit() == Text {
		if p.Met {
			return p.Value.Text
		}
		return fmt.Sprintf(w.oneOf, p.Value.Text, strings.Join(c.OneOf, ", "))
	}
	have := decimal.NewFromInt(p.Value.Number)
	if c.Metric.Unit() == Money {
		have = p.Value.Amount.Decimal()
	}
	text := p.figure(have)
	if c.AtLeast.Valid {
		text = fmt.Sprintf(w.of, text, p.figure(c.AtLeast.Decimal))
		if have.LessThan(c.AtLeast.Decimal) {
			text += fmt.Sprintf(w.short, p.figure(c.AtLeast.Decimal.Sub(have)))
		}
	}
	if c.AtMost.Valid {
		text = fmt.Sprintf(w.atMost, text, p.figure(c.AtMost.Decimal))
	}
	return text
}

// figure writes a number with the decimals of its currency and a comma between thousands.
func (p *Part) figure(d decimal.Decimal) string {
	scale := int32(p.Value.Amount.Currency().Scale())
	if e := -d.Exponent(); e > scale && p.Condition.Metric.Unit() == Money && p.Value.Amount.Currency().IsZero() {
		scale = e
	}
	sign, digits := "", d.StringFixed(scale)
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	whole, fraction, point := strings.Cut(digits, ".")
	var b strings.Builder
	b.WriteString(sign)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(whole[i])
	}
	if point {
		b.WriteString("." + fraction)
	}
	return b.String()
}

// metricText is how a metric reads, English and Chinese.
var metricTexts = map[MetricName][2]string{
	MetricSpend:       {"spend", "消费金额"},
	MetricOrders:      {"orders paid", "支付订单数"},
	MetricUnits:       {"units bought", "购买件数"},
	MetricTopUp:       {"single top-up", "单次充值"},
	MetricCustomers:   {"customers invited", "邀请客户数"},
	MetricPartners:    {"partners recruited", "招募合伙人数"},
	MetricVolume:      {"sales volume", "销售业绩"},
	MetricSales:       {"orders sold", "销售订单数"},
	MetricEarned:      {"earnings", "累计收益"},
	MetricMemberLevel: {"member level", "会员等级"},
}

var scopeTexts = map[Scope][2]string{
	Own: {"own ", "本人"}, Direct: {"direct ", "直属"}, WholeTeam: {"team ", "团队"}, UntilLeader: {"team, until the next leader, ", "团队（至下一团队长）"},
}

// releasedText is how the after-sale of what somebody has earned reads.
var releasedText = [2]string{"released", "已结算"}

var nodeTexts = map[Node][2]string{Completed: {"completed", "已完成"}, AfterSaleOver: {"after-sale over", "已过售后期"}}

func metricEnglish(m *Metric) string {
	text := scopeTexts[m.Scope][0] + metricTexts[m.Name][0]
	for _, more := range m.details(0) {
		text += ", " + more
	}
	return text
}

func metricChinese(m *Metric) string {
	text := scopeTexts[m.Scope][1] + metricTexts[m.Name][1]
	if details := m.details(1); len(details) > 0 {
		text += "（" + strings.Join(details, "，") + "）"
	}
	return text
}

// details are what narrows a metric, in a language: 0 is English, 1 Chinese.
func (m *Metric) details(language int) []string {
	var all []string
	add := func(set bool, english, chinese string) {
		if set {
			all = append(all, [2]string{english, chinese}[language])
		}
	}
	list := func(english, chinese string, values []string) {
		add(len(values) > 0, english+" "+strings.Join(values, ", "), chinese+" "+strings.Join(values, ", "))
	}
	node := nodeTexts[m.Node]
	if m.Name == MetricEarned && m.Node == AfterSaleOver {
		node = releasedText
	}
	add(node[0] != "", node[0], node[1])
	add(m.Count == Gross, "before refunds", "不扣退款")
	add(m.Days > 0, fmt.Sprintf("in the last %d days", m.Days), fmt.Sprintf("近 %d 天", m.Days))
	if m.Since != nil {
		since := m.Since.UTC().Format(time.RFC3339)
		add(true, "since "+since, "自 "+since+" 起")
	}
	add(m.SinceLevel, "since the present level", "自当前等级起")
	add(m.SelfPurchase, "with his own purchases", "含自购")
	list("of products", "商品", m.Products)
	list("of categories", "类目", m.Categories)
	list("of SKUs", "规格", m.SKUs)
	levels := make([]string, len(m.Levels))
	for i, level := range m.Levels {
		levels[i] = string(level)
	}
	list("of levels", "等级", levels)
	return all
}
