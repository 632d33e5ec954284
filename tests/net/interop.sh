#!/bin/sh
# Other people's clients against lucid-httpd, on our stack and on the kernel's sockets: curl with what HTTP/1.1 has,
# wrk, ab, h2load in its HTTP/1.1 mode, Python's http.client, lynx and w3m. What comes is compared by its hash, not by
# exit status alone, and no tool may report a failed request. The browser is in browser.sh.
# In company.
set -u
. "$(dirname "$0")/server"

mkdir "$work/root/folder"
octets 20000 >"$work/root/page"
octets 3000000 >"$work/root/long"
printf 'text %s\n' $(seq 1000) >"$work/root/text.txt"
gzip -9 -n -k "$work/root/text.txt"
page_hash=$(hash_of <"$work/root/page")
long_hash=$(hash_of <"$work/root/long")
text_hash=$(hash_of <"$work/root/text.txt")
touch -d '2020-02-02 02:02:02 UTC' "$work/root/page"
cat >"$work/root/folder/index.html" <<'HTML'
<!doctype html><meta charset="utf-8"><title>Clients</title><h1>A folder</h1>
<p>For <b>text</b> browsers: <a href="/page?a=1&amp;b=2">the page</a>.
HTML

# code CURL-OPTION...: the status; the body goes to $work/got.
code() {
    rm -f "$work/got"
    get -o "$work/got" -w '%{http_code}' "$@"
}
got() {
    hash_of <"$work/got"
}
# part FROM COUNT: the hash of that many octets of the page.
part() {
    tail -c "+$(($1 + 1))" "$work/root/page" | head -c "$2" | hash_of
}
# effective FORMAT CURL-OPTION...: what curl says of the transfer.
effective() {
    format=$1
    shift
    get -o "$work/got" -w "$format" "$@"
}

# words: a text without its layout.
words() {
    tr -s ' \n' ' ' | sed 's/^ //; s/ $//'
}

# ---- curl ----

curl_ranges() {
    same "$1: curl --range, H56" "206 $(part 100 100)" "$(code --range 100-199 "$1/page") $(got)"
    same "$1: curl --range, the last octets, H57" "206 $(part 19500 500)" "$(code --range -500 "$1/page") $(got)"
    same "$1: curl --range, two, H56" "206 multipart/byteranges" \
        "$(effective '%{http_code} %{content_type}' --range 0-9,100-109 "$1/page" | cut -d ';' -f 1)"
    same "$1: curl --range, none such, H57" 416 "$(code --range 20000- "$1/page")"
    head -c 1234567 "$work/root/long" >"$work/rest"
    get -C - -o "$work/rest" "$1/long"
    same "$1: curl -C - goes on" "$long_hash" "$(hash_of <"$work/rest")"
}

curl_conditions() {
    same "$1: curl -z, not newer, H50" "304 0" "$(effective '%{http_code} %{size_download}' -z '3 Feb 2020' "$1/page")"
    same "$1: curl -z, newer" "200 $page_hash" "$(code -z '1 Jan 2020' "$1/page") $(got)"
    same "$1: curl --etag-save" "200" "$(code --etag-save "$work/tag" "$1/page")"
    same "$1: curl --etag-compare, H49" "304" "$(code --etag-compare "$work/tag" "$1/page")"
    same "$1: curl -R: when it was changed" "2020-02-02 02:02:02" \
        "$(get -R -o "$work/dated" "$1/page" && TZ=UTC date -r "$work/dated" '+%F %T')"
}

curl_uploads() {
    same "$1: curl -T -, chunked, H25" "200 $long_hash" "$(code -X POST -T - "$1/" <"$work/root/long") $(got)"
    get -v --expect100-timeout 9 -H 'Expect: 100-continue' --data-binary @"$work/root/long" -o "$work/got" \
        -w '%{time_total}' "$1/" >"$work/time" 2>"$work/told"
    same "$1: curl, Expect: 100-continue, H29" "$long_hash 1" \
        "$(got) $(grep -c '^< HTTP/1.1 100 Continue' "$work/told")"
    passes "$1: curl need not wait for it" awk '{ exit !($1 < 5) }' "$work/time"
    same "$1: curl --http1.0, no 100, H31" "200 $page_hash" \
        "$(code -0 --expect100-timeout 0.1 -H 'Expect: 100-continue' --data-binary @"$work/root/page" "$1/") $(got)"
    same "$1: curl -F, a form with a file" 200 "$(code -F 'a=b' -F "f=@$work/root/page" "$1/echo")"
    same "$1: curl -d, the form read" '"form":[["a","b c & d"]]' \
        "$(get -d 'a=b%20c+%26+d' "$1/anything" | grep -o '"form":[^}]*]]')"
}

curl_connections() {
    same "$1: curl, five on one connection, H42" "10000" \
        "$(effective '%{num_connects}' "$1/page" -o /dev/null "$1/page" -o /dev/null "$1/alive" \
            -o /dev/null "$1/none" -o /dev/null "$1/page")"
    get -0 -v -o "$work/got" "$1/page" 2>"$work/told"
    same "$1: curl --http1.0, H42" "1.0 200 $page_hash" \
        "$(sed -n 's/^> GET .* HTTP.\(1.0\).*/\1/p; s/^< HTTP.1.1 \([0-9]*\).*/\1/p' "$work/told" | words) $(got)"
    same "$1: curl -I, H34" "200 0 20000" "$(effective '%{http_code} %{size_download}' -I "$1/page") $(
        tr -d '\r' <"$work/got" | sed -n 's/^Content-Length: //p')"
    mkdir "$work/many"
    get -Z --parallel-max 10 --parallel-immediate -o "$work/many/#1" "$1/page?[1-40]" 2>"$work/told"
    same "$1: curl -Z, 40 at the same time" "40 $page_hash" \
        "$(sha256sum "$work"/many/* | cut -d ' ' -f 1 | sort | uniq -c | words)"
    rm -r "$work/many"
    same "$1: curl --http2 stays with HTTP/1.1, H41" "1.1 200 $page_hash" \
        "$(effective '%{http_version} %{http_code}' --http2 "$1/page") $(got)"
    same "$1: curl as to a proxy, H10" "200 $page_hash" \
        "$(effective '%{http_code}' --noproxy '' -x "$1:80" http://elsewhere.example/page) $(got)"
    same "$1: curl, OPTIONS *, H11" "204 0" \
        "$(effective '%{http_code} %{size_download}' -X OPTIONS --request-target '*' "$1/")"
    same "$1: curl, a tunnel is not made, H11" "000" \
        "$(effective '%{http_code}' --noproxy '' -p -x "$1:80" http://elsewhere.example/page 2>/dev/null)"
}

# method CURL-OPTION...: the method that arrives after a redirection.
method() {
    get -L "$@" | sed -n 's/^{"method":"\([A-Z]*\)".*/\1/p'
}

curl_redirects() {
    same "$1: curl -L, 301, 302, 303" "GET GET GET" \
        "$(method -d x "$1/redirect/301") $(method -d x "$1/redirect/302") $(method -d x "$1/redirect/303")"
    same "$1: curl -L, 307, 308" "POST POST" "$(method -d x "$1/redirect/307") $(method -d x "$1/redirect/308")"
    same "$1: curl -L --post301 --post302 --post303" "POST POST POST" \
        "$(method --post301 -d x "$1/redirect/301") $(method --post302 -d x "$1/redirect/302") $(
            method --post303 -d x "$1/redirect/303")"
    same "$1: curl -L, a folder, H62" "200 $1/folder/?x=1 1" \
        "$(effective '%{http_code} %{url_effective} %{num_connects}' -L "$1/folder?x=1")"
    same "$1: curl --path-as-is, H60" 400 "$(code --path-as-is "$1/../../etc/passwd")"
    same "$1: curl --path-as-is, encoded, H60" 400 "$(code --path-as-is "$1/%2e%2e/%2e%2e/etc/passwd")"
    same "$1: curl takes dots out itself" "200 $page_hash" "$(code "$1/folder/../page") $(got)"
    same "$1: curl -b" "a=b c=d" "$(get -b 'a=b; c=d' "$1/cookie" | tr '\n' ' ' | sed 's/ $//')"
    same "$1: curl --compressed" "200 $text_hash" "$(code --compressed "$1/text.txt") $(got)"
    same "$1: it came as the file text.txt.gz" "$(wc -c <"$work/root/text.txt.gz")" \
        "$(effective '%{size_download}' --compressed "$1/text.txt")"
    same "$1: curl without --compressed" "200 $text_hash" "$(code "$1/text.txt") $(got)"
}

# ---- tools that count ----

# missing TOOL: says that a tool is not here.
missing() {
    command -v "$1" >/dev/null && return 1
    echo "skip $1: it is not installed"
}

# A response is right when its body is.
cat >"$work/check.lua" <<'LUA'
local file = io.open(os.getenv("BODY"), "rb")
local body = file:read("*a")
local threads = {}
wrong, right = 0, 0
function setup(thread) table.insert(threads, thread) end
function response(status, headers, got)
    if status == 200 and got == body then right = right + 1 else wrong = wrong + 1 end
end
function done(summary, latency, requests)
    local errors, w, r = summary.errors, 0, 0
    for _, thread in ipairs(threads) do w = w + thread:get("wrong"); r = r + thread:get("right") end
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    print("verdict failed=" .. failed .. " wrong=" .. w .. " " .. (r > 100 and "enough" or "too few: " .. r))
end
LUA

with_wrk() {
    missing wrk && return
    same "$1: wrk, 16 connections for a second, each body compared" "verdict failed=0 wrong=0 enough" \
        "$(BODY=$work/root/page wrk -t 1 -c 16 -d 1s -s "$work/check.lua" "$1/page" | grep verdict)"
}

# ab_says AB-OPTION...: the numbers of its report that count.
ab_says() {
    ab -q "$@" 2>&1 | sed -n 's/^\(Complete\|Failed\|Non-2xx\|Keep-Alive\).*: *\([0-9]*\)$/\1 \2/p' | tr '\n' ' '
}

with_ab() {
    missing ab && return
    same "$1: ab, a connection each" "Complete 300 Failed 0 " "$(ab_says -n 300 -c 8 "$1/page")"
    same "$1: ab -k" "Complete 500 Failed 0 Keep-Alive 500 " "$(ab_says -n 500 -c 8 -k "$1/page")"
    same "$1: ab -k -p" "Complete 200 Failed 0 Keep-Alive 200 " \
        "$(ab_says -n 200 -c 8 -k -p "$work/root/page" -T text/plain "$1/")"
    same "$1: ab -i" "Complete 200 Failed 0 Keep-Alive 200 " "$(ab_says -n 200 -c 8 -k -i "$1/page")"
}

with_h2load() {
    missing h2load && return
    h2load --h1 -n 600 -c 12 -m 4 "$1/page" "$1/alive" >"$work/told" 2>&1
    has "$1: h2load --h1, none failed" "$work/told" \
        '600 done, 600 succeeded, 0 failed, 0 errored, 0 timeout'
    has "$1: h2load --h1, their status" "$work/told" 'status codes: 600 2xx, 0 3xx, 0 4xx, 0 5xx'
    same "$1: h2load, the octets of the bodies" "$((300 * 20000 + 300 * 5000))" \
        "$(sed -n 's/^traffic: .* (\([0-9]*\)) data$/\1/p' "$work/told")"
}

# ---- text browsers ----

# The page that explains itself, of a server without files.
own_page() {
    for browser in lynx w3m; do
        missing $browser && continue
        HOME=$work $browser -dump "$1/" >"$work/told"
        has "$1: $browser, the page that explains itself" "$work/told" 'This page came through Lucid'
    done
}

with_text_browsers() {
    if ! missing lynx; then
        same "$1: lynx -dump" "A folder For text browsers: the page." \
            "$(HOME=$work lynx -dump -nolist "$1/folder/" | words)"
        same "$1: lynx finds the link" "$1/page?a=1&b=2" \
            "$(HOME=$work lynx -dump -listonly "$1/folder/" | sed -n 's/^ *1\. //p')"
    fi
    if ! missing w3m; then
        same "$1: w3m -dump" "A folder For text browsers: the page." \
            "$(HOME=$work w3m -dump "$1/folder/" | words)"
    fi
}

clients() {
    curl_ranges "$1"
    curl_conditions "$1"
    curl_uploads "$1"
    curl_connections "$1"
    curl_redirects "$1"
    with_wrk "$1"
    with_ab "$1"
    with_h2load "$1"
    with_text_browsers "$1"
    python3 "$root/tests/net/http_clients.py" "$1" "$work/root" >"$work/told" 2>&1 ||
        echo "not ok http.client: it failed" >>"$work/told"
    sed "s#^\(not \)*ok #&$1: #" "$work/told"
    grep -qv '^ok' "$work/told" && failures=1
    same "$1: after all of them" "200 $page_hash" "$(code "$1/page") $(got)"
}

serve || exit 1
clients http://10.77.0.2
stop
serve --transport kernel || exit 1
clients http://127.0.0.1
stop
serve_with || exit 1
own_page http://10.77.0.2
stop
exit $failures
