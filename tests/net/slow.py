#!/usr/bin/env python3
"""slow.py SECONDS: a client that behaves: one request after the other, on one connection, for so long; each must be
answered within three seconds, and rightly: the queue of the device may lose what the attackers' burst does not leave
room for, and TCP sends that again. Beside it there are readers of 20 kB/s, which must get all of their file;
connections that are reset in the middle of one; and a hundred that say nothing. H64"""
import http.client
import socket
import struct
import sys
import threading
import time

SERVER = ("10.77.0.2", 80)
IDLE, SLOW, RESETS = 100, 5, 40
FILE = 4000000
LIMIT = 3


def idle():
    return [socket.create_connection(SERVER, 5) for _ in range(IDLE)]


def request(path):
    return b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" % path


def read_slowly(results):
    """Three seconds of a file at 20 kB/s, then the rest."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(5)
        sock.connect(SERVER)
        sock.sendall(request(b"/file"))
        got, end = b"", time.monotonic() + 3
        while octets := sock.recv(1000 if time.monotonic() < end else 65536):
            got += octets
            if time.monotonic() < end:
                time.sleep(0.05)
        results.append(len(got.partition(b"\r\n\r\n")[2]) == FILE)


def reset():
    """Goes away in the middle of a file."""
    with socket.create_connection(SERVER, 5) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.sendall(request(b"/file"))
        sock.recv(2000)


def behave(seconds):
    """How many requests were answered, and how long the slowest took."""
    connection = http.client.HTTPConnection(*SERVER, timeout=5)
    count, slowest, end = 0, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.monotonic()
        connection.request("GET", "/alive")
        answer = connection.getresponse()
        octets = answer.read()
        slowest = max(slowest, time.monotonic() - begin)
        if answer.status != 200 or len(octets) != 5000:
            sys.exit("answer %d was %d of %d octets" % (count, answer.status, len(octets)))
        count += 1
        time.sleep(0.01)
    return count, slowest


def main():
    seconds = float(sys.argv[1])
    results = []
    silent = idle()
    readers = [threading.Thread(target=read_slowly, args=(results,)) for _ in range(SLOW)]
    for reader in readers:
        reader.start()
    for _ in range(RESETS):
        reset()
    count, slowest = behave(seconds)
    for reader in readers:
        reader.join()
    print("%d requests in %g s, the slowest in %d ms" % (count, seconds, slowest * 1000))
    if slowest > LIMIT:
        sys.exit("it took more than %d s" % LIMIT)
    if results != [True] * SLOW:
        sys.exit("slow readers did not get their files: %s" % results)
    for sock in silent:
        sock.close()


main()
