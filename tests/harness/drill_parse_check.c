/* drill_parse_check.c: the lines that look inside.
 *
 *     state = FIN-WAIT-2        of the connection of the last packet line
 *     state(4) = ESTABLISHED    of a descriptor
 *     info(4).cwnd = 14600      =, >= or <=; without (4): of the connection of the last packet line
 *     stat.tcp_resets_out = 1   a counter of the stack
 *     drop.TCP_CHECKSUM = 1     segments dropped for this reason
 */
#include <string.h>

#include "harness/drill_parse.h"
#include "harness/drill_value.h"

static const struct scan_name states[] = {
    {"CLOSED", LUCID_CLOSED},           {"LISTEN", LUCID_LISTEN},
    {"SYN-SENT", LUCID_SYN_SENT},       {"SYN-RECEIVED", LUCID_SYN_RECEIVED},
    {"ESTABLISHED", LUCID_ESTABLISHED}, {"FIN-WAIT-1", LUCID_FIN_WAIT_1},
    {"FIN-WAIT-2", LUCID_FIN_WAIT_2},   {"CLOSE-WAIT", LUCID_CLOSE_WAIT},
    {"CLOSING", LUCID_CLOSING},         {"LAST-ACK", LUCID_LAST_ACK},
    {"TIME-WAIT", LUCID_TIME_WAIT},     {NULL, 0},
};

/* "(4)" or nothing */
static bool parse_descriptor(struct scan *scan, int *fd) {
    int64_t number;
    *fd = DRILL_ANY;
    if (!scan_text(scan, "(")) {
        return true;
    }
    if (!scan_range(scan, "descriptor", 0, 1023, &number) || !scan_expect(scan, ")")) {
        return false;
    }
    *fd = (int)number;
    return true;
}

bool drill_parse_state(struct scan *scan, struct drill_line *line) {
    int state;
    if (!parse_descriptor(scan, &line->u.state.fd) || !scan_expect(scan, "=")) {
        return false;
    }
    if (!scan_name(scan, states, &state)) {
        return scan_fail(scan, "'%.20s' is none of the 11 states", scan_rest(scan));
    }
    line->u.state.state = (unsigned)state;
    return true;
}

static bool parse_compare(struct scan *scan, struct drill_value *value) {
    if (scan_text(scan, ">=")) {
        value->compare = DRILL_AT_LEAST;
        return true;
    }
    if (scan_text(scan, "<=")) {
        value->compare = DRILL_AT_MOST;
        return true;
    }
    value->compare = DRILL_EQUAL;
    return scan_expect(scan, "=");
}

static bool parse_amount(struct scan *scan, struct drill_value *value) {
    if (scan_is_word(scan, "never")) {
        value->never = true;
        return true;
    }
    const char *before = scan_rest(scan);
    if (scan_seconds(scan, &value->time)) {
        value->fraction = memchr(before, '.', (size_t)(scan->at - before)) != NULL;
        scan->at = value->fraction ? scan->at : before;
    }
    return value->fraction || scan_range(scan, "value", -(int64_t)UINT32_MAX, INT64_MAX, &value->number);
}

bool drill_parse_value(struct scan *scan, struct drill_value *value) {
    static const struct scan_name sources[] = {
        {"info", DRILL_INFO}, {"stat", DRILL_STAT}, {"drop", DRILL_DROP}, {NULL, 0}};
    char name[SCAN_WORD];
    int source;
    memset(value, 0, sizeof *value);
    if (!scan_name(scan, sources, &source) || !parse_descriptor(scan, &value->fd) || !scan_expect(scan, ".")) {
        return false;
    }
    value->source = (uint8_t)source;
    if (!scan_word(scan, name)) {
        return scan_fail(scan, "the name of a field is missing");
    }
    value->field = drill_value_field((enum drill_value_source)source, name);
    if (value->field < 0) {
        return scan_fail(scan, "there is no field '%s' here", name);
    }
    if (!parse_compare(scan, value) || !parse_amount(scan, value)) {
        return false;
    }
    enum drill_field_kind kind = drill_value_kind((enum drill_value_source)source, value->field);
    if (value->fraction && kind != DRILL_FIELD_DURATION && kind != DRILL_FIELD_INSTANT) {
        return scan_fail(scan, "%s is not a time, so it has no fraction", name);
    }
    return true;
}

bool drill_parse_duration(struct scan *scan, lucid_time *time) {
    static const struct scan_name units[] = {{"s", 0}, {"ms", 3}, {"us", 6}, {"ns", 9}, {NULL, 0}};
    int exponent;
    if (!scan_seconds(scan, time) || !scan_name(scan, units, &exponent)) {
        return false;
    }
    for (; exponent > 0; exponent--) {
        *time /= 10;
    }
    return true;
}
