package rehearsal

import (
	"fmt"
	"time"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
)

// Assign gives a customer who belongs to nobody to a partner. The event says who does it and why.
type Assign struct {
	Customer partner.Customer `json:"customer" strict:"required"`
	Owner    partner.ID       `json:"owner" strict:"required"`
}

// Transfer gives customers to another partner. The event says who does it and why.
type Transfer struct {
	Customers []partner.Customer `json:"customers" strict:"required"`
	To        partner.ID         `json:"to" strict:"required"`
}

// Unbind takes customers from their owners. The event says who does it and why.
type Unbind struct {
	Customers []partner.Customer `json:"customers" strict:"required"`
}

// Move puts a partner below another recruiter.
type Move struct {
	Partner   partner.ID   `json:"partner" strict:"required"`
	Recruiter partner.ID   `json:"recruiter,omitempty"` // "" for the root
	Alone     bool         `json:"alone,omitempty"`     // whether those below him stay behind
	Tree      partner.Tree `json:"tree,omitempty"`      // "" for that of recruiters
}

// Depart names the partner who leaves.
type Depart struct {
	Partner  partner.ID `json:"partner" strict:"required"`
	WithTeam bool       `json:"withTeam,omitempty"` // whether one with a team is meant to be cleared out
}

// Import brings relations as they were kept before.
type Import struct {
	Recruits []ImportedRecruit `json:"recruits"`
	Bindings []ImportedBinding `json:"bindings"`
}

// ImportedRecruit says below whom a partner stands in a tree since an instant.
type ImportedRecruit struct {
	Tree      partner.Tree `json:"tree,omitempty"` // "" for that of recruiters
	Partner   partner.ID   `json:"partner" strict:"required"`
	Recruiter partner.ID   `json:"recruiter" strict:"required"`
	At        time.Time    `json:"at" strict:"required"`
}

// ImportedBinding says to whom a customer belongs since an instant.
type ImportedBinding struct {
	Customer partner.Customer `json:"customer" strict:"required"`
	Owner    partner.ID       `json:"owner" strict:"required"`
	At       time.Time        `json:"at" strict:"required"`
}

func (x *Import) program(meta program.Meta) program.Import {
	in := program.Import{Meta: meta}
	for _, r := range x.Recruits {
		in.Recruits = append(in.Recruits, program.ImportedRecruit(r))
	}
	for _, b := range x.Bindings {
		in.Bindings = append(in.Bindings, program.ImportedBinding(b))
	}
	return in
}

// Transferred is a customer who got another owner, "" for nobody.
type Transferred struct {
	Customer partner.Customer `json:"customer" strict:"required"`
	From     partner.ID       `json:"from,omitempty"`
	To       partner.ID       `json:"to,omitempty"`
}

// Rehung is a partner who got another recruiter in a tree, "" for none.
type Rehung struct {
	Tree    partner.Tree `json:"tree,omitempty"` // "" for that of recruiters
	Partner partner.ID   `json:"partner" strict:"required"`
	From    partner.ID   `json:"from,omitempty"`
	To      partner.ID   `json:"to,omitempty"`
}

func (c checker) transfers(want []Transferred, got []partner.Transfer) {
	if want == nil {
		return
	}
	is := make([]Transferred, len(got))
	for i, t := range got {
		is[i] = Transferred(t)
	}
	c.same("transfers", fmt.Sprint(want), fmt.Sprint(is))
}

func (c checker) departure(want *Expect, got *program.Departed) {
	optional(c, "status", want.Status, got.To)
	optional(c, "forfeits", want.Forfeits, got.Forfeits)
	c.transfers(want.Transfers, got.Transfers)
	if want.Moves == nil {
		return
	}
	is := make([]Rehung, len(got.Edges))
	for i, m := range got.Edges {
		is[i] = Rehung(m)
	}
	c.same("moves", fmt.Sprint(want.Moves), fmt.Sprint(is))
}

// trees returns the trees into which the event brings somebody.
func (e *Event) trees() []partner.Tree {
	switch {
	case e.Recruit != nil:
		return []partner.Tree{e.Recruit.Tree}
	case e.Move != nil:
		return []partner.Tree{e.Move.Tree}
	case e.Import != nil:
		var all []partner.Tree
		for _, r := range e.Import.Recruits {
			all = append(all, r.Tree)
		}
		return all
	}
	return nil
}

// customers returns the customers whom the event names.
func (e *Event) customers() []partner.Customer {
	switch {
	case e.Bind != nil:
		return []partner.Customer{e.Bind.Customer}
	case e.Assign != nil:
		return []partner.Customer{e.Assign.Customer}
	case e.Paid != nil:
		return []partner.Customer{e.Paid.Customer}
	case e.Transfer != nil:
		return e.Transfer.Customers
	case e.Unbind != nil:
		return e.Unbind.Customers
	case e.Import != nil:
		var all []partner.Customer
		for _, b := range e.Import.Bindings {
			all = append(all, b.Customer)
		}
		return all
	}
	return nil
}
