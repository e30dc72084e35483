package storetest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"pgregory.net/rapid"

	"github.com/fenrun/fenrun/partner/program"
)

// modelSection is a part of a plan that the model puts into another plan, in place of what that has there.
type modelSection struct{ name, section, key, text string }

// modelSections are the parts that plans are put together from, so that every rule meets every other. Their numbers are short and fit every currency of
// the model.
var modelSections = []modelSection{
	{"a bonus added by level", "commission", "levelBonus", `{"rates": {"agent": ["-", "1%"], "manager": ["2%", "1.5%"], "director": ["-", "3.5%", "0.5%"]}}`},
	{"agents who divide", "commission", "territory", `{"sharing": "split", "regions": {
		"33": {"rate": "1%", "agents": [{"partner": "p1"}, {"partner": "p2", "weight": 2}, {"partner": "p4", "weight": 3}]},
		"33/01": {"rate": "2.5%", "agents": [{"partner": "p3"}]}, "33/01/06": {"rate": "7%", "agents": [{"partner": "p2", "weight": 7}, {"partner": "p3", "weight": 3}]}}}`},
	{"a fee before the split", "commission", "fees", `[{"name": "platform", "payee": "p1", "rate": "5%", "beforeSplit": true}]`},
	{"peers", "commission", "peer", `{"rate": "10%"}`},
	{"a cap of the order", "commission", "orderCap", `"10%"`},
	{"the recruiter", "commission", "recruiter", `{"rate": "2%", "levels": {"director": "1/unit", "manager": "3%"}}`},
	{"a slot without a rate", "commission", "rates", `["10%", "-", "2%"]`},
	{"a bonus raised by level", "commission", "levelBonus", `{"mode": "multiplicative", "rates": {"agent": ["10%"], "manager": ["50%"], "director": ["-", "100%"]}}`},
	{"a bonus in place of the rate", "commission", "levelBonus", `{"mode": "replace", "rates": {"agent": ["-", "4.5%"], "director": ["1/unit", "0%"]}}`},
	{"a bonus for each unit", "commission", "levelBonus", `{"rates": {"agent": ["0.07/unit", "0.5/unit"], "director": ["100%"]}}`},
	{"two peers of slots", "commission", "peer", `{"rate": "50%", "first": 2, "income": ["slots"]}`},
	{"peers of the order", "commission", "peer", `{"rate": "1%", "of": "order", "levels": {"agent": "0.3/unit", "manager": "2%"}, "income": ["slots"], "first": 3}`},
	{"peers of slots and leaders", "commission", "peer", `{"rate": "20%", "levels": {"director": "100%"}, "income": ["slots", "team"]}`},
	{"every leader", "commission", "team", `{"rate": "1%", "levels": {"director": "3%"}, "mode": "differential"}`},
	{"a differential", "commission", "differential", `{"rates": {"agent": "1%", "manager": "2.5%", "director": "4%"}}`},
	{"agents who each get all", "commission", "territory", `{"sharing": "full", "tiers": "smallest", "by": ["pickup", "ship-to"], "regions": {
		"33": {"rate": "1/unit", "agents": [{"partner": "p2"}, {"partner": "p1"}]}, "33/01": {"rate": "3%", "agents": [{"partner": "p4"}, {"partner": "p1"}]}}}`},
	{"fees before the split and beside it", "commission", "fees", `[{"name": "care", "payee": "p2", "rate": "0.5/unit"},
		{"name": "platform", "payee": "p3", "rate": "3%", "beforeSplit": true}, {"name": "service", "payee": "p4", "rate": "1/unit", "beforeSplit": true}]`},
	{"whoever is there takes the slot", "commission", "missing", `"dynamic"`},
	{"kinds of orders", "commission", "kinds", `{"service": {"rates": ["20%", "1%"]}, "card": {"excluded": true}, "gift": {}}`},
	{"promotions", "commission", "promotions", `{"sale": {"factor": "0.5"}, "outlet": {"excluded": true}, "show": {}}`},
	{"tenders", "commission", "tenders", `{"excluded": ["cash", "points"]}`},
	{"all tenders count", "commission", "tenders", `{"excluded": []}`},
	{"of the list price", "commission", "base", `"list-price"`},
	{"of the profit", "commission", "base", `"profit"`},
	{"partners before goods", "commission", "personal", `"before-goods"`},
	{"rates of partners", "commission", "partners", `{"p1": ["-", "3%"], "p2": ["11%", "0%"], "p3": ["0.7/unit"]}`},
	{"an order pays nothing", "commission", "orderCap", `"0%"`},
	{"a cap", "commission", "cap", `"12.5%"`},
	{"the farthest is cut", "commission", "overflow", `"cut-farthest"`},
	{"passed over", "commission", "missing", `"compress"`},
	{"once for the order", "commission", "rounding", `{"mode": "half-even", "scope": "order"}`},
	{"holds by kind", "settlement", "kinds", `{"service": {"holdDays": 0, "anchor": "paid"}, "pre-sale": {"holdDays": 2}}`},
	{"whose it was when it was made", "commission", "attributionAt", `"created"`},
	{"campaigns of when it was made", "commission", "campaignAt", `"created"`},
	{"neither of two partners", "commission", "contested", `"nobody"`},
	{"an hour of grace", "commission", "graceMinutes", `60`},
	{"a day of grace", "commission", "graceMinutes", `1440`},
	{"levels of the release", "commission", "levelAt", `"released"`},
	{"an exchange is a refund", "commission", "exchange", `"refund"`},
	{"partners for days", "joining", "validDays", `1`},
	{"who has left comes back, and his team goes to the root", "joining", "leaving", `{"rejoin": "all", "team": "root", "finalDays": 2}`},
	{"who has left has nothing any more, and his team stays", "joining", "leaving", `{"rejoin": "terminated", "team": "stay", "available": "frozen"}`},
	{"bound for days that orders begin again", "", "binding", `{"days": 1, "renewOnOrder": true}`},
	{"the last takes who is not protected", "", "binding", `{"touch": "last", "protectionDays": 1, "days": 2}`},
	{"a payment binds new customers", "", "binding", `{"on": "payment", "sameOrder": true, "newCustomersOnly": true}`},
	{"a payment takes who is pending", "", "binding", `{"preempt": ["payment", "contact"], "days": 2}`},
	{"an order locks", "", "binding", `{"touch": "last", "lockOnOrder": true, "days": 1}`},
	{"an order of his binds a new customer", "", "binding", `{"on": "order", "touch": "last", "newCustomersOnly": true}`},
	{"the last payment binds", "", "binding", `{"on": "payment", "touch": "last", "days": 1}`},
	{"campaigns of every rule", "", "campaigns", `[
		{"name": "june", "to": "2026-06-03T12:00:00Z", "factor": "1.5", "rules": ["slots", "peer", "recruiter", "territory"]},
		{"name": "fees", "factor": "2", "rules": ["fee", "territory"], "products": ["tea", "mug"]},
		{"name": "agents", "factor": "1.2", "rules": ["peer", "territory", "recruiter"], "levels": ["agent", "manager"], "perOrder": "1"}]`},
	{"campaigns are multiplied", "commission", "stacking", `"product"`},
	{"campaigns are added up", "commission", "stacking", `"sum"`},
}

// modelPut are plans with sections put into them, by name, since each of them is met often.
var modelPut sync.Map

// with puts a section into a plan; where it does not go with the rest of the plan, that stays as it is.
func (p modelPlan) with(s *modelSection) modelPlan {
	name := p.name + " + " + s.name
	if known, ok := modelPut.Load(name); ok {
		return known.(modelPlan)
	}
	put := modelPlan{name, p.Plan}
	put.Assets = slices.Clone(put.Assets)
	if s.put(&put.Plan); put.Validate() != nil {
		put = p
	}
	modelPut.Store(name, put)
	return put
}

// put sets the field of a plan that a section says.
func (s *modelSection) put(plan *program.Plan) {
	text := fmt.Sprintf("{%q: %s}", s.key, s.text)
	if s.section != "" {
		text = fmt.Sprintf("{%q: %s}", s.section, text)
	}
	var own program.Plan
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&own); err != nil {
		panic(fmt.Sprintf("storetest: section %q: %s", s.name, err))
	}
	from, to := reflect.ValueOf(&own).Elem(), reflect.ValueOf(plan).Elem()
	if s.section != "" {
		from, to = modelField(from, s.section), modelField(to, s.section)
	}
	modelField(to, s.key).Set(modelField(from, s.key))
	for i := range plan.Assets { // they go on paying what cash does
		plan.Assets[i].Commission, plan.Assets[i].Campaigns = plan.Commission, plan.Campaigns
	}
}

// modelField is the field that a plan's text calls so.
func modelField(v reflect.Value, name string) reflect.Value {
	for i := range v.NumField() {
		if tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); tag == name {
			return v.Field(i)
		}
	}
	panic("storetest: plans have no " + name)
}

// modelDrawThemedPlan draws a plan, and themes that are put into it, each about as often as the others: what is drawn comes mostly from the beginning of a
// list, and so the place of a theme is made of more than is drawn.
func modelDrawThemedPlan(t *rapid.T, plans []modelPlan) modelPlan {
	plan := modelDrawPlan(t, plans)
	for range rapid.SampledFrom([]int{1, 2, 0, 3}).Draw(t, "themes") {
		place := uint32(rapid.IntRange(0, 255).Draw(t, "theme")) * 2654435761 >> 16
		plan = plan.with(&modelThemes[int(place)%len(modelThemes)])
	}
	return plan
}

// modelDrawPlan draws a plan by its name, and sections that are put into it.
func modelDrawPlan(t *rapid.T, plans []modelPlan) modelPlan {
	names := make([]string, len(plans))
	byName := map[string]modelPlan{}
	for i, p := range plans {
		names[i], byName[p.name] = p.name, p
	}
	plan := byName[rapid.SampledFrom(names).Draw(t, "plan")]
	for range rapid.SampledFrom([]int{0, 2, 1, 3, 6}).Draw(t, "sections") {
		plan = plan.with(&modelSections[rapid.IntRange(0, len(modelSections)-1).Draw(t, "section")])
	}
	return plan
}
