"""queues.py: clients of a server with several queues, for queues.sh. Each prints one line.

    queues.py spread ADDRESS COUNT     COUNT connections, a request for a file of its own on each, and then
                                       /connections: how many are on each queue
    queues.py again ADDRESS COUNT      the same without that, on new connections
    queues.py long ADDRESS COUNT       COUNT requests in all, by sixteen connections at the same time, each with a line
                                       in the access log that is longer than a buffer
"""

import collections
import json
import socket
import sys
import threading


def ask(sock, path, agent=""):
    more = f"User-Agent: {agent}\r\nReferer: {agent}\r\n" if agent else ""
    sock.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n{more}\r\n".encode())
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            raise EOFError(path)
        data += piece
    head, body = data.split(b"\r\n\r\n", 1)
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += sock.recv(65536)
    return body


def good(socks):
    for turn in range(3):
        for number, sock in enumerate(socks):
            if ask(sock, f"/file{number}") != b"file %d\n" % number:
                return False
    return True


def queues_of(socks):
    """How many connections the stack of each of these has; 0: it does not know that one itself."""
    found = collections.Counter()
    for sock in socks:
        told = json.loads(ask(sock, "/connections"))
        port = [s["remote"]["port"] for s in told["sockets"] if s["own"]]
        found[told["connections"] if port == [sock.getsockname()[1]] else 0] += 1
    return found


def ask_long(address, count, letter):
    with socket.create_connection((address, 80), 10) as sock:
        for _ in range(count):
            ask(sock, "/file0?" + letter * 1500, '"' * 1500)


def long(address, count):
    threads = [threading.Thread(target=ask_long, args=(address, count // 16, letter)) for letter in "abcdefghijklmnop"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    what, address, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if what == "long":
        long(address, count)
        return
    socks = [socket.create_connection((address, 80), 10) for _ in range(count)]
    if not good(socks):
        print("wrong bodies")
        return
    if what == "again":
        print("good")
        return
    found = queues_of(socks)
    # Who is on a queue of n connections is one of n; two queues may have equally many.
    if any(size == 0 or asked % size != 0 for size, asked in found.items()):
        print("a stack does not know its connections:", found)
        return
    queues = sum(asked // size for size, asked in found.items())
    print(queues, "queues,", "spread" if min(found) > count // 8 else f"not spread: {found}")


main()
