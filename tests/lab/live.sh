#!/bin/sh
# lucid-lab live: our stack against this machine's kernel. What curl does is L01 and L11; with packets held it is L06
# and L12; both ends are seen, and agree. It ends with its program, by itself, by a signal and by SIGKILL, and leaves
# nothing behind. The test lives in a network of its own, in which the lab makes another.
set -u
. "$(dirname "$0")/../net/namespace"

lab=$build/san/lucid-lab

# live NAME OPTION...: a run, of which $log is the log and $work/NAME.out what it said.
live() {
    run=$1
    shift
    log=$work/$run/run.tlog
    timeout -k 5 30 "$lab" live --out "$work/$run" "$@" >"$work/$run.out" 2>"$work/$run.err" </dev/null
    status=$?
}

# states NODE: those that its latest connection went through, as the log has them.
states() {
    python3 - "$log" "$1" <<'END'
import json, sys
path, name = sys.argv[1:]
lines = [json.loads(line) for line in open(path)][1:]
kind = "peer" if name == "A" else "state"
mine = [e for e in lines if e["n"] == name and e["ev"] == kind]
newest = max(e["c"] for e in mine)
walk = []
for e in mine:
    state = e["state"] if kind == "peer" else e["to"]
    if e["c"] == newest and state not in walk[-1:]:
        walk.append(state)
print(" ".join(walk))
END
}

# ends: the segments with SYN or FIN that arrived, in order, with the end that got them. Others come as the machine has
# time for them.
ends() {
    python3 - "$log" <<'END'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])][1:]
seen = [e["n"] + e["seg"]["fl"] for e in lines if e["ev"] == "seg_rx"]
print(" ".join(s for s in seen if set(s) & set("SF")))
END
}

# ---- L01 and L11: curl as it is ----

live curl -- curl -s -S -o "$work/page" --max-time 10 http://10.77.0.2/
same "curl gets the page" 0 $status
has "the page is the server's" "$work/page" Lucid
same "the client walks as L01 and L11 say" \
    "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT" "$(states A)"
same "the server walks as L01 and L11 say" "SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED" "$(states B)"
same "one segment carries ACK and FIN" "BS ASA BFA AFA" "$(ends)"
has "the state in which the kernel was for no time is inferred" "$log" '"state":"FIN-WAIT-2".*"by":"inferred"'
has "the others the kernel has told" "$log" '"state":"TIME-WAIT".*"by":"diag"'
has "the header says who is the kernel" "$log" \
    '"world":"live","nodes":\[\["A","10.77.0.1","kernel"\],\["B","10.77.0.2"\]\]'
has "the short MSL is told in the log" "$log" 'MSL = 5 s here; RFC 9293: 2 min; Linux TIME-WAIT: 60 s'
has "and in words" "$work/curl.out" 'B: SYN arrives in LISTEN: connection c2 is born in SYN-RECEIVED'

# ---- L06: simultaneous open ----

cat >script <<'END'
wire hold next A->B where SYN
wire hold next B->A where SYN
until count wire(hold) = 1 max 10s
B connect A:40000 from 8080 app httpd
until count wire(hold) = 2 max 10s
wire release
END
live open --script script -- \
    curl -s -S -o "$work/page" --max-time 10 --local-port 40000 http://10.77.0.2:8080/
same "curl gets the page, though nobody listened" 0 $status
case "$(states A) / $(states B)" in
"SYN-SENT SYN-RECEIVED ESTABLISHED "*" / SYN-SENT SYN-RECEIVED ESTABLISHED "*)
    ok "both ends walk through a simultaneous open" ;;
*) not_ok "both ends walk through a simultaneous open: $(states A) / $(states B)" ;;
esac
has "the kernel tells of its SYN-RECEIVED" "$log" '"state":"SYN-RECEIVED".*"by":"diag"'
has "whoever holds is told of the clock" "$log" "the kernel's clock runs on: expect its retransmission in about 1000 ms"

# ---- L12: simultaneous close ----

cat >script <<'END'
wire hold next A->B where FIN
wire hold next B->A where FIN
A connect B:80
until B.state = ESTABLISHED max 10s
A close
B close
until count wire(hold) = 2 max 10s
wire release
END
live close --script script --for 1s
same "it ends after --for" 0 $status
same "the kernel goes through CLOSING" "SYN-SENT ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT" "$(states A)"
same "and so does our stack" "SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT" "$(states B)"
has "the kernel tells of its CLOSING" "$log" '"state":"CLOSING".*"by":"diag"'

# ---- the page is out of reach of faults; the relay is not ----

"$lab" live --out "$work/served" -- sleep 1000 >"$work/served.out" 2>"$work/served.err" </dev/null &
pid=$!
children="$children $pid"
eventually 10 grep -q 'open http' "$work/served.out" || not_ok "there is no page: $(cat "$work/served.err")"
log=$work/served/run.tlog
address=$(sed -n 's|.*\(http://127.0.0.1:[0-9]*/\)?token=.*|\1|p' "$work/served.out")
token=$(sed -n 's|.*?token=\([0-9a-f]*\).*|\1|p' "$work/served.out")
tell() {
    curl -s -S --max-time 5 -H "X-Lab-Token: $token" --data "$1" "${address}cmd"
    sleep 0.1 # the answer comes first, then the lines are in the file
}
passes "the relay leads from outside to the stack" curl -s -S -f --max-time 5 -o "$work/relayed" http://127.0.0.1:8080/
has "with its page" "$work/relayed" Lucid
has "the log tells which connection is the relay's" "$log" 'relay \(kernel socket\) 10\.77\.0\.1:[0-9]+'
passes "our stack serves the page in band, too" curl -s -S -f --max-time 5 -o "$work/inband" http://127.0.0.1:8080/lab/
has "which is the page" "$work/inband" '<title>'
has "with its place in the log" "$log" '"n":"B","c":[0-9]+,"ev":"app","k":"here"'
start curl -s -N --max-time 30 -o "$work/stream" http://127.0.0.1:8080/events
eventually 5 grep -q 'relay' "$work/stream" || not_ok "events do not come in band"
tell 'wire cut' >answer
has "a command cuts the wire" "$log" '"ev":"cmd","text":"wire cut"'
curl -s --max-time 1 http://127.0.0.1:8080/ >/dev/null
same "nothing passes a wire that is cut" 28 $?
passes "the page is served while every packet is dropped" curl -s -S -f --max-time 5 -o "$work/page.html" "$address"
has "it is the page" "$work/page.html" '<title>'
passes "and the log" curl -s -S -f --max-time 5 -o "$work/page.log" "${address}log"
has "with what was dropped" "$work/page.log" '"act":"drop"'
tell 'note "in spite of all"' >answer
if eventually 5 grep -q 'in spite of all' "$work/stream"; then
    ok "the page in band meets no fault"
else
    not_ok "the page in band meets no fault: $(tail -n 3 "$work/stream")"
fi
before=$(wc -l <"$log")
sleep 0.5
grown=$(($(wc -l <"$log") - before))
passes "and does not tell of itself without end: $grown lines in half a second" [ $grown -lt 20 ]
tell 'wire heal' >answer
has "a command heals the wire" "$log" '"ev":"cmd","text":"wire heal"'
passes "and packets pass again" curl -s -S -f --max-time 5 -o "$work/relayed" http://127.0.0.1:8080/
tell 'step' >answer
has "the kernel's clock cannot be stopped" answer 'can neither be stopped nor moved, so there is no .step. here'
curl -s -o answer --max-time 5 --data 'wire cut' "${address}cmd"
same "without the token nothing is done" 1 "$(grep -c '"ev":"cmd","text":"wire cut"' "$log")"
kill -TERM $pid
wait $pid
same "SIGTERM ends it in order" 0 $?
has "and the last lines are there" "$log" '"ev":"wire","act":"heal"'

# ---- the page by a second stack of ours ----

"$lab" live --out "$work/second" --control stack -- sleep 1000 >"$work/second.out" 2>"$work/second.err" </dev/null &
pid=$!
children="$children $pid"
eventually 10 grep -q 'open http' "$work/second.out" || not_ok "there is no page: $(cat "$work/second.err")"
log=$work/second/run.tlog
address=$(sed -n 's|.*\(http://127.0.0.1:[0-9]*/\)?token=.*|\1|p' "$work/second.out")
token=$(sed -n 's|.*?token=\([0-9a-f]*\).*|\1|p' "$work/second.out")
tell 'wire cut' >answer
has "a command reaches the lab through the second stack" "$log" '"ev":"cmd","text":"wire cut"'
passes "the second stack serves the page while every packet is dropped" \
    curl -s -S -f --max-time 5 -o "$work/second.html" "$address"
has "which is the page" "$work/second.html" '<title>'
passes "and the log" curl -s -S -f --max-time 5 -o "$work/second.log" "${address}log"
same "its packets are in no log" 0 "$(grep -c '"ev":"seg_' "$work/second.log")"
kill -TERM $pid
wait $pid
same "it ends in order" 0 $?

# ---- what both ends can do ----

cat >script <<'END'
A connect B:81
wait 100ms
A listen 9000
B connect A:9000
wait 100ms
A send "hello"
B send 20KB
wait 200ms
B close
wait 100ms
A shutdown
wait 100ms
A connect B:80
wait 100ms
A abort
END
live both --script script --for 1500ms
same "commands of both ends are carried out" 0 $status
has "a port at which nobody listens refuses the kernel" "$log" '"n":"A",.*"ev":"ret","op":"open",.*"r":"ECONNREFUSED"'
has "the kernel's listener makes a connection" "$log" '"n":"A","c":2,"ev":"peer","state":"SYN-RECEIVED"'
has "what A sends B reads" "$log" '"n":"B",.*"ev":"app","k":"read","off":0,"count":5,.*"text":"hello"'
same "what B sends A reads" 20000 "$(python3 -c '
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])][1:]
print(sum(e["count"] for e in lines if e["n"] == "A" and e["ev"] == "app" and e["k"] == "read"))' "$log")"
has "the kernel walks through a passive close" "$log" '"n":"A","c":2,"ev":"peer","state":"LAST-ACK"'
has "an abort resets" "$log" '"n":"B",.*"ev":"state","from":"ESTABLISHED","to":"CLOSED",.*RCV_RST'
for run in curl open close served both; do
    passes "the log of $run can be true" "$lab" check "$work/$run/run.tlog"
done

# ---- options ----

live band -- curl -s -S -o "$work/inband" --max-time 10 http://10.77.0.2/lab/
same "a page in band says where it is" 1 "$(grep -c '"k":"here"' "$log")"
has "and its connection ends unseen" "$log" '"n":"A","c":1,"ev":"peer","state":"ESTABLISHED"'
same "unseen is unseen" 0 "$(grep -c '"state":"TIME-WAIT"' "$log")"
live faults --in-band-faults -- curl -s -S -o "$work/inband" --max-time 10 http://10.77.0.2/lab/
same "with --in-band-faults it is like all others" 0 "$(grep -c '"k":"here"' "$log")"
has "to its end" "$log" '"state":"TIME-WAIT"'
cat >script <<'END'
A connect B:80
A curl B:80/
wait 200ms
wire hold next A->B
A close
END
live leaks --host-net --tun lucid7 --control stack --script script --for 500ms
same "all memory is given back, with packets held" 0 $status
live hostnet --host-net --tun lucid7 -- readlink /proc/self/ns/net
has "--host-net stays in the network it was started in" "$work/hostnet.out" \
    "^$(readlink /proc/self/ns/net | tr '[]' '..')\$"
same "and leaves no device there" 1 "$(ip link show 2>/dev/null | grep -c '^[0-9]')"
live rfc --rfc-timers --for 50ms
has "--rfc-timers has the RFC's MSL" "$log" '"msl":120000000000,'
same "and no banner" 0 "$(grep -c 'MSL = ' "$log")"
live noise -- python3 -c '
import socket
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.settimeout(5)
udp.connect(("10.77.0.2", 9))
udp.send(b"?")
try:
    udp.recv(1)
except ConnectionRefusedError:
    print("port unreachable")'
has "what is no TCP passes both ways" "$work/noise.out" '^port unreachable$'
has "is counted" "$log" 'the kernel sent [0-9]+ packets that are no TCP: counted, not drawn'
same "and not drawn" 0 "$(grep -c '"ev":"seg_' "$log")"

# ---- scenarios against the kernel ----

for lab_id in L01 L06 L08 L10 L11 L12 L15 L19; do
    timeout -k 5 60 "$lab" run $lab_id --live --headless --out "$work/lab-out" >"$work/run.out" 2>&1 </dev/null
    if [ $? = 0 ] && grep -qE '^([0-9]+) of \1 points' "$work/run.out"; then
        ok "$lab_id --live"
    else
        not_ok "$lab_id --live: $(cat "$work/run.out")"
    fi
    passes "its log can be true" "$lab" check "$work/lab-out/$lab_id-1/run.tlog"
done
passes "packets of a live run as pcapng" "$lab" export "$work/lab-out/L12-1/run.tlog" --pcapng --pcap --at B -o pictures
if command -v tshark >/dev/null; then
    tshark -r pictures/run.pcapng -T fields -e frame.interface_name -e frame.comment >comments 2>/dev/null
    frames() {
        grep -o '"f":[0-9]*' "$work/lab-out/L12-1/run.tlog" | cut -d : -f 2 | sort -n
    }
    same "frames of run.pcap are named in the log" \
        "$(tshark -r "$work/lab-out/L12-1/run.pcap" -T fields -e frame.number 2>/dev/null)" "$(frames)"
    has "with what they did" comments '^B.FIN-WAIT-1 -> CLOSING: '
    same "as many as our stack saw" "$(grep -c '"n":"B".*"ev":"seg_' "$work/lab-out/L12-1/run.tlog")" \
        "$(tshark -r pictures/run.B.pcap 2>/dev/null | wc -l)"
else
    echo "skip live: tshark is not installed"
fi
"$lab" run L07 --live >"$work/run.out" 2>&1 </dev/null
same "a scenario that needs virtual time is refused" 2 $?
has "with what to do" "$work/run.out" 'L07 is for the simulated world only: .lucid-lab run L07.'

# ---- nothing is left ----

# inhabitants NETWORK: processes in it.
inhabitants() {
    ls -l /proc/[0-9]*/ns/net 2>/dev/null | grep -cF "$1"
}
network_of() {
    readlink "/proc/$1/ns/net"
}
apart() {
    [ "$(network_of "$1")" != "$(readlink /proc/self/ns/net)" ] && grep -q 10.77.0.2 "$work/$2.out"
}
nobody_in() {
    [ "$(inhabitants "$1")" = 0 ]
}
for signal in KILL TERM INT; do
    "$lab" live --out "$work/$signal" -- sh -c '(trap "" HUP INT TERM; sleep 1000) & sleep 1000' \
        >"$work/$signal.out" 2>"$work/$signal.err" </dev/null &
    pid=$!
    eventually 10 apart $pid $signal || not_ok "the lab does not start: $(cat "$work/$signal.err")"
    network=$(network_of $pid)
    crowded() {
        [ "$(inhabitants "$network")" -ge 5 ]
    }
    eventually 5 crowded || not_ok "the program does not start"
    kill -$signal $pid
    if eventually 5 nobody_in "$network"; then
        ok "SIG$signal leaves no process and no network"
    else
        not_ok "SIG$signal leaves processes: $(inhabitants "$network")"
    fi
    wait $pid 2>/dev/null
    same "and no device" 1 "$(ip link show 2>/dev/null | grep -c '^[0-9]')"
done

# ---- refusals ----

live refused --msl never
same "a wrong time is refused" 2 $status
has "with a sentence" "$work/refused.err" 'lucid-lab: --msl never is no time; write for example --msl 5s'
live refused again
same "a word too many is refused" 2 $status
has "with a sentence that says what to do" "$work/refused.err" 'stands behind `--`'
echo 'wire hlod next' >script
live refused --script script --for 1s
same "a wrong line of a script is refused" 2 $status
has "with file and line" "$work/refused.err" 'script, line 1: .*did you mean .*hold'
exit $failures
