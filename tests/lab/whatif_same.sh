#!/bin/sh
# whatif_same.sh: as long as no rule is taken away, the lab's stack sends the same packets at the same times as the
# stack of everybody else: 600 seeds of the simulator, by their hashes.
set -u
BUILD=$(cd "${BUILD:-build}" && pwd) || exit 1
SEEDS=600
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

for flavour in san whatif-san; do
    (cd "$dir" && "$BUILD/$flavour/lucid-sim" --seeds $SEEDS --print --no-shrink) >"$dir/out" 2>&1 || {
        echo "not ok $flavour/lucid-sim, $SEEDS seeds"
        tail -5 "$dir/out"
        exit 1
    }
    grep ' packets ' "$dir/out" >"$dir/$flavour"
done
if [ "$(wc -l <"$dir/san")" -eq $SEEDS ] && cmp -s "$dir/san" "$dir/whatif-san"; then
    echo "ok the same packets from both builds, $SEEDS seeds"
    exit 0
fi
echo "not ok the same packets from both builds"
diff "$dir/san" "$dir/whatif-san" | head -4
