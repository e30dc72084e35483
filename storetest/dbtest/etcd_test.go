package dbtest

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/kvstore"
	"github.com/fenrun/fenrun/storetest"
)

// etcdLimit is how many comparisons, and how many operations, etcd takes in one transaction by default (max-txn-ops). An item is at most one of each.
const etcdLimit = 128

// etcdReader reads records from etcd, all of them below a prefix: in the state after a revision, or the newest for 0. A record's revision is that of the
// commit that wrote it.
type etcdReader struct {
	client *clientv3.Client
	prefix string
	at     int64
}

// etcdDB keeps records in etcd.
type etcdDB struct{ etcdReader }

func newEtcdDB(client *clientv3.Client, prefix string) etcdDB {
	return etcdDB{etcdReader{client: client, prefix: prefix + "/"}}
}

// read sends n reads, as many at once as etcd takes. The first of them say which state the others read.
func (r etcdReader) read(ctx context.Context, n int, what func(i int) clientv3.Op) ([]*etcdserverpb.RangeResponse, error) {
	var all []*etcdserverpb.RangeResponse
	at := r.at
	for len(all) < n {
		var some []clientv3.Op
		for i := len(all); i < min(n, len(all)+etcdLimit); i++ {
			op := what(i)
			clientv3.WithRev(at)(&op)
			some = append(some, op)
		}
		got, err := r.client.Txn(ctx).Then(some...).Commit()
		if err != nil {
			return nil, err
		}
		for _, response := range got.Responses {
			all = append(all, response.GetResponseRange())
		}
		if at == 0 {
			at = got.Header.Revision
		}
	}
	return all, nil
}

// Load implements [kvstore.Reader].
func (r etcdReader) Load(ctx context.Context, keys []string) ([]kvstore.Record, error) {
	all, err := r.read(ctx, len(keys), func(i int) clientv3.Op { return clientv3.OpGet(r.prefix + keys[i]) })
	records := make([]kvstore.Record, len(all))
	for i, found := range all {
		if len(found.Kvs) > 0 {
			records[i] = r.records(found)[0]
		}
	}
	return records, err
}

// Scan implements [kvstore.Reader].
func (r etcdReader) Scan(ctx context.Context, ranges []kvstore.Range) ([][]kvstore.Record, error) {
	all, err := r.read(ctx, len(ranges), func(i int) clientv3.Op {
		return clientv3.OpGet(r.prefix+ranges[i].From, clientv3.WithRange(r.prefix+ranges[i].To), clientv3.WithLimit(int64(ranges[i].Limit)))
	})
	records := make([][]kvstore.Record, len(all))
	for i, found := range all {
		records[i] = r.records(found)
	}
	return records, err
}

func (r etcdReader) records(found *etcdserverpb.RangeResponse) (records []kvstore.Record) {
	for _, kv := range found.Kvs {
		key := strings.TrimPrefix(string(kv.Key), r.prefix)
		records = append(records, kvstore.Record{Key: key, Value: kv.Value, Revision: strconv.FormatInt(kv.ModRevision, 10)})
	}
	return records
}

// Snapshot implements [kvstore.Snapshots]. etcd keeps every state until it is compacted.
func (d etcdDB) Snapshot(ctx context.Context) (kvstore.Reader, func(), error) {
	got, err := d.client.Get(ctx, d.prefix)
	if err != nil {
		return nil, nil, err
	}
	reader := d.etcdReader
	reader.at = got.Header.Revision
	return reader, func() {}, nil
}

// Commit implements [kvstore.Database]. The client sends a transaction that writes again only where it was not sent.
func (d etcdDB) Commit(ctx context.Context, items []kvstore.Item) error {
	var conditions []clientv3.Cmp
	var writes []clientv3.Op
	for _, item := range items {
		key := d.prefix + item.Key
		if item.If != nil {
			revision := int64(0) // of a record that does not exist
			if *item.If != "" {
				var err error
				if revision, err = strconv.ParseInt(*item.If, 10, 64); err != nil {
					return err
				}
			}
			conditions = append(conditions, clientv3.Compare(clientv3.ModRevision(key), "=", revision))
		}
		switch item.Write {
		case kvstore.Put:
			writes = append(writes, clientv3.OpPut(key, string(item.Value)))
		case kvstore.Remove:
			writes = append(writes, clientv3.OpDelete(key))
		}
	}
	got, err := d.client.Txn(ctx).If(conditions...).Then(writes...).Commit()
	if err == nil && !got.Succeeded {
		return kvstore.ErrChanged
	}
	return err
}

// Limit implements [kvstore.Database].
func (d etcdDB) Limit() int { return etcdLimit }

var etcdAt = address{variable: "FENRUN_ETCD", usual: "http://127.0.0.1:2379"}

// etcdClient opens a client of nodes.
func etcdClient(t *testing.T, nodes ...string) *clientv3.Client {
	client, err := clientv3.New(clientv3.Config{Endpoints: nodes, DialTimeout: 5 * time.Second, Logger: zap.NewNop()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// etcdPlace opens stores at the server, each under a prefix of its own, as redisPlace does.
func etcdPlace(t *testing.T) func(testing.TB) store.Store {
	if asked() == "" {
		t.Skip("it takes minutes on a server: FENRUN_DATABASES=1 runs it, FENRUN_DATABASES=full all of it")
	}
	client, prefix, opened := etcdClient(t, strings.Split(etcdAt.dsn(), ",")...), "fenrun test "+rand.Text(), 0
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err := client.Get(ctx, prefix)
	if err != nil && etcdAt.dsn() == etcdAt.usual {
		t.Skipf("no server answers at %s, and %s names no other: %v", etcdAt.usual, etcdAt.variable, err)
	}
	require.NoError(t, err, "no server answers at %s, which %s names", etcdAt.dsn(), etcdAt.variable)
	return func(tb testing.TB) store.Store {
		opened++
		db := newEtcdDB(client, prefix+" "+strconv.Itoa(opened))
		tb.Cleanup(func() {
			_, err := client.Delete(context.Background(), db.prefix, clientv3.WithPrefix())
			require.NoError(tb, err)
		})
		return kvstore.New(db)
	}
}

// etcdLarge are the sentences, or the areas of them, that write more in a transaction than etcd takes: most of them fill a tenant with all there is.
var etcdLarge = []string{"batches/", "ids/", "scans/", "tenants/", "transactions/", "size/a line of people is as long as it is"}

func TestEtcd(t *testing.T) {
	t.Parallel()
	options := []storetest.Option{storetest.WithSize(5), storetest.WithWorkers(2, 8), storetest.WithDebits(10)}
	for _, name := range storetest.Cases() {
		if slices.ContainsFunc(etcdLarge, func(beginning string) bool { return strings.HasPrefix(name, beginning) }) {
			options = append(options, storetest.Skip(name, "it has transactions of more than 128 items"))
		}
	}
	options = append(options, storetest.Skip("size/one record may be large", "etcd takes 1.5 MB at once by default"))
	storetest.Run(t, etcdPlace(t), essential(sentences(options...))...)
}

func TestOperationsLeaveTheSameOnEtcdAsInMemory(t *testing.T) {
	t.Parallel()
	sameAsInMemory(t, etcdPlace(t))
}
