#!/bin/sh
# lucid-way, as `make way` runs it: each order and each failure. Its time line has the right steps in the right order;
# the packets that it writes are what tshark sees in them; its page is well-formed; docs/way.md shows what it
# prints; and nothing is left: no program, no interface, no file, also after Ctrl-C and after SIGKILL. Judged by way.py.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
way=$build/san/lucid-way
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir -m 777 "$work/tmp"
failures=0
export TMPDIR="$work/tmp" LC_ALL=C PYTHONDONTWRITEBYTECODE=1

# check WHAT COMMAND...
check() {
    what=$1
    shift
    if "$@"; then
        echo "ok $what"
    else
        echo "not ok $what"
        [ ! -f "$work/err" ] || cat "$work/err"
        failures=1
    fi
}

says() {
    grep -qE -- "$1" "$work/err"
}

for tool in nginx uwsgi curl tshark python3; do
    PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null || {
        echo "skip way: there is no $tool"
        exit 0
    }
done
if ! (exec 3<>/dev/net/tun) 2>/dev/null || ! unshare -n true 2>/dev/null && ! unshare -Urn true 2>/dev/null; then
    echo "skip way: there is no device, or no network namespace"
    exit 0
fi

interfaces=$(ip -o link | wc -l)

# ---- every order, every failure, some at the same time: each has a network of its own ----

run() {
    "$way" "--$1" "$2" --html "$work/$2.html" --pcap "$work/$2.pcap" --svg "$work/$2.svg" \
        >"$work/$2.out" 2>"$work/$2.err"
    echo $? >"$work/$2.status"
}

# As a user, with a device that he may open as most systems have it: in a mount namespace, so that this machine's stays
# as it is. Only that he can is looked at.
as_user() {
    [ "$(id -u)" -eq 0 ] || return
    mkdir -m 777 "$work/user"
    cp "$way" "$work/user/lucid-way"
    chmod 755 "$work" "$work/user/lucid-way"
    cat >"$work/as_user" <<'SCRIPT'
mknod "$1/tun" c 10 200 && chmod 666 "$1/tun" && mount --bind "$1/tun" /dev/net/tun || exit 99
cd "$1/user" && exec setpriv --reuid 65534 --regid 65534 --clear-groups env TMPDIR="$1/user" ./lucid-way
SCRIPT
    unshare -m sh "$work/as_user" "$work" >"$work/user.out" 2>"$work/user.err"
    echo $? >"$work/user.status"
}

plans="a b c d dns refused app-down app-slow"
if command -v chromium >/dev/null; then
    run order browser &
    plans="$plans browser"
else
    echo "skip way browser: there is no chromium"
fi
{
    for plan in dns app-down; do run break "$plan"; done
    for plan in a d; do run order "$plan"; done
} &
as_user &
for plan in b c; do run order "$plan"; done
for plan in refused app-slow; do run break "$plan"; done
wait
for plan in $plans; do
    python3 "$root/tests/net/way.py" "$plan" "$work" >"$work/$plan.judged" 2>&1 || : >"$work/$plan.failed" &
done
wait
for plan in $plans; do
    cat "$work/$plan.judged"
    [ ! -e "$work/$plan.failed" ] || failures=1
done

if [ ! -e "$work/user.status" ] || [ "$(cat "$work/user.status")" = 99 ]; then
    echo "skip way as a user: this is one, or no device node can be made here"
else
    cp "$work/user.err" "$work/err"
    check "a user can do it, too" [ "$(cat "$work/user.status")" = 0 ]
    check "as a user: the answer came" grep -q 'end: has its answer' "$work/user.out"
    check "as a user: no file is left" [ "$(ls "$work/user")" = lucid-way ]
fi

check "docs/way.md and its picture show what is printed" "$root/scripts/way_doc" --check "$work"

# ---- what is wrong is said before anything is made ----

refuses() {
    "$way" "$@" >"$work/out" 2>"$work/err"
    [ $? -eq 2 ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" -eq 1 ]
}
check "an order that is not known" refuses --order z
check "says which there are" says '^lucid-way: --order z is not known: take one of a, b, c, d, browser'
check "a failure that is not known" refuses --break a
check "two things at once" refuses --order a --break dns
check "an option without its value" refuses --html
check "an option that is none" refuses --nothing
check "a word that is no option" refuses nothing

without_nginx() {
    unshare -m sh -c 'mount --bind /dev/null "$1" && shift && exec "$@"' sh "$(PATH=$PATH:/usr/sbin command -v nginx)" \
        "$way" >"$work/out" 2>"$work/err"
    [ $? -eq 1 ] && [ ! -s "$work/out" ]
}
if [ "$(id -u)" -eq 0 ]; then
    check "without Nginx" without_nginx
    check "says who installs it" says '^lucid-way: nginx is not installed: scripts/setup way installs it$'
fi

# ---- Ctrl-C, and SIGKILL: what was started goes too ----

# The programs whose working directory is, or was, in a folder of ours.
ours() {
    ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -c "$work/tmp/lucid-way"
}

# interrupt SIGNAL: in the middle, when Nginx and uWSGI run. $status is what it ended with.
interrupt() {
    "$way" --break app-slow >"$work/out" 2>"$work/err" &
    pid=$!
    left=200
    until [ -s "$work"/tmp/lucid-way.*/app.log ] || [ $left -eq 0 ]; do
        left=$((left - 1))
        sleep 0.05
    done
    running=$(ours)
    kill "-$1" $pid
    wait $pid
    status=$?
}

# gone: within two seconds.
gone() {
    left=40
    until [ "$(ours)" -eq 0 ]; do
        left=$((left - 1))
        [ $left -gt 0 ] || return 1
        sleep 0.05
    done
}

# With --stay all of it goes on after the time line, and whoever enters gets answers by name.
"$way" --stay >"$work/out" 2>"$work/err" &
pid=$!
left=200
until grep -q nsenter "$work/out" || [ $left -eq 0 ]; do
    left=$((left - 1))
    sleep 0.05
done
enter=$(sed -n 's/.*: *\(sudo \)\{0,1\}\(nsenter .*\)/\2/p' "$work/out")
same=$($enter -q -sS --noproxy '*' --max-time 10 2>&1)
check "--stay: who enters gets an answer" [ "$same" = "Hello, whoever you are." ]
kill -INT $pid
wait $pid
check "--stay: Ctrl-C ends it with 0" [ $? -eq 0 ]

interrupt INT
check "Ctrl-C: it was in the middle" [ "$running" -ge 3 ]
check "Ctrl-C: ends with 130" [ $status -eq 130 ]
check "Ctrl-C: no time line" [ ! -s "$work/out" ]
check "Ctrl-C: no program is left" gone
check "nothing is left in the folder for temporary files" [ -z "$(ls "$work/tmp")" ]
interrupt KILL
check "SIGKILL: it was in the middle" [ "$running" -ge 3 ]
check "SIGKILL: no program is left" gone
check "no interface is left" [ "$(ip -o link | wc -l)" -eq "$interfaces" ]
exit $failures
