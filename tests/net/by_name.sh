#!/bin/sh
# lucid-fetch http://www.lab.test/ with three stacks of ours: the client's, the name server's (lucid-dnsd) and the web
# server's (lucid-httpd), each behind a device of its own, the kernel as the router between them, as in lucid-fetch(1).
# Then each way in which that can fail: what it says, in one sentence, and the exit status.
# In company.
set -u
. "$(dirname "$0")/namespace"

echo 1 >/proc/sys/net/ipv4/ip_forward
mkdir root
octets 300000 >root/page
hash=$(hash_of <root/page)
{
    echo "10.78.0.2 www"
    echo "10.78.0.2 alias www3"
    echo "10.77.0.2 two" # where there is no web server
    echo "10.78.0.2 two"
    i=0
    while [ $i -lt 100 ]; do echo "10.78.0.2 many" && i=$((i + 1)) && echo "10.79.1.$i many"; done
} >hosts
start "$build/san/lucid-dnsd" --hosts hosts --log >names 2>&1
start "$build/san/lucid-httpd" --tun lucid1 --addr 10.78.0.2 --host-addr 10.78.0.1/24 --root root >web 2>&1
web=$started
eventually 10 grep -q 'answers for' names || not_ok "lucid-dnsd does not start: $(cat names)"
eventually 10 grep -q '^lucid-httpd: http' web || not_ok "lucid-httpd does not start: $(cat web)"

fetch() {
    timeout 30 "$build/san/lucid-fetch" --tun lucid2 --addr 10.79.0.2 --host-addr 10.79.0.1/24 --dns 10.77.0.2 "$@"
}

fetch -v -o got http://www.lab.test/page 2>told
same "by name: exit status" 0 $?
same "by name: the page" "$hash" "$(hash_of <got)"
has "it says the address" told '^\* www\.lab\.test is 10\.78\.0\.2$'
has "the name is the Host" told '^> Host: www\.lab\.test$'
has "the name server was asked" names '10\.79\.0\.2:[0-9]+ over UDP.*www\.lab\.test A: NOERROR, 1 answer$'
same "another name of the same" "0 $hash" "$(fetch http://WWW3.lab.test/page | hash_of | sed "s/^/$? /")"
same "an answer that does not fit into a datagram" "$hash" "$(fetch http://many.lab.test/page | hash_of)"
has "it came over TCP" names '10\.79\.0\.2:[0-9]+ over TCP.*many\.lab\.test A: NOERROR, 101 answers$'
bad_link=loss=10%,delay=2ms,seed=4
same "a bad link at the client" "$hash" "$(fetch --faults $bad_link http://www.lab.test/page | hash_of)"

fetch -v http://two.lab.test/page >got 2>told
same "the next address, when the first refuses" "0 $hash" "$? $(hash_of <got)"
has "and it says so" told '^\* 10\.77\.0\.2 port 80 refused the connection.*; the name has another address$'

# fails WHAT STATUS PATTERN OPTION...
fails() {
    what=$1 expected=$2 pattern=$3
    shift 3
    fetch "$@" >got 2>told
    same "$what: exit status" "$expected" $?
    same "$what: one sentence" 1 "$(wc -l <told)"
    has "$what: which" told "$pattern"
}
fails "no such name" 1 'none\.lab\.test has no address here: .* 10\.77\.0\.2 port 53 knows no such name \(NXDOMAIN\)' \
    http://none.lab.test/
fails "outside the zone" 1 'www\.example\.com has no address here: .*does not answer that question: REFUSED' \
    http://www.example.com/
fails "no name server there" 1 \
    'www\.lab\.test has no address here: .* 10\.79\.0\.1 port 53 cannot be asked \(ECONNREFUSED\)' \
    --dns 10.79.0.1 http://www.lab.test/
fails "a name server that says nothing" 1 '10\.77\.0\.77 has not answered within 1\.5 s' \
    --dns 10.77.0.77 --timeout 1.5 http://www.lab.test/
fails "no web server at any address" 1 '10\.78\.0\.2 port 81 refused the connection' http://two.lab.test:81/
fails "no web server at the port" 1 '10\.78\.0\.2 port 81 refused the connection' http://www.lab.test:81/
fetch http://www.lab.test/none >got 2>told
same "no such page: exit status, and no sentence but the page's" "1 0" "$? $(wc -l <told)"
fails "no name at all" 2 'neither an address nor a name' http://..lab.test/
kill "$web" && wait "$web"
fails "nobody at the address" 1 'nothing came or went for 1 s|unreachable' --timeout 1 http://www.lab.test/
exit $failures
