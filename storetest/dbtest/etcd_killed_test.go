package dbtest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/kvstore"
	"github.com/fenrun/fenrun/store/memstore"
)

// cluster is three nodes of etcd of the test's own, in a folder that goes with them and reached through sockets in it.
type cluster struct {
	*testing.T
	dir    string
	client *clientv3.Client
	nodes  [3]*exec.Cmd
}

// newCluster starts the nodes.
func newCluster(t *testing.T) *cluster {
	if asked() == "" {
		t.Skip("it takes a minute: FENRUN_DATABASES=1 runs it")
	}
	if _, err := exec.LookPath("etcd"); err != nil {
		t.Skipf("there is no etcd to start: %v", err)
	}
	dir, err := os.MkdirTemp("", "etcd") // a socket's path is at most some 100 bytes
	require.NoError(t, err)
	c := &cluster{T: t, dir: dir}
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	var endpoints []string
	for n := range c.nodes {
		endpoints = append(endpoints, c.endpoint(n))
		c.start(n)
		t.Cleanup(func() { c.kill(n) })
	}
	c.client = etcdClient(t, endpoints...)
	c.leader()
	return c
}

func (c *cluster) endpoint(n int) string { return fmt.Sprintf("unix://%s/n%d:1", c.dir, n) }

// start starts a node, with what it had when it was killed.
func (c *cluster) start(n int) {
	var peers []string
	for i := range c.nodes {
		peers = append(peers, fmt.Sprintf("n%d=unix://n%d:2", i, i))
	}
	name := fmt.Sprintf("n%d", n)
	client, peer := "unix://"+name+":1", "unix://"+name+":2"
	for _, socket := range []string{client, peer} { // which one that is killed leaves
		err := os.Remove(filepath.Join(c.dir, strings.TrimPrefix(socket, "unix://")))
		require.True(c, err == nil || errors.Is(err, fs.ErrNotExist), err)
	}
	cmd := exec.Command("etcd", "--name", name, "--data-dir", name, "--initial-cluster", strings.Join(peers, ","), "--heartbeat-interval", "50",
		"--election-timeout", "500", "--logger", "zap", "--log-level", "error", "--listen-client-urls", client, "--advertise-client-urls", client,
		"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer)
	cmd.Dir = c.dir
	log, err := os.OpenFile(filepath.Join(c.dir, name+".log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(c, err)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(c, cmd.Start())
	require.NoError(c, log.Close())
	c.nodes[n] = cmd
}

// kill gives a node no time for anything.
func (c *cluster) kill(n int) {
	_ = c.nodes[n].Process.Kill()
	_ = c.nodes[n].Wait()
}

// leader waits until all nodes are there and follow one of them, and returns which.
func (c *cluster) leader() int {
	ctx, cancel := context.WithTimeout(c.Context(), time.Minute)
	defer cancel()
	for {
		leads, agree := -1, 0
		var leader uint64
		for n := range c.nodes {
			status, err := c.status(ctx, n)
			if err != nil || status.Leader == 0 || leader != 0 && leader != status.Leader {
				break
			}
			if leader, agree = status.Leader, agree+1; status.Header.MemberId == leader {
				leads = n
			}
		}
		if leads >= 0 && agree == len(c.nodes) {
			return leads
		}
		require.NoError(c, ctx.Err(), "the nodes do not come together")
		time.Sleep(10 * time.Millisecond)
	}
}

func (c *cluster) status(ctx context.Context, n int) (*clientv3.StatusResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return c.client.Status(ctx, c.endpoint(n))
}

// insistent tells of operations, one after the other, each until it is answered.
type insistent struct {
	*shop
	st         store.Store
	memory     *shop // which hears the same
	in         *memstore.Store
	said       []string
	unanswered int
}

func newInsistent(t *testing.T, client *clientv3.Client, list operations) *insistent {
	p := &insistent{in: memstore.New(), st: kvstore.New(newEtcdDB(client, fmt.Sprintf("list %d", list)))}
	var err error
	p.memory, err = openShop(p.in, list, 0)
	require.NoError(t, err)
	p.shop, err = openShop(p.st, list, 1)
	require.NoError(t, err)
	return p
}

// post tells of operations until it is stopped. Its error is an answer that memory does not give, or none for minutes.
func (p *insistent) post(ctx context.Context, stop <-chan struct{}) error {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return nil
		default:
		}
		want, err := p.memory.tell(ctx, i)
		if err != nil {
			return err
		}
		got, err := p.insist(ctx, i)
		if err != nil {
			return fmt.Errorf("operation %d: %w", i, err)
		}
		if facts(got) != facts(want) {
			return fmt.Errorf("operation %d: etcd answers %s and memory %s", i, got, want)
		}
		p.said = append(p.said, got)
	}
}

func (p *insistent) insist(ctx context.Context, i int) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		once, cancel := context.WithTimeout(ctx, 5*time.Second)
		got, err := p.tell(once, i)
		cancel()
		if err == nil || ctx.Err() != nil {
			return got, err
		}
		p.unanswered++
	}
}

// check asserts that everything that was answered has the same answer when it is told of again, and that all is as it is in memory.
func (p *insistent) check(t *testing.T) {
	for i, first := range p.said {
		if p.answeredAgain(i, first) {
			got, err := p.insist(t.Context(), i)
			require.NoError(t, err)
			require.Equal(t, first, got, "operation %d again", i)
		}
	}
	require.Empty(t, difference(facts(contentOf(t, p.in)), facts(contentOf(t, p.st))))
	p.sound(t)
}

// facts are the lines of a dump, or an answer, that say neither how often a record was saved nor in which order events came. What gets no answer in a run is
// left to the next one, or done one by one: then orders that note their buyer together note him each alone, and what a partner has forfeited is taken by the
// release.
func facts(text string) string {
	lines := strings.Split(counted.ReplaceAllString(withoutIDs(text), ""), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

var counted = regexp.MustCompile(`"(Revision|Number)":\d+,?|@\d+|\bid \d+`)

// TestEtcdLosesNothingWhenNodesAreKilled kills one of three nodes after the other while several shops post, every second time the one that leads: what was
// answered stays, what was not answered is told of again, and all is as it is in memory after the same.
func TestEtcdLosesNothingWhenNodesAreKilled(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	posters, ended, stop := make([]*insistent, 8), make(chan error), make(chan struct{})
	for i := range posters {
		posters[i] = newInsistent(t, c.client, operations(10+i))
		go func() { ended <- posters[i].post(t.Context(), stop) }()
	}
	pause := func(most time.Duration) { time.Sleep(rand.N(most)) }
	times := kills(t, 20)
	for n := range times {
		victim := c.leader()
		if n%2 == 1 {
			victim = (victim + 1 + rand.IntN(2)) % len(c.nodes)
		}
		pause(200 * time.Millisecond)
		c.kill(victim)
		pause(time.Second)
		c.start(victim)
	}
	c.leader()
	close(stop)
	for range posters {
		require.NoError(t, <-ended)
	}
	told, unanswered := 0, 0
	for _, p := range posters {
		p.check(t)
		told, unanswered = told+len(p.said), unanswered+p.unanswered
	}
	require.Positive(t, unanswered, "no node was killed while it worked")
	t.Logf("%d nodes killed, %d operations, %d attempts without an answer", times, told, unanswered)
}
