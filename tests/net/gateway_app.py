"""A WSGI application for gateway.sh: one path for each way in which an application answers, or does not."""
import hashlib
import os
import signal
import time


def pattern(length):
    return hashlib.shake_128(b"gateway").digest(length)


def read_body(environ):
    return environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))


def show(environ):
    names = sorted(name for name in environ if name.isupper())
    return "".join(f"{name}={environ[name]!r}\n" for name in names if isinstance(environ[name], str)).encode()


def stream(pieces, pause):
    for i in range(pieces):
        yield b"piece %d\n" % i
        time.sleep(pause)


def application(environ, start_response):
    path = environ["PATH_INFO"]
    plain = [("Content-Type", "text/plain")]
    if path == "/raise":
        raise RuntimeError("the application fails")
    if path == "/die":
        os.kill(os.getpid(), signal.SIGKILL)
    if path == "/slow":
        time.sleep(2)
    if path == "/stream":
        start_response("200 OK", plain)
        return stream(5, 0.02)
    if path == "/broken":
        start_response("200 OK", plain + [("Content-Length", "100")])
        return [b"too short"]
    if path == "/none":
        start_response("204 No Content", [])
        return []
    if path == "/not-modified":
        start_response("304 Not Modified", [("ETag", '"a"')])
        return []
    if path == "/redirect":
        start_response("303 See Other", [("Location", "/app/env"), ("Content-Length", "0")])
        return []
    if path == "/cookies":
        start_response("200 OK", plain + [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2; Path=/")])
        return [environ.get("HTTP_COOKIE", "").encode()]
    if path == "/big":
        start_response("200 OK", [("Content-Length", str(20 << 20))])
        return [pattern(20 << 20)]
    if path == "/hash":
        answer = hashlib.sha256(read_body(environ)).hexdigest().encode()
    elif path == "/length":
        answer = environ.get("CONTENT_LENGTH", "none").encode()
    else:
        answer = show(environ)
    start_response("200 OK", plain + [("Content-Length", str(len(answer)))])
    return [answer]
