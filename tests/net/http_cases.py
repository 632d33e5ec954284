#!/usr/bin/env python3
"""http_cases.py [OPTION...] NAME=HOST[:PORT]...: plays tests/net/http_cases.tsv against HTTP servers, and says which
of the answers are right: for us, and beside others.

Each server must have a file /alive, a file /probe with "the probe" in it, and take POST to /echo. A row of the table is

    rule, what it is about, what RFC 9110 and 9112 allow, what ours does, the octets

An expectation is one or more of these, with | between them:   400 close   200,404 open   100,200 any   200*400 open
Numbers are the statuses of the answers, in order; H: that answer has no body (to HEAD); -: no answer; a|b inside: one
of them. Behind the octets, in the same breath, the player sends a request for /probe: `open` means that it is answered,
`close` that it is not, and that the stream ends; `any` is either. A stream that neither ends nor answers for TIMEOUT
seconds is `hangs`.

In the octets, \\r \\n \\t \\0 \\xHH and so on are C's; {a*9} is nine times that; {get} {post} {chunked} are the first
lines that most rows have; {pause} waits for an answer, or for half a second; {alone} at the end: no probe is sent.

Every answer must besides have what RFC 9110 asks of all of them: see unsound().

  --ours NAME     this server is ours: compare with the fourth column
  --gateway NAME  the same, but it passes on what goes to /echo, so bodies have no limit there
  --verbose       every difference of every server, with the answer
"""
import argparse
import concurrent.futures
import os
import re
import socket
import sys

TIMEOUT = 4
HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = {
    "get": b"GET /alive HTTP/1.1\r\nHost: a\r\n",
    "post": b"POST /echo HTTP/1.1\r\nHost: a\r\n",
    "chunked": b"Transfer-Encoding: chunked\r\n",
}
PROBE = b"GET /probe HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n"
ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "v": "\v", "f": "\f", "0": "\0", "\\": "\\", '"': '"'}


def unescape(text):
    def one(found):
        word = found.group(1)
        return chr(int(word[1:], 16)) if word[0] == "x" else ESCAPES[word]
    return re.sub(r"\\(x[0-9a-fA-F]{2}|.)", one, text).encode("latin-1")


def octets_of(text):
    """The parts between pauses."""
    def times(found):
        return found.group(1) * int(found.group(2))
    parts = []
    for part in re.sub(r"\{([^{}]*)\*(\d+)\}", times, text.removesuffix("{alone}")).split("{pause}"):
        pieces = re.split(r"\{(get|post|chunked)\}", part)
        parts.append(b"".join(WORDS[piece] if i % 2 else unescape(piece) for i, piece in enumerate(pieces)))
    return parts


def alternatives(text):
    """[(list of sets of statuses, ending)]: "200|304,400 close|- close"."""
    found = []
    for statuses, ending in re.findall(r"([^ ]+) (open|close|any)(?:\||$)", text):
        wanted = []
        for status in [] if statuses == "-" else statuses.split(","):
            status, _, count = status.partition("*")
            wanted += [status.split("|")] * int(count or 1)
        found.append((wanted, ending))
    return found


class Case:
    def __init__(self, line):
        self.rule, self.what, self.allowed, self.ours, self.text = line.rstrip("\n").split("\t")
        self.parts = octets_of(self.text)
        self.parts[-1] += b"" if self.text.endswith("{alone}") else PROBE

    def is_about_limit(self):
        return self.ours.startswith("413") and self.rule != "H18"


def take_chunks(body):
    """The octets of a chunked body, and what is behind it; None: it is not whole."""
    data = b""
    while True:
        line, found, rest = body.partition(b"\r\n")
        if not found:
            return None
        size = int(line.split(b";")[0], 16)
        if size == 0:
            return (data, rest[2:]) if rest.startswith(b"\r\n") else None
        if len(rest) < size + 2:
            return None
        data += rest[:size]
        body = rest[size + 2:]


def take_answer(stream, to_head, ended):
    """(status, head, body, rest), or None: not whole. ValueError: it is no answer."""
    head, found, rest = stream.partition(b"\r\n\r\n")
    if not found:
        if ended and stream and not stream.startswith(b"HTTP/1."):
            return "0.9", b"", stream, b""
        return None
    match = re.match(rb"HTTP/1\.1 ([1-5]\d\d) [^\r\n]*(\r\n|$)", head)
    if not match or b"\n" in head.replace(b"\r\n", b""):
        raise ValueError("no answer: %r" % stream[:80])
    status = match.group(1).decode()
    length = re.search(rb"\r\ncontent-length: (\d+)(\r\n|$)", head, re.I)
    if to_head or status[0] == "1" or status in ("204", "304"):
        return status, head, b"", rest
    if length:
        size = int(length.group(1))
        return (status, head, rest[:size], rest[size:]) if len(rest) >= size else None
    if re.search(rb"\r\ntransfer-encoding: chunked", head, re.I):
        chunks = take_chunks(rest)
        return (status, head) + chunks if chunks else None
    return (status, head, rest, b"") if ended else None


def take_answers(stream, heads, ended):
    """[(status, head, body)], and what is left of the stream. heads: which ones have no body."""
    answers = []
    while stream:
        taken = take_answer(stream, len(answers) in heads, ended)
        if not taken:
            break
        answers.append(taken[:3])
        stream = taken[3]
    return answers, stream


def unsound(status, head):
    """None, or what the head of an answer lacks or has too much of: H32 to H39."""
    names = [line.split(b":")[0].lower() for line in head.split(b"\r\n")[1:]]
    framed = {b"content-length", b"transfer-encoding"} & set(names)
    needed = {"405": b"allow", "416": b"content-range", "426": b"upgrade", "401": b"www-authenticate",
              "301": b"location", "302": b"location", "307": b"location", "308": b"location"}.get(status)
    if status[0] in "234" and b"date" not in names:
        return "%s without Date" % status
    if len(framed) > 1 or (framed and (status[0] == "1" or status == "204")):
        return "%s with %s" % (status, framed)
    if needed and needed not in names:
        return "%s without %s" % (status, needed.decode())
    return None if len(names) == len(set(names)) else "%s with a field twice" % status


def pause(sock):
    sock.settimeout(0.5)
    try:
        return sock.recv(65536)
    except TimeoutError:
        return b""


def talk(address, case):
    """All octets that come back, and how the stream ends: FIN, RST or not."""
    stream = b""
    with socket.create_connection(address, TIMEOUT) as sock:
        try:
            for i, part in enumerate(case.parts):
                stream += pause(sock) if i else b""
                sock.settimeout(TIMEOUT)
                sock.sendall(part)
            while octets := sock.recv(65536):
                stream += octets
        except TimeoutError:
            return stream, "hangs"
        except (ConnectionResetError, BrokenPipeError):
            return stream, "reset"
    return stream, "close"


def judge(case, stream, end, text):
    """None, or what is wrong."""
    if end == "hangs":
        return "it hangs, after %r" % stream[:40]
    for wanted, ending in alternatives(text):
        heads = {i for i, statuses in enumerate(wanted) if any(s.endswith("H") for s in statuses)}
        answers, rest = take_answers(stream, heads, True)
        probed = bool(answers) and answers[-1][2].strip() == b"the probe"
        faults = [unsound(status, head) for status, head, _ in answers if status != "0.9"]
        if any(faults):
            return next(filter(None, faults))
        answers = answers[:-1] if probed else answers
        found = [status for status, _, _ in answers]
        fits = len(found) == len(wanted) and all(
            s in [w.rstrip("H") for w in statuses] for s, statuses in zip(found, wanted))
        if fits and not rest and (ending == "any" or probed == (ending == "open")):
            return None
    return "%s %s%s" % (",".join(found[:6]) or "-", "open" if probed else end, " and %r" % rest[:40] if rest else "")


def play(address, case):
    try:
        return talk(address, case)
    except OSError as error:
        return str(error).encode(), "hangs"


def score(server, cases, arguments):
    """What is to be said of a server, and how many of its answers are not as they should be for ours."""
    name, _, address = server.partition("=")
    host, _, port = address.partition(":")
    ours = name in arguments.ours + arguments.gateway
    asked = [case for case in cases if not (name in arguments.gateway and case.is_about_limit())]
    good, bad, lines = 0, 0, []
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda case: play((host, int(port or 80)), case), asked))
    for case, (stream, end) in zip(asked, results):
        try:
            wrong = judge(case, stream, end, case.allowed)
            differs = judge(case, stream, end, case.ours) if ours else None
        except ValueError as error:
            wrong = differs = str(error)
        good += not wrong
        bad += bool(ours and (wrong or differs))
        if (ours or arguments.verbose) and (wrong or differs):
            lines.append("%s: %s, %s: %s instead of %s" % (name, case.rule, case.what, wrong or differs,
                                                           case.allowed if wrong else case.ours))
    return lines + ["%s: %d of %d are as RFC 9110 and 9112 have it" % (name, good, len(asked))], bad


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", action="append", default=[])
    parser.add_argument("--gateway", action="append", default=[])
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("server", nargs="+")
    arguments = parser.parse_args()
    with open(os.path.join(HERE, "http_cases.tsv"), encoding="ascii") as file:
        cases = [Case(line) for line in file]
    with concurrent.futures.ThreadPoolExecutor(len(arguments.server)) as pool:
        scores = list(pool.map(lambda server: score(server, cases, arguments), arguments.server))
    for lines, _ in scores:
        print("\n".join(lines))
    return 1 if any(bad for _, bad in scores) else 0


sys.exit(main())
