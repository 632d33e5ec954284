/* wire_check.c: connections, breaches, and the way of a packet through the rules. See wire_check.h. */
#include "harness/wire_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/wire_flow.h"

struct wire_check *wire_check_begin(const struct wire_check_config *config) {
    struct wire_check *check = calloc(1, sizeof *check);
    check->config = *config;
    return check;
}

void wire_check_end(struct wire_check *check) {
    if (!check) {
        return;
    }
    for (struct wire_flow *flow = check->flows, *next; flow; flow = next) {
        next = flow->next_flow;
        free(flow->octets);
        free(flow);
    }
    free(check);
}

bool wire_breach(struct wire_check *check, enum wire_rule rule, const char *format, ...) {
    if (check->breached) {
        return false;
    }
    check->breached = true;
    check->breach.time = check->now;
    check->breach.rule = rule;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(check->breach.detail, sizeof check->breach.detail, format, arguments);
    va_end(arguments);
    return false;
}

const struct wire_breach *wire_check_breach(const struct wire_check *check) {
    return check->breached ? &check->breach : NULL;
}

static const struct {
    const char *name, *text;
} rules[] = {
#define RULE_TEXT(name, source, text) {#name, text " (" source ")"},
    WIRE_RULES(RULE_TEXT)
#undef RULE_TEXT
};

const char *wire_rule_name(enum wire_rule rule) {
    return rules[rule].name;
}

const char *wire_rule_text(enum wire_rule rule) {
    return rules[rule].text;
}

struct wire_flow *wire_flow_of(struct wire_check *check, const struct drill_ends *ends) {
    struct wire_flow *flow = check->flows;
    while (flow && memcmp(&flow->ends, ends, sizeof *ends) != 0) {
        flow = flow->next_flow;
    }
    if (!flow) {
        flow = calloc(1, sizeof *flow);
        flow->ends = *ends;
        flow->next_flow = check->flows;
        check->flows = flow;
    }
    return flow;
}

void wire_flow_reset(struct wire_flow *flow) {
    struct wire_flow kept = {.next_flow = flow->next_flow,
                             .ends = flow->ends,
                             .asked = flow->asked,
                             .octets = flow->octets,
                             .room = flow->room};
    *flow = kept;
}

void wire_check_clock(struct wire_check *check, lucid_time now) {
    check->now = now;
}

void wire_check_in(struct wire_check *check, lucid_time time, const uint8_t *octets, size_t length) {
    struct wire_segment segment;
    wire_check_clock(check, time);
    if (wire_fate_of(octets, length) != WIRE_REACHES || !drill_packet_read(octets, length, false, &segment.seen) ||
        segment.seen.packet.protocol != DRILL_TCP) {
        return;
    }
    wire_read_segment(&segment);
    wire_flow_of(check, &segment.seen.ends);
}

void wire_check_out(struct wire_check *check, lucid_time time, const uint8_t *octets, size_t length) {
    struct wire_segment segment;
    wire_check_clock(check, time);
    if (!wire_check_headers(check, octets, length) || !drill_packet_read(octets, length, true, &segment.seen) ||
        segment.seen.packet.protocol != DRILL_TCP) {
        return;
    }
    wire_read_segment(&segment);
    wire_flow_of(check, &segment.seen.ends);
}
