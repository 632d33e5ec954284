#!/bin/sh
# tools.sh: check, rules and ask as somebody types them.
set -u
cd "$(dirname "$0")/../.." || exit 1
lab=${BUILD:-build}/san/lucid-lab
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

# expect STATUS WHAT PATTERN COMMAND...: exit status, and a line that matches in what it prints.
expect() {
    want=$1 what=$2 pattern=$3
    shift 3
    "$@" </dev/null >"$dir/said" 2>&1
    status=$?
    if [ $status -eq "$want" ] && grep -qE -- "$pattern" "$dir/said"; then
        echo "ok $what"
    else
        echo "not ok $what: status $status, no line with $pattern"
        head -20 "$dir/said"
    fi
}

printf 'B listen 80 app echo\nA connect B:80\nrun max 1s\nA send "hello"\nrun max 1s\nA close\nrun max 300s\n' |
    "$lab" play --keep "$dir/good.tlog" >/dev/null 2>&1
sed 's/"to":"FIN-WAIT-1"/"to":"CLOSING"/' "$dir/good.tlog" >"$dir/forged.tlog"
sed '5s/,"t":/,"t";/' "$dir/good.tlog" >"$dir/broken.tlog"
sed '20,22d;19a{"t":40000000,"n":"A","ev":"lost","count":3}' "$dir/good.tlog" >"$dir/lost.tlog"

expect 0 "a true log is good" ': good: [0-9]* events of 2 nodes in 24[0-9]\.[0-9]* s, world sim$' \
    "$lab" check "$dir/good.tlog"
expect 1 "a forged transition is refused" 'event [0-9]*: A.s connection 1 goes from ESTABLISHED to CLOSING' \
    "$lab" check "$dir/forged.tlog"
expect 1 "and said to be so" 'refused: it contradicts itself in [1-9]' "$lab" check "$dir/forged.tlog"
expect 1 "one that lost events is unfit for grading" '3 events were lost .* unfit for grading' \
    "$lab" check "$dir/lost.tlog"
expect 2 "one that cannot be read: line and column" 'broken.tlog, line 5, column [0-9]*: expected a colon' \
    "$lab" check "$dir/broken.tlog"
expect 2 "no file" 'nothing.tlog cannot be read: No such file' "$lab" check "$dir/nothing.tlog"
expect 1 "the worst of several counts" ': good: ' "$lab" check "$dir/good.tlog" "$dir/forged.tlog"
expect 0 "its speed" 'MB read in .* s of processor time \(.* MB/s\), checked in' "$lab" check --time "$dir/good.tlog"
expect 2 "check without a file" 'usage: lucid-lab check' "$lab" check
expect 0 "a log from standard input" '^-: good' sh -c "'$lab' check - <'$dir/good.tlog'"

expect 0 "a rule" '^  stack/tcp/timeouts.c:[0-9]*  probe_window$' "$lab" rules 9293:MUST-36
expect 0 "its scenario" 'lucid-lab run L20' "$lab" rules MUST-36
expect 0 "a rule in Chinese" '零窗口探测' "$lab" rules MUST-36 --zh
expect 0 "rules of a section" '^9293:3.10.7.4/8/FIN-WAIT-1 ' "$lab" rules 3.10.7.4/8
expect 0 "rules of a scenario" '^9293:3.10.7.3/1 ' "$lab" rules l05
expect 0 "all rules" '^9293:MAY-18 ' "$lab" rules
expect 2 "no rule" 'nonsense is no rule; rules look like' "$lab" rules nonsense
[ "$("$lab" rules 9293:3.10.7.3/1 | grep -c '^9293:3.10.7.3/1')" -eq 1 ]
if [ $? -eq 0 ]; then echo "ok a rule is shown once"; else echo "not ok a rule is shown once"; fi

expect 0 "a question" 'lucid-lab run L13$' "$lab" ask why 2MSL
expect 0 "a question in Chinese has its answer in Chinese" '为什么是三次握手' "$lab" ask 为什么三次握手
expect 0 "a variant" 'lucid-lab run L14 --variant d' "$lab" ask "without time-wait"
expect 0 "without a question: the list" '^L05  Why three segments' "$lab" ask
expect 2 "what nobody asks" 'no experiment is known for that' "$lab" ask blue sky

printf 'A connect B:80\nrun max 1s\nwhy\n' | "$lab" play >"$dir/why" 2>&1
expect 0 "why names a scenario that is there" '^See it in: L15' cat "$dir/why"
expect 2 "a misspelt command: the nearest" 'rnu is not a command; did you mean `lucid-lab run`' "$lab" rnu L01
expect 2 "a command that is like none" 'xyzzy is not a command; `lucid-lab --help` lists them' "$lab" xyzzy
expect 2 "a forged log is not replayed" 'forged.tlog contradicts itself, first at event [0-9]*; `lucid-lab check`' \
    "$lab" replay "$dir/forged.tlog" --narrate
expect 2 "nor exported" 'forged.tlog contradicts itself' "$lab" export "$dir/forged.tlog" --svg -o "$dir/pictures"
expect 0 "a true one is" 'FIN-WAIT-1' "$lab" replay "$dir/good.tlog" --narrate
