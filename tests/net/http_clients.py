"""http_clients.py URL DIRECTORY: Python's http.client, and what it cannot do by socket, against lucid-httpd, which
serves DIRECTORY; for interop.sh. Prints a line for each check.
"""
import hashlib
import http.client
import os
import socket
import sys
import urllib.parse

HOST = urllib.parse.urlsplit(sys.argv[1]).hostname
PAGE = open(os.path.join(sys.argv[2], "page"), "rb").read()
ALIVE = open(os.path.join(sys.argv[2], "alive"), "rb").read()


def digest(octets):
    return hashlib.sha256(octets).hexdigest()[:16]


def same(what, expected, got):
    good = expected == got
    print(f"ok http.client: {what}" if good else f"not ok http.client: {what}: expected {expected}, got {got}")


def read_all(file):
    """The responses of a stream up to its end, as (status, digest of the body)."""

    class Stream:
        """What an HTTPResponse reads from, and closes; the next one goes on where it ended."""

        def makefile(self, *_):
            return self

        def __getattr__(self, name):
            return getattr(file, name)

        def close(self):
            pass

    found = []
    while file.peek(1):
        response = http.client.HTTPResponse(Stream())
        response.begin()
        found.append((response.status, digest(response.read())))
    return found


def stay_connected():
    connection = http.client.HTTPConnection(HOST, 80, timeout=5)
    ports = set()
    for _ in range(20):
        connection.request("GET", "/page")
        response = connection.getresponse()
        body = response.read()
        ports.add(connection.sock.getsockname()[1])
        if (response.status, body) != (200, PAGE):
            same("20 on one connection", 200, response.status)
    same("20 on one connection", 1, len(ports))
    connection.request("HEAD", "/page")
    response = connection.getresponse()
    same("HEAD", (200, "20000", b""), (response.status, response.getheader("Content-Length"), response.read()))
    connection.request("GET", "/stream/50")
    response = connection.getresponse()
    lines = response.read().splitlines()
    same("a chunked response", (True, 50), (response.chunked, len(lines)))
    connection.request("GET", "/page", headers={"Connection": "close"})
    response = connection.getresponse()
    same("Connection: close", (True, digest(PAGE)), (response.will_close, digest(response.read())))


def upload():
    connection = http.client.HTTPConnection(HOST, 80, timeout=5)
    pieces = (PAGE[at:at + 777] for at in range(0, len(PAGE), 777))
    connection.request("POST", "/", body=pieces, encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
    same("a chunked upload", digest(PAGE), digest(connection.getresponse().read()))
    with open(os.path.join(sys.argv[2], "page"), "rb") as file:
        connection.request("POST", "/", body=file, headers={"Content-Length": str(len(PAGE))})
    same("a file, on the same connection", digest(PAGE), digest(connection.getresponse().read()))
    connection.request("DELETE", "/page")
    response = connection.getresponse()
    response.read()
    same("DELETE", (405, True), (response.status, "GET" in response.getheader("Allow", "")))


def pipeline():
    """H43: 40 requests in one write, the last of which closes; the answers come in order."""
    get = "GET /%s HTTP/1.1\r\nHost: a\r\n%s\r\n"
    names = ["page", "alive", "none", "alive"] * 10
    with socket.create_connection((HOST, 80), 5) as sock:
        requests = "".join(get % (name, "") for name in names)
        sock.sendall((requests + get % ("page", "Connection: close\r\n")).encode())
        found = read_all(sock.makefile("rb"))
    expected = {"page": (200, digest(PAGE)), "alive": (200, digest(ALIVE))}
    same("pipelined, how many", 41, len(found))
    same("pipelined, in order", True, all(
        answer == expected.get(name, answer) and (name != "none" or answer[0] == 404)
        for name, answer in zip(names + ["page"], found)))


def trailers():
    """H25: trailers are taken off, and the next request on the connection is the next request."""
    with socket.create_connection((HOST, 80), 5) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                     b"5;note=x\r\nhello\r\n0\r\nX-Sum: 1\r\nContent-Length: 99\r\n\r\n"
                     b"GET /alive HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        same("trailers", [(200, digest(b"hello")), (200, digest(ALIVE))], read_all(sock.makefile("rb")))


def half_closed():
    """Who has said FIN still gets its answer (RFC 9112 9.6)."""
    with socket.create_connection((HOST, 80), 5) as sock:
        sock.sendall(b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n")
        sock.shutdown(socket.SHUT_WR)
        same("FIN behind the request", [(200, digest(PAGE))], read_all(sock.makefile("rb")))


for check in (stay_connected, upload, pipeline, trailers, half_closed):
    check()
