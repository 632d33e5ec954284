/* drill_parse.h: the parsers of the parts of a line; drill_parse.c puts them together. Each returns false after
 * scan_fail(). */
#ifndef HARNESS_DRILL_PARSE_H
#define HARNESS_DRILL_PARSE_H

#include "harness/drill_scan.h"

/* From '<' or '>' to the end of the line. drill_parse_packet.c */
bool drill_parse_packet(struct scan *scan, struct drill_packet *packet);

/* The options, from behind '<' to behind '>'. drill_parse_options.c */
bool drill_parse_options(struct scan *scan, struct drill_options *options);

/* A call with its result. drill_parse_call.c, drill_parse_sockopt.c */
bool drill_parse_call(struct scan *scan, struct drill_call *call);
bool drill_parse_sockopt(struct scan *scan, struct drill_call *call);
bool drill_parse_poll(struct scan *scan, struct drill_call *call);
bool drill_parse_error_name(struct scan *scan, int *error);

/* state = ..., info(4).cwnd = ... drill_parse_check.c */
bool drill_parse_state(struct scan *scan, struct drill_line *line);
bool drill_parse_value(struct scan *scan, struct drill_value *value);

/* "30s", "200ms", "5us": nanoseconds. Without a unit: false. */
bool drill_parse_duration(struct scan *scan, lucid_time *time);

/* An address, IPv4 or IPv6, up to a character that cannot belong to it. */
bool drill_parse_address(struct scan *scan, struct lucid_addr *addr);

#endif
