#!/usr/bin/env python3
"""strict_origin.py PORT: an HTTP server that trusts nobody: for what a gateway passes on. It answers 200 to a request
of which no two recipients could think differently, and 599 with the octets to every other; then it closes. H65 to
H67."""
import re
import socketserver
import sys

TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
LINE = re.compile(rb"(GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS) (/[!-~]*|\*) HTTP/1\.1$")
FIELD = re.compile(rb"(" + TOKEN + rb"): ?([!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?$")
HOPS = {b"keep-alive", b"proxy-connection", b"te", b"trailer", b"upgrade", b"http2-settings"}


class Wrong(Exception):
    pass


def fields_of(head):
    lines = head.split(b"\r\n")
    if not LINE.match(lines[0]):
        raise Wrong("request line")
    fields = [FIELD.match(line) for line in lines[1:]]
    if not all(fields):
        raise Wrong("field line")
    pairs = [(field.group(1).lower(), field.group(2) or b"") for field in fields]
    names = [name for name, _ in pairs]
    for name in (b"host", b"content-length", b"transfer-encoding"):
        if names.count(name) > 1 or (name == b"host" and name not in names):
            raise Wrong(name.decode())
    if HOPS & set(names):
        raise Wrong("hop-by-hop field")
    return dict(pairs)


def read_chunks(stream):
    while size := int(line_of(stream, rb"[0-9a-fA-F]{1,8}\r\n"), 16):
        stream.read(size)
        line_of(stream, rb"\r\n")
    line_of(stream, rb"\r\n")


def line_of(stream, pattern):
    line = stream.readline(100)
    if not re.fullmatch(pattern, line):
        raise Wrong("chunk %r" % line)
    return line


def read_request(stream):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline(100000)
        if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
            raise Wrong("line %r" % line)
        head += line
    fields = fields_of(head[:-4])
    coding, length = fields.get(b"transfer-encoding"), fields.get(b"content-length")
    if coding is not None and (length is not None or coding != b"chunked"):
        raise Wrong("framing")
    if coding:
        read_chunks(stream)
    elif length is not None:
        if not re.fullmatch(rb"[0-9]{1,9}", length) or len(stream.read(int(length))) < int(length):
            raise Wrong("length")


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            self.judge()
        except OSError:
            pass  # the gateway has gone away, as it should when the client's body is broken

    def judge(self):
        status, text = 200, "taken"
        try:
            read_request(self.rfile)
            # What comes behind a request would have to come at once.
            self.connection.settimeout(0.02)
            try:
                more = self.rfile.peek(1)
            except TimeoutError:
                more = b""
            if more:
                raise Wrong("more than one request: %r" % more)
        except Wrong as wrong:
            status, text = 599, str(wrong)
        self.connection.settimeout(5)
        self.wfile.write(("HTTP/1.1 %d X\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: close\r\n"
                          "Content-Length: %d\r\n\r\n%s" % (status, len(text), text)).encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
