package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// shop is a shop as it was before it had partners, with a table of orders of its own, and what joins them to it: partners, and the lines that use it.
type shop struct {
	db       *sql.DB
	orders   string             // its table
	store    *sqlstore.Store    // the programme's tables, beside it
	partners *program.Program   // the programme on it
	bind     func(n int) string // how this database writes the n-th argument

	isolation *sql.TxOptions // of its transactions
}

// errSoldOut is one of the many reasons for which a shop does not sell after all.
var errSoldOut = errors.New("the last box has just been sold")

func (s *shop) createTable(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, "CREATE TABLE "+s.orders+` (
		id varchar(64) NOT NULL PRIMARY KEY, customer varchar(64) NOT NULL, product varchar(64) NOT NULL,
		quantity integer NOT NULL, amount varchar(20) NOT NULL, paid integer NOT NULL)`)
	return err
}

// query writes a statement on the shop's table in the words of its database.
func (s *shop) query(text string) string {
	parts := strings.Split(strings.Replace(text, "orders", s.orders, 1), "?")
	for n := 1; n < len(parts); n++ {
		parts[n] = s.bind(n) + parts[n]
	}
	return strings.Join(parts, "")
}

// order takes an order that is not paid yet.
func (s *shop) order(ctx context.Context, id, customer, product string, quantity int, amount string) error {
	_, err := s.db.ExecContext(ctx, s.query("INSERT INTO orders VALUES (?, ?, ?, ?, ?, 0)"), id, customer, product, quantity, amount)
	return err
}

// paid is what the payment provider calls, once or more often: the order is paid and its commission pending, or neither.
func (s *shop) paid(ctx context.Context, id string, at time.Time, ship func() error) (program.Outcome, error) {
	tx, err := s.db.BeginTx(ctx, s.isolation)
	if err != nil {
		return program.Outcome{}, err
	}
	defer func() { _ = tx.Rollback() }() // after a commit there is nothing to roll back
	outcome, err := s.markPaid(ctx, tx, id, at)
	if err != nil {
		return outcome, err
	}
	if err := ship(); err != nil {
		return outcome, err
	}
	return outcome, tx.Commit()
}

// markPaid marks an order as paid in a transaction that is open, and has its commission posted in the same.
func (s *shop) markPaid(ctx context.Context, tx sqlstore.DBTX, id string, at time.Time) (program.Outcome, error) {
	in := program.Order{ID: commission.OrderID(id), PaidAt: at}
	line, amount := program.Line{ID: "1"}, ""
	if _, err := tx.ExecContext(ctx, s.query("UPDATE orders SET paid = 1 WHERE id = ?"), id); err != nil {
		return program.Outcome{}, err
	}
	row := tx.QueryRowContext(ctx, s.query("SELECT customer, product, quantity, amount FROM orders WHERE id = ?"), id)
	if err := row.Scan(&in.Customer, &line.Product, &line.Quantity, &amount); err != nil {
		return program.Outcome{}, err
	}
	line.Amount = decimal.RequireFromString(amount)
	in.Lines = []program.Line{line}

	// These three lines are what the shop has to add.
	joined, err := s.store.Join(tx)
	if err != nil {
		return program.Outcome{}, err
	}
	return s.partners.In(joined).Orders.Paid(ctx, in)
}

// status says of an order what the shop and the programme have of it.
func (s *shop) status(ctx context.Context, id string) (string, error) {
	paid := 0
	if err := s.db.QueryRowContext(ctx, s.query("SELECT paid FROM orders WHERE id = ?"), id).Scan(&paid); err != nil {
		return "", err
	}
	outcome, err := s.partners.Orders.Outcome(ctx, commission.OrderID(id))
	var unknown *program.NotFoundError
	switch {
	case errors.As(err, &unknown):
		return fmt.Sprintf("paid: %t, commission: none\n", paid == 1), nil
	case err != nil:
		return "", err
	}
	return fmt.Sprintf("paid: %t, commission:\n%s", paid == 1, outcome), nil
}

// recruit sets up the little team of this example.
func (s *shop) recruit(ctx context.Context) error {
	if _, err := s.partners.Partners.Add(ctx, program.Add{Partner: "alice"}); err != nil {
		return err
	}
	if _, err := s.partners.Team.Recruit(ctx, program.Recruit{Partner: "bob", Recruiter: "alice"}); err != nil {
		return err
	}
	_, err := s.partners.Team.Bind(ctx, program.Bind{Customer: partner.Customer("carol"), Owner: "bob"})
	return err
}
