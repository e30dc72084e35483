package kvstore

import (
	"context"

	"github.com/fenrun/fenrun/store"
)

func (t *tx) claimKey(k store.ClaimKey) path { return t.at("claims").text(k.Operation).text(k.Key) }

func (t *tx) Claim(ctx context.Context, claims []store.Claim) ([]store.Claim, error) {
	if err := t.writes(ctx); err != nil {
		return nil, err
	}
	all := keys(claims, func(c store.Claim) path { return t.claimKey(c.ClaimKey) })
	if _, err := t.lock(ctx, all); err != nil {
		return nil, err
	}
	for i, c := range claims {
		if t.now(all[i]) != nil {
			continue
		}
		if err := write(t, all[i], c); err != nil {
			return nil, err
		}
	}
	return load[store.Claim](ctx, t, all)
}

func (t *tx) Claimed(ctx context.Context, all []store.ClaimKey) ([]store.Claim, error) {
	if err := t.reads(ctx); err != nil {
		return nil, err
	}
	return load[store.Claim](ctx, t, keys(all, t.claimKey))
}

func (t *tx) ScanClaims(ctx context.Context, after store.ClaimKey, limit int) ([]store.Claim, error) {
	return scanned[store.Claim](ctx, t, t.at("claims").page(t.claimKey(after), limit))
}
