package dbtest

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store"
	"github.com/fenrun/fenrun/store/memstore"
	"github.com/fenrun/fenrun/store/sqlstore"
)

// poster is a process that tells of operations until it is killed. It is this program again, with what it needs in a variable.
type poster struct {
	Driver string
	DSN    string
	Config sqlstore.Config
	List   operations
	From   int // the operation with which it begins
	Launch int
}

// posterVariable names the variable.
const posterVariable = "FENRUN_POSTER"

func TestMain(m *testing.M) {
	if text := os.Getenv(posterVariable); text != "" {
		fmt.Fprintln(os.Stderr, post(text))
		os.Exit(1) // it only comes here by an error
	}
	os.Exit(m.Run())
}

// readyToPost is what a poster writes before its first operation.
const readyToPost = "ready"

// post tells of operations without end, and writes a line for each as soon as it has its answer.
func post(text string) error {
	var p poster
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return err
	}
	db, err := sql.Open(p.Driver, p.DSN)
	if err != nil {
		return err
	}
	st, err := sqlstore.New(db, p.Config)
	if err != nil {
		return err
	}
	s, err := openShop(st, p.List, p.Launch)
	if err != nil {
		return err
	}
	fmt.Println(readyToPost)
	for i := p.From; ; i++ {
		got, err := s.tell(context.Background(), i)
		if err != nil {
			return fmt.Errorf("operation %d: %w", i, err)
		}
		fmt.Printf("%d %s\n", i, got)
	}
}

// killing kills posters on one database, one after the other, and holds what they leave against the same operations in memory.
type killing struct {
	*testing.T
	poster
	st     store.Store // the same database
	memory *shop
	in     *memstore.Store
	open   func() int // how many connections of posters the database has; nil where it has none once their process is gone
	said   []string
	rng    *rand.Rand
}

// kills is how often posters are killed: as often as FENRUN_KILLS says, or as a run of the continuous integration has time for.
func kills(t *testing.T, usual int) int {
	text := os.Getenv("FENRUN_KILLS")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, "FENRUN_KILLS")
	return n
}

// checkedEach is after how many kills all is compared and audited.
const checkedEach = 10

func (k *killing) run(times int) {
	k.in = memstore.New()
	var err error
	k.memory, err = openShop(k.in, k.List, 0)
	require.NoError(k, err)
	k.rng = rand.New(rand.NewPCG(uint64(k.List), 1))
	began, checked := time.Now(), 0
	for n := range times {
		k.kill(n)
		k.again(max(0, len(k.said)-2), len(k.said))
		if n%checkedEach == checkedEach-1 || n == times-1 {
			k.again(checked, len(k.said))
			k.compare()
			checked = len(k.said)
		}
	}
	require.GreaterOrEqual(k, len(k.said), times, "the posters hardly came to post")
	k.Logf("%d posters killed in %s, %d operations", times, time.Since(began).Round(time.Millisecond), len(k.said))
}

// kill starts a poster and kills it at a random moment: mostly while it posts, sometimes while it begins.
func (k *killing) kill(n int) {
	k.From = len(k.said)
	if k.List.kind(k.From) == ran {
		// What a run leaves to another one that is just at it is done by the next run: here later than it is in memory.
		k.quiet()
	}
	k.Launch++
	text, err := json.Marshal(k.poster)
	require.NoError(k, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), posterVariable+"="+string(text))
	var complaint strings.Builder
	cmd.Stderr = &complaint
	pipe, err := cmd.StdoutPipe()
	require.NoError(k, err)
	require.NoError(k, cmd.Start())
	k.Cleanup(func() { _ = cmd.Process.Kill() }) // where an assertion leaves before
	lines, heard := bufio.NewReader(pipe), ""
	await := func() {
		line, err := lines.ReadString('\n')
		if heard += line; err != nil {
			_ = cmd.Wait()
			require.Fail(k, "a poster ended by itself", complaint.String())
		}
	}
	if n%8 != 0 {
		for range 1 + k.rng.IntN(12) { // that it is ready, and answers
			await()
		}
		if k.open != nil && strings.Count(heard, "\n") > 1 {
			require.Positive(k, k.open(), "a poster that posts is seen")
		}
	}
	time.AfterFunc(time.Duration(k.rng.IntN(15_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
	rest, err := io.ReadAll(lines)
	require.NoError(k, err)
	require.Error(k, cmd.Wait())
	require.Empty(k, complaint.String(), "a poster ended by itself")
	heard += string(rest)
	for line := range strings.Lines(strings.TrimPrefix(heard, readyToPost+"\n")) {
		line, whole := strings.CutSuffix(line, "\n")
		if !whole {
			break // the answer was not heard
		}
		place, got, _ := strings.Cut(line, " ")
		require.Equal(k, strconv.Itoa(len(k.said)), place)
		want, err := k.memory.tell(k.Context(), len(k.said))
		require.NoError(k, err)
		require.Equal(k, withoutIDs(want), withoutIDs(got), "operation %d", len(k.said))
		k.said = append(k.said, got)
	}
}

// quiet waits until the database has ended what a poster has left.
func (k *killing) quiet() {
	for k.open != nil && k.open() > 0 {
		runtime.Gosched()
	}
}

// again tells of operations again that were answered: each gives its first answer, in the very ids.
func (k *killing) again(from, to int) {
	s := k.shop()
	for i := from; i < to; i++ {
		if !k.List.answeredAgain(i, k.said[i]) {
			continue
		}
		got, err := s.tell(k.Context(), i)
		require.NoError(k, err)
		require.Equal(k, k.said[i], got, "operation %d", i)
	}
}

// shop is this process, which tells of operations too.
func (k *killing) shop() *shop {
	k.Launch++
	s, err := openShop(k.st, k.List, k.Launch)
	require.NoError(k, err)
	return s
}

// compare tells of the operation that was not answered, and asserts that the database has what memory has after the same: nothing is lost, nothing is there
// twice.
func (k *killing) compare() {
	k.quiet()
	i, s := len(k.said), k.shop()
	want, err := k.memory.tell(k.Context(), i)
	require.NoError(k, err)
	got, err := s.tell(k.Context(), i)
	require.NoError(k, err)
	require.Equal(k, withoutIDs(want), withoutIDs(got), "operation %d", i)
	k.said = append(k.said, got)
	require.Empty(k, difference(contentOf(k, k.in), contentOf(k, k.st)))
	s.sound(k)
}

func TestSQLiteSurvivesPostersThatAreKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	for seed, synchronous := range []string{"normal", "full"} {
		t.Run("synchronous "+synchronous, func(t *testing.T) {
			p := poster{
				Driver: "sqlite", Config: sqlstore.Config{Dialect: sqlstore.SQLite}, List: operations(seed),
				DSN: "file:" + filepath.Join(t.TempDir(), "shop.db") + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)&_pragma=synchronous(" + synchronous + ")",
			}
			db, err := sql.Open(p.Driver, p.DSN)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, db.Close()) })
			k := &killing{T: t, poster: p, st: opened(t, db, p.Config)}
			k.run(kills(t, 100) / 2)
		})
	}
}

func TestPostgreSQLSurvivesPostersThatAreKilled(t *testing.T) {
	t.Parallel()
	p := &place{db: server(t, "pgx", postgresAt), config: sqlstore.Config{Dialect: sqlstore.PostgreSQL}}
	t.Cleanup(func() { p.drop(t, " CASCADE") })
	st := p.open(t)
	name := st.Config().Schema // which no other has, and so names the posters' connections too
	k := &killing{T: t, st: st, poster: poster{Driver: "pgx", DSN: named(postgresAt.dsn(), name), Config: st.Config(), List: 3}}
	k.open = func() (n int) {
		require.NoError(t, p.db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = $1", name).Scan(&n))
		return n
	}
	k.run(kills(t, 100))
}

// named is a PostgreSQL DSN, in either of its two forms, with a name for the connections.
func named(dsn, name string) string {
	if !strings.Contains(dsn, "://") {
		return dsn + " application_name=" + name
	}
	if strings.Contains(dsn, "?") {
		return dsn + "&application_name=" + name
	}
	return dsn + "?application_name=" + name
}
