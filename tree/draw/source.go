package draw

import (
	"fmt"

	"github.com/fenrun/fenrun/commission/money"
	"github.com/fenrun/fenrun/partner"
)

// Node is one member of a team as it is drawn.
type Node struct {
	ID      partner.ID
	Label   string // what he is called; "": his id
	Level   string // the name of his level, "" for none
	Status  string // such as frozen, "" where there is nothing to say
	Direct  int    // how many stand directly below him
	All     int    // how many stand below him in all
	Figures []Figure
}

// Figure is one number of a member's performance, such as what his team sold this month.
type Figure struct {
	Name   string
	Amount money.Amount
}

// Page is a part of the children of a node, in order.
type Page struct {
	Nodes []Node
	Left  int // how many children come after them
}

// Source says who stands below whom. It may read from anywhere: an index in memory, a list ([Forest]), a database within one transaction.
type Source interface {
	// Node returns a member. The id "" stands for the whole forest: his children are those whom nobody recruited. It is an [*UnknownError] where there is
	// no such member.
	Node(id partner.ID) (Node, error)
	// Children returns the first children of a member that come after a child, "" for the beginning, at most limit of them, and how many are left. Their
	// order is the same at every call, and a child who has left in between still has his place in it: order of id is such an order. It is not asked where
	// [Node.Direct] is 0.
	Children(of, after partner.ID, limit int) (Page, error)
}

// UnknownError says that a source has no such member.
type UnknownError struct {
	ID partner.ID
}

func (e *UnknownError) Error() string { return fmt.Sprintf("draw: there is no member %q", e.ID) }

// SourceError says that a source answers what cannot be: it breaks what [Source] promises.
type SourceError struct {
	ID      partner.ID // whose children it said
	Problem string
}

func (e *SourceError) Error() string {
	return fmt.Sprintf("draw: the source's children of %q cannot be drawn: %s", e.ID, e.Problem)
}

// check returns a [*SourceError] where a page cannot be.
func (p Page) check(of partner.ID, limit int) error {
	switch {
	case len(p.Nodes) > limit:
		return &SourceError{of, fmt.Sprintf("%d of them, where at most %d were asked for", len(p.Nodes), limit)}
	case p.Left < 0:
		return &SourceError{of, fmt.Sprintf("%d are left", p.Left)}
	case len(p.Nodes) == 0 && p.Left > 0:
		return &SourceError{of, fmt.Sprintf("none of them, and %d are left", p.Left)}
	}
	return nil
}
