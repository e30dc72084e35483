package partner

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fenrun/fenrun/commission/money"
)

// Field is one field of the form that an applicant fills in.
type Field struct {
	Key       string    `json:"key" strict:"required"` // stable, 1 to 64 bytes
	Label     string    `json:"label,omitempty"`       // as shown; "" shows the key
	Type      FieldType `json:"type,omitempty"`        // "" is text
	Required  bool      `json:"required,omitempty"`
	Options   []string  `json:"options,omitempty"`   // of a choice, or of several
	MaxLength int       `json:"maxLength,omitempty"` // of a text in bytes; 0 is [MaxAnswer]
}

// FieldType is what can be filled into a field.
type FieldType string

// The types of fields.
const (
	FieldText    FieldType = "text"    // any text on one line
	FieldLong    FieldType = "long"    // any text
	FieldPhone   FieldType = "phone"   // 5 to 20 digits, with an optional + before them
	FieldNumber  FieldType = "number"  // a plain decimal number
	FieldDate    FieldType = "date"    // 2026-01-31
	FieldChoice  FieldType = "choice"  // one of the options
	FieldSeveral FieldType = "several" // some of the options, one a line, each once
	FieldYes     FieldType = "yes"     // "yes", or nothing
	FieldFile    FieldType = "file"    // a reference by which the shop finds a picture or document
)

var fieldTypes = []FieldType{FieldText, FieldLong, FieldPhone, FieldNumber, FieldDate, FieldChoice, FieldSeveral, FieldYes, FieldFile}

// MaxAnswer is the longest answer in bytes.
const MaxAnswer = 2000

// Limits of a form.
const (
	maxFields  = 100
	maxOptions = 200
)

// FieldAnswer is what somebody filled into a field.
type FieldAnswer struct {
	Field string
	Value string
}

// Agreement is a text that an applicant has to accept.
type Agreement struct {
	Key     string `json:"key" strict:"required"`
	Version string `json:"version" strict:"required"` // another one whenever the text changes
	Title   string `json:"title,omitempty"`
	URL     string `json:"url,omitempty"` // where the text stands
}

// Accepted is an agreement in the version that somebody has accepted.
type Accepted struct {
	Agreement string
	Version   string
}

func (f Field) withDefaults() Field {
	orDefault(&f.Type, FieldText)
	if f.MaxLength == 0 {
		f.MaxLength = MaxAnswer
	}
	return f
}

func validateForm(add adder, form []Field) {
	if len(form) > maxFields {
		add("form", "%d fields are more than %d", len(form), maxFields)
	}
	for i, f := range form {
		at := fmt.Sprintf("form[%d].", i)
		if err := CheckID("key", f.Key); err != nil {
			add(at+"key", "%s", err)
		}
		if j := slices.IndexFunc(form[:i], func(other Field) bool { return other.Key == f.Key }); j >= 0 {
			add(at+"key", "form[%d] is called %q too", j, f.Key)
		}
		oneOf(add, at+"type", f.Type, fieldTypes...)
		if f.MaxLength < 0 || f.MaxLength > MaxAnswer {
			add(at+"maxLength", "from 1 to %d bytes, not %d", MaxAnswer, f.MaxLength)
		}
		choice := f.Type == FieldChoice || f.Type == FieldSeveral
		switch {
		case choice && len(f.Options) == 0:
			add(at+"options", "there is nothing to choose from")
		case !choice && len(f.Options) > 0:
			add(at+"options", "only a choice has options")
		case len(f.Options) > maxOptions:
			add(at+"options", "%d options are more than %d", len(f.Options), maxOptions)
		}
		for j, option := range f.Options {
			if strings.TrimSpace(option) != option || option == "" || strings.Contains(option, "\n") || slices.Contains(f.Options[:j], option) {
				add(fmt.Sprintf("%soptions[%d]", at, j), "an option is a text on one line, without spaces around it, that stands once")
			}
		}
	}
}

func validateAgreements(add adder, agreements []Agreement) {
	for i, a := range agreements {
		at := fmt.Sprintf("agreements[%d].", i)
		if err := CheckID("key", a.Key); err != nil {
			add(at+"key", "%s", err)
		}
		if err := CheckID("version", a.Version); err != nil {
			add(at+"version", "%s", err)
		}
		if j := slices.IndexFunc(agreements[:i], func(other Agreement) bool { return other.Key == a.Key }); j >= 0 {
			add(at+"key", "agreements[%d] is called %q too", j, a.Key)
		}
	}
}

// CheckForm returns every problem of a filled-in form, nil if there is none: paths are answers.key and agreements.key.
func (j Joining) CheckForm(answers []FieldAnswer, accepted []Accepted) []Problem {
	var problems []Problem
	add := func(path, format string, args ...any) {
		problems = append(problems, Problem{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	for i, a := range answers {
		switch {
		case !slices.ContainsFunc(j.Form, func(f Field) bool { return f.Key == a.Field }):
			add("answers."+a.Field, "the form has no such field")
		case slices.ContainsFunc(answers[:i], func(other FieldAnswer) bool { return other.Field == a.Field }):
			add("answers."+a.Field, "it is filled in twice")
		}
	}
	for _, f := range j.Form {
		value := ""
		if i := slices.IndexFunc(answers, func(a FieldAnswer) bool { return a.Field == f.Key }); i >= 0 {
			value = answers[i].Value
		}
		if problem := f.withDefaults().check(value); problem != "" {
			add("answers."+f.Key, "%s", problem)
		}
	}
	for _, a := range accepted {
		if !slices.ContainsFunc(j.Agreements, func(asked Agreement) bool { return asked.Key == a.Agreement }) {
			add("agreements."+a.Agreement, "there is no such agreement")
		}
	}
	for _, asked := range j.Agreements {
		i := slices.IndexFunc(accepted, func(a Accepted) bool { return a.Agreement == asked.Key })
		switch {
		case i < 0:
			add("agreements."+asked.Key, "version %q must be accepted", asked.Version)
		case accepted[i].Version != asked.Version:
			add("agreements."+asked.Key, "version %q must be accepted, and %q was", asked.Version, accepted[i].Version)
		}
	}
	return problems
}

// check says what is wrong with what was filled in, "" if nothing is.
func (f Field) check(value string) string {
	switch {
	case strings.TrimSpace(value) == "":
		if f.Required {
			return "it must be filled in"
		}
		return ""
	case len(value) > f.MaxLength:
		return fmt.Sprintf("%d bytes are more than %d", len(value), f.MaxLength)
	case !utf8.ValidString(value) || strings.ContainsFunc(value, f.forbids):
		return "it has characters that cannot be filled in"
	}
	switch f.Type {
	case FieldPhone:
		if digits := strings.TrimPrefix(value, "+"); len(digits) < 5 || len(digits) > 20 || strings.Trim(digits, "0123456789") != "" {
			return "a phone number has 5 to 20 digits"
		}
	case FieldNumber:
		if _, err := money.ParseDecimal(value); err != nil {
			return "it is no plain number"
		}
	case FieldDate:
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return "it is no date such as 2026-01-31"
		}
	case FieldChoice:
		if !slices.Contains(f.Options, value) {
			return fmt.Sprintf("it is none of %q", f.Options)
		}
	case FieldSeveral:
		chosen := strings.Split(value, "\n")
		for i, c := range chosen {
			if !slices.Contains(f.Options, c) || slices.Contains(chosen[:i], c) {
				return fmt.Sprintf("it is not some of %q, one a line, each once", f.Options)
			}
		}
	case FieldYes:
		if value != "yes" {
			return `it is "yes", or left out`
		}
	}
	return ""
}

// forbids reports whether a character cannot stand in the field: control characters, but for line breaks where the field has lines.
func (f Field) forbids(r rune) bool {
	if r == '\n' {
		return f.Type != FieldLong && f.Type != FieldSeveral
	}
	return unicode.IsControl(r)
}
