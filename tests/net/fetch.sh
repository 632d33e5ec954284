#!/bin/sh
# lucid-fetch against servers of the kernel's: python's http.server and one that answers in odd ways. What is fetched is
# compared, octet by octet; every failure must be one sentence and its exit status.
# In company.
set -u
. "$(dirname "$0")/namespace"

odd=http://10.77.0.1:8001
server="python3 $root/tests/net/odd_server.py"
limit=60
fetch() {
    timeout $limit "$build/san/lucid-fetch" "$@"
}

# fetched WHAT EXPECTED-HASH OPTION...: exit status 0, nothing on standard error, and that body.
fetched() {
    what=$1 expected=$2
    shift 2
    fetch "$@" >"$work/body" 2>"$work/err"
    status=$?
    if [ $status -ne 0 ] || [ -s "$work/err" ]; then
        not_ok "$what: exit status $status"
        head -n 30 "$work/err"
        return
    fi
    same "$what" "$expected" "$(hash_of <"$work/body")"
}

# fails_with WHAT STATUS PATTERN OPTION...: that status, and one line on standard error that matches.
fails_with() {
    what=$1 expected=$2 pattern=$3
    shift 3
    fetch "$@" >"$work/body" 2>"$work/err"
    status=$?
    if [ $status -eq "$expected" ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -qE -- "$pattern" "$work/err"; then
        ok "$what"
    else
        not_ok "$what: exit status $status, expected $expected; not one line with '$pattern', but:"
        head -n 30 "$work/err"
    fi
}

# body WHAT TEXT: the latest body.
body() {
    same "$1" "$2" "$(cat "$work/body")"
}

mkdir files
octets 10000000 >files/ten
hash=$(hash_of <files/ten)
hello=$(echo hello | hash_of)
start python3 -m http.server 8000 --bind :: --directory files --protocol HTTP/1.1 >/dev/null 2>"$work/server"
start python3 -m http.server 8002 --bind :: --directory files >/dev/null 2>&1
start $server 8001
for port in 8000 8001 8002; do
    eventually 20 listens $port || not_ok "the server at port $port does not start"
done

# ---- files ----

fetched "10 MB over IPv4" "$hash" http://10.77.0.1:8000/ten
fetched "10 MB over IPv6" "$hash" "http://[fd77::1]:8000/ten"
fetched "10 MB of a server that closes first" "$hash" http://10.77.0.1:8002/ten
passes "10 MB to a file" fetch -o "$work/file" http://10.77.0.1:8000/ten
same "the file" "$hash" "$(hash_of <"$work/file")"
bad_link=loss=2%,delay=5ms,reorder=5%,dup=1%
fetched "10 MB over a bad link" "$hash" --faults $bad_link http://10.77.0.1:8000/ten
fetched "10 MB over a bad link, IPv6" "$hash" --faults $bad_link,seed=2 "http://[fd77::1]:8000/ten"
fetched "other addresses, another interface" "$hash" --tun other --addr 10.99.0.7 --host-addr 10.99.0.1/24 \
    http://10.99.0.1:8000/ten

fetch http://10.77.0.1:8000/nothing >"$work/body" 2>"$work/err"
same "404: exit status" 1 $?
has "404: its body" "$work/body" 'Error code: 404'
same "404: no sentence" "" "$(cat "$work/err")"
fetch --head http://10.77.0.1:8000/ten >"$work/body"
same "HEAD: exit status" 0 $?
has "HEAD: the head" "$work/body" '^Content-Length: 10000000.$'
same "HEAD: no more than the head" 1 "$(grep -c '^.$' "$work/body")"

# ---- ways to answer ----

fetched "chunked" "$($server pattern 300000 | hash_of)" $odd/chunked
fetched "up to the end of the stream" "$($server pattern 100000 | hash_of)" $odd/until-close
fetched "octet by octet" "$hello" $odd/octet-by-octet
fetched "behind an interim response" "$hello" $odd/early
fetched "204" "$(hash_of </dev/null)" $odd/none
head_hash=$(printf 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n' | hash_of)
fetched "the response to HEAD has no body" "$head_hash" -I $odd/head
octets 1000000 >million
fetched "1 MB there and back" "$(hash_of <million)" -d @million $odd/echo
fetched "1 MB there and back over a bad link" "$(hash_of <million)" --faults $bad_link -d @million $odd/echo
fetch -d x=y -H 'X-A: b' $odd/request >"$work/body"
has "POST: the request line" "$work/body" '^POST /request HTTP/1\.1.$'
has "POST: a field of the user's" "$work/body" '^X-A: b.$'
has "POST: its length" "$work/body" '^Content-Length: 3.$'
same "POST: the body" x=y "$(tail -n 1 "$work/body")"

# ---- redirections ----

fetch -d x -L $odd/303 >"$work/body"
body "303 turns POST to GET" GET
fetch -d x -L $odd/307 >"$work/body"
body "307 keeps POST" POST
fetch -H 'Authorization: secret' -L $odd/to-ipv6 >"$work/body"
has "308 to another server" "$work/body" '^Host: \[fd77::1\]:8001.$'
same "which gets no credentials" 0 "$(grep -c Authorization "$work/body")"
fetch $odd/303 >"$work/body"
body "without -L the redirection's own body" "this is not what you want"
fails_with "a circle ends" 1 'more than 3 redirections' -L --max-redirs 3 $odd/circle
fails_with "a redirection to https" 1 'cannot be followed: https' -L $odd/to-https

# ---- failures ----

limit=3
fails_with "refused, and said at once" 1 '10\.77\.0\.1 port 81 refused the connection' http://10.77.0.1:81/
limit=60
fails_with "nobody there" 1 'before there was a connection: nothing came or went for 1 s' --timeout 1 http://10.77.0.9/
fails_with "no answer" 1 'before it has answered anything: nothing came or went for 0.5 s' --timeout 0.5 $odd/silent
fails_with "stuck in the body" 1 'after 5 of 10 octets of the body: nothing came' --timeout 0.5 $odd/stuck
body "what there is of it was printed" hello
fails_with "short" 1 'closed the connection after 5 of 10 octets of the body' $odd/short
fails_with "reset" 1 'reset the connection after 5 of 10 octets of the body' $odd/reset
fails_with "two lengths" 1 'more than one Content-Length \(RFC 9112 6\.3\)' $odd/two-lengths
fails_with "an unknown coding" 1 'a transfer coding that is not known here' $odd/gzip
fails_with "not HTTP" 1 'not HTTP as it should be' $odd/garbage
fails_with "no address of that family" 1 'no address of that family' --addr 10.77.0.2 "http://[fd77::1]:8000/"
fails_with "a full disk" 1 'cannot write to /dev/full: No space left' -o /dev/full http://10.77.0.1:8000/ten
fails_with "a folder that is not there" 1 'cannot write to no/file: No such file' -o no/file $odd/chunked
fetch http://10.77.0.1:8000/ten 2>"$work/err" | head -c 10 >/dev/null
has "a pipe that nobody reads" "$work/err" 'cannot write to standard output: Broken pipe'

fails_with "no name" 2 'neither an address nor a name' http://a..b/
fails_with "no name server" 1 'www.lab.test has no address here: .*cannot be asked \(ECONNREFUSED\)' \
    http://www.lab.test/
fails_with "a field with a line feed" 2 'control character' -H 'A: b
C: d' http://10.77.0.1/
fails_with "wrong faults" 2 'faults' --faults loss=x http://10.77.0.1/
same "wrong usage changes nothing" "" "$(ip -o link show dev lucid0 2>/dev/null)"

# An interface that somebody else has.
start sleep 60 # as good a reader as any
ip tuntap add busy mode tun multi_queue
fails_with "a device that is none of ours" 1 'interface busy' --tun busy http://10.77.0.1/
if setpriv --reuid 65534 --clear-groups "$build/san/lucid-fetch" --help >/dev/null 2>&1; then
    setpriv --reuid 65534 --clear-groups "$build/san/lucid-fetch" http://10.77.0.1/ >/dev/null 2>"$work/err"
    same "no permission: exit status" 1 $?
    has "no permission: one sentence" "$work/err" '^lucid-fetch: .*(root|CAP_NET_ADMIN)'
else
    echo "skip no permission: no other user can run the program here"
fi

# ---- over the kernel's sockets ----

near=http://127.0.0.1
fetched "kernel: a file of 10 MB" "$hash" --transport kernel $near:8000/ten
fetched "kernel: a body there and back" "$hello" --transport kernel $near:8001/echo -d "hello
"
fails_with "kernel: refused" 1 'refused' --transport kernel $near:8009/
fails_with "kernel: an answer that stops" 1 'after 5 of 10 octets of the body: nothing came or went for 0\.3 s' \
    --transport kernel --timeout 0.3 $near:8001/stuck
fetch --transport kernel -v $near:8001/none >"$work/body" 2>"$work/err"
has "kernel: what comes" "$work/err" '^< HTTP/1\.1 204 '

# ---- interrupted ----

"$build/san/lucid-fetch" $odd/stuck >"$work/body" 2>"$work/err" &
interrupted=$!
received() {
    [ "$(ss -Htn state established 'sport = :8001' | wc -l)" -eq 1 ]
}
eventually 10 received || not_ok "interrupted: there is no connection"
sleep 0.3
kill -INT $interrupted
wait $interrupted
same "interrupted: exit status" 1 $?
has "interrupted: how far it was" "$work/err" 'after 5 of 10 octets of the body: interrupted'
is_gone() {
    [ -z "$(ss -Htn state connected exclude time-wait 'sport = :8001')" ]
}
passes "interrupted: the server got RST" eventually 5 is_gone

# ---- what is seen ----

# states: from the output of -v, one line for each connection.
states() {
    sed -n 's/^\*  *[0-9.]*  c[0-9]*  *\([A-Z0-9-]*\) -> \([A-Z0-9-]*\)  .*/\1 \2/p' "$work/err" |
        awk '$1 == "CLOSED" { printf "%s%s", (NR > 1) ? "\n" : "", $1 } { printf " %s", $2 } END { print "" }'
}
fetch -v --msl 0.2 $odd/echo -d hello >"$work/body" 2>"$work/err"
same "an active close, up to CLOSED" "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED" "$(states)"
has "-v: the rule" "$work/err" 'SYN-SENT -> ESTABLISHED  RCV_SYN_ACK  9293:3\.10\.7\.3/4'
has "-v: what is sent" "$work/err" '^> POST /echo HTTP/1\.1$'
has "-v: what comes" "$work/err" '^< Content-Length: 5$'
body "-v: the body goes elsewhere" hello
fetch -v --msl 0.2 $odd/until-close >"$work/body" 2>"$work/err"
same "a passive close" "CLOSED SYN-SENT ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED" "$(states)"
fetch -v $odd/none >"$work/body" 2>"$work/err"
same "without --msl it does not wait" "CLOSED SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT" "$(states)"
has "and says so" "$work/err" '^\* TIME-WAIT lasts 240 s'
fetch -v -L --msl 0.2 $odd/303 >"$work/body" 2>"$work/err"
same "two connections of a redirection" 2 "$(grep -c ' CLOSED -> SYN-SENT ' "$work/err")"
same "both up to CLOSED" 2 "$(grep -c ' TIME-WAIT -> CLOSED ' "$work/err")"
fetch --trace $odd/none >"$work/body" 2>"$work/err"
has "--trace: a segment" "$work/err" '> S   10\.77\.0\.2:[0-9]+ > 10\.77\.0\.1:8001  seq'
has "--trace: a timer" "$work/err" 'timer 2MSL set'
if command -v tshark >/dev/null; then
    fetch --pcap "$work/pcap" $odd/chunked >"$work/body"
    HOME=$work tshark -r "$work/pcap" -o tcp.check_checksum:TRUE -Y 'tcp.flags.syn == 1' >"$work/tshark" 2>/dev/null
    same "--pcap: tshark finds the SYNs" 2 "$(wc -l <"$work/tshark")"
    # The kernel sends again, as a probe, when this program has to wait for the processor.
    again='tcp.analysis.retransmission and ip.src == 10.77.0.2'
    HOME=$work tshark -r "$work/pcap" -o tcp.check_checksum:TRUE \
        -Y "_ws.malformed or tcp.checksum.status == \"Bad\" or ($again)" >"$work/tshark" 2>/dev/null
    same "--pcap: nothing malformed, no wrong checksum, nothing that we sent twice" 0 "$(wc -l <"$work/tshark")"
else
    echo "skip --pcap: there is no tshark"
fi
exit $failures
