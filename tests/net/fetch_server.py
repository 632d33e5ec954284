"""The servers that fetch.sh asks: one that keeps connections, and one that says word for word what a path stands for.

fetch_server.py DIRECTORY: port 80 serves the directory; port 81 answers /chunked and the others below;
both on IPv4 and IPv6. Prints "ready". What it was asked on port 81, it prints too.
"""
import http.server
import os
import socket
import socketserver
import struct
import sys
import threading
import time


class Keeping(http.server.SimpleHTTPRequestHandler):
    """Keeps the connection, so that the client must be the one who closes."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = b"got " + body
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def send_error(self, status, *_):
        body = b"<p>none</p>\n."
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


OK = b"HTTP/1.1 200 OK\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
ANSWERS = {  # path: what is said, then whether the server ends (close), resets (reset) or waits for the client (keep)
    "/chunked": (CHUNKED + b"5\r\nhello\r\n2;x=y\r\n, \r\n5\r\nworld\r\n0\r\nTrailer: t\r\n\r\n", "keep"),
    "/chunked-short": (CHUNKED + b"5\r\nhello\r\n", "close"),
    "/until-close": (OK + b"\r\nto the end", "close"),
    "/short": (OK + b"Content-Length: 5000\r\n\r\n" + b"x" * 1000, "close"),
    "/reset": (OK + b"Content-Length: 5000\r\n\r\n" + b"x" * 1000, "reset"),
    "/silent": (OK + b"Content-Length: 5000\r\n\r\n" + b"x" * 10, "keep"),
    "/interim": (CONTINUE + b"HTTP/1.1 103 Early\r\nA: b\r\n\r\n" + OK + b"Content-Length: 4\r\n\r\nlast", "keep"),
    "/no-end-of-interim": (CONTINUE * 40, "keep"),
    "/204": (b"HTTP/1.1 204 No Content\r\n\r\n", "keep"),
    "/304": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", "keep"),
    "/101": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "keep"),
    "/no-http": (b"220 mail.example ESMTP\r\n", "keep"),
    "/twice-framed": (OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "keep"),
    "/bad-chunk": (CHUNKED + b"zz\r\n", "keep"),
    "/nothing": (b"", "close"),
    "/half-head": (b"HTTP/1.1 200 OK\r\nServer: x", "close"),
    "/surplus": (OK + b"Content-Length: 4\r\n\r\nbodyand something else", "keep"),
}


class Literal(socketserver.BaseRequestHandler):
    def handle(self):
        head = b""
        while b"\r\n\r\n" not in head:
            part = self.request.recv(4096)
            if not part:
                return
            head += part
        print(repr(head.decode()), flush=True)
        said, ending = ANSWERS[head.split()[1].decode().partition("?")[0]]
        self.request.sendall(said)
        if ending == "keep":
            while self.request.recv(4096):
                pass
        elif ending == "reset":
            time.sleep(0.3)
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.request.close()


class Server(socketserver.ThreadingTCPServer):
    address_family = socket.AF_INET6  # and IPv4: the kernel maps it
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, *_):
        pass  # the client went away, as some checks want it to

    def shutdown_request(self, request):
        try:
            super().shutdown_request(request)
        except OSError:
            pass


os.chdir(sys.argv[1])
for port, handler in (80, Keeping), (81, Literal):
    server = Server(("::", port), handler)
    threading.Thread(target=server.serve_forever).start()
print("ready", flush=True)
