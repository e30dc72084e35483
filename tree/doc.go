// Package tree says who brought whom: which partner recruited which, and to which partner a customer belongs.
//
// There are two kinds of edge, kept apart. A partner's edge to his recruiter builds the team and stays until somebody of the shop moves him; a customer's
// binding to his owner says who sold, and may end. Both carry the instant from which they hold, and all of them are kept, so that an order paid last Tuesday
// follows last Tuesday's line:
//
//	team := tree.NewTeam()
//	team.Add(tree.Edge{Partner: "bob", Recruiter: "alice", From: june1})
//	team.Add(tree.Edge{Partner: "alice", Recruiter: "bob", From: june2}) // *CycleError: bob stands below alice
//	team.Uplines("bob", june2, 0)                                        // bob, alice
//
//	owner := tree.OwnerAt([]tree.Binding{{Customer: "carol", Owner: "bob", At: june3}}, june4) // bob
//
// What binds a customer, for how long, and who can take him away is a [Policy]. Who owns him is not kept but derived, so that what is heard of late changes
// him alone, and the days of a policy count from the bind.
//
// Partners can stand in several trees, such as one of who supplies whom: an edge says in which, and each is a forest of its own. A [Team] and an [Index] hold
// one of them.
//
// The team is a forest: nobody stands above himself at any instant, whatever the order of events, moves to come included.
//
// An [Index] keeps the whole team of millions in memory, to look, count and rank: who is above whom, how many stand below by kind and level, what they sell
// together, and who sells the most. A [Builder] makes it of nodes in any order, numbered changes keep it current, and a [Live] one is read meanwhile.
package tree
