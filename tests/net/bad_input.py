"""Sends one kind of bad input to the stack: bad_input.py KIND. Prints ok or not ok for what must be answered."""
import random
import socket
import struct
import sys
import time

from raw import ACK, FIN, HERE4, HERE6, PSH, RST, STACK4, STACK6, SYN, Connection, Wire, checksum, echo, ip, tcp

random.seed(7)
PAIRS = ((HERE4, STACK4), (HERE6, STACK6))
REQUEST = b"GET /alive HTTP/1.1\r\nHost: x\r\n\r\n"


def check(what, holds, detail=""):
    print(f"{'ok' if holds else 'not ok'} {what}{'' if holds else ': ' + str(detail)}", flush=True)


def syn(here, there, **odd):
    return tcp(here, there, 4000, 80, 1, 0, SYN, **odd)


def truncated(wire):
    """Every length from 1 up to that of a whole segment, IPv4 and IPv6."""
    for here, there in PAIRS:
        packet = ip(here, there, 6, syn(here, there, data=b"x" * 40))
        for length in range(1, len(packet)):
            wire.send(packet[:length])


def overlong(wire):
    """Octets behind the packet that its header does not know, and headers that claim more than has come."""
    for here, there in PAIRS:
        segment = tcp(here, there, 4001, 80, 1, 0, SYN)
        wire.send(ip(here, there, 6, segment) + b"\xff" * 1000)
        answer = wire.segment(80, 4001)
        check(f"a SYN with a trailer is answered ({here})", answer and answer.flags & SYN and answer.ack == 2, answer)
        wire.send(ip(here, there, 6, tcp(here, there, 4001, 80, 2, 0, RST)))
        for length in (0, 1, 19, 21, 39, 1000, 1500, 65535):
            wire.send(ip(here, there, 6, segment, length=length))
        for offset in range(16):
            wire.send(ip(here, there, 6, tcp(here, there, 4002, 80, 1, 0, RST, offset=offset)))


def zero_length(wire):
    """Packets of nothing: an empty datagram to the device, empty payloads of each protocol, options of length 0."""
    for here, there in PAIRS:
        for protocol in range(256):
            wire.send(ip(here, there, protocol, b""))
        for kind, length in ((2, 0), (3, 0), (2, 1), (2, 40), (254, 0)):
            options = bytes((kind, length, 0, 0))
            wire.send(ip(here, there, 6, syn(here, there, options=options)))


def random_octets(wire):
    """Noise, and noise behind headers that are right up to there."""
    for _ in range(20000):
        here, there = random.choice(PAIRS)
        noise = random.randbytes(random.randrange(1, 200))
        kind = random.randrange(4)
        if kind == 0:
            wire.send(noise, random.choice((4, 6)))
        elif kind == 1:
            wire.send(ip(here, there, random.randrange(256), noise))
        elif kind == 2:
            wire.send(ip(here, there, 6, tcp(here, there, random.randrange(65536), 80, random.getrandbits(32),
                                             random.getrandbits(32), random.getrandbits(8), noise)))
        else:
            options = random.randbytes(4 * random.randrange(11))
            wire.send(ip(here, there, 6, syn(here, there, options=options)))


def checksums(wire):
    """Wrong checksums of IP, TCP and ICMP: nothing is answered."""
    for here, there in PAIRS:
        wire.send(ip(here, there, 6, tcp(here, there, 4003, 80, 1, 0, SYN, bad_checksum=True)))
        wire.send(ip(here, there, 58 if ":" in here else 1, echo(here, there, 1, 1, b"x" * 20, bad_checksum=True)))
    wire.send(ip(HERE4, STACK4, 6, tcp(HERE4, STACK4, 4003, 80, 1, 0, SYN), bad_checksum=True))
    answers = [packet for packet in wire.packets(0.5)]
    check("wrong checksums are not answered", not answers, answers)


def closed_port(wire):
    """A SYN to a port where nobody listens is answered by RST, at once (RFC 9293 3.10.7.1)."""
    for here, there in PAIRS:
        wire.send(ip(here, there, 6, tcp(here, there, 4004, 81, 1000, 0, SYN)))
        answer = wire.segment(81, 4004)
        right = answer and answer.flags == RST | ACK and answer.seq == 0 and answer.ack == 1001
        check(f"SYN to a closed port: RST ({here})", right, answer and vars(answer))
        wire.send(ip(here, there, 6, tcp(here, there, 4004, 81, 5, 777, ACK)))
        answer = wire.segment(81, 4004)
        right = answer and answer.flags == RST and answer.seq == 777
        check(f"ACK to a closed port: RST ({here})", right, answer and vars(answer))
        wire.send(ip(here, there, 6, tcp(here, there, 4004, 81, 5, 777, RST)))
        check(f"RST to a closed port: nothing ({here})", wire.segment(81, 4004, 0.3) is None)


def blind(wire):
    """Segments beside a connection that others hold: RST and SYN in the window, data outside it, ACK of the future."""
    connection = Connection(wire)
    check("a handshake by hand", connection.open())
    connection.send(RST, seq=connection.seq + 1000)
    answer = connection.receive()
    check("RST in the window: challenge ACK (RFC 5961 3.2)", answer and answer.flags == ACK, answer and vars(answer))
    connection.send(SYN, seq=connection.seq + 1000)
    answer = connection.receive()
    check("SYN in the window: challenge ACK (RFC 5961 4.2)", answer and answer.flags == ACK, answer and vars(answer))
    for offset in (0x80000000, 0x7FFFFFFF, 3000000, 0xFFF00000):
        connection.send(PSH | ACK, b"x" * 100, seq=connection.seq + offset)
        connection.send(PSH | ACK, b"x" * 100, ack=connection.ack + offset)
        connection.send(FIN | ACK, seq=connection.seq + offset)
    connection.send(PSH | ACK, REQUEST)
    for _ in range(20):
        answer = connection.receive()
        if not answer or answer.data:
            break
    check("after all that the connection works", answer and answer.data.startswith(b"HTTP/1.1 200"), answer)
    connection.send(RST, seq=connection.seq + len(REQUEST))


def half_open(wire):
    """Eight hundred SYNs that nobody follows up: less than the limit of connections in SYN-RECEIVED."""
    for port in range(10000, 10800):
        wire.send(ip(HERE4, STACK4, 6, tcp(HERE4, STACK4, port, 80, port, 0, SYN)))


def fragments(wire):
    """Fragments of IPv4 and IPv6, first ones and later ones."""
    payload = syn(HERE4, STACK4, data=b"x" * 12)
    for flags in (0x2000, 0x2001, 0x0001, 0x3FFF, 0x1FFF):
        packet = bytearray(ip(HERE4, STACK4, 6, payload))
        packet[6:8] = struct.pack("!H", flags)
        packet[10:12] = b"\0\0"
        packet[10:12] = struct.pack("!H", checksum(bytes(packet[:20])))
        wire.send(bytes(packet))
        six = struct.pack("!BBHI", 6, 0, (flags & 0x1FFF) << 3 | (flags >> 13 & 1), 1) + payload
        wire.send(ip(HERE6, STACK6, 44, six))


def no_newline(_):
    """A megabyte without the end of a line: refused with 414 or 431, or the connection is closed."""
    with socket.create_connection((STACK4, 80), 10) as sock:
        answer = b""
        try:
            for _ in range(16):
                sock.sendall(b"a" * 65536)
            while part := sock.recv(65536):
                answer += part
        except OSError as error:
            answer = answer or str(error).encode()
        refused = answer.startswith((b"HTTP/1.1 414", b"HTTP/1.1 431", b"HTTP/1.1 400")) or b"reset" in answer
        refused = refused or b"Broken pipe" in answer
        check("a megabyte without a newline is refused", refused, answer[:200])


def slow(_):
    """A client that sends an octet a second does not stop the others."""
    with socket.create_connection((STACK4, 80), 10) as sock:
        for octet in REQUEST[:4]:
            sock.sendall(bytes([octet]))
            begin = time.monotonic()
            with socket.create_connection((STACK6, 80), 10) as other:
                other.sendall(REQUEST)
                quick = other.recv(65536).startswith(b"HTTP/1.1 200") and time.monotonic() - begin < 0.5
            if not quick:
                break
            time.sleep(1)
        check("beside a client that sends an octet a second", quick)


if __name__ == "__main__":
    kinds = {f.__name__: f for f in (truncated, overlong, zero_length, random_octets, checksums, closed_port, blind,
                                     half_open, fragments, no_newline, slow)}
    kinds[sys.argv[1]](Wire())
