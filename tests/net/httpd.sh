#!/bin/sh
# lucid-httpd and the kernel's curl, over IPv4 and IPv6, on a stack of ours and on the kernel's sockets: pages, files,
# methods, errors, connections that are kept; what is in use already, what the command line may not say, and that Ctrl-C
# leaves nothing.
# In company.
set -u
. "$(dirname "$0")/server"

octets 10485760 >"$work/root/ten"
long_hash=$(hash_of <"$work/root/ten")
mkdir "$work/root/folder"
echo "<p>the index</p>" >"$work/root/folder/index.html"
yes "a text that can be made shorter" | head -n 10000 >"$work/root/long.txt"
gzip -k "$work/root/long.txt"

# answer CURL-OPTION...: the status and the hash of the body.
answer() {
    code=$(get -g -o "$work/body" -w '%{http_code}' "$@")
    echo "$code $(hash_of <"$work/body")"
}

# field NAME CURL-OPTION...: the value of a field of the answer.
field() {
    wanted=$1
    shift
    get -g -o /dev/null -D - "$@" | tr -d '\r' | sed -n "s/^$wanted: //Ip"
}

check_at() {
    url=$1
    same "$url: a page" "200 $alive_hash" "$(answer "$url/alive")"
    same "$url: ten megabytes" "200 $long_hash" "$(answer "$url/ten")"
    same "$url: HEAD has no body" "200 0" "$(get -g -I -o /dev/null -w '%{http_code} %{size_download}' "$url/ten")"
    same "$url: HEAD tells the length" 10485760 "$(field content-length -I "$url/ten")"
    same "$url: POST gives the body back" "200 $alive_hash" "$(answer --data-binary @"$work/root/alive" "$url/")"
    # Without Expect, which would make curl wait for a word of the server's.
    same "$url: POST of ten megabytes" "200 $long_hash" "$(answer -H Expect: --data-binary @"$work/root/ten" "$url/")"
    same "$url: a folder has its slash elsewhere" "308 /folder/" \
        "$(get -g -o /dev/null -w '%{http_code}' "$url/folder") $(field location "$url/folder")"
    same "$url: and there is its index" "200 $(hash_of <"$work/root/folder/index.html")" "$(answer -L "$url/folder")"
    same "$url: the form that is compressed already" "200 $(hash_of <"$work/root/long.txt") gzip" \
        "$(answer --compressed "$url/long.txt") $(field content-encoding --compressed "$url/long.txt")"
    same "$url: nothing there" 404 "$(answer "$url/nothing" | cut -c 1-3)"
    same "$url: nothing outside" 400 "$(answer --path-as-is "$url/../../../etc/passwd" | cut -c 1-3)"
    same "$url: a method that it does not have" "405 GET, HEAD, OPTIONS" \
        "$(answer -X DELETE "$url/alive" | cut -c 1-3) $(field allow -X DELETE "$url/alive")"
    same "$url: two requests on one connection" "200 1 200 0 " \
        "$(get -g -o /dev/null -o /dev/null -w '%{http_code} %{num_connects} ' "$url/alive" "$url/alive")"
    same "$url: HTTP/1.0 closes" "200 $alive_hash" "$(answer -0 "$url/alive")"
}

# check_config URL: the server was started with --config $work/web.conf, and serves $work/root. SIGHUP reads it again.
check_config() {
    mkdir -p "$work/other"
    echo other >"$work/other/alive"
    cp "$work/other/alive" "$work/other/index.html"
    printf '# another folder, and small bodies\nroot "%s"\nmax-body 10\nredirect 301 /old/* /\ntype .x image/x\n' \
        "$work/other" >"$work/web.conf"
    echo x >"$work/other/a.x"
    kill -HUP "$server"
    another_root() { [ "$(get "$1/alive")" = other ]; }
    passes "$1: SIGHUP reads the file again" eventually 5 another_root "$1"
    same "$1: another limit" 413 "$(answer --data-binary 01234567890 "$1/" | cut -c 1-3)"
    same "$1: a path that is elsewhere" "301 $1/?q other" \
        "$(get -o /dev/null -w '%{http_code} %{redirect_url}' "$1/old/x?q") $(get -L "$1/old/x" | head -n 1)"
    same "$1: a type that is said" image/x "$(field content-type "$1/a.x")"
    printf 'root "%s"\nmax-body ten\n' "$work/root" >"$work/web.conf"
    kill -HUP "$server"
    passes "$1: a file that is wrong" eventually 5 grep -q '^lucid-httpd: .*web.conf:2:10: max-body ten is no number' \
        "$work/err"
    same "$1: it says so in one line" 1 "$(wc -l <"$work/err")"
    same "$1: the old settings stay" "other 413" \
        "$(get "$1/alive") $(answer --data-binary 01234567890 "$1/" | cut -c 1-3)"
    printf 'root "%s"\n' "$work/nowhere" >"$work/web.conf"
    kill -HUP "$server"
    passes "$1: a folder that is not there" eventually 5 grep -q '^lucid-httpd: .*nowhere.*; nothing has changed' \
        "$work/err"
    same "$1: the old one stays" other "$(get "$1/alive")"
}

# What curl cannot say, to $server_address. RFC 9112 2.2, 3.2: refused with 400.
raw() {
    python3 -c '
import re, socket, sys
with socket.create_connection((sys.argv[2], 80), 5) as sock:
    sock.sendall(sys.argv[1].encode().decode("unicode_escape").encode("latin-1"))
    sock.shutdown(socket.SHUT_WR)
    octets = b""
    while part := sock.recv(65536):
        octets += part
print(*re.findall("HTTP/1.1 ([0-9]{3}) ", octets.decode("latin-1")))' "$1" "$server_address"
}

check_raw() {
    server_address=$1
    same "$1: two Host fields" 400 "$(raw 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')"
    same "$1: a space before the colon" 400 "$(raw 'GET / HTTP/1.1\r\nHost : a\r\n\r\n')"
    same "$1: no request at all" 400 "$(raw 'hello there\r\n\r\n')"
    one='GET /alive HTTP/1.1\r\nHost: a\r\n\r\n'
    same "$1: three requests at once" "200 404 200" \
        "$(raw "$one"'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'"$one")"
}

# wrong OPTION...: a command line that makes no sense: one sentence, 2, and nothing has changed.
wrong() {
    "$httpd" "$@" >"$work/wrong" 2>&1
    same "$*: exit status" 2 $?
    same "$*: one sentence" 1 "$(grep -c '^lucid-httpd: ' "$work/wrong")"
    same "$*: no more lines" 1 "$(wc -l <"$work/wrong")"
    ip link show dev lucid0 >/dev/null 2>&1 && not_ok "$*: it has made a device"
}

# fails_with PATTERN OPTION...: the server does not start and says why in one sentence.
fails_with() {
    pattern=$1
    shift
    timeout 10 "$httpd" "$@" >"$work/wrong" 2>"$work/wrong.err"
    same "$*: exit status" 1 $?
    same "$*: one line" 1 "$(wc -l <"$work/wrong.err")"
    same "$*: says why" 1 "$(grep -cE "$pattern" "$work/wrong.err")"
}

for bad in "--port 0" "--port 65536" "--port 80x" "--port" "--nonsense" "word" "--addr 10.77.0" "--addr 10.77.0.1" \
    "--addr 10.99.0.2" "--host-addr 10.77.0.1" "--faults loss=200%" "--faults rain=1%" "--msl 0" "--msl -1" \
    "--msl x" "--ladder 0" "--ladder x" "--ladder 1001" "--record x" "--record -1" \
    "--record 1001" "--tun a/b" "--tun thisnameistoolong" "--transport" \
    "--transport tcp" "--transport kernel --faults loss=1%" "--transport kernel --msl 1" \
    "--transport kernel --trace --port 8080"; do
    # shellcheck disable=SC2086
    wrong $bad
done
printf 'idle-time 5\n  idle 6\n' >"$work/web.conf"
wrong --config "$work/web.conf"
has "--config: it says where" "$work/wrong" "^lucid-httpd: $work/web.conf:2:3: idle is no setting: "
wrong --config "$work/no-such-file"
fails_with 'no-such-folder' --root "$work/no-such-folder"
fails_with 'no-such-folder' --pcap "$work/no-such-folder/pcap"
fails_with 'no-such-folder' --trace-json "$work/no-such-folder/trace"
fails_with 'no-such-folder' --access-log "$work/no-such-folder/log"
ip link show dev lucid0 >/dev/null 2>&1 && not_ok "a server that did not start has left a device"

serve --trace-json "$work/trace" --ladder 1 --access-log "$work/access" || exit 1
check_at http://10.77.0.2
check_at 'http://[fd77::2]'
check_raw 10.77.0.2
fails_with 'lucid0 is in use' --root "$work/root"
alive "after a second server that could not start"

# Logs are rotated: the file gets another name, SIGHUP opens a new one.
mv "$work/access" "$work/access.1"
kill -HUP "$server"
rotated() { get -o "$work/got" http://10.77.0.2/alive && [ -s "$work/access" ]; }
passes "SIGHUP opens the access log again" eventually 5 rotated
alive "after SIGHUP"

# Ctrl-C
stop
ip link show dev lucid0 >/dev/null 2>&1 && not_ok "Ctrl-C leaves the device"
passes "Ctrl-C leaves no device" [ ! -e /sys/class/net/lucid0 ]
passes "the trace is JSON to its last line" \
    python3 -c 'import json, sys; [json.loads(line) for line in open(sys.argv[1])]' "$work/trace"
passes "the access log has curl's request" \
    grep -qE '^10\.77\.0\.1 - - \[.*\] "GET /alive HTTP/1\.1" 200 5000 "-" "curl/' "$work/access" "$work/access.1"
passes "a ladder was drawn" grep -q '^connection 1: lucid 10.77.0.2:80' "$work/out"

printf 'root "%s"\n' "$work/root" >"$work/web.conf"
serve_with --config "$work/web.conf" || exit 1
check_config http://10.77.0.2
stop

# Another name, port and addresses
"$httpd" --tun other --addr 192.0.2.2 --host-addr 192.0.2.1/24 --port 8080 --root "$work/root" >"$work/out" 2>&1 &
server=$!
eventually 10 grep -q 'http://192.0.2.2:8080/ on other' "$work/out"
same "another device, address and port" "200 $alive_hash" "$(answer http://192.0.2.2:8080/alive)"
get --max-time 2 -o /dev/null http://192.0.2.2/alive 2>/dev/null && not_ok "it listens on port 80 too"
stop

# The kernel's sockets: the same server, and nothing of it is on a device.
fails_with '192.0.2.9 is no address of this machine' --transport kernel --addr 192.0.2.9
serve --transport kernel --access-log "$work/access.kernel" || exit 1
ip link show dev lucid0 >/dev/null 2>&1 && not_ok "--transport kernel has made a device"
check_at http://127.0.0.1
check_at 'http://[::1]'
check_raw 127.0.0.1
fails_with 'port 80 is in use' --transport kernel
mv "$work/access.kernel" "$work/access.1"
kill -HUP "$server"
rotated_kernel() { get -o "$work/got" http://127.0.0.1/alive && [ -s "$work/access.kernel" ]; }
passes "the kernel's sockets: SIGHUP opens the access log again" eventually 5 rotated_kernel
stop
printf 'root "%s"\n' "$work/root" >"$work/web.conf"
serve_with --transport kernel --config "$work/web.conf" || exit 1
check_config http://127.0.0.1
stop
listens 80 && not_ok "the port is still there"
: >"$work/out"
"$httpd" --transport kernel --addr ::1 --port 8080 >"$work/out" 2>&1 &
server=$!
eventually 10 grep -q 'http://\[::1\]:8080/ on the kernel' "$work/out"
same "an address of the kernel's" "200" "$(answer 'http://[::1]:8080/' | cut -c 1-3)"
get --max-time 2 -o /dev/null http://127.0.0.1:8080/ 2>/dev/null && not_ok "it listens on other addresses too"
kill -HUP "$server"
passes "SIGHUP with nothing to be read again says so" \
    eventually 5 grep -q 'there is neither; nothing has changed' "$work/out"
same "and changes nothing" "200" "$(answer 'http://[::1]:8080/' | cut -c 1-3)"
stop
# closed: the exit status of a server whose terminal is closed.
closed() {
    timeout 10 python3 -c '
import os, sys
child, terminal = os.forkpty()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
while b"on the kernel" not in os.read(terminal, 4096):
    pass
os.close(terminal)
print(os.waitpid(child, 0)[1])' "$httpd" --transport kernel --addr ::1 --port 8080
}
same "a server whose terminal is closed ends in order" 0 "$(closed)"
exit $failures
