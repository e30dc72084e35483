package rehearsal

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/partner/program/internal/strictjson"
	"github.com/fenrun/fenrun/settlement"
	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/tree"
)

// ErrorType names a kind of error by the Go name that a program tells it by: "settlement.ErrInsufficient", "commission.OrderError".
type ErrorType string

// errorTypes tells for each kind whether an error is one.
var errorTypes = map[ErrorType]func(error) bool{
	"commission.OrderError":      typed[*commission.OrderError],
	"commission.RuleError":       typed[*commission.RuleError],
	"partner.IDError":            typed[*partner.IDError],
	"partner.MoveError":          typed[*partner.MoveError],
	"partner.TeamError":          typed[*partner.TeamError],
	"program.BackdatedError":     typed[*program.BackdatedError],
	"program.BarredError":        typed[*program.BarredError],
	"program.CashError":          typed[*program.CashError],
	"program.EarlyError":         typed[*program.EarlyError],
	"program.ErrNoPlan":          is(program.ErrNoPlan),
	"program.ImportError":        typed[*program.ImportError],
	"program.HookError":          typed[*program.HookError],
	"program.LevelError":         typed[*program.LevelError],
	"program.LevelsHeldError":    typed[*program.LevelsHeldError],
	"program.MetaError":          typed[*program.MetaError],
	"program.NotFoundError":      typed[*program.NotFoundError],
	"program.PlanError":          typed[*program.PlanError],
	"program.TransferError":      typed[*program.TransferError],
	"program.UnknownTreeError":   typed[*program.UnknownTreeError],
	"settlement.AmountError":     typed[*settlement.AmountError],
	"settlement.ErrInsufficient": is(settlement.ErrInsufficient),
	"settlement.MinimumError":    typed[*settlement.MinimumError],
	"settlement.RefundError":     typed[*settlement.RefundError],
	"settlement.StateError":      typed[*settlement.StateError],
	"store.ErrConflict":          is(store.ErrConflict),
	"tree.CycleError":            typed[*tree.CycleError],
	"tree.ErrSelf":               is(tree.ErrSelf),
}

func typed[T error](err error) bool {
	var target T
	return errors.As(err, &target)
}

func is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

// UnmarshalText reads the name of a kind that there is.
func (t *ErrorType) UnmarshalText(text []byte) error {
	*t = ErrorType(text)
	return t.check()
}

func (t ErrorType) check() error {
	if _, ok := errorTypes[t]; ok || t == "" {
		return nil
	}
	var known []string
	for _, name := range slices.Sorted(maps.Keys(errorTypes)) {
		known = append(known, string(name))
	}
	if near := strictjson.Nearest(string(t), known); near != "" {
		return fmt.Errorf("there is no error type %q; did you mean %q?", string(t), near)
	}
	return fmt.Errorf("there is no error type %q; there are %s", string(t), strings.Join(known, ", "))
}

// ScenarioError lists everything that is wrong with a scenario, each problem with its place.
type ScenarioError struct {
	Problems []program.PlanProblem
}

func (e *ScenarioError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = p.String()
	}
	return "rehearsal: scenario: " + strings.Join(texts, "\n")
}
