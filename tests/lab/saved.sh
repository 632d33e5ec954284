#!/bin/sh
# saved.sh: what is saved from play is a scenario: it can be run, and does the same.
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
lab=$build/san/lucid-lab
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1

cat >script <<'END'
B listen 80 app echo
wire drop next A->B where SYN tag lost
A connect B:80 from 40000
run until A.state=ESTABLISHED max 60s
A send "hello"
step 3
wire hold next A->B
A close
run 2s
wire release all
run 1s
save mine.lab
END
if ! "$lab" play --seed 5 --script script --keep played.tlog >out 2>&1; then
    echo "not ok a script is played, and saved"
    exit 1
fi
echo "ok a script is played, and saved"
if ! "$lab" run ./mine.lab --seed 5 --headless >out 2>&1; then
    echo "not ok what was saved can be run"
    sed 's/^/    /' out
    exit 1
fi
echo "ok what was saved can be run"
sed 1d played.tlog >played
sed 1d lab-out/MINE-5/run.tlog >again
if cmp -s played again; then
    echo "ok and every event is the same"
else
    echo "not ok and every event is the same"
    diff played again | head -5 | cut -c1-150 | sed 's/^/    /'
    exit 1
fi
