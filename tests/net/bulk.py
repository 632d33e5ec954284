"""Long streams that do not repeat, and their hashes.

bulk.py make COUNT: writes that many octets, the same ones each time, to standard output.
bulk.py echo HOST COUNT: sends them to the echo service of HOST, and prints the SHA-256 of what comes back.
bulk.py serve PORT COUNT: an HTTP server on the kernel's sockets: GET gives these octets, POST the SHA-256 of what came.
"""
import hashlib
import http.server
import random
import socket
import struct
import sys
import threading

PIECE = 65536
ECHO_PORT = 7


def pieces(count):
    """Each piece begins with its number, so that none can take another's place."""
    noise = random.Random(1).randbytes(PIECE - 8)
    for number in range((count + PIECE - 1) // PIECE):
        yield (struct.pack(">Q", number) + noise)[:min(PIECE, count - number * PIECE)]


def echo(host, count):
    """Sends and reads at once, and so holds hardly anything."""
    sum_ = hashlib.sha256()
    with socket.create_connection((host, ECHO_PORT)) as connection:
        def send():
            for piece in pieces(count):
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
        sender = threading.Thread(target=send)
        sender.start()
        while octets := connection.recv(PIECE):
            sum_.update(octets)
        sender.join()
    return sum_.hexdigest()


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


class Handler(http.server.BaseHTTPRequestHandler):
    count = 0

    def answer(self, length):
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def do_GET(self):
        self.answer(self.count)
        for piece in pieces(self.count):
            self.wfile.write(piece)

    def do_POST(self):
        sum_, left = hashlib.sha256(), int(self.headers["Content-Length"])
        while left > 0 and (octets := self.rfile.read(min(left, PIECE))):
            sum_.update(octets)
            left -= len(octets)
        body = sum_.hexdigest().encode() + b"\n"
        self.answer(len(body))
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main(what, *rest):
    if what == "make":
        for piece in pieces(int(rest[0])):
            sys.stdout.buffer.write(piece)
        return
    if what == "echo":
        print(echo(rest[0], int(rest[1])))
        return
    Handler.count = int(rest[1])
    Server(("::", int(rest[0])), Handler).serve_forever()


main(*sys.argv[1:])
