"""doctor.py KIND FROM TO ADDRESS: a capture file with one packet made wrong, to see whether the judge notices.

The packet is the tenth with data that ADDRESS, an IPv4 address, sent. Kinds: sum (a wrong checksum), repeat (the packet
comes a second time, at the end), twice (it comes a second time at once, as no probe does), gone (it is left out),
beyond (its sequence number lies beyond every window, and the checksum is right), short (its TCP header says that it is
longer than the packet).
"""
import ipaddress
import struct
import sys

ENOUGH = 10


def records(octets):
    at = 24
    while at < len(octets):
        length, = struct.unpack_from("<I", octets, at + 8)
        yield octets[at:at + 16], bytearray(octets[at + 16:at + 16 + length])
        at += 16 + length


def has_data(packet, source):
    if packet[0] >> 4 != 4 or packet[9] != 6 or bytes(packet[12:16]) != source:
        return False
    header = (packet[0] & 15) * 4
    return len(packet) > header + (packet[header + 12] >> 4) * 4


def complete(packet):
    """The right checksum of TCP."""
    header = (packet[0] & 15) * 4
    packet[header + 16:header + 18] = b"\0\0"
    octets = bytes(packet[12:20]) + struct.pack(">HH", 6, len(packet) - header) + bytes(packet[header:])
    total = sum(struct.unpack(f">{(len(octets) + 1) // 2}H", octets + b"\0" * (len(octets) % 2)))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    struct.pack_into(">H", packet, header + 16, ~total & 0xffff)


def treat(kind, head, packet):
    """What stands in the packet's place, and what comes at the end."""
    header = (packet[0] & 15) * 4
    if kind == "gone":
        return [], []
    if kind == "repeat":
        return [(head, packet)], [(head, packet)]
    if kind == "twice":
        return [(head, packet), (head, packet)], []
    if kind == "sum":
        packet[-1] ^= 1
    if kind == "beyond":
        sequence, = struct.unpack_from(">I", packet, header + 4)
        struct.pack_into(">I", packet, header + 4, sequence + (1 << 28) & 0xffffffff)
        complete(packet)
    if kind == "short":
        packet[header + 12] = 0x10
        complete(packet)
    return [(head, packet)], []


def main(kind, source, target, address):
    with open(source, "rb") as file:
        octets = file.read()
    sender, seen, kept, last = ipaddress.ip_address(address).packed, 0, [], []
    for head, packet in records(octets):
        seen += has_data(packet, sender)
        if seen == ENOUGH and has_data(packet, sender):
            here, last = treat(kind, head, packet)
            kept += here
        else:
            kept.append((head, packet))
    with open(target, "wb") as file:
        file.write(octets[:24])
        for head, packet in kept + last:
            file.write(head + packet)


main(*sys.argv[1:])
