package strictjson_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fenrun/fenrun/partner/program/internal/strictjson"
	"github.com/shopspring/decimal"
)

// Plan is a target with every kind of field.
type Plan struct {
	Header
	Name       string              `json:"name" strict:"required"`
	Active     bool                `json:"active,omitempty"`
	Small      int8                `json:"small,omitempty"`
	Large      int64               `json:"large,omitempty"`
	Count      uint16              `json:"count,omitempty"`
	State      State               `json:"state,omitempty"`
	Rates      []decimal.Decimal   `json:"rates"`
	Cap        decimal.NullDecimal `json:"cap"`
	Share      Percent             `json:"share"`
	Start      time.Time           `json:"start"`
	Commission *Commission         `json:"commission,omitempty"`
	Levels     []Level             `json:"levels"`
	Codes      map[Code]State      `json:"codes"`
	Rule       Rule                `json:"rule"`
	Next       *Plan               `json:"next,omitempty"`
	Ignored    string              `json:"-"`
}

// Header is embedded in Plan. Its name is hidden by that of Plan.
type Header struct {
	Version int    `json:"version,omitempty"`
	Name    string `json:"name"`
}

// State is a string of its own type.
type State string

// Commission has a map to slices.
type Commission struct {
	Rates    []string         `json:"rates"`
	Products map[string][]int `json:"products"`
}

// Level has required fields.
type Level struct {
	Name string `json:"name" strict:"required"`
	From int    `json:"from" strict:"required"`
}

// Percent is a text such as "10%".
type Percent struct{ Whole int }

func (p Percent) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%d%%", p.Whole), nil
}

func (p *Percent) UnmarshalText(text []byte) error {
	if _, err := fmt.Sscanf(string(text), "%d%%", &p.Whole); err != nil {
		return fmt.Errorf("%q is not a percentage", text)
	}
	return nil
}

func (Percent) NumberHint(raw string) string {
	return fmt.Sprintf(`write "%s%%"`, raw)
}

// Code is a map key in capitals.
type Code string

func (c *Code) UnmarshalText(text []byte) error {
	if strings.Contains(string(text), " ") {
		return errors.New("a code has no spaces")
	}
	*c = Code(strings.ToUpper(string(text)))
	return nil
}

// Rule is a value that decodes itself and takes null.
type Rule struct{ Level Level }

func (*Rule) AcceptsNull() bool { return true }

func (r Rule) MarshalJSON() ([]byte, error) {
	if r == (Rule{}) {
		return []byte("null"), nil
	}
	return json.Marshal([]Level{r.Level})
}

func (r *Rule) UnmarshalJSON(data []byte) error {
	*r = Rule{}
	if string(data) == "null" {
		return nil
	}
	if data[0] != '[' {
		return errors.New("a rule is\na list")
	}
	var levels []Level
	if err := strictjson.Decode(data, &levels); err != nil {
		return fmt.Errorf("rule: %w", err)
	}
	r.Level = levels[0]
	return nil
}
