package partner

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Params are the parameters of a rule or a condition of the shop's own as a plan writes them: the text of a JSON object that means something to it alone.
// "" is none. Read from a plan they are in canonical form, whatever the order of their members, their white space and the way in which texts are escaped, and so
// they are hashed; numbers stay as they are written.
type Params string

const (
	maxParams      = 64 << 10 // bytes
	maxParamsDepth = 32       // objects and lists within each other
	maxParamsName  = 256      // bytes of a member's name
)

// Decode reads the parameters into a struct of the shop's own, as package encoding/json does. A name that the struct does not have is an error, and so is
// a number where a rate or a decimal is expected: those are texts.
func (p Params) Decode(into any) error {
	if p == "" {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(string(p)))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mismatch):
		return fmt.Errorf("%s: a %s is no %s", mismatch.Field, mismatch.Value, mismatch.Type)
	case err != nil:
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// MarshalJSON writes the canonical form.
func (p Params) MarshalJSON() ([]byte, error) {
	p, err := p.Canonical()
	if p == "" {
		return []byte("{}"), err
	}
	return []byte(p), err
}

// UnmarshalJSON reads an object into its canonical form.
func (p *Params) UnmarshalJSON(text []byte) error {
	canonical, err := Params(text).Canonical()
	*p = canonical
	return err
}

// Canonical returns the canonical form: the members of objects by name, no white space, texts escaped as little as JSON allows. No members are "". A
// text that is no object, or is too large or too deep, is an error.
func (p Params) Canonical() (Params, error) {
	switch {
	case p == "":
		return "", nil
	case len(p) > maxParams:
		return "", fmt.Errorf("parameters of %d bytes are longer than %d", len(p), maxParams)
	case !json.Valid([]byte(p)):
		return "", errors.New("parameters are no JSON")
	case strings.TrimLeft(string(p), " \t\r\n")[0] != '{':
		return "", errors.New("parameters are an object, such as {\"rate\": \"5%\"}")
	}
	d := json.NewDecoder(strings.NewReader(string(p)))
	d.UseNumber()
	text, err := canonicalValue(d, 0)
	if err != nil || text == "{}" {
		return "", err
	}
	return Params(text), nil
}

// canonicalValue reads the next value of valid JSON.
func canonicalValue(d *json.Decoder, depth int) (string, error) {
	if depth > maxParamsDepth {
		return "", fmt.Errorf("parameters are more than %d levels deep", maxParamsDepth)
	}
	token, err := d.Token()
	if err != nil {
		return "", err
	}
	switch token {
	case json.Delim('{'):
		return canonicalObject(d, depth)
	case json.Delim('['):
		var elements []string
		for d.More() {
			element, err := canonicalValue(d, depth+1)
			if err != nil {
				return "", err
			}
			elements = append(elements, element)
		}
		_, err := d.Token()
		return "[" + strings.Join(elements, ",") + "]", err
	}
	return canonicalScalar(token)
}

// canonicalObject reads the members of an object up to its end.
func canonicalObject(d *json.Decoder, depth int) (string, error) {
	var names []string
	members := map[string]string{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return "", err
		}
		name := fmt.Sprint(token)
		if _, twice := members[name]; twice {
			return "", fmt.Errorf("%q stands twice", name)
		}
		if len(name) > maxParamsName {
			return "", fmt.Errorf("a name of %d bytes is longer than %d", len(name), maxParamsName)
		}
		names = append(names, name)
		if members[name], err = canonicalValue(d, depth+1); err != nil {
			return "", err
		}
	}
	slices.Sort(names)
	for i, name := range names {
		key, err := canonicalScalar(name)
		if err != nil {
			return "", err
		}
		names[i] = key + ":" + members[name]
	}
	_, err := d.Token()
	return "{" + strings.Join(names, ",") + "}", err
}

func canonicalScalar(value any) (string, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	err := e.Encode(value)
	return strings.TrimSuffix(text.String(), "\n"), err
}
