/* drill_value.h: what a script can ask the stack for by name: info(4).cwnd, stat.tcp_resets_out, drop.TCP_CHECKSUM.
 *
 * The fields of info are the members of struct lucid_tcp_info, but for the ends. Sequence numbers are given relative to
 * the connection's initial ones, lengths of time in seconds, instants in seconds since the start of the script or
 * `never`.
 */
#ifndef HARNESS_DRILL_VALUE_H
#define HARNESS_DRILL_VALUE_H

#include "harness/drill_script.h"
#include "lucid/info.h"

enum drill_field_kind {
    DRILL_FIELD_NUMBER,
    DRILL_FIELD_OUR_SEQ,   /* counted from iss */
    DRILL_FIELD_THEIR_SEQ, /* counted from irs */
    DRILL_FIELD_DURATION,
    DRILL_FIELD_INSTANT,
};

/* Index of a name in its table, or -1. */
int drill_value_field(enum drill_value_source source, const char *name);
enum drill_field_kind drill_value_kind(enum drill_value_source source, int field);

/* The value, times in nanoseconds; LUCID_NEVER as UINT64_MAX. zero: the instant from which the script counts. */
uint64_t drill_info_field(const struct lucid_tcp_info *info, int field, lucid_time zero);
uint64_t drill_stat_field(const struct lucid_stats *stats, int field);

/* True when what the script demands holds for what the stack says. */
bool drill_value_holds(const struct drill_value *value, uint64_t actual);

#endif
