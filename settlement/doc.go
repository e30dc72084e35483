// Package settlement keeps what is owed: what an order's commission becomes from the day it is earned to the day it is paid out.
//
// Every commission is a [Row]: this payee, this order, this much. Rows are never edited; a refund adds a row that takes back. A row is pending until its
// order's hold is over, then it is available, and a withdrawal moves it out:
//
//	             refund                 refund                            Reject, Fail
//	           ┌────────┐             ┌────────┐                       ┌───────────────┐
//	 Accrue    ▼        │   release   ▼        │    Request            ▼               │    Pay
//	──────►  pending  ──┴──────────► available ┴──────────────► (available)  withdrawing ───────► paid + taxed + fees
//	                                  │    ▲
//	              what is not there   ▼    │  what comes in next
//	                                  debt ┘
//
// A refund works on the sum of all that has come back, each entry at its own frozen rate, on its own base and in its own state. There is no option to round
// each refund by itself, which leaks, nor one to change a period that is closed.
//
// A refund after release takes back at once. What available cannot bear is debt, netted from whatever becomes available next, unless the plan's [Shortfall]
// makes somebody else bear it; available and debt are never both above 0. At any time, per partner and currency:
//
//	earned = pending + available + withdrawing + paid + taxed + fees − debt
//
// What somebody forfeits by leaving, or an owner by losing a customer, is the shop's by rows of a source of its own ([Forfeiting]) that stand against those of
// the order or the run: what these come to, and what a refund takes back, is calculated as if nothing had been forfeited, and he has nothing of it.
//
// Besides orders, period runs pay ([Run]), and one-off bonuses for a user ([Grants]), which stand while he has a settled order.
//
// Everything here is a pure function of its input: [Order.Accrue], [Order.Refund], [Order.Rejudge], [Order.Receive] and the moves of a [Withdrawal] return
// what to write; somebody else reads and writes.
package settlement
