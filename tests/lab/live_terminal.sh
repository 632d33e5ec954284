#!/bin/sh
# lucid-lab live on a terminal: a shell in its network, with job control; Ctrl-C is for what runs in it; and however the
# lab ends, the shell before has its terminal again.
set -u
. "$(dirname "$0")/../net/namespace"
python3 "$root/tests/lab/live_terminal.py" "$build/san/lucid-lab"
