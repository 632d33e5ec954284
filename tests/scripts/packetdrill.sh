#!/bin/sh
# The object for packetdrill as it is built for use, without sanitizers and opened as the tool opens it; preload.so.
set -u
. "$(dirname "$0")/lib"
cd "$root" || exit 1
built=${BUILD:-build}

object=$built/packetdrill/lucid_packetdrill.so
passes "lucid_packetdrill.so, opened with RTLD_DEEPBIND" \
    env LUCID_PACKETDRILL="$object" PD_DEEPBIND=1 "$built/packetdrill/test_packetdrill"

exported=$(nm -D --defined-only "$object" | awk '{ print $3 }')
passes "lucid_packetdrill.so exports one function" [ "$exported" = packetdrill_interface_init ]

# With preload.so an object with the address sanitizer can be opened so; without, the sanitizer ends the process.
asan=$(${CC:-cc} -print-file-name=libasan.so 2>/dev/null)
if ldd "$built/san/lucid_packetdrill.so" 2>/dev/null | grep -q libasan; then
    passes "preload.so lets the address sanitizer in" env PD_DEEPBIND=1 \
        LD_PRELOAD="$built/packetdrill/preload.so $asan" \
        ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 "$built/san/tests/unit/test_packetdrill"
else
    echo "skip preload.so lets the address sanitizer in: this compiler links it into the program"
fi
passes "preload.so: memory need not be locked, times() moves" \
    env LD_PRELOAD="$built/packetdrill/preload.so" python3 -c '
import ctypes, os, resource
resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
c = ctypes.CDLL(None)
assert c.mlockall(3) == 0
first = os.times().elapsed
assert os.times().elapsed > first
'

exit $failures
