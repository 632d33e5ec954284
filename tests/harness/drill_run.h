/* drill_run.h: one play of a script: the stack, its virtual host, the clock, what is on the wire and what the story
 * says so far.
 *
 * Who does what with it:
 *     drill_run.c     begins and ends a play, and walks through the lines
 *     drill_clock.c   moves time, ticks the stack, pulls its output
 *     drill_flow.c    connections as scripts see them: ports, and what 0 stands for
 *     drill_wire.c    plays the packet lines
 *     drill_call.c    plays the calls; drill_wait.c those that wait
 *     drill_look.c    plays the lines that look inside
 *     drill_report.c  failures and stories
 *     drill_pcap.c    captures
 *
 * A function that plays something returns false after drill_fail(), and then the play is over.
 */
#ifndef HARNESS_DRILL_RUN_H
#define HARNESS_DRILL_RUN_H

#include <stdio.h>

#include "harness/drill.h"
#include "harness/drill_packet.h"
#include "harness/vhost.h"
#include "harness/wire_check.h"
#include "lucid/info.h"

#define DRILL_PORT 8080 /* of both sides, unless a script says otherwise */
#define DRILL_FDS 64
#define DRILL_WAITS 16
#define DRILL_FLOWS 512

/* A connection as packet lines see it. */
struct drill_flow {
    struct drill_ends ends;
    struct drill_numbers numbers;
    bool fresh;     /* our next SYN tells what our 0 stands for */
    bool has_stamp; /* numbers.stamp is known */
};

/* A descriptor of the script. After close() its handle stays, stale. */
struct drill_fd {
    bool used, open, stream, nonblocking;
    int handle;
    uint32_t written, read; /* octets of the stream so far */
    struct drill_ends ends; /* local port 0: not known */
};

/* A packet that left, until a line consumes it. */
struct drill_left {
    struct drill_left *next;
    lucid_time time;
    size_t length;
    uint8_t octets[];
};

/* A call that has not returned yet. */
struct drill_waiting {
    const struct drill_line *line;
    lucid_time begin, end; /* it must return at end (DRILL_TIME_CALL) or in between */
    int64_t done;          /* octets written so far */
};

struct drill_run {
    const struct drill_script *script;
    struct drill_variant variant;
    const struct drill_wish *wish;
    struct vhost host;
    struct lucid_stack *stack;
    struct lucid_packet in;
    struct wire_check *check;

    lucid_time now, zero, base; /* absolute; the script's 0; the event before */
    struct drill_ends usual;    /* of lines without ports */
    struct drill_flow *flows;
    unsigned flow_count;
    struct drill_flow *last; /* of the last packet line; NULL: none yet */
    struct drill_fd fd[DRILL_FDS];
    int last_fd; /* of the last call, for the report */
    struct drill_waiting waits[DRILL_WAITS];
    unsigned wait_count;
    struct drill_left *left, **left_end; /* not consumed yet */
    uint8_t *scratch;                    /* LUCID_PACKET_MAX octets */

    const char *path; /* of the script being played: that of an `at` perhaps */
    const struct drill_line *line;
    bool failed;
    struct drill_story *story; /* NULL: nobody wants to read it */
    FILE *report;              /* where failures and warnings go, with a story; else NULL */
    struct drill_pcap *pcap;   /* NULL: no capture */
};

/* ---- drill_clock.c ---- */

/* Moves the clock to this time, firing deadlines on the way. A packet that leaves before ends it with a failure. */
bool drill_advance(struct drill_run *run, lucid_time until);

/* Moves the clock until a packet has left, but not beyond this time. */
bool drill_await_packet(struct drill_run *run, lucid_time until);

/* One deadline further, or to `until`. *moved: false when nothing is due any more up to then. */
bool drill_step(struct drill_run *run, lucid_time until, bool *moved);

/* Takes what the stack has to send. */
bool drill_pull(struct drill_run *run);

/* False, with a failure, when a packet has left that no line consumed. */
bool drill_settled(struct drill_run *run);

/* Frees the first packet that left before `packet`, which is in the list. */
void drill_left_remove(struct drill_run *run, struct drill_left *packet);

/* ---- drill_flow.c ---- */

struct drill_flow *drill_flow_find(struct drill_run *run, const struct drill_ends *ends);

/* The flow of a packet line; NULL after a failure (too many flows). */
struct drill_flow *drill_flow_of(struct drill_run *run, const struct drill_packet *packet);

/* Looks up a connection, TIME-WAIT record or listener with these ends. */
unsigned drill_flow_state(struct drill_run *run, const struct drill_ends *ends, struct lucid_tcp_info *info);

/* ---- the lines ---- */

bool drill_play_packet(struct drill_run *run, const struct drill_line *line);
bool drill_play_arrival(struct drill_run *run, const struct drill_packet *packet); /* without pulling output */
bool drill_play_call(struct drill_run *run, const struct drill_line *line);
bool drill_play_state(struct drill_run *run, const struct drill_line *line);
bool drill_play_value(struct drill_run *run, const struct drill_line *line);

/* What a line would say now, without a failure: for the choice of oneof. */
bool drill_state_holds(struct drill_run *run, const struct drill_line *line, unsigned *actual);
bool drill_value_holds_now(struct drill_run *run, const struct drill_line *line, uint64_t *actual);

/* Finds the packet that left for this line, and how it differs. NULL: nothing left for it. */
struct drill_left *drill_packet_left(struct drill_run *run, const struct drill_packet *packet, struct drill_flow *flow,
                                     struct drill_seen *seen);
bool drill_packet_is(const struct drill_packet *expected, const struct drill_flow *flow, struct drill_seen *seen,
                     char why[DRILL_PACKET_TEXT]);

/* ---- calls ---- */

/* Makes a call. Returns its result or a negative error. first: not a repetition of a call that waits. */
int64_t drill_call(struct drill_run *run, struct drill_waiting *waiting, bool first);
bool drill_call_would_wait(const struct drill_call *call, int64_t result);
/* Compares a result with what the line says. */
bool drill_call_judge(struct drill_run *run, const struct drill_line *line, int64_t result);
struct drill_fd *drill_fd(struct drill_run *run, int number);

/* Tries the calls that wait again; fails when one returned at the wrong time or has wrongly not returned. */
bool drill_retry_waits(struct drill_run *run);
bool drill_begin_wait(struct drill_run *run, const struct drill_line *line, lucid_time begin, lucid_time end);
/* True, with a failure, when one should have returned by now: to be asked before time goes on. */
bool drill_overdue(struct drill_run *run);
/* The next instant at which a waiting call must have returned; LUCID_NEVER. */
lucid_time drill_wait_deadline(const struct drill_run *run);

/* When a line begins and ends, absolute. */
lucid_time drill_begin_time(const struct drill_run *run, const struct drill_time *time);
lucid_time drill_end_time(const struct drill_run *run, const struct drill_time *time);

/* ---- drill_report.c ---- */

/* Ends the play: what was expected beside what happened. Always false. */
bool drill_fail(struct drill_run *run, const char *expected, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for the line that is being played. */
bool drill_fail_line(struct drill_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, when what happened is the first packet that left, or that none left; why it is not what the line wants. */
bool drill_fail_packet(struct drill_run *run, const char *why);

/* The story of a play that has passed, when it is wished. */
void drill_report_pass(struct drill_run *run);

/* A new line of the story, and the state changes that came of it. */
void drill_tell(struct drill_run *run, lucid_time time, const char *text);
void drill_tell_changes(struct drill_run *run);
/* Forgets it: the story begins after `at`. */
void drill_story_clear(struct drill_run *run);
void drill_story_begin(struct drill_run *run);
void drill_story_end(struct drill_run *run);
void drill_warn(struct drill_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The story as far as it goes, to run->report. */
void drill_story_print(struct drill_run *run);
/* "30.200" */
const char *drill_time_print(const struct drill_run *run, lucid_time time, char text[32]);

/* ---- drill_pcap.c ---- */

struct drill_pcap *drill_pcap_begin(void);
void drill_pcap_add(struct drill_pcap *pcap, lucid_time time, const uint8_t *octets, size_t length);
/* build/pkt/NAME.ip4.pcap; text gets its path. False when it cannot be written. */
bool drill_pcap_write(const struct drill_pcap *pcap, const struct drill_run *run, char path[256]);
void drill_pcap_end(struct drill_pcap *pcap);

#endif
