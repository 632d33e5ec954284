/* recovery_private.h: what the three files of recovery.h share. */
#ifndef TCP_RECOVERY_PRIVATE_H
#define TCP_RECOVERY_PRIVATE_H

#include "tcp/recovery.h"

/* Fast recovery begins: the window is cut, once for all that is in flight now; what has been marked lost goes first.
 * rule: for the trace. */
void recovery_enter(struct tcp *tcp, struct tcb *tcb, const char *rule);

/* The congestion window is cut for a loss, or grows by an ACK, unless ECN has a say. */
void recovery_cut(struct tcp *tcp, struct tcb *tcb, uint32_t flight);
void recovery_grow(struct tcp *tcp, struct tcb *tcb, const struct news *news);

/* It is over, or given up. */
void recovery_leave(struct tcb *tcb);

/* recovery_heard(), without and with SACK. */
bool recovery_plain(struct tcp *tcp, struct tcb *tcb, const struct news *news);
void recovery_sack(struct tcp *tcp, struct tcb *tcb, const struct segment *segment, struct news *news);

#endif
