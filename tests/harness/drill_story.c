/* drill_story.c: the lines that a play went through, with the state changes that they caused and the rule for each.
 *
 *     0.000  close(4) = 0                    ESTABLISHED -> FIN-WAIT-1   3.10.4
 */
#include <stdlib.h>
#include <string.h>

#include "harness/drill_run.h"
#include "lucid/trace.h"

#define TRACE_EVENTS 4096 /* of one line, far more than any causes */

struct entry {
    lucid_time time;
    const char *text; /* of the script, which outlives the story */
    char change[96];
};

struct drill_story {
    struct entry *entries;
    size_t count, room;
};

void drill_story_begin(struct drill_run *run) {
    if (run->report) {
        run->story = calloc(1, sizeof *run->story);
    }
    if (run->stack && (run->report || run->wish->rows)) {
        lucid_trace_enable(run->stack, 1u << LUCID_EVENT_STATE, TRACE_EVENTS);
    }
}

void drill_story_end(struct drill_run *run) {
    if (run->story) {
        free(run->story->entries);
    }
    free(run->story);
    run->story = NULL;
}

void drill_story_clear(struct drill_run *run) {
    if (run->story) {
        run->story->count = 0;
    }
}

void drill_tell(struct drill_run *run, lucid_time time, const char *text) {
    struct drill_story *story = run->story;
    if (!story) {
        return;
    }
    if (story->count == story->room) {
        story->room = story->room ? 2 * story->room : 64;
        story->entries = realloc(story->entries, story->room * sizeof *story->entries);
    }
    story->entries[story->count++] = (struct entry){.time = time, .text = text};
}

/* "9293:3.10.7.4/5/FIN-WAIT-1" is RFC 9293 3.10.7.4; the RFC is named when it is another one. */
static void print_rule(const char *rule, char *to, size_t room) {
    size_t rfc = strcspn(rule, ":");
    const char *section = rule[rfc] == ':' ? rule + rfc + 1 : rule;
    if (strncmp(rule, "9293:", 5) == 0) {
        snprintf(to, room, "%.*s", (int)strcspn(section, "/"), section);
    } else {
        snprintf(to, room, "RFC %.*s %.*s", (int)rfc, rule, (int)strcspn(section, "/"), section);
    }
}

static void tell_change(struct drill_run *run, const struct lucid_event *event) {
    struct drill_story *story = run->story;
    const struct lucid_event_state *state = &event->u.state;
    const struct lucid_fsm_row *row = state->row >= 0 ? lucid_fsm_row((unsigned)state->row) : NULL;
    char rule[48] = "";
    struct entry *last = story->count > 0 ? &story->entries[story->count - 1] : NULL;
    if (!last || last->time != event->time || last->change[0] != '\0') {
        bool again = last && last->time == event->time;
        const char *cause = state->cause == LUCID_CAUSE_TIMER ? lucid_timer_name(state->timer) : "";
        drill_tell(run, event->time, again ? "" : cause);
        last = &story->entries[story->count - 1];
    }
    if (row) {
        print_rule(row->rule, rule, sizeof rule);
    }
    const char *from = state->from ? lucid_state_name(state->from) : "LISTEN", *to = lucid_state_name(state->to);
    snprintf(last->change, sizeof last->change, "%s -> %-12s %s", from, state->to ? to : "gone", rule);
}

void drill_tell_changes(struct drill_run *run) {
    struct lucid_event event;
    if (!run->stack || (!run->story && !run->wish->rows)) {
        return;
    }
    while (lucid_trace_next(run->stack, &event, NULL) == 1) {
        if (event.kind != LUCID_EVENT_STATE) {
            continue;
        }
        if (run->wish->rows && event.u.state.row >= 0 && event.u.state.row < DRILL_ROWS) {
            run->wish->rows[event.u.state.row]++;
        }
        if (run->story) {
            tell_change(run, &event);
        }
    }
}

void drill_story_print(struct drill_run *run) {
    char time[32], previous[32] = "";
    for (size_t i = 0; run->story && i < run->story->count; i++) {
        const struct entry *entry = &run->story->entries[i];
        drill_time_print(run, entry->time, time);
        bool same = entry->text[0] == '\0' && strcmp(time, previous) == 0;
        if (entry->change[0] != '\0') {
            fprintf(run->report, "%9s  %-38s %s\n", same ? "" : time, entry->text, entry->change);
        } else {
            fprintf(run->report, "%9s  %s\n", time, entry->text);
        }
        memcpy(previous, time, sizeof previous);
    }
}
