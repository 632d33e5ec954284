#!/bin/sh
# Files that change, get shorter and go while many clients take them, on both transports: no answer is of two versions
# of a file that was replaced, none is shorter than it says unless the connection breaks, and the server, with a capture
# that touches what it sends, ends well. H37, H45; docs/decisions/0104, 0118.
# In company.
set -u
. "$(dirname "$0")/server"

# changing HOST FOLDER: asks the server there, which has the files of the folder.
changing() {
    timeout 60 python3 "$root/tests/net/changing.py" "$@" 3
}

mkdir "$work/stack" "$work/kernel"
serve_with --root "$work/stack" --listing --pcap "$work/pcap" || exit 1
passes "a stack of ours" changing 10.77.0.2 "$work/stack"
stop
serve_with --root "$work/kernel" --listing --transport kernel --addr 127.0.0.1 || exit 1
passes "the kernel's sockets" changing 127.0.0.1 "$work/kernel"
stop
exit $failures
