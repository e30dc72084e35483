// Package rehearsal tries a partner programme before it is launched: a scenario file says what happens and what must come of it, and [Run] plays it on
// the real engine with a simulated clock and names every difference.
//
//	{
//	  "name": "one sale",
//	  "about": "Two slots are paid; a week after receipt the money can be withdrawn.",
//	  "rules": ["4.2", "5.2"],
//	  "plan": {"currency": "CNY", "commission": {"rates": ["10%", "5%"]}},
//	  "start": "2026-06-01T00:00:00Z",
//	  "events": [
//	    {"add": {"partner": "alice"}},
//	    {"recruit": {"partner": "bob", "recruiter": "alice"}},
//	    {"bind": {"customer": "carol", "owner": "bob"}},
//	    {
//	      "at": "2026-06-01T10:00:00Z",
//	      "paid": {"order": "o-1", "customer": "carol", "lines": [{"id": "1", "quantity": 1, "amount": "199.00"}]},
//	      "expect": {
//	        "entries": [
//	          {"line": "1", "slot": 1, "payee": "bob", "amount": "19.90"},
//	          {"line": "1", "slot": 2, "payee": "alice", "amount": "9.95"}
//	        ],
//	        "kept": "169.15"
//	      }
//	    },
//	    {"at": "2026-06-03T12:00:00Z", "received": {"order": "o-1"}, "expect": {"releaseAt": "2026-06-10T12:00:00Z"}},
//	    {"at": "2026-06-10T11:59:59.999Z", "run": {}, "expect": {"released": []}},
//	    {"at": "2026-06-10T12:00:00Z", "run": {}, "expect": {"released": ["o-1"], "balances": {"bob": {"available": "19.90"}}}}
//	  ],
//	  "expect": {"commission": "29.85", "kept": "169.15"}
//	}
//
// What a file leaves out is not checked, but an error that it does not expect is always a difference.
//
// # The scenario
//
//   - name (needed): what it is called.
//   - about: what it shows, for people.
//   - rules: the numbers of the rules that it proves, such as "5.2".
//   - plan (needed): the plan, as [program.ParsePlan] reads it. It is in force since ever, or from the instant "from" on.
//   - start: where the clock stands at the beginning. Without it the first event says when it is.
//   - earlyEvents: "park" (default) or "refuse": what becomes of a receipt or a refund that comes before its order.
//   - events (needed): what happens, in the order in which it is told to the programme.
//   - expect: what holds at the end ([Final]): balances, and over all orders commission, assets, goods, kept, the number of entries and what budgets have
//     been used.
//
// # Events
//
// An event has exactly one action, and
//
//   - at: when it happened (RFC 3339, any zone, to the microsecond). Left out: now, where the clock stands.
//   - recorded: when the programme was told, if that was at another time: an event that came late. Left out: at. The clock is set to it and never goes
//     back, so that an event cannot come before the one above it in the file.
//   - key, actor, reason: as every write of package program takes them. A withdrawal needs a key, and is called by it afterwards.
//   - expect: what must come of it ([Expect]).
//
// The actions:
//
//   - add: partner, level. Somebody becomes a partner.
//   - recruit: partner, recruiter, tree. A partner brings somebody or, in a tree that the plan names, stands below another there.
//   - bind: customer, owner, by ("share", "contact", "order"). A customer came by a partner.
//   - assign: customer, owner. Somebody of the shop, whom actor names, assigns a customer, and reason says why.
//   - transfer: customers, to; unbind: customers. Somebody of the shop gives customers to another partner, or to nobody, and reason says why.
//   - move: partner, recruiter, alone, tree. A partner is put below another recruiter.
//   - terminate, finish, clearOut: partner, and of the last withTeam. A partner begins to leave, has left, or is removed.
//   - import: recruits (partner, recruiter, at, tree), bindings (customer, owner, at). Relations are brought from before.
//   - freeze, unfreeze: partner. Stops his earnings, or lets them go on.
//   - level: partner, level, until. Gives him a level, which what he reaches does not change before until.
//   - publish: plan, from. Another plan from an instant on; left out, from at on.
//   - paid: order, customer, referrer, lines, discount, freight, places (shipTo, pickup, delivery), kind, abnormal, tenders, awaits,
//     createdAt. An order is paid. A line has id, sku, product, category, quantity, amount (all units together, before the order's discount), cost, rates,
//     gift, promotion, list, giveUp; a tender has kind and amount. With awaits ("balance", "collection" or "formation") the order is not final: it is told
//     again without it when it is.
//   - quote: the same. What an order would pay; nothing is written.
//   - received: order. An order has been received.
//   - refund: refund (its id), order, lines. A line has line, and quantity, amount or both.
//   - exchange: exchange (its id), order, lines. Goods are exchanged for others.
//   - exchangeClosed: exchange, order. That is over.
//   - run: {}. The scheduler runs what is due at the instant.
//   - withdraw: partner, amount, asset. Somebody asks for money. With the code of an asset that is not cash he is refused.
//   - approve, reject, fail: withdrawal (the key of its request). What becomes of it.
//   - pay: withdrawal, tax, fee. It has been paid out.
//   - levels: partner. How somebody's level has changed, and how those above it stand; nothing is written.
//   - grants: user. Which one-off bonuses there are for somebody; nothing is written.
//   - bonus: name, period, do ("preview", "lock", "post" or "reverse"). What the run of a period bonus pays, and its steps.
//
// Amounts and rates are texts: "19.90", "10%", "3.00/unit".
//
// # Expectations
//
// An expectation says of its event, as far as it fits the action:
//
//   - any: error (a part of the message), errorType (such as "settlement.ErrInsufficient"), balances (by partner: earned, pending, available, withdrawing,
//     paid, taxed, fees, debt, of cash; and assets, by code, with the same of each).
//   - paid, quote: entries (all of them: line, slot or rule, payee, amount, the code of its asset where that is not cash; and if given base, rate, source,
//     campaign, factor, giveUp, cut, cutByOrder, cutByCampaign), unpaid (some of them, or all where
//     complete is true: line, slot or rule, partner, asset, reason), commission, assets (by code: the total in it), goods, kept, attributed, reason (why it is nobody's), version (of the plan),
//     releaseAt; of paid also promoted, risen, repeated, unparked (event, refused).
//   - received: releaseAt, parked.
//   - refund: changes (all of them: payee, asset where it is not cash, before, after, and if given released), borne (all of it: payee, asset where it is not
//     cash, amount), parked.
//   - exchange: held and, where the plan makes it a refund, changes and borne.
//   - run: released (the orders), vetoed (by order: the reason for which the shop's own code, or an exchange, kept it pending), granted (all one-off bonuses
//     that were paid, or with an amount below 0 taken back: name, for, payee, amount, and if given level), promotes (all who became partners by what they
//     reached), rises (all: partner, from, to).
//   - grants: grants (all one-off bonuses for the user, as they were judged: name, level, payee, amount, reason, stands).
//   - levels: level, log (all changes: from, to, cause, and if given at, says: the English text of what was reached), progress (all levels above that are
//     reached by themselves, lowest first: level, met, and if given says).
//   - bonus: bonuses (all of them: payee, amount, and if given rate, source), commission, kept, unpaid (some: partner, reason), changes, runState, version.
//   - bind, assign: owner, bound, reason.
//   - transfer, unbind: transfers (customer, from, to).
//   - move: moved, reason.
//   - finish, clearOut: status, moves (partner, from, to, tree), transfers, forfeits.
//   - add, recruit, freeze, unfreeze, level: level, status, recruiter; of recruit also recruited, reason.
//   - publish: version.
//   - withdraw, approve, reject, pay, fail: state, net, withdrawal (the key of the request that it is the same as).
//
// Numbers are compared as numbers: "19.9" is "19.90".
//
// # Rules and hooks of the shop's own
//
// A plan that names rules of the shop's own is read by [Parse] with these rules, and a scenario is played with the Hooks that it is given:
//
//	scenario, err := rehearsal.Parse(text, rules)
//	scenario.Hooks = hooks
//	report, err := rehearsal.Run(ctx, scenario)
//
// # What Run checks by itself
//
// Whatever a scenario expects, every event is told to the programme twice, and the second time must give the first result and change nothing. Each order is
// quoted before it is paid, and the quote must be what it then pays. An event that is refused changes nothing. At the end everything that succeeded is
// told once more, and the audit must find every entry and balance in order.
package rehearsal
