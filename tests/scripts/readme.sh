#!/bin/sh
# What README.md shows works: its C programs compile without a warning against the public headers alone, and run.
set -u
. "$(dirname "$0")/lib"

build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac

# Each block of C that follows a line "<!-- program NAME -->" becomes $work/NAME.c.
awk -v folder="$work" '
    /^<!-- program [a-z]+ -->$/ { name = $3 }
    /^```/ { if (inside) name = ""; inside = 0 }
    inside { print > (folder "/" name ".c") }
    /^```c$/ { inside = name != "" }' "$root/README.md"

compile() {
    ${CC:-cc} -std=gnu17 -Wall -Wextra -Wpedantic -Werror -I"$root/stack/include" -I"$root/tun/include" \
        -o "$work/$1" "$work/$1.c" "$build/liblucid-host.a" "$build/liblucid.a" -lpcap
}
# What it prints must stand below it in README.md.
prints() {
    "$work/$1" >"$work/printed" && [ -s "$work/printed" ] && while IFS= read -r line; do
        grep -qxF "$line" "$root/README.md" || return 1
    done <"$work/printed"
}

passes "README.md: has the program hello" test -s "$work/hello.c"
passes "README.md: hello compiles" compile hello
passes "README.md: hello prints what README.md says" prints hello
passes "README.md: has the program server" test -s "$work/server.c"
passes "README.md: server compiles" compile server

# check_readme looks at docs/performance.md too, and at whole options.
copy stack/include scripts/check Makefile
put README.md </dev/null
put docs/performance.md <<'EOT'
`build/lucid-bench requests --octet 13`, `make bench-all` and `build/lucid-bench requests --octets 13`
EOT
checks() {
    BUILD=$build "$root/scripts/check_readme" "$work"
}
fails "an option of which --help has only a longer one" "performance.md:1: lucid-bench --help has no --octet$" checks
fails "a target that there is not" "performance.md:1: the Makefile has no target bench-all" checks

exit $failures
