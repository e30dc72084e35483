package main

import (
	"context"
	"time"

	"github.com/glebarez/sqlite"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// openGorm opens gorm on the pool that the shop has.
func openGorm(s *shop) (*gorm.DB, error) {
	var dialector gorm.Dialector
	switch s.store.Config().Dialect {
	case sqlstore.PostgreSQL:
		dialector = postgres.New(postgres.Config{Conn: s.db})
	case sqlstore.MySQL:
		dialector = mysql.New(mysql.Config{Conn: s.db})
	default:
		dialector = &sqlite.Dialector{Conn: s.db}
	}
	return gorm.Open(dialector)
}

// paidThroughGorm is what paid is in a shop that uses gorm: the connection of gorm's transaction is joined as it is.
func (s *shop) paidThroughGorm(ctx context.Context, db *gorm.DB, id string, at time.Time) (outcome program.Outcome, err error) {
	err = db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		outcome, err = s.markPaid(ctx, tx.Statement.ConnPool, id, at)
		return err
	}, s.isolation)
	return outcome, err
}
