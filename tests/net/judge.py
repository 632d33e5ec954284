"""judge.py FILE clean|lossy ADDRESS...: tshark's expert information on a capture that was made at our end of a link.

ADDRESS are ours. Prints one line for each check, `ok` or `not ok`, and ends with 1 when one of them failed.

Whatever the link did: nothing malformed, no wrong checksum, no ACK of what was never seen, nothing of ours beyond the
window that we were granted, nothing of ours sent again after its ACK had come, none of ours left out. On a clean link
nothing at all is sent twice, lost or out of order. On a lossy one the peer reports as duplicates (RFC 2883) what we
sent again for nothing: at most NEEDLESS of our segments with data.
"""
import os
import subprocess
import sys

NEEDLESS = 0.08
FEWEST = 20  # packets: less is no capture of a transfer

FIELDS = """frame.number ip.src ipv6.src tcp.stream tcp.seq tcp.len tcp.ack tcp.window_size tcp.flags.ack tcp.flags.syn
    tcp.options.sack_le tcp.options.sack_re _ws.malformed _ws.expert.severity ip.checksum.status tcp.checksum.status
    tcp.checksum tcp.analysis.ack_lost_segment tcp.analysis.lost_segment tcp.analysis.retransmission
    tcp.analysis.spurious_retransmission tcp.analysis.out_of_order tcp.analysis.duplicate_ack""".split()
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


class Judge:
    def __init__(self, ours):
        self.ours = ours
        self.found = {}  # what is wrong -> numbers of packets
        self.edge = {}   # connection -> the right edge of the window that we were granted
        self.count = self.data = self.needless = 0

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
        for name in "lost_segment", "retransmission", "out_of_order", "duplicate_ack":
            if packet["tcp.analysis." + name]:
                self.wrong("any " + name, packet)
        if packet["tcp.stream"] and (packet["ip.src"] or packet["ipv6.src"]) in self.ours:
            self.see_ours(packet)
        elif packet["tcp.stream"]:
            self.see_theirs(packet)

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
        most = 0 if clean else NEEDLESS * self.data
        good.append(self.say(self.needless <= most, f"{name}: hardly anything was sent again for nothing",
                             f"{self.needless} of {self.data}, not {most:.0f}"))
        return all(good)


def main(file, link, *ours):
    judge = Judge(ours)
    for packet in packets(file):
        judge.see(packet)
    return 0 if judge.judge(f"{os.path.basename(file)} ({link})", link == "clean") else 1


sys.exit(main(*sys.argv[1:]))
