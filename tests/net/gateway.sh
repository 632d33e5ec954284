#!/bin/sh
# lucid-httpd as a gateway, with its own TCP as client of servers of the kernel's: of uWSGI, of HTTP servers, of bad
# ones. http.md section 4; H65 to H67.
# In company.
set -u
. "$(dirname "$0")/server"

wsgi=
command -v uwsgi >/dev/null && uwsgi --plugins python3 --version >/dev/null 2>&1 && wsgi=1
odd="python3 $root/tests/net/odd_server.py"

start $odd 8001
octets 20000000 >big
big=$(hash_of <big)
pattern=$(python3 -c 'import sys; sys.path.insert(0, sys.argv[1]); import gateway_app as app; import sys
sys.stdout.buffer.write(app.pattern(20 << 20))' "$root/tests/net" | hash_of)
if [ -n "$wsgi" ]; then
    cat >uwsgi.ini <<END
[uwsgi]
plugins = python3
socket = [::]:3031
chdir = $root/tests/net
module = gateway_app:application
master = true
processes = 2
die-on-term = true
no-orphans = true
END
    start timeout -k 2 300 uwsgi --ini uwsgi.ini 2>"$work/uwsgi.log"
    eventually 20 listens 3031 || {
        not_ok "uWSGI does not start"
        cat "$work/uwsgi.log"
    }
else
    echo "skip $name: there is no uWSGI with Python; scripts/setup check installs it"
fi
eventually 20 listens 8001 || not_ok "the odd server does not start"
serve --upstream /app=uwsgi://10.77.0.1:3031 --upstream '/app6=uwsgi://[fd77::1]:3031' \
    --upstream /odd=http://10.77.0.1:8001/ --upstream /none=http://10.77.0.1:8009 \
    --upstream-time 0.5 --access-log "$work/access" || exit 1

# asked WHAT STATUS URL [CURL-OPTION...]: that status; the head is in $work/head, the body in $work/body.
asked() {
    what=$1 expected=$2
    shift 2
    same "$what" "$expected" "$(get -D "$work/head" -o "$work/body" -w '%{http_code}' "$@" 2>"$work/curl")"
}

# body WHAT TEXT: the latest body is this.
body() {
    same "$1" "$2" "$(cat "$work/body")"
}

# told PATTERN: the latest line of the server's about an upstream.
told() {
    tail -n 1 "$work/err" >"$work/last"
    has "it says: $1" "$work/last" "$1"
}

# ---- an application behind uWSGI ----

application() {
    app=http://10.77.0.2$1
    asked "$1: variables" 200 "$app/env/a%20b?x=%31&y" -d hello -H 'Content-Type: text/x' -H 'Cookie: a=1' \
        -H 'Cookie: b=2' -H 'Proxy: http://evil/' -H 'X_A: 1' -H 'X-A: 2' -H 'X-B: 3' -H 'Connection: X-B'
    for line in "CONTENT_LENGTH='5'" "CONTENT_TYPE='text/x'" "HTTP_COOKIE='a=1; b=2'" "HTTP_HOST='10.77.0.2'" \
        "HTTP_X_A='2'" "PATH_INFO='/env/a b'" "QUERY_STRING='x=%31&y'" "REMOTE_ADDR='10.77.0.1'" \
        "REQUEST_METHOD='POST'" "REQUEST_SCHEME='http'" "REQUEST_URI='$1/env/a%20b\?x=%31&y'" "SCRIPT_NAME='$1'" \
        "SERVER_NAME='10.77.0.2'" "SERVER_PORT='80'" "SERVER_PROTOCOL='HTTP/1.1'"; do
        has "$1: $line" "$work/body" "^$line\$"
    done
    same "$1: no HTTP_PROXY, and no more of X" 0 "$(grep -cE 'PROXY|HTTP_X_B|evil' "$work/body")"
    same "$1: 20 MB down" "$pattern" "$(get "$app/big" | hash_of)"
    same "$1: 20 MB up" "$big" "$(get "$app/hash" --data-binary @big)"
}

if [ -n "$wsgi" ]; then
    application /app
    application /app6
    app=http://10.77.0.2/app
    head -c 5000000 big >five
    same "5 MB up in chunks" "$(hash_of <five)" \
        "$(get $app/hash --data-binary @five -H 'Transfer-Encoding: chunked')"
    asked "chunks have a length behind us" 200 $app/length -d hello -H 'Transfer-Encoding: chunked'
    body "which is right" 5
    asked "chunks that are too much to be held" 413 $app/hash --data-binary @big -H 'Transfer-Encoding: chunked'
    asked "HEAD" 200 -I $app/env
    has "its length" "$work/head" '^Content-Length: [1-9]'
    asked "204" 204 $app/none
    asked "304" 304 $app/not-modified
    has "its tag" "$work/head" '^ETag: "a"'
    asked "303" 303 $app/redirect
    has "its place" "$work/head" '^Location: /app/env'
    asked "cookies" 200 $app/cookies -b c=3
    same "two of them" 2 "$(grep -c '^Set-Cookie: ' "$work/head")"
    has "a length unknown goes in chunks" "$work/head" '^Transfer-Encoding: chunked'
    body "and one that came" c=3
    asked "a stream" 200 $app/stream
    same "all of it" 5 "$(grep -c '^piece' "$work/body")"
    asked "a stream for HTTP/1.0" 200 -0 $app/stream
    same "ends with the connection" 0 "$(grep -ciE '^(transfer-encoding|content-length)' "$work/head")"
    same "all of it again" 5 "$(grep -c '^piece' "$work/body")"

    asked "an exception" 502 $app/raise
    told 'upstream 10\.77\.0\.1:3031 for /app/: it closed without an answer$'
    asked "a worker that dies" 502 $app/die
    asked "a header that is too large for uWSGI" 502 $app/env -H "X-Large: $(printf '%05000d' 0)"
    told 'closed without an answer.*the packet.s head had 5[0-9]* octets, and uWSGI takes 4096'
    asked "a slow application" 504 $app/slow
    told 'it has not answered in time$'
    asked "an answer that is too short" 200 $app/broken
    body "what there is of it" "too short"
    has "curl knows that it is too short" "$work/curl" 'curl: \(18\)'
    asked "and the application goes on" 200 $app/env
fi

# ---- HTTP servers, good and bad ----

other=http://10.77.0.2/odd
asked "a request" 200 "$other/request" -d hello -H 'Keep-Alive: 1'
has "its line has the other path" "$work/body" '^POST /request HTTP/1\.1.$'
has "Host is the client's" "$work/body" '^Host: 10\.77\.0\.2.$'
has "Via" "$work/body" '^Via: 1\.1 lucid.$'
has "X-Forwarded-For" "$work/body" '^X-Forwarded-For: 10\.77\.0\.1.$'
same "no Keep-Alive" 0 "$(grep -c Keep-Alive "$work/body")"
same "20 MB there and back" "$big" "$(get "$other/echo" --data-binary @big | hash_of)"
chunks=$($odd pattern 300000 | hash_of)
same "chunks" "$chunks" "$(get "$other/chunked" | hash_of)"
same "chunks for HTTP/1.0" "$chunks" "$(get -0 "$other/chunked" | hash_of)"
same "up to the end of the stream" "$($odd pattern 100000 | hash_of)" "$(get "$other/until-close" | hash_of)"
asked "octet by octet" 200 "$other/octet-by-octet"
body "octet by octet: the body" hello
asked "behind an interim answer" 200 "$other/early"
body "behind an interim answer: the body" hello
asked "204" 204 "$other/none"
asked "HEAD" 200 -I "$other/head"
has "HEAD: its length" "$work/head" '^Content-Length: 1000'
asked "410 is passed on" 410 "$other/gone"
asked "two lengths" 502 "$other/two-lengths"
told 'more than one Content-Length \(RFC 9112 6\.3\)$'
asked "an unknown coding" 502 "$other/gzip"
asked "not HTTP" 502 "$other/garbage"
asked "no answer" 504 "$other/silent"
asked "stuck in the body" 200 "$other/stuck"
body "what there is of it" hello
asked "reset in the body" 200 "$other/reset"
asked "refused" 502 http://10.77.0.2/none/
told 'upstream 10\.77\.0\.1:8009 for /none/: it refused the connection: no server listens there$'
used() {
    [ "$(ss -Htn state established 'sport = :8001' | wc -l)" -eq "$1" ]
}
get "$other/method" "$other/method" "$other/method" >/dev/null
passes "one connection has served, and waits" eventually 5 used 1

# ---- one side leaves ----

# The request takes the connection that waits, and both are given up.
curl -q -s --noproxy '*' --max-time 0.3 "$other/silent" >/dev/null
passes "the client has gone, and so has the connection behind us" eventually 5 used 0
has "the access log: its request, with 499" "$work/access" '"GET /odd/silent HTTP/1.1" 499 0 '
has "the access log: a 502" "$work/access" '"GET /odd/garbage HTTP/1.1" 502 '
alive "after all that"
same "nothing is wrong with the program" 0 "$(grep -vc '^lucid-httpd: upstream ' "$work/err")"
stop

# ---- the same over the kernel's sockets ----

other=http://127.0.0.1:8080/odd
serve --transport kernel --addr 127.0.0.1 --port 8080 --upstream /app=uwsgi://127.0.0.1:3031 \
    --upstream /odd=http://127.0.0.1:8001/ --upstream /none=http://127.0.0.1:8009 || exit 1
same "kernel: 20 MB there and back" "$big" "$(get "$other/echo" --data-binary @big | hash_of)"
same "kernel: chunks" "$chunks" "$(get "$other/chunked" | hash_of)"
asked "kernel: not HTTP" 502 "$other/garbage"
asked "kernel: reset in the body" 200 "$other/reset"
asked "kernel: refused" 502 http://127.0.0.1:8080/none/
told 'it refused the connection: no server listens there$'
if [ -n "$wsgi" ]; then
    same "kernel: 20 MB up" "$big" "$(get http://127.0.0.1:8080/app/hash --data-binary @big)"
    same "kernel: 20 MB down" "$pattern" "$(get http://127.0.0.1:8080/app/big | hash_of)"
    asked "kernel: an exception" 502 http://127.0.0.1:8080/app/raise
fi
exit $failures
