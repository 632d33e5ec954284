#!/bin/sh
# Each structural check finds the mistake it is there for, says where it is, and is content without it.
set -u
. "$(dirname "$0")/lib"

# ---- check_layers ----
put stack/base/seq32.h </dev/null
put stack/wire/tcp.c <<'EOT'
/* #include "tcp/tcb.h" in a comment is no include */
#include "wire/tcp.h"
#include "base/seq32.h"
#include "tcp.h"
#include <stdint.h>
#include "lucid/lucid.h"
EOT
put tun/loop.c <<'EOT'
#include "lucid/socket.h"
#include "loop.h"
#include <poll.h>
EOT
put apps/fetch/main.c <<'EOT'
int main(void) { return 0; }
EOT
put apps/httpd/main.c <<'EOT'
#include "lucid/host.h"
#include "common/args.h"
#include <netinet/tcp.h>
#include <stdio.h>
EOT
passes "check_layers: allowed includes" "$root/scripts/check_layers" "$work"

# seed FILE LINE PATTERN: with that line in that file check_layers fails and names it.
seed() {
    cp "$work/$1" "$work/saved" && echo "$2" >>"$work/$1"
    line=$(wc -l <"$work/$1" | tr -d ' ')
    fails "check_layers: $1 must not have $2" "^$1:$line: .*$3" "$root/scripts/check_layers" "$work"
    cp "$work/saved" "$work/$1"
}
seed stack/wire/tcp.c '#include "tcp/tcb.h"' 'stack/wire may include only'
seed stack/wire/tcp.c '#include <string.h>' freestanding
seed stack/wire/tcp.c '  #  include <unistd.h>' freestanding
seed stack/wire/tcp.c '#include "lucid/host.h"' host
seed stack/base/seq32.h '#include "wire/tcp.h"' 'stack/base may include only'
seed tun/loop.c '#include "tcp/tcb.h"' 'public headers'
seed tun/loop.c '#include "../stack/tcp/tcb.h"' 'public headers'
seed apps/httpd/main.c '#include "core/stack.h"' 'public headers'
seed apps/httpd/main.c '#include "fetch/url.h"' 'another program'
seed apps/httpd/main.c '#include <linux/if_tun.h>' 'in tun/'
seed apps/httpd/main.c '#include <net/if.h>' 'in tun/'
seed apps/httpd/main.c '#include <netinet/ip.h>' 'in tun/'

# ---- check_state_writer ----
copy scripts
put stack/tcp/fsm.c <<'EOT'
void fsm_fire(struct tcb *tcb) { tcb->state = LISTEN; }
EOT
put stack/tcp/ack.c <<'EOT'
bool f(struct tcb *tcb, struct lucid_event *e)
{
    /* tcb->state = CLOSED; */
    say("tcb->state = CLOSED");
    e->u.state.from = 1;
    g(&e->u.state);
    struct lucid_tcp_info info = {.state = CLOSED};
    info = (struct lucid_tcp_info){
        .fd = 1, .state = CLOSED};
    if (tcb->state == LISTEN && tcb->state != CLOSED) return tcb->states[3];
    return (SYNCHRONIZED & tcb->state) || (tcb->state & CLOSING) || tcb->state <= 3 || x && tcb->state;
}
EOT
mkdir -p "$work/stack/core" "$work/stack/sock"
passes "check_state_writer: reading is allowed" "$root/scripts/check_state_writer" "$work"
for statement in 'tcb->state = CLOSED;' 'tcb.state=CLOSED;' 'c->tcb[i].state |= CLOSED;' 'tcb->state++;' \
    '--tcb->state;' \
    'set(&tcb->state);' 'p = &tcb.state;' 'struct tcb t = {.state = 1};' 'x = tcb->state <<= 1;'; do
    cp "$work/stack/tcp/ack.c" "$work/saved"
    echo "    $statement" >>"$work/stack/tcp/ack.c"
    fails "check_state_writer: $statement" '^stack/tcp/ack.c:13:' "$root/scripts/check_state_writer" "$work"
    cp "$work/saved" "$work/stack/tcp/ack.c"
done

# ---- check_length ----
{
    echo 'int f(int x)' && echo '{'
    for i in 1 2 3 4 5 6 7 8 9; do printf '    x++;\n    x--;\n    x++;\n    x--;\n    x++;\n    x--;\n    x++;\n'; done
    echo '    return x;' && echo '}'
} | put stack/base/long.c
passes "check_length: 67 lines" "$root/scripts/check_length" "$work"
{ sed '$d' "$work/stack/base/long.c" && printf '\n\n\n\n}\n'; } >"$work/saved" &&
    mv "$work/saved" "$work/stack/base/long.c"
fails "check_length: 71 lines" '^stack/base/long.c:[0-9]+: f has 7[0-9] lines' "$root/scripts/check_length" "$work"
{ echo 'int f(int x)' && echo '{' &&
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do echo "    if (x == $i) x = 2;"; done &&
    echo '    return x;' && echo '}'; } | put stack/base/long.c
fails "check_length: complexity 16" \
    '^stack/base/long.c:[0-9]+: f has complexity 16' "$root/scripts/check_length" "$work"
yes '/* line */' | head -n 501 | put stack/base/long.c
fails "check_length: a file of 501 lines" '^stack/base/long.c:501: ' "$root/scripts/check_length" "$work"
rm "$work/stack/base/long.c"

# ---- check_words ----
passes "check_words: nothing to say" "$root/scripts/check_words" "$work"
word=$(printf 'TO%s' DO)
for bad in "/* $word: later */" "$(printf 'int\tx;')" 'int x; ' "/* $(printf '%0120d' 0) */"; do
    printf 'int y;\n%s\n' "$bad" | put stack/base/bad.c
    fails "check_words: $(printf %s "$bad" | tr '\t' '>' | cut -c 1-30)" '^stack/base/bad.c:2: ' \
        "$root/scripts/check_words" "$work"
done
printf '/* %s */\n' "$(printf '%060d' 0 | sed 's/0/字/g')" | put stack/base/bad.c
passes "check_words: characters count, not octets" "$root/scripts/check_words" "$work"
rm "$work/stack/base/bad.c"

# ---- check_symbols, check_exports ----
cc=${CC:-cc}
put stack/include/lucid/lucid.h <<'EOT'
#define LUCID_API __attribute__((visibility("default")))
LUCID_API int lucid_one(int x);
EOT
put tun/include/lucid/host.h <<'EOT'
#include "lucid/lucid.h"
LUCID_API int lucid_host_one(int x);
EOT

# build EXTRA-CODE [FLAG...]: libraries of one function and the extra code.
build() {
    code=$1
    shift
    rm -rf "$work/b" && mkdir -p "$work/b/obj/stack" "$work/obj"
    { echo '#include "lucid/lucid.h"' && echo 'int lucid_one(int x) { return x; }' && echo "$code"; } \
        >"$work/stack/one.c"
    { echo '#include "lucid/host.h"' && echo 'int lucid_host_one(int x) { return x; }'; } >"$work/tun/host.c"
    (
        cd "$work" || exit 1
        $cc -g -fPIC -fvisibility=hidden -Istack/include "$@" -c stack/one.c -o b/obj/stack/one.o &&
            $cc -g -fPIC -fvisibility=hidden -Istack/include -Itun/include -c tun/host.c -o b/host.o &&
            cp b/obj/stack/one.o b/lucid.o && objcopy --localize-hidden b/lucid.o &&
            ar qcs b/liblucid.a b/lucid.o 2>/dev/null && ar qcs b/liblucid-host.a b/host.o 2>/dev/null &&
            $cc -shared -o b/liblucid.so b/obj/stack/one.o && $cc -shared -o b/liblucid-host.so b/host.o
    )
}
build 'void *memcpy(void *, const void *, unsigned long); void two(char *p) { memcpy(p, p, 9); }'
passes "check_symbols: memcpy is allowed" env BUILD=b "$root/scripts/check_symbols" "$work"
passes "check_exports: lucid_ only" env BUILD=b "$root/scripts/check_exports" "$work"
build 'long write(int, const void *, unsigned long);
void two(void) { write(1, "", 0); }'
fails "check_symbols: write" '^stack/one.c:4: stack/ must not use write' \
    env BUILD=b "$root/scripts/check_symbols" "$work"
build '__attribute__((visibility("default"))) int two(void) { return 2; }'
fails "check_exports: a name that is not lucid_" 'liblucid.so: exports two' \
    env BUILD=b "$root/scripts/check_exports" "$work"
build ''
echo 'LUCID_API int lucid_lost(int x);' >>"$work/stack/include/lucid/lucid.h"
fails "check_exports: declared, not there" '^stack/include/lucid/lucid.h:3: lucid_lost' \
    env BUILD=b "$root/scripts/check_exports" "$work"

# ---- check_whatif ----
put stack/include/lucid/whatif.h <<'EOT'
enum { LUCID_WITHOUT_ONE = 1 };
void lucid_whatif_set(int *without);
EOT
put stack/base/whatif.h <<'EOT'
#ifdef LUCID_WHATIF
#include "lucid/whatif.h"
#define WITHOUT(env, RULE) (*(env) & LUCID_WITHOUT_##RULE)
#else
#define WITHOUT(env, RULE) 0
#endif
EOT
put stack/core/whatif.c <<'EOT'
#include "lucid/whatif.h"
const char *name(void) { return "rst-validation"; }
void lucid_whatif_set(int *without) { *without = 1; }
EOT

# whatif SOURCE [FLAG...]: both libraries with this source in them.
whatif() {
    code=$1
    shift
    rm -rf "$work/b" && mkdir -p "$work/b/whatif" && rm -f "$work/stack/one.c"
    echo "$code" | put stack/tcp/one.c
    (
        cd "$work" || exit 1
        $cc -g -Istack/include -Istack "$@" -c stack/tcp/one.c -o b/one.o && ar qcs b/liblucid.a b/one.o &&
            $cc -g -DLUCID_WHATIF -Istack/include -Istack -c stack/core/whatif.c -o b/whatif.o &&
            ar qcs b/whatif/libstack.a b/whatif.o
    )
}
use='#include "base/whatif.h"
int f(int *env) { return WITHOUT(env, ONE) ? 1 : 2; }'
whatif "$use"
passes "check_whatif: a switch that is a constant" env BUILD=b "$root/scripts/check_whatif" "$work"
whatif "$use" -DLUCID_WHATIF -g3
fails "check_whatif: a library with switches" 'has the strings above' env BUILD=b "$root/scripts/check_whatif" "$work"
whatif '#include "lucid/whatif.h"
int f(int env) { return env & LUCID_WITHOUT_ONE; }'
fails "check_whatif: a bit without WITHOUT()" '^stack/tcp/one.c:2:.*LUCID_WITHOUT_ONE' \
    env BUILD=b "$root/scripts/check_whatif" "$work"
whatif 'void lucid_whatif_set(int *without) { *without = 0; }'
fails "check_whatif: a symbol" 'has the symbols above' env BUILD=b "$root/scripts/check_whatif" "$work"
whatif "$use"
: >"$work/empty.c" && (
    cd "$work" && rm b/whatif/libstack.a && $cc -c empty.c -o b/e.o && ar qcs b/whatif/libstack.a b/e.o
)
fails "check_whatif: no switches in the lab either" 'cannot take rules away' \
    env BUILD=b "$root/scripts/check_whatif" "$work"
rm -rf "$work/stack/core/whatif.c" "$work/stack/base/whatif.h" "$work/stack/tcp/one.c"

# ---- check_regressions ----
printf 'id\tarea\tsection\tsituation\tinput\trequired behaviour\nclose-one\ta\tb\tc\td\te\n' |
    put docs/regressions.tsv
rm -rf "$work/tests"
put tests/pkt/close/one.pkt <<'EOT'
// RFC 9293 3.6 regression
// close-one
EOT
passes "check_regressions: a tag over two lines" "$root/scripts/check_regressions" "$work"
put tests/unit/test_one.c <<'EOT'
/* regression close-two */
char s[] = "regression close-three";
EOT
fails "check_regressions: unknown" '^tests/unit/test_one.c: .*close-two' "$root/scripts/check_regressions" "$work"
echo 'char s[] = "regression close-one";' | put tests/unit/test_one.c
rm "$work/tests/pkt/close/one.pkt"
fails "check_regressions: no test" '^docs/regressions.tsv:2: .*close-one' "$root/scripts/check_regressions" "$work"

exit $failures
