/* tui_replay.c: looking through a log: step, back and goto over what was recorded. See tui.h.
 Where one stops is
 * replay.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/i18n.h"
#include "lab/lab.h"
#include "lab/replay.h"
#include "lab/tui.h"

/* ---- as lines of play ---- */

struct replay {
    struct model *model;
};

static const struct model *model_of(void *self) {
    return ((struct replay *)self)->model;
}

static unsigned generation_of(void *self) {
    (void)self;
    return 0;
}

static int go(struct replay *replay, uint32_t n, char error[LAB_ERROR]) {
    if (n > tlog_count(replay->model->log)) {
        snprintf(error, LAB_ERROR, "the log has %" PRIu32 " events; `goto` takes a number from 0 to that",
                 tlog_count(replay->model->log));
        return -1;
    }
    if (model_goto(replay->model, n) < 0) {
        snprintf(error, LAB_ERROR, "there is not enough memory to go to event %" PRIu32, n);
        return -1;
    }
    return 0;
}

static int go_to_text(struct replay *replay, const char *text, char error[LAB_ERROR]) {
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (*end || end == text || n > UINT32_MAX) {
        snprintf(error, LAB_ERROR, "`goto` takes the number of an event, for example `goto 17`");
        return -1;
    }
    return go(replay, (uint32_t)n, error);
}

static int command(void *self, const char *line, struct text *say, char error[LAB_ERROR]) {
    struct replay *replay = self;
    const struct tlog *log = replay->model->log;
    uint32_t at = replay->model->at;
    if (!strcmp(line, "step")) {
        if (at == tlog_count(log)) {
            text_put(say, i18n("replay.end"));
        }
        return go(replay, replay_step(log, at), error);
    }
    if (!strcmp(line, "back")) {
        return go(replay, replay_back(log, at), error);
    }
    if (!strcmp(line, "next state")) {
        return go(replay, replay_next_state(log, at), error);
    }
    if (!strncmp(line, "goto ", 5)) {
        return go_to_text(replay, line + 5, error);
    }
    if (!strcmp(line, "why")) {
        replay_why(say, replay->model, at);
        return 0;
    }
    snprintf(error, LAB_ERROR,
             "a recorded log knows step, back, next state, goto N, why; `%.60s` would change the world", line);
    return -1;
}

int tui_replay(const struct tlog *log, const char *title) {
    struct replay replay = {model_new(log)};
    if (!replay.model) {
        return lab_refuse("there is not enough memory to show the log");
    }
    struct tui_driver driver = {&replay, model_of, generation_of, command, false};
    int result = tui_run(&driver, title);
    model_free(replay.model);
    return result;
}
