package program

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/incentive"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program/internal/strictjson"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/tree"
)

// PlanFormat is the number of the plan format that this version reads and writes.
const PlanFormat = 1

// Plan is a partner programme as one document. The zero value of a field is its default; [Plan.WithDefaults] shows them. The smallest plan:
//
//	{"currency": "CNY", "commission": {"rates": ["10%", "5%"]}}
type Plan struct {
	Name       string                `json:"name,omitempty"`
	Format     int                   `json:"format,omitempty"` // 0 is the current one, [PlanFormat]
	Currency   Currency              `json:"currency" strict:"required"`
	Levels     incentive.Levels      `json:"levels,omitempty"`
	Rising     incentive.Rising      `json:"rising"` // how partners rise to levels by what they reach
	Joining    partner.Joining       `json:"joining"`
	Trees      []partner.Tree        `json:"trees,omitempty"` // the trees in which partners stand beside that of recruiters, such as "supply"
	Binding    tree.Policy           `json:"binding"`
	Commission commission.Plan       `json:"commission"`
	Campaigns  []commission.Campaign `json:"campaigns,omitempty"`
	Assets     []commission.Asset    `json:"assets,omitempty"`  // what the same orders pay beside cash: points, for example
	Bonuses    []commission.Bonus    `json:"bonuses,omitempty"` // what whole months, quarters or years pay
	OneOffs    incentive.OneOffs     `json:"oneOffs,omitempty"` // what somebody gets once for one whom he brought, or for a level that he reached
	Calendar   Calendar              `json:"calendar"`
	Settlement settlement.Terms      `json:"settlement"`
}

// Currency is the currency of a plan: "CNY", or {"code": "DOT", "scale": 10} for one that ISO 4217 does not list or with another scale.
type Currency struct {
	money.Currency
}

// CurrencyOf returns the plan's form of a currency.
func CurrencyOf(c money.Currency) Currency { return Currency{c} }

// MarshalJSON writes the shorter form that says it.
func (c Currency) MarshalJSON() ([]byte, error) {
	if scale, ok := money.StandardScale(c.Code()); ok && scale == c.Scale() {
		return json.Marshal(c.Code())
	}
	return json.Marshal(currencyForm{c.Code(), c.Scale()})
}

type currencyForm struct {
	Code  string `json:"code" strict:"required"`
	Scale int    `json:"scale" strict:"required"`
}

// UnmarshalJSON reads either form.
func (c *Currency) UnmarshalJSON(raw []byte) error {
	var form currencyForm
	if len(raw) > 0 && raw[0] == '"' {
		if err := json.Unmarshal(raw, &form.Code); err != nil {
			return err
		}
		scale, ok := money.StandardScale(form.Code)
		if !ok {
			return fmt.Errorf(`%q is no currency of ISO 4217; give its scale: {"code": %q, "scale": 2}`, form.Code, form.Code)
		}
		form.Scale = scale
	} else if err := strictjson.Decode(raw, &form); err != nil {
		return err
	}
	parsed, err := money.NewCurrency(form.Code, form.Scale)
	c.Currency = parsed
	return err
}

// PlanError lists everything that is wrong with a plan document, each problem with its place.
type PlanError struct {
	Problems []PlanProblem
}

// PlanProblem is one thing that is wrong: where (path, and line and column where the plan came as text), and what.
type PlanProblem struct {
	Path    string
	Line    int // 1, 2, …; 0 where the plan did not come as text
	Column  int
	Message string
}

// String returns "line:column: path: message".
func (p PlanProblem) String() string {
	place := p.Path
	if place == "" {
		place = "document"
	}
	if p.Line == 0 {
		return place + ": " + p.Message
	}
	return fmt.Sprintf("%d:%d: %s: %s", p.Line, p.Column, place, p.Message)
}

func (e *PlanError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return "program: plan: " + strings.Join(texts, "\n")
}

// ParsePlan reads a plan document, which may name this code of the shop's own. It is a [*PlanError] with all problems, each with path, line and column,
// and the nearest known name.
func ParsePlan(text []byte, own ...Own) (Plan, error) {
	var p Plan
	positions, err := strictjson.DecodePositions(text, &p)
	if err != nil {
		return Plan{}, planError(err)
	}
	p = p.Pin(own...)
	problems := p.problems(sorted(own))
	for i := range problems {
		at := positions.At(problems[i].Path)
		problems[i].Line, problems[i].Column = at.Line, at.Column
	}
	if len(problems) > 0 {
		return Plan{}, &PlanError{Problems: problems}
	}
	return p, nil
}

// MustPlan is [ParsePlan] for constants; it panics where that returns an error.
func MustPlan(text string, own ...Own) Plan {
	p, err := ParsePlan([]byte(text), own...)
	if err != nil {
		panic(err)
	}
	return p
}

func planError(err error) error {
	problems, ok := err.(strictjson.Problems)
	if !ok {
		return err
	}
	e := &PlanError{}
	for _, p := range problems {
		e.Problems = append(e.Problems, PlanProblem{Path: p.Path, Line: p.Position.Line, Column: p.Position.Column, Message: p.Message})
	}
	return e
}

// Validate returns nil if the plan can be used with this code of the shop's own, else a [*PlanError] with all its problems.
func (p Plan) Validate(own ...Own) error {
	if problems := p.problems(sorted(own)); len(problems) > 0 {
		return &PlanError{Problems: problems}
	}
	return nil
}

func (p Plan) problems(own ownCode) []PlanProblem {
	var all []PlanProblem
	add := func(path, message string) { all = append(all, PlanProblem{Path: path, Message: message}) }
	if p.Format != 0 && p.Format != PlanFormat {
		add("format", fmt.Sprintf("this version reads plan format %d, not %d", PlanFormat, p.Format))
	}
	for _, x := range p.levelProblems(own.predicates) {
		add(x.Path, x.Message)
	}
	for _, x := range p.commissionProblems(own.rules) {
		add(x.Path, x.Message)
	}
	for _, x := range p.assetProblems(own.rules) {
		add(x.Path, x.Message)
	}
	for _, x := range commission.ValidateBonuses(p.Currency.Currency, p.Bonuses) {
		add(x.Path, x.Message)
	}
	for _, x := range p.OneOffs.Validate(p.Currency.Currency, p.Levels) {
		add(x.Path, x.Message)
	}
	p.Calendar.check(add)
	for _, x := range p.Settlement.Validate(p.Currency.Currency) {
		add(x.Path, x.Message)
	}
	for _, x := range p.joiningProblems(own.predicates) {
		add(x.Path, x.Message)
	}
	for _, x := range p.treeProblems() {
		add(x.Path, x.Message)
	}
	for _, x := range p.bindingProblems() {
		add(x.Path, x.Message)
	}
	p.unknownLevels(add)
	p.unknownKinds(add)
	return all
}

// unknownKinds finds holds for kinds of orders that are known to nobody but nearly called like one that is. A shop's own kind that is called so is given
// an entry among the commission's kinds.
func (p Plan) unknownKinds(add func(path, message string)) {
	var known []string
	for _, kind := range commission.OrderKinds() {
		known = append(known, string(kind))
	}
	for _, section := range p.sections() {
		for _, kind := range slices.Sorted(maps.Keys(section.plan.Kinds)) {
			known = append(known, string(kind))
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(p.Settlement.Kinds)) {
		if near := strictjson.Nearest(string(kind), known); near != "" && !slices.Contains(known, string(kind)) {
			add(strictjson.Field("settlement.kinds", string(kind)), fmt.Sprintf("no order is of the kind %q; did you mean %q?", kind, near))
		}
	}
}

// unknownLevels finds rates, campaigns and conditions for levels that the plan does not have.
func (p Plan) unknownLevels(add func(path, message string)) {
	known := make([]string, len(p.Levels))
	for i, level := range p.Levels {
		known[i] = string(level.ID)
	}
	unknown := func(path string, id partner.Level) {
		if _, ok := p.Levels.Find(id); ok {
			return
		}
		message := fmt.Sprintf("the plan has no level %q", id)
		if near := strictjson.Nearest(string(id), known); near != "" {
			message += fmt.Sprintf("; did you mean %q?", near)
		}
		add(path, message)
	}
	check := func(section string, used []partner.Level) {
		for _, id := range used {
			unknown(strictjson.Field(section, string(id)), id)
		}
	}
	for _, s := range p.sections() {
		for i, c := range s.campaigns {
			for j, id := range c.Levels {
				unknown(fmt.Sprintf("%scampaigns[%d].levels[%d]", s.at, i, j), id)
			}
		}
	}
	for i, b := range p.Bonuses {
		if b.Ladder != nil {
			check(fmt.Sprintf("bonuses[%d].ladder.rates", i), slices.Sorted(maps.Keys(b.Ladder.Rates)))
		}
		if b.Pool != nil {
			check(fmt.Sprintf("bonuses[%d].pool.levels", i), slices.Sorted(maps.Keys(b.Pool.Levels)))
		}
	}
	for i, o := range p.OneOffs {
		if o.Upgrade != nil {
			check(fmt.Sprintf("oneOffs[%d].upgrade.levels", i), slices.Sorted(maps.Keys(o.Upgrade.Levels)))
		}
	}
	for _, s := range p.sections() {
		check(s.at+"commission.levels", slices.Sorted(maps.Keys(s.plan.Levels)))
		check(s.at+"commission.team.levels", slices.Sorted(maps.Keys(s.plan.Team.Levels)))
		check(s.at+"commission.differential.rates", slices.Sorted(maps.Keys(s.plan.Differential.Rates)))
		check(s.at+"commission.levelBonus.rates", slices.Sorted(maps.Keys(s.plan.LevelBonus.Rates)))
		check(s.at+"commission.recruiter.levels", slices.Sorted(maps.Keys(s.plan.Recruiter.Levels)))
		check(s.at+"commission.peer.levels", slices.Sorted(maps.Keys(s.plan.Peer.Levels)))
		for _, name := range slices.Sorted(maps.Keys(s.plan.Trees)) {
			at, own := strictjson.Field(s.at+"commission.trees", string(name)), s.plan.Trees[name]
			check(at+".levels", slices.Sorted(maps.Keys(own.Levels)))
			check(at+".team.levels", slices.Sorted(maps.Keys(own.Team.Levels)))
			check(at+".differential.rates", slices.Sorted(maps.Keys(own.Differential.Rates)))
		}
	}
	p.conditions(func(path string, c *partner.Condition) {
		if c.Metric == nil {
			return
		}
		for i, id := range c.Metric.Levels {
			unknown(fmt.Sprintf("%s.metric.levels[%d]", path, i), id)
		}
	})
}

// conditions visits every condition of the plan that has no others within it, with its path.
func (p Plan) conditions(visit func(path string, c *partner.Condition)) {
	p.Joining.Threshold.Each("joining.threshold", visit)
	for i, level := range p.Levels {
		level.Reach.Each(fmt.Sprintf("levels[%d].reach", i), visit)
	}
}

// WithDefaults returns the plan with every field that was left out set to what it means.
func (p Plan) WithDefaults() Plan {
	p.Format = PlanFormat
	p.Levels = p.Levels.WithDefaults()
	p.Joining = p.Joining.WithDefaults()
	p.Binding = p.Binding.WithDefaults()
	p.Commission = p.Commission.WithDefaults(p.Currency.Currency)
	p.Assets = slices.Clone(p.Assets)
	for i := range p.Assets {
		p.Assets[i] = p.Assets[i].WithDefaults(p.Commission)
	}
	p.Settlement = p.Settlement.WithDefaults()
	p.Calendar = p.Calendar.withDefaults()
	return p
}

// Text returns the canonical document: every default written out, fields in a fixed order. Reading it and writing it again gives the same bytes.
func (p Plan) Text() ([]byte, error) { return strictjson.Encode(p.WithDefaults()) }

// Hash returns the SHA-256 of the canonical document as 64 hex digits: two plans with the same hash are the same plan.
func (p Plan) Hash() (string, error) {
	text, err := p.Text()
	if err != nil {
		return "", err
	}
	return hashOf(text), nil
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
