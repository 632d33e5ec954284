/* life.h: how a TCB is born, what happens when a segment, a call or a timer is done with it, and how it ends.
 *
 *     tcb_new(), fill it, fsm_begin(), tcb_enter()         it can be found by segments
 *     ... fsm_fire() any number of times, then             the rows' actions are pending
 *     tcb_settle()                                         they are carried out; the TCB may be gone after it
 *
 * Every path that touches a TCB ends in tcb_settle(), and only there a TCB is freed: nothing in between can find it
 * dead. SEND and RECEIVE, which come with every segment and do the least, end in tcb_was_used().
 */
#ifndef TCP_LIFE_H
#define TCP_LIFE_H

#include "tcp/tcp.h"

/* A TCB with the defaults of the configuration, in state CLOSED, found by nobody. NULL at the limit or without
 * memory. */
struct tcb *tcb_new(struct tcp *tcp);

/* Lets segments find it by tcb->ends, and counts its local port. False when memory is short. */
bool tcb_enter(struct tcp *tcp, struct tcb *tcb);

/* Carries out what is pending, traces what changed, puts it among those with something to send, and frees it when
 * nobody wants it any more. */
void tcb_settle(struct tcp *tcp, struct tcb *tcb);

/* The application has taken octets, or given some. No row fires by that, so nothing is pending and nothing ends; and
 * what tcb_settle() checks holds of a shorter receive queue and of a longer send queue, too: what is left to do is to
 * trace, and to send what may be due. */
void tcb_was_used(struct tcp *tcp, struct tcb *tcb);

/* Frees a TCB that never entered. */
void tcb_discard(struct tcp *tcp, struct tcb *tcb);

/* The handle should look: something can be read, written, or has ended. */
void tcb_changed(struct tcp *tcp, struct tcb *tcb);

/* Puts it among those that tcp_output() asks, if something is due to leave. */
void tcb_ask_output(struct tcp *tcp, struct tcb *tcb);

/* The handle is gone: nobody will read, write or look. */
void tcb_disown(struct tcp *tcp, struct tcb *tcb);

/* Gives spare memory back when there is no connection left. */
void tcp_trim(struct tcp *tcp);

#endif
