#!/bin/sh
# Every page of lucid-httpd, as people see it: Chromium finds nothing to complain about, nothing sticks out of a phone,
# nothing is loaded from elsewhere, and every link answers; lynx and w3m show the same.
# In company.
set -u
. "$(dirname "$0")/server"

browser=1
if ! command -v node >/dev/null 2>&1; then
    echo "skip $name: node is not installed; scripts/setup check installs it"
    browser=
elif ! node -e 'process.exit(require(process.argv[1]).find() ? 0 : 1)' "$root/tests/lab/browser.js"; then
    echo "skip $name: Chromium is not installed; scripts/setup check installs it"
    browser=
fi

visit() {
    [ -z "$browser" ] || LC_ALL=C.UTF-8 node "$root/tests/net/pages.js" "$@" || failures=1
}

text_browser() {
    command -v "$1" >/dev/null 2>&1 || {
        echo "skip $name: $1 is not installed; scripts/setup check installs it"
        return
    }
    "$@" "http://10.77.0.2/" >"$work/text" 2>&1
    for word in connections /events /why /echo /drip 'Send it by GET' 'RFC 9293'; do
        has "$1 shows $word" "$work/text" "$word"
    done
    "$@" "http://10.77.0.2/why?id=1" >"$work/text" 2>&1
    has "$1 shows the octets" "$work/text" 'GET / HTTP/1\.1'
    has "$1 shows the ladder" "$work/text" 'SYN-RECEIVED'
}

serve_with --allow-faults || exit 1
get -o /dev/null http://10.77.0.2/
text_browser lynx -dump -width=100
text_browser w3m -dump -cols 100
visit http://10.77.0.2
same "a client that takes no HTML" OK "$(get -H 'Accept: text/plain' http://10.77.0.2/)"
stop
serve_with --transport kernel --addr 127.0.0.1 --port 8080 || exit 1
get http://127.0.0.1:8080/ >"$work/text"
has "on the kernel's transport / says whose TCP it is" "$work/text" '<code>--transport kernel</code>'
same "and names no option that is refused there" 0 "$(grep -c -e --trace -e --pcap -e --faults "$work/text")"
stop
exit $failures
