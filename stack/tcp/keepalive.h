/* keepalive.h: RFC 9293 3.8.4 MAY-5: is the peer still there? Off unless asked for, for each connection (MUST-24,
 * MUST-25), after a time that can be chosen (MUST-27).
 *
 * After keepidle seconds without anything from the peer, and nothing outstanding, a segment at SND.NXT-1 without data
 * makes it answer (SHLD-12). Only keepcnt unanswered probes, keepintvl seconds apart, end the connection (MUST-29).
 */
#ifndef TCP_KEEPALIVE_H
#define TCP_KEEPALIVE_H

#include "tcp/tcp.h"

/* Starts or stops the timer, as SWITCH_KEEPALIVE says. */
void keepalive_begin(struct tcp *tcp, struct tcb *tcb);

/* Something came from the peer: probes have been answered, and the wait begins anew. */
void keepalive_heard(struct tcp *tcp, struct tcb *tcb);

/* The timer fired. */
void keepalive_fired(struct tcp *tcp, struct tcb *tcb);

#endif
