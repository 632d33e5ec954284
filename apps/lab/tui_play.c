/* tui_play.c: a world on the terminal: the session behind the keys. See tui.h. */
#include "lab/tui.h"

#include <string.h>

#include "lab/replay.h"

static const struct model *model_of(void *self) {
    return ((struct session *)self)->model;
}

/* A branch is another log; so is one whose first line had to be written again. */
static unsigned generation_of(void *self) {
    return ((struct session *)self)->worlds;
}

static int command(void *self, const char *line, struct text *say, char error[LAB_ERROR]) {
    if (!strcmp(line, "why")) {
        const struct model *model = model_of(self);
        replay_why(say, model, model->at);
        return 0;
    }
    return session_command(self, line, say, error);
}

int tui_play(struct session *session, const char *title) {
    struct tui_driver driver = {session, model_of, generation_of, command, true};
    return tui_run(&driver, title);
}
