/* check_story.c: what happened so far, for whoever sees a check fail. */
#include "lab/check.h"

static bool detail(const struct tlog_event *event) {
    return event->kind == TLOG_VAR || event->kind == TLOG_TIMER_SET || event->kind == TLOG_TIMER_STOP;
}

void check_story(struct text *out, struct model *model, uint32_t n, unsigned lines) {
    uint32_t first = n;
    unsigned count = 0;
    while (first && count < lines) {
        count += !detail(tlog_at(model->log, first--));
    }
    if (first) {
        text_format(out, "    ... %u events before\n", (unsigned)first);
    }
    for (uint32_t i = first + 1; i <= n; i++) {
        const struct tlog_event *event = tlog_at(model->log, i);
        if (!detail(event)) {
            text_format(out, "    %.*s\n", (int)event->line_length, event->line);
        }
    }
}
