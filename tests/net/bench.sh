#!/bin/sh
# What make bench measures with: bulk data that is looked at, requests and a crowd against lucid-httpd, and what a
# command cost.
set -u
. "$(dirname "$0")/server"

bench=$build/san/lucid-bench
serve || exit 1

refused() {
    ! "$@" >/dev/null 2>&1
}

# Some requests/s, and more than none.
some_requests() {
    "$bench" load http --seconds 0.3 --connections "$1" --path /alive | grep -q '^[1-9][0-9]* requests/s$'
}
passes "http loads by one connection" some_requests 1
passes "http loads by forty connections" some_requests 40
passes "http is no load when the answer is not 200" refused "$bench" load http --seconds 0.3 --path /nothing

passes "where nobody listens no connection is made" refused "$bench" load churn --seconds 0.3
"$bench" load churn --seconds 0.3 2>"$work/churn"
has "a row of connections that ends says where" "$work/churn" '^lucid-bench: 0 connections in a row had been made$'

start "$bench" crowd --idle 200 --slow 20 --path /alive >"$work/crowd" 2>&1
crowd=$started
stands() {
    grep -q stands "$work/crowd"
}
passes "a crowd stands" eventually 10 stands
alive "beside a crowd"
kill -TERM $crowd
wait $crowd
same "it has lost nobody" "0 of 200 idle connections were lost, attackers were thrown out 0 times" \
    "$(tail -n 1 "$work/crowd")"

taskset -c "$(taskset -cp $$ | sed 's/.*[-,: ]//')" "$bench" cost --pid $server sh -c 'sleep 0.2' >"$work/cost"
# $2: what counts; it is nearly all idle time, which is counted in hundredths of a second, and no more than it took.
passes "a command that waits costs the time in which nobody wanted the CPU" \
    awk '{ exit !($1 == "cost" && $2 > 0 && $2 <= $5 + 0.02 && $NF <= $2) }' "$work/cost"
"$bench" cost sh -c 'sleep 0.2' >"$work/cost"
passes "of several CPUs it is their mean" \
    awk -v cpus="$(nproc)" '{ exit !($1 == "cost" && $2 > 0 && $2 <= $5 + 0.02 && $NF <= cpus * $2) }' "$work/cost"
passes "the failure of a command is that of cost" refused "$bench" cost false

same "requests are answered in memory" "6336 were answered with 200" \
    "$("$bench" requests --requests 6336 | sed 's/.*; //')"
passes "an idle connection has some memory, and not too much" \
    awk '{ exit !($6 > 200 && $6 < 500) }' <<EOT
$("$bench" idle --connections 1000)
EOT
passes "also without a web server, and with IPv6" \
    awk '{ exit !($6 > 200 && $6 < 500) }' <<EOT
$("$bench" idle --bare --ipv6 --connections 1000)
EOT
for way in up down "up --copy" "down --copy"; do
    # shellcheck disable=SC2086 # two words
    passes "segments pass: $way" "$bench" segments $way --segments 100
done
same "the bare stack answers, and not the web server" "0 were answered with 200" \
    "$("$bench" requests --requests 640 --bare | sed 's/.*; //')"
same "a file is made to be asked for" "640 were answered with 200" \
    "$("$bench" requests --requests 640 --octets 100000 | sed 's/.*; //')"
same "and removed" "" "$(ls -d /tmp/lucid-bench.* 2>/dev/null)"
passes "calls of the device and copies have a price, large packets a higher one" awk '
    { price[NR] = $1 } /64 octets/ { small = $1 } /63 KB/ && !/memcpy/ { good += $1 > small }
    END { exit !(NR == 9 && good == 2) }' <<EOF
$("$bench" parts)
EOF
# Mathis et al. for 1 % and 10 ms: 14 Mbit/s; and 45 segments of 1448 octets, and one of a hundred again.
passes "losses hold a flow back in virtual time" awk '
    { exit !($1 == 1 && $4 > 10 && $4 < 20 && $11 > 45.2 && $11 < 47 && $6 > 0) }' <<EOF
$("$bench" loss --percent 1 --megabytes 20)
EOF
for wrong in "loss --percent 100" "loss --megabytes 0" "parts 1" "requests --octets 0"; do
    # shellcheck disable=SC2086 # words
    "$bench" $wrong >/dev/null 2>&1
    same "wrong usage: $wrong" 2 $?
done
passes "segments go up or down" refused "$bench" segments sideways
passes "a TIME-WAIT record is small, with its slot in the table" \
    awk 'NR == 1 { exit !($1 > 40 && $1 < 64) }' <<EOT
$("$bench" closes --connections 20000)
EOT
passes "and not much larger with IPv6" \
    awk 'NR == 1 { exit !($1 > 55 && $1 < 70) }' <<EOT
$("$bench" closes --connections 20000 --ipv6)
EOT
passes "two records are enough, and expire" "$bench" closes --connections 2
passes "one is not: the first and the last are compared" refused "$bench" closes --connections 1

# ---- what docs/performance.md tells a reader to run ----

# As it stands there, with less to do; but not loads, no crowds of idle connections, and parts has run above.
commands() {
    grep -o '`build/lucid-bench [^`]*`' "$root/docs/performance.md" | tr -d '`' | sort -u |
        grep -E '^build/lucid-bench (requests|segments|closes|loss|idle|flood)( |$)' | grep -v -- '--idle 1000*00$'
}
less() {
    case $1 in
    *' requests'*) echo "$1 --requests 640" ;;
    *' segments'*) echo "$1 --segments 100" ;;
    *' closes'* | *' idle'*) echo "$1 --connections 1000" ;;
    *' loss'*) echo "$1 --megabytes 1" ;;
    *) echo "$1" ;;
    esac
}
commands >"$work/commands"
while read -r command; do
    small=$(less "$command")
    # shellcheck disable=SC2086 # words
    passes "docs/performance.md: $command" "$bench" ${small#build/lucid-bench } </dev/null
done <"$work/commands"

stop

# ---- bulk ----

start "$bench" serve --tun bulk0 --addr 10.78.0.2 --host-addr 10.78.0.1/24 >"$work/lending" 2>&1
start "$bench" serve --copy --tun bulk1 --addr 10.78.1.2 --host-addr 10.78.1.1/24 >"$work/copying" 2>&1
start "$bench" serve --kernel --addr 127.0.0.3 >"$work/kernel" 2>&1
serves() {
    grep -q serving "$work/$1"
}
for who in lending copying kernel; do
    eventually 10 serves $who || echo "not ok the server does not start: $(cat "$work/$who")"
done

# $1 up or down, $2 the address, $3 connections. Both ends have hashed something, and found it right.
verified() {
    "$bench" load "$1" --addr "$2" --seconds 0.1 --connections "$3" | tr '\n' ' ' |
        grep -qE '^[0-9]+\.[0-9]+ MB/s verified: [1-9][0-9]* octets as they came, [1-9][0-9]{5,} more by hash $'
}
for work_of in up down; do
    passes "bulk $work_of on one connection, a stack that lends" verified $work_of 10.78.0.2 1
    passes "bulk $work_of, the kernel" verified $work_of 127.0.0.3 1
    passes "bulk $work_of on 20 connections, a stack that copies" verified $work_of 10.78.1.2 20
done

# tampered UP-OR-DOWN HOW: what a load says when somebody between does that to its octets.
tampered() {
    port=9
    [ "$1" = up ] || port=19
    start python3 "$root/tests/net/tamper.py" 127.0.0.2 127.0.0.3 $port "$2" >"$work/tamper" 2>&1
    eventually 10 grep -q ready "$work/tamper"
    "$bench" load "$1" --addr 127.0.0.2 --seconds 0.1 >"$work/output" 2>&1
    status=$?
    kill $started && wait $started 2>/dev/null
    cat "$work/output"
    return $status
}
# There is one sentence, and no figure.
caught() {
    ! tampered "$1" "$2" >/dev/null && [ "$(wc -l <"$work/output")" -eq 1 ] &&
        grep -q "what was sent is not what came: $3" "$work/output"
}
passes "passed on as it is" tampered up nothing
passes "one bit is wrong, on the way up" caught up flip "the hash of the last"
passes "one bit is wrong, on the way down" caught down flip "the hash of the last"
passes "a packet is lost on the way up" caught up lose "not all is right after octet"
passes "a packet is there twice on the way down" caught down double "not all is right after octet"
passes "two packets have changed places on the way down" caught down swap "not all is right after octet"

# 3000 in a row, in less than an hour. 28,000 and more, so that ports come again, are for make bench.
passes "connections in a row are counted" "$bench" load churn --addr 10.78.0.2 --connections 3000 --seconds 3600
has "and the slowest one is known" "$work/output" '^[1-9][0-9]* connections/s, slowest [0-9.]* ms$'

# discard and chargen are still what they were for others.
discards() {
    head -c 3000000 /dev/zero | timeout 10 python3 -c 'import socket, sys
server = socket.create_connection((sys.argv[1], 9))
server.sendall(sys.stdin.buffer.read())
server.shutdown(socket.SHUT_WR)
sys.exit(server.recv(1) != b"")' "$1"
}
passes "discard takes what others send, and says nothing" discards 10.78.0.2
passes "the kernel's too" discards 127.0.0.3

# ---- queues ----

for wrong in "--queues 0" "--queues 65" "--queues 2 --kernel" "--queues 2 --pcap p"; do
    # shellcheck disable=SC2086 # two words
    "$bench" serve $wrong >"$work/output" 2>&1
    same "serve $wrong is refused" 2 $?
done
"$bench" serve --queues 2 >"$work/served" 2>&1 &
served=$!
passes "serve --queues 2" eventually 10 grep -q serving "$work/served"
for work_of in up down echo churn; do
    passes "a load on two queues: $work_of" "$bench" load "$work_of" --seconds 0.1
done
kill -INT $served
wait $served
same "it ends with 0" 0 $?
exit $failures
