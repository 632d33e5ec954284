/* history.c: events of the kind LUCID_EVENT_STATE become lines. See history.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fetch/history.h"

/* A connection changes its state about seven times; in TIME-WAIT, once more for each FIN that comes again. */
enum { EVENTS = 256 };

static const char *state_name(unsigned state) {
    return state == 0 ? "(none)" : lucid_state_name(state);
}

static void tell(const struct history *history, const struct lucid_event *event) {
    const struct lucid_event_state *state = &event->u.state;
    const struct lucid_fsm_row *row = state->row < 0 ? NULL : lucid_fsm_row((unsigned)state->row);
    const char *rule = row ? row->rule : "";
    int rfc = (int)strcspn(rule, ":"); /* "9293:3.10.1/CLOSED": the RFC, then the section and the step */
    fprintf(stderr, "* %10.3f ms  %-11s -> %-11s  ", (double)(event->time - history->start) / 1e6,
            state_name(state->from), state_name(state->to));
    fprintf(stderr, "%-14s  RFC %.*s %s\n", row ? row->event : "", rfc, rule, rule + rfc + (rule[rfc] == ':'));
}

void history_tell(struct history *history, struct lucid_host *host) {
    struct lucid_event event;
    uint64_t lost = 0;
    while (lucid_trace_next(lucid_host_stack(host), &event, &lost)) {
        if (lost > 0) {
            fprintf(stderr, "* %" PRIu64 " changes of state were lost: more than %d in one turn\n", lost, EVENTS);
        }
        if (event.kind == LUCID_EVENT_STATE) {
            history->start = history->changes++ == 0 ? event.time : history->start;
            tell(history, &event);
        }
    }
}

static void on_trace(struct lucid_host *host, void *user) {
    history_tell(user, host);
}

int history_begin(struct history *history, struct lucid_host *host) {
    struct lucid_host_callbacks callbacks = {.trace = on_trace, .user = history};
    *history = (struct history){.start = LUCID_NEVER};
    lucid_host_set_callbacks(host, &callbacks);
    return lucid_trace_enable(lucid_host_stack(host), 1u << LUCID_EVENT_STATE, EVENTS);
}
