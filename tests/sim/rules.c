/* rules.c: see rules.h. */
#include "sim/rules.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void __attribute__((format(printf, 2, 3))) broken(struct rules *rules, const char *format, ...) {
    if (rules->broken[0] != '\0') {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(rules->broken, sizeof rules->broken, format, arguments);
    va_end(arguments);
}

/* How far b lies beyond a; negative when it lies before. */
static int32_t beyond(uint32_t a, uint32_t b) {
    return (int32_t)(b - a);
}

static uint32_t later(uint32_t a, uint32_t b) {
    return beyond(a, b) > 0 ? b : a;
}

void rules_end(struct rules *rules) {
    free(rules->ends);
    rules->ends = NULL;
    rules->count = rules->room = 0;
}

static struct observed *end_of(struct rules *rules, uint32_t connection) {
    for (size_t i = rules->count; i-- > 0;) {
        if (rules->ends[i].connection == connection) {
            return &rules->ends[i];
        }
    }
    if (rules->count == rules->room) {
        rules->room = 2 * rules->room + 8;
        rules->ends = realloc(rules->ends, rules->room * sizeof *rules->ends);
    }
    struct observed *end = &rules->ends[rules->count++];
    *end = (struct observed){.connection = connection};
    for (unsigned i = 0; i < LUCID_TIMERS; i++) {
        end->timer[i] = LUCID_NEVER;
    }
    return end;
}

/* The option of this kind, NULL when there is none. */
static const uint8_t *find_option(const struct lucid_event_segment *segment, uint8_t kind) {
    const uint8_t *option = segment->options;
    size_t left = segment->option_length;
    while (left >= 2 && option[0] != 0) {
        size_t length = option[0] == 1 ? 1 : option[1];
        if (length == 0 || length > left) {
            break;
        }
        if (option[0] == kind) {
            return option;
        }
        option += length;
        left -= length;
    }
    return NULL;
}

/* ---- segments that leave ---- */

static uint32_t sequence_length(const struct lucid_event_segment *segment) {
    return segment->length + ((segment->flags & LUCID_SYN) != 0) + ((segment->flags & LUCID_FIN) != 0);
}

/* I6: a sequence number keeps its octet. */
static void check_octets(struct rules *rules, const struct observed *end, const struct lucid_event_segment *segment) {
    uint64_t offset = segment->seq - (end->iss + 1);
    for (unsigned i = 0; i < segment->payload_length && !rules->any_octets; i++) {
        uint8_t octet = rules->octet_of(rules->user, segment->source.port, segment->destination.port, offset + i);
        if (segment->payload[i] != octet) {
            broken(rules, "I6: octet %" PRIu64 " of the stream was sent as %02x, it is %02x", offset + i,
                   segment->payload[i], octet);
            return;
        }
    }
}

/* I7: not larger than the peer takes, and than our own device. RFC 9293 3.7.1. */
static void check_size(struct rules *rules, const struct observed *end, const struct lucid_event_segment *segment) {
    bool ipv4 = lucid_addr_is_ipv4(&segment->source.addr);
    uint32_t limit = end->peer_mss;
    uint32_t device = rules->config->mtu - (ipv4 ? 40u : 60u);
    uint32_t size = segment->segment_size ? segment->segment_size : segment->length;
    limit = limit > rules->config->mss_floor ? limit : rules->config->mss_floor;
    if (size > limit || (size > device && size > rules->config->mss_floor)) {
        broken(rules, "I7: a segment of %" PRIu32 " octets, the peer takes %" PRIu32 ", the device %" PRIu32, size,
               limit, device);
    }
}

/* I7: in the window, unless it is a probe of one octet. Nothing is left out (RFC 9293 3.4); nothing follows FIN
 * (I10). */
static void check_place(struct rules *rules, const struct observed *end, const struct lucid_event_segment *segment) {
    uint32_t length = sequence_length(segment);
    uint32_t last = segment->seq + length;
    if (beyond(end->nxt, segment->seq) > 0) {
        broken(rules, "a gap: SEQ %" PRIu32 ", but nothing was sent from %" PRIu32 " on", segment->seq, end->nxt);
    }
    if (end->offered && length > 1 && beyond(end->nxt, last) > 0 && beyond(end->offered_edge, last) > 0) {
        broken(rules, "I7: sent up to %" PRIu32 ", the window ends at %" PRIu32, last, end->offered_edge);
    }
    if (end->fin_sent && beyond(end->fin + 1, last) > 0) {
        broken(rules, "I10: something was sent beyond the FIN at %" PRIu32, end->fin);
    }
    if ((segment->flags & LUCID_FIN) && end->fin_sent && last != end->fin + 1) {
        broken(rules, "I10: a FIN at %" PRIu32 " and one at %" PRIu32, end->fin, last - 1);
    }
    if (segment->retransmission && beyond(segment->seq, end->nxt) <= 0) {
        broken(rules, "L: marked as sent again, but SEQ %" PRIu32 " is new", segment->seq);
    }
}

/* The window of a SYN is not scaled, so a SYN,ACK that is sent again may seem to promise less. */
static void check_ack(struct rules *rules, struct observed *end, const struct lucid_event_segment *segment) {
    uint32_t edge = segment->ack + segment->window;
    if (end->acked && beyond(end->ack, segment->ack) < 0) {
        broken(rules, "I11: ACK went back from %" PRIu32 " to %" PRIu32, end->ack, segment->ack);
    }
    int32_t slack = rules->rounds ? (1 << end->shift) - 1 : 0;
    if (end->acked && beyond(end->edge, edge) < -slack && !(segment->flags & LUCID_SYN)) {
        broken(rules, "I12: the right edge went back from %" PRIu32 " to %" PRIu32, end->edge, edge);
    }
    if (end->heard && beyond(end->heard_nxt, segment->ack) > 0) {
        broken(rules, "ACK %" PRIu32 " of something that never came; the highest was %" PRIu32, segment->ack,
               end->heard_nxt);
    }
    end->edge = end->acked ? later(end->edge, edge) : edge;
    end->ack = segment->ack;
    end->acked = true;
}

static uint8_t scale_of(const struct lucid_event_segment *segment) {
    const uint8_t *scale = find_option(segment, 3);
    return scale && scale[2] <= 14 ? scale[2] : 0;
}

static void syn_out(struct rules *rules, struct observed *end, const struct lucid_event_segment *segment) {
    if (end->sent && end->iss != segment->seq) {
        broken(rules, "the SYN is repeated with another number");
    }
    end->shift = scale_of(segment);
    end->iss = segment->seq;
    end->nxt = end->sent ? end->nxt : segment->seq;
    end->sent = true;
}

/* RFC 4987 3.6: a listener answers a SYN without a record of it. */
static void cookie_out(struct rules *rules, const struct lucid_event_segment *segment) {
    uint8_t scale = scale_of(segment);
    rules->cookie_shift = scale > rules->cookie_shift ? scale : rules->cookie_shift;
    if ((segment->flags & (LUCID_SYN | LUCID_ACK)) != (LUCID_SYN | LUCID_ACK) || segment->length > 0) {
        broken(rules, "a listener sends something else than RST and SYN,ACK");
    }
}

static void segment_out(struct rules *rules, struct observed *end, const struct lucid_event_segment *segment) {
    if (segment->flags & LUCID_RST) {
        return;
    }
    if (end->state == LUCID_LISTEN) {
        cookie_out(rules, segment);
        return;
    }
    if (segment->flags & LUCID_SYN) {
        syn_out(rules, end, segment);
    }
    if (!end->sent || !(segment->flags & (LUCID_SYN | LUCID_ACK))) {
        broken(rules, "a segment before any SYN, or one without SYN, ACK and RST");
        return;
    }
    check_place(rules, end, segment);
    if (segment->length > 0) {
        check_size(rules, end, segment);
        check_octets(rules, end, segment);
    }
    if (segment->flags & LUCID_ACK) {
        check_ack(rules, end, segment);
    }
    uint32_t last = segment->seq + sequence_length(segment);
    if (segment->flags & LUCID_FIN) {
        end->fin_sent = true;
        end->fin = last - 1;
    }
    end->nxt = later(end->nxt, last);
}

/* ---- segments that arrive ---- */

/* Near enough to mean something: what lies farther away comes from an attacker, and would turn comparisons around. */
static bool is_near(uint32_t number, uint32_t known) {
    return number - known + (UINT32_C(1) << 30) < UINT32_C(1) << 31;
}

/* The largest that any SYN offered; without the option the default of RFC 9293 3.7.1. */
static void hear_mss(struct observed *end, const struct lucid_event_segment *segment) {
    const uint8_t *option = find_option(segment, 2);
    unsigned otherwise = lucid_addr_is_ipv4(&segment->source.addr) ? 536 : 1220;
    unsigned mss = option && option[1] == 4 ? (unsigned)(option[2] << 8 | option[3]) : otherwise;
    end->peer_mss = mss > end->peer_mss ? (uint16_t)mss : end->peer_mss;
}

static void segment_in(struct observed *end, const struct lucid_event_segment *segment) {
    if (segment->flags & LUCID_RST) {
        return;
    }
    uint32_t last = segment->seq + sequence_length(segment);
    if (end->state == 0 || end->state == LUCID_SYN_SENT) {
        end->heard_nxt = last; /* the latest one may be the SYN that counts */
    } else if (is_near(last, end->acked ? end->ack : end->heard_nxt)) {
        end->heard_nxt = later(end->heard_nxt, last);
    }
    end->heard = true;
    if (segment->flags & LUCID_SYN) {
        hear_mss(end, segment);
    }
    /* An ACK of what was sent, or of the octet of a probe; others may come from an attacker. */
    bool ours = end->sent && segment->ack - end->iss <= end->nxt - end->iss + 1;
    if ((segment->flags & LUCID_ACK) && ours) {
        uint32_t edge = segment->ack + segment->window;
        end->offered_edge = end->offered ? later(end->offered_edge, edge) : edge;
        end->offered = true;
    }
}

/* ---- the log ---- */

/* Our SYN was a cookie, which the log has under the listener's number; or was sent twice, with and without a record.
 * What the peer's SYN offered is not known any more, nor how its window is scaled. */
static void cookie_came_back(struct rules *rules, struct observed *end) {
    const struct lucid_event_segment *ack = &rules->latest_in;
    end->offered = false;
    end->shift = rules->cookie_shift;
    end->sent = true;
    end->iss = ack->ack - 1;
    end->nxt = ack->ack;
    end->peer_mss = UINT16_MAX;
}

/* I26: the states of a connection form a chain, each link of which is a row of the machine. */
static void state_changed(struct rules *rules, struct observed *end, const struct lucid_event_state *state) {
    const struct lucid_fsm_row *row = state->row >= 0 ? lucid_fsm_row((unsigned)state->row) : NULL;
    unsigned before = end->state ? end->state : LUCID_CLOSED;
    bool born = end->state == 0 && (state->from == LUCID_LISTEN || state->from == LUCID_TIME_WAIT);
    if (state->from != before && !born) {
        broken(rules, "L: the state was %s, and now %s becomes %s", lucid_state_name(before),
               lucid_state_name(state->from), lucid_state_name(state->to));
    }
    if (!row || row->to != state->to || !(row->from & state->from)) {
        broken(rules, "I26: %s -> %s is not row %d", lucid_state_name(state->from), lucid_state_name(state->to),
               state->row);
    }
    if (born) {
        segment_in(end, &rules->latest_in);
    }
    if (row && strcmp(row->event, "RCV_COOKIE") == 0) {
        cookie_came_back(rules, end);
    }
    end->state = state->to;
}

/* A timer fires only when it was set, and at its time. */
static void timer_acted(struct rules *rules, struct observed *end, const struct lucid_event *event) {
    const struct lucid_event_timer *timer = &event->u.timer;
    lucid_time *at = &end->timer[timer->timer];
    if (timer->act == LUCID_TIMER_SET) {
        *at = timer->at;
        end->due[timer->timer] = timer->at > event->time ? timer->at : event->time;
        if (timer->timer == LUCID_TIMER_2MSL && timer->at != event->time + 2 * rules->config->msl) {
            broken(rules, "I22: TIME-WAIT does not last for 2MSL");
        }
        return;
    }
    if (*at == LUCID_NEVER) {
        broken(rules, "L: timer %s fired or stopped without having been set", lucid_timer_name(timer->timer));
    }
    if (timer->act == LUCID_TIMER_FIRED &&
        (*at != timer->at || (event->time != end->due[timer->timer] && !rules->oversleeps))) {
        broken(rules, "L: timer %s was set to %" PRIu64 " and fired at %" PRIu64, lucid_timer_name(timer->timer), *at,
               event->time);
    }
    *at = LUCID_NEVER;
}

/* RFC 4987 3.6: the ACK of a cookie has made a connection of a half-open one whose SYN had other numbers. */
static void rule_applied(struct observed *end, const struct lucid_event_rule *rule) {
    if (strcmp(rule->rule, "4987:3.6") == 0 && rule->outcome == LUCID_OUTCOME_ACCEPTED) {
        end->acked = false;
    }
}

void rules_event(struct rules *rules, const struct lucid_event *event) {
    if (event->number != rules->number + 1 || event->time < rules->time) {
        broken(rules, "L: event %" PRIu64 " follows %" PRIu64 ", or its time goes back", event->number, rules->number);
    }
    rules->number = event->number;
    rules->time = event->time;
    if (event->connection == 0) {
        return;
    }
    struct observed *end = end_of(rules, event->connection);
    switch ((enum lucid_event_kind)event->kind) {
    case LUCID_EVENT_SEGMENT_OUT:
        segment_out(rules, end, &event->u.segment);
        break;
    case LUCID_EVENT_SEGMENT_IN:
        rules->latest_in = event->u.segment;
        segment_in(end, &event->u.segment);
        break;
    case LUCID_EVENT_STATE:
        state_changed(rules, end, &event->u.state);
        break;
    case LUCID_EVENT_TIMER:
        timer_acted(rules, end, event);
        break;
    case LUCID_EVENT_RULE:
        rule_applied(end, &event->u.rule);
        break;
    case LUCID_EVENT_VARIABLES:
    case LUCID_EVENT_CALL:
    case LUCID_EVENT_RETURN:
    case LUCID_EVENT_DELIVERED:
    case LUCID_EVENT_DROP:
    case LUCID_EVENT_KINDS:
        break;
    }
}
