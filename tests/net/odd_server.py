"""odd_server.py PORT: an HTTP server that answers in every way in which servers do, good and bad, one for each path.

It listens on both families. Each connection is served by a thread, one request after another.
"""
import socket
import struct
import sys
import threading
import time


def chunks(body, size):
    for at in range(0, len(body), size):
        piece = body[at:at + size]
        yield b"%x;part=%d\r\n%s\r\n" % (len(piece), at // size, piece)
    yield b"0\r\nX-Sum: %d\r\n\r\n" % sum(body)


def pattern(length):
    return bytes(i * 7 + i // 256 & 255 for i in range(length))


def plain(status, body, fields=b""):
    return b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s" % (status, fields, len(body), body)


def redirect(status, to):
    return plain(b"%d Over There" % status, b"this is not what you want", b"Location: %s\r\n" % to)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def read_request(connection):
    """The request line's parts, the head and the body; None at the end of the stream."""
    octets = b""
    while b"\r\n\r\n" not in octets:
        more = connection.recv(65536)
        if not more:
            return None
        octets += more
    head, body = octets.split(b"\r\n\r\n", 1)
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, value = line.split(b":", 1)
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += connection.recv(1 << 20)
    return head.split(b"\r\n")[0].split(b" "), head, body


SIMPLE = {
    b"/echo": lambda method, head, body: plain(b"200 OK", body),
    b"/request": lambda method, head, body: plain(b"200 OK", head + b"\r\n\r\n" + body),
    b"/method": lambda method, head, body: plain(b"200 OK", method),
    b"/gone": lambda method, head, body: plain(b"410 Gone", b"it was here\n"),
    b"/none": lambda method, head, body: b"HTTP/1.1 204 No Content\r\n\r\n",
    b"/head": lambda method, head, body: b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
    b"/early": lambda method, head, body:
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + plain(b"200 OK", b"hello\n"),
    b"/303": lambda method, head, body: redirect(303, b"/method"),
    b"/307": lambda method, head, body: redirect(307, b"../method#here"),
    b"/circle": lambda method, head, body: redirect(302, b"/circle"),
    b"/to-https": lambda method, head, body: redirect(301, b"https://10.77.0.1/"),
    b"/to-ipv6": lambda method, head, body: redirect(308, b"http://[fd77::1]:8001/request"),
    b"/two-lengths": lambda method, head, body: plain(b"200 OK", b"hello", b"Content-Length: 6\r\n"),
    b"/gzip": lambda method, head, body:
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"/garbage": lambda method, head, body: b"220 mail.lab.test ESMTP\r\n",
}


def answer_strangely(connection, path):
    """Returns whether the connection may be used again."""
    if path == b"/chunked":
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for chunk in chunks(pattern(300000), 4321):
            connection.sendall(chunk)
        return True
    if path == b"/octet-by-octet":
        for octet in plain(b"200 OK", b"hello\n"):
            connection.sendall(bytes([octet]))
            time.sleep(0.002)
        return True
    if path == b"/until-close":
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + pattern(100000))
    if path == b"/short":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
    if path in (b"/silent", b"/stuck"):
        if path == b"/stuck":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        connection.recv(1)
    if path == b"/reset":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        time.sleep(0.2)
        reset(connection)
    return False


def serve(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        try:
            going_on = True
            while going_on:
                request = read_request(connection)
                if request is None:
                    return
                (method, path, _), head, body = request
                if path in SIMPLE:
                    connection.sendall(SIMPLE[path](method, head, body))
                else:
                    going_on = answer_strangely(connection, path)
        except ConnectionError:
            pass


def main():
    port = int(sys.argv[1])
    with socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64) as listener:
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


if sys.argv[1] == "pattern":
    sys.stdout.buffer.write(pattern(int(sys.argv[2])))
else:
    main()
