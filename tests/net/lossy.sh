#!/bin/sh
# OCTETS octets (three million) each way over a link that loses 5 % of the packets and reorders 5 %, with the kernel as
# client and as server, over both families: what arrives is what was sent, by its hash. `make soak-net` does it with a
# gigabyte.
set -u
. "$(dirname "$0")/server"

OCTETS=${OCTETS:-3000000}
faults=loss=5%,reorder=5%
limit=$((60 + OCTETS / 100000)) # seconds: 100 KB/s is too slow

bulk() {
    python3 "$root/tests/net/bulk.py" "$@"
}

bulk make "$OCTETS" >"$work/root/bulk"
hash=$(hash_of <"$work/root/bulk")

# The kernel is the client, our stack the server.
serve --faults "$faults,seed=1" || exit 1
same "the stack serves, and sends" "$hash" "$(get --max-time $limit http://10.77.0.2/bulk | hash_of)"
stop
start "$build/san/lucid-bench" serve --addr fd77::2 --faults "$faults,seed=2" >"$work/echo" 2>&1
eventually 10 grep -q serving "$work/echo" || not_ok "the echo service does not start"
same "the stack sends back what it gets" "$hash" \
    "$(timeout $limit python3 "$root/tests/net/bulk.py" echo fd77::2 "$OCTETS")"
kill -INT $started
wait $started
same "the echo service ends in order" 0 $?

# The kernel is the server, and our stack the client.
start python3 "$root/tests/net/bulk.py" serve 8000 "$OCTETS"
eventually 10 listens 8000 || not_ok "the server does not start"
fetch() {
    timeout $limit "$build/san/lucid-fetch" --faults "$@" 2>"$work/err" || cat "$work/err"
}
same "the stack fetches" "$hash" "$(fetch "$faults,seed=3" 'http://[fd77::1]:8000/' | hash_of)"
same "the stack posts" "$hash" "$(fetch "$faults,seed=4" -d "@$work/root/bulk" http://10.77.0.1:8000/)"
exit $failures
