#!/bin/sh
# make install into a DESTDIR: a ten-line program is built there with pkg-config, static and shared, and runs; a program
# with lucid/host.h too; C++ can read the headers; uninstall leaves nothing.
set -u
. "$(dirname "$0")/lib"

dest=$work/dest
cc=${CC:-cc}
build=${BUILD:-build}
case $build in /*) ;; *) build=$root/$build ;; esac

passes "make install" make -s -C "$root" BUILD="$build" install DESTDIR="$dest" PREFIX=/opt/lucid
export PKG_CONFIG_SYSROOT_DIR="$dest" PKG_CONFIG_LIBDIR="$dest/opt/lucid/lib/pkgconfig"
flags() {
    pkg-config --cflags --libs "$@"
}

put ten.c <<'EOT'
#include <lucid/info.h>
#include <lucid/socket.h>
#include <stdio.h>
int main(void)
{
    struct lucid_addr addr;
    char text[LUCID_ADDR_TEXT];
    int bad = lucid_addr_parse("fd77:0::2", &addr);
    const char *state = lucid_state_name(LUCID_LISTEN);
    return bad || printf("%s %s %s\n", LUCID_VERSION, lucid_addr_format(&addr, text), state) < 1;
}
EOT
version=$(sed -n 's/^.define LUCID_VERSION "\(.*\)"/\1/p' "$root/stack/include/lucid/lucid.h")
says() {
    [ "$("$@")" = "$version fd77::2 LISTEN" ]
}

# shellcheck disable=SC2046
passes "static: builds" $cc -Wall -Werror -static -o "$work/static" "$work/ten.c" $(flags --static lucid)
passes "static: runs" says "$work/static"
# shellcheck disable=SC2046
passes "shared: builds" $cc -Wall -Werror -o "$work/shared" "$work/ten.c" $(flags lucid)
passes "shared: runs" says env LD_LIBRARY_PATH="$dest/opt/lucid/lib" "$work/shared"
passes "shared: needs the library by its soname" sh -c "readelf -d '$work/shared' | grep -q 'NEEDED.*liblucid.so.0'"
passes "pkg-config tells the version" test "$(pkg-config --modversion lucid lucid-host | sort -u)" = "$version"

put host.c <<'EOT'
#include <lucid/host.h>
int main(void)
{
    return 0;
}
EOT
# shellcheck disable=SC2046
passes "host.h: builds" $cc -Wall -Werror -o "$work/host" "$work/host.c" $(flags lucid-host)
passes "host.h: runs" env LD_LIBRARY_PATH="$dest/opt/lucid/lib" "$work/host"

for header in "$dest"/opt/lucid/include/lucid/*.h; do
    echo "#include <lucid/$(basename "$header")>"
done | put all.cc
if c++ --version >/dev/null 2>&1; then
    # shellcheck disable=SC2046
    passes "C++ reads the headers" \
        c++ -std=c++11 -Wall -Werror -fsyntax-only "$work/all.cc" $(pkg-config --cflags lucid)
else
    echo "skip C++ reads the headers: no C++ compiler"
fi
for page in man7/lucid.7 man1/lucid-httpd.1 man3/lucid_connect.3; do
    passes "share/man/$page is there" test -s "$dest/opt/lucid/share/man/$page"
done
for program in "$dest"/opt/lucid/bin/*; do
    passes "$(basename "$program") --help" "$program" --help
done

passes "make uninstall" make -s -C "$root" BUILD="$build" uninstall DESTDIR="$dest" PREFIX=/opt/lucid
passes "uninstall leaves nothing" test -z "$(find "$dest" ! -type d)"
exit $failures
