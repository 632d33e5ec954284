#!/bin/sh
# The pages of lucid-httpd that see TCP, with the kernel's curl: /connections, /events, /why and /pcap (tshark reads
# it), and faults for one connection, which no other notices; also on the kernel's transport, where the kernel tells.
# In company.
set -u
. "$(dirname "$0")/server"

export HOME="$work" # tshark shall take no configuration of the user's
url=http://10.77.0.2

# code URL [CURL-OPTION...]
code() {
    get -g -o "$work/body" -w '%{http_code}' "$@"
}

# id_of URL: asks for it on a connection of its own. Prints the number that the answer tells.
id_of() {
    get -g -o /dev/null -D - "$1" | tr -d '\r' | sed -n 's/^X-Lucid-Id: //p'
}

# over MILLISECONDS SECONDS: the time is longer.
over() {
    python3 -c 'import sys; sys.exit(float(sys.argv[2]) * 1000 <= float(sys.argv[1]))' "$1" "$2"
}

serve --allow-faults || exit 1

# ---- /connections ----

for at in "$url" 'http://[fd77::2]'; do
    same "$at: /connections answers" 200 "$(code "$at/connections")"
    has "$at: who asks stands first" "$work/body" '^ESTABLISHED \(you\) '
    has "$at: the listener" "$work/body" '^LISTEN '
done
same "/connections as JSON" "ESTABLISHED 1 80" "$(get -H 'Accept: application/json' $url/connections | python3 -c '
import json, sys
own = json.load(sys.stdin)["sockets"][0]
print(own["state"], own["own"], own["local"]["port"])')"

# ---- /events ----

get -N --max-time 1.2 $url/events >"$work/events" 2>/dev/null
has "/events says how soon to come again" "$work/events" '^retry: '
has "/events tells the variables" "$work/events" '^data: {"state":"ESTABLISHED","snd_una":1,'
events=$(grep -c '^data: ' "$work/events")
passes "/events: more than one, and not too many: $events" test "$events" -ge 3 -a "$events" -le 6

# ---- /why and /pcap ----

id=$(id_of "$url/alive?a=b")
ended() { get "$url/why?id=$id" >"$work/why" && grep -q '^ .* CLOSED  ' "$work/why"; }
passes "/why has the end of the connection" eventually 5 ended
has "/why has the request" "$work/why" '^ +10  query +"\?a=b"$'
has "/why has the answer" "$work/why" '^ +9  status +"200"$'
has "/why has the SYN" "$work/why" '^  0\.0000.. SYN-RECEIVED .* S  .*9293:3\.10\.7\.2/3'
same "an unknown number" 404 "$(code "$url/why?id=99999")"
same "no number" 400 "$(code "$url/why?id=x")"
same "/pcap answers" 200 "$(code "$url/pcap?id=$id")"
if command -v tshark >/dev/null 2>&1; then
    tshark -r "$work/body" -o tcp.check_checksum:TRUE -T fields -e tcp.flags.str -e http.request.uri \
        -e http.response.code -e _ws.expert.severity >"$work/packets" 2>"$work/tshark"
    same "tshark reads it" 0 "$(grep -vc '^Running as user' "$work/tshark")"
    has "the first packet is the SYN" "$work/packets" 'S\S*\s'
    has "the request" "$work/packets" '/alive\?a=b'
    has "the answer" "$work/packets" '\s200\b'
    same "no wrong checksum, nothing missing" 0 "$(tshark -r "$work/body" -o tcp.check_checksum:TRUE \
        -Y 'tcp.checksum.status == "Bad" || tcp.analysis.flags || _ws.malformed' 2>/dev/null | wc -l)"
else
    echo "skip $name: tshark is not installed; scripts/setup check installs it"
fi

# So many requests that not all are recorded; a second later they are again.
python3 - <<'EOF'
import socket
with socket.create_connection(("10.77.0.2", 80), 10) as sock:
    for _ in range(2500):
        sock.sendall(b"GET /status/200 HTTP/1.1\r\nHost: a\r\n\r\n")
        sock.recv(65536)
EOF
sleep 1.1
id=$(id_of $url/alive)
get "$url/why?id=$id" >"$work/why"
has "after very many requests one is told from its SYN on" "$work/why" '~connect\(\)'
alive "after very many requests"

# ---- faults ----

# Two downloads at one time, of which one asks for a bad way; then both connections are looked at.
python3 - >"$work/both" <<'EOF'
import json, socket
def ask(sock, target):
    sock.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n\r\n".encode())
def answer(sock):
    got = b""
    while b"\r\n\r\n" not in got:
        got += sock.recv(65536)
    head, body = got.split(b"\r\n\r\n", 1)
    length = int(head.lower().split(b"content-length: ")[1].split()[0])
    while len(body) < length:
        body += sock.recv(65536)
    return body
bad, good = (socket.create_connection(("10.77.0.2", 80), 20) for _ in range(2))
ask(bad, "/bytes/200000?loss=10&delay=3&mss=600")
ask(good, "/bytes/200000")
same = answer(good) == answer(bad)
ask(good, "/connections")
sockets = {s["remote"]["port"]: s for s in json.loads(answer(good))["sockets"]}
of_bad, of_good = (sockets[s.getsockname()[1]] for s in (bad, good))
print(same, of_bad["retransmits"] >= 5, of_good["retransmits"] <= 1, of_bad["mss"], of_good["mss"])
EOF
same "a bad way for one of two: the same octets, only it sends again, in small segments" \
    "True True True 588 1448" "$(cat "$work/both")"

# 100 ms each way, from the first answer on, on this connection only.
time_of() {
    get -g -o /dev/null -o /dev/null -w '%{time_total}\n' "$@" | tail -n 1
}
passes "?delay=100: the next request on the connection takes 200 ms" \
    over 190 "$(time_of "$url/alive?delay=100" "$url/alive")"
passes "?delay=100 over IPv6 too" over 190 "$(time_of 'http://[fd77::2]/alive?delay=100' 'http://[fd77::2]/alive')"
same "a new connection has none" 1 "$(over 90 "$(time_of "$url/alive" "$url/alive")"; echo $?)"
same "?delay=0 ends it" 1 "$(over 90 "$(get -o /dev/null -o /dev/null -o /dev/null -w '%{time_total}\n' \
    "$url/alive?delay=100" "$url/alive?delay=0" "$url/alive" | tail -n 1)"; echo $?)"
# The next connection with the same addresses and ports is another one.
same "faults end with the connection" False "$(python3 - <<'EOF'
import socket, struct, time
def ask(target):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)) # it ends with RST
    sock.bind(("10.77.0.1", 40000))
    sock.connect(("10.77.0.2", 80))
    sock.settimeout(10)
    begun = time.monotonic()
    sock.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    sock.recv(65536)
    sock.close()
    return time.monotonic() - begun
ask("/status/200?delay=100")
time.sleep(0.3)
print(ask("/status/200") > 0.09)
EOF
)"
same "an upload over a bad way arrives" "$(octets 100000 | hash_of)" \
    "$(octets 100000 | get -H Expect: --data-binary @- "$url/?loss=5&delay=2" | hash_of)"
for wrong in loss=x loss=101 loss= delay=-1 delay=99999s mss=10 mss=x 'loss=5,rain=3'; do
    same "?$wrong: refused" 400 "$(code "$url/alive?$wrong")"
    passes "?$wrong: in one sentence" test "$(wc -l <"$work/body")" -eq 1 -a -s "$work/body"
done
same "64 connections may have faults, and the next is told" "64 200, 1 503, then 200" "$(python3 - <<'EOF'
import socket, time
def ask(sock, target):
    sock.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    return sock.recv(65536).split()[1].decode()
def insist(sock): # until the faults of a connection before have ended with it
    for _ in range(100):
        code = ask(sock, "/status/200?delay=1")
        if code != "503":
            break
        time.sleep(0.05)
    return code
socks = [socket.create_connection(("10.77.0.2", 80), 10) for _ in range(65)]
codes = [insist(sock) for sock in socks[:64]] + [ask(socks[64], "/status/200?delay=1")]
socks[0].close()
again = insist(socks[64])
print(f"{codes.count('200')} 200, {codes.count('503')} 503, then {again}")
EOF
)"
same "/drip has a delay of its own" 200 "$(code "$url/drip?numbytes=1&duration=0&delay=0.1")"
alive "after all faults"
stop

serve --record 0 || exit 1
same "without --allow-faults the words mean nothing" 200 "$(code "$url/alive?loss=x")"
same "nothing is recorded: /why" 404 "$(code $url/why)"
same "nothing is recorded: no number" "" "$(id_of $url/alive)"
stop

# ---- the kernel's transport ----

url=http://127.0.0.1:8080
serve --transport kernel --addr 127.0.0.1 --port 8080 || exit 1
same "the kernel's sockets" 200 "$(code $url/connections)"
has "the kernel's sockets: who asks" "$work/body" '^ESTABLISHED \(you\) '
has "the kernel's sockets: the listener" "$work/body" '^LISTEN '
get -N --max-time 0.6 $url/events >"$work/events" 2>/dev/null
has "the kernel's variables" "$work/events" '^data: {"state":"ESTABLISHED",.*"cwnd":[1-9]'
id=$(id_of $url/alive)
same "/why has the octets" 200 "$(code "$url/why?id=$id")"
has "/why says that there is no more" "$work/body" 'are not recorded'
same "/pcap has nothing" 404 "$(code "$url/pcap?id=$id")"
stop
exit $failures
