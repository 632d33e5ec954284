/* trace_text.c: see trace_text.h. */
#include "common/trace_text.h"

#include <inttypes.h>

#define PRITIME PRIu64 ".%06" PRIu64

/* The two numbers of PRITIME. */
static uint64_t seconds(lucid_time time) {
    return time / LUCID_SECOND;
}
static uint64_t microseconds(lucid_time time) {
    return time % LUCID_SECOND / LUCID_MICROSECOND;
}

static lucid_time since(lucid_time time, lucid_time zero) {
    return time > zero ? time - zero : 0;
}

void trace_text_end(struct text *text, const struct lucid_sockaddr *end) {
    char address[LUCID_ADDR_TEXT];
    if (lucid_addr_is_any(&end->addr)) {
        text_format(text, "*:%u", end->port);
        return;
    }
    bool ipv4 = lucid_addr_is_ipv4(&end->addr);
    text_format(text, ipv4 ? "%s:%u" : "[%s]:%u", lucid_addr_format(&end->addr, address), end->port);
}

/* ---- kind by kind ---- */

static void put_segment(struct text *text, const struct lucid_event *event) {
    const struct lucid_event_segment *segment = &event->u.segment;
    char flags[9];
    bool out = event->kind == LUCID_EVENT_SEGMENT_OUT;
    text_format(text, "%c %-3s ", out ? '>' : '<', lucid_flags_format(segment->flags, flags));
    trace_text_end(text, &segment->source);
    text_put(text, " > ");
    trace_text_end(text, &segment->destination);
    text_format(text, "  seq %" PRIu32 " ack %" PRIu32 " win %" PRIu32 " len %" PRIu32, segment->seq, segment->ack,
                segment->window, segment->length);
    if (segment->segment_size > 0) {
        text_format(text, " in segments of %u", segment->segment_size);
    }
    if (segment->flags & LUCID_URG) {
        text_format(text, " urg %u", segment->urgent);
    }
    text_format(text, "%s  #%" PRIu64, segment->retransmission ? "  again" : "", segment->id);
}

static void put_cause(struct text *text, const struct lucid_event_state *state) {
    switch ((enum lucid_cause)state->cause) {
    case LUCID_CAUSE_SEGMENT:
        text_format(text, "  #%" PRIu64, state->segment);
        break;
    case LUCID_CAUSE_TIMER:
        text_format(text, "  timer %s", lucid_timer_name(state->timer));
        break;
    case LUCID_CAUSE_CALL:
        text_format(text, "  %s", lucid_call_name(state->call));
        break;
    }
}

static void put_state(struct text *text, const struct lucid_event_state *state) {
    const struct lucid_fsm_row *row = state->row >= 0 ? lucid_fsm_row((unsigned)state->row) : NULL;
    text_format(text, "%s -> %s", state->from ? lucid_state_name(state->from) : "(none)",
                state->to ? lucid_state_name(state->to) : "(none)");
    if (row) {
        text_format(text, "  %s  %s", row->event, row->rule);
    }
    put_cause(text, state);
    text_put(text, "  ");
    trace_text_end(text, &state->local);
    text_put(text, " - ");
    trace_text_end(text, &state->remote);
    if (state->parent > 0) {
        text_format(text, "  child of c%" PRIu32, state->parent);
    }
}

static void put_rule(struct text *text, const struct lucid_event_rule *rule) {
    text_format(text, "rule %s: %s", rule->rule, lucid_outcome_name(rule->outcome));
    if (rule->segment > 0) {
        text_format(text, "  #%" PRIu64, rule->segment);
    }
}

static void put_timer(struct text *text, const struct lucid_event_timer *timer, lucid_time zero) {
    static const char *const acts[] = {"set", "fired", "stopped"};
    lucid_time at = since(timer->at, zero);
    text_format(text, "timer %s %s", lucid_timer_name(timer->timer), timer->act < 3 ? acts[timer->act] : "?");
    if (timer->act == LUCID_TIMER_SET) {
        text_format(text, " for %" PRITIME, seconds(at), microseconds(at));
    }
}

static void put_variables(struct text *text, const struct lucid_event_variables *variables) {
    const char *between = "";
    for (unsigned i = 0; i < LUCID_VARS; i++) {
        if (!(variables->changed & 1u << i)) {
            continue;
        }
        text_format(text, "%s%s ", between, lucid_variable_name(i));
        between = " ";
        if (i == LUCID_VAR_SSTHRESH && variables->value[i] == UINT32_MAX) {
            text_put(text, "none");
        } else {
            text_format(text, "%" PRIu32, variables->value[i]);
        }
    }
}

static void put_call(struct text *text, const struct lucid_event_call *call) {
    text_format(text, "%s(%d, %" PRId64 ")", lucid_call_name(call->call), call->fd, call->value);
}

static void put_return(struct text *text, const struct lucid_event_call *call) {
    text_format(text, "%s(%d) = ", lucid_call_name(call->call), call->fd);
    if (call->value < 0) {
        text_put(text, lucid_error_name((int)call->value));
        return;
    }
    text_format(text, "%" PRId64, call->value);
}

static void put_drop(struct text *text, const struct lucid_event_drop *drop) {
    text_format(text, "dropped #%" PRIu64 ": %s: %s", drop->segment, lucid_drop_name(drop->reason),
                lucid_drop_text(drop->reason));
}

static void put_event(struct text *text, const struct lucid_event *event, lucid_time zero) {
    switch ((enum lucid_event_kind)event->kind) {
    case LUCID_EVENT_SEGMENT_OUT:
    case LUCID_EVENT_SEGMENT_IN:
        put_segment(text, event);
        break;
    case LUCID_EVENT_STATE:
        put_state(text, &event->u.state);
        break;
    case LUCID_EVENT_RULE:
        put_rule(text, &event->u.rule);
        break;
    case LUCID_EVENT_TIMER:
        put_timer(text, &event->u.timer, zero);
        break;
    case LUCID_EVENT_VARIABLES:
        put_variables(text, &event->u.variables);
        break;
    case LUCID_EVENT_CALL:
        put_call(text, &event->u.call);
        break;
    case LUCID_EVENT_RETURN:
        put_return(text, &event->u.call);
        break;
    case LUCID_EVENT_DELIVERED:
        text_format(text, "%" PRIu32 " octets readable from %" PRIu64, event->u.delivered.count,
                    event->u.delivered.offset);
        break;
    case LUCID_EVENT_DROP:
        put_drop(text, &event->u.drop);
        break;
    case LUCID_EVENT_KINDS:
        break;
    }
}

void trace_text_event(struct text *text, const struct lucid_event *event, lucid_time zero) {
    lucid_time time = since(event->time, zero);
    text_format(text, "%6" PRITIME "  c%-3" PRIu32 " ", seconds(time), microseconds(time), event->connection);
    put_event(text, event, zero);
    text_put_char(text, '\n');
}

void trace_text_lost(struct text *text, uint64_t count) {
    text_format(text, "%" PRIu64 " events are missing here: they came faster than they were written\n", count);
}
