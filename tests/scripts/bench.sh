#!/bin/sh
# bench_table and bench_page: what they make of figures that are known.
set -u
. "$(dirname "$0")/lib"

PATH=$PATH:/usr/sbin:/sbin

# figures: lines of work, system, unit, value; from words.
figures() {
    tr -s ' \n' '\t\n' >"$work/figures"
    "$root/scripts/bench_table" "$work/figures" "$work/json" 'a "quick" machine' >"$work/table"
}
# has TEXT: the table has a line that is this, but for the number of spaces.
has() {
    tr -s ' ' <"$work/table" | grep -qxF -- "$1" || { cat "$work/table" && false; }
}
# json EXPRESSION: is true of the document, and of row[work, system].
json() {
    python3 -c 'import json, sys
document = json.load(open(sys.argv[1]))
row = {(r["work"], r["system"]): r for r in document["rows"]}
assert len(row) == len(document["rows"]), "a row is there twice"
sys.exit(not eval("(" + sys.argv[2] + ")"))' "$work/json" "$1" || { cat "$work/json" && false; }
}

figures <<'EOT'
up kernel MB/s 300
up lucid MB/s 400
up kernel MB/s 100
up lucid MB/s 500
up kernel MB/s 200
up lucid MB/s 60
up copying MB/s 170
up-64 kernel MB/s 100
up-64 lucid MB/s 360
echo kernel us 10
echo lucid us 9
echo99 kernel us 20
echo99 lucid us 15
small-64 nginx requests/s 1000
small-64 sockets requests/s 1100
small-64 httpd requests/s 1199
timewait many MB 81
idle-tcp lucid octets 512
closes few ns 10
closes many ns 16
share-server httpd us 4.3
EOT
passes "medians, their ratio, goal and spread; the stretch goal is reached" \
    has "bulk host -> stack, recv lending kernel 200.0 400.0 MB/s 2.00 >= 0.95 >= 1.1 stretch 60.00 to 500.0"
passes "the goal is reached, and no more" \
    has "bulk host -> stack, recv copying kernel 200.0 170.0 MB/s 0.85 >= 0.75 >= 0.9 met 170.0 to 170.0"
passes "many connections are compared with one of ours" \
    has "bulk host -> stack, 64 flows lucid, 1 flow 400.0 360.0 MB/s 0.90 >= 0.9 met 360.0 to 360.0"
passes "and the kernel's with one of its" \
    has "bulk host -> stack, 64 flows kernel, 1 flow 200.0 100.0 MB/s 0.50 100.0 to 100.0"
passes "less is better; what is met to the digit is met" \
    has "echo round trip, p50 kernel 10.00 9.00 us 0.90 <= 0.9 <= 0.8 met 9.00 to 9.00"
passes "and may reach the stretch goal" \
    has "echo round trip, p99 kernel 20.00 15.00 us 0.75 <= 0.9 <= 0.8 stretch 15.00 to 15.00"
passes "a goal that is not reached is said to be so" \
    has "HTTP 13 B, 64 connections, same server kernel, same server 1100 1199 requests/s 1.09 >= 1.1 >= 1.25 NOT MET \
1199 to 1199"
passes "a figure that is compared with nothing has a goal of its own" \
    has "memory of an idle connection - 512.0 octets <= 512 <= 320 met 512.0 to 512.0"
passes "and fails it" has "memory of a million in TIME-WAIT - 81.00 MB <= 64 NOT MET 81.00 to 81.00"
passes "a row without a goal is neither" has "CPU of a request, server's end - 4.30 us 4.30 to 4.30"
passes "the last line counts" has "7 of 10 goals are met"
passes "what was not measured has no row" test "$(grep -c . "$work/table")" -eq 14

passes "JSON: machine and rows, without quotes that end a text" json 'document["machine"] == "a quick machine"'
passes "JSON: each row has the five names and its spread" json 'all(
    {"work", "system", "value", "unit", "ratio_to_kernel", "least", "most"} <= set(r) for r in document["rows"])'
passes "JSON: the median" json 'row["bulk host -> stack, recv lending", "lucid"]["value"] == 400'
passes "JSON: the ratio to the kernel is that of the values" json 'all(
    abs(row[w, "lucid"]["ratio_to_kernel"] - row[w, "lucid"]["value"] / row[w, "kernel"]["value"]) < 1e-4
    for w, s in row if s == "kernel")'
passes "JSON: what is compared with it may be other work, with its own ratio to the kernel" \
    json 'row["bulk host -> stack, 64 flows", "lucid, 1 flow"]["ratio_to_kernel"] == 2
    and row["bulk host -> stack, 64 flows", "lucid"]["ratio_to_kernel"] == 3.6'
passes "JSON: Nginx stands on the kernel" json 'row["HTTP 13 B, 64 connections", "lucid"]["ratio_to_kernel"] == 1.199'
passes "JSON: what the kernel did not do has no ratio" \
    json 'row["memory of an idle connection", "lucid"]["ratio_to_kernel"] is None'
passes "JSON: base, ratio, goal and verdict" json 'all(
    abs(r["ratio"] - r["value"] / row[r["work"], r["base"]]["value"]) < 1e-4 for r in row.values() if r.get("base"))
    and row["a close, a million in TIME-WAIT", "lucid"]["met"] == "no"
    and row["echo round trip, p50", "lucid"]["met"] == "goal"
    and row["echo round trip, p99", "lucid"]["met"] == "stretch"'

mkdir "$work/docs"
"$root/scripts/bench_page" "$work/json" "$work"
passes "the page has the row" grep -qxF '| bulk host -> stack, recv lending | kernel | 200 | 400 | MB/s | 2.00 |' \
    "$work/docs/performance.md"
passes "and where less is better, what is in our favour" grep -qxF \
    '| echo round trip, p50 | kernel | 10.00 | 9.00 | us | 1.11 |' "$work/docs/performance.md"
passes "so has the plot, as XML" python3 -c 'import sys, xml.dom.minidom as dom
sys.exit("recv lending" not in dom.parse(sys.argv[1]).toxml())' "$work/docs/performance.svg"
passes "what was not measured beside ours is not spoken of" sh -c "! grep -q lwIP '$work/docs/performance.md'"

figures <<'EOT'
up kernel MB/s 200
up lucid MB/s 400
up lwip MB/s 50
echo kernel us 10
echo lucid us 5
echo lwip us 8
row lwip connections 3138
EOT
passes "lwIP has rows, without a goal" has "bulk host -> stack, lwIP kernel 200.0 50.00 MB/s 0.25 50.00 to 50.00"
passes "JSON: and a ratio to the kernel" json 'row["bulk host -> stack, lwIP", "lwip"]["ratio_to_kernel"] == 0.25'
passes "where its row of connections ends is a row" \
    has "in a row, then the next one hangs, lwIP - 3138 connections 3138 to 3138"
"$root/scripts/bench_page" "$work/json" "$work"
page=$work/docs/performance.md
passes "the page has it beside ours" grep -qxF '| bulk host -> stack, recv lending | kernel | 0.25 | 2.00 |' "$page"
passes "and where less is better" grep -qxF '| echo round trip, p50 | kernel | 1.25 | 2.00 |' "$page"
passes "and where its row ends" grep -q '^After 3138 connections in a row' "$page"
passes "and not among what is in our favour" sh -c "! grep -q '^|.*, lwIP' '$page'"
exit $failures
