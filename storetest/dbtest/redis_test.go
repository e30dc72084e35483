package dbtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/kvstore"
	"github.com/fenrun/fenrun/storetest"
)

// redisDB keeps records in Redis, as an example of a database to put kvstore on: the keys in a sorted set, by which they are read in order, the values and
// the revisions in a hash each, and the last revision in a number. All of them have the same prefix in braces, so that a cluster keeps them in one place. A
// script runs alone, so that what it reads is of one instant, and what it writes is written as a whole.
type redisDB struct {
	client *redis.Client // that sends nothing twice by itself: MaxRetries is -1
	names  []string
}

func newRedisDB(client *redis.Client, prefix string) redisDB {
	db := redisDB{client: client}
	for _, name := range []string{"keys", "values", "revisions", "last"} {
		db.names = append(db.names, "{"+prefix+"}:"+name)
	}
	return db
}

var loadScript = redis.NewScript(`
	local found = {}
	for i, key in ipairs(ARGV) do
		found[i] = {key, redis.call("HGET", KEYS[3], key) or "", redis.call("HGET", KEYS[2], key) or ""}
	end
	return found`)

var scanScript = redis.NewScript(`
	local all = {}
	for i = 1, #ARGV, 3 do
		local found = {}
		for n, key in ipairs(redis.call("ZRANGEBYLEX", KEYS[1], "[" .. ARGV[i], "(" .. ARGV[i+1], "LIMIT", 0, ARGV[i+2])) do
			found[n] = {key, redis.call("HGET", KEYS[3], key), redis.call("HGET", KEYS[2], key)}
		end
		table.insert(all, found)
	end
	return all`)

var commitScript = redis.NewScript(`
	for i = 1, #ARGV, 5 do
		if ARGV[i+1] == "if" and (redis.call("HGET", KEYS[3], ARGV[i]) or "") ~= ARGV[i+2] then
			return 0
		end
	end
	local revision = redis.call("INCR", KEYS[4])
	for i = 1, #ARGV, 5 do
		if ARGV[i+3] == "put" then
			redis.call("ZADD", KEYS[1], 0, ARGV[i])
			redis.call("HSET", KEYS[2], ARGV[i], ARGV[i+4])
			redis.call("HSET", KEYS[3], ARGV[i], revision)
		elseif ARGV[i+3] == "remove" then
			redis.call("ZREM", KEYS[1], ARGV[i])
			redis.call("HDEL", KEYS[2], ARGV[i])
			redis.call("HDEL", KEYS[3], ARGV[i])
		end
	end
	return 1`)

// recordOf reads a key, a revision and a value.
func recordOf(found any) kvstore.Record {
	parts := found.([]any)
	return kvstore.Record{Key: parts[0].(string), Revision: parts[1].(string), Value: []byte(parts[2].(string))}
}

// Load implements [kvstore.Database].
func (d redisDB) Load(ctx context.Context, keys []string) ([]kvstore.Record, error) {
	args := make([]any, len(keys))
	for i, key := range keys {
		args[i] = key
	}
	found, err := loadScript.Run(ctx, d.client, d.names, args...).Slice()
	records := make([]kvstore.Record, len(found))
	for i := range found {
		records[i] = recordOf(found[i])
	}
	return records, err
}

// Scan implements [kvstore.Database].
func (d redisDB) Scan(ctx context.Context, ranges []kvstore.Range) ([][]kvstore.Record, error) {
	var args []any
	for _, r := range ranges {
		limit := r.Limit
		if limit == 0 {
			limit = -1
		}
		args = append(args, r.From, r.To, limit)
	}
	found, err := scanScript.Run(ctx, d.client, d.names, args...).Slice()
	all := make([][]kvstore.Record, len(found))
	for i := range found {
		for _, one := range found[i].([]any) {
			all[i] = append(all[i], recordOf(one))
		}
	}
	return all, err
}

// Commit implements [kvstore.Database].
func (d redisDB) Commit(ctx context.Context, items []kvstore.Item) error {
	var args []any
	for _, item := range items {
		condition, revision := "", ""
		if item.If != nil {
			condition, revision = "if", *item.If
		}
		args = append(args, item.Key, condition, revision, []string{"keep", "put", "remove"}[item.Write], item.Value)
	}
	done, err := commitScript.Run(ctx, d.client, d.names, args...).Int()
	if err == nil && done == 0 {
		return kvstore.ErrChanged
	}
	return err
}

// Limit implements [kvstore.Database].
func (d redisDB) Limit() int { return 0 }

var redisAt = address{variable: "FENRUN_REDIS", usual: "redis://127.0.0.1:6379"}

// redisServer opens a client at the server, as server does.
func redisServer(t *testing.T) *redis.Client {
	if asked() == "" {
		t.Skip("it takes minutes on a server: FENRUN_DATABASES=1 runs it, FENRUN_DATABASES=full all of it")
	}
	options, err := redis.ParseURL(redisAt.dsn())
	require.NoError(t, err)
	options.MaxRetries, options.PoolSize = -1, 70
	client := redis.NewClient(options)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err = client.Ping(ctx).Err(); err != nil && redisAt.dsn() == redisAt.usual {
		t.Skipf("no server answers at %s, and %s names no other: %v", redisAt.usual, redisAt.variable, err)
	}
	require.NoError(t, err, "no server answers at %s, which %s names", redisAt.dsn(), redisAt.variable)
	return client
}

// redisPlace opens stores at the server, each under a prefix of its own, which it takes away with all its keys.
func redisPlace(t *testing.T) func(testing.TB) store.Store {
	client, prefix, opened := redisServer(t), "fenrun test "+rand.Text(), 0
	return func(tb testing.TB) store.Store {
		opened++
		db := newRedisDB(client, prefix+" "+strconv.Itoa(opened))
		tb.Cleanup(func() { require.NoError(tb, client.Del(context.Background(), db.names...).Err()) })
		return kvstore.New(db)
	}
}

func TestRedis(t *testing.T) {
	t.Parallel()
	storetest.Run(t, redisPlace(t),
		sentences(storetest.Skip("concurrency/a View reads one state while others write", fmt.Sprintf("%T has no snapshots", redisDB{})))...)
}

func TestOperationsLeaveTheSameOnRedisAsInMemory(t *testing.T) {
	t.Parallel()
	sameAsInMemory(t, redisPlace(t))
}
