#!/bin/sh
# What --pcap writes is what the wire showed: tshark reads it while the server runs, finds nothing malformed, no wrong
# checksum, and on a clean link nothing sent twice; and it finds the file that was served in it.
set -u
. "$(dirname "$0")/server"

export HOME="$work" # tshark shall take no configuration of the user's
octets 3000000 >"$work/root/three"
hash=$(hash_of <"$work/root/three")

read_capture() {
    tshark -r "$work/pcap" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE "$@" \
        2>"$work/tshark"
}

count() {
    read_capture -Y "$1" | wc -l
}

# in_capture WHAT FILTER COUNT
in_capture() {
    same "$mode: $1" "$3" "$(count "$2")"
}

judge() {
    [ "$(read_capture | wc -l)" -ge 50 ] || not_ok "$mode: the capture has hardly a packet: $(head -n 1 "$work/tshark")"
    in_capture "no malformed packet" '_ws.malformed' 0
    in_capture "no wrong checksum of IP" 'ip.checksum.status == "Bad"' 0
    in_capture "no wrong checksum of TCP" 'tcp.checksum.status == "Bad"' 0
    passes "$mode: nothing lost, repeated or out of order" \
        python3 "$root/tests/net/judge.py" "$work/pcap" clean 10.77.0.2 fd77::2
    in_capture "no packet longer than the MTU" 'frame.len > 1500' 0
    in_capture "a SYN and a SYN,ACK for each of three connections" 'tcp.flags.syn == 1' 6
    in_capture "a FIN from each end of each" "tcp.flags.fin == 1" 6
}

check_mode() {
    mode=$1
    shift
    rm -rf "$work/pcap" "$work/objects"
    serve --pcap "$work/pcap" "$@" || return
    same "$mode: a file over IPv4" "$hash" "$(get http://10.77.0.2/three | hash_of)"
    same "$mode: a file over IPv6" "$hash" "$(get -g 'http://[fd77::2]/three' | hash_of)"
    get -H 'Connection: close' -o "$work/got" http://10.77.0.2/alive
    eventually 5 fins
    judge
    read_capture -q --export-objects "http,$work/objects" >/dev/null
    same "$mode: tshark finds the file in it" "$hash" "$(hash_of <"$work/objects/three")"
    stop
}

fins() {
    [ "$(count 'tcp.flags.fin == 1')" -ge 6 ]
}

check_mode "the device cuts"
# On a link with faults, here none, the stack cuts and sums itself.
check_mode "the stack cuts" --faults seed=1
exit $failures
