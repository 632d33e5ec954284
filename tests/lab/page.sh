#!/bin/sh
# The page of the lab in a browser without a window: tests/lab/page.js says what is tried. Needs node and Chromium;
# the lab is served on a port of 127.0.0.1, and nothing else is loaded from anywhere.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac

if ! command -v node >/dev/null 2>&1; then
    echo "skip page: node is not installed; scripts/setup check installs it"
    exit 0
fi
if ! node -e 'process.exit(require(process.argv[1]).find() ? 0 : 1)' "$root/tests/lab/browser.js"; then
    echo "skip page: Chromium is not installed; scripts/setup check installs it"
    exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
ASAN_OPTIONS=detect_leaks=0 LC_ALL=C.UTF-8 node "$root/tests/lab/page.js" "$build/san/lucid-lab" "$work"
