#!/bin/sh
# fetch.sh: lucid-fetch, our stack as the client, against servers on the kernel's sockets, in a network of its own.
set -u
if [ "${1-}" != --inside ]; then
    if [ ! -c /dev/net/tun ]; then
        echo "skip lucid-fetch against the kernel: there is no /dev/net/tun"
        exit 0
    fi
    [ "$(id -u)" -eq 0 ] && exec unshare -n "$0" --inside
    exec unshare -Urn "$0" --inside
fi
cd "$(dirname "$0")/../.." || exit 1
FETCH=${BUILD:-build}/san/lucid-fetch
dir=$(mktemp -d) || exit 1
server=
trap '[ -n "$server" ] && kill "$server"; rm -rf "$dir"' EXIT
failed=0

say() { # $1 what, $2 why not; empty: it is well
    if [ -z "$2" ]; then
        echo "ok lucid-fetch: $1"
        return
    fi
    echo "not ok lucid-fetch: $1: $2; stderr: $(cat "$dir/stderr")"
    failed=1
}

# $1 what, $2 the exit status expected, $3 the body expected, or @ and a file with it, $4 a pattern of stderr (none: it
# must be empty), then the arguments.
check() {
    what=$1 expected=$2 body=$3 pattern=$4 why=
    shift 4
    timeout 100 "$FETCH" "$@" >"$dir/stdout" 2>"$dir/stderr"
    status=$?
    case $body in
    @*) cp "${body#@}" "$dir/expected" ;;
    *) printf %s "$body" >"$dir/expected" ;;
    esac
    [ $status -eq "$expected" ] || why="exit status $status"
    [ "$(sha256sum <"$dir/stdout")" = "$(sha256sum <"$dir/expected")" ] ||
        why="$why, $(wc -c <"$dir/stdout") octets of another body"
    if [ -n "$pattern" ]; then
        grep -q -- "$pattern" "$dir/stderr" || why="$why, stderr without: $pattern"
    elif [ -s "$dir/stderr" ]; then
        why="$why, something on stderr"
    fi
    say "$what" "$why"
}

# The states that -v told, in one line.
states() {
    sed -n 's/^\* .* ms  \([A-Z0-9-]*\) *-> \([A-Z0-9-]*\) .*/\1 \2/p' "$dir/stderr" |
        awk 'NR == 1 { printf "%s", $1 } { printf " %s", $2 }'
}

check_states() { # $1 what, $2 the states
    got=$(states)
    [ "$got" = "$2" ] && say "$1" "" || say "$1" "the states were $got"
}

mkdir "$dir/www"
head -c 10000000 /dev/urandom >"$dir/www/large"
head -c 300000 /dev/urandom >"$dir/www/middle"
printf 'small\n' >"$dir/www/small"
python3 tests/net/fetch_server.py "$dir/www" >"$dir/server" 2>&1 &
server=$!
for _ in $(seq 100); do
    grep -q ready "$dir/server" && break
    sleep 0.1
done
four=http://10.77.0.1 six='http://[fd77::1]'

check "10 MB over IPv4" 0 "@$dir/www/large" '' $four/large
check "10 MB over IPv6" 0 "@$dir/www/large" '' "$six/large"
check "10 MB over a bad link" 0 "@$dir/www/large" '' --faults loss=2%,delay=5ms,reorder=5%,dup=1% $four/large
check "into a file" 0 "" '' -o "$dir/file" $four/large
say "the file is what was served" "$(cmp "$dir/file" "$dir/www/large" 2>&1)"
check "--head" 0 "" '^< Content-Length: 10000000' -v --head $four/large
check "--data" 0 "got a=b&c" '^> POST /x HTTP/1.1' -v --data 'a=b&c' $four/x
check "interim answers are passed over" 0 last '' "$six:81/interim"
check "chunks" 0 "hello, world" '' $four:81/chunked
check "the end of the stream ends the body" 0 "to the end" '' $four:81/until-close
check "204 has no body" 0 "" '' $four:81/204
check "304 has no body, whatever its length says" 0 "" '' $four:81/304
check "what comes after the body is not the body" 0 body '' $four:81/surplus

# $1 what, $2 the path on port 81, $3 the body, $4 the sentence.
check_failure() {
    check "$1" 1 "$3" "^lucid-fetch: $4" "$four:81$2"
}
many=$(head -c 1000 /dev/zero | tr '\0' x)
check "404, with its body" 1 "$(printf '<p>none</p>\n.')" '^lucid-fetch: the server answered 404 Not Found$' $four/none
check_failure "a body cut short" /short "$many" 'the body is incomplete: .* ended the .* after 1000 of 5000 octets$'
check_failure "a body cut by RST" /reset "$many" 'the body is incomplete: .* reset the .* after 1000 of 5000 octets$'
check_failure "chunks cut short" /chunked-short hello 'the body is incomplete: .* after 5 octets, of an unknown'
check_failure "not HTTP" '/no-http?q=1#x' '' 'what came is not HTTP: the status line is not: .* (RFC 9112 4)$'
check_failure "framed twice" /twice-framed '' 'what came is not HTTP: .* (RFC 9112 6.1)$'
check_failure "a chunk size that is none" /bad-chunk '' 'what came is not HTTP: a chunk size .* (RFC 9112 7.1)$'
check_failure "no octet of an answer" /nothing '' 'no answer: the server ended the connection after 0 octets'
check_failure "half a head" /half-head '' 'no answer: .* after 26 octets of its head$'
check_failure "101" /101 '' 'the server switches to another protocol (101)'
check_failure "1xx without end" /no-end-of-interim '' 'the server sent more than 16 interim answers'
check "a silent server" 1 xxxxxxxxxx 'nothing more came in time after 10 of 5000 octets$' --timeout 0.5 $four:81/silent
check "a refused port" 1 "" '^lucid-fetch: 10.77.0.1 refused the .* port 82$' -o "$dir/none" $four:82/
[ -e "$dir/none" ] && say "no answer, no file" "there is one" || say "no answer, no file" ""
check "nobody there" 1 "" '^lucid-fetch: 10.77.0.99 does not answer on port 80' --timeout 0.5 http://10.77.0.99/
check "an address that is out of reach" 1 "" 'can reach fd77::1; give it one with --addr$' --addr 10.77.0.2 "$six/"
check "addresses of one's own choice" 0 "@$dir/www/middle" '' --tun lucid7 --addr 192.0.2.2 \
    --host-addr 192.0.2.1/24 http://192.0.2.1/middle

grep -qF "'GET /no-http?q=1 HTTP/1.1\\r\\nHost: 10.77.0.1:81\\r\\n" "$dir/server" && why= || why=$(cat "$dir/server")
say "the request has target and Host" "$why"
say "no request has a Connection field" "$(grep -i 'connection:' "$dir/server")"

check "the states of an active close" 0 "@$dir/www/small" 'RCV_SYN_ACK *RFC 9293 3.10.7.3/4$' -v --msl 0.05 $four/small
check_states "up to CLOSED" "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED"
check "without --msl" 0 "@$dir/www/small" 'the TIME-WAIT record would live on for 2MSL, 240 s' -v "$six/small"
check_states "up to TIME-WAIT" "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT"
check "a server that closes first" 0 "to the end" '^< HTTP/1.1 200 OK$' -v --msl 0.05 $four:81/until-close
check_states "the passive way" "CLOSED SYN-SENT ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED"
check "a failure is told in states too" 1 "" '^lucid-fetch: what came is not HTTP' -v $four:81/no-http
check_states "ABORT" "CLOSED SYN-SENT ESTABLISHED CLOSED"
check "the states over a bad link" 0 "@$dir/www/middle" '^\* .*TIMEOUT_2MSL' -v --msl 0.5 \
    --faults loss=2%,delay=5ms,reorder=5%,dup=1%,seed=3 $four/middle

check "https" 2 "" 'https needs TLS' https://10.77.0.1/
check "a name" 2 "" 'localhost is neither an IPv4 address' http://localhost/
check "no URL" 2 "" 'it wants one URL, not 0'
check "two URLs" 2 "" 'it wants one URL, not 2' $four $four
check "a wrong time" 2 "" 'msl wants seconds from 0.001 to 86400, not nan' --msl nan $four
check "a wrong fault" 2 "" '^lucid-fetch: --faults: ' --faults loss=much $four
check "a prefix that is missing" 2 "" 'host-addr wants an address with its prefix' --host-addr 10.77.0.1 $four
check "a third address" 2 "" 'addr wants to be given at most twice' --addr ::1 --addr ::2 --addr ::3 $four
check "--head with --data" 2 "" 'has no body to send' --head --data x $four
"$FETCH" --pcap "$dir/pcap" $four/small >"$dir/stdout" 2>"$dir/stderr" && [ "$(wc -c <"$dir/pcap")" -gt 500 ]
[ $? -eq 0 ] && say "--pcap" "" || say "--pcap" "no capture"
"$FETCH" $four/large >/dev/full 2>"$dir/stderr"
grep -q '^lucid-fetch: cannot write all of the body to stdout: No space left' "$dir/stderr" && why= || why="not said"
say "a full disk" "$why"
exit $failed
