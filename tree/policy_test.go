package tree_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/tree"
)

// policies are all that are valid of every option in every state, with days of 1 and 2.
func policies() []tree.Policy {
	var all []tree.Policy
	flags := []bool{false, true}
	for _, on := range []tree.Trigger{tree.OnShare, tree.OnOrder, tree.OnPayment} {
		for _, touch := range []tree.Touch{tree.TouchFirst, tree.TouchLast} {
			for _, days := range []int{0, 2} {
				for _, protection := range []int{0, 1, 2} {
					for _, renew := range flags {
						for _, lock := range flags {
							for _, fresh := range flags {
								for _, preempt := range [][]tree.Cause{nil, {tree.ByContact}, {tree.ByPayment, tree.ByShare}} {
									p := tree.Policy{
										On: on, Touch: touch, Days: days, ProtectionDays: protection, RenewOnOrder: renew, LockOnOrder: lock, NewCustomersOnly: fresh, Preempt: preempt,
									}
									if p.Validate() == nil {
										all = append(all, p)
									}
								}
							}
						}
					}
				}
			}
		}
	}
	return all
}

// tick is how far apart events are.
const tick = 6 * time.Hour

func ticks(n int) time.Time { return june.Add(time.Duration(n) * tick) }

// naive goes through time tick by tick and notes who owns the customer after each.
func naive(p tree.Policy, events []tree.Binding, last int) []partner.ID {
	const day = 4 // ticks
	var owner partner.ID
	var expires, protected int
	firm, locked, ordered := false, false, -1
	binds := map[tree.Trigger][]tree.Cause{
		tree.OnShare: {tree.ByShare, tree.ByContact, tree.ByOrder}, tree.OnOrder: {tree.ByOrder}, tree.OnPayment: {tree.ByPayment},
	}[p.On]
	in := func(all []tree.Cause, c tree.Cause) bool {
		for _, x := range all {
			if x == c {
				return true
			}
		}
		return false
	}
	var owners []partner.ID
	for now := range last {
		if owner != "" && p.Days > 0 && !locked && now >= expires {
			owner = ""
		}
		take := func(e tree.Binding, decided bool) {
			owner, expires, protected, firm, locked = e.Owner, now+p.Days*day, now+p.ProtectionDays*day, decided, false
		}
		for _, e := range events {
			if !e.At.Equal(ticks(now)) {
				continue
			}
			switch e.By {
			case tree.ByRelease, tree.ByVoid:
				owner = ""
				continue
			case tree.ByTransfer, tree.ByImport:
				take(e, true)
				continue
			case tree.ByAssignment:
				if owner == "" {
					take(e, true)
				}
				continue
			}
			old := p.NewCustomersOnly && ordered >= 0 && ordered < now
			switch {
			case e.Owner == "":
			case e.Owner == owner:
				if p.Touch == tree.TouchLast && in(binds, e.By) {
					expires = max(expires, now+p.Days*day)
				}
			case old:
			case owner == "":
				if in(binds, e.By) {
					take(e, false)
				}
			case locked:
			case !firm && in(p.Preempt, e.By), in(binds, e.By) && p.Touch == tree.TouchLast && now >= protected:
				take(e, false)
			}
			if e.By == tree.ByPayment {
				if ordered < 0 {
					ordered = now
				}
				if owner != "" {
					firm, locked = true, locked || p.LockOnOrder
					if p.RenewOnOrder {
						expires = max(expires, now+p.Days*day)
					}
				}
			}
		}
		owners = append(owners, owner)
	}
	return owners
}

// drawEvents makes up what happens to a customer, in the order in which it counts.
func drawEvents(r *rand.Rand, last int) []tree.Binding {
	causes := []tree.Cause{
		tree.ByShare, tree.ByShare, tree.ByContact, tree.ByOrder, tree.ByPayment, tree.ByPayment, tree.ByPayment, tree.ByAssignment, tree.ByTransfer, tree.ByRelease, tree.ByVoid, tree.ByImport,
	}
	var events []tree.Binding
	for i := range 1 + r.IntN(7) {
		e := tree.Binding{ID: fmt.Sprintf("%02d", i), By: causes[r.IntN(len(causes))], At: ticks(r.IntN(last)), Owner: partner.ID([]string{"a", "b", "c"}[r.IntN(3)])}
		if e.By == tree.ByRelease || e.By == tree.ByVoid || e.By == tree.ByPayment && r.IntN(2) == 0 {
			e.Owner = ""
		}
		events = append(events, e)
	}
	return events
}

func TestRule_3_14_EveryPolicySaysAtEveryInstantWhatANaiveReplaySays(t *testing.T) {
	const last = 24
	r := rand.New(rand.NewPCG(3, 14))
	all := policies()
	require.Greater(t, len(all), 200)
	for _, p := range all {
		for range 60 {
			events := drawEvents(r, last)
			want := naive(p, events, last)
			r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			dated := tree.Dated{Policy: p}
			held := tree.History(events, dated)
			for now, owner := range want {
				before := partner.ID("")
				if now > 0 {
					before = want[now-1]
				}
				for _, c := range []struct {
					at   time.Time
					want partner.ID
				}{{ticks(now).Add(-time.Microsecond), before}, {ticks(now), owner}, {ticks(now).Add(time.Microsecond), owner}} {
					require.Equal(t, c.want, tree.OwnerAt(events, c.at, dated), "%+v\n%+v\nat %s", p, events, c.at)
					require.Equal(t, c.want, heldAt(held, c.at), "%+v\n%+v\n%+v\nat %s", p, events, held, c.at)
				}
			}
		}
	}
}

// heldAt looks an owner up in a history, whose times must not overlap.
func heldAt(held []tree.Held, at time.Time) partner.ID {
	var owner partner.ID
	for _, h := range held {
		if !at.Before(h.From) && (h.To.IsZero() || at.Before(h.To)) {
			if owner != "" {
				return "two at once"
			}
			owner = h.Owner
		}
	}
	return owner
}

func share(id string, owner partner.ID, at time.Time) tree.Binding {
	return tree.Binding{ID: id, Owner: owner, At: at}
}

func by(cause tree.Cause, id string, owner partner.ID, at time.Time) tree.Binding {
	return tree.Binding{ID: id, Owner: owner, By: cause, At: at}
}

func under(p tree.Policy) tree.Dated { return tree.Dated{Policy: p} }

// owners asserts who owns a customer at instants.
func owners(t *testing.T, bindings []tree.Binding, p tree.Policy, want map[time.Time]partner.ID) {
	t.Helper()
	require.Empty(t, p.Validate())
	for at, owner := range want {
		require.Equal(t, owner, tree.OwnerAt(bindings, at, under(p)), "at %s", at)
	}
}

func TestRule_3_3_WhatBindsIsTheTrigger(t *testing.T) {
	for on, binds := range map[tree.Trigger][]tree.Cause{
		"": {"", tree.ByShare, tree.ByContact, tree.ByOrder}, tree.OnShare: {"", tree.ByShare, tree.ByContact, tree.ByOrder}, tree.OnOrder: {tree.ByOrder}, tree.OnPayment: {tree.ByPayment},
	} {
		for _, cause := range []tree.Cause{"", tree.ByShare, tree.ByContact, tree.ByOrder, tree.ByPayment} {
			o, reason := tree.Try(nil, by(cause, "1", "b", june), under(tree.Policy{On: on}))
			bound := false
			for _, b := range binds {
				bound = bound || b == cause
			}
			require.Equal(t, bound, o.Owner == "b", "%s by %s", on, cause)
			require.Equal(t, bound, reason == "", "%s by %s", on, cause)
			require.True(t, bound || reason == tree.OtherTrigger)
		}
	}
}

func TestRule_3_4_ABindingHoldsForHalfOpenDays(t *testing.T) {
	b := []tree.Binding{share("1", "b", day(0))}
	owners(t, b, tree.Policy{Days: 30}, map[time.Time]partner.ID{
		day(0).Add(-1): "", day(0): "b", day(30).Add(-1): "b", day(30): "", day(99): "",
	})
	edited := []tree.Dated{under(tree.Policy{Days: 30}), {From: day(10), Policy: tree.Policy{Days: 5}}, {From: day(20), Policy: tree.Policy{Days: 25}}}
	for at, want := range map[time.Time]partner.ID{day(10).Add(-1): "b", day(10): "", day(20).Add(-1): "", day(20): "b", day(25).Add(-1): "b", day(25): ""} {
		require.Equal(t, want, tree.OwnerAt(b, at, edited...), "another number of days counts from the bind, at %s", at)
	}
	require.Equal(t, []tree.Held{{Owner: "b", By: tree.ByShare, From: day(0), To: day(10)}, {Owner: "b", By: tree.ByShare, From: day(20), To: day(25)}}, tree.History(b, edited...))
	require.Equal(t, tree.Ownership{Owner: "b", By: tree.ByShare, Since: day(0), Until: day(25)}, tree.StandingAt(b, day(21), edited...))
	rebound := append(b, share("2", "c", day(30)))
	owners(t, rebound, tree.Policy{Days: 30}, map[time.Time]partner.ID{day(30).Add(-1): "b", day(30): "c", day(60).Add(-1): "c", day(60): ""})
}

func TestRule_3_5_NobodyTakesACustomerWhoseOwnerIsProtected(t *testing.T) {
	p := tree.Policy{Days: 30, Touch: tree.TouchLast, ProtectionDays: 15}
	first := share("1", "b", day(0))
	for at, want := range map[time.Time]partner.Reason{day(10): tree.Protected, day(15).Add(-1): tree.Protected, day(15): "", day(20): ""} {
		o, reason := tree.Try([]tree.Binding{first}, share("2", "c", at), under(p))
		require.Equal(t, want, reason, "at %s", at)
		require.Equal(t, want == "", o.Owner == "c")
	}
	owners(t, []tree.Binding{first, share("2", "c", day(10)), share("3", "c", day(15))}, p, map[time.Time]partner.ID{
		day(10): "b", day(15).Add(-1): "b", day(15): "c", day(45).Add(-1): "c", day(45): "",
	})
}

func TestRule_3_6_AnOrderRenews(t *testing.T) {
	bindings := []tree.Binding{share("1", "b", day(0)), by(tree.ByPayment, "2", "", day(20)), by(tree.ByPayment, "3", "", day(55))}
	owners(t, bindings, tree.Policy{Days: 30, RenewOnOrder: true}, map[time.Time]partner.ID{day(50).Add(-1): "b", day(50): "", day(56): ""})
	owners(t, bindings, tree.Policy{Days: 30}, map[time.Time]partner.ID{day(30).Add(-1): "b", day(30): ""})
	// An order that was paid earlier does not shorten what a later one has renewed.
	late := append(bindings[:2:2], by(tree.ByPayment, "4", "", day(5)))
	owners(t, late, tree.Policy{Days: 30, RenewOnOrder: true}, map[time.Time]partner.ID{day(50).Add(-1): "b", day(50): ""})
}

func TestRule_3_7_FirstStaysOrLastWins(t *testing.T) {
	bindings := []tree.Binding{share("2", "c", day(1)), share("1", "b", day(1)), share("3", "d", day(2))}
	owners(t, bindings, tree.Policy{}, map[time.Time]partner.ID{day(1): "b", day(3): "b"})
	owners(t, bindings, tree.Policy{Touch: tree.TouchLast}, map[time.Time]partner.ID{day(1): "c", day(2).Add(-1): "c", day(2): "d"})
	// What the owner himself brings begins his days again, and not his protection.
	again := []tree.Binding{share("1", "b", day(0)), share("2", "b", day(10)), share("3", "c", day(16))}
	p := tree.Policy{Touch: tree.TouchLast, Days: 30, ProtectionDays: 15}
	owners(t, again[:2], p, map[time.Time]partner.ID{day(40).Add(-1): "b", day(40): ""})
	owners(t, again, p, map[time.Time]partner.ID{day(16).Add(-1): "b", day(16): "c"})
	owners(t, again[:2], tree.Policy{Days: 30}, map[time.Time]partner.ID{day(30): ""})
}

func TestRule_3_9_OnlyNewCustomersAreBound(t *testing.T) {
	p := tree.Policy{NewCustomersOnly: true}
	order := by(tree.ByPayment, "1", "", day(5))
	for at, want := range map[time.Time]partner.Reason{day(5).Add(-1): "", day(5): "", day(5).Add(1): tree.NotNew} {
		_, reason := tree.Try([]tree.Binding{order}, share("2", "b", at), under(p))
		require.Equal(t, want, reason, "at %s", at)
	}
	first := tree.Policy{On: tree.OnPayment, NewCustomersOnly: true}
	owners(t, []tree.Binding{by(tree.ByPayment, "1", "b", day(1)), by(tree.ByPayment, "2", "c", day(2))}, first, map[time.Time]partner.ID{day(1): "b", day(2): "b"})
	owners(t, []tree.Binding{by(tree.ByPayment, "1", "", day(1)), by(tree.ByPayment, "2", "c", day(2))}, first, map[time.Time]partner.ID{day(2): ""})
	// An order of before that comes to be known late leaves nobody bound.
	owners(t, []tree.Binding{share("1", "b", day(5)), by(tree.ByPayment, "2", "", day(4))}, p, map[time.Time]partner.ID{day(5): ""})
}

func TestRule_3_17_AnAssignmentIsOnlyForOneWhoBelongsToNobody(t *testing.T) {
	p := tree.Policy{On: tree.OnPayment, Days: 30, NewCustomersOnly: true}
	ordered := by(tree.ByPayment, "1", "", day(0))
	o, reason := tree.Try([]tree.Binding{ordered}, by(tree.ByAssignment, "2", "b", day(1)), under(p))
	require.Empty(t, reason, "whatever binds by the plan")
	require.Equal(t, tree.Ownership{Owner: "b", By: tree.ByAssignment, Since: day(1), Until: day(31)}, o)
	_, reason = tree.Try([]tree.Binding{by(tree.ByAssignment, "2", "b", day(1))}, by(tree.ByAssignment, "3", "c", day(2)), under(p))
	require.Equal(t, tree.Owned, reason)
	_, reason = tree.Try([]tree.Binding{by(tree.ByAssignment, "2", "b", day(1))}, by(tree.ByAssignment, "3", "b", day(2)), under(p))
	require.Equal(t, tree.SameOwner, reason)
	_, reason = tree.Try([]tree.Binding{by(tree.ByAssignment, "2", "b", day(1))}, by(tree.ByAssignment, "3", "c", day(31)), under(p))
	require.Empty(t, reason)
}

func TestAnOrderLocksAndAPendingBindingIsTaken(t *testing.T) {
	lock := tree.Policy{Days: 30, Touch: tree.TouchLast, LockOnOrder: true}
	bindings := []tree.Binding{share("1", "b", day(0)), by(tree.ByPayment, "2", "", day(3)), share("3", "c", day(5))}
	owners(t, bindings, lock, map[time.Time]partner.ID{day(5): "b", day(999): "b"})
	_, reason := tree.Try(bindings, share("4", "c", day(9)), under(lock))
	require.Equal(t, tree.Locked, reason)
	require.True(t, tree.StandingAt(bindings, day(9), under(lock)).Locked)
	owners(t, append(bindings[:1:1], by(tree.ByPayment, "2", "", day(30))), lock, map[time.Time]partner.ID{day(31): ""})

	pending := tree.Policy{Preempt: []tree.Cause{tree.ByContact, tree.ByPayment}}
	taken := []tree.Binding{share("1", "b", day(0)), by(tree.ByContact, "2", "c", day(1)), share("3", "d", day(2))}
	owners(t, taken, pending, map[time.Time]partner.ID{day(1).Add(-1): "b", day(1): "c", day(2): "c"})
	require.True(t, tree.StandingAt(taken, day(2), under(pending)).Pending)
	owners(t, []tree.Binding{share("1", "b", day(0)), share("2", "c", day(1))}, tree.Policy{Preempt: []tree.Cause{tree.ByShare}}, map[time.Time]partner.ID{day(1): "c"})
	firm := []tree.Binding{share("1", "b", day(0)), by(tree.ByPayment, "2", "", day(1)), by(tree.ByContact, "3", "c", day(2)), by(tree.ByPayment, "4", "d", day(3))}
	owners(t, firm, pending, map[time.Time]partner.ID{day(1): "b", day(2): "b", day(3): "b"})
	require.False(t, tree.StandingAt(firm, day(2), under(pending)).Pending)
	owners(t, []tree.Binding{share("1", "b", day(0)), by(tree.ByPayment, "2", "d", day(1)), by(tree.ByContact, "3", "c", day(2))}, pending,
		map[time.Time]partner.ID{day(1): "d", day(2): "d"})
}

func TestRule_3_12_TransfersAndReleasesHoldWhateverThePlanSays(t *testing.T) {
	for _, p := range policies() {
		bindings := []tree.Binding{share("1", "a", day(0)), by(tree.ByPayment, "2", "a", day(0)), by(tree.ByTransfer, "3", "b", day(1)), by(tree.ByRelease, "4", "", day(2))}
		owners(t, bindings, p, map[time.Time]partner.ID{day(1): "b", day(2).Add(-1): "b", day(2): "", day(9): ""})
	}
}

func TestAPolicyThatContradictsItselfIsRefused(t *testing.T) {
	for path, p := range map[string]tree.Policy{
		"on": {On: "click"}, "touch": {Touch: "second"}, "unbind": {Unbind: "forget"}, "days": {Days: -1}, "protectionDays": {Touch: tree.TouchLast, ProtectionDays: 3651}, "sameOrder": {SameOrder: true},
		"renewOnOrder": {RenewOnOrder: true}, "lockOnOrder": {LockOnOrder: true}, "preempt[0]": {Preempt: []tree.Cause{tree.ByTransfer}},
		"preempt[1]": {Preempt: []tree.Cause{tree.ByContact, tree.ByContact}},
	} {
		require.Len(t, p.Validate(), 1, path)
		require.Equal(t, "binding."+path, p.Validate()[0].Path)
	}
	require.Len(t, tree.Policy{ProtectionDays: 3}.Validate(), 1)
	require.Len(t, tree.Policy{ProtectionDays: 3, Days: 2, Touch: tree.TouchLast}.Validate(), 1)
	require.Len(t, tree.Policy{Days: 3, RenewOnOrder: true, LockOnOrder: true}.Validate(), 1)
	require.Equal(t, tree.Policy{On: tree.OnShare, Touch: tree.TouchFirst, Unbind: tree.UnbindKeeps}, tree.Policy{}.WithDefaults())
}

func TestOrdersAreKeptExactlyWhereTheyDecide(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, p := range policies() {
		if p.KeepsOrders() {
			continue
		}
		for range 40 {
			events := drawEvents(r, 12)
			var without []tree.Binding
			for _, e := range events {
				if e.By != tree.ByPayment {
					without = append(without, e)
				}
			}
			require.Equal(t, tree.History(without, under(p)), tree.History(events, under(p)))
		}
	}
}

func TestEveryReasonOfTheTreeHasAnEnglishAndAChineseText(t *testing.T) {
	for _, r := range []partner.Reason{
		tree.Owned, tree.SameOwner, tree.IsPartner, tree.UnknownOwner, tree.InactiveOwner, tree.Protected, tree.Locked, tree.NotNew, tree.OtherTrigger, tree.NotOwned, partner.HasLeft,
	} {
		require.NotEqual(t, string(r), tree.ReasonEnglish(r))
		require.True(t, strings.ContainsFunc(tree.ReasonChinese(r), func(c rune) bool { return unicode.Is(unicode.Han, c) }), r)
	}
}
