#!/bin/sh
# lucid-lab doctor, on a machine that really lacks what it looks for: /dev/net/tun is not there; may not be opened;
# namespaces are used up; namespaces are forbidden; a port is taken; the folder cannot be written. Each gives one
# sentence that helps, and the simulated world is named as what still works. All of it in namespaces of the test's own.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
lab=$build/san/lucid-lab
PATH=$PATH:/usr/sbin:/sbin

user=
[ "$(id -u)" -eq 0 ] || user=-Ur
if ! unshare $user -mn true 2>/dev/null; then
    echo "skip doctor: this system allows no namespace to be made"
    exit 0
fi
work=$(mktemp -d) || exit 1
chmod 755 "$work"
trap 'umount "$work/root" 2>/dev/null; rm -rf --one-file-system "$work"' EXIT
failures=0

# Sanitizers read /proc, which a chroot may lack, and trace their own process, which a namespace may forbid.
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS LC_ALL=C.UTF-8

# says WHAT STATUS PATTERN: what the last run printed and its status.
says() {
    if [ "$status" = "$2" ] && grep -qE -- "$3" "$work/out" && [ ! -s "$work/err" ]; then
        echo "ok doctor: $1"
        return
    fi
    echo "not ok doctor: $1: status $status, expected $2 and a line '$3' in:"
    cat "$work/out" "$work/err"
    failures=1
}

doctor() {
    "$@" >"$work/out" 2>"$work/err"
    status=$?
}

cd "$work" || exit 1
sim='^The simulated world needs none of these: `lucid-lab play`\.$'

doctor unshare $user -mn sh -c "mount -t tmpfs none /dev/net && '$lab' doctor"
says "no /dev/net/tun" 1 \
    '^no   /dev/net/tun: there is no /dev/net/tun \(.*\): sudo modprobe tun, .*without: no `live` .*`sim`'
says "the simulated world is offered" 1 "$sim"

doctor unshare -Ur sh -c "echo 0 >/proc/sys/user/max_net_namespaces && '$lab' doctor"
says "no network namespace left" 1 '^no   private networks: no more namespaces are allowed: raise sysctl'
says "the simulated world is offered without namespaces" 1 "$sim"

doctor unshare $user -n sh -c "ip link set lo up && python3 -c '
import socket, subprocess, sys
taken = socket.create_server((\"127.0.0.1\", 8090))
sys.exit(subprocess.call([sys.argv[1], \"doctor\"]))' '$lab'"
says "a port is taken" 1 \
    '^no   port 8090: port 8090 of 127\.0\.0\.1: Address already in use; end the program that has it'
says "the other port is not" 1 '^ok   port 8080$'

doctor env PATH="$work" "$lab" doctor
says "no compiler" 1 \
    '^no   C compiler, make: there is no C compiler in PATH: install gcc and make .*without: no `grade`'
says "no rsvg-convert" 1 '^no   rsvg-convert: .*install librsvg2.*without: no PNG pictures; SVG works$'

doctor env LC_ALL=C "$lab" doctor
says "no UTF-8" 1 '^no   UTF-8: the locale.s letters are ANSI_X3.4-1968: export LC_ALL=C.UTF-8'

"$lab" doctor now >"$work/out" 2>"$work/err"
status=$?
mv "$work/err" "$work/out"
: >"$work/err"
says "no arguments" 2 '^lucid-lab: doctor takes no now; '

if [ "$(id -u)" -ne 0 ]; then
    echo "skip doctor: what is forbidden to others can only be tried by root"
    exit $failures
fi

# As somebody who is not root, with the device as some systems have it.
nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
cp "$lab" "$work/lucid-lab"
doctor unshare -m sh -c "mount -t tmpfs none /dev/net && mknod -m 0600 /dev/net/tun c 10 200 &&
    $nobody '$work/lucid-lab' doctor"
says "mode 0600" 1 '^no   /dev/net/tun: /dev/net/tun may not be opened by you: sudo chmod 0666 /dev/net/tun'
says "a folder of somebody else's" 1 '^no   room for lab-out/: this folder cannot be written \(Permission denied\)'

# The kernel lets nobody in a chroot make a user namespace.
mkdir "$work/root"
doctor unshare -m sh -c "mount --bind / '$work/root' && mount --rbind /dev '$work/root/dev' &&
    mount --rbind /proc '$work/root/proc' &&
    exec chroot --userspec=65534:65534 --groups= '$work/root' '$work/lucid-lab' doctor"
says "namespaces forbidden" 1 \
    '^no   private networks: this system forbids network namespaces to users: run as root, or allow them \(sysctl'
says "the simulated world is offered to the forbidden" 1 "$sim"
exit $failures
