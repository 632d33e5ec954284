"""ICMP and ICMPv6 echo with sockets of the kernel's: ping.py. Prints a line for each check."""
import os
import random
import select
import socket
import struct
import time

from raw import STACK4, STACK6, Wire, echo, ip


def exchange(address, sequence, data, seconds=2):
    """Sends a request; returns the data of its answer, or None."""
    v6 = ":" in address
    family, protocol = (socket.AF_INET6, socket.IPPROTO_ICMPV6) if v6 else (socket.AF_INET, socket.IPPROTO_ICMP)
    ident = os.getpid() & 0xFFFF
    source = "fd77::1" if v6 else "10.77.0.1"
    with socket.socket(family, socket.SOCK_RAW, protocol) as sock:
        sock.sendto(echo(source, address, ident, sequence, data), (address, 0))
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and select.select([sock], [], [], left)[0]:
            packet = sock.recv(65536)
            packet = packet if v6 else packet[(packet[0] & 15) * 4:]
            if packet[0] == (129 if v6 else 0) and packet[4:8] == struct.pack("!HH", ident, sequence):
                return packet[8:]
    return None


def check(what, holds):
    print(f"{'ok' if holds else 'not ok'} {what}", flush=True)


def both(name, address):
    for number, length in enumerate((0, 1, 56, 1400)):
        data = random.randbytes(length)
        check(f"{name}: {length} octets come back", exchange(address, number, data) == data)
    answers = sum(exchange(address, 100 + i, b"x" * 56) == b"x" * 56 for i in range(50))
    check(f"{name}: fifty in a row", answers == 50)


def not_ours(wire):
    """Requests to addresses that are not the stack's, and to all: nobody answers for another."""
    for here, there in (("10.77.0.77", "10.77.0.3"), ("fd77::77", "fd77::3"), ("10.77.0.77", "10.77.0.255")):
        wire.send(ip(here, there, 58 if ":" in here else 1, echo(here, there, 1, 1, b"x")))
    check("requests to others are not answered", not [p for p in wire.packets(0.5) if p[6 if p[0] >> 4 == 6 else 9]])


both("ICMP", STACK4)
both("ICMPv6", STACK6)
not_ours(Wire())
