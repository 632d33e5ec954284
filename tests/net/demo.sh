#!/bin/sh
# scripts/demo, as `make demo` runs it: over a device, in memory where there is none, and for a user who is not root.
# It ends with 0, says what was as expected, and draws the first connection from SYN to CLOSED, without colour codes
# when nobody looks; and it ends with 1 when something is not as expected.
# In company.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0
name=

# check WHAT COMMAND...
check() {
    what=$1
    shift
    if "$@"; then
        echo "ok $name: $what"
    else
        echo "not ok $name: $what"
        [ $failures -eq 1 ] || cat "$work/out" "$work/err"
        failures=1
    fi
}

has() {
    grep -qE -- "$1" "$work/out"
}

has_no() {
    ! grep -qE -- "$1" "$work/out"
}

# run NAME COMMAND...: runs a demonstration into a pipe.
run() {
    name=$1
    shift
    : >"$work/status"
    {
        "$@" 2>"$work/err"
        echo $? >"$work/status"
    } | cat >"$work/out"
}

# What every kind of demonstration says, and the states that the first connection goes through at the server's end.
judge() {
    check "ends with 0" [ "$(cat "$work/status")" = 0 ]
    check "complains of nothing" [ ! -s "$work/err" ]
    check "a page and its hash" has '^  ok  GET /page.html +expected 200, ([0-9a-f]{16}), got 200, [0-9a-f]{16}$'
    check "ten megabytes and their hash" has '^  ok  GET /long.bin, .*expected .*([0-9a-f]{16}), got .*\1$'
    check "a POST" has '^  ok  POST /, .*expected .*([0-9a-f]{16}), got .*\1$'
    check "a 404" has '^  ok  GET /nothing +expected 404, got 404$'
    check "two requests on one connection" \
        has '^  ok  GET twice on one connection +expected 2 answers, 1 connection, got .*1 connection$'
    check "nothing was not ok" has_no 'not ok'
    check "a ladder from SYN" has 'SYN-SENT.*(──|--) S .*SYN-RECEIVED|SYN-RECEIVED.*(◄─|<-) S .*SYN-SENT'
    for state in ESTABLISHED FIN-WAIT-1 CLOSE-WAIT LAST-ACK; do
        check "through $state" has "[ ~]$state "
    done
    check "through TIME-WAIT to CLOSED, by 2MSL" has 'CLOSED.*2MSL timer.*9293:3.10.8'
    check "no colour codes in a pipe" has_no "$(printf '\033')"
    check "leaves no file" [ -z "$(ls "$work/tmp")" ]
}

mkdir -m 777 "$work/tmp"
export TMPDIR="$work/tmp" BUILD="$build/san"

run "in memory" env TUN=/nonexistent "$root/scripts/demo"
judge
check "says why in one sentence" has '^/nonexistent cannot be used here, so two stacks'
check "both ends' states are exact" has_no '~'

# Something that is not as expected: a server that answers nothing.
mkdir "$work/bad"
ln -s "$build/san/lucid-demo" "$work/bad/lucid-demo"
printf '#!/bin/sh\necho "there is no such thing today" >&2; exit 1\n' >"$work/bad/lucid-httpd"
chmod +x "$work/bad/lucid-httpd"

if ! (exec 3<>/dev/net/tun) 2>/dev/null; then
    echo "skip demo over a device: /dev/net/tun cannot be opened"
    exit $failures
fi

run "over a device" "$root/scripts/demo"
judge
check "the kernel's states are marked as inferred" has '^~ inferred'
check "says how long the RFC's MSL is" has '2 minutes'

BUILD=$work/bad run "without a server" "$root/scripts/demo"
check "ends with 1" [ "$(cat "$work/status")" = 1 ]
check "says why in a sentence" grep -q '^demo: lucid-httpd did not open its device: there is no such thing' "$work/err"

# A client that gets something else than what is served.
mkdir "$work/bin"
printf '#!/bin/sh\necho something else\n' >"$work/bin/curl"
chmod +x "$work/bin/curl"
PATH="$work/bin:$PATH" run "with another answer" "$root/scripts/demo"
check "ends with 1" [ "$(cat "$work/status")" = 1 ]
check "says what was not as expected" grep -q '^demo: GET /page.html was not as expected' "$work/err"
check "leaves no file" [ -z "$(ls "$work/tmp")" ]

# On a terminal, where Ctrl-C is typed while it waits for TIME-WAIT; and where it is left alone.
on_terminal() {
    env -u NO_COLOR TERM=xterm python3 "$root/tests/net/terminal.py" "$@" "$root/scripts/demo"
}
run "Ctrl-C" on_terminal 1
check "ends with 130" [ "$(cat "$work/status")" = 130 ]
check "it was in the middle" has_no 'CLOSED'
check "leaves no file" [ -z "$(ls "$work/tmp")" ]
run "on a terminal" on_terminal 0
check "ends with 0" [ "$(cat "$work/status")" = 0 ]
check "the ladder has colour" has "$(printf '\033')\[1mTIME-WAIT"
check "tells what it waits for" has 'waiting for TIME-WAIT'

# As a user, on a copy of the tree that he may read, with a device that he may open as most systems have it: in a mount
# namespace, so that this machine's stays as it is.
as_user() {
    cat >"$work/as_user" <<'SCRIPT'
mknod "$1/tun" c 10 200 && chmod 666 "$1/tun" && mount --bind "$1/tun" /dev/net/tun || exit 99
cd "$1/tree" && exec setpriv --reuid 65534 --regid 65534 --clear-groups env BUILD="$1/tree/build" scripts/demo
SCRIPT
    mkdir -p "$work/tree/build"
    cp -R "$root/scripts" "$work/tree/"
    cp "$build/san/lucid-httpd" "$build/san/lucid-demo" "$work/tree/build/"
    chmod -R a+rX "$work"
    run "as a user" unshare -m sh "$work/as_user" "$work"
    if [ "$(cat "$work/status")" = 99 ]; then
        echo "skip demo as a user: no device node can be made here"
        return
    fi
    judge
    check "a user gets a namespace too" has_no 'in memory'
}
if [ "$(id -u)" -eq 0 ]; then
    as_user
else
    echo "skip demo as a user: this is one"
fi
exit $failures
