#!/bin/sh
# lucid-lab export --pcap and --pcapng: the packets of a simulated run, made again from its seed, as each node saw them,
# to the nanosecond; in pcapng with what came of each, so that loss is visible. A log that cannot be run again gives no
# file. Captures of live runs are in live.sh.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
lab=$build/san/lucid-lab

command -v python3 >/dev/null || { echo "skip export_capture: python3 is not installed"; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0
cd "$work" || exit 1

# same WHAT EXPECTED GOT
same() {
    if [ "$2" = "$3" ]; then
        echo "ok export_capture: $1"
    else
        echo "not ok export_capture: $1: expected '$2', got '$3'"
        failures=1
    fi
}

# What a capture holds, one line a packet: pcap: time and length; pcapng: interface, direction, time, length, comment.
cat >look.py <<'END'
import struct, sys
data = open(sys.argv[1], "rb").read()

def pcap():
    magic, _, _, _, _, _, link = struct.unpack("<IHHiIII", data[:24])
    assert magic == 0xa1b23c4d and link in (12, 101, 228), hex(magic)
    at = 24
    while at < len(data):
        seconds, nanoseconds, kept, length = struct.unpack("<IIII", data[at:at + 16])
        assert kept == length
        print(f"{seconds}.{nanoseconds:09} {length}")
        at += 16 + kept

def options(block):
    at, found = 0, {}
    while at < len(block):
        code, length = struct.unpack("<HH", block[at:at + 4])
        if code == 0:
            assert at + 4 == len(block)
            return found
        found[code] = block[at + 4:at + 4 + length]
        at += 4 + (length + 3) // 4 * 4
    raise ValueError("options without an end")

def pcapng():
    at, names = 0, []
    while at < len(data):
        kind, length = struct.unpack("<II", data[at:at + 8])
        assert length % 4 == 0 and struct.unpack("<I", data[at + length - 4:at + length])[0] == length
        body = data[at + 8:at + length - 4]
        if kind == 1:
            found = options(body[8:])
            assert found[9] == b"\x09"
            names.append(found[2].decode())
        elif kind == 6:
            number, high, low, kept, whole = struct.unpack("<IIIII", body[:20])
            found = options(body[20 + (kept + 3) // 4 * 4:])
            way = {1: "in", 2: "out"}[struct.unpack("<I", found[2])[0]]
            time = (high << 32 | low) % 10**12
            print(names[number], way, time, whole, found.get(1, b"").decode().replace("\n", " | "))
        at += length

pcapng() if data[:4] == b"\x0a\x0d\x0d\x0a" else pcap()
END

"$lab" run L02 --headless --out runs >/dev/null 2>&1
log=runs/L02-1/run.tlog
"$lab" export "$log" --pcap --pcapng -o out >said 2>&1
same "both are written" "0 out/run.A.pcap out/run.pcapng" "$? $(tr '\n' ' ' <said | sed 's/ $//')"
"$lab" export "$log" --pcap --at B -o out >/dev/null
python3 look.py out/run.A.pcap >a
python3 look.py out/run.B.pcap >b
python3 look.py out/run.pcapng >both

# L02: A's first two SYNs are lost, the third opens the connection.
same "A sends SYNs at 0, 1 and 3 s" "1767225600.000000000 1767225601.000000000 1767225603.000000000" \
    "$(head -n 3 a | cut -d ' ' -f 1 | tr '\n' ' ' | sed 's/ $//')"
same "B sees the third only" 1767225603 "$(head -n 1 b | cut -d . -f 1)"
same "nanoseconds are there" 1 "$(head -n 1 b | grep -c '\.020048000 ')"
segments() {
    grep -c "\"n\":\"$1\".*\"ev\":\"seg_" "$log"
}
same "A has as many packets as segments" "$(segments A)" "$(wc -l <a | tr -d ' ')"
same "B too" "$(segments B)" "$(wc -l <b | tr -d ' ')"
same "pcapng has both" "$(cat a b | wc -l | tr -d ' ')" "$(wc -l <both | tr -d ' ')"
same "what is lost left A and did not arrive" "3 1" "$(grep -c '^A out.* 60 ' both) $(grep -c '^B in.* 60 ' both)"
same "the wire is named" 2 "$(grep -c '^A out.*on the wire: drop' both)"
same "a packet that is sent again says so" 2 "$(grep -c '^A out.*sent again; first in packet 1 of the log' both)"
same "the rule's sentence is the comment" 1 \
    "$(grep -c '^B in.*LISTEN -> SYN-RECEIVED: .* (RFC 9293, section 3.10.7.2, third step)' both)"
if command -v tshark >/dev/null; then
    tshark -r out/run.pcapng -T fields -e frame.interface_name -e frame.comment >tshark 2>/dev/null
    same "tshark reads it" "$(wc -l <both | tr -d ' ')" "$(wc -l <tshark | tr -d ' ')"
    same "and finds the sentence" 1 "$(grep -c '^B.LISTEN -> SYN-RECEIVED' tshark)"
else
    echo "skip export_capture: tshark is not installed"
fi

# refuses WHAT PATTERN ARGUMENTS...: exit status 2, a sentence like the pattern, no file.
refuses() {
    what=$1 pattern=$2
    shift 2
    rm -rf no
    "$lab" export "$@" -o no >said 2>err
    same "$what" "2 1 0" "$? $(grep -cE -- "$pattern" err) $(ls no 2>/dev/null | wc -l | tr -d ' ')"
}
sed 's/"seq":\([0-9]*\),"ack":0,"fl":"S"/"seq":7,"ack":0,"fl":"S"/' "$log" >forged.tlog
refuses "a log that does not come out again gives no capture" 'is not what a run with this seed' forged.tlog --pcapng
refuses "nor as pcap" 'is not what a run with this seed' forged.tlog --pcap
refuses "a node that is not there" 'the log has no node Q; --at names' "$log" --pcap --at Q
sed '1s/"world":"sim"/"world":"live"/' "$log" >live.tlog
refuses "a live log without its packets" 'are in run.pcap beside its log, and that cannot be read' live.tlog --pcap
exit $failures
