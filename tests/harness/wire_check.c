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
        flow->gone_at = LUCID_NEVER;
        flow->next_flow = check->flows;
        check->flows = flow;
    }
    return flow;
}

static void forget(struct wire_flow *flow) {
    wire_ranges_free(&flow->early);
    wire_ranges_free(&flow->sacked);
    free(flow->octets);
}

void wire_flow_reset(struct wire_flow *flow) {
    struct wire_flow kept = {.next_flow = flow->next_flow,
                             .ends = flow->ends,
                             .arrived = flow->arrived,
                             .asked = flow->asked,
                             .asked_new = flow->asked_new,
                             .gone_at = LUCID_NEVER};
    forget(flow);
    *flow = kept;
}

void wire_check_end(struct wire_check *check) {
    if (!check) {
        return;
    }
    for (struct wire_flow *flow = check->flows, *next; flow; flow = next) {
        next = flow->next_flow;
        forget(flow);
        free(flow);
    }
    free(check);
}

void wire_check_clock(struct wire_check *check, lucid_time now) {
    for (struct wire_flow *flow = check->flows; flow && !check->blind && now > check->now; flow = flow->next_flow) {
        if (!wire_check_owed(check, flow, now)) {
            break;
        }
    }
    check->now = now;
}

/* An ICMP error may say that what flies is lost (RFC 1191 3): it may be sent again. */
static void icmp_in(const struct wire_check *check) {
    for (struct wire_flow *flow = check->flows; flow; flow = flow->next_flow) {
        flow->credit += flow->max - flow->una;
        flow->arrived = check->now;
    }
}

void wire_check_in(struct wire_check *check, lucid_time time, const uint8_t *octets, size_t length) {
    struct wire_segment segment;
    wire_check_clock(check, time);
    enum wire_fate fate = wire_fate_of(octets, length);
    check->blind = check->blind || fate == WIRE_UNSURE;
    if (check->blind || fate != WIRE_REACHES || !drill_packet_read(octets, length, false, &segment.seen)) {
        return;
    }
    if (segment.seen.packet.protocol == DRILL_ICMP) {
        icmp_in(check);
    } else if (segment.seen.packet.protocol == DRILL_TCP) {
        wire_read_segment(&segment);
        wire_segment_in(check, wire_flow_of(check, &segment.seen.ends), &segment);
    }
}

/* The options of the TCP header lie before the payload. */
static bool check_segment(struct wire_check *check, const uint8_t *octets, const struct wire_segment *segment) {
    const uint8_t *header = octets + (octets[0] >> 4 == 4 ? (octets[0] & 15) * 4 : 40), *options = header + 20;
    return wire_check_option_list(check, options, (size_t)(segment->seen.payload - options)) &&
           wire_check_flags(check, segment) && wire_check_any_options(check, segment);
}

void wire_check_out(struct wire_check *check, lucid_time time, const uint8_t *octets, size_t length) {
    struct wire_segment segment;
    wire_check_clock(check, time);
    if (!wire_check_headers(check, octets, length) || !drill_packet_read(octets, length, true, &segment.seen) ||
        segment.seen.packet.protocol != DRILL_TCP) {
        return;
    }
    wire_read_segment(&segment);
    if (check_segment(check, octets, &segment) && !check->blind) {
        wire_segment_out(check, wire_flow_of(check, &segment.seen.ends), &segment);
    }
}
