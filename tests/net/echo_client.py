"""echo_client.py HOST OCTETS [COUNT]: sends so many octets, and must read the same, on COUNT connections at once.

echo_client.py HOST deaf: connects, sends as much as is taken, reads nothing until a line comes on standard input, then
reads it all and compares.
echo_client.py HOST reset: sends, and resets the connection in the middle.
Exit status 0: all of it came back.
"""
import random
import socket
import struct
import sys
import threading

PORT = 7
LIMIT = 30


def connect(host):
    return socket.create_connection((host, PORT), LIMIT)


def exchange(host, octets, results, number):
    with connect(host) as connection:
        def send():
            connection.sendall(octets)
            connection.shutdown(socket.SHUT_WR)
        sender = threading.Thread(target=send)
        sender.start()
        results[number] = receive(connection) == octets
        sender.join()


def receive(connection):
    pieces = []
    while piece := connection.recv(1 << 16):
        pieces.append(piece)
    return b"".join(pieces)


def exchange_at_once(host, length, count):
    results = [False] * count
    threads = []
    for number in range(count):
        octets = random.Random(number).randbytes(length)
        threads.append(threading.Thread(target=exchange, args=(host, octets, results, number)))
        threads[-1].start()
    for thread in threads:
        thread.join(LIMIT)
    return all(results)


def deaf(host):
    """Both windows are full when a second passes without any room."""
    octets = random.Random(7).randbytes(32 << 20)
    sent = 0
    with connect(host) as connection:
        connection.settimeout(1)
        try:
            while sent < len(octets):
                sent += connection.send(octets[sent:sent + 65536])
        except TimeoutError:
            pass
        print(sent, flush=True)
        sys.stdin.readline()
        connection.settimeout(LIMIT)
        connection.shutdown(socket.SHUT_WR)
        return 0 < sent < len(octets) and receive(connection) == octets[:sent]


def reset(host):
    with connect(host) as connection:
        connection.sendall(b"x" * 100000)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return True


def main():
    host, what = sys.argv[1:3]
    if what == "deaf":
        return deaf(host)
    if what == "reset":
        return reset(host)
    return exchange_at_once(host, int(what), int(sys.argv[3]) if len(sys.argv) > 3 else 1)


sys.exit(0 if main() else 1)
