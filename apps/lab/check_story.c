/* check_story.c: what happened so far, for whoever sees a check fail. */
#include "lab/check.h"
#include "lab/narrate.h"

void check_story(struct text *out, struct model *model, uint32_t n, unsigned lines) {
    uint32_t first = n;
    unsigned count = 0;
    while (first && count < lines) {
        count += !narrate_is_detail(tlog_at(model->log, first--));
    }
    if (first) {
        text_format(out, "    ... (%u events before)\n", (unsigned)first);
    }
    for (uint32_t i = first + 1; i <= n; i++) {
        const struct tlog_event *event = tlog_at(model->log, i);
        if (narrate_is_detail(event) || model_goto(model, i)) {
            continue;
        }
        text_put(out, "    ");
        narrate_styled(out, model, event, (struct narrate_style){.raw = true, .stamps = true});
        text_put_char(out, '\n');
    }
}
