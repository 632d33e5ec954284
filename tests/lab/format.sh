#!/bin/sh
# format.sh: the examples of docs/labs/en/format.md are scenarios: each runs, all its checks pass, its log can be true;
# and the page names every statement, check, attribute and value that the program knows.
set -u
cd "$(dirname "$0")/../.." || exit 1
lab=${BUILD:-build}/san/lucid-lab
page=docs/labs/en/format.md
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

# Cuts ```lab blocks into files 1.lab, 2.lab, ...
awk -v folder="$folder" '
    /^```lab$/ { inside = 1; file = folder "/" ++count ".lab"; next }
    /^```$/ { inside = 0 }
    inside { print > file }' "$page"

count=0
for file in "$folder"/*.lab; do
    [ -f "$file" ] || continue
    for variant in a $(sed -n 's/^variant \([a-z]*\).*/\1/p' "$file"); do
        count=$((count + 1))
        if "$lab" run "$file" --variant "$variant" --headless --out "$folder/out" >"$folder/said" 2>&1 &&
            ! grep -q '^ *FAIL' "$folder/said"; then
            echo "ok the example of the page, variant $variant"
        else
            cat "$folder/said"
            echo "not ok the example of the page, variant $variant"
        fi
    done
done
[ $count -ge 2 ] && echo "ok the page has examples" || echo "not ok the page has examples"

if find "$folder/out" -name run.tlog -exec "$lab" check {} + >"$folder/said" && grep -q ': good:' "$folder/said"; then
    echo "ok their logs can be true"
else
    cat "$folder/said"
    echo "not ok their logs can be true"
fi

# The words of tables in the source, each of which the page must have.
missing=
words() {
    for word in $(sed -n "$2" "$1"); do
        grep -qw -- "$word" "$page" || missing="$missing $word"
    done
}
words apps/lab/scenario_parse.c '/STATEMENTS\[\]/,/^};/s/^ *{"\([a-z]*\)".*/\1/p'
words apps/lab/check.c '/KINDS\[\]/,/^};/{s/[{}",]/ /g;s/check_[a-z]*//g;s/static const struct kind.*//;p}'
words apps/lab/node_set.c 's/^    {"\([a-z0-9-]*\)", \(LUCID\|FIELD\).*/\1/p'
words apps/lab/app_servers.c 's/.*\.name = "\([a-z-]*\)".*/\1/p'
words apps/lab/app_clients.c 's/.*\.name = "\([a-z-]*\)".*/\1/p'
words apps/lab/app_readers.c 's/.*\.name = "\([a-z-]*\)".*/\1/p'
words apps/lab/wire_command.c '/^    {"[a-z]*", *read_/{s/[{},]/ /g;s/read_[a-z]*//g;s/"//g;s/ list / /;p}'
words stack/core/whatif.c 's/^    {"\([a-z-]*\)", "[0-9]*:.*/\1/p'
if [ -z "$missing" ]; then
    echo "ok the page names every statement, check, key, application and word of the wire"
else
    echo "not ok the page does not name:$missing"
fi
