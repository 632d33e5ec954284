#!/bin/sh
# Nothing that comes from the network stops the server: packets and clients that are wrong in every way, and after each
# kind an honest request is answered. What was dropped is told with its reason.
# In company.
set -u
. "$(dirname "$0")/server"

# bad KIND
bad() {
    timeout 30 python3 "$root/tests/net/bad_input.py" "$1" || not_ok "$1: the test ended with $?"
    alive "$1"
}

serve --trace || exit 1
for kind in truncated overlong zero_length checksums closed_port blind fragments random_octets no_newline slow; do
    bad $kind
done
stop
for reason in IP_SHORT IP_VERSION IP_HEADER_LENGTH IP_TOTAL_LENGTH IP_CHECKSUM IP_FRAGMENT IP_PROTOCOL ICMP_CHECKSUM \
    TCP_OFFSET TCP_OPTION TCP_CHECKSUM TCP_CLOSED TCP_SEQUENCE TCP_RST_CHALLENGE TCP_SYN_CHALLENGE TCP_ACK_RANGE; do
    passes "the trace has $reason" grep -q "dropped #[0-9]*: $reason: " "$work/out"
done

# Some of the noise were SYNs; so that these do not count.
serve || exit 1
bad half_open
stop
exit $failures
