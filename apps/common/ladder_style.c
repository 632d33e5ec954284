/* ladder_style.c: how a ladder may look where it is printed: what the reader's screen can do. */
#include "common/ladder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool locale_is_utf8(void) {
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (unsigned i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0] != '\0') {
            return strcasestr(value, "UTF-8") || strcasestr(value, "UTF8");
        }
    }
    return false;
}

struct ladder_style ladder_style_for(int fd) {
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    bool refused = (no_colour && no_colour[0] != '\0') || !terminal || strcmp(terminal, "dumb") == 0;
    return (struct ladder_style){
        .utf8 = locale_is_utf8(),
        .colour = isatty(fd) && !refused,
        .name = {"lucid", "kernel"},
        .title = "connection",
    };
}
