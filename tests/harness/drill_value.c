/* drill_value.c: see drill_value.h. */
#include "harness/drill_value.h"

#include <string.h>

struct field {
    const char *name;
    uint8_t kind; /* enum drill_field_kind */
    uint8_t size; /* octets */
    uint16_t offset;
};

#define FIELD(member, kind) \
    { #member, kind, sizeof(((struct lucid_tcp_info *)0)->member), offsetof(struct lucid_tcp_info, member) }

static const struct field info_fields[] = {
    FIELD(connection, DRILL_FIELD_NUMBER),
    FIELD(iss, DRILL_FIELD_OUR_SEQ),
    FIELD(snd_una, DRILL_FIELD_OUR_SEQ),
    FIELD(snd_nxt, DRILL_FIELD_OUR_SEQ),
    FIELD(snd_wnd, DRILL_FIELD_NUMBER),
    FIELD(snd_wl1, DRILL_FIELD_THEIR_SEQ),
    FIELD(snd_wl2, DRILL_FIELD_OUR_SEQ),
    FIELD(irs, DRILL_FIELD_THEIR_SEQ),
    FIELD(rcv_nxt, DRILL_FIELD_THEIR_SEQ),
    FIELD(rcv_wnd, DRILL_FIELD_NUMBER),
    FIELD(cwnd, DRILL_FIELD_NUMBER),
    FIELD(ssthresh, DRILL_FIELD_NUMBER),
    FIELD(flight, DRILL_FIELD_NUMBER),
    FIELD(sacked, DRILL_FIELD_NUMBER),
    FIELD(lost, DRILL_FIELD_NUMBER),
    FIELD(send_queue, DRILL_FIELD_NUMBER),
    FIELD(receive_queue, DRILL_FIELD_NUMBER),
    FIELD(out_of_order, DRILL_FIELD_NUMBER),
    FIELD(urgent, DRILL_FIELD_NUMBER),
    FIELD(mss, DRILL_FIELD_NUMBER),
    FIELD(mss_received, DRILL_FIELD_NUMBER),
    FIELD(snd_shift, DRILL_FIELD_NUMBER),
    FIELD(rcv_shift, DRILL_FIELD_NUMBER),
    FIELD(ecn, DRILL_FIELD_NUMBER),
    FIELD(dupacks, DRILL_FIELD_NUMBER),
    FIELD(backoff, DRILL_FIELD_NUMBER),
    FIELD(retransmits, DRILL_FIELD_NUMBER),
    FIELD(octets_in, DRILL_FIELD_NUMBER),
    FIELD(octets_out, DRILL_FIELD_NUMBER),
    FIELD(srtt, DRILL_FIELD_DURATION),
    FIELD(rttvar, DRILL_FIELD_DURATION),
    FIELD(rto, DRILL_FIELD_DURATION),
    FIELD(rto_at, DRILL_FIELD_INSTANT),
    FIELD(persist_at, DRILL_FIELD_INSTANT),
    FIELD(delayed_ack_at, DRILL_FIELD_INSTANT),
    FIELD(keepalive_at, DRILL_FIELD_INSTANT),
    FIELD(timewait_at, DRILL_FIELD_INSTANT),
    FIELD(fin_wait_2_at, DRILL_FIELD_INSTANT),
    FIELD(user_at, DRILL_FIELD_INSTANT),
};

static const char *const stat_names[] = {
#define STAT_NAME(name, text) #name,
    LUCID_COUNTER_LIST(STAT_NAME)
#undef STAT_NAME
        "memory",
    "sockets",
    "connections",
    "half_open",
    "listeners",
    "timewaits",
};

static const char *const drop_names[] = {
#define DROP_NAME(name, text) #name,
    LUCID_DROP_LIST(DROP_NAME)
#undef DROP_NAME
};

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static int find(const char *const *names, int count, const char *name) {
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

int drill_value_field(enum drill_value_source source, const char *name) {
    if (source == DRILL_STAT) {
        return find(stat_names, COUNT(stat_names), name);
    }
    if (source == DRILL_DROP) {
        return find(drop_names, COUNT(drop_names), name);
    }
    for (int i = 0; i < COUNT(info_fields); i++) {
        if (strcmp(info_fields[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

enum drill_field_kind drill_value_kind(enum drill_value_source source, int field) {
    return source == DRILL_INFO ? info_fields[field].kind : DRILL_FIELD_NUMBER;
}

static uint64_t read_field(const struct lucid_tcp_info *info, const struct field *field) {
    const uint8_t *at = (const uint8_t *)info + field->offset;
    union {
        uint8_t octet;
        uint16_t half;
        uint32_t word;
        uint64_t wide;
    } value = {.wide = 0};
    memcpy(&value, at, field->size);
    switch (field->size) {
    case 1:
        return value.octet;
    case 2:
        return value.half;
    case 4:
        return value.word;
    default:
        return value.wide;
    }
}

uint64_t drill_info_field(const struct lucid_tcp_info *info, int field, lucid_time zero) {
    uint64_t value = read_field(info, &info_fields[field]);
    switch ((enum drill_field_kind)info_fields[field].kind) {
    case DRILL_FIELD_OUR_SEQ:
        return (uint32_t)value - info->iss;
    case DRILL_FIELD_THEIR_SEQ:
        return (uint32_t)value - info->irs;
    case DRILL_FIELD_INSTANT:
        return value == LUCID_NEVER ? value : value - zero;
    case DRILL_FIELD_NUMBER:
    case DRILL_FIELD_DURATION:
        break;
    }
    return value;
}

uint64_t drill_stat_field(const struct lucid_stats *stats, int field) {
    const uint64_t values[] = {
#define STAT_VALUE(name, text) stats->name,
        LUCID_COUNTER_LIST(STAT_VALUE)
#undef STAT_VALUE
            stats->memory,
        stats->sockets,
        stats->connections,
        stats->half_open,
        stats->listeners,
        stats->timewaits,
    };
    return values[field];
}

bool drill_value_holds(const struct drill_value *value, uint64_t actual) {
    enum drill_field_kind kind = drill_value_kind((enum drill_value_source)value->source, value->field);
    bool is_time = kind == DRILL_FIELD_DURATION || kind == DRILL_FIELD_INSTANT;
    uint64_t expected = is_time ? value->time : (uint64_t)value->number;
    if (value->never) {
        expected = LUCID_NEVER;
    }
    switch ((enum drill_compare)value->compare) {
    case DRILL_AT_LEAST:
        return actual >= expected;
    case DRILL_AT_MOST:
        return actual <= expected;
    case DRILL_EQUAL:
        break;
    }
    return kind == DRILL_FIELD_NUMBER || is_time ? actual == expected : (uint32_t)actual == (uint32_t)expected;
}
