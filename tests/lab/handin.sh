#!/bin/sh
# handin.sh: what students hand in: `grade L01`, `collect` and `report` take points from runs that come out the same
# when they are run again, and from nothing else.
set -u
. "$(dirname "$0")/lib"

# Runs with standard output apart: in FOLDER, lab ARGUMENTS.
in_folder() {
    folder=$1
    shift
    (cd "$folder" && "$lab" "$@") >"$work/last" 2>"$work/errors"
}

mkdir -p "$work/class/ada/student" "$work/class/bob"
printf 'p1\t100 - S\np2\t300 101 SA\np3\t101 301 A\np5\t100\n' >"$work/answers"
in_folder "$work/class/ada" run L01 --headless --answers "$work/answers" --seed 5
in_folder "$work/class/ada" run L01 --headless
cp "$root/apps/lab/student/fsm.c" "$work/class/ada/student/fsm.c"
cp -R "$work/class/ada/lab-out" "$work/class/bob/lab-out"

in_folder "$work/class/ada" grade L01
passes "some points are missing: exit status 1" [ $? = 1 ]
has "the best run counts, the other is a try" '^  L01 +seed 1 .* 8/24  \(a try\)$'
has "what was wrong, and what happened" '^    p5 0/1  mine: 100; outcome: 101   \[9293:3\.10\.7\.3/4\]$'
has "the sum" '^17/24 points$'
in_folder "$work/class/ada" grade L01 --format csv --student 'Ada, "x"'
has "CSV with a name that needs care" '^"Ada, ""x""",L01,p3,3,3,5,[0-9a-f]{64}$'
in_folder "$work/class/ada" grade L01 --format tap
has "TAP" '^not ok [0-9]+ - L01 p5: mine: 100; outcome: 101$'
in_folder "$work/class/ada" grade L01 --format gradescope
has "Gradescope" '"name":"L01 p1","score":3,"max_score":3'
in_folder "$work/class/ada" grade L01 --format junit
has "JUnit" '<testcase classname="L01" name="L01 p5"><failure'
in_folder "$work" grade L01 --out class/ada/lab-out
has "runs somewhere else" '^17/24 points$'
in_folder "$work/class/ada" grade L02
has "no run of a scenario" 'has no run of L02' "$work/errors"

in_folder "$work/class/ada" grade L35 --format tap
has "the edge hunt" '^ok [0-9]+ - E08 RCV_SYN_ACK in SYN-SENT$'
has "in TAP" '^1\.\.48$'
in_folder "$work/class/ada" grade L35 --format csv
has "in CSV" '^,L35,edges,5,48,0,$'

# Bob changes his log: a better answer; and his result.
sed -i 's/"got":"4"/"got":"5"/' "$work/class/bob/lab-out/L01-5/run.tlog"
sed -i 's/^\(item.p5.*\)0\t1/\11\t1/' "$work/class/bob/lab-out/L01-5/result.tsv"
in_folder "$work/class/bob" grade L01
has "a changed log does not count" 'L01-5/run\.tlog does not count: line [0-9]+ of it'
has "the honest one does" '^8/24 points$'
in_folder "$work/class/bob" edges lab-out/L01-5/run.tlog
has "what it has walked it has walked" '^  E08 '
sed '$!b;s/.*/{"i":9/' "$work/class/bob/lab-out/L01-1/run.tlog" >"$work/cut.tlog"
in_folder "$work" edges cut.tlog
has "half a line is no log" 'cut\.tlog' "$work/errors"

in_folder "$work" collect class
has "a class: a student's prediction" '^ada,L01,p3,3,3,5,[0-9a-f]{64}$'
has "what was not predicted is wrong" '^bob,L01,p3,0,3,1,'
has "a machine that is not written" '^ada,L36,stage 1 open,0,16,,[0-9a-f]{64}$'
has "the edges" '^ada,L35,edges,5,48,,$'
has "every line has seven fields" '^student,lab,item,score,of,seed,hash$'
passes "no line has more or fewer" awk -F, 'NF != 7 { exit 1 }' "$work/last"
has "what was missed most" '^missed most: L01 p[45], by 1 of 1; 1 of them thought: ' "$work/errors"
has "whose log does not count" 'class/bob/lab-out/L01-5/run\.tlog does not count' "$work/errors"
in_folder "$work" collect nobody
has "no such class" 'nobody is no folder' "$work/errors"

in_folder "$work/class/ada" report -o page.html --student '<b>Ada</b>'
page=$work/class/ada/page.html
has "a report" 'Scenarios: 17 of 24 points' "$page"
has "with names escaped" '&lt;b&gt;Ada&lt;/b&gt;' "$page"
has "with predictions" '<td>100</td><td>101</td>' "$page"
has "with a ladder" '<img alt="The ladder of L01, seed 5" src="data:image/svg.xml;base64,' "$page"
has "with the hash of the log" "$(sha256sum "$work/class/ada/lab-out/L01-5/run.tlog" | cut -c 1-64)" "$page"
passes "that loads nothing" awk '/<script|<link|src="http|url\(/ { exit 1 }' "$page"
in_folder "$work/class/ada" report -o zh.html --zh
has "a report in Chinese" '<html lang="zh">.*实验报告' "$work/class/ada/zh.html"
has "with the scenario's own title" '<h2>L01 三次握手</h2>' "$work/class/ada/zh.html"
mkdir "$work/empty"
in_folder "$work/empty" report
has "nothing to report" 'has no run, and there is no student/fsm\.c' "$work/errors"
[ "$failures" -eq 0 ]
