#!/bin/sh
# lucid-echo against clients of the kernel's: what comes back is compared, octet by octet; several at once; one that
# does not read stops nobody else; resets and the end.
set -u
. "$(dirname "$0")/namespace"

client() {
    timeout 60 python3 "$root/tests/net/echo_client.py" "$@"
}

is_up() {
    ip addr show dev lucid0 up 2>/dev/null | grep -q 'inet '
}

start "$build/san/lucid-echo" >"$work/out" 2>"$work/err"
server=$started
eventually 10 is_up || not_ok "the server does not start: $(cat "$work/err")"

passes "1 MB over IPv4" client 10.77.0.2 1000000
passes "1 MB over IPv6" client fd77::2 1000000
passes "two connections at once, 1 MB each" client 10.77.0.2 1000000 2
passes "fifty at once" client 10.77.0.2 20000 50
passes "one octet" client 10.77.0.2 1
passes "no octet" client fd77::2 0

# One that sends and does not read: what it may send has an end, and the others do not wait for it.
mkfifo "$work/go"
client 10.77.0.2 deaf <"$work/go" >"$work/sent" 2>"$work/deaf" &
deaf=$!
children="$children $deaf"
exec 4>"$work/go"
passes "a client that does not read is held back" eventually 30 test -s "$work/sent"
passes "meanwhile another is served" client 10.77.0.2 1000000
passes "resets" client 10.77.0.2 reset
passes "after a reset, too" client fd77::2 1000000
echo >&4
exec 4>&-
wait $deaf
same "when it reads at last, nothing is missing" 0 $?

"$build/san/lucid-echo" >/dev/null 2>"$work/second"
same "a second server: exit status" 1 $?
has "a second server: one sentence" "$work/second" '^lucid-echo: .*lucid0.*in use'
"$build/san/lucid-echo" --nonsense >/dev/null 2>&1
same "wrong usage: exit status" 2 $?
passes "--help" "$build/san/lucid-echo" --help

kill -INT $server
wait $server
same "Ctrl-C ends it, and no sanitizer complains" "0 " "$? $(cat "$work/err")"
same "the interface goes with it" "" "$(ip -o link show dev lucid0 2>/dev/null)"
exit $failures
