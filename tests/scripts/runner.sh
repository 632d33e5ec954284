#!/bin/sh
# scripts/check counts what its jobs say, and fails when one of them fails, dies or runs nothing.
set -u
. "$(dirname "$0")/lib"

mkdir -p "$work/scripts" "$work/tests/unit" "$work/build/san/tests/unit" && cp "$root/scripts/check" "$work/scripts"

# program NAME STATUS LINE...: a unit test that prints these lines and exits so.
program() {
    : >"$work/tests/unit/test_$1.c"
    file=$work/build/san/tests/unit/test_$1
    { echo '#!/bin/sh' && shift && status=$1 && shift && printf "echo '%s'\n" "$@" && echo "exit $status"; } >"$file"
    chmod +x "$file"
}

# ends WHAT STATUS LINE: `scripts/check unit` must end with that status and that line.
ends() {
    BUILD=build LIMIT=2 "$work/scripts/check" unit >"$work/output" 2>&1
    status=$?
    if [ $status -eq "$2" ] && [ "$(tail -n 1 "$work/output")" = "$3" ]; then
        echo "ok $1"
    else
        echo "not ok $1: exit status $status"
        cat "$work/output"
        failures=1
    fi
}

ends "no test at all" 1 "0 passed, 1 failed"
program a 0 'Running suite(s): a' '100%: Checks: 5, Failures: 0, Errors: 0'
program b 0 '100%: Checks: 3, Failures: 0, Errors: 0' '100%: Checks: 4, Failures: 0, Errors: 0'
ends "sums of libcheck's lines" 0 "12 passed, 0 failed"
program c 1 '60%: Checks: 5, Failures: 1, Errors: 1'
ends "failures and errors" 1 "15 passed, 2 failed"
program c 139 '100%: Checks: 5, Failures: 0, Errors: 0'
ends "dies after its summary" 1 "17 passed, 1 failed"
program c 0 '100%: Checks: 0, Failures: 0, Errors: 0'
ends "ran nothing" 1 "12 passed, 1 failed"
program c 0 '7 passed, 0 failed, 2 skipped'
ends "the drill's line" 0 "19 passed, 0 failed, 2 skipped"
program c 1 '7 passed, 3 failed'
ends "the drill's failures" 1 "19 passed, 3 failed"
program c 0 'ok one' 'not ok two' 'skip three: no device' 'okay is no word of ours'
ends "lines of a shell test" 1 "13 passed, 1 failed, 1 skipped"
program c 0 'nothing to count'
ends "an exit status of 0" 0 "13 passed, 0 failed"
printf '#!/bin/sh\nexec sleep 9\n' >"$work/build/san/tests/unit/test_c"
ends "does not end" 1 "12 passed, 1 failed"
fails "an unknown suite" "^usage: " "$work/scripts/check" nonsense

exit $failures
