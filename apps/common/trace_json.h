/* trace_json.h: the trace as JSON Lines: a header, then one event a line, complete: names as text, the rest integers.
 *
 * Keys come in a fixed order, without spaces; the lab's event log (.tlog) has the same lines. Common to all: i, the
 * number of the event; t, nanoseconds since the zero; n, the node; c, the connection; ev, the kind:
 *
 *     seg_tx seg_rx   seg: id, src, sp, dst, dp, seq, ack, fl, win, len; mss with offload; opt, the options in
 *                     hexadecimal; pay, the first octets of the data. again: 1 when some of it was sent before
 *     state           from, to ("": not yet born, or gone); edge, row, src, rule: the row of the machine; one of
 *                     seg_id, timer, call: the cause; parent; local, remote
 *     rule            rule, out; seg_id
 *     timer_set timer_fire timer_stop   timer; at
 *     var             those that changed: una nxt wnd wl1 wl2 rnxt rwnd cwnd ssth flight srtt rttvar rto dupacks sndq
 *                     rcvq; times in nanoseconds, ssth -1: none yet
 *     call ret        op, fd; a, the argument; r, the result or the name of an error
 *     app             k "delivered"; off, count
 *     drop            reason, text, seg_id
 *     lost            count: that many events are missing here (no i and c)
 */
#ifndef COMMON_TRACE_JSON_H
#define COMMON_TRACE_JSON_H

#include "common/text.h"
#include "lucid/socket.h"
#include "lucid/trace.h"

/* One end in the header. */
struct trace_json_node {
    const char *name; /* "A" */
    struct lucid_addr addr;
    bool kernel; /* not a stack of ours: its states are not in the trace */
};

/* The first line. world: "live" or "sim". */
void trace_json_header(struct text *text, const char *world, const struct trace_json_node *nodes, unsigned count,
                       lucid_time msl);

/* Appends the line, with its line feed. node: whose stack's event it is; zero: the time that is 0. */
void trace_json_event(struct text *text, const struct lucid_event *event, const char *node, lucid_time zero);

void trace_json_lost(struct text *text, const char *node, lucid_time time, uint64_t count);

#endif
