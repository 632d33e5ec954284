#!/bin/sh
# Chromium against lucid-httpd, on our stack and on the kernel's sockets: the page that explains itself, and a page with
# thirty images, which the browser gets over several connections at the same time. A script in the page gets each image
# once more, and writes what it got into the page: so its octets are compared, not only that there is a picture.
# In company.
set -u
. "$(dirname "$0")/server"

browser=
for candidate in chromium chromium-browser google-chrome; do
    command -v $candidate >/dev/null && browser=$candidate && break
done
[ -n "$browser" ] || {
    echo "skip browser: Chromium is not installed"
    exit 0
}

# dom URL: what the page is once its scripts have run; HOME is one that goes away with the test.
dom() {
    HOME=$work timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
        --disable-background-networking --disable-component-update --user-data-dir="$work/profile" \
        --enable-logging=stderr --virtual-time-budget=20000 --dump-dom "$1" 2>"$work/browser.err"
}

# Thirty pictures, no two alike, and what the sum of each must be: FNV-1a, which a script writes in a line.
python3 - "$work/root" >"$work/sums" <<'PY'
import random, struct, sys
dice = random.Random(30)
for number in range(30):
    width = 40 + number
    rows = b"".join(dice.randbytes(3 * width) + bytes(-3 * width % 4) for _ in range(60 + 10 * number))
    picture = struct.pack("<2sIHHIIiiHHIIiiII", b"BM", 54 + len(rows), 0, 0, 54, 40, width, 60 + 10 * number, 1, 24, 0,
                          len(rows), 2835, 2835, 0, 0) + rows
    total = 2166136261
    for octet in picture:
        total = (total ^ octet) * 16777619 & 0xffffffff
    print(f"{number} {width} {total}")
    with open(f"{sys.argv[1]}/{number}.bmp", "wb") as file:
        file.write(picture)
PY
{
    echo '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Thirty</title>'
    for number in $(seq 0 29); do echo "<img src='$number.bmp' alt=''>"; done
    cat <<'HTML'
<pre></pre>
<script>
addEventListener('load', async () => {
  const lines = await Promise.all([...document.images].map(async (image, number) => {
    const octets = new Uint8Array(await (await fetch(image.src, {cache: 'no-store'})).arrayBuffer());
    let sum = 2166136261;
    for (const octet of octets) {
      sum = Math.imul(sum ^ octet, 16777619) >>> 0;
    }
    return `${number} ${image.naturalWidth} ${sum}`;
  }));
  document.querySelector('pre').textContent = lines.join('\n') + '\n';
});
</script>
HTML
} >"$work/root/thirty.html"

# look URL: the page with the images.
look() {
    dom "$1/thirty.html" >"$work/dom"
    sed -n '/<pre>/,/<\/pre>/p' "$work/dom" | sed 's/<[^>]*>//g' | grep . >"$work/seen"
    if cmp -s "$work/sums" "$work/seen"; then
        ok "$1: thirty images, each octet, in Chromium"
    else
        not_ok "$1: thirty images in Chromium are not what they should be:"
        diff "$work/sums" "$work/seen" | head -n 5
        tail -n 5 "$work/browser.err"
    fi
    sed -n 's/.*"port":\([0-9]*\),.*"GET \/[0-9]*\.bmp .*"status":\([0-9]*\),.*/\1 \2/p' \
        "$work/access" >"$work/requests"
    same "$1: each was asked for twice, and there" "60 200" \
        "$(cut -d ' ' -f 2 "$work/requests" | sort | uniq -c | tr -s ' ' | sed 's/^ //')"
    connections=$(cut -d ' ' -f 1 "$work/requests" | sort -u | wc -l)
    passes "$1: over several connections, which are used again" [ "$connections" -ge 2 -a "$connections" -le 12 ]
    quiet "$1"
    rm "$work/access"
}

# quiet URL: the browser's console has no errors.
quiet() {
    same "$1: nothing on the console" 0 "$(grep -c ':CONSOLE' "$work/browser.err")"
}

serve --access-log "$work/access" --access-json || exit 1
look http://10.77.0.2
stop
serve --transport kernel --access-log "$work/access" --access-json || exit 1
look http://127.0.0.1
stop
serve_with || exit 1
dom http://10.77.0.2/ >"$work/dom"
has "Chromium, the page that explains itself" "$work/dom" '<h1>This page came through Lucid</h1>'
quiet http://10.77.0.2
stop
exit $failures
