/* drill_parse_options.c: TCP options as a script writes them: <mss 1460,nop,wscale 7>, <...> for any.
 *
 * fastopen asks for a Fast Open cookie, fastopen 0123456789abcdef brings one (RFC 7413). One of ours counts from the
 * first that we gave to this peer's port, if it has eight octets: that one is 0000000000000000. hex gives octets as
 * they stand, for options that are unknown or wrong: <hex c80400ff,nop>. What arrives is filled up with zeroes (End of
 * Option List) to a whole number of words.
 */
#include <string.h>

#include "harness/drill_parse.h"

enum { COOKIE = DRILL_RAW + 1 }; /* of names below */

/* Sequence numbers may be negative: relative to the initial one. */
static bool option_number(struct scan *scan, const char *what, int64_t most, uint32_t *value) {
    int64_t number;
    if (!scan_range(scan, what, -most, most, &number)) {
        return false;
    }
    *value = (uint32_t)number;
    return true;
}

/* "sack 1001:2001 3001:4001" */
static bool parse_sack(struct scan *scan, struct drill_option *option) {
    do {
        if (option->count == 8) {
            return scan_fail(scan, "a segment has room for four SACK blocks");
        }
        if (!option_number(scan, "SACK edge", UINT32_MAX, &option->value[option->count]) || !scan_expect(scan, ":") ||
            !option_number(scan, "SACK edge", UINT32_MAX, &option->value[option->count + 1])) {
            return false;
        }
        option->count += 2;
    } while (scan_peek(scan) != ',' && scan_peek(scan) != '>');
    return true;
}

static bool parse_timestamps(struct scan *scan, struct drill_option *option) {
    return scan_expect(scan, "val") && option_number(scan, "TSval", UINT32_MAX, &option->value[0]) &&
           scan_expect(scan, "ecr") && option_number(scan, "TSecr", UINT32_MAX, &option->value[1]);
}

static bool parse_cookie(struct scan *scan, struct drill_option *option) {
    size_t octets = scan_hex(scan, option->octets + 2, sizeof option->octets - 2);
    option->kind = DRILL_RAW;
    option->count = (uint8_t)(2 + octets);
    option->octets[0] = DRILL_FAST_OPEN;
    option->octets[1] = option->count;
    return true;
}

static bool parse_option(struct scan *scan, struct drill_option *option) {
    static const struct scan_name names[] = {{"eol", DRILL_EOL},        {"nop", DRILL_NOP},
                                             {"mss", DRILL_MSS},        {"wscale", DRILL_WSCALE},
                                             {"sackOK", DRILL_SACK_OK}, {"sack", DRILL_SACK},
                                             {"TS", DRILL_TS},          {"hex", DRILL_RAW},
                                             {"fastopen", COOKIE},      {NULL, 0}};
    int kind;
    if (!scan_name(scan, names, &kind)) {
        return scan_fail(scan, "'%.20s' is no TCP option that drill knows", scan_rest(scan));
    }
    memset(option, 0, sizeof *option);
    option->kind = (uint8_t)kind;
    switch (kind) {
    case DRILL_MSS:
        return option_number(scan, "mss", 65535, &option->value[0]);
    case DRILL_WSCALE:
        return option_number(scan, "wscale", 255, &option->value[0]);
    case DRILL_SACK:
        return parse_sack(scan, option);
    case DRILL_TS:
        return parse_timestamps(scan, option);
    case COOKIE:
        return parse_cookie(scan, option);
    case DRILL_RAW:
        option->count = (uint8_t)scan_hex(scan, option->octets, sizeof option->octets);
        return option->count > 0 || scan_fail(scan, "pairs of hexadecimal digits are missing at '%.20s'", scan->at);
    default:
        return true;
    }
}

bool drill_parse_options(struct scan *scan, struct drill_options *options) {
    if (scan_text(scan, "...")) {
        options->any = true;
        return scan_expect(scan, ">");
    }
    do {
        if (options->count == DRILL_OPTIONS) {
            return scan_fail(scan, "more than %d options", DRILL_OPTIONS);
        }
        if (!parse_option(scan, &options->option[options->count])) {
            return false;
        }
        options->count++;
    } while (scan_text(scan, ","));
    return scan_expect(scan, ">");
}
