#!/bin/sh
# prints.sh: one seed, the same packets: twice, with both compilers, with and without sanitizers.
#
# lucid-sim --print hashes all packets of a seed with their times. Built by the first compiler with sanitizers, and by
# the second one without, where the cost of each packet is counted too (I33).
set -u
BUILD=$(cd "${BUILD:-build}" && pwd) || exit 1
SEEDS=100
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

run() { # file, program
    if (cd "$dir" && "$2" --seeds $SEEDS --print --no-shrink) >"$dir/$1" 2>&1; then
        echo "ok $SEEDS seeds, ${2#"$BUILD"/}"
        return
    fi
    echo "not ok $SEEDS seeds, ${2#"$BUILD"/}"
    grep -m 1 -A 3 -e fails -e error "$dir/$1"
}

same() { # file, file, what
    grep -h ' packets ' "$dir/$1" >"$dir/a"
    grep -h ' packets ' "$dir/$2" >"$dir/b"
    if [ "$(wc -l <"$dir/a")" -eq $SEEDS ] && cmp -s "$dir/a" "$dir/b"; then
        echo "ok $3"
        return
    fi
    echo "not ok $3"
    diff "$dir/a" "$dir/b" | head -4
}

run first "$BUILD/san/lucid-sim"
run again "$BUILD/san/lucid-sim"
run other "$BUILD/work/lucid-sim"
same first again "the same packets twice"
same first other "the same packets from both compilers"
