#!/bin/sh
# lucid-link between two kernels: over IPv4 and IPv6, clean and bad; what it counts, what it captures, and what it says
# when it cannot work.
set -u
. "$(dirname "$0")/namespace"

link=$build/san/lucid-link

# The other namespace lives as long as the process that was started in it.
start unshare -n sleep 1000
other=/proc/$started/ns/net
apart() {
    [ "$(readlink "$other")" != "$(readlink /proc/self/ns/net)" ]
}
eventually 10 apart || not_ok "there is no other namespace"
there() {
    nsenter --net="$other" "$@"
}
there ip link set lo up

octets 1000000 >million
hash=$(hash_of <million)
start there python3 -m http.server 80 --bind :: --directory "$work" >/dev/null 2>&1
listens_there() {
    there ss -ltn 'sport = :80' | grep -q LISTEN
}
eventually 20 listens_there || not_ok "the server there does not start"

# join OPTION...: starts the link. part: ends it as Ctrl-C does.
join() {
    "$link" "$@" "$other" >"$work/out" 2>"$work/err" &
    joined=$!
    children="$children $joined"
    eventually 10 grep -q 'lucid-link: joined' "$work/out" || not_ok "lucid-link $*: $(cat "$work/err")"
}
part() {
    kill -INT $joined
    wait $joined
    same "$1: exit status" 0 $?
    has "$1: counts" "$work/out" '^from here: [0-9]+ passed, '
}
get() {
    curl -q -sS --noproxy '*' --max-time 30 -g "$@"
}

join
same "clean: a file over IPv4" "$hash" "$(get http://10.77.0.2/million | hash_of)"
same "clean: a file over IPv6" "$hash" "$(get 'http://[fd77::2]/million' | hash_of)"
part clean
has "clean: nothing happens to a packet" "$work/out" \
    '^from there: [0-9]+ passed, 0 lost, 0 found the queue full, 0 doubled, 0 reordered, 0 damaged$'
passes "both devices are gone" sh -c "! ip link show lucid0 && ! nsenter --net=$other ip link show lucid0"

join --faults loss=5%,reorder=5%,dup=2%,corrupt=1%,delay=1ms --tun bad --host-addr 10.99.0.1/24 --addr 10.99.0.2 \
    --pcap "$work/pcap"
same "bad: a file" "$hash" "$(get http://10.99.0.2/million | hash_of)"
part bad
damaged='[1-9][0-9]* doubled, [1-9][0-9]* reordered, [1-9][0-9]* damaged$'
has "bad: everything happens" "$work/out" "^from there: [0-9]+ passed, [1-9][0-9]* lost, .* $damaged"
passes "bad: a capture" [ "$(wc -c <"$work/pcap")" -gt 1000000 ]

# refuses STATUS PATTERN ARGUMENT...
refuses() {
    status=$1 pattern=$2
    shift 2
    timeout 10 "$link" "$@" >"$work/out" 2>"$work/err"
    same "lucid-link $*: exit status" "$status" $?
    same "lucid-link $*: one sentence" "1 1" "$(wc -l <"$work/err") $(grep -cE "$pattern" "$work/err")"
}
refuses 1 'network namespace /run/netns/nowhere: No such file' nowhere
refuses 1 'network namespace /dev/null' /dev/null
refuses 2 'one namespace is wanted'
refuses 2 '^lucid-link: --msl is no option' --msl 1 "$other"
refuses 2 'faults' --faults rain=1% "$other"
passes "what failed has left no device" sh -c "! ip link show lucid0"
exit $failures
