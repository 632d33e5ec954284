/* reports.h: asynchronous reports, RFC 9293 3.9.1.8: what the application may want to know of a connection that lives.
 *
 * A soft error is kept for SO_ERROR, and LUCID_POLLMSG says that there is one; it ends nothing (MUST-47). Two things
 * are reported so: an ICMP error about a segment of ours, and that the same octets have been sent again R1 times
 * without an answer (3.8.3 SHLD-9), as ETIMEDOUT. The third condition of 3.9.1.8 is the urgent pointer: urgent.h. An
 * application that does not want reports switches them off, TCP_SOFT_ERRORS (SHLD-20).
 */
#ifndef TCP_REPORTS_H
#define TCP_REPORTS_H

#include "tcp/tcp.h"

/* error: a positive errno value. */
void report_soft_error(struct tcp *tcp, struct tcb *tcb, int error);

/* The retransmission timer has fired, and rtt.backoff says how often in a row. */
void report_retransmission(struct tcp *tcp, struct tcb *tcb);

/* The peer has acknowledged something new: what R1 reported is over. */
void report_progress(struct tcb *tcb);

/* Our SYN is acknowledged: what was reported about the attempt must not look like its outcome. */
void report_connected(struct tcb *tcb);

#endif
