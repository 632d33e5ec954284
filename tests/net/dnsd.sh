#!/bin/sh
# lucid-dnsd judged by dig: over UDP, over TCP after a cut answer, two families, bad input, a zone that is read again.
# In company.
set -u
. "$(dirname "$0")/namespace"

command -v dig >/dev/null || {
    echo "skip dnsd: dig is not installed"
    exit 0
}

server=
gone() { ! kill -0 "$server" 2>/dev/null; }
is_up() { grep -q 'answers for' "$work/out" || gone; }
stop() {
    [ -n "$server" ] || return 0
    kill -INT "$server" 2>/dev/null
    eventually 10 gone || kill -KILL "$server" 2>/dev/null
    wait "$server"
    status=$?
    server=
    [ $status -eq 0 ] || {
        not_ok "dnsd: it ended with $status"
        tail -n 40 "$work/err"
    }
}
trap 'stop; clean' EXIT
serve() {
    "$build/san/lucid-dnsd" "$@" >"$work/out" 2>"$work/err" &
    server=$!
    eventually 10 is_up
    gone || return 0
    not_ok "dnsd $*: it ended"
    cat "$work/err"
    exit 1
}

# check WHAT COMMAND...: the command succeeds.
check() {
    what=$1
    shift
    if "$@"; then ok "$what"; else not_ok "$what"; fi
}

# asked WHAT EXPECTED DIG-ARGUMENT...: the answers that dig prints, in order, on one line.
asked() {
    what=$1 expected=$2
    shift 2
    got=$(dig +time=2 +tries=2 @10.77.0.2 +short "$@" | tr '\n' ' ')
    same "$what" "$expected" "${got% }"
}
# status WHAT EXPECTED DIG-ARGUMENT...: the code in the header, and which flags.
status() {
    what=$1 expected=$2
    shift 2
    same "$what" "$expected" "$(dig +time=2 +tries=2 @10.77.0.2 "$@" |
        sed -n 's/.*status: \([A-Z]*\),.*/\1/p; s/^;; flags: \([a-z ]*\);.*/\1/p' | tr '\n' ' ' | sed 's/ $//')"
}

{
    echo "10.77.0.2 www www2.lab.test"
    echo "fd77::2   www"
    echo "10.77.0.3 www"
    i=0
    while [ $i -lt 200 ]; do echo "10.78.0.$i many" && i=$((i + 1)); done
} >"$work/hosts"
serve --hosts "$work/hosts" --log

asked "A" "10.77.0.2 10.77.0.3" www.lab.test A
asked "AAAA" "fd77::2" www.lab.test AAAA
asked "an alias" "10.77.0.2" www2.lab.test A
asked "PTR" "www.lab.test." -x 10.77.0.2
asked "PTR of IPv6" "www.lab.test." -x fd77::2
asked "NS" "ns.lab.test." lab.test NS
asked "over TCP" "10.77.0.2 10.77.0.3" +tcp www.lab.test A
asked "over TCP, three on one connection" "10.77.0.2 10.77.0.3 fd77::2 10.77.0.2" +tcp +keepopen www.lab.test A \
    www.lab.test AAAA www2.lab.test A
same "over IPv6" "fd77::2" "$(dig +time=2 @fd77::2 +short www.lab.test AAAA)"
same "too long for UDP: 200 addresses over TCP" 200 "$(dig +time=2 @10.77.0.2 +short many.lab.test | wc -l)"
status "too long for UDP: cut" "NOERROR qr aa tc rd" +ignore many.lab.test
status "no such name" "NXDOMAIN qr aa rd" nothing.lab.test
status "no such type, at once" "NOERROR qr aa rd" www.lab.test TYPE65
status "not ours" "REFUSED qr rd" www.example.com
status "EDNS of another version" "BADVERS qr rd" +edns=5 +noednsneg www.lab.test
status "not a query" "NOTIMP qr rd" +opcode=UPDATE www.lab.test
status "no question" "FORMERR qr rd" +header-only
same "the size we take" "udp: 1232" "$(dig +time=2 @10.77.0.2 www.lab.test | grep -o 'udp: [0-9]*')"
same "nothing that dig warns of" "" \
    "$(dig +time=2 +norecurse @10.77.0.2 www.lab.test | grep -i 'warn\|malformed\|mismatch\|error:')"
longest=$(printf '\\001%.0s' $(seq 60))
asked "a long name that text must escape" "" "$longest.$longest.$longest.lab.test" A
check "and a line for it" grep -qF ".$longest.lab.test A: NXDOMAIN" "$work/out"
check "a line for each query" grep -q 'over UDP, [0-9]* octets: www.lab.test AAAA: NOERROR, 1 answer' "$work/out"

# drill, which is of other people.
if command -v drill >/dev/null; then
    drilled() {
        what=$1 expected=$2
        shift 2
        same "drill: $what" "$expected" "$(drill "$@" @10.77.0.2 | tr '\t' ' ' |
            sed -n 's/.*rcode: \([A-Z]*\),.*/\1/p; s/^[^;].* IN //p' | tr '\n' ' ' | sed 's/ $//')"
    }
    drilled A "NOERROR A 10.77.0.2 A 10.77.0.3" www.lab.test
    drilled "over TCP" "NOERROR AAAA fd77::2" -t www.lab.test AAAA
    drilled PTR "NOERROR PTR www.lab.test." -x 10.77.0.2
    drilled "NXDOMAIN with SOA" \
        "NXDOMAIN SOA ns.lab.test. hostmaster.lab.test. 1 3600 600 86400 60" none.lab.test
    drilled "a type without records" "NOERROR SOA ns.lab.test. hostmaster.lab.test. 1 3600 600 86400 60" \
        www.lab.test TYPE65
    same "drill: cut, then whole over TCP" 200 "$(drill -a many.lab.test @10.77.0.2 | grep -c '10\.78\.0\.')"
else
    echo "skip drill: it is not installed"
fi

# The host's own resolver, in a mount namespace with a resolv.conf that names this server. It asks for both families
# from one port at the same time.
printf 'nameserver 10.77.0.2\nsearch lab.test\noptions timeout:2 attempts:2\n' >"$work/resolv.conf"
echo 'hosts: dns' >"$work/nsswitch.conf"
as_host() {
    unshare -m sh -c 'mount --bind resolv.conf /etc/resolv.conf && mount --bind nsswitch.conf /etc/nsswitch.conf &&
        exec "$@"' sh "$@"
}
if as_host true 2>/dev/null; then
    : >"$work/out"
    same "getaddrinfo: both families" "10.77.0.2 10.77.0.3 fd77::2" \
        "$(as_host getent ahosts www.lab.test | cut -d ' ' -f 1 | sort -u | tr '\n' ' ' | sed 's/ $//')"
    same "from one port" 1 "$(sed -n 's/^to \(.*\) over UDP.*/\1/p' "$work/out" | sort -u | wc -l)"
    same "two queries" 2 "$(grep -c '^to .* over UDP.*www.lab.test A*: NOERROR' "$work/out")"
    same "getaddrinfo: a name in the zone" "10.77.0.2" "$(as_host getent ahostsv4 www2 | sed -n '1s/ .*//p')"
    same "getnameinfo" "10.77.0.2 www.lab.test" "$(as_host getent hosts 10.77.0.2 | tr -s ' ')"
    as_host getent ahosts none.lab.test >/dev/null
    same "getaddrinfo: no such name" 2 $?
    same "getaddrinfo: 200 addresses, over TCP" 200 "$(as_host getent ahosts many.lab.test | grep -c STREAM)"
else
    echo "skip the host's resolver: no mount namespace, or no /etc/resolv.conf"
fi

# lucid-fetch, on a device and a stack of its own, finds a server of the kernel's by its name.
echo 1 >/proc/sys/net/ipv4/ip_forward
mkdir "$work/site"
echo "found by name" >"$work/site/page"
start python3 -m http.server --bind 0.0.0.0 --directory "$work/site" 8000 >"$work/site.log" 2>&1
{
    echo "10.78.0.1 web"
    echo "10.77.0.1 host"
    i=0
    while [ $i -lt 200 ]; do echo "10.78.0.1 lots" && i=$((i + 1)); done
    echo "fd77::9 six"
} >>"$work/hosts"
kill -HUP "$server"
fetch() {
    "$build/san/lucid-fetch" --tun lucid1 --addr 10.78.0.2 --host-addr 10.78.0.1/24 --dns 10.77.0.2 "$@" 2>"$work/err1"
}
listening() { python3 -c 'import socket; socket.create_connection(("127.0.0.1", 8000), 1)' 2>/dev/null; }
eventually 10 listening
as_host true 2>/dev/null &&
    same "curl by a name" "found by name" "$(as_host curl -q -sS --max-time 5 http://host.lab.test:8000/page)"
same "lucid-fetch by a name" "found by name" "$(fetch http://web.lab.test:8000/page)"
same "lucid-fetch by a name whose answer needs TCP" "found by name" "$(fetch -v http://lots.lab.test:8000/page)"
check "it says what it found" grep -q 'lots.lab.test is 10.78.0.1' "$work/err1"
fetch http://none.lab.test:8000/page >"$work/out1"
same "lucid-fetch, a name that is not there: exit status" 1 $?
check "and what it says" grep -q 'none.lab.test has no address here: .* knows no such name' "$work/err1"
fetch http://six.lab.test:8000/page >"$work/out1"
check "lucid-fetch, an address of another family" grep -q 'no IPv4 address' "$work/err1"

echo "10.77.0.9 www" >"$work/hosts"
kill -HUP "$server"
reread() { [ "$(dig +time=2 @10.77.0.2 +short www.lab.test)" = 10.77.0.9 ]; }
check "SIGHUP reads the file again" eventually 5 reread
echo "10.77.0.999 www" >"$work/hosts"
kill -HUP "$server"
check "a bad file changes nothing" eventually 5 grep -q 'line 1: 10.77.0.999 is no address.*is still served' "$work/err"
asked "as before" "10.77.0.9" www.lab.test
asked "SOA: a serial number for each file that was read" "ns.lab.test. hostmaster.lab.test. 3 3600 600 86400 60" \
    lab.test SOA

# Octets at random, and connections that say nothing; then it still answers.
python3 - <<'PY'
import random, socket
random.seed(7)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(2000):
    u.sendto(random.randbytes(random.randrange(0, 600)), ("10.77.0.2", 53))
held = []
for _ in range(100):
    s = socket.socket()
    s.settimeout(2)
    s.connect(("10.77.0.2", 53))
    s.send(random.randbytes(random.randrange(0, 40)))
    held.append(s)
PY
asked "after octets at random and idle connections" "10.77.0.9" +tcp www.lab.test
stop

serve --explain
asked "without a file" "10.77.0.2" www.lab.test A
check "each octet explained" grep -q '^     12  03 77 77 77              question: label "www"$' "$work/out"
stop

exits() {
    "$build/san/lucid-dnsd" "$@" >"$work/out" 2>"$work/err"
    same "exit status: $*" 2 $?
    same "one sentence: $*" 1 "$(wc -l <"$work/err")"
}
exits --port 0
exits --ttl x
exits --zone 'a..b'
exits --hosts "$work/nothing"
exits --nothing
exit $failures
