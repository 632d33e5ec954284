#!/bin/sh
# What make bench measures with: requests and a crowd against lucid-httpd, and what a command cost.
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
    awk '{ exit !($6 > 500 && $6 < 4000) }' <<EOT
$("$bench" idle --connections 1000)
EOT
for way in up down "up --copy" "down --copy"; do
    # shellcheck disable=SC2086 # two words
    passes "segments pass: $way" "$bench" segments $way --segments 100
done
passes "segments go up or down" refused "$bench" segments sideways
passes "a TIME-WAIT record is small, with its slot in the table" \
    awk 'NR == 1 { exit !($1 > 40 && $1 < 110) }' <<EOT
$("$bench" closes --connections 20000)
EOT
passes "two records are enough, and expire" "$bench" closes --connections 2
passes "one is not: the first and the last are compared" refused "$bench" closes --connections 1

stop

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
