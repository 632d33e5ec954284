/* narrate.c: see narrate.h. Who speaks, and which function has the words for the kind; they are in apps/lab/i18n. */
#include "lab/narrate.h"

#include <string.h>

#include "lab/i18n.h"
#include "lab/narrate_private.h"

static void say(const struct narration *n) {
    switch ((enum tlog_kind)n->event->kind) {
    case TLOG_SEG_TX:
    case TLOG_SEG_RX:
        tell_segment(n);
        return;
    case TLOG_WIRE_ACT:
        tell_wire(n);
        return;
    case TLOG_STATE:
        tell_state(n);
        return;
    case TLOG_RULE:
        tell_rule(n);
        return;
    case TLOG_TIMER_SET:
    case TLOG_TIMER_FIRE:
    case TLOG_TIMER_STOP:
        tell_timer(n);
        return;
    case TLOG_VAR:
        tell_variables(n);
        return;
    case TLOG_CALL:
    case TLOG_RET:
        tell_call(n);
        return;
    case TLOG_APP:
        tell_app(n);
        return;
    case TLOG_HTTP:
        tell_says(n, "http.line");
        return;
    case TLOG_DNS:
        tell_says(n, "dns.line");
        return;
    case TLOG_PEER:
        tell_says(n, "peer.line");
        return;
    case TLOG_CMD:
        tell_says_text(n, "cmd.line");
        return;
    case TLOG_NOTE:
        tell_says_text(n, "note.line");
        return;
    case TLOG_PREDICT:
        tell_says(n, "predict.line");
        return;
    case TLOG_CHECK:
        tell_check(n);
        return;
    case TLOG_DROP:
        tell_drop(n);
        return;
    case TLOG_LOST:
        tell_lost(n);
        return;
    case TLOG_KINDS:
        return;
    }
}

/* What the lab itself does, or the person at it: it happens at no node, and the sentence says whose it is. */
static bool is_of_lab(const struct tlog_event *event) {
    return event->kind == TLOG_CMD || event->kind == TLOG_NOTE || event->kind == TLOG_PREDICT ||
           event->kind == TLOG_CHECK;
}

/* The node, with the connection where the node has several. */
static void put_who(struct text *out, const struct model *model, const struct tlog_event *event) {
    if (is_of_lab(event)) {
        return;
    }
    if (event->node >= TLOG_NODES_MAX) {
        text_format(out, "%s: ", i18n("narrate.wire"));
        return;
    }
    text_put(out, tlog_node_name(model->log, event->node));
    unsigned connections = 0;
    for (unsigned i = 0; i < model->node[event->node].connections; i++) {
        connections += !model->node[event->node].connection[i].listener;
    }
    if (event->c > 0 && connections > 1) {
        text_format(out, " c%" PRIu32, event->c);
    }
    text_put(out, ": ");
}

void narrate_styled(struct text *out, const struct model *model, const struct tlog_event *event,
                    struct narrate_style style) {
    if (style.stamps) {
        narrate_time(out, event->t);
        text_put_char(out, ' ');
    }
    put_who(out, model, event);
    say(&(struct narration){out, model, event, style.raw});
}

void narrate_event(struct text *out, const struct model *model, const struct tlog_event *event) {
    narrate_styled(out, model, event, (struct narrate_style){.raw = narrate_pinned(model->log), .stamps = true});
}

bool narrate_pinned(const struct tlog *log) {
    for (uint32_t i = 1; i <= tlog_count(log); i++) {
        const struct tlog_event *event = tlog_at(log, i);
        if (event->kind == TLOG_SEG_TX) {
            return false;
        }
        if (event->kind == TLOG_CMD && !strncmp(event->u.say.text.at, "iss ", 4)) {
            return true;
        }
    }
    return false;
}

/* Decisions of every segment: that it was taken, that an ACK of it waits, what was measured. */
static bool is_routine(const struct tlog_rule *rule) {
    static const char delayed[] = "9293:SHLD-18";
    bool ack_waits = rule->outcome == LUCID_OUTCOME_WAITS && rule->rule.length == strlen(delayed) &&
                     !memcmp(rule->rule.at, delayed, strlen(delayed));
    return ack_waits || rule->outcome == LUCID_OUTCOME_ACCEPTED || rule->outcome == LUCID_OUTCOME_ACK_NOW ||
           rule->outcome == LUCID_OUTCOME_ADJUSTED;
}

bool narrate_is_detail(const struct tlog_event *event) {
    if (event->kind == TLOG_RULE) {
        return is_routine(&event->u.rule);
    }
    return event->kind == TLOG_VAR || event->kind == TLOG_TIMER_SET || event->kind == TLOG_TIMER_STOP ||
           (event->kind == TLOG_RET && event->u.call.result.length == 0);
}
