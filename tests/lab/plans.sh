#!/bin/sh
# plans.sh: the lesson plans can be held: 120 minutes without a gap, scenarios and commands that there are, worksheets
# with questions, keys without a hole, quizzes that run.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}
LAB=$build/san/lucid-lab
export LAB
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

verdict() {
    if [ "$1" -eq 0 ]; then echo "ok $2"; else echo "not ok $2" && cat "$dir/said" 2>/dev/null; fi
}

commands=$("$LAB" --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
for plan in docs/labs/plans/plan-*.md; do
    name=$(basename "$plan" .md)

    # | 10-25 | ... |: from 0 to 120, each block where the one before ends.
    sed -n 's/^| \([0-9]*\)-\([0-9]*\) |.*/\1 \2/p' "$plan" |
        awk '$1 != at { print "after minute " at + 0 " comes " $1; bad = 1 } { at = $2 }
            END { if (at != 120) { print "it ends at minute " at; bad = 1 } exit bad }' >"$dir/said"
    verdict $? "$name: two hours without a gap"

    scripts/worksheet "$plan" >"$dir/sheet" 2>"$dir/said" && [ "$(grep -c '^\*\*[0-9]*\.\*\* ' "$dir/sheet")" -gt 4 ] &&
        grep -q '^Hours spent' "$dir/sheet"
    verdict $? "$name: a worksheet with questions"

    scripts/worksheet --key --seed 5 "$plan" >"$dir/key" 2>"$dir/said" &&
        awk -F '\t' '!/^#/ && $2 == "" { print; bad = 1 } END { exit bad || !NR }' "$dir/key" >"$dir/said"
    verdict $? "$name: a key without a hole"

    # Scenarios of the table are on the worksheet, but for those that only fast groups do.
    : >"$dir/said"
    sheet=$(sed -n 's/^<!-- worksheet: \(.*\) -->$/\1/p' "$plan")
    for id in $(sed -n '/^| [0-9]/p' "$plan" | grep -o 'L[0-9][0-9]' | sort -u); do
        case " $sheet L06 L35 " in
        *" $id "*) ;;
        *) echo "$id is not on the worksheet" >>"$dir/said" ;;
        esac
    done
    [ ! -s "$dir/said" ]
    verdict $? "$name: its scenarios are on the worksheet"
done

# Guides and plans name commands and scenarios that there are, and files that are there.
for page in docs/labs/*/*.md; do
    : >"$dir/said"
    for word in $(grep -o 'lucid-lab [a-z][a-z]*' "$page" | sed 's/.* //' | sort -u); do
        echo "$commands" | grep -qx "$word" || echo "lucid-lab has no command $word" >>"$dir/said"
    done
    for id in $(grep -o '\bL[0-9][0-9]\b' "$page" | sort -u); do
        "$LAB" show "$id" >/dev/null 2>&1 || echo "there is no $id" >>"$dir/said"
    done
    for link in $(grep -o '](\.*[a-z/.-]*\.md)' "$page" | tr -d '()]'); do
        [ -f "$(dirname "$page")/$link" ] || echo "$link is not there" >>"$dir/said"
    done
    [ ! -s "$dir/said" ]
    verdict $? "$page: what it names is there"
done

# What the quiz says about its own run. That each question has an answer, key.sh shows.
for quiz in docs/labs/plans/quiz-*.lab; do
    "$LAB" run "$quiz" --headless --out "$dir/out" >"$dir/said" 2>&1 && ! grep -q FAIL "$dir/said"
    verdict $? "$(basename "$quiz"): what it says about itself is true"
done

scripts/worksheet --pictures "$dir/pictures" docs/labs/plans/plan-d.md >"$dir/said" 2>&1 &&
    ls "$dir"/pictures/L11/*.svg >/dev/null && [ ! -e "$dir/pictures/run" ]
verdict $? "pictures for slides"

scripts/worksheet >"$dir/said" 2>&1
[ $? -eq 2 ] && grep -q '^usage' "$dir/said"
verdict $? "worksheet without a plan says how"
scripts/worksheet README.md >"$dir/said" 2>&1
[ $? -eq 2 ] && grep -q 'has no line' "$dir/said"
verdict $? "worksheet of something else says what is missing"
