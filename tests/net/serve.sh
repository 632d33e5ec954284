#!/bin/sh
# scripts/serve, as `make serve` runs it: it says the two URLs, serves until Ctrl-C and leaves nothing; where lucid0 is
# there already, or to a user who may not make it, it says in one sentence what to do.
# In company.
set -u
. "$(dirname "$0")/server"

export BUILD="$build/san"

# refuses WHAT PATTERN COMMAND...
refuses() {
    what=$1 pattern=$2
    shift 2
    timeout 10 "$@" >"$work/out" 2>"$work/err"
    same "$what: exit status" 1 $?
    same "$what: one sentence" "1 1" "$(wc -l <"$work/err") $(grep -cE "$pattern" "$work/err")"
}

ROOT="$work/root" python3 "$root/tests/net/terminal.py" 4 "$root/scripts/serve" >"$work/said" 2>&1 &
server=$!
eventually 10 get -o /dev/null http://10.77.0.2/alive
alive "while it serves"
same "over IPv6" "$alive_hash" "$(get -g 'http://[fd77::2]/alive' | hash_of)"
refuses "a second one" 'There is an interface lucid0 already' "$root/scripts/serve"
wait "$server"
same "Ctrl-C: exit status" 0 $?
server=
passes "it says where" grep -q 'http://10.77.0.2/ and http://\[fd77::2\]/ until you press Ctrl-C' "$work/said"
passes "Ctrl-C leaves no device" [ ! -e /sys/class/net/lucid0 ]

if [ "$(id -u)" -eq 0 ] && setpriv --reuid 65534 --clear-groups test -r "$root/scripts/serve" 2>/dev/null; then
    refuses "not root" 'sudo make serve' setpriv --reuid 65534 --regid 65534 --clear-groups "$root/scripts/serve"
else
    echo "skip not root: this tree is not for other users to read"
fi
exit $failures
