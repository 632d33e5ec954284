#!/bin/sh
# scripts/mutants: finds what no test notices, and explanations that are none; and a sample of what `make mutants` runs.
set -u
. "$(dirname "$0")/lib"
cd "$root" || exit 1

passes "a sample of mutants of fsm.def" scripts/mutants --sample 12 --with drill,cells,table

# A program that does not look at this, in a copy that can have other explanations.
copy scripts stack tests/mutants
ln -s "$root/${BUILD:-build}" "$work/${BUILD:-build}"
ln -s "$root/tests/pkt" "$work/tests/pkt"
look() {
    scripts/mutants --root "$work" --with cells --only "TIMEOUT_2MSL in TIME_WAIT if ALWAYS: without"
}
name='TIMEOUT_2MSL in TIME_WAIT if ALWAYS: without DELETE'
fails "a mutant that survives" "row [0-9]* survives: $name" look
printf '# why\n%s\tno program of this test looks\n' "$name" >"$work/tests/mutants/equivalent.tsv"
passes "a survivor with an explanation" look
printf '%s\tit is not so\n' "${name%DELETE}SEND_FIN" >"$work/tests/mutants/equivalent.tsv"
fails "an explanation of no mutant" 'stale, no such mutant: .*SEND_FIN' look
printf '%s\n' "$name" >"$work/tests/mutants/equivalent.tsv"
fails "an explanation without a reason" 'no reason for' look
printf '%s\tnot so\n' "$name" >"$work/tests/mutants/equivalent.tsv"
fails "an explanation of what is killed" "stale, table kills it: $name" \
    scripts/mutants --root "$work" --with table --only "$name"

exit $failures
