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

/* Is the variable set, and not empty or 0? */
static bool is_set(const char *name) {
    const char *value = getenv(name);
    return value && value[0] != '\0' && strcmp(value, "0") != 0;
}

static bool may_colour(int fd) {
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    if (no_colour && no_colour[0] != '\0') {
        return false;
    }
    return is_set("CLICOLOR_FORCE") || (isatty(fd) && terminal && strcmp(terminal, "dumb") != 0);
}

struct ladder_style ladder_style_for(int fd) {
    return (struct ladder_style){
        .utf8 = locale_is_utf8(),
        .colour = may_colour(fd),
        .name = {"lucid", "kernel"},
        .title = "connection",
    };
}
