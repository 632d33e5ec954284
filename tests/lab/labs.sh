#!/bin/sh
# labs.sh: `lucid-lab run`, as somebody types it: every scenario with all its variants and some seeds; the same bytes
# the second time; predictions that are locked, right and wrong; mistakes on the command line.
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
lab=$build/san/lucid-lab
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
bad=0

ok() { echo "ok $1"; }
no() {
    echo "not ok $1"
    [ -s out ] && tail -20 out | sed 's/^/    /'
    bad=1
}
# expect STATUS NAME COMMAND...: what it prints is left in out
expect() {
    want=$1 name=$2
    shift 2
    "$@" </dev/null >out 2>&1
    got=$?
    if [ $got -eq "$want" ]; then ok "$name"; else no "$name: status $got instead of $want"; fi
}
says() { if grep -q -e "$2" out; then ok "$1"; else no "$1: nothing says '$2'"; fi; }

expect 0 "all scenarios, all variants, 3 seeds" "$lab" run all --seeds 3 --headless
says "they were not none" "^[1-9][0-9]* scenarios, [1-9][0-9]* runs, 0 failed"

# The same bytes, the header included.
for id in $("$lab" list | sed -n 's/^\(L[0-9]*\) .*/\1/p'); do
    : >fired
    for variant in $("$lab" show "$id" | sed -n '/^Variants/,/^$/s/^  \([a-z0-9]*\)  .*/\1/p') a; do
        for out in one two; do
            "$lab" run "$id" --variant "$variant" --headless --seed 7 --out "$out-$variant" >out 2>&1
        done
        cmp -s "one-$variant/$id-7/run.tlog" "two-$variant/$id-7/run.tlog" || no "$id $variant: the same log twice"
        # What happened, given as the answers, earns all points.
        awk -F '\t' '$1 == "item" && $3 == "predict" { print $2 "\t" $8 }' "one-$variant/$id-7/result.tsv" >answers
        "$lab" run "$id" --variant "$variant" --headless --seed 7 --out "three-$variant" --answers answers >out 2>&1 ||
            no "$id $variant: the outcome as the answers"
        # With its predictions and checks, the log comes again from its seed and commands.
        "$lab" check --again "three-$variant/$id-7/run.tlog" >out 2>&1 || no "$id $variant: its log, run again"
        sed -n 's/.*"rule":"\([^"]*\)".*/\1/p' "one-$variant/$id-7/run.tlog" >>fired
        rm -rf one-* two-* three-*
    done
    # Each section that a scenario names is one that happens in it.
    for rule in $("$lab" show "$id" | sed -n '/^Sections/,/^$/p' | grep -o '[0-9]*:[^ ]*'); do
        grep -qxF -e "$rule" fired || no "$id: it names $rule, and nothing happens by that rule"
    done
done
[ $bad -eq 0 ] && ok "the same log twice, and the outcome is the right answer, in every variant"

# Predictions.
printf 'p1\t0 1 2\np2\tSYN-RECEIVED\np3\t3\n' >answers
expect 0 "predict reads and locks" "$lab" predict L02 -f answers --seed 9
expect 1 "run takes the locked answers" "$lab" run L02 --seed 9 --headless
says "two of three times" "^  part 2/3  p1"
says "and the misconception" "B never saw the SYN"
says "the outcome stands beside it" "outcome *LISTEN"
if grep -q '"ev":"predict","id":"p2","answer":"SYN-RECEIVED","hash":"[0-9a-f]\{64\}"' lab-out/L02-9/run.tlog; then
    ok "the answers are in the log"
else
    no "the answers are in the log"
fi
first=$(grep -n '"ev":"seg_tx"' lab-out/L02-9/run.tlog | head -1 | cut -d: -f1)
last=$(grep -n '"ev":"predict"' lab-out/L02-9/run.tlog | tail -1 | cut -d: -f1)
if [ "$last" -lt "$first" ]; then ok "before the first segment"; else no "before the first segment"; fi
hash=$(printf 'p2\tSYN-RECEIVED' | sha256sum | cut -d' ' -f1)
if grep -q "$hash" lab-out/L02-9/predictions.tsv; then ok "with their SHA-256"; else no "with their SHA-256"; fi
expect 0 "a second try is another folder" "$lab" run L02 --seed 9 --headless
if grep -q "$(printf '^try\t2$')" lab-out/L02-9.2/result.tsv; then ok "and is called so"; else no "and is called so"; fi
says "of its own" "lab-out/L02-9.2"
printf 'p1\t190\n' >answers
expect 0 "answers for a variant" "$lab" predict L02 --variant b -f answers --seed 11
expect 2 "are none for another" "$lab" run L02 --headless --seed 11
says "one is told" "locked for variant b"
expect 1 "but for that one" "$lab" run L02 --variant b --headless --seed 11
printf 'p1\tsoon\n' >answers
expect 2 "an answer that cannot be one" "$lab" run L02 --headless --answers answers
says "is refused with its line" "answers:1: .soon. cannot be an answer"
expect 0 "list knows the best" "$lab" list
says "run" "^L02 .* 8/8"
expect 2 "a release that nothing is of" "$lab" list --release R9
says "is said so" "no scenario is of release R9"

printf '\n\n\n\n\n\n\n\n' >answers
expect 2 "no answer at all" sh -c "'$lab' predict L02 --seed 13 <answers"
says "locks nothing" "nothing was locked"
if [ ! -e lab-out/L02-13 ]; then ok "and leaves nothing behind"; else no "and leaves nothing behind"; fi

# Captures.
expect 0 "a run with its packets" "$lab" run L02 --seed 12 --headless --pcap
if [ "$(od -An -tx4 -N4 --endian=little lab-out/L02-12/run.pcap | tr -d ' ')" = a1b23c4d ]; then
    ok "in run.pcap, with nanoseconds"
else
    no "in run.pcap, with nanoseconds"
fi

# On a terminal one may go on stepping beyond the end of the scenario: what was earned is earned.
cat >keys.py <<'EOF'
import fcntl, os, pty, select, struct, sys, termios
pid, fd = pty.fork()
if not pid:
    os.environ["TERM"] = "xterm"
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    os.execv(sys.argv[2], sys.argv[2:])
keys = list(sys.argv[1])
while True:
    if not select.select([fd], [], [], 0.3)[0]:
        os.write(fd, (keys.pop(0) if keys else "q").encode())
        continue
    try:
        sys.stdout.buffer.write(os.read(fd, 65536))
    except OSError:
        break
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
EOF
printf 'p1\t3\np2\tstraight to TIME-WAIT\np3\tFA\n' >answers
if command -v python3 >/dev/null; then
    expect 0 "stepping on beyond the end" python3 keys.py "G  " "$lab" run L11 --tui --seed 13 --answers answers
    says "was possible" "240.240"
    says "costs nothing" "^10 of 10 points"
else
    echo "skip stepping on beyond the end: no python3"
fi

# Students have seeds of their own.
"$lab" run L02 --headless --student anna --out anna >/dev/null 2>&1
"$lab" run L02 --headless --student bert --out bert >/dev/null 2>&1
if [ "$(ls anna)" != "$(ls bert)" ]; then ok "two students, two seeds"; else no "two students, two seeds"; fi

# Narration, in both languages.
expect 0 "in a pipe it narrates" "$lab" run L02
says "with the questions before it" "^  . When (in s) are SYN 1, 2 and 3 sent"
says "in words" "A: the application connects: goes to SYN-SENT"
expect 0 "in Chinese" "$lab" run L02 --zh
says "too" "丢失的 SYN"

# An instructor's own folder comes first.
mkdir own
printf 'lab Z09 title.en "Mine" title.zh "我的" minutes 3\nnode A 10.77.0.1\nnode B 10.77.0.2\nat 0s A connect B:80\n\
run 1s\ncheck error A connect ECONNREFUSED\n' >own/Z09.lab
sed 's/lab Z09/lab L02/; s/title.en "[^"]*"/title.en "Another one"/' own/Z09.lab >own/L02.lab
expect 0 "a folder of scenarios" "$lab" list --labs own
says "of one's own" "^Z09 *Mine  *3 min  sim"
says "which come first" "^L02 *Another one"
says "beside ours" "^L01 *Three-way handshake"
expect 0 "they run by name" "$lab" run Z09 --labs own --headless
cp own/Z09.lab own/Z10.lab
expect 2 "a file with the name of another" "$lab" run Z10 --labs own --headless
says "is told apart" "own/Z10.lab:1:1: the file is named Z10, but says .lab Z09"
expect 2 "a folder that is not there" "$lab" list --labs nowhere
says "is said" "nowhere cannot be read"

# Mistakes.
expect 2 "no scenario of that name" "$lab" run L2 --headless
says "the nearest" "did you mean L02? .lucid-lab list"
expect 2 "no such variant" "$lab" run L02 --variant z
says "those there are" "it has a b c"
expect 2 "no such option" "$lab" run L02 --sed 3
says "the nearest one" "did you mean --seed?"
expect 2 "a seed that is no number" "$lab" run L02 --seed x
expect 2 "no such file" "$lab" run ./nowhere.lab
expect 2 "which scenario?" "$lab" run
expect 2 "a rule that there is not" "$lab" run L02 --headless --without backof
says "and its nearest" "backoff"
printf 'lab X title "T"\nnode A 10.77.0.1\nnode B 10.77.0.2\nat 0s A conect B:80\nrun 1s\n' >x.lab
expect 2 "a command that the world does not know" "$lab" run ./x.lab
says "with its place" "^lucid-lab: ./x.lab:4:7: .*connect"
printf 'lab X title "T"\nnode A 10.77.0.1\nnode B 10.77.0.2\nat 5s A connect B:80\nrun 1s\n' >x.lab
expect 0 "a time behind the end" "$lab" run ./x.lab --headless
says "is noticed" "never came: ./x.lab:4: A connect B:80"
exit $bad
