// Package partner says who takes part in the programme: partners, their levels and states, how somebody becomes one and how he leaves, and the ids that the
// other packages share.
//
// What is known of a partner is a list of facts, each with the instant from which it holds: became active, reached a level, was frozen. [At] derives
// the state at an instant from them, so that an order paid last Tuesday is judged by last Tuesday's state:
//
//	facts := []partner.Fact{
//		{Partner: "bob", Kind: partner.FactStatus, Value: string(partner.Active), At: june1},
//		{Partner: "bob", Kind: partner.FactEarning, Value: partner.Frozen, At: june9},
//	}
//	partner.At(facts, june8).Bar() // "": he earns
//	partner.At(facts, june9).Bar() // "earning_frozen"
//
// # The life of a partner
//
// A partner begins as [Candidate] (known, in the tree, earning nothing) where the plan asks something of recruits that he has not reached, else as
// [Active]. Every [Move] between statuses, and no other:
//
//	   ┌──────────────── promote ────────────────┐
//	   │                                         ▼  ─── terminate ──▶
//	nobody ── recruit ──▶ candidate ─ promote ─▶ active             terminating ── finish ──▶ terminated
//	                                             │ ▲  ◀─── resume ────
//	                                             └─┘ renew
//
//	candidate, active, terminating, terminated ── clear_out ──▶ cleared
//	terminated, cleared ── rejoin, where the plan lets him ──▶ candidate
//
// Beside the status stand two switches that can be set and lifted any number of times and do not touch each other: earnings and withdrawals can be frozen.
// Frozen earnings are lost or, by an option of the plan, accrue and wait until the freeze is lifted. A partner can be valid for a time, after which he earns
// nothing until he renews, and one who has left can withdraw what he has for a last window. What it does that somebody leaves (who moves where, whose his
// customers are, what becomes of his money) is a value, [Departure], by options of the plan.
//
// A level is one of the facts too, and beside it stands why it changed: by what was reached, with the values that the metrics had ([RiseFacts]), or because
// somebody of the shop gave it, perhaps locked until an instant ([SetLevelFacts]). [LevelChanges] reads the log from them.
//
// # Applications
//
// An [Application] is open until it is decided, and never changes after that; who applies again makes another, and one person has at most one open:
//
//	          approve (the threshold is reached, or waived)
//	open ─┬─────────────────────────────────────────────────▶ approved
//	      ├── reject (with a reason; for good, or not) ──────▶ rejected
//	      └── cancel (by the applicant) ─────────────────────▶ cancelled
//
// # Conditions
//
// What somebody must reach is a list of [Conditions] over metrics, all of it or any of it. They are evaluated by [Facts], which know how much of each [Metric]
// there is; [History] measures every metric event by event. What is not known is not met, and nothing is met by asking for nothing. The [Verdict] says how
// each condition stands, in English and Chinese.
package partner
