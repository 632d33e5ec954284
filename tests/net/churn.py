"""Opens and closes connections one after another: churn.py HOST COUNT server|client.

Each asks once for /alive and reads the answer; then the named end closes first. A connection that fails, or that gets
another answer than the first one did, ends it with what happened; so does one that took a second or more.
"""
import socket
import sys
import time


def answer_of(sock, first_closer):
    """Reads one answer; up to its end, or to the end of the stream when the server closes."""
    octets = b""
    while part := sock.recv(65536):
        octets += part
        head, found, body = octets.partition(b"\r\n\r\n")
        if first_closer == "client" and found:
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            if len(body) >= length:
                break
    head, _, body = octets.partition(b"\r\n\r\n")
    return head.split(b"\r\n")[0], body


def main(host, count, first_closer):
    connection = "close" if first_closer == "server" else "keep-alive"
    authority = f"[{host}]" if ":" in host else host
    request = f"GET /alive HTTP/1.1\r\nHost: {authority}\r\nConnection: {connection}\r\n\r\n".encode()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    expected, slowest = None, 0.0
    for number in range(count):
        begin = time.monotonic()
        try:
            with socket.socket(family, socket.SOCK_STREAM) as sock:
                sock.settimeout(20)
                sock.connect((host, 80))
                sock.sendall(request)
                answer = answer_of(sock, first_closer)
        except OSError as error:
            sys.exit(f"connection {number}: {error}")
        expected = expected or answer
        if answer != expected or b" 200 " not in answer[0]:
            sys.exit(f"connection {number}: {answer[0]!r} and {len(answer[1])} octets")
        slowest = max(slowest, time.monotonic() - begin)
        if slowest >= 1:
            sys.exit(f"connection {number}: it took {slowest:.1f} s")
    print(f"{count} answers of {len(expected[1])} octets, slowest {slowest * 1000:.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
