"""Types into a shell on a terminal of the test's own, as somebody would who tries `lucid-lab live`."""
import os
import pty
import select
import signal
import sys
import time

lab = sys.argv[1]
failures = 0


def check(what, good):
    global failures
    print("ok" if good else "not ok", "live_terminal:", what, flush=True)
    failures += not good


def begin():
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(PS1="out> ", SHELL="/bin/sh", ENV="", TERM="dumb")
        os.execvp("sh", ["sh", "-i"])
    return child, terminal


def sees(what, limit=15):
    """Reads until this has been written there."""
    seen, end = b"", time.time() + limit
    while time.time() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:
                break
            if what in seen:
                return True
    print(seen.decode(errors="replace"))
    return False


def types(line):
    os.write(terminal, line.encode() + b"\n")


def process(folder):
    """The lab that writes there: the first of its processes."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = open(f"/proc/{entry}/cmdline").read().split("\0")
        except OSError:
            continue
        if words[0].endswith("lucid-lab") and folder in words:
            found.append(int(entry))
    return min(found)


def enter(folder):
    types(f"{lab} live --no-web --out {folder}")
    return sees(b"This is a shell in that network")


child, terminal = begin()
check("a shell begins", enter("one"))
types("curl -s -o page -w 'code=%{http_code}' http://10.77.0.2/; echo")
check("curl in it reaches the stack", sees(b"code=200"))
types("sleep 100")
time.sleep(0.5)
os.write(terminal, b"\x03")
types("echo still-$((1 + 1))")
check("Ctrl-C ends what runs in it, and not the lab", sees(b"still-2"))
types("exit")
time.sleep(1)
types("echo out-$((1 + 2))")
check("exit ends the lab; the shell before goes on", sees(b"out-3") and os.path.exists("one/run.tlog"))
for number, name in ((signal.SIGTERM, "SIGTERM"), (signal.SIGKILL, "SIGKILL")):
    entered = enter(name)
    types("echo in-$((2 + 2))")
    entered = entered and sees(b"in-4")
    os.kill(process(name), number)
    time.sleep(1)
    types("ls -d /sys/class/net/lucid0 2>/dev/null || echo no-device; echo out-$((2 + 3))")
    check(f"after {name} the shell before has its terminal again", entered and sees(b"out-5"))
os.kill(child, signal.SIGKILL)
sys.exit(failures > 0)
