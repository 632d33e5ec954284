/* trace_json.c: see trace_json.h. */
#include "common/trace_json.h"

#include <ctype.h>

#include "common/json.h"
#include "common/trace_text.h"

static lucid_time since(lucid_time time, lucid_time zero) {
    return time > zero ? time - zero : 0;
}

static void put_addr(struct json *json, const char *key, const struct lucid_addr *addr) {
    char text[LUCID_ADDR_TEXT];
    json_string(json, key, lucid_addr_format(addr, text));
}

static void put_end(struct json *json, const char *key, const struct lucid_sockaddr *end) {
    char room[LUCID_ADDR_TEXT + 10];
    struct text text = text_fixed(room, sizeof room);
    trace_text_end(&text, end);
    json_string(json, key, room);
}

/* "CHALLENGE-ACK" as "challenge_ack". */
static void put_lower(struct json *json, const char *key, const char *name) {
    char text[40];
    size_t i = 0;
    for (; name[i] && i + 1 < sizeof text; i++) {
        text[i] = name[i] == '-' ? '_' : (char)tolower((unsigned char)name[i]);
    }
    text[i] = '\0';
    json_string(json, key, text);
}

static void put_hex(struct json *json, const char *key, const uint8_t *octets, size_t length) {
    char room[2 * LUCID_TRACE_OPTIONS + 1];
    struct text text = text_fixed(room, sizeof room);
    for (size_t i = 0; i < length; i++) {
        text_format(&text, "%02x", octets[i]);
    }
    json_string(json, key, room);
}

/* ---- kind by kind ---- */

static void put_segment(struct json *json, const struct lucid_event_segment *segment) {
    char flags[9];
    json_open(json, "seg", '{');
    json_uint(json, "id", segment->id);
    put_addr(json, "src", &segment->source.addr);
    json_uint(json, "sp", segment->source.port);
    put_addr(json, "dst", &segment->destination.addr);
    json_uint(json, "dp", segment->destination.port);
    json_uint(json, "seq", segment->seq);
    json_uint(json, "ack", segment->ack);
    json_string(json, "fl", lucid_flags_format(segment->flags, flags));
    json_uint(json, "win", segment->window);
    json_uint(json, "len", segment->length);
    if (segment->segment_size > 0) {
        json_uint(json, "mss", segment->segment_size);
    }
    if (segment->flags & LUCID_URG) {
        json_uint(json, "urg", segment->urgent);
    }
    if (segment->option_length > 0) {
        put_hex(json, "opt", segment->options, segment->option_length);
    }
    if (segment->payload_length > 0) {
        json_octets(json, "pay", segment->payload, segment->payload_length);
    }
    json_close(json, '}');
    if (segment->retransmission) {
        json_int(json, "again", 1);
    }
}

static const char *state_name(unsigned state) {
    return state ? lucid_state_name(state) : "";
}

static void put_row(struct json *json, const struct lucid_event_state *state) {
    static const char *const sources[] = {"FIG5", "TEXT", "EXT"};
    const struct lucid_fsm_row *row = state->row >= 0 ? lucid_fsm_row((unsigned)state->row) : NULL;
    if (!row) {
        return;
    }
    char room[80];
    struct text edge = text_fixed(room, sizeof room);
    text_format(&edge, "%s:%s:%s", state_name(state->from), row->event, state_name(state->to));
    json_string(json, "edge", room);
    json_int(json, "row", state->row);
    json_string(json, "src", row->source < 3 ? sources[row->source] : "?");
    json_string(json, "rule", row->rule);
}

static const char *call_name(unsigned call) {
    return call == LUCID_CALL_OPEN ? "open" : lucid_call_name(call);
}

static void put_state(struct json *json, const struct lucid_event_state *state) {
    json_string(json, "from", state_name(state->from));
    json_string(json, "to", state_name(state->to));
    put_row(json, state);
    switch ((enum lucid_cause)state->cause) {
    case LUCID_CAUSE_SEGMENT:
        json_uint(json, "seg_id", state->segment);
        break;
    case LUCID_CAUSE_TIMER:
        json_string(json, "timer", lucid_timer_name(state->timer));
        break;
    case LUCID_CAUSE_CALL:
        json_string(json, "call", call_name(state->call));
        break;
    }
    if (state->parent > 0) {
        json_uint(json, "parent", state->parent);
    }
    put_end(json, "local", &state->local);
    put_end(json, "remote", &state->remote);
}

static void put_rule(struct json *json, const struct lucid_event_rule *rule) {
    json_string(json, "rule", rule->rule);
    put_lower(json, "out", lucid_outcome_name(rule->outcome));
    if (rule->segment > 0) {
        json_uint(json, "seg_id", rule->segment);
    }
}

static void put_timer(struct json *json, const struct lucid_event_timer *timer, lucid_time zero) {
    json_string(json, "timer", lucid_timer_name(timer->timer));
    if (timer->act == LUCID_TIMER_SET) {
        json_uint(json, "at", since(timer->at, zero));
    }
}

static void put_variables(struct json *json, const struct lucid_event_variables *variables) {
    static const char *const keys[LUCID_VARS] = {
        [LUCID_VAR_SND_UNA] = "una",     [LUCID_VAR_SND_NXT] = "nxt",
        [LUCID_VAR_SND_WND] = "wnd",     [LUCID_VAR_SND_WL1] = "wl1",
        [LUCID_VAR_SND_WL2] = "wl2",     [LUCID_VAR_RCV_NXT] = "rnxt",
        [LUCID_VAR_RCV_WND] = "rwnd",    [LUCID_VAR_CWND] = "cwnd",
        [LUCID_VAR_SSTHRESH] = "ssth",   [LUCID_VAR_FLIGHT] = "flight",
        [LUCID_VAR_SRTT] = "srtt",       [LUCID_VAR_RTTVAR] = "rttvar",
        [LUCID_VAR_RTO] = "rto",         [LUCID_VAR_DUPACKS] = "dupacks",
        [LUCID_VAR_SEND_QUEUE] = "sndq", [LUCID_VAR_RECEIVE_QUEUE] = "rcvq",
        [LUCID_VAR_RTT] = "rtt",         [LUCID_VAR_USER] = "user",
    };
    /* Nanoseconds, whatever the unit of the event is. */
    static const int64_t units[LUCID_VARS] = {
        [LUCID_VAR_SRTT] = 1000, [LUCID_VAR_RTTVAR] = 1000,  [LUCID_VAR_RTO] = 1000,
        [LUCID_VAR_RTT] = 1000,  [LUCID_VAR_USER] = 1000000,
    };
    for (unsigned i = 0; i < LUCID_VARS; i++) {
        int64_t value = variables->value[i];
        if (i == LUCID_VAR_SSTHRESH && variables->value[i] == UINT32_MAX) {
            value = -1;
        }
        if (variables->changed & 1u << i) {
            json_int(json, keys[i], units[i] ? value * units[i] : value);
        }
    }
}

static void put_call(struct json *json, const struct lucid_event_call *call, bool returned) {
    json_string(json, "op", call_name(call->call));
    json_int(json, "fd", call->fd);
    if (returned && call->value < 0) {
        json_string(json, "r", lucid_error_name((int)call->value));
        return;
    }
    json_int(json, returned ? "r" : "a", call->value);
}

static void put_delivered(struct json *json, const struct lucid_event_delivered *delivered) {
    json_string(json, "k", "delivered");
    json_uint(json, "off", delivered->offset);
    json_uint(json, "count", delivered->count);
}

static void put_drop(struct json *json, const struct lucid_event_drop *drop) {
    json_string(json, "reason", lucid_drop_name(drop->reason));
    json_string(json, "text", lucid_drop_text(drop->reason));
    json_uint(json, "seg_id", drop->segment);
}

/* ---- lines ---- */

static const char *kind_name(const struct lucid_event *event) {
    static const char *const acts[] = {"timer_set", "timer_fire", "timer_stop"};
    switch ((enum lucid_event_kind)event->kind) {
    case LUCID_EVENT_SEGMENT_OUT:
        return "seg_tx";
    case LUCID_EVENT_SEGMENT_IN:
        return "seg_rx";
    case LUCID_EVENT_STATE:
        return "state";
    case LUCID_EVENT_RULE:
        return "rule";
    case LUCID_EVENT_TIMER:
        return event->u.timer.act < 3 ? acts[event->u.timer.act] : "?";
    case LUCID_EVENT_VARIABLES:
        return "var";
    case LUCID_EVENT_CALL:
        return "call";
    case LUCID_EVENT_RETURN:
        return "ret";
    case LUCID_EVENT_DELIVERED:
        return "app";
    case LUCID_EVENT_DROP:
        return "drop";
    case LUCID_EVENT_KINDS:
        break;
    }
    return "?";
}

static void put_event(struct json *json, const struct lucid_event *event, lucid_time zero) {
    switch ((enum lucid_event_kind)event->kind) {
    case LUCID_EVENT_SEGMENT_OUT:
    case LUCID_EVENT_SEGMENT_IN:
        put_segment(json, &event->u.segment);
        break;
    case LUCID_EVENT_STATE:
        put_state(json, &event->u.state);
        break;
    case LUCID_EVENT_RULE:
        put_rule(json, &event->u.rule);
        break;
    case LUCID_EVENT_TIMER:
        put_timer(json, &event->u.timer, zero);
        break;
    case LUCID_EVENT_VARIABLES:
        put_variables(json, &event->u.variables);
        break;
    case LUCID_EVENT_CALL:
        put_call(json, &event->u.call, false);
        break;
    case LUCID_EVENT_RETURN:
        put_call(json, &event->u.call, true);
        break;
    case LUCID_EVENT_DELIVERED:
        put_delivered(json, &event->u.delivered);
        break;
    case LUCID_EVENT_DROP:
        put_drop(json, &event->u.drop);
        break;
    case LUCID_EVENT_KINDS:
        break;
    }
}

static void end_line(struct json *json) {
    json_close(json, '}');
    text_put_char(json->text, '\n');
}

void trace_json_event(struct text *text, const struct lucid_event *event, const char *node, lucid_time zero) {
    struct json json = json_begin(text);
    json_open(&json, NULL, '{');
    json_uint(&json, "i", event->number);
    json_uint(&json, "t", since(event->time, zero));
    json_string(&json, "n", node);
    json_uint(&json, "c", event->connection);
    json_string(&json, "ev", kind_name(event));
    put_event(&json, event, zero);
    end_line(&json);
}

void trace_json_lost(struct text *text, const char *node, lucid_time time, uint64_t count) {
    struct json json = json_begin(text);
    json_open(&json, NULL, '{');
    json_uint(&json, "t", time);
    json_string(&json, "n", node);
    json_string(&json, "ev", "lost");
    json_uint(&json, "count", count);
    end_line(&json);
}

void trace_json_header(struct text *text, const char *world, const struct trace_json_node *nodes, unsigned count,
                       lucid_time msl) {
    struct json json = json_begin(text);
    json_open(&json, NULL, '{');
    json_int(&json, "tlog", 1);
    json_string(&json, "world", world);
    json_open(&json, "nodes", '[');
    for (unsigned i = 0; i < count; i++) {
        json_open(&json, NULL, '[');
        json_string(&json, NULL, nodes[i].name);
        put_addr(&json, NULL, &nodes[i].addr);
        if (nodes[i].kernel) {
            json_string(&json, NULL, "kernel");
        }
        json_close(&json, ']');
    }
    json_close(&json, ']');
    json_uint(&json, "msl", msl);
    json_string(&json, "build", LUCID_VERSION);
    end_line(&json);
}
