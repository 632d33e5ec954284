#!/bin/sh
# lucid-httpd stops in order, on both transports: what is under way is finished, idle connections get FIN, newcomers are
# refused, a limit ends it, a second signal ends it at once; and nothing is left.
# In company.
set -u
. "$(dirname "$0")/server"

octets 30000000 >"$work/root/long"
long_hash=$(hash_of <"$work/root/long")

# idle ADDRESS: connects, makes one request and waits: "FIN" or "RST" when the server ends it.
idle() {
    python3 -c '
import socket, sys
with socket.create_connection((sys.argv[1], 80), 20) as sock:
    sock.sendall(b"GET /cookie HTTP/1.1\r\nHost: a\r\n\r\n")
    print("there", flush=True)
    try:
        while sock.recv(65536):
            pass
        print("FIN")
    except ConnectionResetError:
        print("RST")' "$1"
}

# ended SECONDS: the server ends within that, with 0.
ended() {
    eventually "$1" gone || return 1
    wait "$server"
    status=$?
    server=
    return $status
}

there() {
    [ "$(grep -c there "$work/idle")" = 1 ]
}

# check_stop ADDRESS SIGNAL OPTION...
check_stop() {
    address=$1
    signal=$2
    shift 2
    serve "$@" || exit 1
    idle "$address" >"$work/idle" &
    idle=$!
    get -o "$work/got" --limit-rate 15M "http://$address/long" &
    long=$!
    get -o "$work/delayed" -w '%{http_code}' "http://$address/delay/1" >"$work/code" &
    delayed=$!
    passes "$address: clients are there" eventually 5 there
    sleep 0.3
    kill "-$signal" "$server"
    passes "$address: an idle connection ends with FIN" eventually 5 grep -q FIN "$work/idle"
    get --max-time 1 "http://$address/alive" >/dev/null 2>&1
    same "$address: who comes now is refused" 7 $?
    wait $long
    same "$address: a download is finished" "0 $long_hash" "$? $(hash_of <"$work/got")"
    wait $delayed
    same "$address: an answer that is waited for comes" "0 200" "$? $(cat "$work/code")"
    wait $idle
    passes "$address: then it ends" ended 3
    has "$address: it has said what it waits for" "$work/err" \
        '^lucid-httpd: connections to be finished: [23], in 5 s at most'
    [ ! -e /sys/class/net/lucid0 ] || not_ok "$address: the device is left"
}

# check_limit ADDRESS OPTION...
check_limit() {
    address=$1
    shift
    serve --stop-time 0.5 "$@" || exit 1
    get -o /dev/null "http://$address/delay/9" 2>/dev/null &
    delayed=$!
    sleep 0.3
    kill -TERM "$server"
    passes "$address: the limit ends it" ended 3
    wait $delayed
    same "$address: with RST" 56 $?
    serve --stop-time 60 "$@" || exit 1
    get -o /dev/null "http://$address/delay/9" 2>/dev/null &
    delayed=$!
    sleep 0.3
    kill -INT "$server"
    eventually 3 grep -q 'to be finished: 1' "$work/err"
    gone && not_ok "$address: it has not waited"
    kill -INT "$server"
    passes "$address: a second signal ends it at once" ended 2
    wait $delayed
    same "$address: with RST too" 56 $?
}

check_stop 10.77.0.2 TERM
check_limit 10.77.0.2
check_stop 127.0.0.1 INT --transport kernel
check_limit 127.0.0.1 --transport kernel
exit $failures
