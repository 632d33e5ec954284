#!/bin/sh
# lucid-ping, our stack asks, against the kernel.
set -u
. "$(dirname "$0")/namespace"

# check WHAT STATUS PATTERN ARGUMENT...: that exit status, and output that matches.
check() {
    what=$1 expected=$2 pattern=$3
    shift 3
    timeout 60 "$build/san/lucid-ping" "$@" >"$work/said" 2>&1
    same "$what: exit status" "$expected" $?
    has "$what" "$work/said" "$pattern"
}

check "the kernel answers over IPv4" 0 '^3 of 3 requests answered$' --count 3 --interval 0.2 10.77.0.1
check "the kernel answers over IPv6" 0 '^3 of 3 requests answered$' --count 3 --interval 0.2 fd77::1
check "nobody answers" 1 '^10.77.0.99: request 2: no reply$' --count 2 --interval 0.1 10.77.0.99
check "loopback is not on the wire" 1 'request 1: ENETUNREACH' --count 1 --interval 0.1 ::1
check "other addresses" 0 '^1 of 1 requests answered$' --count 1 --tun other --addr 10.99.0.7 \
    --host-addr 10.99.0.1/24 10.99.0.1
check "a name is no address" 2 'neither an IPv4 nor an IPv6 address' localhost
check "a wrong count" 2 'wants a number from 1 to 65535, not none' --count none 10.77.0.1
check "a part of a request" 2 'wants a number from 1 to 65535, not 1.9' --count 1.9 10.77.0.1
check "no network of the kernel's" 2 'lies in no network of the kernel' --addr 10.99.0.7 10.77.0.1
check "no such option" 2 '^lucid-ping: --frobnicate is no option: try --help$' --frobnicate 10.77.0.1
check "no address" 2 'try --help'
exit $failures
