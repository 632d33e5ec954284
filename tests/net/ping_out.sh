#!/bin/sh
# ping_out.sh: lucid-ping, our stack asks, against the kernel, in a network of its own.
set -u
if [ "${1-}" != --inside ]; then
    if [ ! -c /dev/net/tun ]; then
        echo "skip lucid-ping against the kernel: there is no /dev/net/tun"
        exit 0
    fi
    [ "$(id -u)" -eq 0 ] && exec unshare -n "$0" --inside
    exec unshare -Urn "$0" --inside
fi
cd "$(dirname "$0")/../.." || exit 1
PING=${BUILD:-build}/san/lucid-ping
text=$(mktemp) || exit 1
trap 'rm -f "$text"' EXIT
failed=0

# $1 what, $2 the exit status expected, $3 a pattern of its output, then the arguments.
check() {
    what=$1 expected=$2 pattern=$3
    shift 3
    "$PING" "$@" >"$text" 2>&1
    status=$?
    if [ $status -eq "$expected" ] && grep -q "$pattern" "$text"; then
        echo "ok lucid-ping: $what"
        return
    fi
    echo "not ok lucid-ping: $what: exit status $status, output: $(cat "$text")"
    failed=1
}

check "the kernel answers over IPv4" 0 '^3 of 3 requests answered$' --count 3 --interval 0.2 10.77.0.1
check "the kernel answers over IPv6" 0 '^3 of 3 requests answered$' --count 3 --interval 0.2 fd77::1
check "nobody answers" 1 '^10.77.0.99: request 2: no reply$' --count 2 --interval 0.1 10.77.0.99
check "loopback is not on the wire" 1 'request 1: ENETUNREACH' --count 1 --interval 0.1 ::1
check "a name is no address" 2 'neither an IPv4 nor an IPv6 address' localhost
check "a wrong count" 2 'wants a number from 1 to 65535, not none' --count none 10.77.0.1
check "no address" 2 'try --help'
exit $failed
