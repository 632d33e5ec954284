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
short sockets connections/s 100
short httpd connections/s 120
small-64 nginx requests/s 1000
small-64 sockets requests/s 1100
small-64 httpd requests/s 1199
timewait many MB 81
idle-tcp lucid octets 512
closes few ns 10
closes many ns 21
EOT
passes "medians, their ratio, goal and spread; the stretch goal is reached" \
    has "bulk host -> stack, recv lending kernel 200.0 400.0 MB/s 2.00 >= 0.95 >= 1.1 stretch 60.00 to 500.0"
passes "the goal is reached, and no more" \
    has "bulk host -> stack, recv copying kernel 200.0 170.0 MB/s 0.85 >= 0.75 >= 0.9 met 170.0 to 170.0"
passes "many connections are compared with one of ours" \
    has "bulk host -> stack, 64 flows lucid, 1 flow 400.0 360.0 MB/s 0.90 >= 0.9 met 360.0 to 360.0"
passes "and the kernel's with one of its; a row without a goal is neither met nor not" \
    has "bulk host -> stack, 64 flows kernel, 1 flow 200.0 100.0 MB/s 0.50 100.0 to 100.0"
passes "less is better; what is met to the digit is met" \
    has "echo round trip, p50 kernel 10.00 9.00 us 0.90 <= 0.9 <= 0.8 met 9.00 to 9.00"
passes "and may reach the stretch goal" \
    has "echo round trip, p99 kernel 20.00 15.00 us 0.75 <= 0.9 <= 0.8 stretch 15.00 to 15.00"
passes "a goal that is not reached is said to be so" \
    has "HTTP 13 B, 64 connections, same server kernel, same server 1100 1199 requests/s 1.09 >= 1.1 >= 1.25 NOT MET \
1199 to 1199"
passes "without Nginx our own server on the kernel is compared with" \
    has "new connections with a request, 32 kernel, same server 100.0 120.0 connections/s 1.20 >= 1.3 >= 1.6 NOT MET \
120.0 to 120.0"
passes "a figure that is compared with nothing has a goal of its own" \
    has "memory of an idle connection - 512.0 octets <= 512 <= 320 met 512.0 to 512.0"
passes "and fails it" has "memory of a million in TIME-WAIT - 81.00 MB <= 64 NOT MET 81.00 to 81.00"
passes "the last line counts" has "7 of 11 goals are met"
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

# ---- the page ----

page=$work/docs/performance.md
mkdir "$work/docs"
make_page() {
    "$root/scripts/bench_page" "$work/json" "$work"
}
shows() {
    grep -qxF -- "$1" "$page"
}
passes "a page without parts" make_page
passes "is told so" test "$(grep -c '^Not measured in this run' "$page")" -eq 2
passes "a row says goal, stretch goal and verdict" \
    shows '| bulk host -> stack, recv lending | lucid | kernel | 200 | 400 | MB/s | 2.00 | >= 0.95 | >= 1.1 | stretch |'
passes "a goal that is missed is said to be" \
    shows '| memory of a million in TIME-WAIT | lucid |  |  | 81 | MB |  | <= 64 |  | **not met** |'
passes "a figure without a goal is there" \
    shows "| bulk host -> stack, 64 flows | kernel | kernel, 1 flow | 200 | 100 | MB/s | 0.50 |  |  |  |"
passes "every row of the JSON is on the page" python3 -c 'import json, sys
page = open(sys.argv[2]).read()
sys.exit(any("| %(work)s |" % row not in page for row in json.load(open(sys.argv[1]))["rows"]))' "$work/json" "$page"
passes "what is missed is named in a sentence" grep -q 'Of 11 goals 7 are met.*Not met: .*TIME-WAIT; a close' "$page"

# A row that nobody knows yet, and parts of all kinds.
sed 's/"rows": \[/&\n{"work": "a new work", "system": "another", "value": 7, "unit": "x"},/' "$work/json" \
    >"$work/json.json"
printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' \
    part "a thing" "a call" call 2 500 "build/lucid-bench parts" \
    part "a thing" "noise" kernel 1 -100 "build/lucid-bench parts" \
    part "a thing" "stack" stack 1 1000 "build/lucid-bench requests --bare" >"$work/json-parts.tsv"
printf 'grow\t%s\t%s\t%s\t%s\t%s\n' "active, in memory" 8 900 ns "build/lucid-bench requests --connections 8" \
    "active, in memory" 1 1800 ns "build/lucid-bench requests --connections 1" \
    "loss, goodput" 0.1 54.5 Mbit/s "build/lucid-bench loss --percent 0.1" >>"$work/json-parts.tsv"
passes "a page with parts, and without what valgrind counts" "$root/scripts/bench_page" "$work/json.json" "$work"
passes "a row that compares nothing is there too" shows '| a new work | another |  |  | 7 | x |  |  |  |  |'
passes "a part: how often, each, all, and its command" \
    shows '| a call | 2 | 0.50 | 1.00 | `build/lucid-bench parts` |'
passes "and their sum" shows '| **all** |  |  | **1.90** |  |'
passes "growth" shows '| active, in memory | 8 | 900 | ns | `build/lucid-bench requests --connections 8` |'
passes "losses, of which only one thing is known" \
    shows '| 0.1 % | 54.5 |  |  | `build/lucid-bench loss --percent 0.1` |'
passes "every picture is there, has a title, and no text runs into another in its line" python3 -c '
import re, sys, xml.dom.minidom as dom
pictures = re.findall(r"\]\(([^)]*\.svg)\)", open(sys.argv[1] + "/performance.md").read())
assert {"performance.svg", "performance-parts.svg", "performance-loss.svg"} <= set(pictures), pictures
for name in pictures:
    drawn = dom.parse(sys.argv[1] + "/" + name)
    assert drawn.getElementsByTagName("title")[0].firstChild.data
    width = float(drawn.documentElement.getAttribute("width"))
    for words in drawn.getElementsByTagName("text"):
        x, letters, kind = float(words.getAttribute("x")), len(words.firstChild.data), words.getAttribute("class")
        right = x if "end" in kind else x + letters * 7 / (2 if "middle" in kind else 1)
        assert right <= width and right - letters * 7 >= -7, (name, words.toxml())' "$work/docs"
flows() {
    [ "$(grep -c 'stack, 64 flows' "$page")" -eq 2 ] &&
        [ "$(grep -c 'class="">bulk host -&gt; stack, 64 flows' "$work/docs/performance.svg")" -eq 1 ]
}
passes "the kernel's own flows are on the page, and in the plot only ours" flows
passes "in the plot less is turned round: 9 us to 10 us are 1.11" \
    grep -q 'echo round trip, p50: 1.11;' "$work/docs/performance.svg"

"$root/scripts/bench_parts" nothing >"$work/output" 2>&1
passes "a work that there is not is wrong usage" test $? -eq 2
passes "what was not measured beside ours is not spoken of" sh -c "! grep -q lwIP '$page'"

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
make_page
passes "the page has it beside ours" grep -qxF '| bulk host -> stack, recv lending | kernel | 0.25 | 2.00 |' "$page"
passes "and where less is better" grep -qxF '| echo round trip, p50 | kernel | 1.25 | 2.00 |' "$page"
passes "and where its row ends" grep -q '^After 3138 connections in a row' "$page"
passes "and not among what is in our favour" sh -c "! grep -q '^|.*, lwIP' '$page'"
exit $failures
