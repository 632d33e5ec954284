#!/bin/sh
# bench-lwip, which make bench compares ours with: what it serves is right, octet by octet, so that its figures count.
# Where lwIP is not installed there is no such program.
# In company.
set -u
. "$(dirname "$0")/namespace"

bench=$build/san/bench-lwip
[ -x "$bench" ] || {
    echo "skip lwip: lwIP is not installed"
    exit 0
}

refused() {
    "$bench" "$@" >/dev/null 2>"$work/refused"
    [ $? -eq 2 ] && [ "$(wc -l <"$work/refused")" -eq 1 ]
}
passes "--help" "$bench" --help
passes "an address of the wrong family is refused" refused --addr fd77::2 --host-addr fd77::1/64
passes "a word that is no option is refused" refused now

start "$bench" >"$work/out" 2>"$work/err"
server=$started
is_up() {
    grep -q serving "$work/out"
}
eventually 10 is_up || not_ok "it does not start: $(cat "$work/err")"

client() {
    timeout 20 python3 "$root/tests/net/echo_client.py" "$@"
}
passes "echo: 1 MB" client 10.77.0.2 1000000
passes "echo: fifty at once" client 10.77.0.2 20000 50
passes "echo: no octet" client 10.77.0.2 0
passes "resets" client 10.77.0.2 reset

get() {
    curl -q -sS --noproxy '*' --max-time 5 "$@"
}
same "HTTP: 13 octets" "Hello, world!" "$(get http://10.77.0.2/bytes/13)"
same "HTTP: again on the same connection" "Hello, world!Hello, world! 1" \
    "$(get http://10.77.0.2/a http://10.77.0.2/b -w '%{num_connects}' | sed 's/1\(Hello.*\)0$/\1 1/')"

cat >"$work/raw.py" <<'EOT'
import socket, sys

def talk(port, octets, piece=7):
    with socket.create_connection(("10.77.0.2", port), timeout=5) as s:
        for i in range(0, len(octets), piece):
            s.sendall(octets[i:i + piece])
        s.shutdown(socket.SHUT_WR)
        got = b""
        while more := s.recv(65536):
            got += more
        return got

request = b"GET /bytes/13 HTTP/1.1\r\nHost: x\r\n\r\n"
assert talk(80, request * 500).count(b"\r\n\r\nHello, world!") == 500
assert talk(80, request[:-2]) == b""
assert talk(80, b"POST / HTTP/1.1\r\n\r\n", 100) == b""
assert len(talk(13, b"").split()) == 5
with socket.create_connection(("10.77.0.2", 19), timeout=5) as s:
    octets = bytearray(s.makefile("rb").read(1000000))
assert talk(9, octets, 100000).startswith(b"it ends after octet 1000000,")
octets[-1] ^= 1
assert talk(9, octets, 100000).startswith(b"not all is right")
EOT
passes "500 requests in pieces of 7 octets; no POST; daytime; octets from chargen to discard, right and wrong" \
    python3 "$work/raw.py"

# The load looks at the octets that it gets, and asks whether those came right that it sent: by their hash.
for way in up down; do
    passes "bulk, $way, on one connection" "$build/san/lucid-bench" load $way --seconds 0.05
    passes "bulk, $way, on twenty" "$build/san/lucid-bench" load $way --seconds 0.05 --connections 20
done

kill -TERM $server
wait $server
same "it ends in order" 0 $?
same "and has said nothing" "" "$(cat "$work/err")"
exit $failures
