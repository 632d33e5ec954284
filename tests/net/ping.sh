#!/bin/sh
# The stack answers ICMP and ICMPv6 echo requests of the kernel's, and nobody else's.
set -u
. "$(dirname "$0")/server"

serve || exit 1
python3 "$root/tests/net/ping.py" || not_ok "ping.py ended with $?"
alive "after all that"
stop
exit $failures
