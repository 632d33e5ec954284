#!/bin/sh
# slowhttptest's four attacks at once, each from a few hundred connections: heads that never end, bodies that never end,
# readers with tiny windows, hundreds of overlapping ranges; and besides readers of 20 kB/s, resets in mid-file and a
# hundred idle clients. Who behaves is served throughout, nearly as fast as alone; who attacks is ended. H47, H59, H64;
# RFC 9112 9.5; attacks AH5.
set -u
. "$(dirname "$0")/server"

octets 4000000 >"$work/root/file"
serve --head-time 2 --body-time 2 --send-time 3 --connections 2000 || exit 1

# attack NAME OPTION...: from 250 connections, for six seconds; what it says is in $work/NAME.
attack() {
    attack=$1
    shift
    start slowhttptest -c 250 -r 250 -l 6 -p 2 -i 1 "$@" >"$work/$attack" 2>&1
}

# said NAME: what the attack says, without colours.
said() {
    sed 's/\x1b\[[0-9;]*m//g' "$work/$1"
}

# never_shut_out NAME: whenever it looked, the service was there.
never_shut_out() {
    said "$1" | grep -q 'service available: *YES' && ! said "$1" | grep -q 'service available: *NO'
}

# all_gone: nobody is connected.
all_gone() {
    [ -z "$(ss -Htn dst 10.77.0.2)" ]
}

attacks="heads bodies readers ranges"
if command -v slowhttptest >/dev/null; then
    attack heads -H -u http://10.77.0.2/alive
    attack bodies -B -s 8192 -u http://10.77.0.2/
    attack readers -X -w 10 -y 20 -n 1 -z 5 -k 3 -u http://10.77.0.2/file
    attack ranges -R -a 10 -b 3000 -t GET -u http://10.77.0.2/file
else
    echo "skip $name: slowhttptest is not here to attack"
    attacks=
fi
passes "who behaves is served throughout" python3 "$root/tests/net/slow.py" 6
sed 's/^/# /' "$work/output"
# A reader that was reset goes on with what lies in its buffer and notices nothing; but its connection has gone.
[ -z "$attacks" ] || passes "slow readers: the attackers were ended" eventually 3 all_gone
for child in $children; do wait "$child" 2>/dev/null; done
children=
for attack in $attacks; do
    passes "slow $attack: the service was always there" never_shut_out "$attack"
done
for attack in ${attacks:+heads bodies ranges}; do
    said "$attack" >"$work/said"
    has "slow $attack: the attackers were ended" "$work/said" '^Exit status: *No open connections left'
done
alive "after the attacks"
exit $failures
