/* drill.h: plays packet scripts against the stack in virtual time.
 *
 * A drill is a text that says which packets arrive, which calls the application makes and which packets must leave,
 * each at its instant. There are no threads, no device and no waiting: the engine owns `now`, runs lucid_tick() up to
 * each line's time and pulls the output after every input, call and tick. An hour of silence costs microseconds.
 *
 *     // RFC 9293 3.6.1 MUST-12
 *     at ESTABLISHED                             state reached by tests/pkt/at/ESTABLISHED.pkt; time 0 is after it
 *       +0 shutdown(4, SHUT_WR) = 0              a call and its result
 *       +0 > F. 1:1(0) ack 1                     must leave; 0 is the initial sequence number of each side
 *      +.1 < .  1:1(0) ack 2 win 65535           arrives, .1 s after the event before
 *       +0 state = FIN-WAIT-2
 *     quiet 60                                   nothing may leave in the next 60 s
 *
 * It is strict: time never passes a packet that no line consumed, nor does a script end on one. Every octet of data is
 * a function of its place in the stream. All packets pass wire_check.h, all invariants of the stack are checked after
 * every line, and at the end all memory must have come back. Every script is played for IPv4 and IPv6, each with
 * several initial sequence numbers.
 *
 * Order of reading: drill_script.h (what a script can say), drill_parse.c, drill_packet.h (line <-> octets),
 * drill_run.h (the engine's state), drill_run.c, drill_report.c (the story that a failure tells).
 */
#ifndef HARNESS_DRILL_H
#define HARNESS_DRILL_H

#include "harness/drill_script.h"

/* How a script is played. The peer's initial sequence number is UINT32_MAX - iss: it wraps where ours is near 0. */
struct drill_variant {
    bool ipv4;
    uint32_t iss;
};

#define DRILL_ROWS 128

struct drill_wish {
    bool ipv4, ipv6; /* both false: both */
    bool has_iss;
    uint32_t iss;    /* only this one */
    bool verbose;    /* tell the story of a pass too */
    bool loose;      /* surplus packets are only warned about */
    bool any_policy; /* a oneof may take another alternative than the first */
    bool pcap;       /* write a capture of a pass too */
    uint64_t *rows;  /* DRILL_ROWS counters: how often each row of stack/tcp/fsm.def fired; NULL */
};

/* What came of a script in all its variants. */
struct drill_result {
    bool passed;
    unsigned plays;
    char *report; /* stories, warnings; to be freed; NULL: none */
};

/* Plays a script. */
void drill_play(const struct drill_script *script, const struct drill_wish *wish, struct drill_result *result);

/* Parses and plays a text; NULL when it passed in all variants, else the report, to be freed. */
char *drill_text_report(const char *path, unsigned line, const char *text);

/* For libcheck tests: fails the test with the report. The text's line 1 is reported as `string`, line 1. */
#define ck_drill(text)                                                       \
    do {                                                                     \
        char *ck_drill_report = drill_text_report(__FILE__, __LINE__, text); \
        ck_assert_msg(ck_drill_report == NULL, "%s", ck_drill_report);       \
    } while (0)

#endif
