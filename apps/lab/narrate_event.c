/* narrate_event.c: what the stacks do, in words: segments, states, rules, timers, variables. See narrate.h. */
#include <stdio.h>
#include <string.h>

#include "common/trace_text.h"
#include "lab/i18n.h"
#include "lab/narrate_private.h"

/* ---- segments ---- */

/* How much of the data a line quotes. */
#define QUOTE 32

static void put_quote(struct text *out, const struct tlog_segment *segment) {
    size_t length = segment->payload.length < QUOTE ? segment->payload.length : QUOTE;
    if (length == 0) {
        return;
    }
    text_put(out, " \"");
    narrate_escape(out, segment->payload.at, length);
    text_put(out, segment->length > length ? "...\"" : "\"");
}

static void put_numbers(struct text *out, const struct narration *n) {
    const struct tlog_segment *segment = &n->event->u.segment;
    struct part a, b;
    int64_t seq = narrate_number(n->model, n->event, false, n->raw);
    if (segment->length > 0) {
        i18n_put(out, "segment.octets", part_number(&a, segment->length), NULL);
        i18n_put(out, "segment.range", part_number(&a, seq), part_number(&b, seq + segment->length - 1), NULL);
    } else {
        i18n_put(out, "segment.seq", part_number(&a, seq), NULL);
    }
    if (segment->flags & LUCID_ACK) {
        i18n_put(out, "segment.ack", part_number(&a, narrate_number(n->model, n->event, true, n->raw)), NULL);
    }
    i18n_put(out, "segment.window", part_number(&a, segment->window), NULL);
    if (segment->flags & LUCID_URG) {
        i18n_put(out, "segment.urgent", part_number(&a, seq + segment->urgent), NULL);
    }
}

static void put_ends(struct text *out, const struct tlog_segment *segment) {
    struct part a, b;
    trace_text_end(part_begin(&a), &segment->source);
    trace_text_end(part_begin(&b), &segment->destination);
    i18n_put(out, "segment.ends", a.room, b.room, NULL);
}

void tell_segment(const struct narration *n) {
    const struct tlog_segment *segment = &n->event->u.segment;
    struct part flags, peer, more, id, rtx;
    narrate_flags(part_begin(&flags), segment->flags);
    narrate_peer(part_begin(&peer), n->model, n->event->kind == TLOG_SEG_TX ? &segment->destination : &segment->source);
    put_numbers(part_begin(&more), n);
    if (segment->flags & LUCID_SYN) {
        put_ends(&more.text, segment);
    }
    put_quote(&more.text, segment);
    const char *packet = segment->rtx > 0 ? "segment.packet_again" : "segment.packet";
    i18n_put(&more.text, packet, part_number(&id, (int64_t)segment->id), part_number(&rtx, (int64_t)segment->rtx),
             NULL);
    const char *key = n->event->kind == TLOG_SEG_RX ? "segment.rx" : segment->again ? "segment.again" : "segment.tx";
    i18n_put(n->out, key, *flags.room ? flags.room : i18n("segment.none"), peer.room, more.room, NULL);
}

/* ---- states ---- */

static const char *state_text(unsigned state) {
    return state ? lucid_state_name(state) : "";
}

static void put_event(struct text *out, const struct tlog_state *state, const struct lucid_fsm_row *row) {
    char key[80];
    snprintf(key, sizeof key, "event.%s.%s", row->event, state_text(state->from));
    if (!i18n_exact(I18N_EN, key)) {
        snprintf(key, sizeof key, "event.%s", row->event);
    }
    if (i18n_exact(I18N_EN, key)) {
        i18n_put(out, key, state_text(state->from), NULL);
        return;
    }
    text_format(out, "%s (%s)", row->event, state_text(state->from));
}

/* A change that no row explains, in a log of another build: what is known of it is its cause. */
static void put_cause(struct text *out, const struct tlog_state *state) {
    struct part part;
    const char *from = state_text(state->from);
    char key[40];
    switch ((enum lucid_cause)state->cause) {
    case LUCID_CAUSE_SEGMENT:
        i18n_put(out, "state.cause.segment", from, part_number(&part, (int64_t)state->segment), NULL);
        return;
    case LUCID_CAUSE_TIMER:
        snprintf(key, sizeof key, "timer.%s", lucid_timer_name(state->timer));
        i18n_put(out, "state.cause.timer", from, i18n(key), NULL);
        return;
    case LUCID_CAUSE_CALL:
        i18n_put(out, "state.cause.call", from, lucid_call_name(state->call), NULL);
        return;
    }
}

static void put_target(struct text *out, const struct narration *n) {
    const struct tlog_state *state = &n->event->u.state;
    struct part c;
    const char *key = state->from == state->to ? "state.stays" : "state.goes";
    bool by_listener = state->from == LUCID_LISTEN || state->from == LUCID_TIME_WAIT;
    if (state->parent > 0 && by_listener && state->to != 0) {
        key = "state.child";
    } else if (state->to == 0) {
        key = state->from == LUCID_SYN_RECEIVED ? "state.dies" : "state.gone";
    } else if (state->from == 0) {
        key = "state.born";
    } else if (state->to == LUCID_LISTEN && state->from == LUCID_SYN_RECEIVED) {
        key = "state.dies";
    }
    i18n_put(out, key, state_text(state->to), part_number(&c, n->event->c), NULL);
}

/* "SEND_ACK START_2MSL" as ", sends ACK, starts the 2MSL timer". */
static void put_actions(struct text *out, const char *actions) {
    while (*actions) {
        size_t length = strcspn(actions, " |");
        char key[60];
        snprintf(key, sizeof key, "action.%.*s", (int)length, actions);
        if (length > 0 && i18n_exact(I18N_EN, key)) {
            i18n_put(out, "list.more", i18n(key), NULL);
        }
        actions += length;
        actions += strspn(actions, " |");
    }
}

void tell_state(const struct narration *n) {
    const struct tlog_state *state = &n->event->u.state;
    const struct lucid_fsm_row *row = state->row >= 0 ? lucid_fsm_row((unsigned)state->row) : NULL;
    struct part event, target, actions, rule;
    part_begin(&event);
    part_begin(&actions);
    if (row) {
        put_event(&event.text, state, row);
        put_actions(&actions.text, row->actions);
    } else {
        put_cause(&event.text, state);
    }
    put_target(part_begin(&target), n);
    narrate_rule(part_begin(&rule), state->rule.at, state->rule.length);
    i18n_put(n->out, state->rule.length > 0 ? "state.line" : "state.no_rule", event.room, target.room, actions.room,
             rule.room, NULL);
}

void tell_rule(const struct narration *n) {
    const struct tlog_rule *event = &n->event->u.rule;
    struct part what, sentence, id, name;
    part_begin(&what);
    i18n_put(&what.text, event->segment > 0 ? "rule.packet" : "rule.something",
             part_number(&id, (int64_t)event->segment), NULL);
    char key[40];
    snprintf(key, sizeof key, "rule.%s", lucid_outcome_name(event->outcome));
    i18n_put(part_begin(&sentence), key, what.room, NULL);
    narrate_rule(part_begin(&name), event->rule.at, event->rule.length);
    i18n_put(n->out, "rule.line", sentence.room, name.room, NULL);
}

/* ---- timers, variables ---- */

void tell_timer(const struct narration *n) {
    const struct tlog_timer *timer = &n->event->u.timer;
    struct part at, in;
    char key[40];
    snprintf(key, sizeof key, "timer.%s", lucid_timer_name(timer->timer));
    if (n->event->kind != TLOG_TIMER_SET) {
        i18n_put(n->out, n->event->kind == TLOG_TIMER_FIRE ? "timer.fire" : "timer.stop", i18n(key), NULL);
        return;
    }
    narrate_time(part_begin(&at), timer->at == TLOG_NONE ? n->event->t : timer->at);
    part_span(&in, timer->at != TLOG_NONE && timer->at > n->event->t ? timer->at - n->event->t : 0);
    i18n_put(n->out, "timer.set", i18n(key), at.room, in.room, NULL);
}

static const struct model_connection *connection_of(const struct narration *n) {
    return n->event->c > 0 && n->event->node < TLOG_NODES_MAX ? model_find(n->model, n->event->node, n->event->c)
                                                              : NULL;
}

static void put_sequence(struct text *out, const struct narration *n, bool sent, int64_t value) {
    const struct model_connection *connection = connection_of(n);
    bool known = connection && (sent ? connection->iss_known : connection->irs_known);
    if (n->raw || !known) {
        text_format(out, "%" PRId64, value);
        return;
    }
    text_format(out, "%" PRId32, (int32_t)((uint32_t)value - (sent ? connection->iss : connection->irs)));
}

static void put_variable(struct text *out, const struct narration *n, unsigned variable) {
    int64_t value = n->event->u.vars.value[variable];
    switch (variable) {
    case LUCID_VAR_SND_UNA:
    case LUCID_VAR_SND_NXT:
    case LUCID_VAR_SND_WL2:
        put_sequence(out, n, true, value);
        return;
    case LUCID_VAR_SND_WL1:
    case LUCID_VAR_RCV_NXT:
        if (value == 0) {
            break; /* nothing has come yet */
        }
        put_sequence(out, n, false, value);
        return;
    case LUCID_VAR_SRTT:
    case LUCID_VAR_RTTVAR:
    case LUCID_VAR_RTO:
        narrate_span(out, (uint64_t)value);
        return;
    case LUCID_VAR_SSTHRESH:
        if (value < 0) {
            text_put(out, i18n("var.none"));
            return;
        }
        break;
    }
    text_format(out, "%" PRId64, value);
}

void tell_variables(const struct narration *n) {
    struct part list, one;
    part_begin(&list);
    for (unsigned i = 0; i < LUCID_VARS; i++) {
        if (!(n->event->u.vars.changed & 1u << i)) {
            continue;
        }
        text_format(part_begin(&one), "%s ", lucid_variable_name(i));
        put_variable(&one.text, n, i);
        if (list.text.length == 0) {
            text_put(&list.text, one.room);
        } else {
            i18n_put(&list.text, "list.more", one.room, NULL);
        }
    }
    i18n_put(n->out, "var.line", list.room, NULL);
}
