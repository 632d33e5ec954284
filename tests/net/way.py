"""way.py PLAN FOLDER: judges a run of lucid-way for way.sh: PLAN.out, .err, .status, .html and .pcap in FOLDER."""
import html.parser
import re
import subprocess
import sys

plan, folder = sys.argv[1:]
failures = 0


def check(what, good, story=""):
    global failures
    print(("ok" if good else "not ok"), f"way {plan}: {what}")
    if not good:
        failures = 1
        print(story)


def read(suffix):
    with open(f"{folder}/{plan}.{suffix}", encoding="utf-8") as file:
        return file.read()


# The steps that must be there, in this order, others in between: "hop > hop: label". NAME and OPEN are some of them.
NAME = ["client > our DNS: query A", "our DNS > client: answer A"]


def opened(a, b):
    return [f"{a} > {b}: SYN$", f"{b} > {a}: SYN, ACK", f"{a} > {b}: ACK"]


def closed(a, b):
    return [f"{a} > {b}: .*FIN", f"{b} > {a}: FIN, ACK"]


FRONT = ["client: Enter", *NAME, *opened("client", "Nginx")]
BEHIND = opened("Nginx", "uWSGI") + ["Nginx > uWSGI: uwsgi packet", "uWSGI > app: call"]
BACK = ["Nginx > client: {}", *closed("client", "Nginx")]


def back(status):
    return [step.format(status) for step in BACK]


OURS = opened("Nginx", "our server")
EACH = [*OURS, "Nginx > our server: GET /bytes", *closed("our server", "Nginx"), "Nginx > client: 200 OK"]
TWICE = ["Nginx > our server: GET /bytes/20", "our server > Nginx: 200 OK", "Nginx > client: 200 OK",
         "Nginx > our server: GET /bytes/21", "our server > Nginx: 200 OK", "Nginx > client: 200 OK"]
GET = ["client > Nginx: GET /"]
QUERIES = ["client > our DNS: query A$"]

FRONT_OURS = ["client: Enter", *NAME, *opened("client", "our server"), "client > our server: GET /"]
BEHIND_OURS = opened("our server", "uWSGI")[:2] + ["our server > uWSGI: uwsgi packet", "uWSGI > app: call"]

# For each act: the steps; and what must not be there.
STEPS = {
    "a": [(FRONT + GET + BEHIND + ["app > uWSGI: return", "uWSGI > Nginx: 200 OK"] + closed("uWSGI", "Nginx") +
           back("200 OK"), "RST|ICMP")],
    "b": [(FRONT + ["client > Nginx: GET /each/bytes/20"] + EACH + ["client > Nginx: GET /each/bytes/21"] + EACH +
           back("200 OK")[1:], "RST|ICMP"),
          (FRONT + GET + OURS + TWICE + back("200 OK")[1:], "RST|ICMP|(Nginx > our|our server > ).*FIN")],
    "c": [(FRONT_OURS + BEHIND_OURS + ["uWSGI > our server: 200 OK", "our server > client: 200 OK",
                                       "client > our server: FIN"], "RST|ICMP|Nginx"),
          (FRONT_OURS + BEHIND_OURS + ["app > uWSGI: dies", "uWSGI > our server: FIN", "our server > client: 502"],
           "ICMP|Nginx|200 OK"),
          (FRONT_OURS + BEHIND_OURS + ["our server > client: 504", "app > uWSGI: return"],
           "ICMP|Nginx|our server > client: 200 OK")],
    "d": [(FRONT + ["client > Nginx: GET /bytes/20"] + OURS + ["Nginx > our server: uwsgi packet",
                                                              "our server > Nginx: 200 OK"] + back("200 OK"),
           "RST|ICMP|uWSGI")],
    "browser": [(["client: Enter", "client > our DNS: query A$", *opened("client", "our server"),
                  "client > our server: GET /page.html", "our server > client: 200 OK",
                  "client > our server: GET /delay/1", "our server > client: 200 OK",
                  "client > our server: GET /favicon.ico"], "RST|ICMP|Nginx|uWSGI")],
    "dns": [(["client: Enter", *QUERIES, "our DNS > client: NXDOMAIN"], "SYN"),
            (["client: Enter"] + 2 * [*QUERIES, "our DNS > client: SERVFAIL"], "SYN"),
            (["client: Enter"] + 2 * [*QUERIES, "our DNS > client: ICMP"], "SYN"),
            (["client: Enter"] + 2 * QUERIES, "SYN|our DNS > ")],
    "refused": [(["client: Enter", *NAME, "client > nobody: SYN", "nobody > client: RST, ACK"], "FIN"),
                (["client: Enter", *NAME, "client > our server: SYN", "our server > client: RST, ACK"],
                 "FIN")],
    "app-down": [(FRONT + GET + ["Nginx > uWSGI: SYN", "uWSGI > Nginx: RST, ACK"] + back("502"), "app"),
                 (FRONT + GET + BEHIND + ["app > uWSGI: dies"] + closed("uWSGI", "Nginx") + back("502"), "RST")],
    "app-slow": [(FRONT + GET + BEHIND + ["Nginx > uWSGI: FIN", "Nginx > client: 504", "app > uWSGI: return"],
                  "Nginx > client: 200"),
                 (FRONT + GET + BEHIND + ["client > Nginx: FIN", "Nginx > uWSGI: FIN", "app > uWSGI: return"],
                  "Nginx > client: [2345]")],
}

# What must be said of who knows what, of connections, and of states: act, expression.
SAID = {
    "a": [(0, r"Connections: +1 to Nginx, 1 to uWSGI;"), (0, r"\| PATH_INFO = /hello"),
          (0, r"\| QUERY_STRING = name=Ada"),
          (0, r"\| Hello, Ada\."), (0, r"client CLOSED > SYN-SENT, Nginx LISTEN > SYN-RECEIVED"),
          (0, r"uWSGI ESTABLISHED > FIN-WAIT-1, Nginx ESTABLISHED > CLOSE-WAIT"),
          (0, r"client FIN-WAIT-1 > TIME-WAIT|client FIN-WAIT-2 > TIME-WAIT"), (0, r"www.lab.test is 10\.77\.0\.1;")],
    "b": [(0, r"Connections: +1 to Nginx, 2 to our server;.* 2 more\s+on ours"), (0, r"\| Connection: close"),
          (0, r"our server FIN-WAIT-1 > TIME-WAIT"), (0, r"our server SYN-RECEIVED > ESTABLISHED"),
          (1, r"Connections: +1 to Nginx, 1 to our server;.* 0 more\s+on ours")],
    "c": [(0, r"www.lab.test is 10\.77\.0\.2;"), (0, r"our server CLOSED > SYN-SENT, uWSGI LISTEN > SYN-RECEIVED"),
          (0, r"our server SYN-SENT > ESTABLISHED"), (0, r"\| Hello, Ada\."), (0, r"\| REQUEST_URI = /hello\?name=Ada"),
          (1, r"answers in the place of the one behind")],
    "d": [(0, r"\| REQUEST_URI = /bytes/20"), (0, r"\| abcdefghijklmnopqrst"), (0, r"1 to Nginx, 1 to our server")],
    "browser": [(0, r"Connections: +6 to our server;"), (0, r"\(connection 6\)"), (0, r"query HTTPS:|query TYPE65:"),
                (0, r"answers: a status")],
    "dns": [(0, r"exit status 6: curl: \(6\) Could not resolve host"), (3, r"exit status 6:")],
    "refused": [(0, r"exit status 7:"), (1, r"exit status 7:"), (1, r"client SYN-SENT > CLOSED")],
    "app-down": [(0, r"client +status 502"), (0, r"Nginx +error log: connect\(\) failed \(111: Connection refused\)"),
                 (0, r'Nginx +access log: "GET /hello\?name=Ada HTTP/1.1" 502'), (0, r"app +was never called"),
                 (1, r"Nginx +error log: upstream prematurely closed connection"), (1, r"app +is gone")],
    "app-slow": [(0, r"client +status 504"), (0, r"Nginx +error log: upstream timed out"), (0, r"app +did its work"),
                 (1, r"client +exit status 28"), (1, r'Nginx +access log: .* 499')],
}


def acts_of(text):
    """The parts that begin with " 1. Title " and the like."""
    return re.split(r"\n \d+\. [^\n]+ \n", text)[1:]


def steps_of(act):
    """(milliseconds, "hop > hop: label") of each row; a step within a hop is "hop: label"."""
    rows = []
    for line in act.splitlines():
        row = re.match(r" *\d+ +([\d.]+)  (.{10}) (.) (.{10})   (.*)", line)
        if row:
            source, arrow, target = row[2].strip(), row[3], row[4].strip()
            label = row[5].split(":")[0]
            rows.append((float(row[1]), f"{source} > {target}: {label}" if arrow == ">" else f"{source}: {label}"))
    return rows


def first_missing(expected, steps):
    """The first expected step that does not come in its turn, or None."""
    left = iter(steps)
    for step in expected:
        pattern = re.compile(re.escape(step).replace(r"\.\*", ".*").replace(r"\$", "$"))
        if not any(pattern.match(other) for other in left):
            return step
    return None


def judge_text(text):
    acts = acts_of(text)
    check("as many acts as there are", len(acts) == len(STEPS[plan]), text)
    for number, (act, (expected, forbidden)) in enumerate(zip(acts, STEPS[plan]), 1):
        rows = steps_of(act)
        steps = [step for _, step in rows]
        missing = first_missing(expected, steps)
        check(f"act {number}: its steps in their order", missing is None, f"no '{missing}' in its turn\n{act}")
        check(f"act {number}: the client ends", steps.count("client: end") == 1, act)
        wrong = [step for step in steps if re.search(forbidden, step)]
        check(f"act {number}: nothing else", not wrong, f"{wrong}\n{act}")
        times = [time for time, _ in rows]
        check(f"act {number}: time goes on", times == sorted(times) and times[0] == 0, times)
    for number, pattern in SAID[plan]:
        check(f"act {number + 1}: says '{pattern}'", re.search(pattern, acts[number]), acts[number])
    check("no colour in a pipe", "\033" not in text)


# ---- the packets ----


def tshark(*arguments):
    checks = [word for name in ("tcp", "udp", "ip") for word in ("-o", f"{name}.check_checksum:TRUE")]
    command = ["tshark", "-r", f"{folder}/{plan}.pcap", *checks, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()


def judge_packets(text):
    """One run of tshark: a line for each packet."""
    fields = ["frame.time_epoch", "tcp.flags.syn", "tcp.flags.fin", "tcp.flags.reset", "dns.flags.response",
              "dns.qry.name", "http.request.method", "http.response.code", "_ws.malformed", "ip.checksum.status",
              "tcp.checksum.status", "udp.checksum.status", "icmp.type"]
    lines = tshark("-T", "fields", "-E", "occurrence=f", *[word for field in fields for word in ("-e", field)])
    packets = [dict(zip(fields, line.split("\t"))) for line in lines]
    times = [float(packet["frame.time_epoch"]) for packet in packets]
    check("packets are in the order of time", times == sorted(times))
    bad = [p for p in packets if p["_ws.malformed"] or "0" in (p["ip.checksum.status"], p["tcp.checksum.status"],
                                                              p["udp.checksum.status"]) and not p["icmp.type"]]
    check("tshark finds nothing wrong", packets and not bad, bad)

    labels = [step.split(": ", 1)[1] for act in acts_of(text) for _, step in steps_of(act) if " > " in step]
    for what, field, value, pattern in [
            ("SYN", "tcp.flags.syn", "1", r"SYN"), ("FIN", "tcp.flags.fin", "1", r".*FIN"),
            ("RST", "tcp.flags.reset", "1", r"RST"), ("queries", "dns.flags.response", "0", r"query "),
            ("answers", "dns.flags.response", "1", r"answer |NXDOMAIN|SERVFAIL"),
            ("HTTP requests", "http.request.method", "GET", r"GET "), ("ICMP", "icmp.type", "3", "ICMP")]:
        # Of an ICMP error tshark shows the datagram that it quotes, too.
        # Of names the time line tells those of the zone; a browser asks for others.
        seen = sum(1 for packet in packets if packet[field] == value and (not packet["icmp.type"] or what == "ICMP") and
                   (not packet["dns.qry.name"] or "lab.test" in packet["dns.qry.name"]))
        told = sum(1 for label in labels if re.match(pattern, label))
        check(f"as many {what} as tshark sees", seen == told, f"{seen} in the packets, {told} in the time line\n{text}")


# ---- the page ----


class Page(html.parser.HTMLParser):
    VOID = {"meta", "link", "br"}

    def __init__(self):
        super().__init__()
        self.open, self.wrong, self.rows, self.outside = [], [], 0, []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.rows += tag == "li" and values.get("class", "").startswith("row ")
        self.outside += [v for k, v in attributes if k in ("src", "href") and not v.startswith(("data:,", "#"))]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        """<path/> and the like."""

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append((tag, self.getpos()))


def judge_page(text):
    page = Page()
    source = read("html")
    page.feed(source)
    page.close()
    check("the page is well-formed", not page.wrong and not page.open, f"{page.wrong} {page.open}")
    check("the page needs nothing else", not page.outside and "<script" not in source, page.outside)
    rows = sum(len(steps_of(act)) for act in acts_of(text))
    check("the page has each row", page.rows == rows and rows > 0, f"{page.rows} on the page, {rows} in the text")


check("ends with 0", read("status") == "0\n", read("status"))
check("complains of nothing", read("err") == "", read("err"))
if failures:
    sys.exit(1)
output = read("out")
judge_text(output)
judge_packets(output)
judge_page(output)
sys.exit(failures)
