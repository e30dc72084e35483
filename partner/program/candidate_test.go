package program_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/partner"
	"github.com/fenrun/fenrun/partner/program"
	"github.com/fenrun/fenrun/store"
)

func TestACandidateWithoutRecruiterRecruitsAndEarnsOnceHeHasReachedTheThreshold(t *testing.T) {
	s := open(t, `{"currency": "CNY", "joining": {"spend": "100.00"}, "commission": {"rates": ["10%"]}}`)
	for range 2 {
		root, err := s.Partners.Add(ctx, program.Add{Partner: "root", Candidate: true})
		require.NoError(t, err)
		require.Equal(t, partner.Candidate, root.Status)
	}
	s.recruit("bob", "root")
	buys := func(customer partner.Customer, id, amount string) program.Outcome {
		o := s.order(id, 1, amount)
		o.Customer = customer
		return s.paid(o)
	}
	require.Empty(t, buys("bob", "o-1", "50.00").Entries)
	require.True(t, buys("root", "o-2", "100.00").Promoted)
	require.Equal(t, "5.00 CNY", buys("bob", "o-3", "50.00").Commission.String())
}

func TestACandidateBecomesAPartnerByBeingAdded(t *testing.T) {
	s := open(t, `{"currency": "CNY", "joining": {"spend": "100.00"}, "commission": {"rates": ["10%"]}}`)
	_, err := s.Partners.Add(ctx, program.Add{Partner: "root", Candidate: true})
	require.NoError(t, err)
	root, err := s.Partners.Add(ctx, program.Add{Partner: "root"})
	require.NoError(t, err)
	require.Equal(t, partner.Active, root.Status)
	root, err = s.Partners.Add(ctx, program.Add{Partner: "root", Candidate: true, Meta: program.Meta{Key: "again"}})
	require.NoError(t, err)
	require.Equal(t, partner.Active, root.Status, "he stays what he is")
	_, err = s.Partners.Add(ctx, program.Add{Partner: "root", Candidate: true, Level: "gold"})
	require.ErrorIs(t, err, store.ErrConflict)
}

func TestAPlanThatAsksForNothingHasNoCandidates(t *testing.T) {
	s := open(t, twoLevels)
	root, err := s.Partners.Add(ctx, program.Add{Partner: "root", Candidate: true})
	require.NoError(t, err)
	require.Equal(t, partner.Active, root.Status)
}
