#!/bin/sh
# key.sh: the key that `lucid-lab key` prints is right by the lab's own judgement: given as answers, it gets every
# point for predictions; on another seed the key is another one where it must be; the quizzes of the plans have one.
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
lab=$build/san/lucid-lab
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1

# Each variant of a scenario that asks something, on two seeds.
full_marks() {
    for variant in $("$lab" key "$1" | sed -n 's/^# [^ ]* variant \([a-z0-9]*\),.*/\1/p'); do
        for seed in 1 7; do
            rm -rf out
            "$lab" key "$1" --variant "$variant" --seed $seed >key || echo "no key"
            "$lab" run "$1" --variant "$variant" --seed $seed --answers key --headless --out out >said 2>&1
            set -- "$1" out/*/result.tsv
            [ -f "$2" ] || { echo "$1 variant $variant, seed $seed: no result" && tail -3 said; }
            awk -v what="$1 variant $variant, seed $seed" '
                /^item\t/ && $3 == "predict" { all++; if ($5 != $6) print what ": " $2 " " $5 " of " $6 }
                END { if (!all) print what ": nothing was judged" }' FS='\t' out/*/result.tsv
        done
    done
}

for name in $("$lab" list | sed -n 's/^\(L[0-9]*\) .*/\1/p') "$root"/docs/labs/plans/*.lab; do
    [ "$("$lab" show "$name" | grep -c '^  [a-z0-9]*  .*?$')" -gt 0 ] || continue
    full_marks "$name" >faults
    if [ -s faults ]; then
        cat faults
        echo "not ok the key of $(basename "$name") gets full marks"
    else
        echo "ok the key of $(basename "$name") gets full marks"
    fi
done

# same WHAT yes|no: the files one and two are the same, as they should be or not.
same() {
    if [ -s one ] && cmp -s one two; then found=yes; else found=no; fi
    if [ $found = "$2" ]; then echo "ok $1"; else echo "not ok $1"; fi
}
"$lab" key L01 --variant a --seed 1 | grep -v '^#' >one
"$lab" key L01 --variant a --seed 2 | grep -v '^#' >two
same "L01 has pinned numbers: one key" yes
"$lab" key all --student alice >one && "$lab" key all --student bob >two
same "students have keys of their own" no
"$lab" key all --student alice >two
same "a key is the same again" yes
"$lab" key nothing >/dev/null 2>said
if [ $? -eq 2 ]; then
    echo "ok an unknown scenario is a mistake of usage"
else
    echo "not ok an unknown scenario is a mistake of usage"
fi
