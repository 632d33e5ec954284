#!/bin/sh
# walked.sh: each edge is walked by the scenario that appendix.def names for it ("by L05 b" in `edges --audit`).
set -u
. "$(dirname "$0")/lib"

"$lab" edges --audit >"$work/audit"
# "L05 b E22": scenario, variant, edge. One that only the tests of the table reach has none.
sed -n 's/^\(E[0-9]*\) .* by \(L.*\)$/\1 \2/p' "$work/audit" |
    awk '{ for (i = 2; i <= NF; i++) if ($i ~ /^L/) print $i, ($(i + 1) ~ /^[a-z]$/ ? $(i + 1) : "a"), $1 }' |
    sort >"$work/list"
passes "48 edges have a scenario" [ "$(cut -d " " -f 3 "$work/list" | sort -u | wc -l)" -eq 48 ]

cut -d ' ' -f 1,2 "$work/list" | uniq >"$work/runs"
while read -r name variant; do
    out=$work/$name$variant
    "$lab" run "$name" --variant "$variant" --headless --out "$out" >"$work/output" 2>&1
    "$lab" edges "$out"/*/run.tlog >"$work/edges" 2>>"$work/output"
    grep "^$name $variant " "$work/list" | cut -d ' ' -f 3 | while read -r edge; do
        if grep -q "^  $edge .* x[0-9]" "$work/edges"; then
            echo "ok $name $variant walks $edge"
        else
            echo "not ok $name $variant does not walk $edge"
            cat "$work/output"
        fi
    done
done <"$work/runs"
[ "$failures" -eq 0 ]
