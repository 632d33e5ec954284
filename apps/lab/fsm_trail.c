/* fsm_trail.c: which ways the connections of a node have gone, as one goes through its log. See fsmview.h. */
#include "lab/fsmview.h"

#include <string.h>

int fsm_state_number(unsigned state) {
    return state ? __builtin_ctz(state) : -1;
}

struct fsm_trail fsm_trail_begin(const struct tlog *log, unsigned node) {
    return (struct fsm_trail){.log = log, .node = node};
}

/* The state before was left for the same segment: both are one way, of two steps. */
static void count_compound(struct fsm_trail *trail, const struct tlog_event *event, int to) {
    const struct tlog_event *before = trail->last ? tlog_at(trail->log, trail->last) : NULL;
    if (!before || before->c != event->c || event->u.state.cause != LUCID_CAUSE_SEGMENT ||
        before->u.state.cause != LUCID_CAUSE_SEGMENT || before->u.state.segment != event->u.state.segment) {
        return;
    }
    int from = fsm_state_number(before->u.state.from);
    if (from >= 0 && before->u.state.to == event->u.state.from && from != to) {
        trail->compound[from][to]++;
    }
}

static int state_of_name(const struct tlog_text *name) {
    for (int i = 0; i < FSMVIEW_STATES; i++) {
        const char *state = lucid_state_name(1u << i);
        if (strlen(state) == name->length && !memcmp(state, name->at, name->length)) {
            return i;
        }
    }
    return -1;
}

/* From the state it was seen in before, if that was the same socket's. */
static void take_peer(struct fsm_trail *trail, const struct tlog_event *event) {
    const struct tlog_event *before = trail->peer ? tlog_at(trail->log, trail->peer) : NULL;
    int from = before && before->c == event->c ? state_of_name(&before->u.say.k) : -1;
    int to = state_of_name(&event->u.say.k);
    if (from >= 0 && to >= 0 && from != to) {
        trail->visits[from][to]++;
    }
    static const char inferred[] = "inferred";
    trail->inferred = event->u.say.text.length == strlen(inferred) &&
                      !memcmp(event->u.say.text.at, inferred, strlen(inferred));
    trail->peer = event->i;
}

void fsm_trail_goto(struct fsm_trail *trail, uint32_t n) {
    if (n < trail->at) {
        *trail = fsm_trail_begin(trail->log, trail->node);
    }
    for (; trail->at < n && trail->at < tlog_count(trail->log); trail->at++) {
        const struct tlog_event *event = tlog_at(trail->log, trail->at + 1);
        if (event->kind == TLOG_PEER && event->node == trail->node) {
            take_peer(trail, event);
        }
        if (event->kind != TLOG_STATE || event->node != trail->node) {
            continue;
        }
        const struct lucid_fsm_row *row = event->u.state.row >= 0 ? lucid_fsm_row((unsigned)event->u.state.row) : NULL;
        int from = fsm_state_number(event->u.state.from);
        int to = fsm_state_number(event->u.state.to ? event->u.state.to : row ? row->to : 0);
        if (from >= 0 && to >= 0) {
            trail->visits[from][to]++;
            count_compound(trail, event, to);
        }
        trail->last = event->i;
    }
}
