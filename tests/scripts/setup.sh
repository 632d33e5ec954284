#!/bin/sh
# scripts/setup: silent when nothing is missing; installs what is; tells who may not install which command to run.
set -u
. "$(dirname "$0")/lib"

setup=$root/scripts/setup

# It looks in /usr/sbin too, where some systems have everything.
[ ! -e /usr/sbin/curl ] || {
    echo "skip setup: nothing can be hidden from it here"
    exit 0
}

# A machine of our own: only the commands in $work/bin, and a package manager that writes down what it is asked.
mkdir "$work/bin"
for tool in sh cat tail mktemp rm ls cc make objcopy ip unshare; do
    path=$(PATH=$PATH:/usr/sbin:/sbin command -v $tool) && ln -s "$path" "$work/bin/$tool"
done
printf '#!/bin/sh\necho "$@" >>"%s/asked"\n' "$work" >"$work/bin/apt-get"
chmod +x "$work/bin/apt-get"

as() {
    printf '#!/bin/sh\necho %s\n' "$1" >"$work/bin/id" && chmod +x "$work/bin/id"
}
here() {
    : >"$work/asked"
    env -i PATH="$work/bin" CC="$(command -v "${CC:-cc}")" "$setup" "$@"
}

as 1000
fails "not root: the command to run" \
    '^setup: run this.*sudo apt-get install -y --no-install-recommends.* curl' here demo
fails "not root: why" 'curl: plays the client' here demo
passes "not root: installs nothing" test ! -s "$work/asked"
as 0
passes "root: installs" here demo
passes "root: what is missing" grep -q '^install -y --no-install-recommends.* curl' "$work/asked"
passes "root: nothing else" sh -c "! grep -q 'iproute2\|check\|tshark' '$work/asked'"
printf '#!/bin/sh\n[ "$1" = update ] || { echo no route to the archive; exit 100; }\n' >"$work/bin/apt-get"
fails "the package manager fails: its words" 'no route to the archive' here demo
fails "the package manager fails: what to do" '^setup: that failed' here demo
rm "$work/bin/apt-get"
fails "no package manager" '^setup: no apt-get.*yourself' here demo
ln -s /bin/true "$work/bin/curl"
passes "nothing missing" here demo
passes "nothing missing: says nothing" test ! -s "$work/output"

# What a request goes through is asked for, and a server that comes with it is not left running.
if [ ! -e /usr/sbin/nginx ]; then
    printf '#!/bin/sh\necho "$@" >>"%s/asked"\n' "$work" >"$work/bin/apt-get"
    printf '#!/bin/sh\necho "service $@" >>"%s/asked"\n' "$work" >"$work/bin/service"
    chmod +x "$work/bin/apt-get" "$work/bin/service"
    passes "the way: installs" here way
    passes "the way: Nginx and uWSGI" grep -q '^install .* nginx-light .*uwsgi-plugin-python3' "$work/asked"
    passes "the way: no service is left" grep -q '^service nginx stop' "$work/asked"
    rm "$work/bin/apt-get" "$work/bin/service"
else
    echo "skip setup of the way: nginx cannot be hidden from it here"
fi

# Of the group check all is there but spin, which is not needed: it is asked for, and does not matter.
for tool in pkg-config pmccabe mandoc tshark dig python3 wasm-ld; do ln -sf /bin/true "$work/bin/$tool"; done
mkdir -p "$work/clang/lib/x" && : >"$work/clang/lib/x/libclang_rt.fuzzer.a"
printf '#!/bin/sh\necho "%s/clang"\n' "$work" >"$work/bin/clang" && chmod +x "$work/bin/clang"
printf '#!/bin/sh\necho "$@" >>"%s/asked"\n[ "$1" = update ]\n' "$work" >"$work/bin/apt-get"
chmod +x "$work/bin/apt-get"
as 1000
passes "not root, only spin missing" here check
passes "not root, only spin missing: asks for nothing" test ! -s "$work/asked"
as 0
passes "root, spin cannot be had" here check
passes "root, spin cannot be had: it was tried" grep -q '^install .* spin$' "$work/asked"
rm "$work/bin/apt-get"
passes "no package manager, only spin missing" here check

fails "a word it does not know" '^usage: ' "$setup" nonsense

exit $failures
