package dbtest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fenrun/fenrun/store/sqlstore"
)

// cut is when a proxy cuts a connection on which a COMMIT is sent.
type cut int

const (
	never  cut = iota
	before     // before it reaches the server
	after      // when the server has answered, and before the client hears of it
)

func (c cut) String() string {
	return [...]string{"never", "before it arrives", "after it took effect"}[c]
}

// proxy stands between a client and a server on a port of its own, and cuts connections during COMMIT.
type proxy struct {
	net.Listener
	network, address string // the server
	wire             wire
	when             atomic.Int64 // the next commits are cut then
	left             atomic.Int64 // how many of them
	cuts             atomic.Int64 // how many connections were cut
}

// wire reads what goes over a connection in the messages of its protocol.
type wire struct {
	opening  func(*bufio.Reader) ([]byte, error) // the client's first message
	message  func(*bufio.Reader) ([]byte, error)
	commits  func() func(message []byte) bool // says for one connection whether the client's message is a COMMIT
	answered func(message []byte) bool        // whether the server's message ends the answer to it
}

var wires = map[sqlstore.Dialect]wire{
	sqlstore.PostgreSQL: {
		opening:  func(from *bufio.Reader) ([]byte, error) { return framed(from, 0, bigEndian) },
		message:  func(from *bufio.Reader) ([]byte, error) { return framed(from, 1, bigEndian) },
		commits:  postgresCommits,
		answered: func(message []byte) bool { return message[0] == 'Z' },
	},
	sqlstore.MySQL: {
		opening: func(from *bufio.Reader) ([]byte, error) { return framed(from, 0, threeBytes) },
		message: func(from *bufio.Reader) ([]byte, error) { return framed(from, 0, threeBytes) },
		commits: func() func([]byte) bool {
			return func(message []byte) bool {
				return len(message) > 5 && message[3] == 0 && message[4] == 3 && strings.EqualFold(string(message[5:]), "COMMIT")
			}
		},
		answered: func([]byte) bool { return true },
	},
}

// postgresCommits finds a COMMIT that is sent as a text, or prepared: then it knows the name that the statement was given.
func postgresCommits() func(message []byte) bool {
	prepared := map[string]bool{}
	return func(message []byte) bool {
		fields := bytes.SplitN(message[5:], []byte{0}, 3)
		switch message[0] {
		case 'Q':
			return strings.EqualFold(string(fields[0]), "commit")
		case 'P': // a name, a text
			prepared[string(fields[0])] = strings.EqualFold(string(fields[1]), "commit")
		case 'B': // where it is bound to, a name
			return prepared[string(fields[1])]
		}
		return false
	}
}

// framed reads a message whose length stands in its four bytes from at on.
func framed(from *bufio.Reader, at int, length func([]byte) int) ([]byte, error) {
	head := make([]byte, at+4)
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, err
	}
	message := append(head, make([]byte, length(head[at:]))...)
	_, err := io.ReadFull(from, message[at+4:])
	return message, err
}

// bigEndian is PostgreSQL's length, which counts itself; threeBytes is MySQL's, which is followed by a number that it does not count.
func bigEndian(head []byte) int  { return max(int(binary.BigEndian.Uint32(head))-4, 0) }
func threeBytes(head []byte) int { return int(head[0]) | int(head[1])<<8 | int(head[2])<<16 }

// newProxy opens a proxy before the server at an address.
func newProxy(t *testing.T, network, address string, wire wire) *proxy {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &proxy{Listener: listener, network: network, address: address, wire: wire}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() {
		require.NoError(t, listener.Close())
		open.Wait() // for connections that their pool has closed
	})
	return p
}

// port is where the proxy listens.
func (p *proxy) port() int { return p.Addr().(*net.TCPAddr).Port }

// arm makes the proxy cut the next commits.
func (p *proxy) arm(when cut, times int) {
	p.when.Store(int64(when))
	p.left.Store(int64(times))
}

// serve passes on what the two sides of a connection say to each other, until one of them ends it or it is cut.
func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial(p.network, p.address)
	if err != nil {
		return
	}
	var deaf atomic.Bool // whether the client hears no more
	var back sync.WaitGroup
	back.Go(func() {
		defer client.Close()
		p.pass(bufio.NewReader(server), func(message []byte) bool {
			if deaf.Load() {
				return !p.wire.answered(message)
			}
			_, err := client.Write(message)
			return err == nil
		})
	})
	defer back.Wait()
	defer server.Close()
	from := bufio.NewReader(client)
	first, err := p.wire.opening(from)
	if err != nil {
		return
	}
	if _, err := server.Write(first); err != nil {
		return
	}
	commits := p.wire.commits()
	p.pass(from, func(message []byte) bool {
		if commits(message) && p.left.Add(-1) >= 0 {
			p.cuts.Add(1)
			if cut(p.when.Load()) == before {
				return false
			}
			deaf.Store(true)
		}
		_, err := server.Write(message)
		return err == nil
	})
}

// pass gives each message to a function, until it has had enough.
func (p *proxy) pass(from *bufio.Reader, to func([]byte) bool) {
	for {
		message, err := p.wire.message(from)
		if err != nil || !to(message) {
			return
		}
	}
}
