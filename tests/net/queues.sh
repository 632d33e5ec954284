#!/bin/sh
# lucid-httpd --queues 2: connections are spread over both queues, each request gets its answer, also through a gateway,
# whose connections begin on either queue; other settings are everybody's; it stops in order, and the device goes with
# it.
# In company.
set -u
. "$(dirname "$0")/server"

COUNT=200
for number in $(seq 0 $((COUNT - 1))); do
    echo "file $number" >"$work/root/file$number"
done
octets 20000000 >"$work/root/long"
long_hash=$(hash_of <"$work/root/long")
clients="timeout 30 python3 $root/tests/net/queues.py"

for wrong in 0 65 x; do
    "$httpd" --queues $wrong >"$work/output" 2>&1
    same "--queues $wrong is refused" 2 $?
done
"$httpd" --queues 2 --trace >"$work/output" 2>&1
same "--queues 2 --trace is refused" "2 1" "$? $(grep -c 'tells of one stack' "$work/output")"

cat >"$work/web.conf" <<END
access-log $work/access
upstream /up=http://10.77.0.1:8001/
END
echo "from behind" >"$work/behind"
start timeout 60 python3 -m http.server --bind 10.77.0.1 --directory "$work" 8001 >"$work/behind.log" 2>&1
serve --queues 2 --config "$work/web.conf" || exit 1
has "it says so" "$work/out" "on lucid0, 2 queues"
ip -d link show lucid0 >"$work/link"
has "the device has several queues" "$work/link" "multi_queue"

same "$COUNT connections" "2 queues, spread" "$($clients spread 10.77.0.2 $COUNT)"
same "$COUNT connections over IPv6" "good" "$($clients again fd77::2 $COUNT)"
same "each answer has a line, and each line is whole" "$((7 * COUNT)) 0" \
    "$(wc -l <"$work/access") $(grep -cvE '^(10\.77\.0\.1|fd77::1) .* "GET /[a-z0-9]+ HTTP/1.1" 200 [0-9]+ "-" "-"$' \
        "$work/access")"

$clients long 10.77.0.2 320
same "lines longer than a buffer are whole, too" "320 of one length" \
    "$(awk '/^10.*GET .file0[?]/ && length($0) > 4200 && /"$/ { n[length($0)]++ }
        END { for (l in n) print n[l] " of one length" }' "$work/access")"

# HTTP/1.0: a connection for each request, from whichever stack has the client.
ip addr show lucid0 | grep -q 10.77.0.1 && eventually 5 listens 8001 || not_ok "the server behind does not start"
for _ in $(seq 40); do
    get http://10.77.0.2/up/behind
done >"$work/got" 2>&1
same "40 requests to a server behind it" "40 from behind" "$(sort "$work/got" | uniq -c | sed 's/^ *//')"

# ---- other settings ----

rotated() {
    [ -e "$work/access" ]
}
mv "$work/access" "$work/access.1"
echo "redirect 302 /moved /alive" >>"$work/web.conf"
kill -HUP "$server"
passes "the access log is opened again" eventually 5 rotated
# moved: twenty clients get the redirect.
moved() {
    for _ in $(seq 20); do
        [ "$(get -o "$work/got" -w '%{http_code}' http://10.77.0.2/moved)" = 302 ] || return 1
    done
}
passes "all queues have other settings" eventually 5 moved
echo "nonsense" >>"$work/web.conf"
kill -HUP "$server"
passes "wrong settings are refused" eventually 5 grep -q 'nothing has changed' "$work/err"
alive "with the settings of before"

# ---- the end ----

for number in 1 2 3 4 5 6; do
    (get --limit-rate 20M http://10.77.0.2/long | hash_of >"$work/long$number") &
    eval "long$number=\$!"
done
sleep 0.3
kill -INT "$server"
passes "it ends in order" eventually 10 gone
wait "$server"
same "with 0" 0 $?
server=
for number in 1 2 3 4 5 6; do
    eval "wait \$long$number"
done
same "downloads on both queues are finished" "6 $long_hash" "$(cat "$work"/long? | sort | uniq -c | sed 's/^ *//')"
same "the device is gone" "" "$(ls /sys/class/net | grep lucid)"

serve --queues 4 || exit 1
get --limit-rate 1M -o /dev/null http://10.77.0.2/long 2>/dev/null &
sleep 0.3
kill -INT "$server"
sleep 0.3
kill -INT "$server"
passes "a second signal ends all queues at once" eventually 2 gone
wait "$server"
same "with 0, too" 0 $?
server=
exit $failures
