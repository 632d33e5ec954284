"""Packets made by hand, put onto a TUN device from the kernel's side, as a host that has no TCP of its own.

A Wire is a packet socket on the interface. What is sent there reaches whoever reads the device; what he writes is
received. The address that this host uses, 10.77.0.77 and fd77::77, is not the kernel's, so the kernel does not meddle.
"""
import random
import select
import socket
import struct
import time

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
STACK4, STACK6 = "10.77.0.2", "fd77::2"
HERE4, HERE6 = "10.77.0.77", "fd77::77"


def checksum(octets):
    """RFC 1071."""
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack("!%dH" % (len(octets) // 2), octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def is6(address):
    return ":" in address


def packed(address):
    return socket.inet_pton(socket.AF_INET6 if is6(address) else socket.AF_INET, address)


def pseudo(source, destination, protocol, length):
    if is6(source):
        return packed(source) + packed(destination) + struct.pack("!I3xB", length, protocol)
    return packed(source) + packed(destination) + struct.pack("!xBH", protocol, length)


def ip(source, destination, protocol, payload, length=None, bad_checksum=False):
    """An IP packet; length: what its header says, if not the truth."""
    if is6(source):
        said = len(payload) if length is None else length
        return struct.pack("!IHBB", 6 << 28, said, protocol, 64) + packed(source) + packed(destination) + payload
    said = 20 + len(payload) if length is None else length
    ident = random.getrandbits(16)
    head = struct.pack("!BBHHHBBH", 0x45, 0, said, ident, 0, 64, protocol, 0) + packed(source) + packed(destination)
    total = checksum(head) ^ (0x5555 if bad_checksum else 0)
    return head[:10] + struct.pack("!H", total) + head[12:] + payload


def tcp(source, destination, sport, dport, seq, ack, flags, data=b"", offset=None, window=65535, bad_checksum=False,
        options=b""):
    words = (20 + len(options)) // 4 if offset is None else offset
    head = struct.pack("!HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, words << 4, flags, window, 0, 0)
    segment = head + options + data
    total = checksum(pseudo(source, destination, 6, len(segment)) + segment) ^ (0x5555 if bad_checksum else 0)
    return segment[:16] + struct.pack("!H", total) + segment[18:]


def echo(source, destination, ident, sequence, data, bad_checksum=False):
    v6 = is6(source)
    body = struct.pack("!BBHHH", 128 if v6 else 8, 0, 0, ident, sequence) + data
    covered = (pseudo(source, destination, 58, len(body)) if v6 else b"") + body
    total = checksum(covered) ^ (0x5555 if bad_checksum else 0)
    return body[:2] + struct.pack("!H", total) + body[4:]


class Segment:
    """A TCP segment that was received."""

    def __init__(self, packet):
        self.v6 = packet[0] >> 4 == 6
        at = 40 if self.v6 else (packet[0] & 15) * 4
        self.source = packet[8:24] if self.v6 else packet[12:16]
        self.destination = packet[24:40] if self.v6 else packet[16:20]
        end = 40 + struct.unpack("!H", packet[4:6])[0] if self.v6 else struct.unpack("!H", packet[2:4])[0]
        self.sport, self.dport, self.seq, self.ack = struct.unpack("!HHII", packet[at:at + 12])
        self.flags = packet[at + 13]
        self.window = struct.unpack("!H", packet[at + 14:at + 16])[0]
        self.data = packet[at + (packet[at + 12] >> 4) * 4:end]


class Wire:
    def __init__(self, device="lucid0"):
        self.sockets = {}
        for version, kind in ((4, 0x0800), (6, 0x86DD)):
            wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(kind))
            wire.bind((device, kind))
            self.sockets[version] = (wire, (device, kind))

    def send(self, packet, version=None):
        wire, to = self.sockets[version or (packet[0] >> 4 if packet else 4)]
        wire.sendto(packet, to)

    def packets(self, seconds):
        """What the stack writes, for so long."""
        end = time.monotonic() + seconds
        waiting = [wire for wire, _ in self.sockets.values()]
        while (left := end - time.monotonic()) > 0:
            for wire in select.select(waiting, [], [], left)[0]:
                packet, sender = wire.recvfrom(65536)
                if sender[2] != socket.PACKET_OUTGOING:
                    yield packet

    def segment(self, sport, dport, seconds=2):
        """The next TCP segment from the stack between these ports, or None."""
        for packet in self.packets(seconds):
            v6 = packet[0] >> 4 == 6
            if packet[6 if v6 else 9] != 6:
                continue
            segment = Segment(packet)
            if segment.sport == sport and segment.dport == dport:
                return segment
        return None


class Connection:
    """A TCP connection to the stack of which every segment is made by hand."""

    def __init__(self, wire, sport=None, dport=80, v6=False):
        self.wire, self.dport = wire, dport
        self.sport = sport or random.randrange(20000, 60000)
        self.here, self.there = (HERE6, STACK6) if v6 else (HERE4, STACK4)
        self.seq, self.ack = random.getrandbits(32), 0

    def send(self, flags, data=b"", **odd):
        segment = tcp(self.here, self.there, self.sport, self.dport, odd.pop("seq", self.seq), odd.pop("ack", self.ack),
                      flags, data, **odd)
        self.wire.send(ip(self.here, self.there, 6, segment))

    def receive(self, seconds=2):
        return self.wire.segment(self.dport, self.sport, seconds)

    def open(self):
        self.send(SYN)
        answer = self.receive()
        if not answer or answer.flags & (SYN | ACK) != SYN | ACK:
            return False
        self.seq, self.ack = (self.seq + 1) & 0xFFFFFFFF, (answer.seq + 1) & 0xFFFFFFFF
        self.send(ACK)
        return True
