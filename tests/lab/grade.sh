#!/bin/sh
# grade.sh: the grader is graded. Each machine of tests/lab/mutants has one mistake and must lose points in the stage
# that its first line names; each of tests/lab/variants is as right as the RFC allows and must get full marks, as must
# the reference solution; the template must get nothing. The machines are compiled without sanitizers, but for one run;
# the grader itself has them.
#
# Run with the name of a machine it grades only that one: `grade.sh --one NAME FOLDER` prints one line.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
lab=$build/san/lucid-lab
machines=$root/tests/lab
export ASAN_OPTIONS=detect_leaks=0

# Points of stage $2 in a CSV, "got of"; without $2, of all stages.
points() {
    awk -F, -v stage="${2-}" 'NR > 1 && (stage == "" || $3 ~ "^stage " stage " ") { got += $4; of += $5 }
        END { print got + 0, of + 0 }' "$1"
}

grade() {
    mkdir -p "$2"
    "$lab" grade all "$1" --fast --format csv --out "$2" >"$2/csv" 2>"$2/err"
    echo $? >"$2/status"
}

# A mutant: the stage of its first line, and less than all points there. A variant: all points, and exit status 0.
one() {
    name=$(basename "$1" .c) first=$(sed -n 1p "$1")
    grade "$1" "$2/$name"
    status=$(cat "$2/$name/status")
    stage=$(echo "$first" | sed -n 's|^/\* stage \([1-8]\): .*|\1|p')
    # shellcheck disable=SC2046
    set -- $(points "$2/$name/csv" "$stage")
    if [ -n "$stage" ] && [ "$2" -gt 0 ] && [ "$1" -lt "$2" ] && [ "$status" = 1 ]; then
        echo "ok mutant $name loses in stage $stage"
    elif [ -z "$stage" ] && [ "$2" = 100 ] && [ "$1" = 100 ] && [ "$status" = 0 ]; then
        echo "ok variant $name gets full marks"
    else
        echo "not ok $name: $1 of $2 points${stage:+ in stage $stage}, exit status $status"
    fi
}

if [ "${1-}" = --one ]; then
    one "$2" "$3"
    exit 0
fi

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
printf '%s\n' "$machines"/mutants/*.c "$machines"/variants/*.c "$machines/machine/reference.c" |
    tr '\n' '\0' | xargs -0 -n 1 -P 2 sh -c '"$0" --one "$2" "$1"' "$0" "$work" >"$work/lines"
cat "$work/lines"

# check WHAT CONDITION...
check() {
    what=$1
    shift
    if "$@"; then echo "ok $what"; else echo "not ok $what"; fi
}

# run STATUS ARGUMENTS...: whether `lucid-lab grade ARGUMENTS` exits so; what it says is in $work/out and $work/err.
run() {
    want=$1
    shift
    (cd "$work" && "$lab" grade "$@" --out "$work/dir" >"$work/out" 2>"$work/err")
    got=$?
    [ "$got" = "$want" ]
}

count() {
    grep -c "^ok $1" "$work/lines"
}
says() {
    grep -qE -- "$1" "$work/out" "$work/err"
}

check "40 mutants and more" [ "$(count mutant)" -ge 40 ]
check "6 variants and more" [ "$(count variant)" -ge 6 ]

# make student
mkdir -p "$work/tree/apps/lab/student"
cp "$root"/apps/lab/student/* "$work/tree/apps/lab/student"
student() {
    (cd "$work/tree" && make -s -f "$root/Makefile" student) >"$work/out" 2>"$work/err"
}
check "a template" student
check "that is the one" cmp -s "$root/apps/lab/student/fsm.c" "$work/tree/student/fsm.c"
echo "/* mine */" >>"$work/tree/student/fsm.c"
check "a second time" student
check "nothing of mine is lost" grep -q 'mine' "$work/tree/student/fsm.c"

# The template, and the sanitizers' words.
check "the template is not written" run 1 "$root/apps/lab/student/fsm.c"
check "and says so, with no points" says 'not written\.  0/100'
check "with sanitizers the reference gets full marks too" run 0 "$machines/machine/reference.c"
if says '^  curl: not counted'; then
    echo "skip curl against the machine: $(sed -n 's/^  curl: not counted: //p' "$work/out")"
else
    check "curl finds out a machine that answers no SYN" run 1 "$machines/mutants/no_e03.c" 8
    check "and says so" says 'FAIL curl fetches a page from the stack: curl ended with status'
fi
check "a crash is one cell" run 1 "$machines/mutants/crash.c" 4
check "and the sanitizer says where" says 'crash\.c:[0-9]+:[0-9]+: runtime error'
check "the map has the cell" says '^  ESTABLISHED .*!'

# What a student reads.
check "a wrong target" run 1 "$machines/mutants/fin_wait_1_fin_always_closing.c"
check "the cell, both answers, the place" says \
    'FAIL FIN-WAIT-1 \+ FIN \+ ACK of FIN: you CLOSING, RFC TIME-WAIT   \[3\.10\.7\.4 fifth \+ eighth\]'
check "the shortest story" says 'shortest story \(4 events\): OPEN active, SYN,ACK, CLOSE, FIN \+ ACK of FIN'
check "the hint" says 'hint 1/3: process ACK \(fifth step\) before FIN \(eighth step\)'
check "its picture" grep -q 'role="img"' "$work/dir/fail-3-01.svg"
check "the twin's first difference as a ladder" says '^ +4  -- FIN \+ ACK of FIN -+> \| CLOSING.*TIME-WAIT.*<--'
cp "$work/out" "$work/first"
run 1 "$machines/mutants/fin_wait_1_fin_always_closing.c"
check "the same grade twice" cmp -s "$work/out" "$work/first"
check "a second hint" run 1 "$machines/mutants/fin_wait_1_fin_always_closing.c" 3 --hint 2
check "is paid for" says 'less 1 for hints'
run 1 "$machines/mutants/fin_wait_1_fin_always_closing.c" 3
check "and stays so" says 'less 1 for hints'

check "in Chinese" run 1 "$machines/mutants/fin_wait_1_fin_always_closing.c" 3 --zh
check "the stage" says '^第 3 关 关闭 '
check "and the hint" says '提示 1/3：同一个报文段里，先处理 ACK（第五步），再处理 FIN（第八步）。'

# What cannot be graded.
printf '#include "fsm.h"\nenum tcp_state fsm_next(void) { return CLOSED }\n' >"$work/broken.c"
check "what does not compile gets nothing" run 1 "$work/broken.c"
check "the compiler's words" says 'broken\.c:2:[0-9]+: error'
check "no file" run 2 "$work/none.c"
check "says what to do" says 'make student'
check "no such stage" run 2 9
check "no such format" run 2 --format xml "$machines/machine/reference.c"
check "no such hint" run 2 --hint 4 "$machines/machine/reference.c"

# The other formats.
mutant=$machines/mutants/no_e16.c
check "TAP" run 1 "$mutant" --format tap
check "has a plan and the cell" says '^not ok [0-9]+ - close: FIN-WAIT-2 \+ FIN: you FIN-WAIT-2, RFC TIME-WAIT'
check "that counts its lines" [ "$(grep -cE '^(not )?ok ' "$work/out")" = "$(sed -n 's/^1\.\.//p' "$work/out")" ]
check "JUnit" run 1 "$mutant" --format junit
check "is XML with one entry for each stage" [ "$(grep -c '<testcase' "$work/out")" = 8 ]
if command -v python3 >/dev/null; then
    check "XML that can be read" python3 -c 'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])' "$work/out"
    check "Gradescope" run 1 "$mutant" --format gradescope
    check "has scores" python3 -c '
import json, sys
tests = json.load(open(sys.argv[1]))["tests"]
assert len(tests) == 8 and sum(t["max_score"] for t in tests) == 100 and tests[2]["score"] < 14
assert "FIN-WAIT-2" in tests[2]["output"] and all(t["visibility"] == "visible" for t in tests)' "$work/out"
    check "a picture is XML" python3 -c 'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])' \
        "$work/dir/fail-3-01.svg"
else
    echo "skip XML and JSON are read back: there is no python3"
fi
