/* tlog_parse.c: which keys an event has, kind by kind: the tables of section 5.1.1 of the format of logs.
 *
 * A key that no table names is skipped, so that an old reader reads a new log; one that comes twice, or is missing, or
 * has a value of the wrong kind is refused. Keys may come in any order; those of the writer's order are found at once.
 */
#include <string.h>

#include "lab/tlog_private.h"

#define AT(member) offsetof(struct tlog_event, member)
#define NEEDED true
#define OPTIONAL false

/* A name of NULL ends a table. */
static const struct tlog_key COMMON[] = {
    {"i", tlog_put_u32, AT(i), OPTIONAL},    {"t", tlog_put_u64, AT(t), NEEDED},
    {"n", tlog_put_node, AT(node), NEEDED},  {"c", tlog_put_u32, AT(c), OPTIONAL},
    {"ev", tlog_put_kind, AT(kind), NEEDED}, {NULL, NULL, 0, OPTIONAL},
};

/* The object is walked through by itself. */
static int put_inside(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    (void)key;
    return field->type == TLOG_OBJECT ? 0 : tlog_wrong(&parse->line, field->at, "expected an object for \"seg\"");
}

static const struct tlog_key SEGMENT_EVENT[] = {
    {"seg", put_inside, 0, NEEDED},
    {"again", tlog_put_bool, AT(u.segment.again), OPTIONAL},
    {"rtx", tlog_put_u64, AT(u.segment.rtx), OPTIONAL},
    {"f", tlog_put_u32, AT(u.segment.frame), OPTIONAL},
    {NULL, NULL, 0, OPTIONAL},
};

static const struct tlog_key SEGMENT[] = {
    {"id", tlog_put_u64, AT(u.segment.id), NEEDED},
    {"src", tlog_put_address, AT(u.segment.source.addr), OPTIONAL},
    {"sp", tlog_put_u16, AT(u.segment.source.port), NEEDED},
    {"dst", tlog_put_address, AT(u.segment.destination.addr), OPTIONAL},
    {"dp", tlog_put_u16, AT(u.segment.destination.port), NEEDED},
    {"seq", tlog_put_u32, AT(u.segment.seq), NEEDED},
    {"ack", tlog_put_u32, AT(u.segment.ack), NEEDED},
    {"fl", tlog_put_flags, AT(u.segment.flags), NEEDED},
    {"win", tlog_put_u32, AT(u.segment.window), NEEDED},
    {"len", tlog_put_u32, AT(u.segment.length), NEEDED},
    {"mss", tlog_put_u16, AT(u.segment.segment_size), OPTIONAL},
    {"urg", tlog_put_u16, AT(u.segment.urgent), OPTIONAL},
    {"opt", tlog_put_hex, AT(u.segment.options), OPTIONAL},
    {"pay", tlog_put_text, AT(u.segment.payload), OPTIONAL},
    {NULL, NULL, 0, OPTIONAL},
};

static const struct tlog_key WIRE[] = {
    {"act", tlog_put_act, AT(u.wire.act), NEEDED},
    {"from", tlog_put_node, AT(u.wire.from), OPTIONAL},
    {"to", tlog_put_node, AT(u.wire.to), OPTIONAL},
    {"id", tlog_put_u64, AT(u.wire.id), OPTIONAL},
    {"id2", tlog_put_u64, AT(u.wire.id2), OPTIONAL},
    {"by", tlog_put_u64, AT(u.wire.by), OPTIONAL},
    {"bit", tlog_put_u32, AT(u.wire.bit), OPTIONAL},
    {"tag", tlog_put_name, AT(u.wire.tag), OPTIONAL},
    {NULL, NULL, 0, OPTIONAL},
};

/* The three causes, of which each state has one. */
static int put_cause_segment(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    parse->event.u.state.cause = LUCID_CAUSE_SEGMENT;
    return tlog_put_u64(parse, field, key);
}
static int put_cause_timer(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    parse->event.u.state.cause = LUCID_CAUSE_TIMER;
    return tlog_put_timer(parse, field, key);
}
static int put_cause_call(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    parse->event.u.state.cause = LUCID_CAUSE_CALL;
    return tlog_put_call(parse, field, key);
}

#define CAUSES 7u
static const struct tlog_key STATE[] = {
    {"seg_id", put_cause_segment, AT(u.state.segment), OPTIONAL},
    {"timer", put_cause_timer, AT(u.state.timer), OPTIONAL},
    {"call", put_cause_call, AT(u.state.call), OPTIONAL},
    {"from", tlog_put_state, AT(u.state.from), NEEDED},
    {"to", tlog_put_state, AT(u.state.to), NEEDED},
    {"edge", tlog_put_name, AT(u.state.edge), OPTIONAL},
    {"row", tlog_put_i16, AT(u.state.row), OPTIONAL},
    {"src", tlog_put_source, AT(u.state.source), OPTIONAL},
    {"rule", tlog_put_name, AT(u.state.rule), OPTIONAL},
    {"parent", tlog_put_u32, AT(u.state.parent), OPTIONAL},
    {"local", tlog_put_end, AT(u.state.local), OPTIONAL},
    {"remote", tlog_put_end, AT(u.state.remote), OPTIONAL},
    {NULL, NULL, 0, OPTIONAL},
};

static const struct tlog_key RULE[] = {
    {"rule", tlog_put_name, AT(u.rule.rule), NEEDED},
    {"out", tlog_put_outcome, AT(u.rule.outcome), NEEDED},
    {"seg_id", tlog_put_u64, AT(u.rule.segment), OPTIONAL},
    {NULL, NULL, 0, OPTIONAL},
};

static const struct tlog_key TIMER_SET[] = {
    {"timer", tlog_put_timer, AT(u.timer.timer), NEEDED},
    {"at", tlog_put_u64, AT(u.timer.at), NEEDED},
    {NULL, NULL, 0, OPTIONAL},
};
static const struct tlog_key TIMER[] = {
    {"timer", tlog_put_timer, AT(u.timer.timer), NEEDED},
    {NULL, NULL, 0, OPTIONAL},
};

/* A variable's place says which it is. */
static int put_variable(struct tlog_parse *parse, const struct tlog_field *field, const struct tlog_key *key) {
    parse->event.u.vars.changed |= 1u << (key->at - AT(u.vars.value)) / sizeof(int64_t);
    return tlog_put_i64(parse, field, key);
}

#define VARIABLE(name, number) \
    { name, put_variable, AT(u.vars.value) + (number) * sizeof(int64_t), OPTIONAL }
static const struct tlog_key VARIABLES[] = {
    VARIABLE("una", LUCID_VAR_SND_UNA),
    VARIABLE("nxt", LUCID_VAR_SND_NXT),
    VARIABLE("wnd", LUCID_VAR_SND_WND),
    VARIABLE("wl1", LUCID_VAR_SND_WL1),
    VARIABLE("wl2", LUCID_VAR_SND_WL2),
    VARIABLE("rnxt", LUCID_VAR_RCV_NXT),
    VARIABLE("rwnd", LUCID_VAR_RCV_WND),
    VARIABLE("cwnd", LUCID_VAR_CWND),
    VARIABLE("ssth", LUCID_VAR_SSTHRESH),
    VARIABLE("flight", LUCID_VAR_FLIGHT),
    VARIABLE("srtt", LUCID_VAR_SRTT),
    VARIABLE("rttvar", LUCID_VAR_RTTVAR),
    VARIABLE("rto", LUCID_VAR_RTO),
    VARIABLE("dupacks", LUCID_VAR_DUPACKS),
    VARIABLE("sndq", LUCID_VAR_SEND_QUEUE),
    VARIABLE("rcvq", LUCID_VAR_RECEIVE_QUEUE),
    VARIABLE("rtt", LUCID_VAR_RTT),
    VARIABLE("user", LUCID_VAR_USER),
    {NULL, NULL, 0, OPTIONAL},
};
#undef VARIABLE

static const struct tlog_key CALL[] = {
    {"op", tlog_put_call, AT(u.call.call), NEEDED},
    {"fd", tlog_put_i32, AT(u.call.fd), OPTIONAL},
    {"a", tlog_put_i64, AT(u.call.value), OPTIONAL},
    {NULL, NULL, 0, OPTIONAL},
};
static const struct tlog_key RETURN[] = {
    {"op", tlog_put_call, AT(u.call.call), NEEDED},
    {"fd", tlog_put_i32, AT(u.call.fd), OPTIONAL},
    {"r", tlog_put_result, AT(u.call), NEEDED},
    {NULL, NULL, 0, OPTIONAL},
};

static const struct tlog_key APP[] = {
    {"k", tlog_put_name, AT(u.say.k), NEEDED},
    {"off", tlog_put_u64, AT(u.say.offset), OPTIONAL},
    {"count", tlog_put_i64, AT(u.say.count), OPTIONAL},
    {"text", tlog_put_text, AT(u.say.text), OPTIONAL},
    {NULL, NULL, 0, OPTIONAL},
};
static const struct tlog_key PEER[] = {
    {"state", tlog_put_name, AT(u.say.k), NEEDED},    {"rto", tlog_put_i64, AT(u.say.rto), OPTIONAL},
    {"cwnd", tlog_put_i64, AT(u.say.cwnd), OPTIONAL}, {"retrans", tlog_put_i64, AT(u.say.retrans), OPTIONAL},
    {"by", tlog_put_name, AT(u.say.text), OPTIONAL},  {NULL, NULL, 0, OPTIONAL},
};
static const struct tlog_key TEXT[] = {
    {"text", tlog_put_text, AT(u.say.text), NEEDED},
    {NULL, NULL, 0, OPTIONAL},
};
static const struct tlog_key PREDICT[] = {
    {"id", tlog_put_name, AT(u.say.k), NEEDED},
    {"answer", tlog_put_text, AT(u.say.text), OPTIONAL},
    {"hash", tlog_put_text, AT(u.say.more), NEEDED},
    {NULL, NULL, 0, OPTIONAL},
};
static const struct tlog_key CHECK[] = {
    {"id", tlog_put_name, AT(u.say.k), NEEDED},
    {"kind", tlog_put_name, AT(u.say.kind), OPTIONAL},
    {"want", tlog_put_text, AT(u.say.more), NEEDED},
    {"got", tlog_put_text, AT(u.say.text), NEEDED},
    {"points", tlog_put_i64, AT(u.say.count), NEEDED},
    {"of", tlog_put_i64, AT(u.say.of), NEEDED},
    {NULL, NULL, 0, OPTIONAL},
};
static const struct tlog_key DROP[] = {
    {"reason", tlog_put_name, AT(u.say.k), NEEDED},
    {"text", tlog_put_name, AT(u.say.text), OPTIONAL},
    {"seg_id", tlog_put_i64, AT(u.say.count), OPTIONAL},
    {NULL, NULL, 0, OPTIONAL},
};
static const struct tlog_key LOST[] = {
    {"count", tlog_put_i64, AT(u.say.count), NEEDED},
    {NULL, NULL, 0, OPTIONAL},
};

static const struct tlog_key *const KEYS[TLOG_KINDS] = {
    [TLOG_SEG_TX] = SEGMENT_EVENT,
    [TLOG_SEG_RX] = SEGMENT_EVENT,
    [TLOG_WIRE_ACT] = WIRE,
    [TLOG_STATE] = STATE,
    [TLOG_RULE] = RULE,
    [TLOG_TIMER_SET] = TIMER_SET,
    [TLOG_TIMER_FIRE] = TIMER,
    [TLOG_TIMER_STOP] = TIMER,
    [TLOG_VAR] = VARIABLES,
    [TLOG_CALL] = CALL,
    [TLOG_RET] = RETURN,
    [TLOG_APP] = APP,
    [TLOG_HTTP] = APP,
    [TLOG_DNS] = APP,
    [TLOG_PEER] = PEER,
    [TLOG_CMD] = TEXT,
    [TLOG_NOTE] = TEXT,
    [TLOG_PREDICT] = PREDICT,
    [TLOG_CHECK] = CHECK,
    [TLOG_DROP] = DROP,
    [TLOG_LOST] = LOST,
};

/* ---- fields to tables ---- */

/* Where in the table this key is, looked for from a place on, around; -1: nowhere. */
static int find_key(const struct tlog_key *keys, const struct tlog_field *field, unsigned from) {
    unsigned count = 0;
    while (keys[count].name) {
        count++;
    }
    for (unsigned i = 0; i < count; i++) {
        unsigned at = from + i < count ? from + i : from + i - count;
        const char *name = keys[at].name;
        if (!strncmp(name, field->key, field->key_length) && name[field->key_length] == '\0') {
            return (int)at;
        }
    }
    return -1;
}

int tlog_take_fields(struct tlog_parse *parse, const struct tlog_key *keys, unsigned first, uint32_t *seen) {
    struct tlog_line *line = &parse->line;
    unsigned depth = line->field[first].depth, from = 0;
    for (unsigned i = first; i < line->count && line->field[i].depth >= depth; i++) {
        const struct tlog_field *field = &line->field[i];
        int at = field->depth == depth ? find_key(keys, field, from) : -1;
        if (at < 0) {
            continue;
        }
        if (*seen & 1u << at) {
            return tlog_wrong(line, field->key - 1, "\"%s\" is there for the second time", keys[at].name);
        }
        *seen |= 1u << at;
        from = (unsigned)at + 1;
        if (keys[at].put(parse, field, &keys[at]) < 0) {
            return -1;
        }
    }
    return 0;
}

int tlog_need_keys(struct tlog_parse *parse, const struct tlog_key *keys, uint32_t seen, const char *what) {
    for (unsigned at = 0; keys[at].name; at++) {
        if (keys[at].needed && !(seen & 1u << at)) {
            return tlog_wrong(&parse->line, parse->line.end, "%s needs \"%s\"", what, keys[at].name);
        }
    }
    return 0;
}

static int take_object(struct tlog_parse *parse, const struct tlog_key *keys, unsigned first, const char *what,
                       uint32_t *seen) {
    if (tlog_take_fields(parse, keys, first, seen) < 0) {
        return -1;
    }
    return tlog_need_keys(parse, keys, *seen, what);
}

/* ---- events ---- */

/* What is true of an event as long as its line says nothing else. */
static void prepare(struct tlog_event *event) {
    switch ((enum tlog_kind)event->kind) {
    case TLOG_SEG_TX:
    case TLOG_SEG_RX:
        event->u.segment.options = event->u.segment.payload = TLOG_EMPTY;
        break;
    case TLOG_WIRE_ACT:
        event->u.wire.from = event->u.wire.to = TLOG_WIRE_NODE;
        event->u.wire.tag = TLOG_EMPTY;
        break;
    case TLOG_STATE:
        event->u.state.row = -1;
        event->u.state.source = -1;
        event->u.state.edge = event->u.state.rule = TLOG_EMPTY;
        break;
    case TLOG_TIMER_SET:
    case TLOG_TIMER_FIRE:
    case TLOG_TIMER_STOP:
        event->u.timer.at = TLOG_NONE;
        break;
    case TLOG_CALL:
    case TLOG_RET:
        event->u.call.fd = -1;
        event->u.call.result = TLOG_EMPTY;
        break;
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
        event->u.say.k = event->u.say.text = event->u.say.more = event->u.say.kind = TLOG_EMPTY;
        event->u.say.rto = event->u.say.cwnd = event->u.say.retrans = -1;
        break;
    case TLOG_RULE:
    case TLOG_VAR:
    case TLOG_KINDS:
        break;
    }
}

static int take_segment(struct tlog_parse *parse) {
    struct tlog_line *line = &parse->line;
    for (unsigned i = 0; i + 1 < line->count; i++) {
        const struct tlog_field *field = &line->field[i];
        if (field->depth == 0 && field->type == TLOG_OBJECT && field->key_length == 3 &&
            line->field[i + 1].depth == 1 && !memcmp(field->key, "seg", 3)) {
            uint32_t seen = 0;
            return take_object(parse, SEGMENT, i + 1, "a segment", &seen);
        }
    }
    return tlog_wrong(line, line->end, "a segment needs \"id\"");
}

static int one_cause(struct tlog_parse *parse, uint32_t seen) {
    uint32_t causes = seen & CAUSES;
    if (causes == 1 || causes == 2 || causes == 4) {
        return 0;
    }
    return tlog_wrong(&parse->line, parse->line.end, "a state has one cause: \"seg_id\", \"timer\" or \"call\"");
}

int tlog_parse_event(struct tlog_parse *parse) {
    struct tlog_line *line = &parse->line;
    struct tlog_event *event = &parse->event;
    memset(event, 0, sizeof *event);
    uint32_t seen = 0;
    if (!line->count) {
        return tlog_wrong(line, line->start, "expected an event, got an object without keys");
    }
    if (take_object(parse, COMMON, 0, "an event", &seen) < 0) {
        return -1;
    }
    const char *name = tlog_kind_name(event->kind);
    if (!(seen & 1) && event->kind != TLOG_LOST) {
        return tlog_wrong(line, line->end, "an event needs \"i\"");
    }
    prepare(event);
    seen = 0;
    if (take_object(parse, KEYS[event->kind], 0, name, &seen) < 0) {
        return -1;
    }
    if (event->kind == TLOG_STATE) {
        return one_cause(parse, seen);
    }
    return event->kind == TLOG_SEG_TX || event->kind == TLOG_SEG_RX ? take_segment(parse) : 0;
}
