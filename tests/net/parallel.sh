#!/bin/sh
# Two hundred downloads of a megabyte at the same time, over a link that loses, delays, reorders and repeats packets:
# what arrives is what was sent.
# In company.
set -u
. "$(dirname "$0")/server"

octets 1000000 >"$work/root/million"
serve --faults loss=2%,delay=5ms,reorder=5%,dup=1%,seed=4 || exit 1
mkdir "$work/got"

download() {
    number=0
    downloads=
    while [ $number -lt 200 ]; do
        (get --max-time 60 http://10.77.0.2/million 2>&1 | hash_of >"$work/got/$number") &
        downloads="$downloads $!"
        number=$((number + 1))
    done
    # shellcheck disable=SC2086
    wait $downloads
}

download
same "200 downloads over a bad link" "200 of $(hash_of <"$work/root/million")" \
    "$(cat "$work"/got/* | sort | uniq -c | awk '{ print $1 " of " $2 }' | tr '\n' ' ' | sed 's/ $//')"
stop
exit $failures
