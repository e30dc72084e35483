// Shop is an existing shop with its own table of orders that takes the library into its own transaction: an order is paid and its commission is pending, or
// neither. The payment provider calls back twice, and one order is rolled back. The same once more through gorm.
//
//	go run ./examples/shop                                                       # in a new SQLite file
//	go run ./examples/shop -db postgres://postgres@127.0.0.1:5432/test
//	go run ./examples/shop -db 'mysql://root@tcp(127.0.0.1:3306)/test'
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"time"
)

func main() {
	dsn := flag.String("db", "", "the database: a new SQLite file, postgres://… or mysql://…")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *dsn); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer, dsn string) (err error) {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	d, err := openDatabase(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	s, err := openShop(ctx, d, func() time.Time { return noon })
	if err != nil {
		return err
	}
	return tour(ctx, out, s, noon)
}

// tour shows what the shop does.
func tour(ctx context.Context, out io.Writer, s *shop, noon time.Time) error {
	if err := s.recruit(ctx); err != nil {
		return err
	}
	for _, id := range []string{"o-1", "o-2", "o-3"} {
		if err := s.order(ctx, id, "carol", "tea", 3, "597.00"); err != nil {
			return err
		}
	}
	inStock, soldOut := func() error { return nil }, func() error { return errSoldOut }

	for _, call := range []string{"the provider says that o-1 is paid", "the provider says it again"} {
		outcome, err := s.paid(ctx, "o-1", noon, inStock)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s (repeated: %t):\n%s\n", call, outcome.Repeated, outcome)
	}

	if _, err := s.paid(ctx, "o-2", noon, soldOut); !errors.Is(err, errSoldOut) {
		return fmt.Errorf("o-2 was to be rolled back: %w", err)
	}
	if err := s.show(ctx, out, "o-2 is rolled back, for "+errSoldOut.Error(), "o-2"); err != nil {
		return err
	}

	db, err := openGorm(s)
	if err != nil {
		return err
	}
	if _, err := s.paidThroughGorm(ctx, db, "o-3", noon); err != nil {
		return err
	}
	if err := s.show(ctx, out, "o-3 is paid through gorm", "o-3"); err != nil {
		return err
	}

	if _, err := s.partners.RunDue(ctx, noon.AddDate(0, 0, 7)); err != nil {
		return err
	}
	balances, err := s.partners.Wallet.Balances(ctx, "alice", "bob")
	if err != nil {
		return err
	}
	report, err := s.partners.Audit(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "a week later:\n%s\n%s\n", balances, report)
	return err
}

// show writes what the shop and the programme have of an order.
func (s *shop) show(ctx context.Context, out io.Writer, what, id string) error {
	status, err := s.status(ctx, id)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s:\n%s\n", what, status)
	return err
}
