#!/bin/sh
# bugs.sh: every mistake of tests/sim/bugs can still be made. `make bug-bank` says whether it is seen.
set -u
cd "$(dirname "$0")/../.." || exit 1
while read -r label file script; do
    case $label in '' | \#*) continue ;; esac
    if sed "$script" "$file" | cmp -s - "$file"; then
        echo "not ok $label: $file has changed; give tests/sim/bugs another mistake"
    else
        echo "ok $label"
    fi
done <tests/sim/bugs
