"""Runs a command on a terminal of its own: terminal.py SECONDS COMMAND... Prints what it wrote there.

After so many seconds Ctrl-C is typed; 0: never. The exit status is the command's, 128 and the number for a signal.
"""
import os
import pty
import select
import signal
import sys
import time


def main(seconds, command):
    child, terminal = pty.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execvp(command[0], command)
    typed, begin = seconds == 0, time.monotonic()
    while time.monotonic() - begin < 60:
        if not typed and time.monotonic() - begin >= seconds:
            os.write(terminal, b"\x03")
            typed = True
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            octets = os.read(terminal, 65536)
        except OSError:
            break
        if not octets:
            break
        sys.stdout.buffer.write(octets)
    sys.stdout.flush()
    status = os.waitpid(child, 0)[1]
    sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
