package program

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/fenrun/fenrun/commission"
	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/store"
)

// Publish says from when a plan is in force.
type Publish struct {
	Plan Plan
	From time.Time // zero: now; never in the past
	Meta
}

// BackdatedError says that a plan would change what has been judged.
type BackdatedError struct {
	From, Now time.Time
}

func (e *BackdatedError) Error() string {
	return fmt.Sprintf("program: a plan cannot be in force from %s, which is before now (%s)", e.From.Format(time.RFC3339), e.Now.Format(time.RFC3339))
}

// PublishedPlan is one published version.
type PublishedPlan struct {
	Version int
	From    time.Time // zero: since ever
	Hash    string
	Plan    Plan
}

// Publish stores a plan as the next version, in force from an instant on, and returns it. An order is judged by the version in force when it was paid;
// where several begin at one instant, by the last. Where nothing is stored yet, the plan of the Config becomes the version before it.
//
// Periods go on where those before them end: where a plan has another calendar than the one before, the period in which it begins is longer or shorter for
// it, and no instant is in two periods or in none.
//
// It is a [*PlanError] for a plan that cannot be used, asks for what nobody measures, is in another currency than the plans before, has an asset with another
// scale than they, or a bonus with the name of an earlier one that runs at other intervals or counts orders at another node; a [*LevelsHeldError] for one that
// drops levels which partners hold; and a [*BackdatedError] for an instant in the past.
func (p Plans) Publish(ctx context.Context, in Publish) (PublishedPlan, error) {
	in.Plan = in.Plan.Pin(p.config.own()...)
	if err := in.Plan.Validate(p.config.own()...); err != nil {
		return PublishedPlan{}, err
	}
	if err := p.config.checkMeasured(in.Plan); err != nil {
		return PublishedPlan{}, err
	}
	hash, err := in.Plan.Hash()
	if err != nil {
		return PublishedPlan{}, err
	}
	from := in.From
	if from.IsZero() {
		from = p.now() // a plan that is in force again after another is a version of its own
	}
	op := operation{name: "publish", key: hash + "@" + canonicalTime(from), meta: in.Meta}
	op.payload.add("plan", hash)
	if in.Key != "" { // the natural key has the instant
		op.payload.add("from", canonicalTime(in.From))
	}
	return write(ctx, p.shell, op, func(c *call, out *PublishedPlan) (apply, error) {
		from := instant(in.From)
		if in.From.IsZero() {
			from = c.record.Recorded
		}
		if from.Before(c.record.Recorded) {
			return nil, &BackdatedError{From: from, Now: c.record.Recorded}
		}
		versions, first, err := c.versionsToBe()
		if err != nil {
			return nil, err
		}
		if n := len(versions); n > 0 && versions[n-1].plan.Currency != in.Plan.Currency {
			return nil, &PlanError{Problems: []PlanProblem{{Path: "currency", Message: fmt.Sprintf("the programme is in %s and stays in it", versions[n-1].plan.Currency)}}}
		}
		if problems := append(otherScales(in.Plan, versions), keepTerms(versions, in.Plan)...); len(problems) > 0 {
			return nil, &PlanError{Problems: problems}
		}
		if err := c.keepLevels(versions, in.Plan, from); err != nil {
			return nil, err
		}
		return func() error {
			if err := first(); err != nil {
				return err
			}
			version, err := c.publish(in.Plan, from, len(versions)+1)
			if err != nil {
				return err
			}
			*out = version.published()
			return c.emit("plan_published", hash, map[string]any{"version": out.Version})
		}, nil
	}, func(c *call, first store.Claim, out *PublishedPlan) error {
		versions, err := c.versions()
		for _, v := range versions {
			if v.stored.Hash == hash && v.stored.Recorded.Equal(first.At) {
				*out = v.published()
			}
		}
		return err
	})
}

// All returns every published plan in order of version.
func (p Plans) All(ctx context.Context) ([]PublishedPlan, error) {
	var out []PublishedPlan
	err := p.view(ctx, func(tx store.Tx) error {
		versions, err := (&call{shell: p.shell, ctx: ctx, tx: tx}).versions()
		for _, v := range versions {
			out = append(out, v.published())
		}
		return err
	})
	return out, err
}

// version is a stored plan, ready to calculate.
type version struct {
	stored store.PlanVersion
	plan   Plan
	calc   *commission.Calculator        // of cash
	assets []*commission.AssetCalculator // in the order of the plan

	calendar commission.Calendar
}

func (v *version) published() PublishedPlan {
	return PublishedPlan{Version: v.stored.Version, From: v.stored.From, Hash: v.stored.Hash, Plan: v.plan}
}

// planCache keeps each tenant's versions that are known to be committed, from 1 on without a gap, which never change; those that somebody has read last,
// which may never be committed; and what every text of a plan is, made ready.
type planCache struct {
	mu       sync.Mutex
	versions map[store.Tenant][]*version
	last     map[store.Tenant][]*version
	ready    map[string]version
}

func (c *planCache) known(tenant store.Tenant) []*version {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clip(c.versions[tenant])
}

// likely returns the versions that there probably are.
func (c *planCache) likely(tenant store.Tenant) []*version {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last[tenant]
}

// learn remembers versions that were read; committed says that they stay.
func (c *planCache) learn(tenant store.Tenant, versions []*version, committed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.versions == nil {
		c.versions, c.last = map[store.Tenant][]*version{}, map[store.Tenant][]*version{}
	}
	c.last[tenant] = slices.Clip(versions)
	if committed && len(versions) > len(c.versions[tenant]) {
		c.versions[tenant] = versions
	}
}

// load returns a stored plan made ready, by make where nobody has had its text before.
func (c *planCache) load(stored store.PlanVersion, make func() (version, error)) (*version, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.ready[string(stored.Text)]
	if !ok {
		var err error
		if v, err = make(); err != nil {
			return nil, fmt.Errorf("program: stored plan %d: %w", stored.Version, err)
		}
		if c.ready == nil {
			c.ready = map[string]version{}
		}
		c.ready[string(stored.Text)] = v
	}
	v.stored = stored
	return &v, nil
}

// versions returns every stored plan. What the shop's own transaction sees may never be committed, so only what a transaction of the programme's own
// reads, before it publishes itself, is remembered.
func (c *call) versions() ([]*version, error) {
	if c.plansRead != nil {
		return slices.Clip(c.plansRead), nil
	}
	known := c.plans.known(c.tenant)
	stored, err := c.tx.Plans(c.ctx, c.nextPlan())
	if err != nil {
		return nil, err
	}
	for _, s := range stored {
		v, err := c.load(s)
		if err != nil {
			return nil, err
		}
		known = append(known, v)
	}
	c.plans.learn(c.tenant, known, !c.joined && !c.published)
	c.plansRead = known
	return slices.Clip(known), nil
}

// nextPlan is the version from which on plans are not known here.
func (s *shell) nextPlan() int { return len(s.plans.known(s.tenant)) + 1 }

// load makes a stored plan ready. One whose rules or conditions are not those of the Config is refused: it would pay something else.
func (s *shell) load(stored store.PlanVersion) (*version, error) {
	return s.plans.load(stored, func() (v version, err error) {
		if v.plan, err = ParsePlan(stored.Text, s.config.own()...); err != nil {
			return v, err
		}
		if v.calc, err = s.config.Rules.New(v.plan.Currency.Currency, v.plan.Commission, v.plan.Campaigns...); err != nil {
			return v, err
		}
		if v.assets, err = s.assetsOf(v.plan, v.calc); err != nil {
			return v, err
		}
		v.calendar, err = v.plan.Calendar.calendar()
		return v, err
	})
}

func (c *call) publish(plan Plan, from time.Time, number int) (*version, error) {
	text, err := plan.Text()
	if err != nil {
		return nil, err
	}
	stored := store.PlanVersion{Version: number, From: from, Hash: hashOf(text), Text: text, Record: c.record}
	c.published, c.plansRead = true, nil
	if err := c.tx.AddPlan(c.ctx, stored); err != nil {
		return nil, err
	}
	return c.load(stored)
}

// planAt returns the plan in force at an instant: of the versions that have begun, the one that began last, and of those the last version. Where nothing
// is stored it is the one of the Config, which first then writes to the store. field names the instant in an error.
func (c *call) planAt(field string, at time.Time) (v *version, first apply, err error) {
	versions, first, err := c.versionsToBe()
	if err != nil {
		return nil, nil, err
	}
	for _, candidate := range versions {
		if !candidate.stored.From.After(at) && (v == nil || !candidate.stored.From.Before(v.stored.From)) {
			v = candidate
		}
	}
	if v == nil {
		return nil, nil, &NoPlanError{Field: field, At: at}
	}
	return v, first, nil
}

// versionsToBe are the plans that are stored or, where there is none, that of the Config, which first writes to the store.
func (c *call) versionsToBe() (versions []*version, first apply, err error) {
	versions, err = c.versions()
	if err != nil || len(versions) > 0 || c.config.Plan.Currency.IsZero() {
		return versions, nothing, err
	}
	configured, first, err := c.configured()
	if err != nil {
		return nil, nil, err
	}
	return []*version{configured}, first, nil
}

// configured returns the plan of the Config as the version that it will be.
func (c *call) configured() (*version, apply, error) {
	text, err := c.config.Plan.Text() // pinned by New
	if err != nil {
		return nil, nil, err
	}
	v, err := c.load(store.PlanVersion{Version: 1, Text: text, Record: partner.Record{Recorded: c.record.Recorded}})
	if err != nil {
		return nil, nil, err
	}
	return v, func() error {
		_, err := c.publish(c.config.Plan, time.Time{}, 1)
		return err
	}, nil
}

// planOf returns a version by its number.
func (c *call) planOf(number int) (*version, error) {
	versions, err := c.versions()
	if err != nil {
		return nil, err
	}
	if number < 1 || number > len(versions) {
		return nil, fmt.Errorf("program: there is no plan version %d", number)
	}
	return versions[number-1], nil
}
