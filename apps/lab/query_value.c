/* query_value.c: what can be asked of an event (.seq) and of a node (A.cwnd). */
#include <stdio.h>
#include <string.h>

#include "lab/query_private.h"

const char *const query_attribute_names[] = {
    "t",    "n",   "c",     "seq", "ack", "fl",  "win", "len", "id", "again", "from", "to",     "edge",  "src",
    "rule", "out", "timer", "at",  "act", "tag", "op",  "r",   "k",  "count", "text", "status", "error", NULL};
const char *const query_value_names[] = {"state",   "conn", "error", "bytes",  "sent", "connections", "iss",
                                         "irs",     "una",  "nxt",   "wnd",    "wl1",  "wl2",         "rnxt",
                                         "rwnd",    "cwnd", "ssth",  "flight", "srtt", "rttvar",      "rto",
                                         "dupacks", "sndq", "rcvq",  "rtt",    "user", NULL};

static int find(const char *const *list, const char *word, size_t length) {
    for (int i = 0; list[i]; i++) {
        if (strlen(list[i]) == length && !memcmp(list[i], word, length)) {
            return i;
        }
    }
    return -1;
}

int query_attribute_find(const char *word, size_t length) {
    return find(query_attribute_names, word, length);
}

int query_value_find(const char *word, size_t length) {
    return find(query_value_names, word, length);
}

enum query_type query_attribute_type(unsigned attribute) {
    static const char names[QUERY_ATTRIBUTES] = {
        [QUERY_A_N] = 1,   [QUERY_A_FL] = 1,   [QUERY_A_FROM] = 1, [QUERY_A_TO] = 1,    [QUERY_A_EDGE] = 1,
        [QUERY_A_SRC] = 1, [QUERY_A_RULE] = 1, [QUERY_A_OUT] = 1,  [QUERY_A_TIMER] = 1, [QUERY_A_ACT] = 1,
        [QUERY_A_TAG] = 1, [QUERY_A_OP] = 1,   [QUERY_A_K] = 1,    [QUERY_A_TEXT] = 1,  [QUERY_A_ERROR] = 1};
    if (attribute == QUERY_A_T || attribute == QUERY_A_AT) {
        return QUERY_TIME;
    }
    return names[attribute] ? QUERY_NAME : QUERY_NUMBER;
}

static bool is_time(unsigned variable) {
    return variable == LUCID_VAR_SRTT || variable == LUCID_VAR_RTTVAR || variable == LUCID_VAR_RTO ||
           variable == LUCID_VAR_RTT || variable == LUCID_VAR_USER;
}

enum query_type query_value_type(unsigned value) {
    if (value <= QUERY_V_ERROR) {
        return QUERY_NAME;
    }
    return value >= QUERY_V_VARIABLE && is_time(value - QUERY_V_VARIABLE) ? QUERY_TIME : QUERY_NUMBER;
}

static struct query_value number(double value) {
    return (struct query_value){.type = QUERY_NUMBER, .number = value};
}

static struct query_value sequence(uint32_t value) {
    return (struct query_value){.type = QUERY_NUMBER, .number = value, .sequence = true};
}

static struct query_value seconds(uint64_t nanoseconds) {
    if (nanoseconds == TLOG_NONE) {
        return (struct query_value){0};
    }
    return (struct query_value){.type = QUERY_TIME, .number = (double)nanoseconds / 1e9};
}

static struct query_value name(const char *at) {
    return (struct query_value){.type = QUERY_NAME, .name = {at, (uint32_t)strlen(at)}};
}

static struct query_value text(struct tlog_text at) {
    return (struct query_value){.type = QUERY_NAME, .name = at};
}

/* "SA": without PSH, which says nothing about the protocol. */
static struct query_value flags_of(unsigned flags) {
    static char names[128][9];
    unsigned kept = flags & 0xff & ~(unsigned)LUCID_PSH;
    return name(lucid_flags_format(kept, names[(kept & 0x07) | (kept >> 1 & 0x78)]));
}

static struct query_value segment_attribute(const struct tlog_segment *segment, unsigned attribute) {
    switch (attribute) {
    case QUERY_A_SEQ:
        return sequence(segment->seq);
    case QUERY_A_ACK:
        return sequence(segment->ack);
    case QUERY_A_FL:
        return flags_of(segment->flags);
    case QUERY_A_WIN:
        return number(segment->window);
    case QUERY_A_LEN:
        return number(segment->length);
    case QUERY_A_ID:
        return number((double)segment->id);
    case QUERY_A_AGAIN:
        return number(segment->again || segment->rtx);
    }
    return (struct query_value){0};
}

static struct query_value state_name(unsigned state) {
    return name(state ? lucid_state_name(state) : "CLOSED");
}

static struct query_value state_attribute(const struct tlog_state *state, unsigned attribute) {
    static const char *const sources[] = {"FIG5", "TEXT", "EXT"};
    switch (attribute) {
    case QUERY_A_FROM:
        return state_name(state->from);
    case QUERY_A_TO:
        return state_name(state->to);
    case QUERY_A_EDGE:
        return text(state->edge);
    case QUERY_A_RULE:
        return text(state->rule);
    case QUERY_A_SRC:
        return name(state->source >= 0 && state->source < 3 ? sources[state->source] : "");
    case QUERY_A_ID:
        return number((double)state->segment);
    }
    return (struct query_value){0};
}

static struct query_value timer_attribute(const struct tlog_timer *timer, unsigned attribute) {
    if (attribute == QUERY_A_TIMER) {
        return name(lucid_timer_name(timer->timer));
    }
    return attribute == QUERY_A_AT ? seconds(timer->at) : (struct query_value){0};
}

static struct query_value call_attribute(const struct tlog_event *event, unsigned attribute) {
    const struct tlog_call *call = &event->u.call;
    if (attribute == QUERY_A_OP) {
        return name(lucid_call_name(call->call));
    }
    if (attribute == QUERY_A_ERROR) {
        return call->result.length ? text(call->result) : name("none");
    }
    return attribute == QUERY_A_R ? number((double)call->value) : (struct query_value){0};
}

static struct query_value wire_attribute(const struct tlog_wire *wire, unsigned attribute) {
    switch (attribute) {
    case QUERY_A_ACT:
        return name(tlog_wire_name(wire->act));
    case QUERY_A_TAG:
        return text(wire->tag);
    case QUERY_A_ID:
        return number((double)wire->id);
    }
    return (struct query_value){0};
}

/* "HTTP/1.1 404 Not Found" */
static struct query_value status_of(struct tlog_text line) {
    unsigned status = 0;
    bool known = line.length > 12 && !memcmp(line.at, "HTTP/", 5) && sscanf(line.at + 5, "%*d.%*d %3u", &status) == 1;
    return known ? number(status) : (struct query_value){0};
}

static struct query_value say_attribute(const struct tlog_say *say, unsigned attribute) {
    switch (attribute) {
    case QUERY_A_K:
        return text(say->k);
    case QUERY_A_COUNT:
        return number((double)say->count);
    case QUERY_A_TEXT:
        return text(say->text);
    case QUERY_A_STATUS:
        return status_of(say->text);
    }
    return (struct query_value){0};
}

static struct query_value rule_attribute(const struct tlog_rule *rule, unsigned attribute) {
    switch (attribute) {
    case QUERY_A_RULE:
        return text(rule->rule);
    case QUERY_A_OUT:
        return name(lucid_outcome_name(rule->outcome));
    case QUERY_A_ID:
        return number((double)rule->segment);
    }
    return (struct query_value){0};
}

struct query_value query_attribute(const struct tlog *log, const struct tlog_event *event, unsigned attribute) {
    switch (attribute) {
    case QUERY_A_T:
        return seconds(event->t);
    case QUERY_A_N:
        return name(tlog_node_name(log, event->node));
    case QUERY_A_C:
        return number(event->c);
    }
    switch ((enum tlog_kind)event->kind) {
    case TLOG_SEG_TX:
    case TLOG_SEG_RX:
        return segment_attribute(&event->u.segment, attribute);
    case TLOG_STATE:
        return state_attribute(&event->u.state, attribute);
    case TLOG_TIMER_SET:
    case TLOG_TIMER_FIRE:
    case TLOG_TIMER_STOP:
        return timer_attribute(&event->u.timer, attribute);
    case TLOG_CALL:
    case TLOG_RET:
        return call_attribute(event, attribute);
    case TLOG_WIRE_ACT:
        return wire_attribute(&event->u.wire, attribute);
    case TLOG_RULE:
        return rule_attribute(&event->u.rule, attribute);
    case TLOG_APP:
    case TLOG_HTTP:
    case TLOG_DNS:
    case TLOG_PEER:
    case TLOG_CMD:
    case TLOG_NOTE:
    case TLOG_PREDICT:
    case TLOG_CHECK:
    case TLOG_DROP:
    case TLOG_LOST:
        return say_attribute(&event->u.say, attribute);
    case TLOG_VAR:
    case TLOG_KINDS:
        break;
    }
    return (struct query_value){0};
}

/* One word for how far a connection is. */
static const char *progress(const struct model_connection *connection) {
    if (!connection || connection->listener) {
        return "none";
    }
    if (connection->gone || !connection->state || connection->state == LUCID_CLOSED) {
        return "closed";
    }
    if (connection->state & (LUCID_SYN_SENT | LUCID_SYN_RECEIVED)) {
        return "opening";
    }
    return connection->state == LUCID_ESTABLISHED ? "open" : "closing";
}

static uint64_t sum_bytes(const struct model *model, unsigned node) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < model->node[node].connections; i++) {
        sum += model->node[node].connection[i].delivered;
    }
    return sum;
}

/* What send() took, of all connections. */
static uint64_t sum_sent(const struct model *model, unsigned node) {
    uint64_t sum = 0;
    for (uint32_t i = 1; i <= model->at; i++) {
        const struct tlog_event *event = tlog_at(model->log, i);
        if (event->kind == TLOG_RET && event->node == node && event->u.call.call == LUCID_CALL_SEND &&
            event->u.call.value > 0) {
            sum += (uint64_t)event->u.call.value;
        }
    }
    return sum;
}

static unsigned living(const struct model *model, unsigned node) {
    unsigned count = 0;
    for (unsigned i = 0; i < model->node[node].connections; i++) {
        const struct model_connection *connection = &model->node[node].connection[i];
        count += !connection->listener && !connection->gone && connection->state && connection->state != LUCID_CLOSED;
    }
    return count;
}

unsigned query_conns(const struct model *model, unsigned node, unsigned state) {
    unsigned count = 0;
    for (unsigned i = 0; i < model->node[node].connections; i++) {
        const struct model_connection *connection = &model->node[node].connection[i];
        count += !connection->gone && connection->state == state;
    }
    return count;
}

static struct query_value variable_of(const struct model_connection *connection, unsigned variable) {
    if (!connection || !(connection->known & 1u << variable)) {
        return (struct query_value){0};
    }
    int64_t value = connection->value[variable];
    if (is_time(variable)) {
        return seconds((uint64_t)value);
    }
    bool place = variable <= LUCID_VAR_SND_NXT || variable == LUCID_VAR_RCV_NXT || variable == LUCID_VAR_SND_WL1 ||
                 variable == LUCID_VAR_SND_WL2;
    return place ? sequence((uint32_t)value) : number((double)value);
}

struct query_value query_node_value(const struct model *model, unsigned node, unsigned value) {
    const struct model_connection *connection = model_newest(model, node);
    switch (value) {
    case QUERY_V_STATE:
        return state_name(connection && !connection->gone ? connection->state : 0);
    case QUERY_V_CONN:
        return name(progress(connection));
    case QUERY_V_ERROR:
        return connection && connection->error.length ? text(connection->error) : name("none");
    case QUERY_V_BYTES:
        return number((double)sum_bytes(model, node));
    case QUERY_V_SENT:
        return number((double)sum_sent(model, node));
    case QUERY_V_CONNECTIONS:
        return number(living(model, node));
    case QUERY_V_ISS:
        return connection && connection->iss_known ? sequence(connection->iss) : (struct query_value){0};
    case QUERY_V_IRS:
        return connection && connection->irs_known ? sequence(connection->irs) : (struct query_value){0};
    }
    return variable_of(connection, value - QUERY_V_VARIABLE);
}
