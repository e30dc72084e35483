package storetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/fenrun/fenrun/partner/program"
)

// modelStart is when the programmes of the model begin.
var modelStart = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// modelCampaignEnd is when one of the plans' campaigns ends.
var modelCampaignEnd = modelStart.Add(48 * time.Hour)

// The levels of all the model's plans, and their currencies: with two decimals, none, and six.
const (
	modelLevels = `[
		{"id": "agent", "weight": 1, "default": true},
		{"id": "manager", "weight": 2, "leader": true},
		{"id": "director", "weight": 3, "leader": true}]`
	modelCNY = `"CNY"`
	modelJPY = `"JPY"`
	modelDOT = `{"code": "DOT", "scale": 6}`
)

// modelPlanTexts are the plans that the model runs on: between them every choice that a plan has. Those of one currency follow each other within a
// programme, so that an order is judged by one and the next by another.
var modelPlanTexts = []struct{ name, currency, sections string }{
	{"two levels", modelCNY, `"commission": {"rates": ["10%", "5%"]}, "settlement": {"minWithdrawal": "0.50"}`},
	{"compressed, rates by level and product", modelCNY, `"commission": {"rates": ["10%", "5%", "2%"], "missing": "compress",
		"levels": {"manager": ["12%", "6%"], "director": ["-", "7%", "3.5%"]}, "products": {"tea": ["15%", "-", "1%"]}, "skus": {"tea-xl": ["0%"]},
		"categories": {"drinks": ["-", "9%"]}, "partners": {"p2": ["11%", "11%"]}, "excluded": {"products": ["gift"]}}`},
	{"to the top", modelCNY, `"commission": {"rates": ["8%", "4%", "3.3%"], "missing": "to-top", "lineRates": "ignore"}`},
	{"team reward", modelCNY, `"commission": {"rates": ["10%"], "team": {"rate": "3%", "levels": {"director": "5%"}}}`},
	{"team reward, compressed", modelCNY, `"commission": {"rates": ["7%", "1.00/unit"], "missing": "compress",
		"team": {"levels": {"director": "0.99/unit", "manager": "2%"}}}`},
	{"differential", modelCNY, `"commission": {"differential": {"rates": {"agent": "5%", "manager": "8%", "director": "11.5%"}}}`},
	{"profit, losses count", modelCNY, `"commission": {"rates": ["30%", "10%"], "base": "profit", "loss": "signed"}, "settlement": {"holdDays": 0}`},
	{"profit, floored per order", modelCNY, `"commission": {"rates": ["30%", "10%"], "base": "profit", "loss": "floor-order", "cap": "20%"}`},
	{"profit, floored per line", modelCNY, `"commission": {"rates": ["30%", "10%"], "base": "profit", "products": {"tea": ["0.07/unit"]}}`},
	{"rounded per order", modelCNY, `"commission": {"rates": ["7%", "2.5%"], "rounding": {"mode": "half-even", "scope": "order"}}`},
	{"profit, rounded per order", modelCNY, `"commission": {"rates": ["33%", "10%"], "base": "profit", "loss": "floor-order",
		"rounding": {"mode": "down", "scope": "order"}}`},
	{"cap, pro rata", modelCNY, `"commission": {"rates": ["25%", "15%", "9%"], "products": {"tea": ["0.70/unit", "0.33/unit"]}, "cap": "30%"}`},
	{"cap, cut farthest", modelCNY, `"commission": {"rates": ["25%", "15%", "9%"], "products": {"tea": ["0.70/unit", "0.33/unit"]},
		"team": {"rate": "5%"}, "cap": "30%", "overflow": "cut-farthest"}`},
	{"campaign", modelCNY, `"commission": {"rates": ["10%", "5%"], "team": {"rate": "1%"}}, "campaigns": [
		{"name": "june", "from": "2026-06-01T12:00:00Z", "to": "2026-06-03T12:00:00Z", "factor": "1.5", "slots": [1]},
		{"name": "team", "to": "2026-06-04T00:00:00Z", "factor": "3", "rules": ["team"]}]`},
	{"stacked campaigns, for goods and levels", modelCNY, `"commission": {"rates": ["10%", "5%"], "team": {"rate": "1%"}, "stacking": "product",
		"cap": "40%"}, "campaigns": [
		{"name": "june", "to": "2026-06-03T12:00:00Z", "factor": "1.5", "perOrder": "0.35"},
		{"name": "tea", "factor": "1.3", "products": ["tea"], "skus": ["tea-xl"], "rules": ["slots", "team"]},
		{"name": "managers", "from": "2026-06-01T12:00:00Z", "factor": "2", "levels": ["manager", "director"], "slots": [2], "perOrder": "0.10"}]`},
	{"campaigns that add up under a cap of the order", modelCNY, `"commission": {"rates": ["7%", "2.5%", "1%"], "stacking": "sum", "orderCap": "12.5%",
		"rounding": {"scope": "order"}}, "campaigns": [
		{"name": "half", "from": "2026-06-01T12:00:00Z", "to": "2026-06-03T12:00:00Z", "factor": "0.5"},
		{"name": "drinks", "factor": "3", "categories": ["drinks"], "perOrder": "0.50"},
		{"name": "less", "factor": "0.4", "slots": [3]}]`},
	{"a cap of the order, cut farthest", modelCNY, `"commission": {"rates": ["9%", "0.05/unit", "3%"], "orderCap": "10%", "cap": "11%",
		"overflow": "cut-farthest"}`},
	{"own purchases pay the buyer", modelCNY, `"commission": {"rates": ["10%", "5%"], "selfPurchase": "own"}, "settlement": {"holdDays": 1}`},
	{"own purchases skip the slot", modelCNY, `"commission": {"rates": ["10%", "5%", "1%"], "selfPurchase": "skip-slot", "missing": "compress",
		"differential": {"rates": {"agent": "1%", "director": "4%"}}}`},
	{"own purchases pay nobody", modelCNY, `"commission": {"rates": ["10%", "5%"], "selfPurchase": "nobody"}`},
	{"by referrer first", modelCNY, `"commission": {"rates": ["10%", "5%"], "attribution": ["referrer", "buyer", "owner"]}`},
	{"by referrer alone", modelCNY, `"commission": {"rates": ["10%", "5%"], "attribution": ["referrer"]}`},
	{"joined by spending", modelCNY, `"joining": {"spend": "100.00"}, "commission": {"rates": ["10%", "5%", "2%"]}`},
	{"who leaves forfeits", modelCNY, `"joining": {"leaving": {"pending": "forfeit", "rejoin": "all"}, "frozen": "accrue"}, "binding": {"unbind": "void"},
		"commission": {"rates": ["10%", "5%", "2%"]}`},
	{"an asset that pays as cash does", modelCNY, mirroredPlan},
	{"held from payment", modelCNY, `"commission": {"rates": ["10%", "5%"]}, "settlement": {"holdDays": 3, "anchor": "paid", "minWithdrawal": "1"}`},
	{"finer prices", modelCNY, `"commission": {"rates": ["10%", "2.5%"], "priceScale": 4, "cap": "12.5%", "rounding": {"mode": "half-even"}}`},
	{"no decimals", modelJPY, `"commission": {"rates": ["10%", "5%"], "team": {"rate": "2%"}}`},
	{"no decimals, joined by spending", modelJPY, `"joining": {"spend": "3333"}, "commission": {"rates": ["9%", "-", "2%"], "missing": "compress"}`},
	{"six decimals", modelDOT, `"commission": {"rates": ["33.3333%", "5%"], "team": {"rate": "2.5%"}, "rounding": {"mode": "down"}}`},
	{"six decimals, per order", modelDOT, `"commission": {"rates": ["0.000007/unit", "50%"],
		"rounding": {"scope": "order"}, "cap": "50%"}, "settlement": {"holdDays": 0}`},
}

type modelPlan struct {
	name string
	program.Plan
}

// modelPlans are the plans, read.
var modelPlans = sync.OnceValue(func() []modelPlan {
	plans := make([]modelPlan, len(modelPlanTexts))
	for i, p := range modelPlanTexts {
		plans[i] = modelPlan{p.name, program.MustPlan(fmt.Sprintf(`{"currency": %s, "levels": %s, %s}`, p.currency, modelLevels, p.sections))}
	}
	return plans
})

// modelPlansOf are the plans of a currency.
func modelPlansOf(currency program.Currency) []modelPlan {
	var same []modelPlan
	for _, p := range modelPlans() {
		if p.Currency == currency {
			same = append(same, p)
		}
	}
	return same
}
