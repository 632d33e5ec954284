#!/bin/sh
# echo.sh: lucid-echo against clients on the kernel's sockets, in a network of its own.
set -u
if [ "${1-}" != --inside ]; then
    if [ ! -c /dev/net/tun ]; then
        echo "skip lucid-echo against the kernel: there is no /dev/net/tun"
        exit 0
    fi
    [ "$(id -u)" -eq 0 ] && exec unshare -n "$0" --inside
    exec unshare -Urn "$0" --inside
fi
cd "$(dirname "$0")/../.." || exit 1
ECHO=${BUILD:-build}/san/lucid-echo
text=$(mktemp) || exit 1
server=
trap '[ -n "$server" ] && kill "$server"; rm -f "$text"' EXIT
failed=0

say() { # $1 exit status of what was tried, $2 what
    if [ "$1" -eq 0 ]; then
        echo "ok lucid-echo: $2"
    else
        echo "not ok lucid-echo: $2: $(cat "$text")"
        failed=1
    fi
}

"$ECHO" too many >"$text" 2>&1
[ $? -eq 2 ] && grep -q 'takes no arguments' "$text"
say $? "arguments are refused"

"$ECHO" >"$text" 2>&1 &
server=$!
for _ in $(seq 100); do
    grep -q 'port 7' "$text" && break
    sleep 0.05
done
grep -q 'port 7' "$text"
say $? "it listens"

# Sends and receives at once, so that both directions are full; then half-closes and expects the end of the stream.
timeout 60 python3 - >"$text" 2>&1 <<'PYTHON'
import hashlib, os, select, socket, sys, threading, time

def attempt(name, run):
    try:
        run()
        print("ok lucid-echo:", name)
    except Exception as error:
        print("not ok lucid-echo: %s: %s %s" % (name, type(error).__name__, error))

def connect(address):
    peer = socket.create_connection((address, 7), timeout=20)
    return peer

def receive(peer):
    parts = []
    while True:
        part = peer.recv(65536)
        if not part:
            return b"".join(parts)
        parts.append(part)

def exchange(address, size):
    data, got = os.urandom(size), []
    peer = connect(address)
    reader = threading.Thread(target=lambda: got.append(receive(peer)))
    reader.start()
    peer.sendall(data)
    peer.shutdown(socket.SHUT_WR)
    reader.join()
    peer.close()
    if got[0] != data:
        raise ValueError("%d of %d octets, and not the same" % (len(got[0]), size))

def two_at_once():
    first, second = connect("10.77.0.2"), connect("fd77::2")
    for number in range(20):
        first.sendall(b"first %d" % number)
        second.sendall(b"second %d" % number)
        for peer, expected in (second, b"second %d" % number), (first, b"first %d" % number):
            got = b""
            while len(got) < len(expected):
                got += peer.recv(len(expected) - len(got))
            if got != expected:
                raise ValueError("%r instead of %r" % (got, expected))
    first.close()
    second.close()

def together():
    failures = []
    def one(address):
        try:
            exchange(address, 1 << 20)
        except Exception as error:
            failures.append(error)
    threads = [threading.Thread(target=one, args=(a,)) for a in ("10.77.0.2", "fd77::2")]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    if failures:
        raise failures[0]

# Who does not read is stopped from sending, and loses nothing.
def does_not_read():
    peer = connect("10.77.0.2")
    peer.setblocking(False)
    data = os.urandom(64 << 20)
    sent = 0
    while select.select([], [peer], [], 2)[1]:
        sent += peer.send(data[sent:sent + 65536])
        if sent == len(data):
            raise ValueError("64 MB were taken that nobody has read")
    peer.settimeout(20)
    got = []
    reader = threading.Thread(target=lambda: got.append(receive(peer)))
    reader.start()
    peer.shutdown(socket.SHUT_WR)
    reader.join()
    if got[0] != data[:sent]:
        raise ValueError("%d of %d octets, and not the same" % (len(got[0]), sent))

attempt("1 MB over IPv4 comes back", lambda: exchange("10.77.0.2", 1 << 20))
attempt("1 MB over IPv6 comes back", lambda: exchange("fd77::2", 1 << 20))
attempt("an empty stream is ended", lambda: exchange("10.77.0.2", 0))
attempt("two connections take turns", two_at_once)
attempt("1 MB on each of two connections at once", together)
attempt("a peer that does not read is stopped, and loses nothing", does_not_read)
PYTHON
[ $? -eq 0 ] && [ "$(grep -c '^ok ' "$text")" -eq 6 ] || failed=1
grep '^\(not \)\?ok ' "$text" || say 1 "the client"
[ "$(grep -c '^\(not \)\?ok ' "$text")" -eq 6 ] || say 1 "every check of the client has run"

kill -INT "$server"
wait "$server"
say $? "SIGINT ends it with 0"
server=
exit $failed
