/* narrate_private.h: what the files of the narration share: narrate_event.c tells what stacks do, narrate_say.c what
 * applications, people and the wire do, narrate.c chooses.
 */
#ifndef LAB_NARRATE_PRIVATE_H
#define LAB_NARRATE_PRIVATE_H

#include <inttypes.h>

#include "lab/narrate.h"

/* What the functions below have in common. */
struct narration {
    struct text *out;
    const struct model *model;
    const struct tlog_event *event;
    bool raw;
};

/* Room for one part of a sentence: a list of variables is the longest. */
#define PART 700

struct part {
    char room[PART];
    struct text text;
};

static inline struct text *part_begin(struct part *part) {
    part->text = text_fixed(part->room, sizeof part->room);
    return &part->text;
}

static inline const char *part_number(struct part *part, int64_t value) {
    text_format(part_begin(part), "%" PRId64, value);
    return part->room;
}

static inline const char *part_escaped(struct part *part, struct tlog_text text) {
    narrate_escape(part_begin(part), text.at, text.length);
    return part->room;
}

static inline const char *part_span(struct part *part, uint64_t nanoseconds) {
    narrate_span(part_begin(part), nanoseconds);
    return part->room;
}

/* One for each kind of event, or for several. */
void tell_segment(const struct narration *n);
void tell_state(const struct narration *n);
void tell_rule(const struct narration *n);
void tell_timer(const struct narration *n);
void tell_variables(const struct narration *n);
void tell_call(const struct narration *n);
void tell_app(const struct narration *n);

/* A sentence that takes the kind and the text, in this order; or the text alone. */
void tell_says(const struct narration *n, const char *key);
void tell_says_text(const struct narration *n, const char *key);
void tell_check(const struct narration *n);
void tell_drop(const struct narration *n);
void tell_wire(const struct narration *n);
void tell_lost(const struct narration *n);

#endif
