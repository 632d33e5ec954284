#!/bin/sh
# lucid-lab export: pictures that parse and say what they show, tables and diagrams that hold what the log holds, files
# where they belong, and a sentence when something cannot be done.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
lab=$build/san/lucid-lab
sample=$root/tests/lab/sample.tlog
look=$root/tests/lab/export_look.py
LC_ALL=C.UTF-8
export LC_ALL

command -v python3 >/dev/null || { echo "skip export: python3 is not installed"; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failures=0

# is WHAT COMMAND...: the command succeeds.
is() {
    what=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        echo "ok export: $what"
    else
        echo "not ok export: $what"
        sed 's/^/    /' "$work/said"
        failures=$((failures + 1))
    fi
}

# refuses WHAT PATTERN ARGUMENTS...: exit status 2, one sentence like the pattern, nothing written.
refuses() {
    what=$1 pattern=$2
    shift 2
    rm -rf "$work/no" && mkdir "$work/no"
    "$lab" export "$@" >"$work/out" 2>"$work/err"
    status=$?
    if [ $status = 2 ] && [ "$(wc -l <"$work/err")" = 1 ] && grep -q -- "$pattern" "$work/err" &&
        [ -z "$(ls "$work/no")" ]; then
        echo "ok export: $what"
    else
        echo "not ok export: $what: status $status"
        sed 's/^/    /' "$work/err"
        failures=$((failures + 1))
    fi
}

# ---- pictures ----

is "the sample in all forms" "$lab" export "$sample" --svg --mermaid --dot --csv --text --html -o "$work/all"
is "pictures are SVG with role, title and description" python3 "$look" svg "$work"/all/*.svg
is "ladder, machines, windows and plots are there" python3 "$look" names "$work/all" sample
is "the ladder has every state and every segment" python3 "$look" ladder "$sample" "$work/all/sample.ladder.svg"

# What came from the network is text, whatever it looks like.
sed 's|both ends close|</text><script>x</script> \& ]]>|' "$sample" >"$work/evil.tlog"
is "markup in a log stays text" "$lab" export "$work/evil.tlog" --svg --mermaid --dot --html -o "$work/evil"
is "and the pictures still parse" python3 "$look" svg "$work"/evil/*.svg
is "no element came from the log" python3 "$look" noscript "$work"/evil/*.svg

is "in Chinese" "$lab" export "$sample" --svg --zh -o "$work/zh"
is "which parse too" python3 "$look" svg "$work"/zh/*.svg
is "the same again gives the same" "$lab" export "$sample" --svg --mermaid --dot --csv --text --html -o "$work/again"
is "to the octet" diff -r "$work/all" "$work/again"

if command -v rsvg-convert >/dev/null; then
    is "as PNG" "$lab" export "$sample" --png -o "$work/png"
    is "which is PNG, and only that" python3 "$look" png "$work/png"
else
    echo "skip export: rsvg-convert is not installed"
fi
mkdir "$work/nothing" "$work/alone"
if PATH=$work/nothing "$lab" export "$sample" --png -o "$work/alone" >"$work/out" 2>"$work/err"; then
    status=0
else
    status=$?
fi
is "without rsvg-convert a sentence" grep -q "librsvg2-bin.*--svg" "$work/err"
is "and status 2, and no file" test $status = 2 -a -z "$(ls "$work/alone")"

# ---- tables and diagrams ----

is "CSV holds the variables of the log" python3 "$look" csv "$sample" "$work/all"
is "Mermaid has every segment" python3 "$look" mermaid "$sample" "$work"/all/*.mmd
is "DOT has all states, pinned, and the ways gone" python3 "$look" dot "$sample" "$work/all"
if command -v neato >/dev/null; then
    is "and Graphviz reads it" neato -n2 -Tsvg -o "$work/neato.svg" "$work/all/sample.A.dot"
fi

# A long run: Mermaid's limit.
printf '%s\n' 'B listen 80 app sink' 'A connect B:80' 'run 1s' 'A send 1MB' 'run 20s' >"$work/long.txt"
is "a long run" "$lab" play --script "$work/long.txt" --keep "$work/long.tlog"
is "is exported" "$lab" export "$work/long.tlog" --mermaid --svg --csv -o "$work/long"
is "in several diagrams below 50000 characters, each complete, none twice" python3 "$look" mermaid \
    "$work/long.tlog" "$work"/long/*.mmd
is "with plots that parse" python3 "$look" svg "$work"/long/*.svg
is "and tables of the whole run" python3 "$look" csv "$work/long.tlog" "$work/long"

# How the round-trip time is measured, and where it is not.
is "L23" "$lab" run L23 --out "$work/karn"
is "is exported too" "$lab" export "$work"/karn/L23-1/run.tlog --svg -o "$work/karn"
is "with each measurement, and each that was given up" python3 "$look" times "$work/karn/L23-1/run.tlog" \
    "$work/karn/run.rtt.A.c1.svg"

# Three nodes: a ladder for each two that have to do with one another.
printf '%s\n' 'B listen 80' 'A connect B:80' 'C connect B:80' 'run 1s' >"$work/three.txt"
is "three nodes" "$lab" play --nodes 3 --script "$work/three.txt" --keep "$work/three.tlog"
is "are exported" "$lab" export "$work/three.tlog" --svg --mermaid --text -o "$work/three"
is "two by two" test -s "$work/three/three.ladder.A-B.svg" -a -s "$work/three/three.ladder.B-C.svg" \
    -a ! -e "$work/three/three.ladder.A-C.svg" -a -s "$work/three/three.A-B.mmd" \
    -a -s "$work/three/three.ladder.B-C.txt"

# ---- names, and what cannot be done ----

mkdir "$work/beside" && cp "$sample" "$work/beside/run.tlog"
is "without -o" "$lab" export "$work/beside/run.tlog" --text
is "files lie beside the log" test -s "$work/beside/run.ladder.txt"

refuses "no form" "in which form" "$sample" -o "$work/no"
refuses "no file" "needs the file of a log" --svg
refuses "a file that is not there" "no.tlog" "$work/no.tlog" --svg -o "$work/no"
refuses "an unknown form" "does not know --gif" "$sample" --gif -o "$work/no"
refuses "an event that is not there" "events 1 to 89" "$sample" --svg --event 90 -o "$work/no"
refuses "from behind to" "events 1 to 89" "$sample" --svg --from 9 --to 3 -o "$work/no"
refuses "a number that is none" "number of an event" "$sample" --svg --event x -o "$work/no"
refuses "a folder that cannot be made" "cannot be made" "$sample" --svg -o "$work/no/a/b"

exit $((failures > 0))
