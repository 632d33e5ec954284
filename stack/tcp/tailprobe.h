/* tailprobe.h: tail loss probes, RFC 8985 7.
 *
 * When the last segments of a flight are lost nothing behind them tells so, and only the retransmission timer would
 * help, after a second. So after two round trips of silence one segment is sent: new data, or the last segment again.
 * The ACK that it provokes lets RACK (rack.h) see what is missing.
 *
 * Order of calls: tailprobe_schedule() whenever new data has left or was acknowledged; tailprobe_fired() by the timer;
 * plan.c makes the segment, tailprobe_left() notes it; tailprobe_acked() for each ACK.
 */
#ifndef TCP_TAILPROBE_H
#define TCP_TAILPROBE_H

#include "tcp/tcp.h"

/* 7.2: sets the timer, or stops it where there is nothing to probe for. */
void tailprobe_schedule(struct tcp *tcp, struct tcb *tcb);

/* 7.3: shall the probe be new data, where there is some? */
bool tailprobe_is_new(const struct tcb *tcb);

/* 7.3: the timer fired. */
void tailprobe_fired(struct tcp *tcp, struct tcb *tcb);

/* 7.3: it has left; again: nothing new was to be had. */
void tailprobe_left(struct tcp *tcp, struct tcb *tcb, bool again);

/* 7.4: true when the probe has repaired a loss of which nothing else tells. advanced: SND.UNA moved. */
bool tailprobe_acked(struct tcb *tcb, const struct segment *segment, bool duplicate_reported, bool advanced);

/* 7.1: recovery begins. */
void tailprobe_reset(struct tcp *tcp, struct tcb *tcb);

#endif
