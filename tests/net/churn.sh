#!/bin/sh
# Twenty thousand connections opened and closed by the host one after another: none fails, none waits for a second.
# When the client closes first, the kernel waits in TIME-WAIT; when the server does, our stack has a record for each,
# and a newer SYN from the same port ends it (RFC 9293 3.6.1, MAY-2): there are only five thousand ports.
set -u
. "$(dirname "$0")/server"

serve || exit 1
churn() {
    timeout 60 python3 "$root/tests/net/churn.py" "$@"
}

sysctl -qw net.ipv4.ip_local_port_range="1024 65535"
passes "20,000 connections that the client closes" churn 10.77.0.2 20000 client
sysctl -qw net.ipv4.ip_local_port_range="40000 44999"
passes "20,000 connections that the server closes, from 5,000 ports" churn 10.77.0.2 20000 server
passes "6,000 of these over IPv6" churn fd77::2 6000 server
alive "after all that"
stop
exit $failures
