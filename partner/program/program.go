package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

// Program is a partner programme. It is immutable and safe for concurrent use.
type Program struct {
	Partners Partners
	Team     Team
	Plans    Plans
	Orders   Orders
	Bonuses  Bonuses
	Wallet   Wallet

	*shell
}

// Partners adds partners and sets what holds of them.
type Partners struct{ *shell }

// Team says who brought whom.
type Team struct{ *shell }

// Plans publishes plans.
type Plans struct{ *shell }

// Orders takes the shop's order feed.
type Orders struct{ *shell }

// Wallet shows and pays what partners have.
type Wallet struct{ *shell }

// Config says how a programme works. The zero value of a field is its default.
type Config struct {
	// Plan is published when the store has none, in force since ever. Without it and without a stored plan orders return ErrNoPlan.
	Plan Plan
	// Rules are the rules of the shop's own that plans can name. A rule that a stored plan names must be among them, in the version that the plan has.
	Rules commission.Rules
	// Predicates are the conditions of the shop's own that plans can name, as Rules are its rules.
	Predicates partner.Predicates
	// Hooks are the shop's own code at some places. Default: none is asked.
	Hooks Hooks
	// Clock tells when something is recorded. Default: the system's clock.
	Clock func() time.Time
	// NewID makes the ids that the library needs itself, such as a withdrawal's number: 32 hex digits, never twice. Default: UUIDv7.
	NewID func() string
	// EarlyEvents says what happens to a receipt or refund that comes before its order.
	EarlyEvents EarlyEvents
	// Log receives what is worth a line. Default: nothing is logged.
	Log *slog.Logger
	// Batch is how many orders or rows RunDue takes in one transaction. Default: 500.
	Batch int
}

// EarlyEvents says what happens to an event that comes before its order.
type EarlyEvents uint8

const (
	// Park keeps it and applies it in the transaction that posts the order.
	Park EarlyEvents = iota
	// Refuse returns an [*EarlyError].
	Refuse
)

var (
	// ErrNoStore is returned by a programme without a store, except through In.
	ErrNoStore = errors.New("program: the programme has no store; use In")
	// ErrNoPlan is what every [*NoPlanError] is.
	ErrNoPlan = errors.New("program: no plan is in force")
)

// NoPlanError says that no plan was in force at an instant. It is [ErrNoPlan].
type NoPlanError struct {
	Field string
	At    time.Time
}

func (e *NoPlanError) Error() string {
	return fmt.Sprintf("program: %s: no plan was in force at %s", e.Field, e.At.Format(time.RFC3339Nano))
}

// Is makes the error [ErrNoPlan].
func (e *NoPlanError) Is(target error) bool { return target == ErrNoPlan }

const defaultBatch = 500

// silent is above every level that is logged.
const silent = slog.Level(1 << 20)

// New returns a programme on a store. A nil store gives one that works only through In. The plan, if given, must be valid; it is a [*PlanError]
// otherwise.
func New(st store.Store, config Config) (*Program, error) {
	if problems := append(config.Rules.Check(), config.Predicates.Check()...); len(problems) > 0 {
		return nil, fmt.Errorf("program: Config: %w", &commission.PlanError{Problems: problems})
	}
	if !config.Plan.Currency.IsZero() {
		config.Plan = config.Plan.Pin(config.own()...)
		if err := config.Plan.Validate(config.own()...); err != nil {
			return nil, err
		}
		if err := config.checkMeasured(config.Plan); err != nil {
			return nil, err
		}
	}
	if config.Clock == nil {
		config.Clock = time.Now
	}
	if config.NewID == nil {
		config.NewID = newID
	}
	if config.Log == nil {
		config.Log = slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: silent}))
	}
	if config.Batch <= 0 {
		config.Batch = defaultBatch
	}
	if config.EarlyEvents > Refuse {
		return nil, fmt.Errorf("program: Config.EarlyEvents: %d names no option", config.EarlyEvents)
	}
	return (&shell{store: st, config: config, plans: &planCache{}}).program(), nil
}

func newID() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic(err) // the system has no randomness left; nothing that must be unique can be made
	}
	return fmt.Sprintf("%x", id[:])
}

// In returns the same programme on another store, most often the shop's open transaction: what is done through it is committed or rolled back with
// the rest of it. Nothing is retried there. After an error the shop must roll back, unless the error was a refusal found before the first write.
func (p *Program) In(st store.Store) *Program {
	s := *p.shell
	s.store, s.joined = st, true
	return s.program()
}

// For returns the same programme for another tenant.
func (p *Program) For(tenant store.Tenant) *Program {
	s := *p.shell
	s.tenant = tenant
	return s.program()
}

// shell is what the parts of a programme share.
type shell struct {
	store  store.Store
	tenant store.Tenant
	joined bool // the store is somebody else's transaction: nothing is retried
	config Config
	plans  *planCache
}

func (s *shell) program() *Program {
	return &Program{Partners: Partners{s}, Team: Team{s}, Plans: Plans{s}, Orders: Orders{s}, Bonuses: Bonuses{s}, Wallet: Wallet{s}, shell: s}
}

// now is the instant of recording, as precise as every store keeps it.
func (s *shell) now() time.Time { return instant(s.config.Clock()) }

// instant is t as every store keeps it: UTC, in microseconds.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func (s *shell) view(ctx context.Context, fn func(store.Tx) error) error {
	if s.store == nil {
		return ErrNoStore
	}
	return s.store.View(ctx, s.tenant, fn)
}
