#!/bin/sh
# Captures of conversations with the kernel, judged by tshark's expert information (judge.py): down, up, and both ways
# to close, over a clean link, where not one segment may be sent twice, and over a bad one. Then captures that were made
# wrong on purpose (doctor.py): the judge must object to each.
set -u
. "$(dirname "$0")/server"

if ! command -v tshark >/dev/null; then
    echo "skip judged: there is no tshark"
    exit 0
fi

octets 2000000 >"$work/root/two"
hash=$(hash_of <"$work/root/two")

# judge FILE clean|lossy
judge() {
    python3 "$root/tests/net/judge.py" "$1" "$2" 10.77.0.2 fd77::2
}

# capture NAME clean|lossy WORK OPTION...: serves with these options, does the work, and judges what was captured.
capture() {
    file=$1 link=$2 work_of=$3
    shift 3
    serve --pcap "$work/$file" "$@" || return
    $work_of
    stop
    judge "$work/$file" "$link" || failures=1
}

down() {
    same "$file: a file over IPv4" "$hash" "$(get http://10.77.0.2/two | hash_of)"
    same "$file: a file over IPv6" "$hash" "$(get -g 'http://[fd77::2]/two' | hash_of)"
}

up() {
    same "$file: a POST" "$hash" "$(get -H Expect: --data-binary "@$work/root/two" http://10.77.0.2/ | hash_of)"
}

# The client closes first, then the server does, ten times each.
closes() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        get -o /dev/null http://10.77.0.2/alive
        get -o /dev/null -H 'Connection: close' http://10.77.0.2/alive
    done
}

bad=loss=3%,reorder=3%,delay=2ms
capture down clean down
capture up clean up
capture close clean closes
capture cut clean down --faults seed=1
capture bad-down lossy down --faults $bad,seed=2
capture bad-up lossy up --faults $bad,seed=3
capture bad-close lossy closes --faults $bad,seed=4

# objects KIND PATTERN: to a capture that was made wrong in this way.
objects() {
    python3 "$root/tests/net/doctor.py" "$1" "$work/down" "$work/doctored" 10.77.0.2
    if judge "$work/doctored" clean >"$work/objections"; then
        not_ok "the judge takes a doctored capture: $1"
    else
        has "the judge objects: $1" "$work/objections" "^not ok .*: ($2): "
    fi
}
objects sum 'checksum of TCP'
objects repeat 'sent again after its ACK'
objects twice 'any (retransmission|out_of_order)'
objects gone 'ACK of what was never seen|left out by us'
objects beyond 'beyond the window'
objects short 'an error, to tshark'
exit $failures
