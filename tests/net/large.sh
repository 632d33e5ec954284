#!/bin/sh
# Packets that are longer than an IPv4 total length can say (LUCID_OFFLOAD_LARGE4), against the kernel: to a client on
# the host itself, and to one behind it, to which the host forwards them over a link with a smaller MTU than both ends
# have. What arrives is compared by its hash. RFC 1191.
set -u
. "$(dirname "$0")/server"

octets 20000000 >"$work/root/file"
hash=$(hash_of <"$work/root/file")
serve || exit 1

# received: packets and octets that the kernel got from the stack.
received() {
    awk '$1 == "lucid0:" { print $3, $2 }' /proc/net/dev
}

# Packets have more than 64 KB on average.
are_large() {
    awk -v before="$1" -v after="$(received)" 'BEGIN {
        split(before, b, " "); split(after, a, " "); exit !((a[2] - b[2]) / (a[1] - b[1]) > 65536) }'
}

before=$(received)
same "large: a client on the host" "$hash" "$(get http://10.77.0.2/file | hash_of)"
if [ "$(uname -r | awk -F. '{ print ($1 * 1000 + $2 >= 6006) }')" = 1 ]; then
    passes "large: packets of more than 64 KB" are_large "$before"
else
    echo "skip $name: this kernel takes no packets of more than 64 KB"
fi

# ---- behind the host ----

start unshare -n sleep 60
far=$started
away() {
    [ "$(readlink "/proc/$far/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}
eventually 5 away
ip link add near type veth peer name far netns "$far" && ip addr add 10.88.0.1/24 dev near &&
    ip link set near mtu 1400 up && nsenter -t "$far" -n ip addr add 10.88.0.2/24 dev far &&
    nsenter -t "$far" -n ip link set far up && nsenter -t "$far" -n ip route add default via 10.88.0.1 &&
    echo 1 >/proc/sys/net/ipv4/ip_forward || not_ok "large: a network behind the host"

# far_get URL: from there.
far_get() {
    nsenter -t "$far" -n curl -q -sS --noproxy '*' --max-time 10 "$@"
}
same "large: a client behind the host" "$hash" "$(far_get http://10.77.0.2/file | hash_of)"
alive "large: after all"
exit $failures
