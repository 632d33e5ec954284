#!/bin/sh
# edges.sh: every edge of the RFC that lucid-lab calls reachable is walked by one of the plays in tests/lab/walks; what
# does not come out the same when it is run again does not count; and the check-list agrees with the table.
set -u
. "$(dirname "$0")/lib"

# After each run.
keep() {
    cp "$work/output" "$work/last"
}

passes "the audit" "$lab" edges --audit
keep
has "has nothing wrong" '^52 edges of the RFC: 50 in fsm\.def, 2 excused, 0 wrong$'
has "excuses E04 with a reason" '^ +excused, no row: no socket call turns a listener into a client'

mkdir "$work/logs"
for play in "$root"/tests/lab/walks/*.play; do
    name=$(basename "$play" .play)
    "$lab" play --script "$play" --keep "$work/logs/$name.tlog" >"$work/play" 2>&1 || {
        echo "not ok play $name"
        cat "$work/play"
    }
done
passes "all edges that can be walked" "$lab" edges "$work"/logs/*.tlog
keep
has "are 48, and 29 of them gold" '^48 of 48 edges, 29 of 29 gold; 4 of the RFC'
has "two rows for one segment are an edge" '^  E21  FIN-WAIT-1   -> TIME-WAIT     RCV_ACK_OF_FIN\+RCV_FIN  x1  gold'

fails "one log alone leaves some out" '^1[0-9] of 48 edges' "$lab" edges "$work/logs/close4.tlog"
keep
has "each with a hint" '^       hint: both close within one delay \(L12\)'

# What does not count.
sed 's/"from":"CLOSE-WAIT","to":"LAST-ACK"/"from":"CLOSE-WAIT","to":"CLOSING"/' "$work/logs/close4.tlog" \
    >"$work/forged.tlog"
fails "a forged log" 'does not count: event [0-9]+ is not what a run with this seed' "$lab" edges "$work/forged.tlog"
keep
has "counts for nothing" '^0 of 48 edges'
sed '1s/"seed":[0-9]*/"seed":99/' "$work/logs/close4.tlog" >"$work/seed.tlog"
fails "a log of another seed" 'does not count' "$lab" edges "$work/seed.tlog"
printf 'without time-wait\nB listen 80 app never-close\nA connect B:80\nskip 1s\n' |
    "$lab" play --keep "$work/without.tlog" >"$work/play" 2>&1
fails "a log with a rule taken away" 'does not count: a rule was taken away' "$lab" edges "$work/without.tlog"
fails "no log" 'cannot be (read|opened)|No such file' "$lab" edges "$work/none.tlog"

# A class.
mkdir -p "$work/class/ada/lab-out/L35-1" "$work/class/bob/L35-2"
cp "$work/logs/close4.tlog" "$work/class/ada/lab-out/L35-1/run.tlog"
cp "$work/logs/close4.tlog" "$work/logs/closing.tlog" "$work/class/bob/L35-2"
fails "a class" '^  E14  .* 2 of 2$' "$lab" edges --class "$work/class"
keep
has "who walked what" '^  E15  .* 1 of 2$'
fails "a class that is not there" 'is no folder' "$lab" edges --class "$work/none"
[ "$failures" -eq 0 ]
