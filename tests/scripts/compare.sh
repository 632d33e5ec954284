#!/bin/sh
# lucid-compare: TCP and UDP through the same losses, what is the same each time, what must hold whatever the link does;
# and check_examples, which compares documents with what it prints.
set -u
. "$(dirname "$0")/lib"

build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
compare="$build/san/lucid-compare"

# figure NAME: the two numbers of a row, UDP's and TCP's.
figure() {
    sed -n "s/^ *$1  *\([0-9.]*\)  *\([0-9.]*\)$/\1 \2/p" "$work/out"
}
is() {
    [ "$(figure "$1")" = "$2" ]
}
course() {
    "$compare" "$@" >"$work/out" 2>&1
}

# A link that does nothing: both the same, but for the handshake.
course --faults delay=20ms
passes "a good link: all come" is 'that came' '100 100'
passes "a good link: nothing is sent again" is 'that were sent again' '0 0'
passes "a good link: TCP's first message comes two ways later" is 'first message received, ms' '20.0 60.0'
passes "a good link: nobody waits for another" is 'that were there, and waited for an earlier one' '0 0'

# Losses, doubles and another order, whatever they are: UDP shows them all, TCP none, and later.
same=0 lost=0 twice=0 order=0 again=0 waiting=0 bad=
for seed in 1 2 3 4 5 6 7 8; do
    course --faults "loss=5%,reorder=5%,dup=5%,corrupt=2%,delay=20ms,seed=$seed" || bad="$bad status:$seed"
    is 'that came' "$(figure 'that came' | sed 's/ .*//') 100" || bad="$bad came:$seed"
    [ "$(figure 'that came twice' | sed 's/.* //')" = 0 ] || bad="$bad twice:$seed"
    [ "$(figure 'that came behind a later one' | sed 's/.* //')" = 0 ] || bad="$bad order:$seed"
    cp "$work/out" "$work/before"
    course --faults "loss=5%,reorder=5%,dup=5%,corrupt=2%,delay=20ms,seed=$seed"
    cmp -s "$work/out" "$work/before" && same=$((same + 1))
    lost=$((lost + $(figure 'that never came' | sed 's/ .*//')))
    twice=$((twice + $(figure 'that came twice' | sed 's/ .*//')))
    order=$((order + $(figure 'that came behind a later one' | sed 's/ .*//')))
    again=$((again + $(figure 'that were sent again' | sed 's/.* //')))
    waiting=$((waiting + $(figure 'that were there, and waited for an earlier one' | sed 's/.* //')))
done
passes "TCP: all, once, in order, with eight seeds:$bad" [ -z "$bad" ]
passes "the same seed, the same output" [ $same = 8 ]
passes "UDP: $lost of 800 lost, with 7 in a hundred lost or damaged" [ $lost -gt 30 -a $lost -lt 90 ]
passes "UDP: $twice came twice, $order in another order" [ $twice -gt 15 -a $order -gt 15 ]
passes "TCP: $again sent again, $waiting waited for them" [ $again -gt 20 -a $waiting -gt $again ]

course --faults loss=100%
passes "nothing comes through: status 1" [ $? = 1 ]
passes "nothing comes through: TCP says so" grep -q '^TCP: .* was told ETIMEDOUT$' "$work/out"
course --closed
passes "nobody listens: both are told" [ "$(grep -c 'was told ECONNREFUSED$' "$work/out")" = 2 ]
passes "nobody listens: TCP asks once" [ "$(figure 'packets from the sender' | sed 's/.* //')" = 1 ]
for wrong in "--messages 0" "--messages 1x" "--size 3" "--interval x" "--faults rain=1%" "--nothing" word "--size"; do
    # shellcheck disable=SC2086
    course $wrong
    passes "status 2: $wrong" [ $? = 2 ]
    passes "one sentence: $wrong" [ "$(wc -l <"$work/out")" = 1 ]
done

# check_examples: what is shown must be what is printed.
passes "the documents show what is printed" env BUILD="$build" "$root/scripts/check_examples"
put docs/a.md <<'EOT'
Text.

```
$ build/lucid-compare --messages 3
stale
```
EOT
fails "a stale example" '^docs/a.md:3: .*--renew' env BUILD="$build" "$root/scripts/check_examples" "$work"
BUILD=$build "$root/scripts/check_examples" --renew "$work"
passes "renewed" env BUILD="$build" "$root/scripts/check_examples" "$work"
passes "with the output" grep -q '^messages sent  *3  *3$' "$work/docs/a.md"
exit $failures
