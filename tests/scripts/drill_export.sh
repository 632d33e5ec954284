#!/bin/sh
# drill --export: what it writes is plain packetdrill, and says the same as the script.
set -u
. "$(dirname "$0")/lib"
cd "$root" || exit 1
drill=${BUILD:-build}/drill

passes "all of tests/pkt is exported, or a reason is said" "$drill" --export "$work/pkt" tests/pkt
passes "hardly any script cannot be exported" awk '/exported/ { exit !($1 > 400 && $3 == 0 && $1 > 9 * $5) }' \
    "$work/output"

# Plain packetdrill: no line of ours, and every event has its time.
grep -rnEv '^(//|\+?[0-9.]+(~\+[0-9.]+|\.\.\.[0-9.]+)? |\* )' "$work/pkt" >"$work/strange"
passes "no line that packetdrill does not know" [ ! -s "$work/strange" ]

# Without `at`, `quiet` and `oneof` scripts still pass; config is a flag of the object: those with it are left out.
grep -rlE '^// so_flags: local=192.168.0.1,remote=192.0.2.1,mtu=1500$' "$work/pkt" >"$work/list"
passes "exported scripts pass" xargs -a "$work/list" "$drill" -4
passes "most scripts were played" [ "$(wc -l <"$work/list")" -gt 300 ]

put close/one.pkt <<'EOT'
// RFC 9293 3.6
config msl=30s mtu=1400
at FIN-WAIT-2
quiet 60
  +0 read(4, ..., 10) = -1 EAGAIN (Resource temporarily unavailable)
 +.5...1.5 read(4, ..., 10) = 10
+0~+.5 > . 2:2(0) ack 1
  +0 state = FIN-WAIT-2
  +2 info(4).cwnd >= 1
  +1 < R 1:1(0) <nop,nop>
quiet 9
EOT
put expected <<'EOT'
// RFC 9293 3.6
// so_flags: local=192.168.0.1,remote=192.0.2.1,mtu=1400,msl=30.000000000s
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
+0 < S  0:0(0) win 65535 <mss 1460>
+0 > S. 0:0(0) ack 1 <mss 1460>
+0.1 < .  1:1(0) ack 1 win 65535
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 accept(3, ..., ...) = 4
// state(4) = ESTABLISHED
+0 shutdown(4, SHUT_WR) = 0
+0 > F. 1:1(0) ack 1
+0.1 < .  1:1(0) ack 2 win 65535
// state(4) = FIN-WAIT-2
// quiet 60
+0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+60 read(4, ..., 10) = -1 EAGAIN (Resource temporarily unavailable)
+0 fcntl(4, F_SETFL, O_RDWR) = 0
+0.5...1.5 read(4, ..., 10) = 10
+0~+0.5 > . 2:2(0) ack 1
// state = FIN-WAIT-2
// info(4).cwnd >= 1
+3 < R 1:1(0) win 0 <nop,nop>
// quiet 9
+9 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 63
EOT
passes "a script with everything in it" "$drill" --export "$work/to" "$work/close/one.pkt"
passes "as it should read" diff "$work/expected" "$work/to/close/one.pkt"

# says WHY LINE: a script with this line cannot be exported, and that is why.
says() {
    printf '// RFC 9293 3.6\nat ESTABLISHED\n  %s\n' "$2" >"$work/close/bad.pkt"
    "$drill" --export "$work/to" "$work/close/bad.pkt" >"$work/said"
    passes "$1" grep -q "^skip .*close/bad.pkt:3: .*$1" "$work/said"
    passes "$1: no file is left" [ ! -e "$work/to/close/bad.pkt" ]
}
says 'no abort()' '+0 abort(4) = 0'
says 'no words for a wrong checksum' '+0 < [badsum] . 1:1(0) ack 1 win 9'
says 'no words for other addresses' '+0 < [from 192.0.2.9] . 1:1(0) ack 1 win 9'
says 'no words for a packet of raw octets' '+0 < hex 45'
says 'returns at an open time' '+0~+1 read(4, ..., 1) = 1'

exit $failures
