// Package partner says who takes part in the programme: partners, their levels and states, and the ids that the other packages share.
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
// A partner begins as [Candidate] (known, in the tree, earning nothing) where the plan sets a joining condition that he has not reached, else as
// [Active]. Freezing earnings is a switch beside the status: it can be set and lifted any number of times.
package partner
