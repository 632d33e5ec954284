/* recovery_private.h: what the three files of recovery.h share. */
#ifndef TCP_RECOVERY_PRIVATE_H
#define TCP_RECOVERY_PRIVATE_H

#include "tcp/recovery.h"

/* Fast recovery begins: the window is cut, once for all that is in flight now; what has been marked lost goes first.
 * rule: for the trace. */
void recovery_enter(struct tcp *tcp, struct tcb *tcb, const char *rule);

/* It is over, or given up. */
void recovery_leave(struct tcb *tcb);

/* An ACK of something new while nothing is to be recovered from: the window may grow. */
void recovery_not_needed(const struct tcp *tcp, struct tcb *tcb, const struct news *news);

/* recovery_heard(), without and with SACK. */
bool recovery_plain(struct tcp *tcp, struct tcb *tcb, const struct news *news);
void recovery_sack(struct tcp *tcp, struct tcb *tcb, const struct segment *segment, struct news *news);

#endif
