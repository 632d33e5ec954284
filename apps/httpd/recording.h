/* recording.h: feeds what live_record.h records: the events of the trace, the packets, the requests; and lets the trace
 * rest when enough has been recorded for this second.
 */
#ifndef HTTPD_RECORDING_H
#define HTTPD_RECORDING_H

#include "live/live_record.h"
#include "tracing.h"

struct recording {
    struct live_record *record; /* NULL: nothing is recorded */
    struct lucid_host *host;
    struct tracing *tracing;
    bool rests;
};

/* Makes it one more reader of the trace. Before tracing_start(). record may be NULL. */
void recording_open(struct recording *recording, struct live_record *record, struct tracing *tracing);

/* The host is there. epoch: nanoseconds from 1970 to the zero of its time. */
void recording_start(struct recording *recording, struct lucid_host *host, uint64_t epoch);

/* After each turn of the loop. */
void recording_turn(struct recording *recording);

/* A packet passes. */
void recording_packet(struct recording *recording, bool leaves, lucid_time now, const struct lucid_packet *packet);

#endif
