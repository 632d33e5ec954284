"""judge.py FILE clean|lossy ADDRESS...: tshark's expert information on a capture that was made at our end of a link.

ADDRESS are ours. Prints one line for each check, `ok` or `not ok`, and ends with 1 when one of them failed.

Whatever the link did: nothing malformed, no wrong checksum, no ACK of what was never seen, nothing of ours beyond the
window that we were granted, nothing of ours sent again after its ACK had come, none of ours left out. On a clean link
nothing at all is sent twice, lost or out of order; but on a busy machine an end may be kept from answering, and then
the other one probes the tail (RFC 8985 7.3): its last segment again, once, after a silence of PROBE or more. On a
lossy link the peer reports as duplicates (RFC 2883) what we sent again for nothing: at most NEEDLESS of our segments
with data.
"""
import os
import subprocess
import sys

NEEDLESS = 0.08
PROBE = 0.002  # seconds, docs/decisions/0067
FEWEST = 20  # packets: less is no capture of a transfer

FIELDS = """frame.number frame.time_epoch ip.src ipv6.src tcp.stream tcp.seq tcp.len tcp.ack tcp.window_size
    tcp.flags.ack tcp.flags.syn tcp.options.timestamp.tsval tcp.options.sack_le tcp.options.sack_re _ws.malformed
    _ws.expert.severity ip.checksum.status tcp.checksum.status tcp.checksum tcp.analysis.ack_lost_segment
    tcp.analysis.lost_segment tcp.analysis.retransmission tcp.analysis.spurious_retransmission
    tcp.analysis.out_of_order tcp.analysis.duplicate_ack""".split()
BAD = ("0", "Bad")
ERROR = ("8388608", "Error")


def packets(file):
    command = ["tshark", "-r", file, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a",
               "--disable-protocol", "http"]  # it is TCP that is judged
    for protocol in "tcp", "ip", "udp":
        command += ["-o", f"{protocol}.check_checksum:TRUE"]
    for field in FIELDS:
        command += ["-e", field]
    told = subprocess.run(command, capture_output=True, text=True, check=False,
                          env={**os.environ, "HOME": "/nonexistent"})
    if told.returncode != 0 and not told.stdout:
        sys.exit(f"not ok {file}: tshark cannot read it: {told.stderr.strip()}")
    for line in told.stdout.splitlines():
        yield dict(zip(FIELDS, line.split("\t")))


class Tail:
    """The last that was seen of a connection, and of the segments with data of one of its ends."""

    def __init__(self):
        self.end = 0       # of the last segment
        self.sent = 0.0    # seconds, when this end last sent anything
        self.probed = 0    # the end of the segment that was sent again as a probe


class Judge:
    def __init__(self, ours):
        self.ours = ours
        self.found = {}  # what is wrong -> numbers of packets
        self.edge = {}   # connection -> the right edge of the window that we were granted
        self.tails = {}  # connection and end -> Tail
        self.seen = {}   # connection -> seconds, when its last packet was captured
        self.count = self.data = self.needless = self.probes = 0

    def wrong(self, what, packet):
        self.found.setdefault(what, []).append(packet["frame.number"])

    def see(self, packet):
        self.count += 1
        if packet["_ws.malformed"]:
            self.wrong("malformed", packet)
        if set(packet["_ws.expert.severity"].split(",")) & set(ERROR):
            self.wrong("an error, to tshark", packet)
        if packet["ip.checksum.status"] in BAD:
            self.wrong("checksum of IP", packet)
        # Linux writes 0xffff for 0 when it completes a checksum: the same number, RFC 1624 3; tshark calls it bad.
        if packet["tcp.checksum.status"] in BAD and packet["tcp.checksum"] != "0xffff":
            self.wrong("checksum of TCP", packet)
        if packet["tcp.analysis.ack_lost_segment"]:
            self.wrong("ACK of what was never seen", packet)
        if not packet["tcp.stream"]:
            return
        ours = (packet["ip.src"] or packet["ipv6.src"]) in self.ours
        probe = self.is_probe(packet, ours)
        for name in "lost_segment", "retransmission", "out_of_order", "duplicate_ack":
            if packet["tcp.analysis." + name] and not probe:
                self.wrong("any " + name, packet)
        self.see_ours(packet) if ours else self.see_theirs(packet)

    def is_probe(self, packet, ours):
        """A tail probe, or the duplicate ACK that it asked for. What the kernel sends waits for us to read it, so there
        the silence is measured by its own clock, in its time stamps."""
        stream, now = packet["tcp.stream"], float(packet["frame.time_epoch"])
        length, end = int(packet["tcp.len"]), int(packet["tcp.seq"]) + int(packet["tcp.len"])
        tail = self.tails.setdefault((stream, ours), Tail())
        clock = now if ours else int(packet["tcp.options.timestamp.tsval"] or 0) / 1000
        silence = now - self.seen.get(stream, now) if ours else clock - tail.sent
        self.seen[stream], tail.sent = now, clock
        if packet["tcp.analysis.duplicate_ack"]:
            other = self.tails.get((stream, not ours))
            return other is not None and other.probed == int(packet["tcp.ack"])
        if length > 0 and end == tail.end != tail.probed and silence >= PROBE:
            tail.probed = end
            self.probes += 1
            return True
        tail.end = end if length > 0 else tail.end
        return False

    def see_ours(self, packet):
        length, end = int(packet["tcp.len"]), int(packet["tcp.seq"]) + int(packet["tcp.len"])
        self.data += length > 0
        if packet["tcp.analysis.spurious_retransmission"]:
            self.wrong("sent again after its ACK", packet)
        if packet["tcp.analysis.lost_segment"]:
            self.wrong("left out by us", packet)
        if length > 1 and end > self.edge.get(packet["tcp.stream"], 0):  # one octet may be a window probe
            self.wrong("beyond the window", packet)

    def see_theirs(self, packet):
        if packet["tcp.flags.ack"] not in ("1", "True"):
            return
        stream, ack = packet["tcp.stream"], int(packet["tcp.ack"])
        self.edge[stream] = max(self.edge.get(stream, 0), ack + int(packet["tcp.window_size"]))
        left, right = ([int(x) for x in packet["tcp.options.sack_" + side].split(",") if x] for side in ("le", "re"))
        if left and (right[0] <= ack or (len(left) > 1 and left[0] >= left[1] and right[0] <= right[1])):
            self.needless += 1

    def say(self, good, what, detail):
        print(f"ok {what}" if good else f"not ok {what}: {detail}")
        return good

    def none(self, name, what):
        numbers = self.found.get(what, [])
        return self.say(not numbers, f"{name}: no packet: {what}", f"{len(numbers)}, at {' '.join(numbers[:10])}")

    def judge(self, name, clean):
        whats = ["malformed", "an error, to tshark", "checksum of IP", "checksum of TCP", "ACK of what was never seen",
                 "beyond the window", "sent again after its ACK", "left out by us"]
        if clean:
            whats += ["any lost_segment", "any retransmission", "any out_of_order", "any duplicate_ack"]
        good = [self.say(self.count >= FEWEST, f"{name}: a capture of a transfer", f"{self.count} packets")]
        good += [self.none(name, what) for what in whats]
        most = self.probes if clean else NEEDLESS * self.data
        good.append(self.say(self.needless <= most, f"{name}: hardly anything was sent again for nothing",
                             f"{self.needless} of {self.data}, not {most:.0f}"))
        return all(good)


def main(file, link, *ours):
    judge = Judge(ours)
    for packet in packets(file):
        judge.see(packet)
    return 0 if judge.judge(f"{os.path.basename(file)} ({link})", link == "clean") else 1


sys.exit(main(*sys.argv[1:]))
